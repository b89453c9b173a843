import { expect, it } from "vitest";
import { changes, MARKS, STATES, typeWord } from "../src/pure/order";
import type { Order } from "../src/wire/types";

const ORDER: Order = {
  order_id: "7",
  spread: "a~b",
  side: "BUY",
  type: "market",
  size: "0.5",
  filled: "0",
  trigger: null,
  state: "WORKING",
  active: true,
  displayed: null,
  achieved: null,
  unhedged: "0",
  legs: [],
  reason: "",
  created: 1,
  updated: 1,
};

it("reads out new orders and changes of state, and nothing else", () => {
  const before = new Map([["7", ORDER]]);
  expect(changes(before, [{ ...ORDER, updated: 2 }])).toEqual([]);
  expect(changes(new Map(), [ORDER])).toHaveLength(1);
  expect(changes(before, [{ ...ORDER, state: "PARTIALLY_FILLED", filled: "0.2" }])).toEqual([
    "Order 7 partially filled, buy 0.2 of 0.5",
  ]);
  expect(changes(before, [{ ...ORDER, state: "REJECTED", reason: "no margin" }])[0]).toMatch(
    /rejected.*: no margin/,
  );
});

it("has a meaning and a mark for each of the six states", () => {
  expect(Object.keys(STATES)).toHaveLength(6);
  expect(Object.keys(MARKS).sort()).toEqual(Object.keys(STATES).sort());
  expect([typeWord("market"), typeWord("auto_trigger")]).toEqual(["Market", "Auto-Trigger"]);
});
