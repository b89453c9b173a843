// Spread orders; each opens to show what was sent and filled on its legs.
import { signal } from "@preact/signals";
import { amounts, exact, NONE, rounded } from "../pure/number";
import { MARKS, STATES, typeWord, words } from "../pure/order";
import { label, parse, spreadShort, spreadUnit } from "../pure/symbol";
import { clock, iso } from "../pure/time";
import { allStale, marketDecimals, spreadDecimals } from "../state/live";
import { select } from "../state/selection";
import { cancel } from "../state/ticket";
import type { LegRow, Order } from "../wire/types";

const open = signal<ReadonlySet<string>>(new Set());

function toggle(orderId: string): void {
  const next = new Set(open.value);
  if (!next.delete(orderId)) next.add(orderId);
  open.value = next;
}

export function OrderTable({ rows, active }: { rows: readonly Order[]; active: boolean }) {
  if (rows.length === 0) return <Empty active={active} />;
  return (
    <table class="rows" id={active ? "active-orders" : "order-history"}>
      <thead>
        <tr>
          <th>State</th>
          <th>Order</th>
          <th>Spread</th>
          <th>Side</th>
          <th>Type</th>
          <th class="num">Filled / size</th>
          <th class="num">Trigger</th>
          <th class="num" title="Spread shown when the legs were sent">
            Displayed
          </th>
          <th class="num" title="Spread that the fills add up to">
            Achieved
          </th>
          <th class="num" title="One leg ahead of the other">
            Unhedged
          </th>
          <th class="num">Updated UTC</th>
          {active ? null : <th>Reason</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => [
          <Row key={row.order_id} row={row} active={active} />,
          ...(open.value.has(row.order_id)
            ? row.legs.map((leg) => <Leg key={`${row.order_id} ${leg.leg}`} leg={leg} />)
            : []),
        ])}
      </tbody>
    </table>
  );
}

function Empty({ active }: { active: boolean }) {
  if (!active)
    return (
      <p class="empty">No spread order has ended yet. Filled, cancelled and rejected orders stay here.</p>
    );
  return (
    <p class="empty">
      No active spread order. Select a crossing in the matrix, then fill in the ticket: <kbd>B</kbd> buys,{" "}
      <kbd>S</kbd> sells.
    </p>
  );
}

function Row({ row, active }: { row: Order; active: boolean }) {
  const [leg1 = "", leg2 = ""] = row.spread.split("~");
  const exposed = /[1-9]/.test(row.unhedged);
  const isOpen = open.value.has(row.order_id);
  const places = spreadDecimals(row.spread);
  return (
    <tr data-order={row.order_id} data-state={row.state}>
      <td>
        <button
          type="button"
          class="fold"
          aria-expanded={isOpen}
          onClick={() => toggle(row.order_id)}
          title="Show the legs"
        >
          <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span>
          <span class="hidden">Legs of order {row.order_id}</span>
        </button>
        <Chip state={row.state} reason={row.reason} />
        {active ? (
          <button type="button" class="danger" disabled={allStale.value} onClick={() => cancel(row.order_id)}>
            Cancel
          </button>
        ) : null}
      </td>
      <td class="num">{row.order_id}</td>
      <td>
        <button type="button" class="link" onClick={() => select(row.spread)} title={row.spread}>
          {spreadShort(leg1, leg2)}
        </button>
      </td>
      <td class={row.side.toLowerCase()}>
        {row.side === "BUY" ? "▲" : "▼"} {row.side}
      </td>
      <td>{typeWord(row.type)}</td>
      <td class="num">
        {amounts(row.filled)} / {amounts(row.size)} {spreadUnit(row.spread)}
      </td>
      <td class="num" title={row.trigger === null ? "A market order has no trigger" : undefined}>
        {exact(row.trigger)}
      </td>
      <td class="num">{rounded(row.displayed, places)}</td>
      <td class="num">{rounded(row.achieved, places)}</td>
      <td class={exposed ? "num bad" : "num"}>
        {exposed ? "▲ " : ""}
        {amounts(row.unhedged, true)}
      </td>
      <td class="num" title={`created ${iso(row.created)}`}>
        {clock(row.updated)}
      </td>
      {active ? null : (
        <td class="reason" title={row.reason}>
          {row.reason}
        </td>
      )}
    </tr>
  );
}

function Leg({ leg }: { leg: LegRow }) {
  const side = leg.side ?? "";
  const symbol = leg.symbol ?? "";
  return (
    <tr class="leg-row">
      <td colSpan={2}>
        LEG{leg.leg} {leg.status ?? "not sent"}
      </td>
      <td title={symbol}>{label(symbol)}</td>
      <td class={side.toLowerCase()}>
        {side === "BUY" ? "▲" : "▼"} {side}
      </td>
      <td>{leg.message}</td>
      <td class="num">
        {amounts(leg.filled)} / {amounts(leg.sent)}{" "}
        {parse(symbol)?.kind === "spot" ? parse(symbol)?.base : "contracts"}
      </td>
      <td class="num" colSpan={2}>
        average {rounded(leg.average, marketDecimals(symbol))}
      </td>
      <td class="num" colSpan={4}>
        fees {leg.fees === "0" ? NONE : amounts(leg.fees)}
      </td>
    </tr>
  );
}

export function Chip({ state, reason }: { state: string; reason: string }) {
  const means = STATES[state] ?? "";
  return (
    <span class="chip" data-state={state} title={reason === "" ? means : `${means}\n${reason}`}>
      <span aria-hidden="true">{MARKS[state] ?? "?"}</span> {words(state)}
    </span>
  );
}
