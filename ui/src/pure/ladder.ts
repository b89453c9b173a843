// The synthetic ladder as it is drawn: levels that show the same price become one, and sizes add up from the best.
import type { Level } from "../wire/types";
import { fixed } from "./number";

export interface Rung {
  price: number;
  size: number;
  /** Size from the best price to here. */
  total: number;
  /** Size-weighted prices of the legs. */
  leg1: number;
  leg2: number;
}

/**
 * Merge levels, best first, into buckets of `group` (a multiple of the shown tick).
 * Asks are rounded up and bids down, so that a bucket never looks better than what is in it.
 */
export function rungs(levels: readonly Level[], group: number, side: "bid" | "ask"): Rung[] {
  const found: Rung[] = [];
  let total = 0;
  for (const [price, size, leg1, leg2] of levels) {
    if (!(size > 0)) continue;
    const shown = bucket(price, group, side);
    total += size;
    const last = found.at(-1);
    if (last !== undefined && last.price === shown) {
      const sum = last.size + size;
      last.leg1 = (last.leg1 * last.size + leg1 * size) / sum;
      last.leg2 = (last.leg2 * last.size + leg2 * size) / sum;
      last.size = sum;
      last.total = total;
    } else {
      found.push({ price: shown, size, total, leg1, leg2 });
    }
  }
  return found;
}

export function bucket(price: number, group: number, side: "bid" | "ask"): number {
  if (!(group > 0)) return price;
  const steps = price / group;
  const near = Math.round(steps);
  const exact = Math.abs(steps - near) < 1e-6;
  const whole = exact ? near : side === "ask" ? Math.ceil(steps) : Math.floor(steps);
  return whole * group + 0;
}

/** Bucket widths to choose from: the tick and its round multiples. */
export function groups(decimals: number): number[] {
  const tick = 10 ** -decimals;
  return [1, 2, 5, 10, 50, 100].map((times) => Number((times * tick).toPrecision(12)));
}

/** Decimals needed to show prices in buckets of `group`. */
export function groupDecimals(group: number, decimals: number): number {
  const needed = Math.max(0, -Math.floor(Math.log10(group) + 1e-9));
  return Math.min(decimals, needed);
}

/** Decimals for sizes, the same for the whole column: one more than the step has, at most five; money has none. */
export function sizePlaces(step: string | null, unit: string): number {
  if (unit.startsWith("USD")) return 0;
  if (step === null) return 4;
  return Math.min(5, 1 + (step.replace(/0+$/, "").split(".")[1]?.length ?? 0));
}

/** A size in so many decimals; what is there never looks like nothing. */
export function depth(size: number, places: number): string {
  const least = 10 ** -places;
  return size > 0 && size < least / 2 ? `<${fixed(least, places)}` : fixed(size, places);
}
