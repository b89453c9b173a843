import { describe, expect, it } from "vitest";
import { bucket, depth, groupDecimals, groups, rungs, sizePlaces } from "../src/pure/ladder";
import type { Level } from "../src/wire/types";

const ASKS: Level[] = [
  [1.01, 2, 101, 99.99],
  [1.01, 1, 104, 102.99],
  [1.03, 4, 105, 103.97],
];

describe("rungs", () => {
  it("merges levels that show the same price, weighting leg prices by size", () => {
    const [first, second] = rungs(ASKS, 0.01, "ask");
    expect(first).toMatchObject({ size: 3, total: 3 });
    expect(first?.leg1).toBeCloseTo(102, 9);
    expect(second).toMatchObject({ size: 4, total: 7 });
  });
  it("keeps the whole size whatever the grouping", () => {
    for (const group of [0.01, 0.05, 1]) {
      expect(rungs(ASKS, group, "ask").at(-1)?.total).toBe(7);
    }
  });
  it("skips levels without size", () => {
    expect(
      rungs(
        [
          [1, 0, 1, 0],
          [2, Number.NaN, 1, 0],
          [3, 1, 1, 0],
        ],
        1,
        "bid",
      ),
    ).toHaveLength(1);
  });
});

describe("bucket", () => {
  it("never makes a price look better", () => {
    expect(bucket(1.011, 0.01, "ask")).toBeCloseTo(1.02, 9);
    expect(bucket(1.019, 0.01, "bid")).toBeCloseTo(1.01, 9);
    expect(bucket(-1.011, 0.01, "ask")).toBeCloseTo(-1.01, 9);
    expect(bucket(-1.011, 0.01, "bid")).toBeCloseTo(-1.02, 9);
  });
  it("leaves a price on the grid where it is", () => {
    expect(bucket(0.3, 0.1, "ask")).toBeCloseTo(0.3, 12);
    expect(bucket(-0.07, 0.01, "bid")).toBeCloseTo(-0.07, 12);
  });
});

describe("groups", () => {
  it("offers round multiples of the tick", () => {
    expect(groups(2)).toEqual([0.01, 0.02, 0.05, 0.1, 0.5, 1]);
  });
  it("shows as many decimals as the group needs", () => {
    expect([
      groupDecimals(0.01, 2),
      groupDecimals(0.5, 2),
      groupDecimals(1, 2),
      groupDecimals(50, 2),
    ]).toEqual([2, 1, 0, 0]);
  });
  it("shows sizes with one decimal more than the step", () => {
    expect([sizePlaces("0.001", "BTC"), sizePlaces("1", "USD"), sizePlaces("0.00000001", "BTC")]).toEqual([
      4, 0, 5,
    ]);
    expect([sizePlaces(null, "USDT"), sizePlaces(null, "BTC"), sizePlaces("10", "SOL")]).toEqual([0, 4, 1]);
  });
  it("never shows a size that is there as nothing", () => {
    expect([depth(0.00002, 4), depth(0.00006, 4), depth(1.25, 1), depth(0.2, 0)]).toEqual([
      "<0.0001",
      "0.0001",
      "1.3",
      "<1",
    ]);
  });
});
