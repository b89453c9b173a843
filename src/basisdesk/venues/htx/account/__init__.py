"""HTX accounts and orders: spot, linear contracts by the newer interface, coin-margined contracts by the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.capabilities import CAPABILITIES
from basisdesk.venues.htx.account.decode import decode, judged
from basisdesk.venues.htx.account.encode import encode
from basisdesk.venues.htx.account.ids import client_id
from basisdesk.venues.htx.account.limits import BUCKETS, STANDING
from basisdesk.venues.htx.account.private_contract import PATHS as SOCKETS
from basisdesk.venues.htx.account.private_contract import ContractSpeech
from basisdesk.venues.htx.account.private_spot import SpotSpeech
from basisdesk.venues.htx.account.request import PATHS
from basisdesk.venues.htx.account.stream import AccountStream
from basisdesk.venues.trading import Entry, Private, Session, Trading

if TYPE_CHECKING:
    from collections.abc import Sequence


def privates(lines: Sequence[str], session: Session) -> list[Private]:
    """Return one connection for each of these lines; names of no line are passed over."""
    found: list[Private] = []
    for line in dict.fromkeys(lines):
        if line == symbols.SPOT:
            found.append(AccountStream(SpotSpeech(session), session))
        elif line in SOCKETS:
            found.append(AccountStream(ContractSpeech(line), session))
    return found


def entry(line: str, session: Session) -> Entry | None:
    """No line takes orders over a socket."""
    del line, session
    return None


TRADING = Trading(
    capabilities=CAPABILITIES,
    buckets=BUCKETS,
    encode=encode,
    decode=decode,
    privates=privates,
    entry=entry,
    client_id=client_id,
    paths=PATHS,
    judge=judged,
    standing=STANDING,
)
