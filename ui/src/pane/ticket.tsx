// The ticket: side, order type, size, trigger and sequence; what it would cost, and what may go wrong.

import { exact } from "../pure/number";
import { contract, label } from "../pure/symbol";
import { presets } from "../pure/ticket";
import { allStale, modeName } from "../state/live";
import { details, selectedRow } from "../state/selection";
import {
  atOnce,
  clear,
  confirming,
  sequence,
  side,
  size,
  submit,
  touched,
  trigger,
  type,
  worth,
  wrong,
} from "../state/ticket";
import type { OrderType, Sequence, Side } from "../wire/types";
import { Estimated } from "./estimated";
import { Field } from "./field";
import { Outcome } from "./outcome";
import { Terms } from "./terms";

const SIDES: readonly Side[] = ["BUY", "SELL"];
const TYPES: readonly (readonly [OrderType, string, string])[] = [
  ["market", "Market", "Two market orders at once, one on each leg"],
  [
    "auto_trigger",
    "Auto-Trigger",
    "A market order that is sent once the spread for the whole size reaches the trigger price",
  ],
];
const SEQUENCES: readonly (readonly [Sequence, string])[] = [
  ["simultaneous", "Both legs at once"],
  ["contract_first", "Contract first, then the other leg"],
];

export function Ticket() {
  const terms = details.value?.body;
  const unit = terms?.unit ?? "";
  const hint = terms?.step ? `step ${exact(terms.grid ?? terms.step)}, min ${exact(terms.min_size)}` : "";
  return (
    <section class={`pane ticket-pane ${side.value.toLowerCase()}`} aria-label="Ticket">
      <header>
        <h2>Ticket</h2>
        <span class="dim">{modeName.value === "" ? "" : `${modeName.value}, fills are simulated`}</span>
      </header>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Sides />
        <Explanation />
        <div class="tabs wide" role="group" aria-label="Order type">
          {TYPES.map(([name, word, means]) => (
            <button
              key={name}
              type="button"
              title={means}
              aria-pressed={type.value === name}
              onClick={() => {
                type.value = name;
              }}
            >
              {word}
            </button>
          ))}
        </div>
        <Field
          id="size"
          name="Size"
          unit={unit}
          hint={hint}
          value={size}
          problem={touched.value || size.value !== "" ? wrong.value.size : undefined}
        />
        <div class="presets">
          {presets(terms, worth.value).map((text) => (
            <button
              key={text}
              type="button"
              onClick={() => {
                size.value = text;
              }}
            >
              {exact(text)}
            </button>
          ))}
        </div>
        {type.value === "auto_trigger" ? (
          <Field
            id="trigger"
            name="Trigger price"
            unit={quote()}
            hint={side.value === "BUY" ? "sent at this ask or below" : "sent at this bid or above"}
            value={trigger}
            problem={touched.value || trigger.value !== "" ? wrong.value.trigger : undefined}
          />
        ) : null}
        {atOnce.value === "" ? null : <p class="note warn">▲ {atOnce.value}</p>}
        <label class="field">
          <span class="field-name">Sequence</span>
          <select
            id="sequence"
            value={sequence.value}
            onChange={(event) => {
              sequence.value = event.currentTarget.value as Sequence;
            }}
          >
            {SEQUENCES.map(([name, word]) => (
              <option key={name} value={name}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <Estimated />
        <p class="note">
          <span aria-hidden="true">▲</span> The legs are not atomic: each is its own order on its own venue,
          and prices may move between them. A difference is hedged and shown as unhedged until it is gone.
        </p>
        {touched.value && wrong.value.spread !== undefined ? (
          <p class="problem" role="alert">
            {wrong.value.spread}
          </p>
        ) : null}
        <Submit />
        <label class="check">
          <input
            type="checkbox"
            checked={confirming.value}
            onChange={(event) => {
              confirming.value = event.currentTarget.checked;
            }}
          />
          Confirm before sending
        </label>
        <Outcome />
        <Terms />
      </form>
    </section>
  );
}

function Sides() {
  return (
    <div class="sides" role="group" aria-label="Side">
      {SIDES.map((name) => (
        <button
          key={name}
          type="button"
          class={name.toLowerCase()}
          aria-pressed={side.value === name}
          onClick={() => {
            side.value = name;
          }}
        >
          <span aria-hidden="true">{name === "BUY" ? "▲" : "▼"}</span> {name} <kbd>{name[0]}</kbd>
        </button>
      ))}
    </div>
  );
}

function Explanation() {
  const row = selectedRow.value;
  if (row === undefined) return <p class="empty">Select a spread in the matrix to trade it.</p>;
  const buying = side.value === "BUY";
  return (
    <dl class="legs">
      <dt class={buying ? "buy" : "sell"}>{buying ? "Buy" : "Sell"}</dt>
      <dd title={row.leg1}>{label(row.leg1)}</dd>
      <dt class={buying ? "sell" : "buy"}>{buying ? "Sell" : "Buy"}</dt>
      <dd title={row.leg2}>{label(row.leg2)}</dd>
    </dl>
  );
}

function Submit() {
  const word = type.value === "market" ? "Market" : "Auto-Trigger";
  return (
    <div class="submit">
      <button
        type="submit"
        id="submit"
        class={side.value.toLowerCase()}
        disabled={allStale.value || selectedRow.value === undefined}
      >
        {side.value} spread <small>{word}</small> <kbd>Enter</kbd>
      </button>
      <button type="button" onClick={clear} title="Clear the ticket (Esc)">
        Clear
      </button>
    </div>
  );
}

function quote(): string {
  const leg = selectedRow.value?.leg1 ?? "";
  return contract(leg).split(" ")[0]?.split("/")[1] ?? "";
}
