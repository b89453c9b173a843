// What became of the last thing sent: the desk's answer, and the order as it lives on.
import { amounts, rounded } from "../pure/number";
import { spreadUnit } from "../pure/symbol";
import { orders, spreadDecimals } from "../state/live";
import { outcome, transmit } from "../state/ticket";
import { Chip } from "./orders";

export function Outcome() {
  const said = outcome.value;
  const again = said?.again;
  return (
    <div class="outcome" id="outcome" role="status" data-tone={said?.tone ?? "none"}>
      {said?.text ?? ""}
      {again === undefined ? null : (
        <button type="button" onClick={() => transmit(again)}>
          Send again with the same key
        </button>
      )}
      {said?.order === undefined ? null : <Followed orderId={said.order} />}
    </div>
  );
}

function Followed({ orderId }: { orderId: string }) {
  const order = orders.value?.body.rows.find((row) => row.order_id === orderId);
  if (order === undefined) return null;
  const price = order.achieved === null ? "" : ` at ${rounded(order.achieved, spreadDecimals(order.spread))}`;
  return (
    <p class="followed">
      <Chip state={order.state} reason={order.reason} />
      <span class="num">
        {amounts(order.filled)} of {amounts(order.size)} {spreadUnit(order.spread)}
        {price}
      </span>
    </p>
  );
}
