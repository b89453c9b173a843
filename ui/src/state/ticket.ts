// The ticket: what is typed, what was sent and not yet answered, and the last answer.
import { computed, effect, signal } from "@preact/signals";
import { decimal, number } from "../pure/decimal";
import { fixed } from "../pure/number";
import { problems, request } from "../pure/ticket";
import type { OrderRequest, OrderType, Reply, Sequence, Side } from "../wire/types";
import { allStale, marketsByName, NOT_PASSED_ON, onReply, pulse, say } from "./live";
import { remembered } from "./prefs";
import { details, selected, selectedRow } from "./selection";

export const side = signal<Side>("BUY");
export const type = signal<OrderType>("market");
export const size = signal("");
export const trigger = signal("");
export const sequence = remembered<Sequence>("sequence", "simultaneous");
export const confirming = remembered("confirm", true);
export const asking = signal(false);
/** Problems are shown once the person has tried to send, or typed something. */
export const touched = signal(false);

export interface Outcome {
  tone: "wait" | "good" | "bad";
  text: string;
  /** The order that was accepted, to follow what becomes of it. */
  order?: string;
  /** What can be sent again with the same key, when the desk may or may not have taken it. */
  again?: Sent;
}

interface Sent {
  key: string;
  request: OrderRequest;
}

export const outcome = signal<Outcome | undefined>(undefined);
const unanswered = new Map<string, Sent | string>();
/** Keys whose first sending was never answered: until the desk itself speaks, the order may exist. */
const doubtful = new Set<string>();

export const draft = computed(() => ({
  spread: selected.value,
  side: side.value,
  type: type.value,
  size: size.value,
  trigger: trigger.value,
  sequence: sequence.value,
}));
/** About what one unit of size is worth: the cheaper leg, where sizes are coin. */
export const worth = computed(() => {
  const row = selectedRow.value;
  if (row === undefined || details.value?.body.unit !== row.underlying) return undefined;
  const mids = [row.leg1, row.leg2].map((leg) => {
    const market = marketsByName.value.get(leg);
    return market?.bid && market.ask ? (market.bid + market.ask) / 2 : Number.NaN;
  });
  const least = Math.min(...mids);
  return Number.isFinite(least) ? least : undefined;
});
export const wrong = computed(() => problems(draft.value, details.value?.body, worth.value));

/** Says so when the trigger is already reached, because the order then goes out at once. */
export const atOnce = computed(() => {
  const wanted = decimal(trigger.value);
  const row = selectedRow.value;
  if (type.value !== "auto_trigger" || wanted === undefined || row === undefined) return "";
  const buying = side.value === "BUY";
  const price = buying ? row.ask : row.bid;
  if (price === null || (buying ? price > number(wanted) : price < number(wanted))) return "";
  const where = buying ? "at or below" : "at or above";
  return `The ${buying ? "ask" : "bid"} is ${fixed(price, row.decimals)} now, already ${where} this trigger: the order goes out at once.`;
});
export const valid = computed(() => Object.keys(wrong.value).length === 0);

selected.subscribe(() => {
  trigger.value = "";
  asking.value = false;
});

export function clear(): void {
  size.value = "";
  trigger.value = "";
  touched.value = false;
  asking.value = false;
  outcome.value = undefined;
}

/** The person wants to send: ask for a confirmation first, unless switched off. */
export function submit(): void {
  touched.value = true;
  if (!valid.value) return;
  if (allStale.value) {
    outcome.value = { tone: "bad", text: "Not sent: the numbers on this page are old." };
    return;
  }
  if (confirming.value) asking.value = true;
  else send();
}

/** The same order again within this time, in ms, is the second half of a double click. */
const TWICE = 700;
let latest = { what: "", at: Number.NEGATIVE_INFINITY };

export function send(): void {
  asking.value = false;
  if (!valid.value) return;
  const order = request(draft.value);
  const what = JSON.stringify(order);
  const at = performance.now();
  if (what === latest.what && at - latest.at < TWICE) return;
  latest = { what, at };
  transmit({ key: crypto.randomUUID(), request: order });
}

export function transmit(sent: Sent): void {
  if (!say({ place: sent })) {
    const text = "Not sent: the page is not connected to its server.";
    outcome.value = { tone: "bad", text, ...(doubtful.has(sent.key) ? { again: sent } : {}) };
    return;
  }
  unanswered.set(sent.key, sent);
  outcome.value = { tone: "wait", text: `Sent, key ${sent.key.slice(0, 8)}; waiting for the desk.` };
}

export function cancel(orderId: string): void {
  const key = crypto.randomUUID();
  if (say({ cancel: { key, order_id: orderId } })) unanswered.set(key, orderId);
  else
    outcome.value = {
      tone: "bad",
      text: `Order ${orderId} not cancelled: the page is not connected to its server.`,
    };
}

onReply((answer) => {
  const sent = unanswered.get(answer.key);
  unanswered.delete(answer.key);
  if (sent !== undefined) outcome.value = spoken(answer, sent);
});

function spoken(answer: Reply, sent: Sent | string): Outcome {
  if (typeof sent === "string") {
    return answer.ok
      ? { tone: "good", text: `Order ${sent}: cancel accepted.` }
      : { tone: "bad", text: `Order ${sent} not cancelled: ${answer.message}` };
  }
  const key = `key ${sent.key.slice(0, 8)}`;
  if (answer.code === "no_answer") doubtful.add(sent.key);
  else if (doubtful.has(sent.key) && answer.code === NOT_PASSED_ON)
    return { tone: "bad", text: `Not sent again: ${answer.message}`, again: sent };
  else doubtful.delete(sent.key);
  if (answer.ok)
    return { tone: "good", text: `Order ${answer.order_id} accepted, ${key}.`, order: answer.order_id };
  if (answer.code === "no_answer") return { tone: "bad", text: answer.message, again: sent };
  return { tone: "bad", text: `Refused: ${answer.message}` };
}

effect(() => {
  if (pulse.value !== "offline") return;
  const open = [...unanswered.values()].filter((sent) => typeof sent !== "string");
  unanswered.clear();
  const last = open.at(-1);
  if (last !== undefined) {
    doubtful.add(last.key);
    const text = "The connection was lost before the desk answered: it may have taken the order. ";
    outcome.value = {
      tone: "bad",
      text: `${text}Sending again with the same key cannot double it.`,
      again: last,
    };
  }
});
