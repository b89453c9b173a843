// Spread orders; each opens to show what was sent and filled on its legs.
import { amounts, exact, rounded } from "../pure/number";
import { MARKS, STATES, typeWord, words } from "../pure/order";
import { label, spreadUnit } from "../pure/symbol";
import { clock, iso, moment } from "../pure/time";
import { allStale, marketDecimals, spreadDecimals } from "../state/live";
import { select } from "../state/selection";
import { cancel } from "../state/ticket";
import type { LegRow, Order } from "../wire/types";
import { Fold, folds } from "./fold";
import { Spread } from "./parts";

const COLUMNS = 10;
const DUST = "below the smallest size that can be traded, so nothing is to be hedged";

const open = folds();

export function OrderTable({ rows, active }: { rows: readonly Order[]; active: boolean }) {
  if (rows.length === 0) return <Empty active={active} />;
  return (
    <table class="rows" id={active ? "active-orders" : "order-history"}>
      <thead>
        <tr>
          <th>State</th>
          <th class="num">Order</th>
          <th>Spread</th>
          <th>Side</th>
          <th class="num">Filled / size</th>
          <th class="num" title="Auto-Trigger orders wait for this spread, market orders for nothing">
            Trigger
          </th>
          <th class="num" title="Size-weighted spread when the order was entered">
            Displayed
          </th>
          <th class="num" title="Spread that the fills add up to">
            Achieved
          </th>
          <th class="num" title="One leg ahead of the other">
            Unhedged
          </th>
          <th class="num spare">Updated UTC</th>
          {active ? null : <th class="spare reason">Reason</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => [
          <Row key={row.order_id} row={row} active={active} />,
          ...(open.value.has(row.order_id)
            ? [
                ...row.legs.map((leg) => (
                  <Leg key={`${row.order_id} ${leg.leg}`} leg={leg} active={active} />
                )),
                <About key={`${row.order_id} about`} row={row} active={active} />,
              ]
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
  const places = spreadDecimals(row.spread);
  return (
    <tr data-order={row.order_id} data-state={row.state}>
      <td class="state">
        <span class="whole">
          <Fold
            of={open}
            row={row.order_id}
            title="Show the legs and all that is known"
            label={`Legs of order ${row.order_id}`}
          />
          <Chip state={row.state} reason={row.reason} />
        </span>
        {active ? (
          <button type="button" class="danger" disabled={allStale.value} onClick={() => cancel(row.order_id)}>
            Cancel
          </button>
        ) : null}
      </td>
      <td class="num">{row.order_id}</td>
      <td class="wraps names">
        <button type="button" class="link" onClick={() => select(row.spread)} title={row.spread}>
          <Spread leg1={leg1} leg2={leg2} />
        </button>
      </td>
      <td class={row.side.toLowerCase()}>
        {row.side === "BUY" ? "▲" : "▼"} {row.side}
      </td>
      <td class="num pair" data-name="Filled / size">
        {amounts(row.filled)} / <span class="whole">{`${amounts(row.size)} ${spreadUnit(row.spread)}`}</span>
      </td>
      <td
        class={row.trigger === null ? "num dim" : "num"}
        title={`${typeWord(row.type)} order`}
        data-name="Trigger"
      >
        {row.trigger === null ? typeWord(row.type).toLowerCase() : exact(row.trigger)}
      </td>
      <td class="num" data-name="Displayed">
        {rounded(row.displayed, places)}
      </td>
      <td class="num" data-name="Achieved">
        {rounded(row.achieved, places)}
      </td>
      <Unhedged row={row} />
      <td class="num spare" title={`created ${iso(row.created)}`}>
        {clock(row.updated)}
      </td>
      {active ? null : (
        <td class="spare reason" title={row.reason}>
          {row.reason}
        </td>
      )}
    </tr>
  );
}

/** One leg under the order's own headings; the price of its fills stands where the order's achieved spread does. */
function Leg({ leg, active }: { leg: LegRow; active: boolean }) {
  const side = leg.side ?? "";
  const symbol = leg.symbol ?? "";
  return (
    <tr class="leg-row">
      <td class="wraps state">
        LEG{leg.leg} {leg.status ?? "not sent"}
      </td>
      <td />
      <td class="wraps names" title={symbol}>
        {label(symbol)}
      </td>
      <td class={side.toLowerCase()}>
        {side === "BUY" ? "▲" : "▼"} {side}
      </td>
      <td class="num pair" data-name="Filled / sent">
        {amounts(leg.filled)} / <span class="whole">{`${amounts(leg.sent)} ${leg.unit}`}</span>
      </td>
      <td />
      <td />
      <td class="num" title="Average price of this leg's fills" data-name="Average">
        {rounded(leg.average, marketDecimals(symbol))}
      </td>
      <td />
      <td class="spare" />
      {active ? null : <td class="spare" />}
    </tr>
  );
}

/** What has no column of its own, or none where the pane is narrow. */
function About({ row, active }: { row: Order; active: boolean }) {
  const facts = [
    `${typeWord(row.type)} order ${row.order_id}${row.trigger === null ? "" : ` at ${exact(row.trigger)}`}`,
    `created ${moment(row.created)}, changed ${moment(row.updated)} UTC`,
    row.displayed === null ? "" : `displayed ${rounded(row.displayed, spreadDecimals(row.spread))}`,
    isDust(row) ? `${amounts(row.unhedged, true)} ${spreadUnit(row.spread)} unhedged: ${DUST}` : "",
    row.reason,
    ...row.legs.flatMap(({ leg, fees, message }) => [
      !fees || fees === "0" ? "" : `LEG${leg} fee ${amounts(fees)}`,
      message ? `LEG${leg}: ${message}` : "",
    ]),
  ];
  return (
    <tr class="leg-row about">
      <td colSpan={active ? COLUMNS : COLUMNS + 1}>
        <div class="because">{facts.filter((text) => text !== "").join(" · ")}</div>
      </td>
    </tr>
  );
}

/** Whether something is unhedged that is too little for any order: INCOMPLETE says that it could be hedged. */
function isDust(row: Order): boolean {
  return row.state !== "INCOMPLETE" && /[1-9]/.test(row.unhedged);
}

function Unhedged({ row }: { row: Order }) {
  const amount = amounts(row.unhedged, true);
  if (isDust(row))
    return (
      <td class="num dim" title={`${amount} ${spreadUnit(row.spread)}: ${DUST}`} data-name="Unhedged">
        dust
      </td>
    );
  const exposed = row.state === "INCOMPLETE";
  return (
    <td class={exposed ? "num bad" : "num"} data-name="Unhedged">
      {exposed ? "▲ " : ""}
      {amount}
    </td>
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
