// The search box over all spreads, opened with "/": words in any order, arrows move, Enter selects.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { signed } from "../pure/number";
import { find } from "../pure/search";
import { spreadLabel } from "../pure/symbol";
import { spreads } from "../state/live";
import { select } from "../state/selection";

const SHOWN = 12;

export function Search() {
  const text = useSignal("");
  const open = useSignal(false);
  const at = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  const found = open.value ? find(spreads.value, text.value, SHOWN) : [];
  const leave = () => {
    open.value = false;
    text.value = "";
    field.current?.blur();
  };
  const choose = (spread: string | undefined) => {
    if (spread !== undefined) select(spread);
    leave();
  };
  const keyed = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined) at.value = (at.value + move + found.length) % Math.max(found.length, 1);
    else if (event.key === "Enter") choose(found[at.value]?.spread);
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
  };
  return (
    <div class="search">
      <input
        ref={field}
        id="search"
        role="combobox"
        aria-expanded={open.value}
        aria-controls="found"
        aria-activedescendant={found.length > 0 ? `found-${at.value}` : undefined}
        aria-label="Search spreads"
        placeholder="Search spreads"
        autocomplete="off"
        value={text.value}
        onFocus={() => {
          open.value = true;
        }}
        onBlur={() => {
          open.value = false;
        }}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={keyed}
      />
      <kbd>/</kbd>
      {open.value ? (
        <div class="found" role="listbox" id="found" aria-label="Spreads found">
          {found.map((row, index) => (
            <div
              key={row.spread}
              id={`found-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at.value}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(row.spread);
              }}
            >
              <span>{spreadLabel(row.leg1, row.leg2)}</span>
              <span class="num dim">{signed(row.mid_bp, 1)} bp</span>
            </div>
          ))}
          {found.length === 0 ? (
            <p class="dim">No spread has all these words. Try a venue, a coin or “perp”.</p>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
