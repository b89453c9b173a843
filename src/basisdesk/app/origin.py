"""Which venue and product line a recording is from.

A recording that keeps its connection addresses says so itself.
One that does not takes it from a prefix (``binance.usdm:FILE``) or from a file name that leaves no doubt
(``binance_usdm_...``); anything else is refused with the way to name it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from basisdesk.domain.errors import UsageError, nearest
from basisdesk.venues import VENUES
from basisdesk.venues.contract import Venue

_UNSERVED = ("huobi", "okex")
"""Names that recordings carry and that no feed has: what htx and okx were once called."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A venue and one of its product lines."""

    venue: Venue
    line: str

    @property
    def name(self) -> str:
        """``binance.usdm``, or the venue alone where it has one line only."""
        return self.venue.name if len(self.venue.lines) == 1 else f"{self.venue.name}.{self.line}"


def origins() -> dict[str, Origin]:
    """Return every product line that can be replayed, by name."""
    every = (Origin(venue, line) for venue in VENUES.values() for line in venue.lines)
    return {origin.name: origin for origin in every}


def origin_of_url(url: str) -> Origin | None:
    """Return whose URL this is, None for an address of no venue that can be replayed."""
    for venue in VENUES.values():
        line = venue.line_of(url)
        if line is not None:
            return Origin(venue, line)
    return None


def host_of(url: str) -> str:
    """Return the host of a URL, or as much of the text as serves to name it."""
    try:
        return urlsplit(url).hostname or url[:60]
    except ValueError:
        return url[:60]


def origin_of_file_name(path: Path) -> Origin | None:
    """Return whose recording a file is by its name, None where the name does not say."""
    words = path.name.lower().replace("-", "_").replace(".", "_").split("_")
    known = origins()
    if words[0] in known:
        return known[words[0]]
    return known.get(".".join(words[:2]))


def split_prefix(argument: str) -> tuple[Origin | None, Path]:
    """Split ``[VENUE.LINE:]FILE``; a file that exists under the whole text is that file, colons and all.

    Raises:
        UsageError: there is no such file, or the prefix names no product line that can be replayed.
    """
    path = Path(argument)
    if _exists(path):
        return None, path
    prefix, colon, rest = argument.partition(":")
    if not colon or not rest or "/" in prefix or "\\" in prefix:
        raise UsageError(f"there is no file {argument}")
    known = origins()
    origin = known.get(prefix.lower())
    if origin is None:
        raise UsageError(_unknown_prefix(prefix, argument, known))
    path = Path(rest)
    if not _exists(path):
        raise UsageError(f"there is no file {rest} (named as {argument})")
    return origin, path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False


def _unknown_prefix(prefix: str, argument: str, known: dict[str, Origin]) -> str:
    venue = prefix.lower().partition(".")[0]
    names = ", ".join(known)
    if venue in _UNSERVED and venue not in VENUES:
        return f"recordings of {venue} cannot be replayed (asked for by {argument}); these can: {names}"
    return f"there is no file {argument}, and {prefix!r} is no product line{nearest(prefix, known)}: use one of {names}"


def unserved(path: Path) -> str | None:
    """Return the venue that a file name begins with when that venue cannot be replayed."""
    word = path.name.lower().replace("-", "_").partition("_")[0]
    return word if word in _UNSERVED and word not in VENUES else None
