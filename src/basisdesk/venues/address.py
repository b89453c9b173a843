"""What a recorded URL says: its host, its path and what it asks for.

Recordings name a host with or without a scheme (``wss://``), a path with or without a slash at its end, and at times
what is no URL at all; the last is nobody's and raises nothing.
A venue with one product line needs no more than its hosts, and the paths of its instrument list, to know its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from basisdesk.venues.contract import Line, SnapshotRequest


class Address(NamedTuple):
    """Host in lower case, path without a slash at its end, and query; empty texts where there are none."""

    host: str
    path: str
    query: str


def address_of(url: str) -> Address:
    """Return the parts of a URL, all empty for a malformed one."""
    try:
        split = urlsplit(url if "://" in url else f"//{url}")
        return Address(split.hostname or "", split.path.rstrip("/"), split.query)
    except ValueError:
        return Address("", "", "")


class SoleLine:
    """The only product line of a venue whose streams bring their own snapshots, and which URLs are about it."""

    __slots__ = ("_instrument_paths", "_line")

    def __init__(self, line: Line, instrument_paths: tuple[str, ...]) -> None:
        """`instrument_paths` are those whose bodies are lists of instruments."""
        self._line = line
        self._instrument_paths = instrument_paths

    def line_of(self, url: str) -> str | None:
        """Return the line's name for a recorded URL on one of its hosts, None for a URL of someone else."""
        return self._line.name if address_of(url).host in self._line.hosts else None

    def instruments_line(self, url: str) -> str | None:
        """Return the line's name for a recorded URL that lists instruments, None for any other URL."""
        return self.line_of(url) if address_of(url).path in self._instrument_paths else None

    def request_of(self, _url: str) -> SnapshotRequest | None:
        """Return None: no REST body answers anything that a feed asks."""
        return None
