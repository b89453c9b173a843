import { describe, expect, it } from "vitest";
import {
  MINUS,
  NONE,
  about,
  amounts,
  exact,
  fixed,
  lean,
  padded,
  percent,
  rounded,
  sign,
  signed,
  size,
} from "../src/pure/number";

describe("fixed", () => {
  it("groups thousands and uses a real minus sign", () => {
    expect(fixed(-1234567.891, 2)).toBe(`${MINUS}1,234,567.89`);
  });
  it("never shows a negative zero", () => {
    expect(fixed(-0.001, 2)).toBe("0.00");
  });
  it("shows a dash for what is missing or not finite", () => {
    expect([fixed(null, 2), fixed(undefined, 2), fixed(Number.NaN, 2)]).toEqual([NONE, NONE, NONE]);
  });
});

describe("signed", () => {
  it("writes an explicit plus, and no sign for zero", () => {
    expect([signed(1.25, 1), signed(-1.25, 1), signed(0.01, 1)]).toEqual(["+1.3", `${MINUS}1.3`, "0.0"]);
  });
});

describe("exact", () => {
  it("keeps every digit of decimal text", () => {
    expect(exact("12345678901234567890.123456789")).toBe("12,345,678,901,234,567,890.123456789");
  });
  it("writes the sign asked for", () => {
    expect([exact("-0.5"), exact("0.5", true), exact("0.000", true)]).toEqual([
      `${MINUS}0.5`,
      "+0.5",
      "0.000",
    ]);
  });
  it("leaves text that is no number alone", () => {
    expect(exact("0.1 BTC, 2 USDT")).toBe("0.1 BTC, 2 USDT");
  });
});

describe("padded", () => {
  it("fills up to the places asked for and drops only zeros behind them", () => {
    expect(padded("64150.74000000", 2)).toBe("64,150.74");
    expect(padded("64150.7", 2)).toBe("64,150.70");
    expect(padded("-0.12345", 2)).toBe(`${MINUS}0.12345`);
    expect([padded("100.000", 0), padded("100", 0), padded(null, 2), padded("n/a", 2)]).toEqual([
      "100",
      "100",
      NONE,
      "n/a",
    ]);
  });
});

describe("lean", () => {
  it("drops trailing zeros of every number and keeps the words", () => {
    expect(lean("0.0004000 BTC, -1200.500 USDT")).toBe(`0.0004 BTC, ${MINUS}1,200.5 USDT`);
    expect([lean("0.00000"), lean("100"), lean("0.50", true), lean(null), lean("S1")]).toEqual([
      "0",
      "100",
      "+0.5",
      NONE,
      "S1",
    ]);
  });
});

describe("rounded and amounts", () => {
  it("rounds decimal text to the places of a tick", () => {
    expect(
      ["64320.200000000000", "-15.900799200799", "-0.004", "9.995", "7"].map((one) => rounded(one, 2)),
    ).toEqual(["64,320.20", `${MINUS}15.90`, "0.00", "10.00", "7.00"]);
    expect([rounded("99.5", 0), rounded("0.4", 0), rounded(null, 2), rounded("1.25", 1, true)]).toEqual([
      "100",
      "0",
      NONE,
      "+1.3",
    ]);
  });
  it("writes money with four decimals and coins with eight at most", () => {
    expect(amounts("0.000007773608 BTC, 0.9998606460 USDT")).toBe("0.00000777 BTC, 0.9999 USDT");
    expect([
      amounts("-0.010", true),
      amounts("1000"),
      amounts("0.015547215338 BTC", true),
      amounts(null),
    ]).toEqual([`${MINUS}0.01`, "1,000", "+0.01554722 BTC", NONE]);
  });
});

describe("percent, sign and size", () => {
  it("turns a fraction into signed percent", () => {
    expect(percent(0.1095)).toBe("+10.95");
  });
  it("reads the sign of text", () => {
    expect([sign("-0.1"), sign("0.0"), sign(null), sign("2")]).toEqual([-1, 0, 0, 1]);
  });
  it("shows four significant digits of a size", () => {
    expect([size(0.012345), size(12.3456), size(123456.7), size(0)]).toEqual([
      "0.01235",
      "12.35",
      "123,457",
      "0",
    ]);
  });
});

it("what is computed is marked as rounded only where it is", () => {
  expect(about(0.05 / 0.01)).toBe("5");
  expect(about(0.3 / 0.1)).toBe("3"); // 2.9999999999999996
  expect(about(123_456)).toBe("123,456");
  expect(about(0)).toBe("0");
  expect(about(32.148)).toBe("≈ 32.15");
});
