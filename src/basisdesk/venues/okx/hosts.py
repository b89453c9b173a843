"""Where the venue lives, and what a recorded URL is about.

One public socket and one REST service speak of all products, so there is one line.
REST books are not taken: a stream brings its own snapshots.
Followed: https://www.okx.com/docs-v5/en/#overview-production-trading-services, with the hosts of earlier years.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from basisdesk.venues.contract import Line

if TYPE_CHECKING:
    from basisdesk.venues.contract import SnapshotRequest

STREAM_NAMES = ("ws", "wsaws", "wspap", "wsus", "wseea", "wsuspap", "wseeapap")
REST_NAMES = ("openapi", "www", "aws", "us", "eea", "my", "app")
INSTRUMENT_PATHS = ("/api/v5/public/instruments", "/api/v5/account/instruments")

PUBLIC = Line(
    name="public",
    stream_url="wss://ws.okx.com:8443/ws/v5/public",
    rest_url="https://openapi.okx.com",
    instruments_path="/api/v5/public/instruments?instType=SPOT",
    further_instruments=(
        "/api/v5/public/instruments?instType=SWAP",
        "/api/v5/public/instruments?instType=FUTURES",
    ),
    hosts=tuple(f"{name}.{domain}" for domain in ("okx.com", "okex.com") for name in STREAM_NAMES + REST_NAMES),
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
