import { age, clock, day } from "../pure/time";
import { helping } from "../state/keys";
import { ageNow, desk, lastHeard, markets, modeName, pulse } from "../state/live";
import { theme, toggleTheme } from "../theme";

const PULSES = {
  live: ["●", "Live"],
  starting: ["◌", "Starting"],
  ended: ["■", "Ended"],
  silent: ["▲", "Silent"],
  "no-desk": ["✕", "Desk gone"],
  offline: ["✕", "Disconnected"],
} as const;

const MEANINGS: Record<string, string> = {
  REPLAY: "Recorded markets are played again. Fills are simulated; no order leaves this machine.",
  DEMO: "A simulated market. Prices and fills are made up; no order leaves this machine.",
  PAPER: "Real prices, simulated fills. No order leaves this machine.",
};

export function TopBar() {
  const told = desk.value;
  return (
    <header class="top">
      <div class="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M7 20.5 12.5 13l4.5 4L25 8.5M7 25.5h18" />
        </svg>
        <h1>Basisdesk</h1>
      </div>
      <Mode />
      <div class="source" title={told?.body.source}>
        {told?.body.source ?? ""}
      </div>
      <Progress />
      <div class="top-right">
        <Pulse />
        <MarketClock />
        <button
          type="button"
          class="icon"
          onClick={toggleTheme}
          title={`Switch to the ${theme.value === "dark" ? "light" : "dark"} theme`}
        >
          <span aria-hidden="true">{theme.value === "dark" ? "☀" : "☾"}</span>
          <span class="hidden">Switch theme</span>
        </button>
        <button
          type="button"
          class="icon"
          onClick={() => {
            helping.value = true;
          }}
          title="Keys and about (?)"
        >
          <span aria-hidden="true">?</span>
          <span class="hidden">Help</span>
        </button>
      </div>
    </header>
  );
}

function Mode() {
  const name = modeName.value;
  if (name === "") return null;
  return (
    <strong class="mode" id="mode" title={MEANINGS[name]}>
      {name}
      <small>fills are simulated</small>
    </strong>
  );
}

function Progress() {
  const told = desk.value?.body;
  if (told === undefined || told.progress === null) return null;
  const share = Math.round(told.progress * 100);
  const speed = told.speed === null ? "max speed" : `${told.speed}×`;
  return (
    <div class="progress" title={`Replay at ${speed}`}>
      <progress max={100} value={share} aria-label="Replay progress" />
      <span class="num">
        {share} % · {speed}
      </span>
    </div>
  );
}

function Pulse() {
  const [mark, word] = PULSES[pulse.value];
  return (
    <div class="pulse" data-pulse={pulse.value} id="pulse">
      <span aria-hidden="true">{mark}</span> {word}
    </div>
  );
}

function MarketClock() {
  const at = markets.value?.body.at ?? desk.value?.body.at;
  if (!at) return null;
  const old = ageNow(0, lastHeard.value) ?? 0;
  return (
    <div class="clock num" title="Market time in UTC, and how long ago it was heard">
      <span class="clock-day">{day(at)}</span> {clock(at)} <small>UTC</small>
      <span class="clock-age">{old < 300 ? "now" : age(old)}</span>
    </div>
  );
}
