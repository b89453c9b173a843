import { describe, expect, it } from "vitest";
import { age, clock, countdown, day } from "../src/pure/time";

const AT = Date.UTC(2024, 7, 8, 9, 5, 7, 250) * 1e6;

describe("times", () => {
  it("writes UTC", () => {
    expect([day(AT), clock(AT)]).toEqual(["2024-08-08", "09:05:07"]);
  });
  it("writes ages in the unit that fits", () => {
    expect([age(12.4), age(1500), age(61_000), age(null)]).toEqual([
      "12 ms",
      "1.5 s",
      "1 m 01 s",
      "age unknown",
    ]);
  });
  it("counts down in market time", () => {
    expect(countdown(AT + 3 * 3600e9 + 60e9, AT)).toBe("3 h 01 m");
    expect(countdown(AT - 1e9, AT)).toBe("due");
    expect(countdown(AT + 50 * 3600e9, AT)).toBe("2 d 2 h");
  });
});
