import { amounts, padded } from "../pure/number";
import { label } from "../pure/symbol";
import { clockMs, iso } from "../pure/time";
import { fills, marketDecimals } from "../state/live";

export function FillTable() {
  const rows = fills.value?.body.rows ?? [];
  if (rows.length === 0) {
    return (
      <p class="empty">
        No fill yet. A market order fills at once, an Auto-Trigger order when the spread reaches its price.
      </p>
    );
  }
  return (
    <table class="rows" id="fills">
      <thead>
        <tr>
          <th class="num">Time UTC</th>
          <th class="num">Order</th>
          <th class="num">Leg</th>
          <th>Market</th>
          <th>Side</th>
          <th class="num">Price quote</th>
          <th class="num" title="Contracts or coin, as the venue counts them">
            Venue size
          </th>
          <th class="num">Size coin</th>
          <th class="num">Fee</th>
          <th class="num trade">Trade</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.symbol} ${row.trade_id} ${row.order_id} ${row.leg}`}>
            <td class="num" title={iso(row.at)}>
              {clockMs(row.at)}
            </td>
            <td class="num">{row.order_id}</td>
            <td class="num leg-number">{row.leg}</td>
            <td class="wraps names" title={row.symbol}>
              {label(row.symbol)}
            </td>
            <td class={row.side.toLowerCase()}>
              {row.side === "BUY" ? "▲" : "▼"} {row.side}
            </td>
            <td class="num" data-name="Price quote">
              {padded(row.price, marketDecimals(row.symbol))}
            </td>
            <td class="num" data-name="Venue size">
              {amounts(row.size)}
            </td>
            <td class="num" data-name="Size coin">
              {amounts(row.base)}
            </td>
            <td class="num" data-name="Fee">
              {amounts(`${row.fee} ${row.fee_asset}`)}
            </td>
            <td class="num dim trade" title={row.trade_id} data-name="Trade">
              {row.trade_id}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
