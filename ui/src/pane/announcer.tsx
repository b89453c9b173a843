// Order events for people who listen instead of looking.
import { effect, signal } from "@preact/signals";
import { changes } from "../pure/order";
import { orders } from "../state/live";
import type { Order } from "../wire/types";

const spoken = signal("");
let before: Map<string, Order> | undefined;

effect(() => {
  const rows = orders.value?.body.rows;
  if (rows === undefined) return;
  const said = before === undefined ? [] : changes(before, rows);
  before = new Map(rows.map((row) => [row.order_id, row]));
  if (said.length > 0) spoken.value = said.join(". ");
});

export function Announcer() {
  return (
    <div class="hidden" role="status" aria-live="polite" id="announcer">
      {spoken.value}
    </div>
  );
}
