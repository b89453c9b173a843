// The synthetic ladder: asks over bids, sizes and what they add up to; a click on a price takes it as the trigger.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  bucket,
  depth as depthText,
  groupDecimals,
  groups,
  type Rung,
  rungs,
  sizePlaces,
} from "../pure/ladder";
import { fixed } from "../pure/number";
import { contract, quoteOf } from "../pure/symbol";
import { age } from "../pure/time";
import { ageNow, marketDecimals, orders } from "../state/live";
import { details, ladder, selected, selectedRow } from "../state/selection";
import { trigger, type } from "../state/ticket";
import type { Ladder } from "../wire/types";

const ROW = 22;
const FEWEST = 8;

export function LadderPane() {
  const times = useSignal(0);
  const told = ladder.value;
  const decimals = told?.body.decimals ?? 2;
  const widths = groups(decimals);
  const group = widths[times.value] ?? 10 ** -decimals;
  return (
    <section class="pane ladder-pane" aria-label="Synthetic ladder">
      <header>
        <h2>Ladder</h2>
        <span class="dim">{told === undefined ? "" : age(ageNow(told.body.age, told.received))}</span>
        <label class="grouping">
          <span class="hidden">Price grouping</span>
          <select
            value={times.value}
            onChange={(event) => {
              times.value = Number(event.currentTarget.value);
            }}
            title="Merge prices"
          >
            {widths.map((width, index) => (
              <option key={width} value={index}>
                {fixed(width, groupDecimals(width, decimals))}
              </option>
            ))}
          </select>
        </label>
      </header>
      {told === undefined ? <Empty /> : <Sides body={told.body} group={group} />}
    </section>
  );
}

function Empty() {
  const words =
    selected.value === ""
      ? "Select a spread in the matrix to see its depth."
      : "Asking the desk for the composed depth.";
  return <p class="empty">{words}</p>;
}

function Sides({ body, group }: { body: Ladder; group: number }) {
  const box = useRef<HTMLDivElement>(null);
  const depth = useSignal(FEWEST);
  useEffect(() => {
    const pane = box.current;
    if (pane === null) return undefined;
    const watcher = new ResizeObserver(() => {
      depth.value = Math.max(FEWEST, Math.floor((pane.clientHeight - 90) / 2 / ROW));
    });
    watcher.observe(pane);
    return () => watcher.disconnect();
  }, []);
  const asks = rungs(body.asks, group, "ask").slice(0, depth.value);
  const bids = rungs(body.bids, group, "bid").slice(0, depth.value);
  const sizes = sizePlaces(details.value?.body.step ?? null, body.unit);
  const most = Math.max(asks.at(-1)?.total ?? 0, bids.at(-1)?.total ?? 0);
  const places = groupDecimals(group, body.decimals);
  const live = body.state === "live";
  const marks = waiting(group);
  const rows = (side: "ask" | "bid", list: Rung[]) =>
    list.map((rung) => (
      <Row
        key={rung.price}
        side={side}
        rung={rung}
        most={most}
        places={places}
        sizes={sizes}
        mark={marks.get(`${side}${rung.price.toFixed(places)}`)}
      />
    ));
  return (
    <div ref={box} class={live ? "ladder live" : "ladder live old"} data-state={body.state}>
      <div class="rung heading">
        <span>Price {quoteOf(selectedRow.value?.leg1 ?? "")}</span>
        <span>Size {body.unit}</span>
        <span>Total</span>
      </div>
      <div class="asks">{rows("ask", asks).reverse()}</div>
      <Middle body={body} />
      <div class="bids">{rows("bid", bids)}</div>
      <p class="note">{shortLeg(body)}</p>
    </div>
  );
}

interface RowProps {
  side: "ask" | "bid";
  rung: Rung;
  most: number;
  places: number;
  sizes: number;
  mark: string | undefined;
}

function Row({ side, rung, most, places, sizes, mark }: RowProps) {
  const legs = selectedRow.value;
  const price = fixed(rung.price, places);
  const hint =
    legs === undefined
      ? ""
      : `${contract(legs.leg1)} ${fixed(rung.leg1, marketDecimals(legs.leg1))}\n${contract(legs.leg2)} ${fixed(rung.leg2, marketDecimals(legs.leg2))}\nClick to take ${price} as the trigger price`;
  const take = () => {
    type.value = "auto_trigger";
    trigger.value = rung.price.toFixed(places);
  };
  return (
    <button
      type="button"
      class={`rung ${side}`}
      title={hint}
      // Pressing decides: by the time of release the ladder may have moved on, and the click would be nobody's.
      onPointerDown={(event) => {
        if (event.button === 0) take();
      }}
      onClick={take}
      data-price={rung.price.toFixed(places)}
    >
      <i class="bar" style={{ width: `${(100 * rung.total) / (most || 1)}%` }} />
      <i class="bar own" style={{ width: `${(100 * rung.size) / (most || 1)}%` }} />
      <span class="num price">
        {mark === undefined ? null : (
          <b class="mark" title={mark}>
            ▸
          </b>
        )}
        {price}
      </span>
      <span class="num">{depthText(rung.size, sizes)}</span>
      <span class="num dim">{depthText(rung.total, sizes)}</span>
    </button>
  );
}

function Middle({ body }: { body: Ladder }) {
  const bid = body.bids[0]?.[0];
  const ask = body.asks[0]?.[0];
  if (bid === undefined || ask === undefined) {
    return <div class="middle">{body.state === "live" ? "No depth on one side" : `Book ${body.state}`}</div>;
  }
  return (
    <div class="middle">
      <strong class="num">{fixed((bid + ask) / 2, body.decimals)}</strong>
      <span class="num dim">width {fixed(ask - bid, body.decimals)}</span>
      {body.state === "live" ? null : <em>{body.state}</em>}
    </div>
  );
}

function shortLeg(body: Ladder): string {
  if (body.short_leg === 0) return "";
  return body.short_leg === 3
    ? "The books of both legs end here."
    : `The book of LEG${body.short_leg} ends here.`;
}

/** Triggers of active orders by the rung they wait at. */
function waiting(group: number): Map<string, string> {
  const found = new Map<string, string>();
  const places = groupDecimals(group, 12);
  for (const order of orders.value?.body.rows ?? []) {
    if (!order.active || order.trigger === null || order.spread !== selected.value) continue;
    const side = order.side === "BUY" ? "ask" : "bid";
    const price = bucket(Number(order.trigger), group, side).toFixed(places);
    found.set(`${side}${price}`, `Order ${order.order_id}: ${order.side} ${order.size} waits here`);
  }
  return found;
}
