"""Crossed books: counted and told once each, and given up when they stay so.

A book whose best bid is not below its best ask may be caught between two messages; one that stays crossed has missed
something and cannot be believed any more.
It is given up after 20 updates, or after a second: with the update that comes then, or by the clock when none comes.
What giving up means is the channel's own affair, which most often subscribes again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from basisdesk.venues.contract import Report, Trouble

if TYPE_CHECKING:
    from collections.abc import Hashable

    from basisdesk.venues.contract import Market, Sink

CROSSED_UPDATES = 20
CROSSED_NS = 1_000_000_000


class Crossing:
    """Whether one market's book is crossed: `since` when (ns, None while it is not), and for how many `updates`."""

    __slots__ = ("_market", "_sink", "since", "updates")

    def __init__(self, market: Market, sink: Sink) -> None:
        self._market = market
        self._sink = sink
        self.since: int | None = None
        self.updates = 0

    def note(self, now: int) -> bool:
        """Look at the book after an update; return whether it has been crossed for too long to be believed."""
        book = self._market.book
        if not book.bid >= book.ask:
            self.end()
            return False
        if self.since is None:
            self.since = now
            self.updates = 0
            self._market.tally.crossed += 1
            detail = f"best bid {book.bid} is not below best ask {book.ask}"
            self._sink.report(Report(now, Trouble.CROSSED, self._market.symbol, detail))
        self.updates += 1
        return self.updates > CROSSED_UPDATES or now - self.since > CROSSED_NS

    def end(self) -> None:
        """The book is not crossed, or not believed any more."""
        self.since = None
        self.updates = 0

    def lasted(self, now: int) -> int:
        """Return for how long (ns) the book has been crossed, 0 when it is not."""
        return 0 if self.since is None else now - self.since


class Source(Protocol):
    """Whoever can mend a crossed book."""

    def give_up(self, now: int) -> None:
        """The book has been crossed for too long."""


class Crossings:
    """The crossed books of one connection and who is to give them up, each under a key of the venue's choice."""

    __slots__ = ("_books",)

    def __init__(self) -> None:
        self._books: dict[Hashable, tuple[int, Source]] = {}

    def hold(self, key: Hashable, since: int, source: Source) -> None:
        """A book is crossed since then (ns)."""
        self._books[key] = since + CROSSED_NS, source

    def drop(self, key: Hashable) -> None:
        """A book is not crossed any more, or was given up."""
        self._books.pop(key, None)

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        return min((at for at, _ in self._books.values()), default=None)

    def on_time(self, now: int) -> None:
        """Have those given up that have stayed crossed; each stays here until it is dropped."""
        for at, source in list(self._books.values()):
            if now >= at:
                source.give_up(now)
