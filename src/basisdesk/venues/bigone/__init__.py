"""BigONE: spot (v3, with socket v2) and perpetual contracts (v2, whose streams are their addresses)."""

from __future__ import annotations

from basisdesk.venues.bigone.feed import feed_of
from basisdesk.venues.bigone.hosts import (
    LINES,
    instruments_line,
    line_of,
    meaning_of,
    request_of,
    stream_of,
    streams_of,
)
from basisdesk.venues.bigone.instruments import decode_instruments
from basisdesk.venues.bigone.known import well_known
from basisdesk.venues.bigone.symbols import VENUE_NAME, symbol_of
from basisdesk.venues.bigone.trading import TRADING
from basisdesk.venues.contract import Venue

VENUE = Venue(
    name=VENUE_NAME,
    lines=LINES,
    feed=feed_of,
    line_of=line_of,
    request_of=request_of,
    decode_instruments=decode_instruments,
    instruments_line=instruments_line,
    symbol_of=symbol_of,
    well_known=well_known,
    stream_of=stream_of,
    streams_of=streams_of,
    meaning_of=meaning_of,
    trading=TRADING,
)
