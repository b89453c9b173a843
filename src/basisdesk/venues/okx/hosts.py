"""Where the venue lives, and what a recorded URL is about.

One public socket and one REST service speak of all products, so there is one line.
REST books are not taken: a stream brings its own snapshots.
Followed: https://www.okx.com/docs-v5/en/#overview-production-trading-services, with the hosts of earlier years.
"""

from __future__ import annotations

from basisdesk.venues.address import SoleLine
from basisdesk.venues.contract import Line

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
ADDRESSES = SoleLine(PUBLIC, INSTRUMENT_PATHS)
