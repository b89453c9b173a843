// The estimate for what is in the ticket, from the ladder as it stands.
import { computed } from "@preact/signals";
import { decimal, number } from "../pure/decimal";
import { estimate, takerCost } from "../pure/estimate";
import { parse } from "../pure/symbol";
import { details, ladder, selectedRow } from "./selection";
import { side, size } from "./ticket";

export const estimated = computed(() => {
  const wanted = decimal(size.value);
  const book = ladder.value?.body;
  if (wanted === undefined || book === undefined) return undefined;
  const found = estimate(side.value === "BUY" ? book.asks : book.bids, number(wanted));
  if (found === undefined) return undefined;
  const bid = book.bids[0]?.[0];
  const ask = book.asks[0]?.[0];
  const mid = bid === undefined || ask === undefined ? undefined : (bid + ask) / 2;
  const base = parse(selectedRow.value?.leg1 ?? "")?.base;
  const terms = details.value?.body;
  const cost = takerCost(found.available, terms?.taker_cost_bp ?? null, found.leg2, book.unit === base);
  return {
    ...found,
    mid,
    cost,
    costBp: terms?.taker_cost_bp ?? null,
    unit: book.unit,
    decimals: book.decimals,
  };
});
