// The matrix of one underlying: LEG1 down, LEG2 across, a spread where they cross.
import type { Spread } from "../wire/types";
import { parse } from "./symbol";

export type Margin = "all" | "linear" | "inverse";

export interface Grid {
  down: string[];
  across: string[];
  at: Map<string, Spread>;
}

/** Whether a spread belongs to a futures type: both legs of it, or one of them spot. */
export function ofMargin(spread: Spread, margin: Margin): boolean {
  if (margin === "all") return true;
  const kinds = [parse(spread.leg1)?.margin, parse(spread.leg2)?.margin];
  return kinds.includes(margin) && kinds.every((kind) => kind === margin || kind === "spot");
}

export function grid(rows: readonly Spread[], underlying: string, margin: Margin): Grid {
  const at = new Map<string, Spread>();
  const down = new Set<string>();
  const across = new Set<string>();
  for (const row of rows) {
    if (row.underlying !== underlying || !ofMargin(row, margin)) continue;
    at.set(crossing(row.leg1, row.leg2), row);
    down.add(row.leg1);
    across.add(row.leg2);
  }
  return { down: inOrder(down), across: inOrder(across), at };
}

export function crossing(leg1: string, leg2: string): string {
  return `${leg1}~${leg2}`;
}

const MARGINS = ["spot", "linear", "inverse"];
const KINDS = ["spot", "perpetual", "dated"];

export function compareSymbols(one: string, other: string): number {
  const left = rank(one);
  const right = rank(other);
  return left < right ? -1 : left > right ? 1 : 0;
}

function rank(symbol: string): string {
  const parts = parse(symbol);
  if (!parts) return `9 ${symbol}`;
  return `${MARGINS.indexOf(parts.margin)}${KINDS.indexOf(parts.kind)} ${parts.expiry} ${symbol}`;
}

function inOrder(symbols: Set<string>): string[] {
  return [...symbols].sort(compareSymbols);
}

/** The next cell with a spread in one direction from a cell, or the same cell at the edge. */
export function step(grid: Grid, from: string, key: string): string {
  const [leg1 = "", leg2 = ""] = from.split("~");
  const row = grid.down.indexOf(leg1);
  const column = grid.across.indexOf(leg2);
  const [dr, dc] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] ?? [
    0, 0,
  ];
  if (dr === undefined || dc === undefined || (dr === 0 && dc === 0)) return from;
  for (
    let r = row + dr, c = column + dc;
    grid.down[r] !== undefined && grid.across[c] !== undefined;
    r += dr, c += dc
  ) {
    const next = crossing(grid.down[r] ?? "", grid.across[c] ?? "");
    if (grid.at.has(next)) return next;
  }
  return from;
}
