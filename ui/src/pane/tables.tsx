// The tables under the chart, one at a time.
import type { ComponentChildren } from "preact";
import { fills, log, orders, positions } from "../state/live";
import { remembered } from "../state/prefs";
import { FillTable } from "./fills";
import { LogLines } from "./log";
import { listed, MarketTable } from "./markets";
import { OrderTable } from "./orders";
import { PositionTable } from "./positions";

const shown = remembered("tab", "active");

interface Tab {
  name: string;
  word: string;
  /** What a narrow pane leaves out. */
  rest?: string;
  count: number;
  view: () => ComponentChildren;
}

function tabs(): Tab[] {
  const rows = orders.value?.body.rows ?? [];
  const active = rows.filter((row) => row.active);
  const over = rows.filter((row) => !row.active);
  return [
    {
      name: "active",
      word: "Active",
      rest: "spread orders",
      count: active.length,
      view: () => <OrderTable rows={active} active />,
    },
    {
      name: "positions",
      word: "Positions",
      count: positions.value?.body.rows.length ?? 0,
      view: () => <PositionTable />,
    },
    { name: "fills", word: "Fills", count: fills.value?.body.rows.length ?? 0, view: () => <FillTable /> },
    {
      name: "history",
      word: "Order history",
      count: over.length,
      view: () => <OrderTable rows={over} active={false} />,
    },
    {
      name: "markets",
      word: "Markets",
      count: listed().length,
      view: () => <MarketTable />,
    },
    { name: "log", word: "Log", count: log.value?.body.rows.length ?? 0, view: () => <LogLines /> },
  ];
}

export function Tables() {
  const all = tabs();
  const tab = all.find((one) => one.name === shown.value) ?? all[0];
  return (
    <section class="pane tables-pane" aria-label="Orders, positions and markets">
      <div class="tablist" role="tablist" aria-label="Tables">
        {all.map((one) => (
          <button
            key={one.name}
            type="button"
            role="tab"
            id={`tab-${one.name}`}
            aria-selected={one === tab}
            aria-controls="table"
            onClick={() => {
              shown.value = one.name;
            }}
          >
            {one.word} {one.rest === undefined ? null : <span class="rest">{one.rest} </span>}
            {one.count > 0 ? <span class="count num">{one.count}</span> : null}
          </button>
        ))}
      </div>
      <div class="scroll" role="tabpanel" id="table" aria-labelledby={`tab-${tab?.name}`}>
        {tab?.view()}
      </div>
    </section>
  );
}
