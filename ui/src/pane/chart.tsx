// Tick-true candles of the selected spread: LAST, BID or ASK, in any period the desk folds.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fixed } from "../pure/number";
import { spreadLabel } from "../pure/symbol";
import { period, periods, SOURCES, showPeriod, source } from "../state/chart";
import { orders, positions, watch } from "../state/live";
import { selected, selectedRow } from "../state/selection";
import { theme } from "../theme";
import type { Candles } from "../wire/types";
import { CandleChart, type Shown } from "./candlechart";
import { levels } from "./pricelines";

export function ChartPane() {
  const row = selectedRow.value;
  return (
    <section class="pane chart-pane" aria-label="Spread chart">
      <header>
        <h2>Spread chart</h2>
        <span class="dim name">{row === undefined ? "" : spreadLabel(row.leg1, row.leg2)}</span>
        <div class="tabs small" role="group" aria-label="Price source">
          {SOURCES.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === source.value}
              onClick={() => {
                source.value = name;
              }}
              title={MEANS[name]}
            >
              {name}
            </button>
          ))}
        </div>
        <div class="tabs small" role="group" aria-label="Period">
          {periods.value.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === period.value}
              onClick={() => showPeriod(name)}
            >
              {name}
            </button>
          ))}
        </div>
      </header>
      <Canvas />
    </section>
  );
}

const MEANS = {
  LAST: "LEG1's last trade less LEG2's last trade",
  BID: "What selling the spread gets: LEG1's bid less LEG2's ask",
  ASK: "What buying the spread costs: LEG1's ask less LEG2's bid",
} as const;

function Canvas() {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleChart | undefined>(undefined);
  const count = useSignal(-1);
  const shown = useSignal<Shown | undefined>(undefined);
  const decimals = selectedRow.value?.decimals ?? 2;
  const topic =
    selected.value === "" || period.value === ""
      ? ""
      : `candles:${selected.value}:${source.value}:${period.value}`;
  useEffect(() => {
    if (place.current === null) return undefined;
    chart.current = new CandleChart(place.current, (bar) => {
      shown.value = bar;
    });
    return () => chart.current?.remove();
  }, []);
  useEffect(() => chart.current?.dress(), [theme.value]);
  useEffect(() => chart.current?.places(decimals), [decimals]);
  useEffect(() => {
    chart.current?.clear();
    count.value = -1;
    if (topic === "") return undefined;
    return watch(topic, (body) => {
      count.value = chart.current?.take(body as Candles) ?? 0;
    });
  }, [topic]);
  const lines = levels(orders.value?.body.rows ?? [], positions.value?.body.rows ?? [], selected.value);
  useEffect(() => chart.current?.lines(lines), [JSON.stringify(lines), theme.value]);
  const bar = shown.value;
  return (
    <div class="chart-box live">
      <div class="chart" ref={place} data-candles={count.value} data-topic={topic} />
      {bar === undefined ? null : (
        <p class="legend num">
          O <b>{fixed(bar.open, decimals)}</b> H <b>{fixed(bar.high, decimals)}</b> L{" "}
          <b>{fixed(bar.low, decimals)}</b> C <b>{fixed(bar.close, decimals)}</b>
        </p>
      )}
      {count.value > 0 ? null : (
        <p class="empty over">
          {topic === ""
            ? "Select a spread in the matrix to see its candles."
            : count.value < 0
              ? "Asking the desk for candles."
              : `No ${source.value} candle yet: the first one appears with the next tick of both legs.`}
        </p>
      )}
    </div>
  );
}
