"""What a feed has to say to people: gaps, refusals, and frames that cannot be read.

An unreadable frame is counted every time and reported once per kind, so that a broken stream does not flood the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.contract import Report, Trouble

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market, Sink

SHOWN = 200  # bytes of an unreadable frame that are shown


class Reports:
    """The feed's way to its sink; `undecoded` counts the unreadable frames that no market can be blamed for."""

    __slots__ = ("sink", "told", "undecoded")

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.undecoded = 0
        self.told: dict[str, None] = {}

    def say(self, now: int, trouble: Trouble, market: Market | None, detail: str) -> None:
        """Report one trouble of a market, or of the connection when `market` is None."""
        self.sink.report(Report(now, trouble, market.symbol if market else "", detail))

    def unreadable(self, now: int, market: Market | None, kind: str, frame: bytes, error: Exception) -> None:
        """Count a frame that does not decode; report the first of its kind."""
        if market is None:
            self.undecoded += 1
        else:
            market.tally.undecoded += 1
        if kind not in self.told:
            self.told[kind] = None
            detail = f"{kind}: {type(error).__name__}: {error}: {bytes(frame[:SHOWN])!r}"
            self.say(now, Trouble.UNDECODED, market, detail)
