// The last look before an order goes out: both legs, what it should cost, and what happens when a leg fails.
import { about, exact, fixed, NONE, size as sizeText } from "../pure/number";
import { typeWord } from "../pure/order";
import { contracts } from "../pure/estimate";
import { label, quoteOf } from "../pure/symbol";
import { estimated } from "../state/estimate";
import { allStale, marketDecimals, marketsByName, modeName } from "../state/live";
import { details, selectedRow } from "../state/selection";
import { asking, atOnce, confirming, draft, send } from "../state/ticket";
import { Modal } from "./modal";

export function Confirm() {
  const close = () => {
    asking.value = false;
  };
  return (
    <Modal
      open={asking.value}
      title={`${draft.value.side} spread, ${typeWord(draft.value.type)}`}
      close={close}
    >
      <Summary />
    </Modal>
  );
}

function Summary() {
  const { side, size, type, trigger, sequence } = draft.value;
  const row = selectedRow.value;
  const now = estimated.value;
  const unit = details.value?.body.unit ?? "";
  if (row === undefined) return null;
  const buying = side === "BUY";
  return (
    <form
      class="confirm"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <table>
        <thead>
          <tr>
            <th>Leg</th>
            <th>Side</th>
            <th>Market</th>
            <th class="num">Size {unit}</th>
            <th class="num">Contracts</th>
            <th class="num">Price about</th>
          </tr>
        </thead>
        <tbody>
          <Leg number={1} side={buying ? "BUY" : "SELL"} symbol={row.leg1} size={size} price={now?.leg1} />
          <Leg number={2} side={buying ? "SELL" : "BUY"} symbol={row.leg2} size={size} price={now?.leg2} />
        </tbody>
      </table>
      <dl class="estimate">
        {type === "auto_trigger" ? (
          <div class="strong">
            <dt>Trigger price</dt>
            <dd class="num">
              {exact(trigger)} {quoteOf(row.leg1)}
            </dd>
          </div>
        ) : null}
        <div>
          <dt>Average now</dt>
          <dd class="num">{now === undefined ? NONE : fixed(now.average, now.decimals)}</dd>
        </div>
        <div>
          <dt>Worst level</dt>
          <dd class="num">{now === undefined ? NONE : fixed(now.worst, now.decimals)}</dd>
        </div>
        <div>
          <dt>Taker fees</dt>
          <dd class="num">
            {now?.cost === undefined ? NONE : `≈ ${fixed(now.cost, 2)} ${quoteOf(row.leg1)}`}
          </dd>
        </div>
        <div>
          <dt>Sequence</dt>
          <dd>{sequence === "simultaneous" ? "both at once" : "contract first"}</dd>
        </div>
      </dl>
      {atOnce.value === "" ? null : <p class="note warn">▲ {atOnce.value}</p>}
      {now !== undefined && !now.complete ? (
        <p class="problem">
          The ladder shows only {sizeText(now.available)} {unit}.
        </p>
      ) : null}
      <p class="note">
        <span aria-hidden="true">▲</span> The legs are not atomic. If the second leg fails, up to{" "}
        {exact(size)} {unit} is exposed until it is hedged. {modeName.value}: fills are simulated.
      </p>
      <div class="submit">
        <button type="submit" data-first id="confirm" class={side.toLowerCase()} disabled={allStale.value}>
          {side} {exact(size)} {unit} <kbd>Enter</kbd>
        </button>
        <button
          type="button"
          onClick={() => {
            asking.value = false;
          }}
        >
          Back
        </button>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={!confirming.value}
          onChange={(event) => {
            confirming.value = !event.currentTarget.checked;
          }}
        />
        Send without this question from now on
      </label>
    </form>
  );
}

/** How many contracts of a market a size comes to; the desk rounds them to the venue's step. */
function contractsText(symbol: string, size: string, price: number | undefined): string {
  const market = marketsByName.value.get(symbol);
  const found = contracts(Number(size), market, details.value?.body.unit ?? "", price);
  if (market?.kind === "spot") return "spot";
  if (market?.size_unit === market?.base) return "in coin";
  return found === undefined ? NONE : about(found);
}

interface LegProps {
  number: number;
  side: string;
  symbol: string;
  size: string;
  price: number | undefined;
}

function Leg({ number, side, symbol, size, price }: LegProps) {
  return (
    <tr>
      <td>{number}</td>
      <td class={side.toLowerCase()}>{side}</td>
      <td>{label(symbol)}</td>
      <td class="num">{exact(size)}</td>
      <td class="num">{contractsText(symbol, size, price)}</td>
      <td class="num">
        {fixed(price, marketDecimals(symbol))} {quoteOf(symbol)}
      </td>
    </tr>
  );
}
