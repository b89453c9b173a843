// The way back for a frozen market: a person has looked at what touched it.
import { thaw } from "../state/frozen";
import { allStale } from "../state/live";
import type { Market } from "../wire/types";

export function Thaw({ market }: { market: Market }) {
  if (!market.frozen) return null;
  return (
    <button
      type="button"
      class="thaw"
      disabled={allStale.value}
      title={market.refusal ?? ""}
      onClick={() => thaw(market.symbol)}
    >
      Trade again
    </button>
  );
}
