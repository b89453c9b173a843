import { describe, expect, it } from "vitest";
import { contracts, estimate, takerCost } from "../src/pure/estimate";
import type { Level, Market } from "../src/wire/types";

const BOOK: Level[] = [
  [10, 1, 110, 100],
  [12, 3, 113, 101],
];

describe("estimate", () => {
  it("averages down the ladder", () => {
    expect(estimate(BOOK, 2)).toMatchObject({
      average: 11,
      worst: 12,
      leg1: 111.5,
      leg2: 100.5,
      complete: true,
    });
  });
  it("does not touch the next level when the first is enough", () => {
    expect(estimate(BOOK, 1)).toMatchObject({ average: 10, worst: 10, complete: true });
  });
  it("says when the ladder ends first", () => {
    expect(estimate(BOOK, 5)).toMatchObject({ available: 4, complete: false });
  });
  it("has nothing to say about no size or an empty book", () => {
    expect([estimate(BOOK, 0), estimate(BOOK, Number.NaN), estimate([], 1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("takerCost", () => {
  it("is basis points of the notional", () => {
    expect(takerCost(2, 15, 1000, true)).toBe(3);
    expect(takerCost(20_000, 10, 64_000, false)).toBe(20);
    expect(takerCost(2, null, 1000, true)).toBeUndefined();
  });
});

describe("contracts", () => {
  const market = (margin: string, kind: string, contract_size: string | null) =>
    ({ margin, kind, contract_size, quote: "USD" }) as Market;
  it("counts linear contracts by coin and inverse ones by money", () => {
    expect(contracts(0.05, market("linear", "perpetual", "0.01"), "BTC", 64000)).toBeCloseTo(5, 12);
    expect(contracts(0.05, market("inverse", "perpetual", "100"), "BTC", 64000)).toBeCloseTo(32, 12);
    expect(contracts(1000, market("inverse", "dated", "100"), "USD", undefined)).toBe(10);
  });
  it("knows none of spot, of unknown terms or without a price", () => {
    expect(contracts(1, market("spot", "spot", "1"), "BTC", 1)).toBeUndefined();
    expect(contracts(1, market("linear", "dated", null), "BTC", 1)).toBeUndefined();
    expect(contracts(1, undefined, "BTC", 1)).toBeUndefined();
    expect(contracts(1, market("inverse", "dated", "100"), "BTC", undefined)).toBeUndefined();
  });
});
