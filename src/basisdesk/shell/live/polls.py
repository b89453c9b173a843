"""What is asked of an account again and again, because a private stream may lose a message and say nothing.

After a stream (re)connects, and after the machine stood still, everything is asked: open orders, fills, positions,
balances.
In between, fills are asked for every 10 s, the rest every 30 s, each on its own so that one that hangs holds up no
other; what failed is asked again soon.
Fills are asked for since the last answered question about them, with an overlap, never since the last one heard: the
one that was lost may be older.
Where a venue answers a question only market by market, it is asked for the markets in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.ask import AskBalances, AskFills, AskOpenOrders, AskPositions
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Reason, Rejected
from basisdesk.shell.live.asks import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.ask import Query
    from basisdesk.shell.live.asker import Asker
    from basisdesk.shell.live.clock import VenueClock

SECOND = 1_000_000_000
FILLS_EVERY = 10 * SECOND
REST_EVERY = 30 * SECOND
AGAIN = 2 * SECOND
PATIENT = 3
OVERLAP = 60 * SECOND
LOOKBACK = 24 * 3600 * SECOND


class Polls:
    """The questions about one account's lines.

    Attributes:
        symbols: markets in use, for venues that answer market by market.
    """

    def __init__(self, asker: Asker, lines: Sequence[str], time: VenueClock, since: int = 0) -> None:
        """`since` is from when fills are wanted (venue time, ns); 0 is a day back."""
        self.asker = asker
        self._lines = tuple(lines)
        self._time = time
        self._since = dict.fromkeys(lines, since)
        self._by_symbol: set[tuple[type, str]] = set()
        self._never: set[tuple[type, str]] = set()
        self._rest_at = 0
        self.symbols: dict[str, None] = {}

    async def everything(self) -> list[str]:
        """Ask everything; returns what could not be learned, in words."""
        faults = []
        for line in self._lines:
            for ask in (self._orders, self._fills, self._positions, self._balances):
                faults += await ask(line, PATIENT)
        self._rest_at = self._time.clock.now() + REST_EVERY
        return faults

    async def fills(self) -> list[str]:
        """Ask for fills; returns what could not be learned, in words."""
        return [fault for line in self._lines for fault in await self._fills(line, 1)]

    async def rest(self) -> list[str] | None:
        """Ask the rest when it is due; returns what could not be learned, in words, None when nothing was due."""
        if self._time.clock.now() < self._rest_at:
            return None
        faults = []
        for line in self._lines:
            for ask in (self._positions, self._balances, self._orders):
                faults += await ask(line, 1)
        self._rest_at = self._time.clock.now() + (AGAIN if faults else REST_EVERY)
        return faults

    async def _fills(self, line: str, tries: int) -> list[str]:
        began = self._time.now()
        since = self._since[line] or began - LOOKBACK
        faults = await self._ask(line, lambda symbol: AskFills(line=line, symbol=symbol, since=since), tries)
        if not faults:
            self._since[line] = began - OVERLAP
        return faults

    async def _orders(self, line: str, tries: int) -> list[str]:
        return await self._ask(line, lambda symbol: AskOpenOrders(line, symbol), tries)

    async def _positions(self, line: str, tries: int) -> list[str]:
        return await self._ask(line, lambda symbol: AskPositions(line, symbol), tries)

    async def _balances(self, line: str, tries: int) -> list[str]:
        return await self._ask(line, lambda _: AskBalances(line), tries)

    async def _ask(self, line: str, query_for: Callable[[str], Query], tries: int) -> list[str]:
        """Ask for a line, or for its markets one by one; what a line does not have is not asked again."""
        whole = query_for("")
        kind = (type(whole), line)
        if kind in self._never:
            return []
        if kind not in self._by_symbol:
            reply = await self.asker.read(whole, tries)
            if not isinstance(reply, Refusal):
                return self._faults(whole, kind, reply.outcome)
            if query_for("x") == whole:
                self._never.add(kind)
                return []
            self._by_symbol.add(kind)
        faults = []
        for symbol in [symbol for symbol in self.symbols if self._line_of(symbol) == line]:
            query = query_for(symbol)
            reply = await self.asker.read(query, tries)
            if isinstance(reply, Refusal):
                self._never.add(kind)
                return []
            faults += self._faults(query, kind, reply.outcome)
        return faults

    def _faults(self, query: Query, kind: tuple[type, str], outcome: object) -> list[str]:
        match outcome:
            case Done():
                return []
            case Rejected(Reason.UNSUPPORTED):
                self._never.add(kind)
                return []
            case _:
                words = getattr(outcome, "message", "")
                return [f"{name_of(query)} of {kind[1]}: {words}"]

    def _line_of(self, symbol: str) -> str:
        instrument = self.asker.session.instruments.get(symbol)
        return instrument.market if instrument is not None else ""
