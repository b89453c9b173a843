"""Where the venue lives, and what a recorded URL is about.

One socket and one REST service speak of all products, so there is one line.
REST books are not taken: a subscription brings its own snapshot.
The hosts of the test market and of the history service belong to the line too, so that recordings of them play.
Followed: https://docs.deribit.com/articles/json-rpc-overview.
"""

from __future__ import annotations

from basisdesk.venues.address import SoleLine
from basisdesk.venues.contract import Line

INSTRUMENT_PATHS = ("/api/v2/public/get_instruments", "/api/v2/public/get_instrument")
TIME_PATH = "/api/v2/public/get_time"

PUBLIC = Line(
    name="public",
    stream_url="wss://www.deribit.com/ws/api/v2",
    rest_url="https://www.deribit.com",
    instruments_path="/api/v2/public/get_instruments?currency=any&kind=future&expired=false",
    hosts=("www.deribit.com", "deribit.com", "history.deribit.com", "test.deribit.com"),
)
ADDRESSES = SoleLine(PUBLIC, INSTRUMENT_PATHS)
