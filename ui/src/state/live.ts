// Everything the desk has said, one signal a topic, and how the page stands towards the desk.
import { computed, signal } from "@preact/signals";
import { tickDecimals } from "../pure/number";
import { type Ear, Socket, socketAddress } from "../wire/socket";
import type {
  Desk,
  Fill,
  LogLine,
  Market,
  Order,
  Position,
  Reply,
  Rows,
  Spread,
  ToServer,
} from "../wire/types";

export interface Told<T> {
  body: T;
  /** When it arrived, on the clock of `performance.now()`. */
  received: number;
}

const SILENCE = 1000;

export const now = signal(performance.now());
setInterval(() => {
  now.value = performance.now();
}, 200);

export const online = signal(false);
export const link = signal<{ desk: boolean; reason: string }>({ desk: false, reason: "connecting" });
export const lastHeard = signal(0);
export const refusal = signal("");

export const desk = signal<Told<Desk> | undefined>(undefined);
export const markets = signal<Told<Rows<Market>> | undefined>(undefined);
export const matrix = signal<Told<Rows<Spread>> | undefined>(undefined);
export const orders = signal<Told<Rows<Order>> | undefined>(undefined);
export const fills = signal<Told<Rows<Fill>> | undefined>(undefined);
export const positions = signal<Told<Rows<Position>> | undefined>(undefined);
export const log = signal<Told<Rows<LogLine>> | undefined>(undefined);

const topics: Record<string, { value: Told<never> | undefined }> = {
  desk,
  markets,
  matrix,
  orders,
  fills,
  positions,
  log,
} as never;

export type Pulse = "live" | "starting" | "ended" | "silent" | "no-desk" | "offline";

export const pulse = computed<Pulse>(() => {
  if (!online.value) return "offline";
  if (!link.value.desk) return "no-desk";
  const told = desk.value?.body;
  if (told?.running === false) return told.progress === null || told.progress === 0 ? "starting" : "ended";
  return now.value - lastHeard.value > SILENCE ? "silent" : "live";
});

/** Whether every number on the page is to be read as old. */
export const allStale = computed(() => !["live", "starting", "ended"].includes(pulse.value));

export const modeName = computed(() => desk.value?.body.mode ?? "");
export const spreads = computed(() => matrix.value?.body.rows ?? []);
export const spreadsByName = computed(() => new Map(spreads.value.map((row) => [row.spread, row])));
export const marketsByName = computed(
  () => new Map((markets.value?.body.rows ?? []).map((row) => [row.symbol, row])),
);

/** Decimals of a spread's prices, and of one market's, as their ticks say. */
export function spreadDecimals(spread: string): number {
  return spreadsByName.value.get(spread)?.decimals ?? 2;
}
export function marketDecimals(symbol: string): number {
  return tickDecimals(marketsByName.value.get(symbol)?.tick);
}

/** Age now of something that was `age` ms old when it arrived; an ended replay grows no older. */
export function ageNow(age: number | null | undefined, received: number): number | null {
  if (age === null || age === undefined) return null;
  return pulse.value === "ended" ? age : age + Math.max(0, now.value - received);
}

type Listener = (body: unknown, received: number) => void;
const watched = new Map<string, Listener>();
/** What the server was asked for, and for whom: the same topic for another listener is asked for anew. */
const asked = new Map<string, Listener>();
const replyListeners = new Set<(reply: Reply) => void>();

const ear: Ear = {
  opened() {
    online.value = true;
    settle();
  },
  closed() {
    online.value = false;
    asked.clear();
  },
  heard(message) {
    if ("topic" in message) hear(message.topic, message.body);
    else if ("link" in message) link.value = message.link;
    else if ("reply" in message) for (const listener of replyListeners) listener(message.reply);
    else if (message.key !== null)
      for (const listener of replyListeners) listener(refused(message.key, message.error));
    else refusal.value = message.error;
  },
};
const socket = new Socket(socketAddress(location), ear);

function hear(topic: string, body: unknown): void {
  const received = performance.now();
  lastHeard.value = received;
  const common = topics[topic];
  if (common !== undefined) common.value = { body: body as never, received };
  else asked.get(topic)?.(body, received);
}

/** Ask for a topic until the returned function is called. */
export function watch(topic: string, listener: Listener): () => void {
  watched.set(topic, listener);
  settleSoon();
  return () => {
    if (watched.get(topic) !== listener) return;
    watched.delete(topic);
    settleSoon();
  };
}

/** Distance between two askings, ms: who runs through the matrix asks for where he stops, not for what he passed. */
const PACE = 300;
let settling: ReturnType<typeof setTimeout> | undefined;
let settled = Number.NEGATIVE_INFINITY;

function settleSoon(): void {
  settling ??= setTimeout(settle, Math.max(0, settled + PACE - performance.now()));
}

function settle(): void {
  clearTimeout(settling);
  settling = undefined;
  settled = performance.now();
  for (const [topic, listener] of asked) {
    if (watched.get(topic) === listener) continue;
    asked.delete(topic);
    socket.send({ unwatch: topic });
  }
  for (const [topic, listener] of watched) {
    if (!asked.has(topic) && socket.send({ watch: topic })) asked.set(topic, listener);
  }
}

/** What the web process itself refuses never reached the desk. */
/** Code of a command that the web process refused: the desk never saw it. */
export const NOT_PASSED_ON = "not_passed_on";

function refused(key: string, message: string): Reply {
  return { key, ok: false, order_id: "", code: NOT_PASSED_ON, message };
}

export function onReply(listener: (reply: Reply) => void): void {
  replyListeners.add(listener);
}

export function say(message: ToServer): boolean {
  refusal.value = "";
  return socket.send(message);
}

export function connect(): void {
  socket.open();
}
