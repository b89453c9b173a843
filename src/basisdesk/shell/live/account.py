"""One account at one venue: orders out, everything that is known of it in.

Commands go over the venue's order connection where it stands, else over HTTP; which of the two makes no difference to
the answer.
Nothing is sent before the account has been read once, and again after the machine stood still.
A key that the venue refuses takes orders down until the venue accepts it again; one that may withdraw is never used.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from basisdesk.domain.account import Fill, OrderUpdate, Permissions, Position, StreamEnded
from basisdesk.domain.ask import AskPermissions
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.shell.live.asker import Asker
from basisdesk.shell.live.asks import given, is_command, is_public, is_trading, is_urgent, symbol_of
from basisdesk.shell.live.backoff import Backoff
from basisdesk.shell.live.entry import EntryTalk
from basisdesk.shell.live.health import Capability, Health, Pace, Weight
from basisdesk.shell.live.heard import Answered, Told
from basisdesk.shell.live.link import Link
from basisdesk.shell.live.polls import AGAIN, FILLS_EVERY, Polls
from basisdesk.shell.live.private import PrivateTalk
from basisdesk.venues.trading import Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.shell.live.heard import Heard
    from basisdesk.shell.live.link import Talk
    from basisdesk.shell.live.site import Site
    from basisdesk.venues.trading import Session, Trading

SECOND = 1_000_000_000
RIGHTS_EVERY = 24 * 3600 * SECOND
STRIKES = 3
"""So many requests in a row without an answer take a capability down."""


class Account:
    """Made for the lines in use, begun with `start`."""

    def __init__(
        self,
        site: Site,
        trading: Trading,
        session: Session,
        lines: Sequence[str],
        tell: Callable[[Heard], None],
        since: int = 0,
    ) -> None:
        """`tell` hears everything; `since` is from when fills are wanted (venue time, ns)."""
        self.session = session
        self.polls = Polls(Asker(site, trading, session, self._heard), lines, site.time, since)
        self.asker = self.polls.asker
        self.read_once = asyncio.Event()
        self.strangers = 0
        self._site = site
        self._trading = trading
        self._costs = trading.costs or self._costs_signed
        self._lines = tuple(lines)
        self._tell = tell
        self._entries: dict[str, EntryTalk] = {}
        self._links: list[Link] = []
        self._wanted = asyncio.Event()
        self._pace = Pace()
        self._strikes = {Capability.ORDERS: 0, Capability.ACCOUNT: 0}
        self._refused: Refusal | None = None

    def start(self) -> None:
        """Connect, read, and keep reading."""
        site = self._site
        for capability in (Capability.ORDERS, Capability.ACCOUNT):
            site.say(capability, "reading", Health.DOWN, "the account has not been read yet", Weight.VITAL)
        for number, private in enumerate(self._trading.privates(self._lines, self.session), 1):
            talk = PrivateTalk(private, self.asker, site.time, self._told, self._wanted.set)
            name = f"private stream {number}"
            talk.link = self._link(name, talk, Capability.ACCOUNT)
            site.start(f"{name} wishes", talk.serve, Capability.ACCOUNT, tells=False)
        for line in self._lines:
            entry = self._trading.entry(line, self.session)
            if entry is not None:
                orders = self._entries[line] = EntryTalk(entry)
                orders.link = self._link(f"order connection of {line}", orders, Capability.ORDERS)
        self._wanted.set()
        site.start("reading", self._read, Capability.ACCOUNT, Weight.VITAL)
        site.start("fills", self._read_fills, Capability.ACCOUNT)

    def ask(self, ask: Ask, *, urgent: bool = False) -> Awaitable[Reply | Refusal]:
        """Ask something of the account; a command is sent at most once.

        A command has left when this returns, where nothing has to be waited for; what is awaited is the answer.
        `urgent` says that it takes risk away, which cannot be seen of a hedge that is not reduce-only.
        """
        symbol, trading, urgent = symbol_of(ask), is_trading(ask), urgent or is_urgent(ask)
        self.use(symbol)
        if not trading and not is_command(ask):
            return self.asker.ask(ask, urgent=urgent)
        if self._refused is not None:
            return given(self._refused)
        if trading and not self.read_once.is_set():
            message = "the account has not been read since the start or the last pause"
            return given(Reply(outcome=RetryLater(self._site.time.now() + SECOND, Reason.OTHER, "unread", message)))
        began = self._site.time.clock.now()
        answer = self._by_entry(ask, symbol, urgent, began) if trading and self._entries else None
        return self._timed(began, self.asker.ask(ask, urgent=urgent) if answer is None else answer)

    async def _timed(self, began: int, answer: Awaitable[Reply | Refusal]) -> Reply | Refusal:
        reply = await answer
        if isinstance(reply, Reply) and not isinstance(reply.outcome, RetryLater):
            self._judge_pace(self._site.clock.now() - began)
        return reply

    def use(self, *symbols: str) -> None:
        """Count markets among those that are traded, for venues that tell fills market by market only."""
        for symbol in symbols:
            if symbol:
                self.polls.symbols[symbol] = None

    def interrupt(self, reason: str) -> None:
        """The machine stood still: nothing that was under way is known any more."""
        self.read_once.clear()
        self._say_reading([f"{reason}; not read again yet"])
        self.asker.interrupt(reason)
        for link in self._links:
            link.hang_up(reason)
        self._wanted.set()

    def _link(self, name: str, talk: Talk, capability: Capability) -> Link | None:
        """Begin a connection; None, and the reason told, where the venue allows no more of them."""
        site = self._site
        said = site.saying(capability, name)
        refused = site.berths.take([talk.url(site.time.now()) or ""], account=True)
        if refused:
            said(Health.DOWN, refused)
            return None
        offset = site.time
        link = Link(
            name,
            talk,
            site.transport,
            site.clock,
            site.gate,
            Backoff(site.rng),
            said,
            lambda: offset.offset,
            hasty=True,
            meaning_of=site.venue.meaning_of,
        )
        self._links.append(link)
        said(Health.DOWN, "not connected yet")
        site.start(name, link.run, capability)
        return link

    def _by_entry(self, ask: Ask, symbol: str, urgent: bool, now: int) -> Awaitable[Reply | Refusal] | None:
        """Send over the order connection at local time `now`; None where there is none, or it does not carry this."""
        site = self._site
        at = now + site.time.offset
        talk = self._entries.get(self._line_of(ask, symbol))
        if talk is None or not talk.ready(at):
            return None
        costs = self._costs(ask, self.session, at)
        if isinstance(costs, Refusal):
            return given(costs)
        if site.budget.ask(costs, urgent, symbol, now):
            return self._by_entry_later(talk, ask, costs, urgent)
        answer = talk.ask(ask, at)
        return None if answer is None else self._absorbed(ask, answer)

    def _costs_signed(self, ask: Ask, session: Session, now: int) -> tuple[tuple[str, float], ...] | Refusal:
        request = self._trading.encode(ask, session, now)
        if isinstance(request, Refusal):
            return request
        return request.costs if request.ask == ask else ()

    async def _by_entry_later(
        self, talk: EntryTalk, ask: Ask, costs: tuple[tuple[str, float], ...], urgent: bool
    ) -> Reply | Refusal:
        """Send as soon as the venue's limits allow it, over HTTP if the connection is gone by then."""
        held = await self.asker.allowance(ask, costs, urgent)
        if held is not None:
            return held
        answer = talk.ask(ask, self._site.time.now())
        return await (self.asker.ask(ask, urgent=urgent) if answer is None else self._absorbed(ask, answer))

    async def _absorbed(self, ask: Ask, answer: Awaitable[Reply] | Refusal) -> Reply | Refusal:
        if isinstance(answer, Refusal):
            return answer
        reply = await answer
        self.asker.absorb(ask, reply)
        return reply

    def _line_of(self, ask: Ask, symbol: str) -> str:
        instrument = self.session.instruments.get(symbol)
        return instrument.market if instrument is not None else str(getattr(ask, "line", ""))

    async def _read(self) -> None:
        """Read everything whenever that is wanted, and what is due in between."""
        site = self._site
        backoff = Backoff(site.rng)
        rights_at = 0
        while True:
            pause = SECOND
            if site.clock.now() >= rights_at:
                rights_at = site.clock.now() + RIGHTS_EVERY
                await self.asker.read(AskPermissions())
            faults: list[str] | None
            if self._wanted.is_set():
                self._wanted.clear()
                faults = await self.polls.everything()
                if faults:
                    self._wanted.set()
                    pause += backoff.pause()
                else:
                    self.read_once.set()
                    backoff.reset()
            else:
                faults = await self.polls.rest()
            if faults is not None:
                self._say_reading(faults)
            await site.clock.sleep(pause)

    async def _read_fills(self) -> None:
        """Ask for fills again and again, whatever the other questions do."""
        site = self._site
        while True:
            await site.clock.sleep(FILLS_EVERY)
            while self.read_once.is_set() and (faults := await self.polls.fills()):
                site.say(Capability.ACCOUNT, "fills", Health.DEGRADED, "; ".join(faults[:3]))
                await site.clock.sleep(AGAIN)
            site.say(Capability.ACCOUNT, "fills", Health.UP)

    def _say_reading(self, faults: list[str]) -> None:
        health = Health.DOWN if faults and not self.read_once.is_set() else Health.DEGRADED if faults else Health.UP
        for capability in (Capability.ORDERS, Capability.ACCOUNT):
            self._site.say(capability, "reading", health, "; ".join(faults[:3]), Weight.VITAL)

    def _told(self, update: Update) -> None:
        """Pass on what a private stream tells, unless it is about somebody else's account."""
        named = getattr(update, "account", "")
        if named and self.session.account and named != self.session.account:
            self.strangers += 1
            self._site.say(
                Capability.ACCOUNT, "stranger", Health.DEGRADED, f"{self.strangers} updates of another account"
            )
            return
        if isinstance(update, StreamEnded) and update.refused:
            self._key_refused(update.message)
        self.use(getattr(update, "symbol", ""))
        self._tell(Told(self._site.venue.name, self._site.clock.now(), update))

    def _heard(self, heard: Heard) -> None:
        """Judge an answer before it is passed on."""
        if isinstance(heard, Answered):
            self._judge(heard.ask, heard.reply)
        self._tell(heard)

    def _judge(self, ask: Ask, reply: Reply) -> None:
        part = Capability.ORDERS if is_command(ask) else Capability.ACCOUNT
        for update in reply.updates:
            if isinstance(update, OrderUpdate | Position | Fill):
                self.use(update.symbol)
            if isinstance(update, Permissions) and update.withdraw:
                message = "the key may withdraw: make one that cannot, and give that to the desk"
                self._refused = Refusal("withdrawal_right", message)
                self._site.say(Capability.ORDERS, "right", Health.DOWN, message, Weight.VITAL)
        match reply.outcome:
            case Rejected(Reason.AUTHENTICATION, _, message):
                self._key_refused(message)
            case Done() if not is_public(ask):
                self._strikes[part] = 0
                self._site.say(part, "http", Health.UP, "", Weight.VITAL)
                self._site.say(Capability.ORDERS, "key", Health.UP, "", Weight.VITAL)
                self._site.say(Capability.ACCOUNT, "key", Health.UP, "", Weight.VITAL)
            case Unknown(message):
                self._strike(part, message)
            case RetryLater(_, Reason.MAINTENANCE | Reason.OVERLOADED as reason, _, message):
                self._site.say(part, "http", Health.DOWN, f"{reason.value}: {message}", Weight.VITAL)
            case RetryLater(_, Reason.OTHER, _, message):
                self._strike(part, message)
            case _:
                self._strikes[part] = 0
                self._site.say(part, "http", Health.UP, "", Weight.VITAL)

    def _strike(self, part: Capability, message: str) -> None:
        self._strikes[part] += 1
        health = Health.DOWN if self._strikes[part] >= STRIKES else Health.DEGRADED
        self._site.say(part, "http", health, message or "no answer", Weight.VITAL)

    def _key_refused(self, message: str) -> None:
        for capability in (Capability.ORDERS, Capability.ACCOUNT):
            self._site.say(capability, "key", Health.DOWN, f"the venue refuses the key: {message}", Weight.VITAL)

    def _judge_pace(self, span: int) -> None:
        slow = self._pace.took(span)
        reason = f"answers take {self._pace.middle / SECOND:.1f} s at the median" if slow else ""
        self._site.say(Capability.ORDERS, "pace", Health.DEGRADED if slow else Health.UP, reason)
