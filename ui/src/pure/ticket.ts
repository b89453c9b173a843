// What may be sent from the ticket. Each problem names the value and the limit; with any problem nothing is sent.
import type { Details, OrderRequest, OrderType, Sequence, Side } from "../wire/types";
import { compare, type Decimal, decimal, isMultiple, neighbours, number, times, toText } from "./decimal";

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

/** `price` is about what one unit of size is worth in quote money, where that is known. */
export function problems(draft: Draft, details: Details | undefined, price?: number): Problems {
  const found: Problems = {};
  const spread = spreadProblem(draft, details);
  const size = sizeProblem(draft.size, details, price);
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

function sizeProblem(text: string, details: Details | undefined, price?: number): string | undefined {
  const unit = details?.unit ?? "";
  if (text.trim() === "") return "Enter a size.";
  const size = decimal(text);
  if (size === undefined) return noNumber(text);
  if (size.units <= 0n) return `Size ${text.trim()} must be above zero.`;
  const least = decimal(details?.min_size ?? "");
  if (least !== undefined && compare(size, least) < 0) {
    return `Size ${toText(size)} is below the minimum of ${toText(least)} ${unit}.`;
  }
  const most = decimal(details?.max_size ?? "");
  if (most !== undefined && compare(size, most) > 0) {
    return `Size ${toText(size)} is above the maximum of ${toText(most)} ${unit}.`;
  }
  const grid = gridOf(details);
  if (grid !== undefined && !isMultiple(size, grid)) {
    const [below, above] = neighbours(size, grid);
    const near = below.units > 0n ? `${toText(below)} or ${toText(above)}` : toText(above);
    return `Size ${toText(size)} is not a multiple of the step ${toText(grid)} ${unit}: use ${near}.`;
  }
  const enough = worthEnough(details, price);
  if (enough !== undefined && compare(size, enough) < 0) {
    return `Size ${toText(size)} ${unit} is worth less than the minimum notional of ${details?.min_notional}: use at least ${toText(enough)}.`;
  }
  return undefined;
}

/** The smallest size on the grid that is worth the minimum notional at `price`. */
export function worthEnough(details: Details | undefined, price?: number): Decimal | undefined {
  const grid = gridOf(details);
  const notional = Number(details?.min_notional ?? 0);
  if (grid === undefined || !(notional > 0) || price === undefined || !(price > 0)) return undefined;
  const steps = Math.ceil(notional / price / number(grid) - 1e-9);
  return Number.isSafeInteger(steps) ? times(grid, steps) : undefined;
}

function triggerProblem(text: string): string | undefined {
  if (text.trim() === "") return "Enter a trigger price, or click one in the ladder.";
  return decimal(text) === undefined ? noNumber(text) : undefined;
}

function noNumber(text: string): string {
  const typed = text.trim();
  if (/^[+\-−]?\d*(,\d+)+$/.test(typed)) {
    return `“${typed}” can be read in two ways: write the decimal point as a point, and no commas.`;
  }
  return `“${typed}” is not a number.`;
}

function exactText(text: string): string {
  const value = decimal(text);
  return value === undefined ? text : toText(value);
}

/** What a size must be a multiple of: the step, or a finer grid where the step moves with the price. */
function gridOf(details: Details | undefined): Decimal | undefined {
  const grid = decimal(details?.grid ?? details?.step ?? "");
  return grid !== undefined && grid.units > 0n ? grid : undefined;
}

const PRESETS = 5;
const DECADES = 30;

/** Sizes for the preset buttons: round numbers that can be traded, else round multiples of the smallest size. */
export function presets(details: Details | undefined, price?: number): string[] {
  const grid = gridOf(details);
  if (grid === undefined) return [];
  const smallest = decimal(details?.min_size ?? "") ?? grid;
  const enough = worthEnough(details, price) ?? smallest;
  const least = compare(enough, smallest) > 0 ? enough : smallest;
  const most = decimal(details?.max_size ?? "");
  const fits = (size: Decimal) =>
    isMultiple(size, grid) && compare(size, least) >= 0 && (most === undefined || compare(size, most) <= 0);
  const first = isMultiple(least, grid) && least.units > 0n ? least : neighbours(least, grid)[1];
  const round = roundSizes().filter(fits);
  const sizes =
    round.length >= PRESETS
      ? round
      : [1, 10, 100, 500, 1000].map((factor) => times(first, factor)).filter(fits);
  return sizes.slice(0, PRESETS).map(toText);
}

/** 1 and 5 times every power of ten that can matter, smallest first. */
function roundSizes(): Decimal[] {
  const found: Decimal[] = [];
  for (let decade = 0; decade < DECADES; decade += 1) {
    const scale = Math.max(0, 12 - decade);
    const units = 10n ** BigInt(Math.max(0, decade - 12));
    found.push({ units, scale }, { units: 5n * units, scale });
  }
  return found;
}
