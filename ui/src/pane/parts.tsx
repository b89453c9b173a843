// What a cell breaks where it is narrow: between amounts and between legs, never within one.
import { spreadShort } from "../pure/symbol";

/** The amounts of a list such as ``0.0004 BTC, 1.3 USDT``. */
export function Amounts({ list }: { list: string }) {
  return <Whole parts={list.split(/(?<=,) /)} />;
}

/** A spread by the short names of its legs. */
export function Spread({ leg1, leg2 }: { leg1: string; leg2: string }) {
  return <Whole parts={spreadShort(leg1, leg2).split(/(?<=−) /)} />;
}

function Whole({ parts }: { parts: readonly string[] }) {
  return (
    <>
      {parts.map((part, index) => [
        index === 0 ? "" : " ",
        <span key={part} class="whole">
          {part}
        </span>,
      ])}
    </>
  );
}
