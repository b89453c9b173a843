import { exact } from "../pure/number";
import { MARKS, STATES, typeWord, words } from "../pure/order";
import { spreadLabel } from "../pure/symbol";
import { clock, iso } from "../pure/time";
import { allStale } from "../state/live";
import { select } from "../state/selection";
import { cancel } from "../state/ticket";
import type { Order } from "../wire/types";

export function OrderTable({ rows, active }: { rows: readonly Order[]; active: boolean }) {
  if (rows.length === 0) {
    return active ? (
      <p class="empty">No active spread order. Select a crossing in the matrix, then fill in the ticket: <kbd>B</kbd> buys, <kbd>S</kbd> sells.</p>
    ) : (
      <p class="empty">No spread order has ended yet. Filled, cancelled and rejected orders stay here.</p>
    );
  }
  return (
    <table class="rows" id={active ? "active-orders" : "order-history"}>
      <thead>
        <tr>
          <th>State</th><th>Order</th><th>Spread</th><th>Side</th><th>Type</th>
          <th class="num">Filled / size</th><th class="num">Trigger</th>
          <th class="num" title="Spread shown when the legs were sent">Displayed</th>
          <th class="num" title="Spread that the fills add up to">Achieved</th>
          <th class="num" title="One leg ahead of the other">Unhedged</th>
          <th>Updated UTC</th><th>{active ? "" : "Reason"}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => <Row key={row.order_id} row={row} active={active} />)}
      </tbody>
    </table>
  );
}

function Row({ row, active }: { row: Order; active: boolean }) {
  const [leg1 = "", leg2 = ""] = row.spread.split("~");
  const exposed = /[1-9]/.test(row.unhedged);
  return (
    <tr data-order={row.order_id} data-state={row.state}>
      <td><Chip state={row.state} reason={row.reason} /></td>
      <td class="num">{row.order_id}</td>
      <td><button type="button" class="link" onClick={() => select(row.spread)} title={row.spread}>{spreadLabel(leg1, leg2)}</button></td>
      <td class={row.side.toLowerCase()}>{row.side === "BUY" ? "▲" : "▼"} {row.side}</td>
      <td>{typeWord(row.type)}</td>
      <td class="num">{exact(row.filled)} / {exact(row.size)}</td>
      <td class="num">{exact(row.trigger)}</td>
      <td class="num">{exact(row.displayed)}</td>
      <td class="num">{exact(row.achieved)}</td>
      <td class={exposed ? "num bad" : "num"}>{exposed ? "▲ " : ""}{exact(row.unhedged)}</td>
      <td class="num" title={`created ${iso(row.created)}`}>{clock(row.updated)}</td>
      <td class="reason" title={row.reason}>
        {active ? (
          <button type="button" class="danger" disabled={allStale.value} onClick={() => cancel(row.order_id)}>Cancel</button>
        ) : row.reason}
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
