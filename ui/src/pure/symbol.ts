// Unified symbols taken apart for people: venue:BASE/QUOTE, :SETTLE for perpetuals, -YYMMDD for dated contracts.

export interface Symbol {
  venue: string;
  base: string;
  quote: string;
  kind: "spot" | "perpetual" | "dated";
  margin: "spot" | "linear" | "inverse";
  expiry: string;
}

const SHAPE = /^([^:]+):([^/:]+)\/([^:-]+)(?::([^-]+)(?:-(\d{6})[^:]*)?)?$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function parse(symbol: string): Symbol | undefined {
  const match = SHAPE.exec(symbol);
  if (!match) return undefined;
  const [, venue = "", base = "", quote = "", settle, expiry = ""] = match;
  const kind = settle === undefined ? "spot" : expiry ? "dated" : "perpetual";
  const margin = settle === undefined ? "spot" : settle === base ? "inverse" : "linear";
  return { venue, base, quote, kind, margin, expiry };
}

export function venueOf(symbol: string): string {
  return symbol.split(":")[0] ?? "";
}

/** The contract without its venue: ``BTC/USDT spot``, ``BTC/USDT perp``, ``BTC/USD 27 Dec 24``. */
export function contract(symbol: string): string {
  const parts = parse(symbol);
  if (!parts) return symbol.slice(symbol.indexOf(":") + 1);
  return `${parts.base}/${parts.quote} ${term(parts)}`;
}

/** Venue and contract in one line. */
export function label(symbol: string): string {
  return `${venueName(venueOf(symbol))} ${contract(symbol)}`;
}

/** The contract without its coin: ``USDT perp``, ``USD 27 Dec 24``. */
export function brief(symbol: string): string {
  const parts = parse(symbol);
  return parts ? `${parts.quote} ${term(parts)}` : contract(symbol);
}

/** As `brief`, with the date in one word, for headings: ``USD 27DEC24``. */
export function heading(symbol: string): string {
  const parts = parse(symbol);
  if (parts === undefined || parts.expiry === "") return brief(symbol);
  return `${parts.quote} ${term(parts).replace(/ /g, "").toUpperCase()}`;
}

export function venueName(venue: string): string {
  const known: Record<string, string> = {
    binance: "Binance",
    okx: "OKX",
    deribit: "Deribit",
    bybit: "Bybit",
    htx: "HTX",
    bigone: "BigONE",
  };
  return known[venue] ?? venue;
}

export function spreadLabel(leg1: string, leg2: string): string {
  return `${label(leg1)} − ${label(leg2)}`;
}

/** For tables: the coin once, and what tells the legs apart. */
export function spreadShort(leg1: string, leg2: string): string {
  const base = parse(leg1)?.base;
  if (base === undefined || base !== parse(leg2)?.base) return spreadLabel(leg1, leg2);
  const leg = (symbol: string) => `${venueName(venueOf(symbol))} ${brief(symbol)}`;
  return `${base} ${leg(leg1)} − ${leg(leg2)}`;
}

/** The unit of a spread's sizes: quote money where both legs are inverse, else the coin. */
export function spreadUnit(spread: string): string {
  const [one, other] = spread.split("~").map(parse);
  if (one === undefined) return "";
  return one.margin === "inverse" && other?.margin === "inverse" ? one.quote : one.base;
}

export function quoteOf(symbol: string): string {
  return parse(symbol)?.quote ?? "";
}

export function baseOf(symbol: string): string {
  return parse(symbol)?.base ?? "";
}

function term(parts: Symbol): string {
  if (parts.kind === "spot") return "spot";
  if (parts.kind === "perpetual") return "perp";
  const month = MONTHS[Number(parts.expiry.slice(2, 4)) - 1] ?? "?";
  return `${Number(parts.expiry.slice(4, 6))} ${month} ${parts.expiry.slice(0, 2)}`;
}
