"""HTX (formerly Huobi): spot, USDT-margined contracts, coin-margined swaps and coin-margined futures."""

from __future__ import annotations

from basisdesk.venues.contract import Venue
from basisdesk.venues.htx.account import TRADING
from basisdesk.venues.htx.feed import PublicFeed
from basisdesk.venues.htx.hosts import LINES, instruments_line, line_of, request_of
from basisdesk.venues.htx.instruments import decode_instruments
from basisdesk.venues.htx.known import terms_of, well_known
from basisdesk.venues.htx.symbols import VENUE_NAME, spelled

VENUE = Venue(
    name=VENUE_NAME,
    lines=LINES,
    feed=PublicFeed,
    line_of=line_of,
    request_of=request_of,
    decode_instruments=decode_instruments,
    instruments_line=instruments_line,
    symbol_of=spelled,
    well_known=well_known,
    terms_of=terms_of,
    trading=TRADING,
)
