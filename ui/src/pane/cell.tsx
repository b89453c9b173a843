// One crossing of the matrix: the figure, an arrow and a flash when it moved, grey when it is not live.
import { useRef } from "preact/hooks";
import { fixed, percent, signed } from "../pure/number";
import { spreadLabel } from "../pure/symbol";
import { age } from "../pure/time";
import { ageNow } from "../state/live";
import type { Spread } from "../wire/types";

export type Figure = "bp" | "price" | "year";

interface Props {
  spread: Spread;
  figure: Figure;
  received: number;
  selected: boolean;
  focusable: boolean;
  stale: boolean;
  choose: (spread: string) => void;
}

const FLASH = 900;

interface Move {
  shown: string;
  mid: number | null;
  figure: Figure;
  direction: "" | "up" | "down";
  count: number;
  at: number;
}

export function Cell({ spread, figure, received, selected, focusable, stale, choose }: Props) {
  const moved = useMove(text(spread, figure), spread.mid, figure);
  const shown = text(spread, figure);
  const classes = [
    "cell",
    "num",
    stale ? "old" : moved.direction,
    selected ? "selected" : "",
    heat(spread, stale),
  ];
  const hint = () => {
    const old = age(ageNow(spread.age, received));
    const year = spread.annualised === null ? "" : `, ${percent(spread.annualised)} % a year`;
    return (
      `${spreadLabel(spread.leg1, spread.leg2)}\n` +
      `mid ${fixed(spread.mid, spread.decimals)}, ${signed(spread.mid_bp, 2)} bp${year}\n` +
      `bid ${fixed(spread.bid, spread.decimals)}, ask ${fixed(spread.ask, spread.decimals)}\n` +
      `${spread.state}, ${old} old`
    );
  };
  return (
    <td
      class={classes.join(" ")}
      role="gridcell"
      tabIndex={focusable ? 0 : -1}
      aria-selected={selected}
      data-cell={`${spread.leg1}~${spread.leg2}`}
      data-spread={spread.spread}
      data-state={spread.state}
      title={hint()}
      onClick={() => choose(spread.spread)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(spread.spread);
      }}
    >
      <span class="arrow" aria-hidden="true" key={moved.count}>
        {stale || moved.direction === "" ? "" : moved.direction === "up" ? "▴" : "▾"}
      </span>
      {shown}
    </td>
  );
}

function text(spread: Spread, figure: Figure): string {
  if (figure === "price") return signed(spread.mid, spread.decimals);
  if (figure === "year") return percent(spread.annualised, 1);
  return signed(spread.mid_bp, 1);
}

/** Direction of the last visible change, for as long as it flashes. */
function useMove(shown: string, mid: number | null, figure: Figure): Move {
  const last = useRef<Move>({ shown, mid, figure, direction: "", count: 0, at: 0 });
  const memory = last.current;
  const time = performance.now();
  if (memory.figure !== figure) {
    Object.assign(memory, { figure, shown, mid, direction: "" });
  } else if (memory.shown !== shown && mid !== null && memory.mid !== null && mid !== memory.mid) {
    memory.direction = mid > memory.mid ? "up" : "down";
    memory.count += 1;
    memory.at = time;
    memory.shown = shown;
    memory.mid = mid;
  } else if (time - memory.at > FLASH) {
    Object.assign(memory, { direction: "", shown, mid });
  }
  return memory;
}

/** Five steps of tint each way, so that the eye finds the wide ones; the sign is always written too. */
function heat(spread: Spread, stale: boolean): string {
  if (stale || spread.mid_bp === null) return "";
  const step = Math.min(5, Math.ceil(Math.log2(1 + Math.abs(spread.mid_bp) / 4)));
  return step === 0 ? "" : `heat ${spread.mid_bp > 0 ? "above" : "below"}-${step}`;
}
