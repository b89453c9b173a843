import { age } from "../pure/time";
import { lastHeard, link, now, pulse, refusal } from "../state/live";

export function Banner() {
  const text = sentence();
  if (text !== "") {
    return (
      <div class="banner" role="alert" data-pulse={pulse.value}>
        <span aria-hidden="true">▲</span> {text}
      </div>
    );
  }
  if (refusal.value === "") return null;
  return (
    <div class="banner" role="alert">
      <span>{refusal.value}</span>
      <button
        type="button"
        onClick={() => {
          refusal.value = "";
        }}
      >
        Dismiss
      </button>
    </div>
  );
}

function sentence(): string {
  const silent = lastHeard.value === 0 ? "" : ` Last heard ${age(now.value - lastHeard.value)} ago.`;
  switch (pulse.value) {
    case "offline":
      return `Disconnected from the web process: every number below is old.${silent} Trying again.`;
    case "no-desk":
      return `The desk is gone (${link.value.reason}): every number below is old.${silent} Orders cannot be sent.`;
    case "silent":
      return `The desk is silent: every number below is old.${silent}`;
    case "ended":
      return "The recording is over: its last state is shown and orders are refused. Play it again to trade.";
    default:
      return "";
  }
}
