// Finding spreads by words: every word must occur somewhere in the names of the spread, in any order.
import type { Spread } from "../wire/types";
import { spreadLabel } from "./symbol";

export function find(rows: readonly Spread[], text: string, limit: number): Spread[] {
  const wanted = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found: Spread[] = [];
  for (const row of rows) {
    const name = `${row.spread} ${spreadLabel(row.leg1, row.leg2)}`.toLowerCase();
    if (wanted.every((word) => name.includes(word))) found.push(row);
    if (found.length === limit) break;
  }
  return found;
}
