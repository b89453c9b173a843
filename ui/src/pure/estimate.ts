// What a size would cost now: a walk down the composed ladder. It informs; the desk executes against the books.
import type { Level, Market } from "../wire/types";

export interface Estimate {
  average: number;
  worst: number;
  leg1: number;
  leg2: number;
  /** How much of the size the ladder holds. */
  available: number;
  complete: boolean;
}

export function estimate(levels: readonly Level[], size: number): Estimate | undefined {
  if (!(size > 0) || !Number.isFinite(size)) return undefined;
  let left = size;
  let paid = 0;
  let one = 0;
  let two = 0;
  let worst = Number.NaN;
  for (const [price, depth, leg1, leg2] of levels) {
    const taken = Math.min(left, depth);
    if (!(taken > 0)) continue;
    paid += taken * price;
    one += taken * leg1;
    two += taken * leg2;
    worst = price;
    left -= taken;
    if (left <= size * 1e-12) break;
  }
  const available = size - Math.max(left, 0);
  if (!(available > 0)) return undefined;
  return {
    average: paid / available,
    worst,
    leg1: one / available,
    leg2: two / available,
    available,
    complete: left <= size * 1e-12,
  };
}

/** Taker fees of both legs in quote money: the size is base coin, or quote face where the unit is not the base. */
export function takerCost(
  size: number,
  costBp: number | null,
  price: number,
  inBase: boolean,
): number | undefined {
  if (costBp === null || !Number.isFinite(price)) return undefined;
  return ((inBase ? size * price : size) * costBp) / 10_000;
}

/** Contracts that a size in `unit` comes to at `price`; undefined for spot and where something is not known. */
export function contracts(
  size: number,
  market: Market | undefined,
  unit: string,
  price: number | undefined,
): number | undefined {
  const worth = Number(market?.contract_size ?? 0);
  if (market === undefined || market.kind === "spot" || !(worth > 0) || !Number.isFinite(size))
    return undefined;
  if (market.margin !== "inverse" || unit === market.quote) return size / worth;
  return price === undefined ? undefined : (size * price) / worth;
}
