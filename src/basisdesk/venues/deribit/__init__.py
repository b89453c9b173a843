"""Deribit, version 2 of its interface: perpetuals and dated futures, inverse and linear, on one connection each."""

from __future__ import annotations

from basisdesk.venues.contract import Venue
from basisdesk.venues.deribit.capabilities import BUCKETS, CAPABILITIES, STANDING
from basisdesk.venues.deribit.entry import costs, entry
from basisdesk.venues.deribit.feed import PublicFeed
from basisdesk.venues.deribit.hosts import ADDRESSES, PUBLIC
from basisdesk.venues.deribit.ids import client_id
from basisdesk.venues.deribit.instruments import decode_instruments
from basisdesk.venues.deribit.known import terms_of, well_known
from basisdesk.venues.deribit.private import privates
from basisdesk.venues.deribit.replies import decode, judged
from basisdesk.venues.deribit.requests import PATHS, encode
from basisdesk.venues.deribit.symbols import VENUE_NAME, symbol_of
from basisdesk.venues.trading import Trading

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
    trading=Trading(
        capabilities=CAPABILITIES,
        buckets=tuple(BUCKETS),
        encode=encode,
        decode=decode,
        privates=privates,
        entry=entry,
        client_id=client_id,
        paths=PATHS,
        costs=costs,
        judge=judged,
        standing=STANDING,
    ),
)
