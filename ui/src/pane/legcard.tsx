// Details of one instrument, shown while its information mark is hovered or has the focus.
import { fixed, lean, percent, tickDecimals } from "../pure/number";
import { label } from "../pure/symbol";
import { age, countdown, day } from "../pure/time";
import { ageNow, markets, marketsByName } from "../state/live";
import type { Market } from "../wire/types";

export function LegCard({ name, symbol }: { name: string; symbol: string }) {
  const market = marketsByName.value.get(symbol);
  return (
    <div class="card-anchor">
      <button type="button" class="info" aria-label={`${name} details`} aria-describedby={`card-${name}`}>
        i
      </button>
      <div class="card" role="tooltip" id={`card-${name}`}>
        <h3>{label(symbol)}</h3>
        {market === undefined ? <p>Nothing is known of this market yet.</p> : <Terms market={market} />}
      </div>
    </div>
  );
}

function Terms({ market }: { market: Market }) {
  const amountUnit = market.size_unit ?? "";
  const worth = market.margin === "inverse" ? market.quote : market.base;
  const at = markets.value?.body.at ?? 0;
  const old = ageNow(market.age, markets.value?.received ?? 0);
  const rows: [string, string][] = [
    ["State", `${market.state}, ${age(old)} old`],
    ["Amount step", withUnit(market.step, amountUnit)],
    ["Contract size", withUnit(market.contract_size, worth)],
    ["Minimum notional", withUnit(market.min_notional, market.quote)],
    ["Minimum size", withUnit(market.min_size, amountUnit)],
    ["Price tick", withUnit(market.tick, market.quote)],
    ["Max leverage", market.max_leverage === null ? "–" : `${lean(market.max_leverage)}×`],
  ];
  if (market.expiry !== null)
    rows.push(["Delivery", `${day(market.expiry)}, in ${countdown(market.expiry, at)}`]);
  if (market.funding_rate !== null) {
    rows.push(["Funding", `${percent(market.funding_rate, 4)} %, ${percent(market.funding_apr)} % a year`]);
    rows.push(["Next funding", countdown(market.next_funding, at)]);
  }
  if (market.mark !== null)
    rows.push(["Mark", `${fixed(market.mark, tickDecimals(market.tick))} ${market.quote}`]);
  return (
    <>
      <dl>
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd class="num">{value}</dd>
          </div>
        ))}
      </dl>
      {market.refusal === null ? null : <p class="warn">{market.refusal}</p>}
    </>
  );
}

function withUnit(value: string | null, unit: string): string {
  return value === null ? "–" : `${lean(value)} ${unit}`.trim();
}
