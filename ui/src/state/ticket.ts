// The ticket: what is typed, what was sent and not yet answered, and the last answer.
import { computed, effect, signal } from "@preact/signals";
import { problems, request } from "../pure/ticket";
import type { OrderRequest, OrderType, Reply, Sequence, Side } from "../wire/types";
import { allStale, onReply, pulse, say } from "./live";
import { remembered } from "./prefs";
import { details, selected } from "./selection";

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

export const draft = computed(() => ({
  spread: selected.value,
  side: side.value,
  type: type.value,
  size: size.value,
  trigger: trigger.value,
  sequence: sequence.value,
}));
export const wrong = computed(() => problems(draft.value, details.value?.body));
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

export function send(): void {
  asking.value = false;
  if (valid.value) transmit({ key: crypto.randomUUID(), request: request(draft.value) });
}

export function transmit(sent: Sent): void {
  if (!say({ place: sent })) {
    outcome.value = { tone: "bad", text: "Not sent: the page is not connected to its server." };
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
    const text = "The connection was lost before the desk answered: it may have taken the order. ";
    outcome.value = {
      tone: "bad",
      text: `${text}Sending again with the same key cannot double it.`,
      again: last,
    };
  }
});
