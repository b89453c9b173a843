import { fixed, NONE, size as sizeText } from "../pure/number";
import { quoteOf } from "../pure/symbol";
import { estimated } from "../state/estimate";
import { selectedRow } from "../state/selection";
import { side } from "../state/ticket";

export function Estimated() {
  const found = estimated.value;
  if (found === undefined) return <dl class="estimate" />;
  const away =
    found.mid === undefined ? undefined : (found.average - found.mid) * (side.value === "BUY" ? 1 : -1);
  return (
    <>
      <dl class="estimate live">
        <Line name="Average now" value={fixed(found.average, found.decimals)} strong />
        <Line name="Worst level" value={fixed(found.worst, found.decimals)} />
        <Line name="Worse than mid by" value={fixed(away, found.decimals)} />
        <Line
          name="Taker fees"
          value={
            found.cost === undefined
              ? NONE
              : `≈ ${fixed(found.cost, 2)} ${quoteOf(selectedRow.value?.leg1 ?? "")}${found.costBp === null ? "" : ` (${fixed(found.costBp, 1)} bp)`}`
          }
        />
      </dl>
      {found.complete ? null : (
        <p class="problem">
          The ladder shows only {sizeText(found.available)} {found.unit}: the rest would fill deeper or not at
          all.
        </p>
      )}
    </>
  );
}

function Line({ name, value, strong }: { name: string; value: string; strong?: boolean }) {
  return (
    <div class={strong ? "strong" : undefined}>
      <dt>{name}</dt>
      <dd class="num">{value}</dd>
    </div>
  );
}
