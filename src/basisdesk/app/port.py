"""The desk as one connection's feed sees it: a sink that knows whose codes it is given.

Every connection writes to seats of its own (`app.seats`), one of which holds the market's book.
The holder's changes go straight to the board; those of the others are looked at first, by a slot of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.app.seats import Place, Seat

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.app.desk import Desk
    from basisdesk.app.origin import Origin
    from basisdesk.venues.contract import Market, Report


class Places:
    """The place of every market that recordings speak of; `ended` names the recordings that are over."""

    def __init__(self) -> None:
        self.ended: set[str] = set()
        self._places: dict[str, Place] = {}

    def of(self, market: Market) -> Place:
        """Return the place of a real market."""
        return self._places.setdefault(market.symbol, Place(market, self.ended))


class Port:
    """Sink of one conversation; `owner` is the recording that it is from."""

    def __init__(self, desk: Desk, origin: Origin, owner: str, places: Places) -> None:
        self._desk = desk
        self._origin = origin
        self._owner = owner
        self._places = places
        # Bound once: the feed's call then goes straight to the desk.
        self.touched: Callable[[Market, int], None] = desk.touched
        self.carried: Callable[[Market, int], None] = desk.carried
        self.report: Callable[[Report], None] = desk.report

    def market(self, line: str, code: str) -> Market | None:
        """Open the market and take a seat, or none when its code is not one."""
        desk = self._desk
        symbol = desk.symbol_of(self._origin, line, code)
        if symbol is None:
            return None
        real = desk.open_market(symbol, line, code, desk.listings.find(self._origin.venue.name, line, code))
        place = self._places.of(real)
        told = place.rivalry(self._owner, desk.now)
        if told is not None:
            desk.report(told)
        seat = place.join(line, code, self._owner)
        if seat is not place.holder:
            seat.slot = _slot(desk, place)
            place.aside[seat.slot] = seat
        return seat

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """A trade printed: it is told when the connection is the one that tells the market's trades."""
        assert isinstance(market, Seat)
        if market.place.is_news(market, (trade_id, price, size, buy), now):
            self._desk.traded(market.place.market, now, price, size, buy, trade_id)


def _slot(desk: Desk, place: Place) -> int:
    """Give the desk a slot whose touches are looked at before they reach the board."""
    universe = desk.universe
    slot, real = len(universe.touches), place.market.slot
    number, touch = universe.seats[real], universe.touches[real]

    def look(_number: int, now: int) -> list[int] | None:
        return touch(number, now) if place.takes(place.aside[slot], now) else None

    universe.touches.append(look)
    universe.seats.append(number)
    return slot
