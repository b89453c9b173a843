"""Notices that a public connection says nothing although it stands.

A connection owes its first message soon after it was made, and its books soon after that.
A market that was lively is stale after five of its usual gaps, two seconds at least; a thin one after a span of the
operator's choosing.
The limit is written into the book, so that what is priced from it is refused from that moment on; when every lively
market of a connection is stale, it is the connection, and it is made again.
Spans are in ns.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from basisdesk.kernel.book import CLOSED, WAITING
from basisdesk.shell.live.health import Health
from basisdesk.shell.live.link import Verdict
from basisdesk.venues.contract import Market, Report, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SECOND = 1_000_000_000
FIRST_MESSAGE = 5 * SECOND
FIRST_BOOK = 20 * SECOND
LEAST = 2 * SECOND
GAPS = 5
THIN = 60 * SECOND
ENOUGH = 10
"""So many updates tell what is usual."""
REMEMBERED = 30 * SECOND
GIVE_UP = 10 * SECOND
"""Every lively market stale for this long: the connection is made again."""


@dataclass(slots=True, eq=False)
class _Life:
    """How lively a market is: what came at each look of the last half minute in which it was not silent."""

    market: Market
    configured: int
    counts: deque[tuple[int, int]] = field(default_factory=deque)
    span: int = 0
    total: int = 0
    updates: int = 0
    told: bool = False

    def note(self, count: int, span: int) -> None:
        """Note what came in a span."""
        self.counts.append((count, span))
        self.total += count
        self.span += span
        while self.span > REMEMBERED:
            old, gone = self.counts.popleft()
            self.total -= old
            self.span -= gone

    def limit(self, thin: int) -> int:
        """Return after how long this market is stale."""
        limit = max(LEAST, min(thin, GAPS * self.span // self.total)) if self.total >= ENOUGH else thin
        return min(limit, self.configured or limit)


class Watch:
    """The watch over one connection; `look` is called about once every `check`."""

    def __init__(
        self, report: Callable[[Report], None], *, owes_message: bool, owes_books: bool, thin: int = THIN
    ) -> None:
        self._report = report
        self._owes_message = owes_message
        self._owes_books = owes_books
        self._thin = thin
        self._lives: dict[int, _Life] = {}
        self._looked = 0

    def begin(self, now: int) -> None:
        """A fresh connection stands: what was lively before proves nothing now."""
        for life in self._lives.values():
            life.market.book.stale_after = life.configured
        self._lives.clear()
        self._looked = now

    def look(self, markets: Sequence[Market], now: int, since: int, messages: int, *, busy: bool) -> Verdict:
        """Say how the connection does; `busy` while books are still being asked for over HTTP."""
        if self._owes_message and not messages:
            late = now - since > FIRST_MESSAGE
            return Verdict(Health.DOWN, "nothing was received on the new connection", hang_up=late)
        if not self._owes_books:
            return Verdict(Health.UP)
        waiting = [market for market in markets if market.book.state(0) in (WAITING, CLOSED)]
        if waiting and len(waiting) == len(markets):
            late = now - since > FIRST_BOOK and not busy
            return Verdict(Health.DOWN, "no book has arrived", hang_up=late)
        return self._judge(markets, waiting, now)

    def _judge(self, markets: Sequence[Market], waiting: Sequence[Market], now: int) -> Verdict:
        """Say how a connection does that brings books."""
        stale = self._stale([market for market in markets if market not in waiting], now)
        lively = [life.market for life in self._lives.values() if life.total >= ENOUGH]
        if lively and all(now - market.book.seen > GIVE_UP and market in stale for market in lively):
            return Verdict(Health.DOWN, f"{_names(lively)} fell silent although the socket is open", hang_up=True)
        if stale:
            return Verdict(Health.DEGRADED, f"silent: {_names(stale)}")
        if waiting:
            return Verdict(Health.DEGRADED, f"waiting for the book of {_names(waiting)}")
        return Verdict(Health.UP)

    def _stale(self, markets: Sequence[Market], now: int) -> list[Market]:
        """Return the stale ones."""
        check, self._looked = max(1, now - self._looked), now
        stale = []
        for market in markets:
            life = self._lives.get(id(market))
            if life is None:
                life = _Life(market, market.book.stale_after, updates=market.tally.book_updates)
                self._lives[id(market)] = life
                continue
            limit = life.limit(self._thin)
            silent = now - market.book.seen > limit
            came, life.updates = market.tally.book_updates - life.updates, market.tally.book_updates
            if not silent:
                life.note(came, check)
            market.book.stale_after = limit
            if silent:
                stale.append(market)
            if silent and not life.told:
                age = (now - market.book.seen) / SECOND
                detail = f"no book update for {age:.1f} s, usual gaps allow {limit / SECOND:.1f} s"
                self._report(Report(now, Trouble.SILENT, market.symbol, detail))
            life.told = silent
        return stale


def _names(markets: Sequence[Market]) -> str:
    more = f" and {len(markets) - 3} more" if len(markets) > 3 else ""  # noqa: PLR2004 (enough to see what it is)
    return ", ".join(market.symbol for market in markets[:3]) + more
