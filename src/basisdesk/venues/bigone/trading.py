"""The account side of the venue, put together; orders go over REST on both lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.bigone.capabilities import BUCKETS, CAPABILITIES
from basisdesk.venues.bigone.contract_stream import ContractStream
from basisdesk.venues.bigone.decode import decode, judged
from basisdesk.venues.bigone.encode import PATHS, encode
from basisdesk.venues.bigone.hosts import LINES
from basisdesk.venues.bigone.ids import client_id
from basisdesk.venues.bigone.spot_stream import SpotStream
from basisdesk.venues.bigone.symbols import CONTRACT, SPOT
from basisdesk.venues.trading import Standing, Trading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.venues.trading import Entry, Private, Session


def privates_of(lines: Sequence[str], session: Session) -> list[Private]:
    """Return one connection for each line."""
    made: list[Private] = []
    if SPOT in lines:
        made.append(SpotStream(session))
    if CONTRACT in lines:
        made.append(ContractStream(session))
    return made


def entry_of(line: str, session: Session) -> Entry | None:  # noqa: ARG001 (the contract's)
    """Return None: the venue's page shows no order entry over a socket."""
    return None


TRADING = Trading(
    capabilities=CAPABILITIES,
    buckets=BUCKETS,
    encode=encode,
    decode=decode,
    privates=privates_of,
    entry=entry_of,
    client_id=client_id,
    paths=PATHS,
    judge=judged,
    standing=(Standing(name="spot sockets of a user", most=5, scope="account", url=LINES[SPOT].stream_url),),
)
