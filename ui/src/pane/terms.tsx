// The spread market's own terms, derived from its legs.
import { fixed, lean, NONE } from "../pure/number";
import { parse } from "../pure/symbol";
import { details } from "../state/selection";

export function Terms() {
  const terms = details.value?.body;
  if (terms === undefined) return null;
  if (terms.problem !== null) return <p class="problem terms">{terms.problem}</p>;
  const { unit } = terms;
  const quote = parse(terms.leg1)?.quote ?? "";
  const rows: readonly (readonly [string, string, string])[] = [
    ["Amount step", lean(terms.grid ?? terms.step), unit],
    ["Minimum size", lean(terms.min_size), unit],
    ["Maximum size", lean(terms.max_size), unit],
    ["Minimum notional", lean(terms.min_notional), quote],
    ["Price tick", lean(terms.tick), quote],
    ["Max leverage", lean(terms.max_leverage), "×"],
    ["Taker fees, both legs", fixed(terms.taker_cost_bp, 1), "bp"],
  ];
  return (
    <section class="terms" aria-label="Spread market details">
      <h3>Spread market details</h3>
      <dl>
        {rows.map(([name, value, of]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="num">{value === NONE ? NONE : of === "×" ? `${value}×` : `${value} ${of}`}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
