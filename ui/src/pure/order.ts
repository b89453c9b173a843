// The six words of a spread order, what each means, and what a change of order is read out as.
import type { Order } from "../wire/types";
import { exact } from "./number";

export const STATES: Readonly<Record<string, string>> = {
  WORKING: "Waiting for the trigger price, or on its way to the venues.",
  PARTIALLY_FILLED: "Filled in part; both legs are equal, there is no exposure.",
  FILLED: "Both legs are filled completely.",
  INCOMPLETE: "The legs are filled unequally: there is exposure until it is hedged.",
  CANCELLED: "Ended before it was filled.",
  REJECTED: "Nothing was traded: the order was refused.",
};

export const MARKS: Readonly<Record<string, string>> = {
  WORKING: "◌",
  PARTIALLY_FILLED: "◐",
  FILLED: "●",
  INCOMPLETE: "▲",
  CANCELLED: "■",
  REJECTED: "✕",
};

export function words(state: string): string {
  return state.replace(/_/g, " ");
}

/** Sentences for orders that are new or changed state since the last look. */
export function changes(before: ReadonlyMap<string, Order>, now: readonly Order[]): string[] {
  const said: string[] = [];
  for (const order of now) {
    const old = before.get(order.order_id);
    if (old?.state === order.state && old.filled === order.filled) continue;
    const reason = order.reason ? `: ${order.reason}` : "";
    said.push(
      `Order ${order.order_id} ${words(order.state).toLowerCase()}, ${order.side.toLowerCase()} ${exact(order.filled)} of ${exact(order.size)}${reason}`,
    );
  }
  return said;
}

export function typeWord(type: string): string {
  return type === "auto_trigger" ? "Auto-Trigger" : type === "market" ? "Market" : type;
}
