"""Venues: pure codecs, one folder each, and the registry that names them.

Adding a venue is its folder, one line here and its recordings in the tests.
The venues are imported when the registry is first asked, so a command that needs none starts without them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from basisdesk.domain.errors import UsageError, nearest

if TYPE_CHECKING:
    from basisdesk.venues.contract import Venue

    VENUES: dict[str, Venue]

_NAMES = ("bigone", "binance", "bybit", "deribit", "htx", "okx")
__all__ = ["VENUES", "venue_named", "venue_of_url"]


@cache
def _venues() -> dict[str, Venue]:
    return {name: import_module(f"basisdesk.venues.{name}").VENUE for name in _NAMES}


def __getattr__(name: str) -> dict[str, Venue]:
    """Make `VENUES` on first use."""
    if name == "VENUES":
        return _venues()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def venue_named(name: str) -> Venue:
    """Return the venue of this name.

    Raises:
        UsageError: there is none; the nearest names are in the message.
    """
    venue = _venues().get(name)
    if venue is None:
        raise UsageError(f"there is no venue {name!r}{nearest(name, _NAMES)}; known are {', '.join(_NAMES)}")
    return venue


def venue_of_url(url: str) -> tuple[Venue, str] | None:
    """Return the venue and the line that a recorded URL belongs to, None when it is of no known venue."""
    for venue in _venues().values():
        line = venue.line_of(url)
        if line is not None:
            return venue, line
    return None
