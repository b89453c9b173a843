// The spread matrix: LEG1 down, LEG2 across. A click or Enter on a crossing selects that spread.

import { crossing, type Grid, grid, step } from "../pure/matrix";
import { heading, venueName, venueOf } from "../pure/symbol";
import { allStale, marketsByName, matrix, spreads } from "../state/live";
import { remembered } from "../state/prefs";
import { margin, select, selected, selectedRow, underlying } from "../state/selection";
import { Cell, type Figure } from "./cell";

const FIGURES: readonly (readonly [Figure, string, string])[] = [
  ["bp", "bp", "LEG1 less LEG2, in hundredths of a percent of LEG2"],
  ["price", "price", "LEG1 less LEG2, in quote money"],
  [
    "year",
    "% a year",
    "Simple yearly rate of a dated contract over spot or a perpetual; other pairs have none",
  ],
];
/** Widest that the headings and a column become, in pixels. */
const HEAD = 220;
const COLUMN = 130;
const figure = remembered<Figure>("figure", "bp");

export function MatrixPane() {
  const shown = grid(spreads.value, underlying.value, margin.value);
  return (
    <section class="pane matrix-pane" aria-label="Spread matrix">
      <header>
        <h2>Spread matrix</h2>
        <span class="dim">{underlying.value} mid, LEG1 down − LEG2 across</span>
        <div class="tabs small" role="group" aria-label="Figure shown">
          {FIGURES.map(([name, word, hint]) => (
            <button
              key={name}
              type="button"
              title={hint}
              aria-pressed={figure.value === name}
              onClick={() => {
                figure.value = name;
              }}
            >
              {word}
            </button>
          ))}
        </div>
      </header>
      {shown.at.size === 0 ? <Empty /> : <Table shown={shown} />}
    </section>
  );
}

function Empty() {
  if (matrix.value === undefined) return <p class="empty">Waiting for the desk's first spreads.</p>;
  return (
    <p class="empty">
      No pair of {underlying.value} markets has this futures type. Choose “All”, or another underlying.
    </p>
  );
}

function Table({ shown }: { shown: Grid }) {
  const row = selectedRow.value;
  const here = row === undefined ? "" : crossing(row.leg1, row.leg2);
  const focus = shown.at.has(here) ? here : (shown.at.keys().next().value ?? "");
  const received = matrix.value?.received ?? 0;
  const keyed = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || !event.key.startsWith("Arrow")) return;
    const next = step(shown, event.target.dataset.cell ?? "", event.key);
    event.preventDefault();
    document.querySelector<HTMLElement>(`[data-cell="${CSS.escape(next)}"]`)?.focus();
  };
  return (
    <div class="scroll">
      <table
        class="matrix"
        role="grid"
        style={{ maxWidth: `${HEAD + COLUMN * shown.across.length}px` }}
        aria-label={`Spreads of ${underlying.value}`}
        onKeyDown={keyed}
      >
        <thead>
          <tr>
            <th class="corner">
              <span>LEG1 ↓</span> <span>LEG2 →</span>
            </th>
            {shown.across.map((leg) => (
              <Heading key={leg} symbol={leg} scope="col" marked={leg === row?.leg2} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.down.map((leg1) => (
            <tr key={leg1}>
              <Heading symbol={leg1} scope="row" marked={leg1 === row?.leg1} />
              {shown.across.map((leg2) => {
                const name = crossing(leg1, leg2);
                const spread = shown.at.get(name);
                if (spread === undefined) return <td key={name} class="none" />;
                return (
                  <Cell
                    key={name}
                    spread={spread}
                    figure={figure.value}
                    received={received}
                    selected={spread.spread === selected.value}
                    focusable={name === focus}
                    stale={allStale.value || spread.state !== "live"}
                    choose={select}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading({ symbol, scope, marked }: { symbol: string; scope: "row" | "col"; marked: boolean }) {
  const market = marketsByName.value.get(symbol);
  const off = market !== undefined && market.state !== "live" && market.state !== "valid";
  return (
    <th
      scope={scope}
      class={`${marked ? "marked" : ""} ${off ? "hatched" : ""}`}
      title={off ? `${symbol}: ${market.state}` : symbol}
    >
      <span class="venue">{venueName(venueOf(symbol))}</span>
      <span class="term">{heading(symbol)}</span>
    </th>
  );
}
