"""Shapes of the public messages of JSON-RPC 2.0, one struct a kind of `data`.

All follow https://docs.deribit.com/ (sections "Subscriptions" and "Market data").
Only fields that are used are named; the decoder skips the rest, such as the greeks of options.
Prices and amounts are JSON numbers.
A level of an incremental book is (action, price, amount), which only a typed decoder reads, so the sides arrive as
numbers here and not as the raw text that other venues' books are given.
"""

from __future__ import annotations

from math import nan
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from basisdesk.venues.wire import Int64

Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Level = tuple[Literal["new", "change", "delete"], float, float]
Told = float | UnsetType | None
"""A number of a ticker: absent means not told, null means that there is none."""
Row = TypeVar("Row")


class Failure(Struct, frozen=True):
    """The error of an answer."""

    code: Int64
    message: str = ""
    data: Raw = Raw(b"")


class Named(Struct, frozen=True):
    """`params` of a push or a heartbeat, read only as far as to tell what it is."""

    channel: str = ""
    kind: str = field(name="type", default="")


class Envelope(Struct, frozen=True):
    """Any message: a push or heartbeat (`method`), or an answer (`request`, with `result` or `error`)."""

    method: str = ""
    params: Named = Named()
    request: int | str | None = field(name="id", default=None)
    result: Raw | UnsetType = UNSET
    error: Failure | None = None


class Params(Struct, Generic[Row], frozen=True, gc=False):
    """`params` of a push."""

    data: Row


class Push(Struct, Generic[Row], frozen=True, gc=False):
    """A push of a channel."""

    params: Params[Row]


class BookRow(Struct, frozen=True, gc=False):
    """Channel book.{code}.{interval}.

    `kind` is absent before 2020, where the snapshot is the message without `previous`.
    """

    sequence: Count = field(name="change_id")
    bids: list[Level]
    asks: list[Level]
    previous: Int64 | None = field(name="prev_change_id", default=None)
    kind: Literal["snapshot", "change", ""] = field(name="type", default="")


class WholeRow(Struct, frozen=True, gc=False):
    """Channel book.{code}.{group}.{depth}.{interval}: the best levels, each time anew."""

    sequence: Count = field(name="change_id")
    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]


class TickerRow(Struct, frozen=True, gc=False):
    """Channels ticker, incremental_ticker (only what changed) and quote (the best prices alone)."""

    bid: Told = field(name="best_bid_price", default=UNSET)
    bid_size: Told = field(name="best_bid_amount", default=UNSET)
    ask: Told = field(name="best_ask_price", default=UNSET)
    ask_size: Told = field(name="best_ask_amount", default=UNSET)
    last: Told = field(name="last_price", default=UNSET)
    mark: Told = field(name="mark_price", default=UNSET)
    index: Told = field(name="index_price", default=UNSET)
    current: Told = field(name="current_funding", default=UNSET)
    eight_hours: Told = field(name="funding_8h", default=UNSET)


class TradeRow(Struct, frozen=True, gc=False):
    """Channels trades.*; `side` is the taker's, `block` is set for a trade agreed outside of the book."""

    price: float
    size: float = field(name="amount")
    side: Literal["buy", "sell"] = field(name="direction")
    trade_id: str | int = ""
    code: str = field(name="instrument_name", default="")
    block: str | int | None = field(name="block_trade_id", default=None)


class IndexRow(Struct, frozen=True, gc=False):
    """Channel deribit_price_index.{index}."""

    price: float


class PerpetualRow(Struct, frozen=True, gc=False):
    """Channel perpetual.{code}.{interval}.

    `interest` is left out: it is the venue's running sum for realised funding, and no rate.
    """

    index: float = field(name="index_price")


class PlatformRow(Struct, frozen=True, gc=False):
    """Channel platform_state."""

    maintenance: bool = False
    locked: bool = False
    price_index: str = ""


def above_zero(value: float) -> float:
    """Return a number above zero.

    Raises:
        ValueError: it is not above zero.
    """
    if not value > 0.0:
        raise ValueError(f"a number above zero was expected, not {value!r}")
    return value


def price_or_nan(value: Told) -> float:
    """Return a price, NaN where none is told: absent, null, or the zero that stands for none.

    Raises:
        ValueError: it is below zero.
    """
    return above_zero(value) if isinstance(value, float) and value != 0.0 else nan


def number_or_nan(value: Told) -> float:
    """Return a number, NaN where none is told."""
    return value if isinstance(value, float) else nan
