"""The desk as one venue's feeds see it: a sink that knows whose codes it is given.

A market belongs to the recording that opened it while that recording lasts; a second recording of the same market at
the same time would tear its book, so its frames of that market are not taken, and that is said once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.contract import Report, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.app.desk import Desk
    from basisdesk.app.origin import Origin
    from basisdesk.venues.contract import Market


class Owners:
    """Which recording each market is written by."""

    def __init__(self) -> None:
        self._owner: dict[str, str] = {}
        self._lost: set[str] = set()
        self.ended: set[str] = set()

    def is_whole(self, owner: str) -> bool:
        """Say whether nobody has taken over a market that the owner opened."""
        return owner not in self._lost

    def claim(self, symbol: str, owner: str) -> str | None:
        """Take a market for an owner; return who has it when it is somebody else's."""
        holder = self._owner.get(symbol)
        if holder is not None and holder != owner and holder not in self.ended:
            return holder
        if holder is not None and holder != owner:
            self._lost.add(holder)
        self._owner[symbol] = owner
        return None


class Port:
    """Sink of one conversation."""

    def __init__(self, desk: Desk, origin: Origin, owner: str, owners: Owners) -> None:
        self._desk = desk
        self._origin = origin
        self._owner = owner
        self._owners = owners
        # Bound once: the feed's call then goes straight to the desk.
        self.touched: Callable[[Market, int], None] = desk.touched
        self.traded: Callable[[Market, int, float, float, bool, str], None] = desk.traded
        self.carried: Callable[[Market, int], None] = desk.carried
        self.report: Callable[[Report], None] = desk.report

    def market(self, line: str, code: str) -> Market | None:
        """Open the market, or none when its code is not one, or another recording is writing it."""
        desk = self._desk
        symbol = desk.symbol_of(self._origin, line, code)
        if symbol is None:
            return None
        holder = self._owners.claim(symbol, self._owner)
        if holder is not None:
            text = f"is played from {holder}; what {self._owner} has of it at the same time is left out"
            desk.report(Report(desk.now, Trouble.REFUSED, symbol, text))
            return None
        return desk.open_market(symbol, line, code, desk.listings.find(self._origin.venue.name, line, code))
