// The button that opens a row; which rows are open outlives every redraw of their table.
import { type Signal, signal } from "@preact/signals";

export type Folds = Signal<ReadonlySet<string>>;

/** No row of a table is open at first. */
export function folds(): Folds {
  return signal<ReadonlySet<string>>(new Set());
}

export function Fold({ of, row, title, label }: { of: Folds; row: string; title: string; label: string }) {
  const isOpen = of.value.has(row);
  return (
    <button
      type="button"
      class="fold"
      aria-expanded={isOpen}
      onClick={() => {
        of.value = turned(of.value, row);
      }}
      title={title}
    >
      <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span>
      <span class="hidden">{label}</span>
    </button>
  );
}

function turned(rows: ReadonlySet<string>, row: string): ReadonlySet<string> {
  const next = new Set(rows);
  if (!next.delete(row)) next.add(row);
  return next;
}
