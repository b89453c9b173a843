// Spread positions; each opens to show its two legs.
import { amounts, assetPlaces, NONE, rounded, sign } from "../pure/number";
import { baseOf, label, parse, quoteOf, spreadUnit } from "../pure/symbol";
import { marketDecimals, positions, spreadDecimals } from "../state/live";
import { select } from "../state/selection";
import type { LegRow, Position } from "../wire/types";
import { Fold, folds } from "./fold";
import { Amounts, Spread } from "./parts";

const open = folds();

export function PositionTable() {
  const rows = positions.value?.body.rows ?? [];
  if (rows.length === 0)
    return (
      <p class="empty">
        No position. The first fill of a spread order opens one; it is marked to the books here.
      </p>
    );
  return (
    <table class="rows" id="positions">
      <thead>
        <tr>
          <th>Spread</th>
          <th class="num">Size</th>
          <th class="num" title="Price profit, before fees">
            PnL
          </th>
          <th class="num" title="Average price of what is open, in quote money">
            Entry
          </th>
          <th class="num" title="Middle of the books now, in quote money">
            Mark
          </th>
          <th class="num">Fees</th>
          <th class="num" title="What is left of the coin's price risk">
            Net delta
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => [
          <Row key={row.spread} row={row} />,
          ...(open.value.has(row.spread)
            ? row.legs.map((leg, index) => <Leg key={`${row.spread} ${index}`} leg={leg} index={index} />)
            : []),
        ])}
      </tbody>
    </table>
  );
}

function Row({ row }: { row: Position }) {
  const [leg1 = "", leg2 = ""] = row.spread.split("~");
  const places = spreadDecimals(row.spread);
  return (
    <tr data-position={row.spread}>
      <td class="wraps folds names">
        <Fold of={open} row={row.spread} title="Show the legs" label="Legs" />
        <button type="button" class="link" onClick={() => select(row.spread)} title={row.spread}>
          <Spread leg1={leg1} leg2={leg2} />
        </button>
      </td>
      <td class="num" data-name="Size">
        {amounts(row.size, true)} {spreadUnit(row.spread)}
      </td>
      <td class="num live" data-name="PnL">
        <Money text={row.pnl} unit={row.pnl_asset} />
      </td>
      <td class="num" data-name="Entry">
        {rounded(row.entry, places)}
      </td>
      <td class="num live" data-name="Mark">
        {rounded(row.mark, places)}
      </td>
      <td class="num wraps" data-name="Fees">
        <Amounts list={amounts(row.fees)} />
      </td>
      <td class="num wraps" data-name="Net delta">
        {amounts(row.net_delta, true)} {baseOf(leg1)}
      </td>
    </tr>
  );
}

function Leg({ leg, index }: { leg: LegRow; index: number }) {
  const symbol = leg.symbol ?? "";
  const places = marketDecimals(symbol);
  return (
    <tr class="leg-row">
      <td class="wraps names">
        <span>LEG{index + 1}</span> {symbol === "" ? "" : label(symbol)}
      </td>
      <td class="num wraps" data-name="Size">
        {parse(symbol)?.margin === "inverse"
          ? `${amounts(leg.size, true)} contracts`
          : `${amounts(leg.base ?? leg.size, true)} ${baseOf(symbol)}`}
      </td>
      <td class="num live wraps" data-name="PnL">
        <Money text={leg.pnl ?? null} unit={leg.pnl_asset ?? ""} /> <span class="whole">{inQuote(leg)}</span>
      </td>
      <td class="num" data-name="Entry">
        {rounded(leg.entry, places)}
      </td>
      <td class="num live" data-name="Mark">
        {rounded(leg.mark, places)}
      </td>
      <td class="num wraps" data-name="Fees">
        <Amounts list={amounts(leg.fees)} />
      </td>
      <td class="num dim wraps" data-name="Net delta">
        {amounts(leg.base, true)} {baseOf(symbol)}
      </td>
    </tr>
  );
}

/** What a profit in coin is worth, where the coin is not the money already. */
function inQuote(leg: LegRow): string {
  const worth = leg.pnl_quote;
  if (worth === null || worth === undefined || worth === leg.pnl) return "";
  return `(${rounded(worth, 4, true)} ${quoteOf(leg.symbol ?? "")})`;
}

function Money({ text, unit }: { text: string | null; unit: string }) {
  const direction = sign(text);
  return (
    <span class={`whole ${direction > 0 ? "gain" : direction < 0 ? "loss" : ""}`}>
      {text === null ? NONE : `${rounded(text, assetPlaces(unit), true)} ${unit}`}
    </span>
  );
}
