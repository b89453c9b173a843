// Which spread is looked at, and what the desk says about it.
import { computed, effect, signal } from "@preact/signals";
import { type Margin, ofMargin } from "../pure/matrix";
import type { Details, Ladder } from "../wire/types";
import { desk, spreads, spreadsByName, type Told, watch } from "./live";
import { remembered } from "./prefs";

const wanted = remembered("spread", "");
const wantedMargin = remembered<Margin | "">("margin", "");
const wantedUnderlying = remembered("underlying", "");

export const underlyings = computed(() => {
  const told = desk.value?.body.underlyings ?? [];
  return told.length > 0 ? told : [...new Set(spreads.value.map((row) => row.underlying))];
});

export const underlying = computed(() =>
  underlyings.value.includes(wantedUnderlying.value) ? wantedUnderlying.value : (underlyings.value[0] ?? ""),
);

/** More spreads of one coin than this are easier to read by futures type. */
const MANY = 24;

/** The futures type shown: the one chosen, else all of them while they are few. */
export const margin = computed<Margin>(() => {
  if (wantedMargin.value !== "") return wantedMargin.value;
  const rows = spreads.value.filter((row) => row.underlying === underlying.value);
  return rows.length > MANY && rows.some((row) => ofMargin(row, "linear")) ? "linear" : "all";
});

export function showMargin(name: Margin): void {
  wantedMargin.value = name;
}

/** The selected spread: the one chosen if the desk has it, else the first of the shown underlying. */
export const selected = computed(() => {
  if (spreadsByName.value.has(wanted.value)) return wanted.value;
  const shown = spreads.value.filter((row) => row.underlying === underlying.value);
  return (shown.find((row) => ofMargin(row, margin.value)) ?? shown[0] ?? spreads.value[0])?.spread ?? "";
});
export const selectedRow = computed(() => spreadsByName.value.get(selected.value));

export function select(spread: string): void {
  const row = spreadsByName.value.get(spread);
  if (row === undefined) return;
  wanted.value = spread;
  wantedUnderlying.value = row.underlying;
  if (!ofMargin(row, margin.value)) wantedMargin.value = "all";
}

/** Go to the same pair of another coin where there is one, else to the first pair of that coin. */
export function showUnderlying(name: string): void {
  const row = selectedRow.value;
  wantedUnderlying.value = name;
  if (row === undefined || row.underlying === name) return;
  const others = spreads.value.filter((one) => one.underlying === name);
  const same = row.spread.replaceAll(new RegExp(`\\b${row.underlying}\\b`, "g"), name);
  const next =
    others.find((one) => one.spread === same) ??
    others.find((one) => ofMargin(one, margin.value)) ??
    others[0];
  if (next !== undefined) select(next.spread);
}

export const ladder = signal<Told<Ladder> | undefined>(undefined);
export const details = signal<Told<Details> | undefined>(undefined);

effect(() => {
  const spread = selected.value;
  ladder.value = undefined;
  details.value = undefined;
  if (spread === "") return undefined;
  const ends = [
    watch(`ladder:${spread}`, (body, received) => {
      ladder.value = { body: body as Ladder, received };
    }),
    watch(`details:${spread}`, (body, received) => {
      details.value = { body: body as Details, received };
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
});
