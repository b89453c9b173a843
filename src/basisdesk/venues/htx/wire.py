"""Shapes of the public messages.

A push names its channel (``ch``) and has its content in ``tick``; the notification socket names a ``topic`` and has
rows in ``data``; the answer to a request (``req``) names it in ``rep``.
Numbers are JSON numbers with up to 18 decimals, on some channels texts; trade ids exceed 64 bits, so they stay text.
The two sides of a book stay raw JSON, because the kernel reads them faster than any decoder makes lists of them; a side
may be empty, null or missing, which all mean the same.
Only fields that are used are named; the decoder skips the rest.
Followed: https://huobiapi.github.io/docs/spot/v1/en/, .../usdt_swap/v1/en/, .../coin_margined_swap/v1/en/ and
.../dm/v1/en/ (sections on the WebSocket market interface), with the newer texts of https://www.htx.com/en-us/opend/.
"""

from __future__ import annotations

from math import inf, isfinite, nan
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from basisdesk.venues.wire import LATEST_MS, NS_PER_MS, Int64

Number = float | str
Tick = TypeVar("Tick")

NO_LEVELS = Raw(b"[]")
_NULL = Raw(b"null")
_LONGEST_ECHO = 40
_LONGEST_ID = 64


class Envelope(Struct, frozen=True):
    """Any message, read only as far as to tell what it is."""

    channel: str = field(name="ch", default="")
    reply: str = field(name="rep", default="")
    subscribed: str = field(name="subbed", default="")
    unsubscribed: str = field(name="unsubbed", default="")
    operation: str = field(name="op", default="")
    topic: str = ""
    status: str = ""
    ping: Raw = Raw()
    stamp: Raw = field(name="ts", default=Raw())
    number: int | str | None = field(name="id", default=None)
    cid: int | str | None = None
    code: int | str | None = field(name="err-code", default=None)
    message: str | None = field(name="err-msg", default=None)


class Push(Struct, Generic[Tick], frozen=True, gc=False):
    """A push of a channel; `update` is set by archives that keep a whole-book channel as changes."""

    tick: Tick
    update: bool = False


class Answer(Struct, Generic[Tick], frozen=True, gc=False):
    """The answer to a request."""

    data: Tick


class Book(Struct, frozen=True, gc=False):
    """Every book channel.

    `version` and `order` (`mrid`) are on ``depth`` channels, `event` on ``high_freq``, `sequence` and `previous` on
    ``mbp``.
    """

    bids: Raw = NO_LEVELS
    asks: Raw = NO_LEVELS
    version: Int64 | None = None
    order: Int64 | None = field(name="mrid", default=None)
    event: Literal["snapshot", "update", ""] = ""
    sequence: Int64 | None = field(name="seqNum", default=None)
    previous: Int64 | None = field(name="prevSeqNum", default=None)


class SpotQuote(Struct, frozen=True, gc=False):
    """Channels bbo and ticker of spot; bbo alone has an id."""

    bid: Number | None = None
    bid_size: Number | None = field(name="bidSize", default=None)
    ask: Number | None = None
    ask_size: Number | None = field(name="askSize", default=None)
    number: Int64 | None = field(name="seqId", default=None)
    last: Number | None = field(name="lastPrice", default=None)
    last_size: Number | None = field(name="lastSize", default=None)
    close: Number | None = None


class ContractQuote(Struct, frozen=True, gc=False):
    """Channels bbo and detail of contracts; a side is [price, contracts], null or missing without orders."""

    bid: list[Number] | None = None
    ask: list[Number] | None = None
    number: Int64 | None = field(name="mrid", default=None)
    close: Number | None = None


class Trade(Struct, frozen=True, gc=False):
    """A row of trade.detail; `direction` is the taker's, and empty for a few forced trades."""

    price: Number
    amount: Number
    direction: Literal["buy", "sell", ""]
    identity: Raw = field(name="id", default=Raw())
    trade_id: Raw = field(name="tradeId", default=Raw())


class Trades(Struct, frozen=True, gc=False):
    """Channel trade.detail."""

    data: list[Trade]


class Candle(Struct, frozen=True, gc=False):
    """Channels mark_price and index: a candle whose close is the price now."""

    close: Number


class Basis(Struct, frozen=True, gc=False):
    """Channel basis."""

    index: Number = field(name="index_price")


