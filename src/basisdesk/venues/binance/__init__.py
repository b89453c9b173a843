"""Binance: spot, USD-M and COIN-M futures.

`VENUE` is the row of the registry; the parts are in the files beside it.
Everything follows the venue's public documentation, whose pages are cited by title where a rule comes from one.
"""

from __future__ import annotations

from basisdesk.venues.binance.capabilities import CAPABILITIES
from basisdesk.venues.binance.entry import entry
from basisdesk.venues.binance.feed import Feed
from basisdesk.venues.binance.hosts import LINES, framing_of, instruments_line, line_of, request_of
from basisdesk.venues.binance.ids import client_id
from basisdesk.venues.binance.instruments import decode_instruments
from basisdesk.venues.binance.known import well_known
from basisdesk.venues.binance.limits import BUCKETS
from basisdesk.venues.binance.private import privates
from basisdesk.venues.binance.replies import decode, judge
from basisdesk.venues.binance.requests import PATHS, costs, encode
from basisdesk.venues.binance.subscribing import load_of
from basisdesk.venues.binance.symbols import VENUE_NAME, symbol_of
from basisdesk.venues.binance.wire import is_snapshot
from basisdesk.venues.contract import Venue
from basisdesk.venues.trading import Trading

VENUE = Venue(
    name=VENUE_NAME,
    lines=LINES,
    feed=Feed,
    line_of=line_of,
    request_of=request_of,
    decode_instruments=decode_instruments,
    instruments_line=instruments_line,
    symbol_of=symbol_of,
    well_known=well_known,
    is_snapshot=is_snapshot,
    framing_of=framing_of,
    load_of=load_of,
    trading=Trading(
        capabilities=CAPABILITIES,
        buckets=BUCKETS,
        encode=encode,
        decode=decode,
        privates=privates,
        entry=entry,
        client_id=client_id,
        paths=PATHS,
        costs=costs,
        judge=judge,
        connects="spot.connects",
    ),
)
