"""Which connections a set of markets needs.

Where the address itself subscribes, the venue says which addresses; elsewhere the channels that live under one address
share a connection, and many markets are spread over several, so that each subscribes to no more than the usual share
of what the venue allows one connection (`Venue.load_of`).
The book of a market is written by one connection alone, the one that carries it (`writes_books`): on the others a
market's book is a blank that nobody reads, so that losing a stream of trades closes no book.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.budget import SHARE
from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.venues.contract import Venue

MARKETS = 100
"""Most markets on one connection, unless the caller says otherwise."""


class Plan(msgspec.Struct, frozen=True):
    """One connection: its address, its markets by the venue's codes, its channels."""

    line: str
    url: str
    codes: tuple[str, ...]
    channels: tuple[Channel, ...]
    writes_books: bool

    @property
    def name(self) -> str:
        """A name for messages."""
        first = self.codes[0] if self.codes else "all markets"
        more = f" and {len(self.codes) - 1} more" if len(self.codes) > 1 else ""
        return f"{self.line} {'+'.join(channel.value for channel in self.channels)} of {first}{more}"


def plan(
    venue: Venue, line: str, codes: Sequence[str], channels: Iterable[Channel], markets: int = MARKETS
) -> list[Plan]:
    """Return the connections for these markets and channels of a product line."""
    wanted = tuple(dict.fromkeys(channels))
    writer = Channel.BOOK if Channel.BOOK in wanted else Channel.TICKER
    streams = venue.streams_of(line, codes, wanted)
    if streams:
        claimed: set[tuple[str, ...]] = set()
        plans = []
        for stream in streams:
            writes = writer in stream.channels and stream.codes not in claimed
            if writes:
                claimed.add(stream.codes)
            plans.append(Plan(line, stream.url, stream.codes, stream.channels, writes))
        return plans
    place = venue.lines[line]
    elsewhere = dict(place.channel_urls)
    groups: dict[str, list[Channel]] = {}
    for channel in wanted:
        groups.setdefault(elsewhere.get(channel, place.stream_url), []).append(channel)
    return [
        Plan(line, url, piece, tuple(group), writer in group)
        for url, group in groups.items()
        for piece in _pieces(codes, [venue.load_of(line, code, group) for code in codes], markets)
    ]


def _pieces(codes: Sequence[str], loads: Sequence[float], markets: int) -> list[tuple[str, ...]]:
    """Cut codes into those of one connection each; no codes are one connection."""
    pieces: list[list[str]] = [[]]
    load = 0.0
    for code, more in zip(codes, loads, strict=True):
        if pieces[-1] and (len(pieces[-1]) == markets or load + more > SHARE):
            pieces.append([])
            load = 0.0
        pieces[-1].append(code)
        load += more
    return [tuple(piece) for piece in pieces]