class FundingRow(Struct, frozen=True, gc=False):
    """A row of topic funding_rate: the rate of the settlement at `settles`, and the estimate for the one after it."""

    code: str = field(name="contract_code")
    rate: Number | None = field(name="funding_rate", default=None)
    estimate: Number | None = field(name="estimated_rate", default=None)
    settles: int | str | None = field(name="settlement_time", default=None)


class FundingNotice(Struct, frozen=True, gc=False):
    """Topic funding_rate of the notification sockets."""

    data: list[FundingRow]
    ts: int | str | None = None


class FundingTerms(Struct, frozen=True, gc=False):
    """A REST funding row: `at` is the coming settlement, `after` the one after it."""

    code: str = field(name="contract_code")
    rate: Number | None = field(name="funding_rate", default=None)
    at: int | str | None = field(name="funding_time", default=None)
    after: int | str | None = field(name="next_funding_time", default=None)


class FundingBody(Struct, frozen=True, gc=False):
    """The REST body of funding terms, of one contract or of several."""

    data: FundingTerms | list[FundingTerms]


class PastRow(Struct, frozen=True, gc=False):
    """A REST row of a past settlement; `realised` is what was paid."""

    code: str = field(name="contract_code")
    at: int | str = field(name="funding_time")
    rate: Number | None = field(name="funding_rate", default=None)
    realised: Number | None = field(name="realized_rate", default=None)


class PastPage(Struct, frozen=True, gc=False):
    """A page of past settlements."""

    data: list[PastRow]


class PastBody(Struct, frozen=True, gc=False):
    """The REST body of past settlements."""

    data: PastPage


class Refusal(Struct, frozen=True):
    """A REST body that refuses; contracts write underscores, spot dashes, the newest interface a code and a message."""

    status: str = ""
    code: int | str | None = None
    message: str | None = None
    dashed_code: Any = field(name="err-code", default=None)
    dashed_message: Any = field(name="err-msg", default=None)
    old_code: Any = field(name="err_code", default=None)
    old_message: Any = field(name="err_msg", default=None)


def side(levels: Raw) -> Raw:
    """Return the levels of a side as JSON, empty where the venue gives null."""
    return NO_LEVELS if levels == _NULL else levels


def number(value: Number | None) -> float:
    """Return a finite number, NaN where there is none.

    Raises:
        ValueError: it is no finite number.
    """
    if value is None or value == "":
        return nan
    found = float(value)
    if not isfinite(found):
        raise ValueError(f"a finite number was expected, not {str(value)[:40]!r}")
    return found


def price(value: Number | None) -> float:
    """Return a price, NaN where there is none; a price of zero means that there is none.

    Raises:
        ValueError: it is negative, or no finite number.
    """
    found = number(value)
    if found < 0.0:
        raise ValueError(f"a price is not negative: {value}")
    return found if found != 0.0 else nan


def above_zero(value: Number) -> float:
    """Return a number above zero; raises ValueError for anything else."""
    found = float(value)
    if not 0.0 < found < inf:
        raise ValueError(f"a number above zero was expected, not {str(value)[:40]!r}")
    return found


def nanoseconds(value: int | str | None) -> int:
    """Return milliseconds in nanoseconds, 0 where there are none.

    Raises:
        ValueError: it is no count of milliseconds that fits.
    """
    if value is None or value == "":
        return 0
    found = int(value) if isinstance(value, int) or (value.isascii() and value.isdigit()) else -1
    if not 0 <= found <= LATEST_MS:
        raise ValueError(f"a time in milliseconds was expected, not {str(value)[:40]!r}")
    return found * NS_PER_MS


def echo(value: Raw) -> bytes:
    """Return the number or text of a ping exactly as it was sent.

    Raises:
        ValueError, msgspec.MsgspecError: it is neither, or too long to be one.
    """
    text = bytes(value)
    if not 0 < len(text) <= _LONGEST_ECHO:
        raise ValueError("the ping names no time")
    msgspec.json.decode(text, type=int | float | str)
    return text


def identity(row: Trade) -> str:
    """Return the id of a trade as text: the one of the trade where there is one, else that of the row."""
    told = bytes(row.trade_id) or bytes(row.identity)
    text = (bytes(row.identity) if told == b"null" else told).decode().strip('"')
    return "" if text == "null" else text[:_LONGEST_ID]
