// What may be sent from the ticket. Each problem names the value and the limit; with any problem nothing is sent.
import type { Details, OrderRequest, OrderType, Sequence, Side } from "../wire/types";
import { compare, decimal, isMultiple, neighbours, times, toText } from "./decimal";

export interface Draft {
  spread: string;
  side: Side;
  type: OrderType;
  size: string;
  trigger: string;
  sequence: Sequence;
}

export interface Problems {
  size?: string;
  trigger?: string;
  spread?: string;
}

export function problems(draft: Draft, details: Details | undefined): Problems {
  const found: Problems = {};
  const spread = spreadProblem(draft, details);
  const size = sizeProblem(draft.size, details);
  const trigger = draft.type === "auto_trigger" ? triggerProblem(draft.trigger) : undefined;
  if (spread !== undefined) found.spread = spread;
  if (size !== undefined) found.size = size;
  if (trigger !== undefined) found.trigger = trigger;
  return found;
}

export function request(draft: Draft): OrderRequest {
  const { spread, side, type, sequence } = draft;
  const size = exactText(draft.size);
  return type === "auto_trigger"
    ? { spread, side, type, size, trigger: exactText(draft.trigger), sequence }
    : { spread, side, type, size, sequence };
}

function spreadProblem(draft: Draft, details: Details | undefined): string | undefined {
  if (draft.spread === "") return "Select a spread in the matrix first.";
  return details?.problem ?? undefined;
}

function sizeProblem(text: string, details: Details | undefined): string | undefined {
  const unit = details?.unit ?? "";
  if (text.trim() === "") return "Enter a size.";
  const size = decimal(text);
  if (size === undefined) return `“${text.trim()}” is not a number.`;
  if (size.units <= 0n) return `Size ${text.trim()} must be above zero.`;
  const least = decimal(details?.min_size ?? "");
  if (least !== undefined && compare(size, least) < 0) {
    return `Size ${toText(size)} is below the minimum of ${toText(least)} ${unit}.`;
  }
  const most = decimal(details?.max_size ?? "");
  if (most !== undefined && compare(size, most) > 0) {
    return `Size ${toText(size)} is above the maximum of ${toText(most)} ${unit}.`;
  }
  const step = decimal(details?.step ?? "");
  if (step !== undefined && step.units > 0n && !isMultiple(size, step)) {
    const [below, above] = neighbours(size, step);
    const near = below.units > 0n ? `${toText(below)} or ${toText(above)}` : toText(above);
    return `Size ${toText(size)} is not a multiple of the step ${toText(step)} ${unit}: use ${near}.`;
  }
  return undefined;
}

function triggerProblem(text: string): string | undefined {
  if (text.trim() === "") return "Enter a trigger price, or click one in the ladder.";
  return decimal(text) === undefined ? `“${text.trim()}” is not a number.` : undefined;
}

function exactText(text: string): string {
  const value = decimal(text);
  return value === undefined ? text : toText(value);
}

/** Sizes for the preset buttons: round multiples of the smallest size that can be traded. */
export function presets(details: Details | undefined): string[] {
  const step = decimal(details?.step ?? "");
  const least = decimal(details?.min_size ?? "") ?? step;
  if (step === undefined || least === undefined || step.units <= 0n) return [];
  const first = isMultiple(least, step) && least.units > 0n ? least : neighbours(least, step)[1];
  const most = decimal(details?.max_size ?? "");
  return [1, 10, 100, 500, 1000]
    .map((factor) => times(first, factor))
    .filter((size) => most === undefined || compare(size, most) <= 0)
    .map(toText);
}
