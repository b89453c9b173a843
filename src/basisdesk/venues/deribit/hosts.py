"""Where the venue lives, and what a recorded URL is about.

One socket and one REST service speak of all products, so there is one line.
REST books are not taken: a subscription brings its own snapshot.
The hosts of the test market and of the history service belong to the line too, so that recordings of them play.
Followed: https://docs.deribit.com/articles/json-rpc-overview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from basisdesk.venues.contract import Line

if TYPE_CHECKING:
    from basisdesk.venues.contract import SnapshotRequest

INSTRUMENT_PATHS = ("/api/v2/public/get_instruments", "/api/v2/public/get_instrument")
TIME_PATH = "/api/v2/public/get_time"

PUBLIC = Line(
    name="public",
    stream_url="wss://www.deribit.com/ws/api/v2",
    rest_url="https://www.deribit.com",
    instruments_path="/api/v2/public/get_instruments?currency=any&kind=future&expired=false",
    hosts=("www.deribit.com", "deribit.com", "history.deribit.com", "test.deribit.com"),
)


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        return parts.hostname or "", parts.path.rstrip("/")
    except ValueError:
        return "", ""


def line_of(url: str) -> str | None:
    """Return the line that a recorded URL belongs to, None for a URL of someone else."""
    return PUBLIC.name if _split(url)[0] in PUBLIC.hosts else None


def instruments_line(url: str) -> str | None:
    """Return the line whose instruments a recorded REST URL returns, None for any other URL."""
    host, path = _split(url)
    return PUBLIC.name if host in PUBLIC.hosts and path in INSTRUMENT_PATHS else None


def request_of(_url: str) -> SnapshotRequest | None:
    """Return None: no REST body answers anything that the feed asks."""
    return None
