"""What is subscribed for each product line and channel.

Books are the incremental channels of 150 levels, tickers the best bid and offer.
Carry is a candle of the mark and one of the index, whose closes are the prices now; funding is asked for over REST
(see `funding`).
Coin-margined futures are streamed under standing names, which are taken at the time of the connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.contract import Channel
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.calendar import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPOT = {Channel.BOOK: ("mbp.150",), Channel.TICKER: ("bbo",), Channel.TRADES: ("trade.detail",)}
_CONTRACTS = {
    Channel.BOOK: ("depth.size_150.high_freq",),
    Channel.TICKER: ("bbo",),
    Channel.TRADES: ("trade.detail",),
    Channel.CARRY: ("mark_price.1min",),
}
INDEX = "index.1min"


def topics_of(line: str, codes: Sequence[str], channels: Iterable[Channel], now: int) -> list[str]:
    """Return the topics, each once."""
    names = _SPOT if line == symbols.SPOT else _CONTRACTS
    topics: dict[str, None] = {}
    for channel in channels:
        for code in codes:
            for name in names.get(channel, ()):
                topics[topic(name_of(line, code, now), name)] = None
            if channel is Channel.CARRY and line != symbols.SPOT:
                topics[topic(symbols.index_of(line, code), INDEX)] = None
    return list(topics)


def topic(code: str, channel: str) -> str:
    """Spell a topic."""
    return f"market.{code}.{channel}"


def split(text: str) -> tuple[str, str] | None:
    """Return code and channel of a topic, None when the text is none."""
    head, _, rest = text.partition(".")
    code, _, channel = rest.partition(".")
    return (code, channel) if head == "market" and code and channel else None
