"""One request inside the venue, and what it may hold."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from basisdesk.sim.dialects.bigone import refuse
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.bigone.notes import Notes

SPOT, CONTRACT = "spot", "contract"
Shape = TypeVar("Shape")


class Visit(NamedTuple):
    """A request: by whom, when, with the parts of its path that are not fixed, its parameters and its body."""

    exchange: Exchange
    account: str
    now: int
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    notes: Notes

    def pair(self, code: str) -> SimMarket:
        """Return a spot market; raises `No` when there is none."""
        market = self.exchange.market_of(SPOT, code)
        if market is None:
            raise refuse.spot(refuse.NOT_FOUND)
        return market

    def contract(self, code: str) -> SimMarket:
        """Return a contract; raises `No` when there is none."""
        market = self.exchange.market_of(CONTRACT, code)
        if market is None:
            raise refuse.contract(refuse.INVALID)
        return market

    def limit(self, default: int, most: int) -> int:
        """Return how many rows are wanted; raises `No` for a text that is no such number."""
        text = self.query.get("limit", str(default))
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= most:
            raise refuse.spot(refuse.PARAMETER, f"limit must be 1 to {most}")
        return int(text)

    def read(self, shape: type[Shape]) -> Shape:
        """Return the body of a spot request; raises `No` when it is not of this shape."""
        try:
            return msgspec.json.decode(self.body, type=shape)
        except msgspec.ValidationError as error:
            raise refuse.spot(refuse.PARAMETER, f"Parameter error: {error}") from None
        except UNREADABLE:
            raise refuse.spot(refuse.SYNTAX) from None

    def read_bare(self, shape: type[Shape]) -> Shape:
        """Return the body of a contract request; raises `No` when it is not of this shape."""
        try:
            return msgspec.json.decode(self.body, type=shape)
        except UNREADABLE:
            raise refuse.contract(refuse.INVALID) from None


class Page(NamedTuple):
    """Rows of a spot list, and the mark of the next page."""

    rows: list[dict[str, object]]
    token: str = ""


def decimal(text: str) -> Decimal | None:
    """Return the finite number that a text spells plainly, None when it spells none."""
    if not text or not set(text) <= set("0123456789.-") or len(text) > 40:  # noqa: PLR2004 (digits)
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def json_number(raw: msgspec.Raw) -> Decimal | None:
    """Return the JSON number of a body, exactly; None for anything else, text included."""
    text = bytes(raw).decode()
    try:
        value = Decimal(text) if text[:1] in set("-0123456789") else None
    except InvalidOperation:
        return None
    return value if value is not None and len(text) <= 40 else None  # noqa: PLR2004 (digits)
