// Dark or light, before anything is drawn: the choice made here, or else what the system prefers.
import { computed, effect, signal } from "@preact/signals";
import { remembered } from "./state/prefs";

const system = matchMedia("(prefers-color-scheme: light)");
const systemLight = signal(system.matches);
system.addEventListener("change", (event) => {
  systemLight.value = event.matches;
});

const chosen = remembered<string>("theme", "");

export const theme = computed(() =>
  chosen.value === "" ? (systemLight.value ? "light" : "dark") : chosen.value,
);

export function toggleTheme(): void {
  chosen.value = theme.value === "dark" ? "light" : "dark";
}

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
