import { Fragment } from "preact";
import { fixed, percent, size, tickDecimals } from "../pure/number";
import { contract, venueName } from "../pure/symbol";
import { age, countdown, day } from "../pure/time";
import { ageNow, markets } from "../state/live";
import { underlying } from "../state/selection";
import type { Market } from "../wire/types";
import { Thaw } from "./thaw";

const COLUMNS = 12;

export function MarketTable() {
  const told = markets.value;
  const rows = (told?.body.rows ?? []).filter(
    (row) => underlying.value === "" || row.base === underlying.value,
  );
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
            Funding % a year
          </th>
          <th class="num">Next funding</th>
          <th>Delivery</th>
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

/** Why a market is frozen: too much to be found only by pointing at it. */
function Why({ row }: { row: Market }) {
  return (
    <tr class="why" data-why={row.symbol}>
      <td colSpan={COLUMNS}>{row.refusal}</td>
    </tr>
  );
}

function Row({ row, at, received }: { row: Market; at: number; received: number }) {
  const places = tickDecimals(row.tick);
  const live = row.state === "live" || row.state === "valid";
  return (
    <tr class={live ? "live" : "live old"} data-market={row.symbol} title={row.refusal ?? row.symbol}>
      <td>{venueName(row.venue)}</td>
      <td>
        {contract(row.symbol)}
        {row.refusal === null ? "" : " ⊘"}
      </td>
      <td>
        {live && !row.frozen ? "●" : "▲"} {row.frozen ? "frozen" : row.state}
        <Thaw market={row} />
      </td>
      <td class="num">{age(ageNow(row.age, received))}</td>
      <td class="num dim">{size(row.bid_size)}</td>
      <td class="num">{fixed(row.bid, places)}</td>
      <td class="num">{fixed(row.ask, places)}</td>
      <td class="num dim">{size(row.ask_size)}</td>
      <td class="num">{fixed(row.last, places)}</td>
      <td class="num">{percent(row.funding_apr)}</td>
      <td class="num">{countdown(row.next_funding, at)}</td>
      <td class="num">{row.expiry === null ? "–" : `${day(row.expiry)}, in ${countdown(row.expiry, at)}`}</td>
    </tr>
  );
}
