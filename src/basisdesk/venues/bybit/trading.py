"""The account side of the venue, put together.

One private connection tells everything of the unified account; each line has an order-entry connection of its own.
Followed: https://bybit-exchange.github.io/docs/v5/intro.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.bybit.capabilities import CAPABILITIES
from basisdesk.venues.bybit.entry import TradeSocket, costs_of
from basisdesk.venues.bybit.ids import client_id
from basisdesk.venues.bybit.limits import BUCKETS, CONNECTS, STANDING
from basisdesk.venues.bybit.private import PrivateStream
from basisdesk.venues.bybit.replies import decode, judge
from basisdesk.venues.bybit.requests import PATHS, encode
from basisdesk.venues.trading import Trading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.venues.trading import Entry, Private, Session


def _privates(lines: Sequence[str], session: Session) -> list[Private]:
    return [PrivateStream(lines, session)] if lines else []


def _entry(line: str, session: Session) -> Entry | None:
    return TradeSocket(line, session) if line in CAPABILITIES else None


TRADING = Trading(
    capabilities=CAPABILITIES,
    buckets=BUCKETS,
    encode=encode,
    decode=decode,
    privates=_privates,
    entry=_entry,
    client_id=client_id,
    paths=PATHS,
    costs=costs_of,
    judge=judge,
    connects=CONNECTS,
    standing=STANDING,
)
