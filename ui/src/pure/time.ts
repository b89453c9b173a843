// Times in UTC, ages and countdowns. Market time is in ns; the clock of the page in ms.
import { NONE } from "./number";

const MS = 1e6;

export function clock(ns: number | null | undefined): string {
  return ns ? new Date(ns / MS).toISOString().slice(11, 19) : NONE;
}

export function clockMs(ns: number | null | undefined): string {
  return ns ? new Date(ns / MS).toISOString().slice(11, 23) : NONE;
}

export function day(ns: number | null | undefined): string {
  return ns ? new Date(ns / MS).toISOString().slice(0, 10) : NONE;
}

/** Day and time to the second. */
export function moment(ns: number): string {
  return `${day(ns)} ${clock(ns)}`;
}

export function iso(ns: number): string {
  return new Date(ns / MS).toISOString();
}

export function age(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "age unknown";
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return span(ms);
}

/** Time left until `ns`, counted from market time `at`. */
export function countdown(ns: number | null, at: number): string {
  if (ns === null || !at) return NONE;
  const left = (ns - at) / MS;
  return left <= 0 ? "due" : span(left);
}

function span(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, "0")} m`;
  return `${minutes} m ${String(seconds % 60).padStart(2, "0")} s`;
}
