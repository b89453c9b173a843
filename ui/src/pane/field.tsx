import type { Signal } from "@preact/signals";

interface Props {
  id: string;
  name: string;
  unit: string;
  hint: string;
  value: Signal<string>;
  problem: string | undefined;
}

/** One number to type, with its unit, a hint, and the problem when there is one. */
export function Field({ id, name, unit, hint, value, problem }: Props) {
  return (
    <div class="field">
      <label class="field-name" for={id}>
        {name} <span class="dim">{hint}</span>
      </label>
      <div class={problem === undefined ? "entry" : "entry wrong"}>
        <input
          id={id}
          class="num"
          inputMode="decimal"
          autocomplete="off"
          spellcheck={false}
          placeholder="0"
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-problem`}
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
          }}
        />
        <span class="unit">{unit}</span>
      </div>
      <p class="problem" id={`${id}-problem`} role={problem === undefined ? undefined : "alert"}>
        {problem ?? ""}
      </p>
    </div>
  );
}
