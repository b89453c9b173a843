"""Where the frames of one channel go.

A route takes a frame, writes what it says into its market and tells the sink.
What makes a frame unreadable is returned, not raised, and a frame is read whole before any of it is told.
A feed finds the route of a frame by the bytes that name it, which it looks up before it decodes anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.venues.contract import Market


class Route(Protocol):
    """Where the frames of one channel, and most often of one market, go."""

    @property
    def channel(self) -> str:
        """The channel's name, as far as it names no market."""

    @property
    def market(self) -> Market | None:
        """The market whose frames these are; None for those of nobody in particular."""

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""

    def doubt(self, now: int) -> None:
        """A frame of this route could not be read."""


class Ignored:
    """Frames of a market nobody wants; with a market, frames of a channel that is only counted."""

    __slots__ = ("_decode", "channel", "market")

    def __init__(
        self, channel: str, market: Market | None = None, decode: Callable[[bytes], object] | None = None
    ) -> None:
        """`decode` raises one of UNREADABLE for a frame that is none of the venue's; without it any frame will do."""
        self.channel = channel
        self.market = market
        self._decode = decode

    def receive(self, frame: bytes, _now: int) -> Exception | None:
        """Count the frame, and look whether it is one."""
        if self.market is not None:
            self.market.tally.frames += 1
        if self._decode is not None:
            try:
                self._decode(frame)
            except UNREADABLE as error:
                return error
        return None

    def doubt(self, now: int) -> None:
        """Nothing depends on it."""
