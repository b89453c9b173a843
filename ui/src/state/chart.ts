// Which candles are drawn.
import { computed } from "@preact/signals";
import { desk, modeName } from "./live";
import { remembered } from "./prefs";

export type Source = "LAST" | "BID" | "ASK";
export const SOURCES: readonly Source[] = ["LAST", "BID", "ASK"];

export const source = remembered<Source>("source", "LAST");
const wantedPeriod = remembered("period", "");

export const periods = computed(() => desk.value?.body.periods ?? []);
/** The period chosen; else minutes, or the shortest one in a replay, which begins without a past. */
export const period = computed(() => {
  const usual = modeName.value === "REPLAY" ? "" : "1m";
  const wanted = wantedPeriod.value === "" ? usual : wantedPeriod.value;
  return periods.value.includes(wanted) ? wanted : (periods.value[0] ?? "");
});

export function showPeriod(name: string): void {
  wantedPeriod.value = name;
}
