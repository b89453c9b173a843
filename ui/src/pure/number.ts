// Numbers as a trader reads them: a real minus sign, grouped thousands, fixed decimals, and a dash for what is missing.

export const MINUS = "−";
export const NONE = "–";

export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const places = Math.min(Math.max(decimals, 0), 12);
  const digits = Math.abs(value).toFixed(places);
  const negative = value < 0 && Number(digits) !== 0;
  return (negative ? MINUS : "") + grouped(digits);
}

/** As `fixed`, with an explicit plus; zero has no sign. */
export function signed(value: number | null | undefined, decimals: number): string {
  const text = fixed(value, decimals);
  return text === NONE || text.startsWith(MINUS) || isZero(text) ? text : `+${text}`;
}

/** Exact decimal text as it came, grouped and with a real minus sign; no digit is added or lost. */
export function exact(text: string | null | undefined, plus = false): string {
  if (text === null || text === undefined || text === "") return NONE;
  const plain = text.replace(/^[+-]/, "");
  if (!/^\d+(\.\d+)?$/.test(plain)) return text;
  const zero = isZero(plain);
  const sign = zero ? "" : text.startsWith("-") ? MINUS : plus ? "+" : "";
  return sign + grouped(plain);
}

/** Decimal text rounded to `places`, half away from zero, grouped and with a real minus sign; no float is involved. */
export function rounded(text: string | null | undefined, places: number, plus = false): string {
  if (text === null || text === undefined || text === "") return NONE;
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = ""] = match;
  const digits = fraction.padEnd(places + 1, "0");
  const up = Number(digits[places]) >= 5 ? 1n : 0n;
  const units = (BigInt(whole + digits.slice(0, places)) + up).toString().padStart(places + 1, "0");
  const cut = units.length - places;
  return exact(sign + units.slice(0, cut) + (places > 0 ? `.${units.slice(cut)}` : ""), plus);
}

/** Decimal text with at least `places` decimals and no zeros behind them; no other digit is added or lost. */
export function padded(text: string | null | undefined, places: number): string {
  if (text === null || text === undefined || !/^[+-]?\d+(\.\d+)?$/.test(text)) return exact(text);
  const [whole = "", fraction = ""] = text.split(".");
  const digits = fraction.replace(/0+$/, "").padEnd(places, "0");
  return exact(digits === "" ? whole : `${whole}.${digits}`);
}

const MONEY = /^(USD[A-Z]?|[A-Z]USD|DAI|EUR|GBP|TRY|BRL|JPY)$/;
const AMOUNT = /(?<![\w.])([+-]?\d+(?:\.\d+)?)(?: ([A-Z][A-Z0-9]*))?/g;

/** Decimals an amount of an asset is written with: 4 for money, 8 for coins. */
export function assetPlaces(asset: string): number {
  return MONEY.test(asset) ? 4 : 8;
}

/** Amounts with their assets (``0.00040 BTC, 1.30 USDT``) for people: rounded, without trailing zeros. */
export function amounts(text: string | null | undefined, plus = false): string {
  if (text === null || text === undefined || text === "") return NONE;
  return text.replace(AMOUNT, (_, figure: string, asset: string | undefined) => {
    const short = rounded(figure, assetPlaces(asset ?? ""), plus)
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "");
    return asset === undefined ? short : `${short} ${asset}`;
  });
}

/** As `exact`, for every number in a text such as ``0.00040 BTC, 1.30 USDT``, without trailing zeros. */
export function lean(text: string | null | undefined, plus = false): string {
  if (text === null || text === undefined || text === "") return NONE;
  const number = /(?<![\w.])[+-]?\d+(?:\.\d+)?(?![\w.])/g;
  return text.replace(number, (one) => exact(one.includes(".") ? one.replace(/\.?0+$/, "") : one, plus));
}

/** Decimals of prices on a tick; two where the tick is not known. */
export function tickDecimals(tick: string | null | undefined): number {
  if (tick === null || tick === undefined) return 2;
  return tick.includes(".") ? (tick.replace(/0+$/, "").split(".")[1]?.length ?? 0) : 0;
}

export function percent(fraction: number | null | undefined, decimals = 2): string {
  return fraction === null || fraction === undefined ? NONE : signed(fraction * 100, decimals);
}

export function sign(value: number | string | null | undefined): -1 | 0 | 1 {
  const number = Number(value ?? 0);
  return number > 0 ? 1 : number < 0 ? -1 : 0;
}

/** Enough decimals for four significant digits, at most eight: for sizes that only inform. */
export function size(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const magnitude = Math.abs(value);
  const places = magnitude === 0 ? 0 : Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(magnitude))));
  return fixed(value, magnitude >= 1000 ? 0 : places);
}

function grouped(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  const left = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? left : `${left}.${fraction}`;
}

function isZero(text: string): boolean {
  return !/[1-9]/.test(text);
}

/** A computed size: as it is where it is whole, and marked as rounded where it is not. */
export function about(value: number): string {
  // A quotient of two decimals that is whole may miss it by the last bits.
  const whole = Math.round(value);
  return Math.abs(value - whole) <= 1e-9 * whole ? fixed(whole, 0) : `≈ ${size(value)}`;
}
