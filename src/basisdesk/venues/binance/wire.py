"""Messages of the public streams and REST bodies, as typed structs.

Only the fields that the desk uses are declared; keys that the venue adds now and then (`st`, `ps`, `nq`) are skipped.
Levels stay raw JSON text: the kernel parses them in C.
Numbers come as quoted text, which the lax decoders turn into floats on the way: "nan" is one of them, so a value still
has to be tested.
Field names follow the meaning, the venue's one-letter keys are in `name=`.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct, field

ABSENT = Raw()  # a raw field that is not there is empty; msgspec has no optional raw fields

# What decoding and applying hostile text can raise: msgspec's errors, bad text, numbers above 64 bits, deep nesting.
UNREADABLE = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)


class DepthUpdate(Struct, gc=False, kw_only=True):
    """Changed levels of one market.

    Source: "Diff. Depth Stream" (spot), "Diff. Book Depth Streams" (USD-M, COIN-M).
    `first` and `last` are the ids that the update covers; `before` is the previous update's `last`, futures only.
    The fields stand in the order of the wire, which decodes faster.
    """

    first: int = field(name="U")
    last: int = field(name="u")
    before: int | None = field(name="pu", default=None)
    bids: Raw = field(name="b")
    asks: Raw = field(name="a")


class DepthFrame(Struct, gc=False):
    """A depth update in the combined wrapper (`stream`, `data`): "Live Subscribing/Unsubscribing to streams"."""

    data: DepthUpdate


class DepthIds(Struct, gc=False):
    """The ids alone, to tell whether an unreadable update is missing from the book."""

    last: int = field(name="u")
    before: int | None = field(name="pu", default=None)
    first: int = field(name="U", default=0)


class DepthIdsFrame(Struct, gc=False):
    """As `DepthIds`, in the combined wrapper."""

    data: DepthIds


class Snapshot(Struct, gc=False):
    """REST "Order Book"; futures add `E` and `T`, COIN-M `symbol` and `pair`."""

    last: int = field(name="lastUpdateId")
    bids: Raw
    asks: Raw


class SnapshotFrame(Struct, gc=False):
    """A snapshot in the combined wrapper, as archives write it under the stream name `depthSnapshot`."""

    data: Snapshot


class Partial(Struct, gc=False):
    """The best levels: "Partial Book Depth Streams", which spot spells as a snapshot and futures as an update."""

    last: int = field(name="lastUpdateId", default=0)
    bids: Raw = ABSENT
    asks: Raw = ABSENT
    update: int = field(name="u", default=0)
    best_bids: Raw = field(name="b", default=ABSENT)
    best_asks: Raw = field(name="a", default=ABSENT)


class PartialFrame(Struct, gc=False):
    """The best levels in the combined wrapper."""

    data: Partial


class Ticker(Struct, gc=False):
    """Best bid and ask: "Individual Symbol Book Ticker Streams"; spot sends no event time."""

    update: int = field(name="u")
    bid: float = field(name="b")
    bid_size: float = field(name="B")
    ask: float = field(name="a")
    ask_size: float = field(name="A")


class TickerFrame(Struct, gc=False):
    """A book ticker in the combined wrapper."""

    data: Ticker


class Trade(Struct, gc=False):
    """One trade: "Trade Streams"; `maker` says that the buyer rested, so the taker sold."""

    price: float = field(name="p")
    size: float = field(name="q")
    maker: bool = field(name="m")
    number: int | None = field(name="t", default=None)


class TradeFrame(Struct, gc=False):
    """A trade in the combined wrapper."""

    data: Trade


class AggregateTrade(Struct, gc=False):
    """Fills of one taker order at one price: "Aggregate Trade Streams"."""

    price: float = field(name="p")
    size: float = field(name="q")
    maker: bool = field(name="m")
    number: int | None = field(name="a", default=None)


class AggregateTradeFrame(Struct, gc=False):
    """An aggregate trade in the combined wrapper."""

    data: AggregateTrade


class MarkPrice(Struct, gc=False):
    """Mark, index and funding: "Mark Price Stream"; COIN-M had no index, dated futures have no rate."""

    mark: float | str = field(name="p")
    rate: float | str = field(name="r", default="")
    next_at: int = field(name="T", default=0)
    index: float | str = field(name="i", default="")


class MarkPriceFrame(Struct, gc=False):
    """A mark price in the combined wrapper."""

    data: MarkPrice


class IndexPrice(Struct, gc=False):
    """Index of a pair: "Index Price Stream" (COIN-M)."""

    index: float | str = field(name="p")


class IndexPriceFrame(Struct, gc=False):
    """An index price in the combined wrapper."""

    data: IndexPrice


class Event(Struct, gc=False):
    """What every event says of itself: its type and, for most, its market."""

    kind: str = field(name="e", default="")
    code: str = field(name="s", default="")


class VenueError(Struct, gc=False):
    """A refusal, over stream or REST: "Error Codes"."""

    code: int
    message: str = field(name="msg", default="")


class Envelope(Struct, gc=False):
    """Any object that can come over the socket, looked at for the first time."""

    stream: str | None = None
    data: Raw = ABSENT
    kind: str = field(name="e", default="")
    symbol: str = field(name="s", default="")
    request: int | str | None = field(name="id", default=None)
    result: Raw = ABSENT
    code: int | None = None
    message: str = field(name="msg", default="")
    error: VenueError | None = None
    snapshot: Raw = field(name="lastUpdateId", default=ABSENT)


class Filter(Struct, gc=False):
    """One trading rule of a symbol: "Filters"; every rule has its own keys."""

    kind: str = field(name="filterType")
    tick: str | None = field(name="tickSize", default=None)
    step: str | None = field(name="stepSize", default=None)
    min_size: str | None = field(name="minQty", default=None)
    max_size: str | None = field(name="maxQty", default=None)
    min_notional: str | None = field(name="minNotional", default=None)
    notional: str | None = None


class Row(Struct, gc=False):
    """One symbol of "Exchange Information", of spot or futures."""

    code: str = field(name="symbol")
    base: str = field(name="baseAsset")
    quote: str = field(name="quoteAsset")
    filters: list[Filter]
    status: str = ""
    contract_status: str = field(name="contractStatus", default="")
    contract_size: int | float | str = field(name="contractSize", default=1)
    settle: str = field(name="marginAsset", default="")
    delivery: int = field(name="deliveryDate", default=0)
    spot: bool | None = field(name="isSpotTradingAllowed", default=None)


class ExchangeInformation(Struct, gc=False):
    """The list of symbols, each still raw so that one odd row does not spoil the rest."""

    symbols: list[Raw]


depth_frame = msgspec.json.Decoder(DepthFrame)
depth_ids_frame = msgspec.json.Decoder(DepthIdsFrame)
snapshot_body = msgspec.json.Decoder(Snapshot)
snapshot_frame = msgspec.json.Decoder(SnapshotFrame)
partial_frame = msgspec.json.Decoder(PartialFrame)
ticker_frame = msgspec.json.Decoder(TickerFrame, strict=False)
trade_frame = msgspec.json.Decoder(TradeFrame, strict=False)
aggregate_frame = msgspec.json.Decoder(AggregateTradeFrame, strict=False)
mark_frame = msgspec.json.Decoder(MarkPriceFrame)
index_frame = msgspec.json.Decoder(IndexPriceFrame)
event = msgspec.json.Decoder(Event)
envelope = msgspec.json.Decoder(Envelope)
venue_error = msgspec.json.Decoder(VenueError)
raw_list = msgspec.json.Decoder(list[Raw])
row = msgspec.json.Decoder(Row)
exchange_information = msgspec.json.Decoder(ExchangeInformation)


class _Shape(Struct, gc=False):
    """What tells a depth snapshot from a frame: levels and an id, and no stream it came by."""

    last: int = field(name="lastUpdateId")
    bids: list[Raw]
    asks: list[Raw]
    stream: Raw = ABSENT


_shape = msgspec.json.Decoder(_Shape)


def is_snapshot(body: bytes) -> bool:
    """Say whether a recorded text is the body of a depth snapshot, of any line."""
    if body.startswith(b'{"stream"'):
        return False  # nearly every line of a recording: spare the decoding
    try:
        return not _shape.decode(body).stream
    except UNREADABLE:
        return False
