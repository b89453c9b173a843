"""What the desk tells the terminal, and what the terminal asks of the desk.

Everything that the desk publishes belongs to a *topic*; a topic's latest message replaces the one before, so a slow
reader misses steps and never the end.  On the socket between the desk and the web process a message is one `Publish`
or one command in MessagePack behind a four-byte big-endian length; its body is JSON that goes to browsers unchanged.

Topics: ``desk``, ``markets``, ``matrix``, ``orders``, ``fills``, ``positions``, ``log`` are always published;
``ladder:SPREAD``, ``details:SPREAD`` and ``candles:SPREAD:SOURCE:PERIOD`` while somebody watches them, where SOURCE is
LAST, BID or ASK and PERIOD is such as 1s, 10s, 1m, 5m, 1h.
Prices and sizes that only inform are numbers; money, positions and orders are decimal text.
Every message carries `at` (ns of market time); ages are milliseconds; a missing number is null.
"""

from __future__ import annotations

import struct

import msgspec

from basisdesk.domain.order import SpreadOrderRequest

MAX_FRAME = 4 * 1024 * 1024
_HEADER = struct.Struct(">I")


class DeskRow(msgspec.Struct, frozen=True, kw_only=True):
    """Topic ``desk``: what this desk is.  `mode` is REPLAY, DEMO or PAPER; `progress` 0..1 or null."""

    at: int
    mode: str
    build: str
    source: str
    speed: float | None
    progress: float | None
    running: bool
    underlyings: list[str]
    periods: list[str]


class MarketRow(msgspec.Struct, frozen=True, kw_only=True):
    """One market in topic ``markets`` (``{"at", "rows"}``); `refusal` says why orders on it are refused, or is null.

    `frozen` says that the reason is activity which is not the desk's, and that `Thaw` ends it.
    `size_unit` is what the venue's sizes (`step`, `min_size`) count: the base coin's name or ``contracts``.
    """

    symbol: str
    venue: str
    kind: str
    margin: str
    base: str
    quote: str
    expiry: int | None
    state: str
    age: float | None
    bid: float | None
    bid_size: float | None
    ask: float | None
    ask_size: float | None
    last: float | None
    mark: float | None
    funding_rate: float | None
    funding_apr: float | None
    next_funding: int | None
    tick: str | None
    step: str | None
    contract_size: str | None
    size_unit: str | None
    min_size: str | None
    min_notional: str | None
    max_leverage: str | None
    refusal: str | None
    frozen: bool = False


class SpreadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One spread in topic ``matrix`` (``{"at", "rows"}``).  `state` is "live" or the name of what is wrong."""

    spread: str
    underlying: str
    leg1: str
    leg2: str
    bid: float | None
    ask: float | None
    mid: float | None
    mid_bp: float | None
    last: float | None
    annualised: float | None
    state: str
    age: float | None
    decimals: int


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """Topic ``ladder:SPREAD``: composed depth, best first, each level (price, size, leg 1 price, leg 2 price).

    `unit` is the base coin's name, or the quote's for a spread of two inverse legs; `short_leg` names the leg whose
    depth ended first: 0 neither, 1, 2, 3 both.
    """

    at: int
    spread: str
    state: str
    age: float | None
    unit: str
    decimals: int
    bids: list[tuple[float, float, float, float]]
    asks: list[tuple[float, float, float, float]]
    short_leg: int


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """Topic ``details:SPREAD``: the spread market's own terms, derived from its legs; `problem` when it has none.

    A size must be a multiple of `grid`, which is the step except where the step moves with the price.
    """

    at: int
    spread: str
    leg1: str
    leg2: str
    unit: str
    step: str | None
    tick: str | None
    min_size: str | None
    max_size: str | None
    min_notional: str | None
    max_leverage: str | None
    taker_cost_bp: float | None
    problem: str | None
    grid: str | None = None


class Candles(msgspec.Struct, frozen=True, kw_only=True):
    """Topic ``candles:...``: bars (open time ns, open, high, low, close, ticks), oldest first.

    `whole` says that the bars replace the series; otherwise they replace or extend its newest ones.
    """

    at: int
    spread: str
    source: str
    period: str
    whole: bool
    bars: list[tuple[int, float, float, float, float, int]]


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One spread order in topic ``orders`` (``{"at", "rows"}``); `state` is one of the six names of `SpreadState`.

    `unhedged` is below the smallest size that can be traded unless the state is INCOMPLETE.
    `legs` has of each leg: leg, symbol, side, sent, filled, unit (of both), average, status, fees (by asset, as text)
    and message.
    """

    order_id: str
    spread: str
    side: str
    type: str
    size: str
    filled: str
    trigger: str | None
    state: str
    active: bool
    displayed: str | None
    achieved: str | None
    unhedged: str
    legs: list[dict[str, str | None]]
    reason: str
    created: int
    updated: int


