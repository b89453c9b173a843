"""Frames that cannot be read: each is counted, and the first of each kind is shown.

A kind is a word for what the frame seemed to be, such as its channel; empty for what is not even that.
No more than 64 kinds are shown, so a venue that goes mad, or makes up ever new kinds, fills counters and not the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.contract import Report, Trouble

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market, Sink

SHOWN = 200  # bytes of a frame, and characters of what is wrong with it, which may quote the frame
MOST_KINDS = 64


class Strays:
    """Counts of unreadable frames; `undecoded` are those of which no market can be told."""

    __slots__ = ("_kinds", "_sink", "undecoded")

    def __init__(self, sink: Sink) -> None:
        self.undecoded = 0
        self._sink = sink
        self._kinds: dict[str, None] = {}

    def count(self, market: Market | None, kind: str, frame: bytes, fault: Exception, now: int) -> None:
        """Count a frame, or a body, that could not be read, with the market that it names, if any."""
        if market is None:
            self.undecoded += 1
        else:
            market.tally.undecoded += 1
        if kind not in self._kinds and len(self._kinds) < MOST_KINDS:
            self._kinds[kind] = None
            symbol = "" if market is None else market.symbol
            self._sink.report(Report(now, Trouble.UNDECODED, symbol, f"{str(fault)[:SHOWN]}: {bytes(frame[:SHOWN])!r}"))
