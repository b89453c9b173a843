// Exact decimals for what a person types: no float touches a size or a trigger price on its way to the desk.

export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const SHAPE = /^([+-]?)(\d{0,24})(?:\.(\d{0,18}))?$/;

/** Thousands that nobody can take for a decimal comma: a point follows, or there are two of them. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:(?<=,\d{3},\d{3})|(?=\.))(?:\.\d*)?$/;

/** Read typed text; U+2212 is a minus. Undefined when it is no decimal number, or a comma leaves two readings. */
export function decimal(text: string): Decimal | undefined {
  const plain = text.trim().replace(/−/g, "-");
  const match = SHAPE.exec(GROUPED.test(plain) ? plain.replace(/,/g, "") : plain);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const units = BigInt(whole + fraction || "0");
  return { units: sign === "-" ? -units : units, scale: fraction.length };
}

export function toText({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  const sign = units < 0n ? "-" : "";
  return fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`;
}

export function compare(one: Decimal, other: Decimal): -1 | 0 | 1 {
  const [left, right] = aligned(one, other);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function isMultiple(value: Decimal, step: Decimal): boolean {
  const [left, right] = aligned(value, step);
  return right !== 0n && left % right === 0n;
}

/** The multiples of `step` on both sides of `value`, which is not negative. */
export function neighbours(value: Decimal, step: Decimal): readonly [Decimal, Decimal] {
  const scale = Math.max(value.scale, step.scale);
  const [left, right] = aligned(value, step);
  const below = (left / right) * right;
  return [
    { units: below, scale },
    { units: below + right, scale },
  ];
}

export function times(value: Decimal, factor: number): Decimal {
  return { units: value.units * BigInt(factor), scale: value.scale };
}

export function number(value: Decimal): number {
  return Number(toText(value));
}

function aligned(one: Decimal, other: Decimal): [bigint, bigint] {
  const scale = Math.max(one.scale, other.scale);
  return [one.units * 10n ** BigInt(scale - one.scale), other.units * 10n ** BigInt(scale - other.scale)];
}
