import { describe, expect, it } from "vitest";
import { compare, type Decimal, decimal, isMultiple, neighbours, toText } from "../src/pure/decimal";

function read(text: string): Decimal {
  const value = decimal(text);
  if (value === undefined) throw new Error(`${text} is no decimal`);
  return value;
}

describe("decimal", () => {
  it("reads what people type", () => {
    expect(
      ["1", " 0.50 ", "-3", "−3", ".5", "5.", "1,234.5", "+7"].map((text) => toText(read(text))),
    ).toEqual(["1", "0.5", "-3", "-3", "0.5", "5", "1234.5", "7"]);
  });
  it("refuses what is no plain decimal number", () => {
    for (const text of ["", ".", "abc", "1e5", "1.2.3", "NaN", "Infinity", "0x10", "1,2", "--1"]) {
      expect(decimal(text), text).toBeUndefined();
    }
  });
  it("does not guess what a comma means", () => {
    for (const text of [
      "0,001",
      "1,234",
      "-1,234",
      "0,5",
      "0,001.5",
      "1,23,456",
      "12345,678.9",
      "1,234,56",
    ]) {
      expect(decimal(text), text).toBeUndefined();
    }
    expect(["1,234,567", "−64,272.10", "1,234."].map((text) => toText(read(text)))).toEqual([
      "1234567",
      "-64272.1",
      "1234",
    ]);
  });
  it("compares across scales without floats", () => {
    expect(compare(read("0.3"), read("0.30"))).toBe(0);
    expect(compare(read("0.1"), read("0.11"))).toBe(-1);
    expect(compare(read("9007199254740993"), read("9007199254740992"))).toBe(1);
  });
  it("knows multiples where floats do not", () => {
    expect(isMultiple(read("0.29"), read("0.01"))).toBe(true);
    expect(isMultiple(read("0.3"), read("0.1"))).toBe(true);
    expect(isMultiple(read("0.295"), read("0.01"))).toBe(false);
  });
  it("names the multiples on both sides", () => {
    expect(neighbours(read("0.0255"), read("0.01")).map(toText)).toEqual(["0.02", "0.03"]);
  });
});
