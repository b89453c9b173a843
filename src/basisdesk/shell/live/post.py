"""Everything of one venue in the live shell: its time, its instruments, its public lines, its account."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from basisdesk.domain.account import ServerTime
from basisdesk.domain.ask import AskTime
from basisdesk.domain.errors import Refusal
from basisdesk.shell.live.account import Account
from basisdesk.shell.live.asker import Asker
from basisdesk.shell.live.clock import MEASURE_EVERY, measure
from basisdesk.shell.live.health import Capability, Health, Weight
from basisdesk.shell.live.heard import Told
from basisdesk.shell.live.lines import Lines
from basisdesk.shell.live.listing import Listing
from basisdesk.shell.live.snapshots import Snapshots
from basisdesk.venues.trading import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.account import Terms
    from basisdesk.shell.live.heard import Heard
    from basisdesk.shell.live.site import Site
    from basisdesk.venues.contract import Sink
    from basisdesk.venues.trading import Credentials

SECOND = 1_000_000_000
RELOAD_EVERY = 900 * SECOND
RELOAD_AGAIN = 30 * SECOND


class Post:
    """One venue, manned; begun with `start`.

    Attributes:
        lines: public connections.
        listing: instruments.
        account: None without a key, or where the venue's codec has no account side.
        loaded: set when the instruments were first asked for, whatever came of it.
    """

    def __init__(
        self,
        site: Site,
        sink: Sink,
        credentials: Credentials | None,
        tell: Callable[[Heard], None],
        account_lines: Sequence[str] = (),
        since: int = 0,
    ) -> None:
        """`account_lines` are the product lines that the account is read and traded on; none means all."""
        trading = site.venue.trading
        self.session = Session(credentials=credentials)
        self.site = site
        self.loaded = asyncio.Event()
        self._tell = tell
        self._hurry = asyncio.Event()
        self._banned = 0
        self._asker = None if trading is None else Asker(site, trading, self.session, _unheard)
        self._snapshots = Snapshots(site)
        self.lines = Lines(site, sink, self._snapshots)
        self.listing = Listing(site, self.session, self._asker, self._told)
        self.account: Account | None = None
        if trading is not None and credentials is not None:
            lines = tuple(account_lines) or tuple(trading.capabilities)
            self.account = Account(site, trading, self.session, lines, tell, since)

    def start(self) -> None:
        """Begin everything."""
        self.site.say(Capability.DATA, "instruments", Health.DOWN, "not loaded yet", Weight.VITAL)
        self.site.start("snapshots", self._snapshots.run, Capability.DATA, tells=False)
        self.site.start("clock", self._keep_time, Capability.DATA)
        self.site.start("instruments", self._keep_instruments, Capability.DATA)

    def interrupt(self, reason: str) -> None:
        """The machine stood still: every book is old, everything under way unknown, and the clock is doubtful."""
        self.lines.interrupt(reason)
        if self.account is not None:
            self.account.interrupt(reason)
        self._hurry.set()

    def measure_soon(self) -> None:
        """Measure the venue's clock at once: the venue complained of ours."""
        self._hurry.set()

    def say_limits(self) -> None:
        """State whether the venue wants to be left alone; called again and again, because that ends by itself."""
        until = self.site.budget.banned
        until = until if until > self.site.clock.now() else 0
        if until == self._banned:
            return
        self._banned = until
        end = datetime.fromtimestamp(until // SECOND, UTC)
        words = f"asked too much: the venue takes nothing until {end:%Y-%m-%d %H:%M:%S} UTC" if until else ""
        self.site.say(Capability.DATA, "limits", Health.DEGRADED if until else Health.UP, words)
        if self.account is not None:
            for capability in (Capability.ORDERS, Capability.ACCOUNT):
                self.site.say(capability, "limits", Health.DOWN if until else Health.UP, words, Weight.VITAL)

    async def _keep_time(self) -> None:
        asker = self._asker
        first = next(iter(self.site.venue.lines))
        if asker is None:
            self.site.say(Capability.DATA, "clock", Health.UP)
        while asker is not None:

            async def ask(asker: Asker = asker) -> int | None:
                reply = await asker.ask(AskTime(first))
                if isinstance(reply, Refusal):
                    return None
                return next((update.at for update in reply.updates if isinstance(update, ServerTime)), None)

            self._say_time(measured=await measure(self.site.time, ask))
            self._hurry.clear()
            sleeping = asyncio.ensure_future(self.site.clock.sleep(MEASURE_EVERY))
            hurrying = asyncio.ensure_future(self._hurry.wait())
            try:
                await asyncio.wait((sleeping, hurrying), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeping.cancel()
                hurrying.cancel()

    def _say_time(self, *, measured: bool) -> None:
        time = self.site.time
        old = time.clock.now() - time.measured > 5 * MEASURE_EVERY
        if not measured and (old or not time.measured):
            self.site.say(Capability.DATA, "clock", Health.DEGRADED, "the venue does not tell its time")
        elif time.alarming:
            words = f"the local clock is {-time.offset / SECOND:+.3f} s off the venue's: set it (NTP)"
            self.site.say(Capability.DATA, "clock", Health.DEGRADED, words)
        else:
            self.site.say(Capability.DATA, "clock", Health.UP)

    async def _keep_instruments(self) -> None:
        begun = False
        while True:
            faults = await self.listing.load()
            self.loaded.set()
            if not begun and self.account is not None and self.listing.known:
                begun = True
                self.account.start()
            await self.site.clock.sleep(RELOAD_AGAIN if faults else RELOAD_EVERY)

    def _told(self, terms: Terms) -> None:
        self._tell(Told(self.site.venue.name, self.site.clock.now(), terms))


def _unheard(_heard: Heard) -> None:
    """What public questions bring is used here and told otherwise."""
