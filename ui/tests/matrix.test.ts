import { describe, expect, it } from "vitest";
import { grid, ofMargin, step } from "../src/pure/matrix";
import { find } from "../src/pure/search";
import { brief, contract, heading, label, parse, spreadShort } from "../src/pure/symbol";
import type { Spread } from "../src/wire/types";

const SPOT = "binance:BTC/USDT";
const PERP = "okx:BTC/USDT:USDT";
const DATED = "okx:BTC/USDT:USDT-241227";
const COIN = "deribit:BTC/USD:BTC";

function spread(leg1: string, leg2: string): Spread {
  return {
    spread: `${leg1}~${leg2}`,
    underlying: "BTC",
    leg1,
    leg2,
    bid: 1,
    ask: 2,
    mid: 1.5,
    mid_bp: 0.2,
    last: 1,
    annualised: null,
    state: "live",
    age: 1,
    decimals: 1,
  };
}
const ROWS = [spread(PERP, SPOT), spread(DATED, SPOT), spread(DATED, PERP), spread(COIN, SPOT)];

describe("symbols", () => {
  it("are taken apart", () => {
    expect(parse(DATED)).toEqual({
      venue: "okx",
      base: "BTC",
      quote: "USDT",
      kind: "dated",
      margin: "linear",
      expiry: "241227",
    });
    expect(parse(COIN)).toMatchObject({ kind: "perpetual", margin: "inverse" });
    expect(parse("nonsense")).toBeUndefined();
  });
  it("are named for people", () => {
    expect([label(SPOT), contract(DATED), brief(COIN)]).toEqual([
      "Binance BTC/USDT spot",
      "BTC/USDT 27 Dec 24",
      "USD perp",
    ]);
    expect([heading(DATED), heading(COIN)]).toEqual(["USDT 27DEC24", "USD perp"]);
    expect(spreadShort(DATED, SPOT)).toBe("BTC OKX USDT 27 Dec 24 − Binance USDT spot");
    expect(label("odd:THING")).toBe("odd THING");
  });
});

describe("grid", () => {
  it("puts LEG1 down and LEG2 across, spot first, then by expiry", () => {
    const shown = grid(ROWS, "BTC", "all");
    expect(shown.down).toEqual([PERP, DATED, COIN]);
    expect(shown.across).toEqual([SPOT, PERP]);
    expect(shown.at.has(`${PERP}~${PERP}`)).toBe(false);
  });
  it("filters by futures type, keeping spot against it", () => {
    expect(ROWS.map((row) => ofMargin(row, "inverse"))).toEqual([false, false, false, true]);
    expect(grid(ROWS, "BTC", "linear").down).toEqual([PERP, DATED]);
    expect(grid(ROWS, "ETH", "all").at.size).toBe(0);
  });
  it("moves over blank crossings and stays at the edge", () => {
    const shown = grid(ROWS, "BTC", "all");
    expect(step(shown, `${DATED}~${PERP}`, "ArrowUp")).toBe(`${DATED}~${PERP}`);
    expect(step(shown, `${PERP}~${SPOT}`, "ArrowDown")).toBe(`${DATED}~${SPOT}`);
    expect(step(shown, `${DATED}~${SPOT}`, "ArrowRight")).toBe(`${DATED}~${PERP}`);
    expect(step(shown, `${DATED}~${SPOT}`, "x")).toBe(`${DATED}~${SPOT}`);
  });
});

describe("find", () => {
  it("wants every word, in any order and case", () => {
    expect(find(ROWS, "spot OKX", 9).map((row) => row.leg1)).toEqual([PERP, DATED]);
    expect(find(ROWS, "27 dec perp", 9)).toHaveLength(1);
    expect(find(ROWS, "deribit eth", 9)).toEqual([]);
    expect(find(ROWS, "", 2)).toHaveLength(2);
  });
});
