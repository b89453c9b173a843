// Which candles are drawn.
import { computed } from "@preact/signals";
import { desk } from "./live";
import { remembered } from "./prefs";

export type Source = "LAST" | "BID" | "ASK";
export const SOURCES: readonly Source[] = ["LAST", "BID", "ASK"];

export const source = remembered<Source>("source", "LAST");
const wantedPeriod = remembered("period", "1m");

export const periods = computed(() => desk.value?.body.periods ?? []);
export const period = computed(() =>
  periods.value.includes(wantedPeriod.value) ? wantedPeriod.value : (periods.value[0] ?? ""),
);

export function showPeriod(name: string): void {
  wantedPeriod.value = name;
}
