"""Everything that is heard of one market, by the name of the stream that says it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from basisdesk.venues.binance import wire
from basisdesk.venues.binance.carry import receive_mark
from basisdesk.venues.binance.depth import DepthSync
from basisdesk.venues.binance.partial import PartialStream
from basisdesk.venues.binance.tape import Tape
from basisdesk.venues.binance.ticker import DEPTH_WAIT, LastTicker, TickerStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.venues.binance.reports import Reports
    from basisdesk.venues.contract import Market

# `rpiDepth` is a book with orders that the desk cannot take.
_DIFF_DEPTH = re.compile(r"depth(@\d+ms)?")
_PARTIAL_DEPTH = re.compile(r"depth(5|10|20)(@\d+ms)?")


class Track:
    """One market's book, ticker, trades and carry."""

    __slots__ = ("depth", "market", "partial", "reports", "tape", "ticker")

    def __init__(self, market: Market, reports: Reports, *, depth_comes: bool | None) -> None:
        """`depth_comes` says whether a depth stream was subscribed; None when that is not known, as in a recording."""
        self.market = market
        self.reports = reports
        self.depth = DepthSync(market, reports, LastTicker())
        self.depth.heard = depth_comes is True
        wait = 0 if depth_comes is False else DEPTH_WAIT
        self.ticker = TickerStream(self.depth, wait)
        self.partial = PartialStream(self.depth, wait)
        self.tape = Tape(market, reports)

    def route(self, channel: str) -> Callable[[bytes, int], None]:
        """Return what takes the frames of this market's stream, `channel` being the name behind the first ``@``."""
        kind = channel.partition("@")[0]
        best = _PARTIAL_DEPTH.fullmatch(channel)
        if best is not None:
            return partial(self.partial.receive, int(best[1]))
        if kind == "depth" and not _DIFF_DEPTH.fullmatch(channel):
            return self.count
        takers: dict[str, Callable[[bytes, int], None]] = {
            "depth": self.depth.receive,
            "bookTicker": self.ticker.receive,
            "trade": self.tape.receive,
            "aggTrade": self.tape.receive_aggregate,
            "markPrice": partial(receive_mark, self.market, self.reports),
            "depthSnapshot": self.receive_snapshot,
        }
        return takers.get(kind, self.count)

    def count(self, frame: bytes, now: int) -> None:
        """Count a frame of a stream that the desk has no use for, if it is JSON at all."""
        self.market.tally.frames += 1
        try:
            wire.envelope.decode(frame)
        except wire.UNREADABLE as error:
            self.reports.unreadable(now, self.market, "other", frame, error)

    def receive_snapshot(self, frame: bytes, now: int) -> None:
        """Take a snapshot that an archive wrote into the stream."""
        self.market.tally.frames += 1
        try:
            self.depth.snapshot(wire.snapshot_frame.decode(frame).data, now)
        except wire.UNREADABLE as error:
            self.reports.unreadable(now, self.market, "depthSnapshot", frame, error)

    def unreadable(self, channel: str, frame: bytes, now: int, error: Exception) -> None:
        """Count the very first frame of a stream, when it already does not decode."""
        self.market.tally.frames += 1
        self.reports.unreadable(now, self.market, channel.partition("@")[0], frame, error)

    def open(self, now: int) -> None:
        """A connection stands."""
        self.depth.open(now)
        self.ticker.forget()
        self.partial.forget()

    def close(self, now: int) -> None:
        """The connection is gone."""
        self.depth.close(now)
        self.ticker.forget()
        self.partial.forget()
