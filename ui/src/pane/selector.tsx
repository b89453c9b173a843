// The spread market selector: futures type, then venue and instrument of each leg, or a search over all spreads.
import { compareSymbols, type Margin, ofMargin } from "../pure/matrix";
import { contract, venueName, venueOf } from "../pure/symbol";
import { spreads } from "../state/live";
import {
  margin,
  select,
  selectedRow,
  showMargin,
  showUnderlying,
  underlying,
  underlyings,
} from "../state/selection";
import { LegCard } from "./legcard";
import { Quote } from "./quote";
import { Search } from "./search";

const MARGINS: readonly (readonly [Margin, string, string])[] = [
  ["all", "All", "Every pair of markets with the same underlying"],
  ["linear", "USD-margined", "Linear futures, margined in a stable coin, and spot"],
  ["inverse", "Coin-margined", "Inverse futures, margined in the coin, and spot"],
];

export function Selector() {
  return (
    <section class="selector" aria-label="Spread market selector">
      <Search />
      <div class="tabs" role="group" aria-label="Underlying">
        {underlyings.value.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === underlying.value}
            onClick={() => showUnderlying(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="tabs" role="group" aria-label="Futures type">
        {MARGINS.map(([name, word, hint]) => (
          <button
            key={name}
            type="button"
            title={hint}
            aria-pressed={name === margin.value}
            onClick={() => showMargin(name)}
          >
            {word}
          </button>
        ))}
      </div>
      <Legs />
      <Quote />
    </section>
  );
}

function Legs() {
  const row = selectedRow.value;
  if (row === undefined) return null;
  const rows = spreads.value.filter(
    (one) => one === row || (one.underlying === row.underlying && ofMargin(one, margin.value)),
  );
  const first = [...new Set(rows.map((one) => one.leg1))].sort(compareSymbols);
  const second = rows
    .filter((one) => one.leg1 === row.leg1)
    .map((one) => one.leg2)
    .sort(compareSymbols);
  const toFirst = (leg: string) => {
    const same = rows.find((one) => one.leg1 === leg && one.leg2 === row.leg2);
    const next = same ?? rows.find((one) => one.leg1 === leg);
    if (next !== undefined) select(next.spread);
  };
  const toSecond = (leg: string) => {
    const next = rows.find((one) => one.leg1 === row.leg1 && one.leg2 === leg);
    if (next !== undefined) select(next.spread);
  };
  return (
    <div class="legs-chosen">
      <Leg name="LEG1" symbol={row.leg1} choices={first} choose={toFirst} />
      <Leg name="LEG2" symbol={row.leg2} choices={second} choose={toSecond} />
    </div>
  );
}

interface LegProps {
  name: "LEG1" | "LEG2";
  symbol: string;
  choices: string[];
  choose: (symbol: string) => void;
}

function Leg({ name, symbol, choices, choose }: LegProps) {
  const venue = venueOf(symbol);
  const venues = [...new Set(choices.map(venueOf))].sort();
  const here = choices.filter((one) => venueOf(one) === venue);
  const toVenue = (next: string) => {
    const found = choices.find((one) => venueOf(one) === next);
    if (found !== undefined) choose(found);
  };
  return (
    <div class="leg">
      {name === "LEG2" ? (
        <span class="minus" aria-hidden="true">
          −
        </span>
      ) : null}
      <span class="leg-name">{name}</span>
      <select
        aria-label={`${name} venue`}
        value={venue}
        onChange={(event) => toVenue(event.currentTarget.value)}
      >
        {venues.map((one) => (
          <option key={one} value={one}>
            {venueName(one)}
          </option>
        ))}
      </select>
      <select
        aria-label={`${name} instrument`}
        value={symbol}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {here.map((one) => (
          <option key={one} value={one}>
            {contract(one)}
          </option>
        ))}
      </select>
      <LegCard name={name} symbol={symbol} />
    </div>
  );
}
