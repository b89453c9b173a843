// What the desk says, topic by topic. Times are ns of market time, ages ms, a missing number is null.

export interface Desk {
  at: number;
  mode: string;
  build: string;
  source: string;
  speed: number | null;
  progress: number | null;
  running: boolean;
  underlyings: string[];
  periods: string[];
}

export interface Market {
  symbol: string;
  venue: string;
  kind: string;
  margin: string;
  base: string;
  quote: string;
  expiry: number | null;
  state: string;
  age: number | null;
  bid: number | null;
  bid_size: number | null;
  ask: number | null;
  ask_size: number | null;
  last: number | null;
  mark: number | null;
  funding_rate: number | null;
  funding_apr: number | null;
  next_funding: number | null;
  tick: string | null;
  step: string | null;
  contract_size: string | null;
  /** What the venue's sizes count: the base coin's name or "contracts". */
  size_unit: string | null;
  min_size: string | null;
  min_notional: string | null;
  max_leverage: string | null;
  refusal: string | null;
  /** The reason is activity that is not the desk's; `thaw` ends it. */
  frozen: boolean;
}

export interface Spread {
  spread: string;
  underlying: string;
  leg1: string;
  leg2: string;
  bid: number | null;
  ask: number | null;
  mid: number | null;
  mid_bp: number | null;
  last: number | null;
  annualised: number | null;
  state: string;
  age: number | null;
  decimals: number;
}

/** Price, size, leg 1 price, leg 2 price. */
export type Level = readonly [number, number, number, number];

export interface Ladder {
  at: number;
  spread: string;
  state: string;
  age: number | null;
  unit: string;
  decimals: number;
  bids: Level[];
  asks: Level[];
  short_leg: number;
}

export interface Details {
  at: number;
  spread: string;
  leg1: string;
  leg2: string;
  unit: string;
  step: string | null;
  grid: string | null;
  tick: string | null;
  min_size: string | null;
  max_size: string | null;
  min_notional: string | null;
  max_leverage: string | null;
  taker_cost_bp: number | null;
  problem: string | null;
}

/** Open time in ns, open, high, low, close, ticks. */
export type Bar = readonly [number, number, number, number, number, number];

export interface Candles {
  at: number;
  spread: string;
  source: string;
  period: string;
  whole: boolean;
  bars: Bar[];
}

export type LegRow = Record<string, string | null>;

export interface Order {
  order_id: string;
  spread: string;
  side: string;
  type: string;
  size: string;
  filled: string;
  trigger: string | null;
  state: string;
  active: boolean;
  displayed: string | null;
  achieved: string | null;
  unhedged: string;
  legs: LegRow[];
  reason: string;
  created: number;
  updated: number;
}

export interface Fill {
  at: number;
  order_id: string;
  leg: number;
  symbol: string;
  side: string;
  price: string;
  size: string;
  base: string;
  fee: string;
  fee_asset: string;
  trade_id: string;
}

export interface Position {
  spread: string;
  size: string;
  entry: string | null;
  mark: string | null;
  pnl: string | null;
  pnl_asset: string;
  fees: string;
  net_delta: string;
  legs: LegRow[];
}

export interface LogLine {
  at: number;
  level: string;
  text: string;
}

export interface Rows<T> {
  at: number;
  rows: T[];
}

export type Side = "BUY" | "SELL";
export type OrderType = "market" | "auto_trigger";
export type Sequence = "simultaneous" | "contract_first";

export interface OrderRequest {
  spread: string;
  side: Side;
  type: OrderType;
  size: string;
  trigger?: string;
  sequence: Sequence;
}

export interface Reply {
  key: string;
  ok: boolean;
  order_id: string;
  code: string;
  message: string;
}

export type FromServer =
  | { topic: string; seq: number; body: unknown }
  | { reply: Reply }
  | { error: string; key: string | null }
  | { link: { desk: boolean; reason: string } };

export type ToServer =
  | { watch: string }
  | { unwatch: string }
  | { place: { key: string; request: OrderRequest } }
  | { cancel: { key: string; order_id: string } }
  | { thaw: { key: string; symbol: string } };
