import { fixed, percent, signed } from "../pure/number";
import { quoteOf } from "../pure/symbol";
import { age } from "../pure/time";
import { ageNow, matrix } from "../state/live";
import { selectedRow } from "../state/selection";

const SELLS = "What selling the spread gets: LEG1's bid less LEG2's ask";
const BUYS = "What buying the spread costs: LEG1's ask less LEG2's bid";
const YIELD =
  "Basis to delivery, simple, 365 days; a dash where LEG1 has no delivery date, or both legs have one";

export function Quote() {
  const row = selectedRow.value;
  if (row === undefined) return <p class="dim">No spread yet: the desk has not listed any.</p>;
  const money = quoteOf(row.leg1);
  const old = ageNow(row.age, matrix.value?.received ?? 0);
  return (
    <dl class={row.state === "live" ? "quote live" : "quote live old"} data-state={row.state}>
      <Item name={`Bid ${money}`} title={SELLS} value={fixed(row.bid, row.decimals)} />
      <Item name="Ask" title={BUYS} value={fixed(row.ask, row.decimals)} />
      <Item name="Mid" value={fixed(row.mid, row.decimals)} strong />
      <Item name="bp" value={signed(row.mid_bp, 2)} title="Mid in basis points of LEG2's mid" />
      <Item name="% a year" value={percent(row.annualised)} title={YIELD} />
      <Item name={row.state === "live" ? "Age" : row.state} value={age(old)} />
    </dl>
  );
}

function Item({
  name,
  value,
  strong,
  title,
}: {
  name: string;
  value: string;
  strong?: boolean;
  title?: string;
}) {
  return (
    <div class={strong ? "strong" : undefined} title={title}>
      <dt>{name}</dt>
      <dd class="num">{value}</dd>
    </div>
  );
}
