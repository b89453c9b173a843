"""Channel names, and the channels that a feed subscribes to.

A name is a topic, what it is about, and mostly an interval, joined by points: book.BTC-PERPETUAL.100ms,
book.BTC-PERPETUAL.none.20.100ms, trades.future.BTC.100ms, deribit_price_index.btc_usd.
The raw interval needs a login, so a public feed takes 100 ms.
Followed: https://docs.deribit.com/articles/notifications.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.venues.contract import Channel
from basisdesk.venues.deribit.symbols import is_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PLATFORM = "platform_state"
INTERVAL = "100ms"
INTERVALS = ("agg2", "100ms", "raw")
UNGROUPED = "none"
EXACT = 1000  # rank from which on prices are not rounded; more levels than a grouped book can have


class Topic(Enum):
    """What a channel tells."""

    BOOK = "book"
    WHOLE = "grouped book"
    TICKER = "ticker"
    QUOTE = "quote"
    TRADES = "trades"
    TRADES_OF_MANY = "trades of a kind"
    PERPETUAL = "perpetual"
    INDEX = "index"
    PLATFORM = "platform"
    OTHER = "other"


class Named(NamedTuple):
    """A channel's topic, the market's code or the index (empty for neither), and how good a book it gives.

    The deeper and the finer the book, the higher its rank; incremental books outrank grouped ones, and of these the
    ones whose prices are rounded to a group come last.
    """

    topic: Topic
    code: str = ""
    rank: int = 0


# By the first word of a name and the number of words behind it.
_OF_MARKETS = {
    ("book", 2): Topic.BOOK,
    ("book", 4): Topic.WHOLE,
    ("ticker", 2): Topic.TICKER,
    ("incremental_ticker", 1): Topic.TICKER,
    ("quote", 1): Topic.QUOTE,
    ("trades", 2): Topic.TRADES,
    ("perpetual", 2): Topic.PERPETUAL,
    ("chart", 3): Topic.OTHER,
}
_OF_MANY = {
    ("trades", 3): Topic.TRADES_OF_MANY,
    ("deribit_price_index", 1): Topic.INDEX,
    (PLATFORM, 0): Topic.PLATFORM,
}
_READ = frozenset(word for word, _ in _OF_MARKETS)


def read_channel(name: str) -> Named | None:
    """Take a channel's name apart; None for one of a topic that is read, but spelled as none of its channels."""
    word, *rest = name.split(".")
    topic = _OF_MARKETS.get((word, len(rest)))
    if topic is None:
        topic = _OF_MANY.get((word, len(rest)), Topic.OTHER)
        unknown = topic is Topic.OTHER and word in _READ
        return None if unknown else Named(topic, rest[0] if topic is Topic.INDEX else "")
    code = rest[1] if word == "chart" else rest[0]
    rank = _rank(topic, rest)
    return None if rank is None or not is_code(code) else Named(topic, code, rank)


def _rank(topic: Topic, rest: Sequence[str]) -> int | None:
    """Return how good a book the channel gives, 0 where it gives none, None where it is spelled wrongly."""
    match topic, rest:
        case Topic.BOOK, [_, interval]:
            return 2 * EXACT + INTERVALS.index(interval) if interval in INTERVALS else None
        case Topic.WHOLE, [_, group, depth, _]:
            known = depth.isascii() and depth.isdigit() and int(depth) < EXACT
            return int(depth) + (EXACT if group == UNGROUPED else 0) if known else None
        case _:
            return 0


def channels_of(codes: Sequence[str], channels: Iterable[Channel]) -> list[str]:
    """Return what to subscribe to, once each, with the state of the platform where there is anything at all."""
    names: dict[str, None] = {PLATFORM: None} if codes else {}
    for channel in channels:
        for code in codes:
            match channel:
                case Channel.BOOK:
                    names[f"book.{code}.{INTERVAL}"] = None
                case Channel.TRADES:
                    names[f"trades.{code}.{INTERVAL}"] = None
                case Channel.TICKER:
                    names[f"quote.{code}"] = None
                    names[f"ticker.{code}.{INTERVAL}"] = None
                case _:  # carry
                    names[f"ticker.{code}.{INTERVAL}"] = None
    return list(names)
