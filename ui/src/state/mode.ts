// The mode, where it cannot be missed: the document's title, the favicon and the colour of the frame.
import { effect } from "@preact/signals";
import { fixed } from "../pure/number";
import { allStale, modeName } from "./live";
import { selectedRow } from "./selection";

const KNOWN = ["REPLAY", "DEMO", "PAPER"];

export function wireMode(): void {
  effect(() => {
    const name = KNOWN.includes(modeName.value) ? modeName.value.toLowerCase() : "";
    document.documentElement.dataset.mode = name;
    document.documentElement.dataset.stale = String(allStale.value);
    const icon = allStale.value ? "-off" : name === "" ? "" : `-${name}`;
    document.getElementById("favicon")?.setAttribute("href", `/favicon${icon}.svg`);
  });
  effect(() => {
    const row = selectedRow.value;
    const price = row && !allStale.value ? `${fixed(row.mid, row.decimals)} ${row.underlying} ` : "";
    const mode = modeName.value === "" ? "" : `[${modeName.value}] `;
    document.title = `${mode}${price}Basisdesk`;
  });
}
