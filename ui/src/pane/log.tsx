import { clockMs, iso } from "../pure/time";
import { log } from "../state/live";

const MARKS: Readonly<Record<string, string>> = { info: "·", warning: "▲", error: "✕" };

export function LogLines() {
  const rows = log.value?.body.rows ?? [];
  if (rows.length === 0)
    return (
      <p class="empty">Nothing has been logged. Gaps, resyncs, refusals and order events appear here.</p>
    );
  return (
    <ol class="log">
      {rows.map((row) => (
        <li key={`${row.at} ${row.text}`} data-level={row.level}>
          <time class="num" dateTime={iso(row.at)}>
            {clockMs(row.at)}
          </time>
          <span aria-hidden="true">{MARKS[row.level] ?? "·"}</span>
          <span class="hidden">{row.level}</span>
          <span>{row.text}</span>
        </li>
      ))}
    </ol>
  );
}
