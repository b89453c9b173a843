import { describe, expect, it } from "vitest";
import { type Draft, presets, problems, request } from "../src/pure/ticket";
import type { Details } from "../src/wire/types";

const TERMS: Details = {
  at: 0,
  spread: "a~b",
  leg1: "a",
  leg2: "b",
  unit: "BTC",
  step: "0.01",
  grid: "0.01",
  tick: "0.1",
  min_size: "0.02",
  max_size: "5",
  min_notional: "20",
  max_leverage: "100",
  taker_cost_bp: 15,
  problem: null,
};

function draft(change: Partial<Draft>): Draft {
  return {
    spread: "a~b",
    side: "BUY",
    type: "market",
    size: "0.5",
    trigger: "",
    sequence: "simultaneous",
    ...change,
  };
}

describe("problems", () => {
  it("finds none in a good order", () => {
    expect(problems(draft({}), TERMS)).toEqual({});
    expect(problems(draft({ type: "auto_trigger", trigger: "-12.5" }), TERMS)).toEqual({});
  });
  it.each([
    ["", "Enter a size."],
    ["abc", "“abc” is not a number."],
    ["1e3", "“1e3” is not a number."],
    ["0,001", "“0,001” can be read in two ways: write the decimal point as a point, and no commas."],
    ["0", "Size 0 must be above zero."],
    ["-1", "Size -1 must be above zero."],
    ["0.01", "Size 0.01 is below the minimum of 0.02 BTC."],
    ["6", "Size 6 is above the maximum of 5 BTC."],
    ["0.055", "Size 0.055 is not a multiple of the step 0.01 BTC: use 0.05 or 0.06."],
  ])("names value and limit of size %j", (size, sentence) => {
    expect(problems(draft({ size }), TERMS).size).toBe(sentence);
  });
  it("names the smallest size that is worth the minimum notional", () => {
    const sol = { ...TERMS, unit: "SOL", min_size: "0.01", max_size: null };
    expect(problems(draft({ size: "0.1" }), sol, 150.85).size).toBe(
      "Size 0.1 SOL is worth less than the minimum notional of 20: use at least 0.14.",
    );
    expect(problems(draft({ size: "0.14" }), sol, 150.85).size).toBeUndefined();
    expect(problems(draft({ size: "0.1" }), sol).size).toBeUndefined();
    expect(presets(sol, 150.85)[0]).toBe("0.5");
  });
  it("wants a trigger for an auto-trigger order only", () => {
    expect(problems(draft({ type: "auto_trigger" }), TERMS).trigger).toMatch(/Enter a trigger price/);
    expect(problems(draft({ type: "auto_trigger", trigger: "x" }), TERMS).trigger).toBe(
      "“x” is not a number.",
    );
    expect(problems(draft({ trigger: "x" }), TERMS).trigger).toBeUndefined();
  });
  it("refuses a spread without terms, with the desk's reason", () => {
    expect(problems(draft({}), { ...TERMS, problem: "the terms of a are not known" }).spread).toBe(
      "the terms of a are not known",
    );
    expect(problems(draft({ spread: "" }), undefined).spread).toMatch(/Select a spread/);
  });
});

describe("request", () => {
  it("sends decimal text, with a trigger only where it belongs", () => {
    expect(request(draft({ size: " 1,000.50 ", trigger: "7" }))).toEqual({
      spread: "a~b",
      side: "BUY",
      type: "market",
      size: "1000.5",
      sequence: "simultaneous",
    });
    expect(request(draft({ type: "auto_trigger", trigger: "−3.10" })).trigger).toBe("-3.1");
  });
});

describe("presets", () => {
  it("are sizes that can be sent", () => {
    const sizes = presets(TERMS);
    expect(sizes).toEqual(["0.05", "0.1", "0.5", "1", "5"]);
    for (const size of sizes) expect(problems(draft({ size }), TERMS)).toEqual({});
  });
  it("are multiples of the smallest size where no round number fits the step", () => {
    const odd = { ...TERMS, step: "0.03", grid: "0.03", min_size: "0.03", max_size: null };
    expect(presets(odd)).toEqual(["0.03", "0.3", "3", "15", "30"]);
  });
  it("follow the grid where the step moves with the price", () => {
    const moving = { ...TERMS, step: "0.00157", grid: "0.00001", min_size: "0.00157" };
    expect(presets(moving)[0]).toBe("0.005");
    expect(problems(draft({ size: "0.01" }), moving)).toEqual({});
  });
  it("are none where the terms are not known", () => {
    expect(presets(undefined)).toEqual([]);
  });
});
