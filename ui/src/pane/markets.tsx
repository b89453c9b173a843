import { Fragment } from "preact";
import { fixed, percent, size, tickDecimals } from "../pure/number";
import { contract, venueName } from "../pure/symbol";
import { age, countdown, day } from "../pure/time";
import { ageNow, markets } from "../state/live";
import { underlying } from "../state/selection";
import type { Market } from "../wire/types";
import { Thaw } from "./thaw";

const COLUMNS = 12;
const TOGETHER = "\u00a0"; // keeps the heading on two lines where it has to be broken

/** The markets of the coin that is looked at. */
export function listed(): readonly Market[] {
  const rows = markets.value?.body.rows ?? [];
  return rows.filter((row) => underlying.value === "" || row.base === underlying.value);
}

export function MarketTable() {
  const told = markets.value;
  const rows = listed();
  if (told === undefined || rows.length === 0)
    return (
      <p class="empty">
        No market of {underlying.value || "any coin"} yet. The desk lists them once it has instruments.
      </p>
    );
  return (
    <table class="rows" id="markets">
      <thead>
        <tr>
          <th>Venue</th>
          <th>Market</th>
          <th>State</th>
          <th class="num">Age</th>
          <th class="num">Bid size</th>
          <th class="num">Bid</th>
          <th class="num">Ask</th>
          <th class="num">Ask size</th>
          <th class="num">Last</th>
          <th class="num" title="Simple, 365 days, from the venue's own interval">
            Funding %{TOGETHER}a{TOGETHER}year
          </th>
          <th class="num spare">Funding in</th>
          <th class="num">Delivery in</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={row.symbol}>
            <Row row={row} at={told.body.at} received={told.received} />
            {row.frozen ? <Why row={row} /> : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

/** Why a market is frozen, and the way back: too much to be found only by pointing at it. */
function Why({ row }: { row: Market }) {
  return (
    <tr class="why" data-why={row.symbol}>
      <td colSpan={COLUMNS}>
        <div class="because">
          <Thaw market={row} />
          <span>{row.refusal}</span>
        </div>
      </td>
    </tr>
  );
}

function Row({ row, at, received }: { row: Market; at: number; received: number }) {
  const places = tickDecimals(row.tick);
  const live = row.state === "live" || row.state === "valid";
  return (
    <tr class={live ? "live" : "live old"} data-market={row.symbol} title={row.refusal ?? row.symbol}>
      <td class="names">{venueName(row.venue)}</td>
      <td class="names">
        {contract(row.symbol)}
        {row.refusal === null ? "" : " ⊘"}
      </td>
      <td class={row.frozen ? "warn" : undefined}>
        {live && !row.frozen ? "●" : "▲"} {row.frozen ? "frozen" : row.state}
      </td>
      <td class="num">{age(ageNow(row.age, received))}</td>
      <td class="num dim" data-name="Bid size">
        {size(row.bid_size)}
      </td>
      <td class="num" data-name="Bid">
        {fixed(row.bid, places)}
      </td>
      <td class="num" data-name="Ask">
        {fixed(row.ask, places)}
      </td>
      <td class="num dim" data-name="Ask size">
        {size(row.ask_size)}
      </td>
      <td class="num" data-name="Last">
        {fixed(row.last, places)}
      </td>
      <td class="num" data-name="Funding %">
        {percent(row.funding_apr)}
      </td>
      <td class="num spare" data-name="Funding in">
        {countdown(row.next_funding, at)}
      </td>
      <td class="num" title={row.expiry === null ? undefined : day(row.expiry)} data-name="Delivery in">
        {countdown(row.expiry, at)}
      </td>
    </tr>
  );
}