class FillRow(msgspec.Struct, frozen=True, kw_only=True):
    """One leg fill in topic ``fills`` (``{"at", "rows"}``, newest first)."""

    at: int
    order_id: str
    leg: int
    symbol: str
    side: str
    price: str
    size: str
    base: str
    fee: str
    fee_asset: str
    trade_id: str


class PositionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One spread position in topic ``positions`` (``{"at", "rows"}``).

    PnL is price profit in `pnl_asset`, before fees; `fees` names each asset with its amount.
    `legs` has of each leg: symbol, size, base, entry, mark, pnl, pnl_asset, pnl_quote (where it can be valued), fees.
    """

    spread: str
    size: str
    entry: str | None
    mark: str | None
    pnl: str | None
    pnl_asset: str
    fees: str
    net_delta: str
    legs: list[dict[str, str | None]]


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line in topic ``log`` (``{"at", "rows"}``, newest first); `level` is info, warning or error."""

    at: int
    level: str
    text: str


class Publish(msgspec.Struct, frozen=True, tag="publish"):
    """Desk to web: the latest of a topic; `body` is JSON."""

    topic: str
    body: bytes


class Reply(msgspec.Struct, frozen=True, tag="reply"):
    """Desk to web: the answer to the command with this key."""

    key: str
    ok: bool
    order_id: str = ""
    code: str = ""
    message: str = ""


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """Web to desk: publish this topic from now on, beginning with the whole of it."""

    topic: str


class Unwatch(msgspec.Struct, frozen=True, tag="unwatch"):
    """Web to desk: nobody looks at this topic any more."""

    topic: str


class Place(msgspec.Struct, frozen=True, tag="place"):
    """Web to desk: enter a spread order; the same key twice is the same order."""

    key: str
    request: SpreadOrderRequest


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Web to desk: end a spread order."""

    key: str
    order_id: str


class Thaw(msgspec.Struct, frozen=True, tag="thaw"):
    """Web to desk: trade a frozen market again."""

    key: str
    symbol: str


Order = Place | Cancel | Thaw
"""What is answered with a `Reply`."""
Command = Watch | Unwatch | Order
Said = Publish | Reply

_encoder = msgspec.msgpack.Encoder()
_command_decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_said_decoder: msgspec.msgpack.Decoder[Said] = msgspec.msgpack.Decoder(Said)


def pack(message: Command | Said) -> bytes:
    """Return the message as one frame: length, then MessagePack."""
    body = _encoder.encode(message)
    return _HEADER.pack(len(body)) + body


def frame_length(header: bytes) -> int:
    """Return the body length that a four-byte header announces.

    Raises:
        ValueError: the length is above `MAX_FRAME`.
    """
    (length,) = _HEADER.unpack(header)
    if length > MAX_FRAME:
        raise ValueError(f"a frame of {length} bytes is above the limit of {MAX_FRAME}")
    return int(length)


def unpack_command(body: bytes) -> Command:
    """Decode what the web process sent.

    Raises:
        msgspec.ValidationError: the body is no command.
    """
    return _command_decoder.decode(body)


def unpack_said(body: bytes) -> Said:
    """Decode what the desk sent.

    Raises:
        msgspec.ValidationError: the body is no publication or reply.
    """
    return _said_decoder.decode(body)
