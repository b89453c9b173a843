// Keys for the whole page. A key typed into a field belongs to the field, except Escape.
import { signal } from "@preact/signals";
import { asking, clear, side, submit } from "./ticket";

export const helping = signal(false);

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, select, textarea, dialog") !== null;
}

function onControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("button, a, summary, [role=gridcell], [role=tab]") !== null
  );
}

export function wireKeys(): void {
  // A key held down repeats: Enter would send the ticket, and then confirm what it had just asked.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || !event.repeat) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      leave(event);
      return;
    }
    if (inField(event.target)) return;
    const act = actions[event.key];
    if (event.key === "Enter" && onControl(event.target)) return;
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

const actions: Record<string, () => void> = {
  "/": () => {
    document.getElementById("search")?.focus(); // at once: what is typed next belongs to it
  },
  "?": () => {
    helping.value = !helping.value;
  },
  b: () => arm("BUY"),
  B: () => arm("BUY"),
  s: () => arm("SELL"),
  S: () => arm("SELL"),
  Enter: submit,
};

function arm(wanted: "BUY" | "SELL"): void {
  side.value = wanted;
  const field = document.getElementById("size");
  if (!(field instanceof HTMLInputElement)) return;
  field.focus();
  field.select(); // what is typed next is the size, not more digits of the last one
}

function leave(event: KeyboardEvent): void {
  if (helping.value || asking.value) {
    helping.value = false;
    asking.value = false;
    return;
  }
  if (event.target instanceof HTMLElement && event.target.closest("[role=combobox]")) return;
  clear();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
