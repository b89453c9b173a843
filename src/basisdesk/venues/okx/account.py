"""The account side, put together: one connection brings every account event, another takes orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.okx.asking import encode
from basisdesk.venues.okx.capabilities import BUCKETS, CAPABILITIES, PATHS, STANDING
from basisdesk.venues.okx.entry import OrderEntry, costs
from basisdesk.venues.okx.ids import client_id
from basisdesk.venues.okx.private import PrivateStream
from basisdesk.venues.okx.replies import decode, judged
from basisdesk.venues.trading import Trading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.venues.trading import Entry, Private, Session


def _privates(_lines: Sequence[str], session: Session) -> list[Private]:
    return [PrivateStream(session)]


def _entry(_line: str, session: Session) -> Entry | None:
    return OrderEntry(session)


TRADING = Trading(
    capabilities=CAPABILITIES,
    buckets=BUCKETS,
    encode=encode,
    decode=decode,
    privates=_privates,
    entry=_entry,
    client_id=client_id,
    paths=PATHS,
    costs=costs,
    judge=judged,
    standing=STANDING,
)
