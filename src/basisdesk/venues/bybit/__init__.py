"""Bybit, version 5 of its interface: spot, linear (USDT, USDC) and inverse contracts, one connection for each line."""

from __future__ import annotations

from basisdesk.venues.bybit.feed import PublicFeed
from basisdesk.venues.bybit.hosts import LINES, instruments_line, line_of, request_of
from basisdesk.venues.bybit.instruments import decode_instruments
from basisdesk.venues.bybit.known import terms_of, well_known
from basisdesk.venues.bybit.symbols import VENUE_NAME, symbol_of
from basisdesk.venues.bybit.topics import load_of
from basisdesk.venues.bybit.trading import TRADING
from basisdesk.venues.contract import Venue

VENUE = Venue(
    name=VENUE_NAME,
    lines=LINES,
    feed=PublicFeed,
    line_of=line_of,
    request_of=request_of,
    decode_instruments=decode_instruments,
    instruments_line=instruments_line,
    symbol_of=symbol_of,
    well_known=well_known,
    terms_of=terms_of,
    load_of=load_of,
    trading=TRADING,
)
