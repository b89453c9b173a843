"""Asks over HTTP: sign, wait for the budget, send once, read, remember.

What must be known first (an account id, a token) is asked for first, by one conversation at a time.
A command is sent at most once, and not at all when the budget would hold it back for longer than its patience: a late
order is worse than none.
Queries are repeated with growing pauses by `read`, page by page.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.domain.account import Terms
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.shell.live.asks import is_command, is_order, is_urgent, name_of, symbol_of
from basisdesk.shell.live.backoff import Backoff
from basisdesk.shell.live.heard import Answered
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues.trading import Reply, Request, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from basisdesk.domain.ask import Ask, Query
    from basisdesk.shell.live.heard import Heard
    from basisdesk.shell.live.site import Site
    from basisdesk.venues.trading import Session, Trading

SECOND = 1_000_000_000
PATIENCE = 2 * SECOND
READ_PATIENCE = 120 * SECOND
ACCOUNT = "account"
"""Name under which a reply teaches the account's number (`Reply.learned`)."""
FIRST_THINGS = 5
PAGES = 200
TRIES = 8
FRESH = SECOND // 20
"""A request signed longer ago than this (ns) is signed anew."""


class Asker:
    """One account's requests, or those that need no key."""

    def __init__(self, site: Site, trading: Trading, session: Session, tell: Callable[[Heard], None]) -> None:
        self.session = session
        self.trading = trading
        self._site = site
        self._tell = tell
        self._learning = asyncio.Lock()
        self._cut: asyncio.Future[str] | None = None

    def interrupt(self, reason: str) -> None:
        """Give up on every command under way: nobody can tell what came of it."""
        cut, self._cut = self._cut, None
        if cut is not None and not cut.done():
            cut.set_result(reason)

    def ask(self, ask: Ask, *, urgent: bool | None = None) -> Awaitable[Reply | Refusal]:
        """Ask once; what must be known first is asked for before.

        A command has left when this returns, where nothing has to be waited for.
        """
        pressing = is_urgent(ask) if urgent is None else urgent
        if not is_command(ask):
            return self._ask(ask, pressing, None)
        time = self._site.time
        now = time.clock.now()
        signed = self.trading.encode(ask, self.session, now + time.offset)
        if isinstance(signed, Refusal) or not _is_of(signed, ask):
            return self._ask(ask, pressing, signed)
        if self._site.budget.ask(signed.costs, pressing, symbol_of(ask), now):
            return self._ask(ask, pressing, signed)
        return self._follow(self._carry(signed), signed, pressing)

    async def _follow(self, answer: Awaitable[Response], request: Request, pressing: bool) -> Reply:
        return await self._go_on(await self._heard(answer, request), pressing)

    async def _ask(self, ask: Ask, pressing: bool, signed: Request | Refusal | None) -> Reply | Refusal:
        time = self._site.time
        until = time.clock.now() + PATIENCE
        for _ in range(FIRST_THINGS):
            if time.clock.now() > until and is_order(ask):
                message = "what had to be known first took too long: the price may be another by now"
                return Reply(outcome=RetryLater(time.now(), Reason.OTHER, "late", message))
            request = await self._prepare(ask, ask, pressing, signed)
            signed = None
            if not isinstance(request, Request):
                return request
            if _is_of(request, ask):
                return await self._go_on(await self._send(request), pressing)
            held = await self._learn(ask, pressing)
            if held is not None:
                return held
        return Refusal("first_things", "not sent: the venue's answers never give what must be known first")

    async def _go_on(self, reply: Reply, pressing: bool) -> Reply:
        """Follow a command that the venue takes in parts, such as cancelling more orders than one request may."""
        for _ in range(PAGES):
            further = reply.further
            if further is None or not is_command(further) or not isinstance(reply.outcome, Done):
                return reply
            request = await self._prepare(further, further, pressing)
            if isinstance(request, Refusal):  # nothing is left to be done
                return reply
            reply = await self._send(request) if isinstance(request, Request) else request
        return reply

    async def read(self, query: Query, tries: int = TRIES) -> Reply | Refusal:
        """Ask until there is an answer, page by page, each at most `tries` times; returns the last reply."""
        backoff = Backoff(self._site.rng)
        asked: Ask = query
        failures = pages = 0
        while True:
            reply = await self.ask(asked)
            if isinstance(reply, Refusal):
                return reply
            pause = backoff.pause()
            match reply.outcome:
                case Done():
                    pages += 1
                    failures = 0
                    backoff.reset()
                    if reply.further is None or pages >= PAGES:
                        return reply
                    asked = reply.further
                    continue
                case Rejected():
                    return reply
                case RetryLater(at):
                    pause += max(at - self._site.time.now(), 0)
                case Unknown():
                    pass
            failures += 1
            if failures >= tries:
                return reply
            await self._site.clock.sleep(pause)

    def absorb(self, ask: Ask, reply: Reply) -> None:
        """Remember what a reply taught, whichever way it came, and tell it."""
        site = self._site
        self.session.learned.update(reply.learned)
        self.session.account = self.session.learned.get(ACCOUNT, self.session.account)
        self.session.know([update.instrument for update in reply.updates if isinstance(update, Terms)])
        site.heed(reply, symbol_of(ask))
        self._tell(Answered(site.venue.name, site.clock.now(), ask, reply))

    async def allowance(self, ask: Ask, costs: tuple[tuple[str, float], ...], urgent: bool) -> Reply | None:
        """Wait until this may be spent; a reply means that it would take too long, and nothing was spent."""
        site = self._site
        until = site.clock.now() + (PATIENCE if is_command(ask) else READ_PATIENCE)
        while True:
            now = site.clock.now()
            wait = site.budget.ask(costs, urgent, symbol_of(ask), now)
            if not wait:
                return None
            if now + wait > until:
                message = f"the venue's limits leave no room for {wait / SECOND:.1f} s"
                return Reply(outcome=RetryLater(site.time.now() + wait, Reason.RATE_LIMIT, "budget", message))
            await site.clock.sleep(wait)

    async def _learn(self, ask: Ask, urgent: bool) -> Reply | Refusal | None:
        """Ask for what must come first, unless somebody just did; returns why the ask cannot go on, or None."""
        async with self._learning:
            first = self._encode(ask)
            if isinstance(first, Refusal):
                return first
            if first.ask == ask:
                return None
            request = await self._prepare(ask, first.ask, urgent)
            if not isinstance(request, Request):
                return request
            reply = await self._send(request)
            return None if isinstance(reply.outcome, Done) else self._held(ask, first.ask, reply)

    async def _prepare(
        self, ask: Ask, wanted: Ask, urgent: bool, signed: Request | Refusal | None = None
    ) -> Request | Refusal | Reply:
        """Sign, unless that is done; where the request is the wanted one, spend what it costs.

        It is signed anew when that took a while.
        """
        request = self._encode(ask) if signed is None else signed
        if isinstance(request, Refusal) or request.ask != wanted:
            return request
        before = self._site.clock.now()
        held = await self.allowance(request.ask, request.costs, urgent)
        if held is not None:
            return held
        return request if self._site.clock.now() - before < FRESH else self._encode(ask)

    def _encode(self, ask: Ask) -> Request | Refusal:
        return self.trading.encode(ask, self.session, self._site.time.now())

    async def _send(self, request: Request) -> Reply:
        """Send once and read."""
        return await self._heard(self._carry(request), request)

    async def _heard(self, answer: Awaitable[Response], request: Request) -> Reply:
        """Wait for what comes of a request, and read it."""
        site = self._site
        try:
            response = await answer
        except NotSent as error:
            reply = Reply(outcome=RetryLater(site.time.now() + SECOND, Reason.OTHER, "not sent", f"{error}"))
        else:
            response = msgspec.structs.replace(response, at=response.at + site.time.offset)
            reply = self.trading.decode(request, response, self.session)
        self.absorb(request.ask, reply)
        return reply

    def _carry(self, request: Request) -> Awaitable[Response]:
        """Send a request; a command ends as no answer when the machine stood still meanwhile."""
        answer = self._site.transport.request(request)
        if not request.changes:
            return answer
        if self._cut is None:
            self._cut = asyncio.get_running_loop().create_future()
        return self._uncut(answer, self._cut)

    async def _uncut(self, answer: Awaitable[Response], cut: asyncio.Future[str]) -> Response:
        """Wait for an answer, or for the end of all waiting."""
        sending = asyncio.ensure_future(answer)
        either: set[asyncio.Future[Any]] = {sending, cut}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not sending.done():
                sending.cancel()
        if sending.done() and not sending.cancelled():
            return sending.result()
        return Response(0, cut.result().encode(), {}, self._site.clock.now())

    def _held(self, ask: Ask, first: Ask, reply: Reply) -> Reply:
        """Turn what came of something that had to come first into what comes of the ask: it was not sent."""
        match reply.outcome:
            case Unknown(message):
                words = f"not sent: {name_of(first)} must be known first, and the venue did not answer: {message}"
                held = Reply(outcome=RetryLater(self._site.time.now() + SECOND, Reason.OTHER, "first", words))
            case _:
                held = Reply(outcome=reply.outcome)
        self._tell(Answered(self._site.venue.name, self._site.clock.now(), ask, held))
        return held


def _is_of(request: Request, ask: Ask) -> bool:
    """Say whether a request is for the ask itself, not for what must be known first; comparing takes long."""
    return request.ask is ask or request.ask == ask
