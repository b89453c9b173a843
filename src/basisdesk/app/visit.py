"""Venues that a command connects to for a while, and why one of them is silent.

The live shell keeps trying, as a desk must; a command that somebody waits for wants to know sooner.
So a witness stands between the shell and the wires and remembers, host by host, whether anything ever came back and
what went wrong: two failures to connect and no answer at all mean that waiting longer is of no use.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from basisdesk.shell.live.clock import LocalClock
from basisdesk.shell.live.health import Capability
from basisdesk.shell.live.live import Live
from basisdesk.shell.live.transport import TIMEOUT, NotSent
from basisdesk.shell.live.wires import Wires
from basisdesk.venues import venue_named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from basisdesk.app.reach import Reach
    from basisdesk.app.watching import Watching
    from basisdesk.shell.live.health import Condition
    from basisdesk.shell.live.transport import Listener, Socket, Transport
    from basisdesk.venues.trading import Request, Response

PATIENCE = 8.0
"""Seconds given to venues to list their markets."""
STEP = 0.05
OK, WRONG = 200, 400
ENOUGH = 2
_NOBODY = "Connect call failed"
"""What asyncio says, followed by a tuple, when there is an address and nobody behind it."""
_CAUSE = re.compile(r"\[(?:Errno -?\d+\] )?([^\[\]]+)\]?\s*$")


@dataclass(slots=True)
class _Host:
    answers: int = 0
    failures: int = 0
    fault: str = ""


class Witness:
    """A transport that remembers how hosts answer (`shell.live.transport.Transport`)."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._hosts: dict[str, _Host] = {}

    async def request(self, request: Request, timeout: float = TIMEOUT) -> Response:  # noqa: ASYNC109 (a limit of the wire)
        """Ask over HTTP."""
        name = _host(request.origin)
        host = self._hosts.setdefault(name, _Host())
        try:
            response = await self._inner.request(request, timeout)
        except NotSent as error:
            host.failures += 1
            host.fault = f"no connection to {name} ({_cause(error)})"
            raise
        if response.status == 0:
            host.failures += 1
            host.fault = f"{name} gave no answer ({response.body[:100].decode(errors='replace')})"
        elif response.status >= WRONG:
            host.fault = f"{name} answered HTTP {response.status}"
        host.answers += response.status > 0
        return response

    async def connect(self, url: str, headers: Sequence[tuple[str, str]], listener: Listener) -> Socket:
        """Open a WebSocket connection."""
        return await self._inner.connect(url, headers, listener)

    def fault(self, venue: str) -> str:
        """Return what went wrong last at a venue's hosts, empty when nothing did."""
        return next((host.fault for host in self._of(venue) if host.fault), "")

    def has_answered(self, venue: str) -> bool:
        """Say whether any of a venue's hosts ever answered."""
        return any(host.answers for host in self._of(venue))

    def is_silent(self, venue: str) -> bool:
        """Say whether none of a venue's hosts ever answered, and were tried often enough to believe it."""
        return not self.has_answered(venue) and sum(host.failures for host in self._of(venue)) >= ENOUGH

    def _of(self, venue: str) -> list[_Host]:
        names = dict.fromkeys(_host(line.rest_url) for line in venue_named(venue).lines.values())
        return [self._hosts[name] for name in names if name in self._hosts]


class Visit:
    """Venues while a command is connected to them."""

    def __init__(self, live: Live, witness: Witness) -> None:
        self.live = live
        self.witness = witness

    async def loaded(self, patience: float = PATIENCE) -> list[str]:
        """Wait until every venue has listed its markets or is given up; returns those that listed none."""
        posts = self.live.posts
        for _ in range(int(patience / STEP)):
            if all(post.loaded.is_set() or self.witness.is_silent(name) for name, post in posts.items()):
                break
            await asyncio.sleep(STEP)
        return [name for name, post in posts.items() if not post.listing.known]

    def why(self, venue: str) -> str:
        """Say why a venue's data is not there."""
        if not self.live.posts[venue].listing.known:
            late = "it answers, but its markets could not be read in time"
            return self.witness.fault(venue) or (
                late if self.witness.has_answered(venue) else "it has not answered in time"
            )
        return self.live.board.of(venue, Capability.DATA).reason or "no reason was given"


@contextlib.asynccontextmanager
async def visiting(
    found: Reach,
    watching: Watching,
    tap: Callable[[Transport, LocalClock], Transport] | None = None,
    *,
    keys: bool = False,
    changed: Callable[[str, Capability, Condition], None] | None = None,
) -> AsyncIterator[Visit]:
    """Connect to the venues of `found`; `tap` may listen in, `keys` logs in where there is a key.

    `changed` is told of every change of health.
    """
    clock = LocalClock()
    async with Wires(found.routes, clock.now) as wires:
        witness = Witness(wires)
        live = Live(
            [venue_named(name) for name in found.venues],
            watching.sink,
            credentials=found.credentials if keys else None,
            changed=changed,
            clock=clock,
            transport=witness if tap is None else tap(witness, clock),
        )
        async with live:
            yield Visit(live, witness)


def _host(origin: str) -> str:
    return origin.partition("://")[2].partition("/")[0]


def _cause(error: NotSent) -> str:
    """Return the cause at the end of a message of the client library: ``… [Name or service not known]``."""
    found = _CAUSE.search(f"{error}")
    cause = found[1] if found else f"{error}"
    return "it refuses, or cannot be reached" if cause.startswith(_NOBODY) else cause
