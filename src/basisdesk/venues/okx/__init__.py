"""OKX, version 5 of its interface: spot with margin, perpetual swaps and dated futures, all on one line."""

from __future__ import annotations

from basisdesk.venues.contract import Venue
from basisdesk.venues.okx.account import TRADING
from basisdesk.venues.okx.feed import PublicFeed
from basisdesk.venues.okx.hosts import ADDRESSES, PUBLIC
from basisdesk.venues.okx.instruments import decode_instruments
from basisdesk.venues.okx.known import terms_of, well_known
from basisdesk.venues.okx.symbols import VENUE_NAME, symbol_of

VENUE = Venue(
    name=VENUE_NAME,
    lines={PUBLIC.name: PUBLIC},
    feed=PublicFeed,
    line_of=ADDRESSES.line_of,
    request_of=ADDRESSES.request_of,
    decode_instruments=decode_instruments,
    instruments_line=ADDRESSES.instruments_line,
    symbol_of=symbol_of,
    well_known=well_known,
    terms_of=terms_of,
    trading=TRADING,
)
