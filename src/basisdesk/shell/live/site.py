"""What everything that concerns one venue shares: clock, gate, budget, transport, supervisor and health board."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.outcome import Reason, Rejected, RetryLater
from basisdesk.shell.live.backoff import Gate
from basisdesk.shell.live.clock import Clock, VenueClock
from basisdesk.shell.live.health import Board, Capability, Health, Weight
from basisdesk.shell.live.supervisor import Supervisor
from basisdesk.shell.live.transport import Transport
from basisdesk.venues.budget import Berths, Budget
from basisdesk.venues.contract import Venue
from basisdesk.venues.wire import again_at

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from basisdesk.venues.trading import Reply, Request, Response

SECOND = 1_000_000_000
LEFT_ALONE = 10 * SECOND
"""How long a venue that was asked too much is left alone when it does not say for how long."""
_TOO_MANY = (403, 418, 429)


@dataclass(frozen=True, slots=True)
class Site:
    """One venue, seen from the live shell.

    Attributes:
        venue: its codecs.
        transport: the way to it.
        time: its time; `clock` is the local one.
        gate: lets one attempt to connect through a second.
        budget: its published limits.
        berths: its published counts of connections.
    """

    venue: Venue
    transport: Transport
    time: VenueClock
    gate: Gate
    budget: Budget
    board: Board
    supervisor: Supervisor
    rng: random.Random
    berths: Berths = field(default_factory=Berths)

    @property
    def clock(self) -> Clock:
        """The local clock."""
        return self.time.clock

    def heed(self, reply: Reply, symbol: str = "") -> None:
        """Take what a reply says of the venue's limits; a limit closes what the codec says."""
        budget, now = self.budget, self.clock.now()
        for name, holds in reply.capacities:
            budget.resize(name, holds)
        for name, used in reply.used:
            budget.correct(name, used, now, symbol)
        match reply.outcome:
            case RetryLater(at, Reason.RATE_LIMIT):
                budget.ban(at - self.time.offset, reply.held, symbol)
            case _:
                pass

    def overhear(self, request: Request, response: Response, symbol: str = "") -> None:
        """Take what the answer to a public request says of the limits; `response` has the local time.

        Nobody needs permission for those, so a 403 without a reason of the venue's own is the word of a wall in front
        of it: it was asked too much.
        """
        trading = self.venue.trading
        if trading is not None and trading.judge is not None:
            reply = trading.judge(request, msgspec.structs.replace(response, at=response.at + self.time.offset))
            self.heed(reply, symbol)
            match reply.outcome:
                case RetryLater(_, Reason.RATE_LIMIT):
                    return
                case Rejected(_, code) if code != str(response.status):
                    return
                case _:
                    pass
        if response.status in _TOO_MANY:
            self.budget.ban(again_at(response.headers, response.at, LEFT_ALONE))

    def say(
        self, capability: Capability, part: str, health: Health, reason: str = "", weight: Weight = Weight.SIDE
    ) -> None:
        """State the health of a part of this venue."""
        self.board.say(self.venue.name, capability, part, health, reason, weight)

    def saying(self, capability: Capability, part: str, weight: Weight = Weight.SIDE) -> Callable[[Health, str], None]:
        """Return what states the health of one part."""
        return lambda health, reason: self.say(capability, part, health, reason, weight)

    def start(
        self,
        part: str,
        work: Callable[[], Coroutine[object, object, None]],
        capability: Capability,
        weight: Weight = Weight.SIDE,
        *,
        tells: bool = True,
    ) -> None:
        """Keep a task of this venue running; while it is dead, its part is down.

        A task that `tells` states its health by itself; of another, running is all there is to say.
        """
        said = self.saying(capability, part, weight)

        async def work_and_tell() -> None:
            said(Health.UP, "")
            await work()

        name = f"{self.venue.name} {capability.value} {part}"
        self.supervisor.start(name, work if tells else work_and_tell, lambda reason: said(Health.DOWN, reason))

    async def stop(self, part: str, capability: Capability = Capability.DATA) -> None:
        """End such a task."""
        await self.supervisor.stop(f"{self.venue.name} {capability.value} {part}")
