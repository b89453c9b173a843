"""Positions as one venue tells them, put together, and what several readings in a row prove.

A stream tells one side of a position at a time, and may be ahead of the fill that made it: what it says makes the desk
look, no more.
A reading that was asked for is whole: what it does not name was flat.
Even that proves a difference only when two in a row show the same one, both asked for while nothing of the desk's was
under way on the market, and nothing changed from the first asking to the last answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Complete, Position
from basisdesk.domain.arithmetic import precise
from basisdesk.engine.external import difference
from basisdesk.engine.state import ZERO, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import AskPositions, PositionSide

    Sides = dict[PositionSide, Decimal]


@dataclass(slots=True)
class Positions:
    """What one account's venue told last, by symbol and side; sizes signed, in the venue's unit."""

    _sides: dict[str, Sides] = field(default_factory=dict)
    _pages: dict[tuple[str, str], dict[str, Sides]] = field(default_factory=dict)

    def streamed(self, told: Position) -> bool:
        """Take what a stream tells of one side; say whether it is news."""
        sides = self._sides.setdefault(told.symbol, {})
        news = sides.get(told.side, ZERO) != told.size
        sides[told.side] = told.size
        return news

    @precise
    def answered(self, ask: AskPositions, updates: Iterable[Update]) -> dict[str, Decimal] | None:
        """Take one page of an answer; return the sizes by symbol once it is whole, None before."""
        where = (ask.line, ask.symbol)
        if not ask.cursor:
            self._pages[where] = {}
        page, whole = self._pages.setdefault(where, {}), False
        for update in updates:
            match update:
                case Position():
                    sides = page.setdefault(update.symbol, {})
                    sides[update.side] = sides.get(update.side, ZERO) + update.size
                case Complete(what="positions"):
                    whole = True
                case _:
                    pass
        if not whole:
            return None
        del self._pages[where]
        self._sides.update(page)
        return {symbol: _sum(sides) for symbol, sides in page.items()}

    @precise
    def size(self, symbol: str) -> Decimal:
        """Return what was told last of a market."""
        return _sum(self._sides.get(symbol, {}))

    def flat(self, symbol: str) -> None:
        """A whole reading does not name a market."""
        self._sides[symbol] = {}


@dataclass(slots=True)
class Recount:
    """Readings of one market in a row."""

    symbol: str
    _last: Decimal | None = None

    def proves(self, state: State, told: Decimal, *, disturbed: bool) -> bool:
        """Take a reading; say whether it proves the venue's position.

        `disturbed` says that something was under way, or changed, since this or the last reading was asked for.
        """
        if disturbed:
            self._last = None
            return False
        differs = difference(state, self.symbol, told)
        last, self._last = self._last, differs
        return not differs or differs == last


def _sum(sides: Sides) -> Decimal:
    return sum(sides.values(), ZERO)
