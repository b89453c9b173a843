"""Marks of pages: where a list goes on, and since when it is being read.

Lists of contracts are asked for one settle coin at a time and in pages; the whole is no newer than its first page, so
the mark carries the time at which that was asked for.
A venue's cursor is percent-encoded already and is sent as it was told, which is what other clients do.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from basisdesk.venues.wire import NS_PER_MS, count

_LATEST = 2**63 - 1
_PARTS = 3
_CURSOR = "cursor"


class Mark(msgspec.Struct, frozen=True):
    """Since when a list is being read (ns, 0 for its first page), the settle coin, and the venue's own cursor."""

    at: int = 0
    coin: str = ""
    cursor: str = ""

    def __str__(self) -> str:
        return f"{self.at}|{self.coin}|{self.cursor}"


def mark_of(text: str) -> Mark:
    """Return the mark that a cursor of ours spells; anything else is a first page."""
    parts = text.split("|", _PARTS - 1)
    if len(parts) < _PARTS:
        return Mark()
    try:
        return Mark(count(parts[0], _LATEST), parts[1], parts[2])
    except ValueError:
        return Mark()


def query_of(*fields: tuple[str, str | int]) -> str:
    """Return a raw query of the fields that are not empty."""
    return "&".join(f"{name}={spell(name, value)}" for name, value in fields if value != "")


def spell(name: str, value: str | int) -> str:
    """Return a value as it stands in an address: a cursor as it was told, but for what no address may hold."""
    return quote(str(value), safe="%" if name == _CURSOR else "")


def milliseconds(at: int) -> int:
    """Return a time in ns as the venue wants it."""
    return at // NS_PER_MS
