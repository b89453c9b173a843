"""A private stream on its connection: what it needs first, what it tells, and that it must be made again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from basisdesk.domain.account import StreamEnded
from basisdesk.domain.errors import Refusal
from basisdesk.shell.live.health import Health
from basisdesk.shell.live.link import Link, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.shell.live.asker import Asker
    from basisdesk.shell.live.clock import VenueClock
    from basisdesk.venues.trading import Private

READY_WITHIN = 10 * 1_000_000_000
ROUNDS = 5
MOST_WISHES = 64


class PrivateTalk:
    """One private stream; `tell` hears its updates, `ready` that login and subscriptions stand, each time."""

    def __init__(
        self,
        private: Private,
        asker: Asker,
        time: VenueClock,
        tell: Callable[[Update], None],
        ready: Callable[[], None],
    ) -> None:
        self._private = private
        self._asker = asker
        self._time = time
        self._tell = tell
        self._ready = ready
        self._was_ready = False
        self._reason = ""
        self._wishes: asyncio.Queue[Ask] = asyncio.Queue(MOST_WISHES)
        self.link: Link | None = None

    async def prepare(self) -> None:
        """Ask over HTTP for what the connection needs."""
        for _ in range(ROUNDS):
            wishes = self._private.to_ask()
            for ask in wishes:
                await self._fulfil(ask)
            if not wishes:
                break

    async def serve(self) -> None:
        """Ask for what the standing connection needs (a key kept alive), until cancelled."""
        while True:
            await self._fulfil(await self._wishes.get())
            if self.link is not None:
                self.link.pump()

    def url(self, now: int) -> str | None:
        """Return the address, None while something must be asked first."""
        return self._private.url(now)

    def headers(self, now: int) -> Sequence[tuple[str, str]]:
        """Return the headers of the handshake."""
        return self._private.headers(now)

    def connected(self, now: int) -> None:
        """Log in."""
        self._was_ready = False
        self._private.connected(now)

    def disconnected(self, now: int) -> None:
        """It is gone."""
        self._was_ready = False
        self._private.disconnected(now)

    def receive(self, message: bytes, now: int) -> None:
        """Take a message."""
        self._hear(self._private.receive(message, now))

    def to_send(self) -> list[bytes]:
        """Return what is to be sent, and put what is to be asked into the line for `serve`."""
        for ask in self._private.to_ask():
            if not self._wishes.full():
                self._wishes.put_nowait(ask)
        if self._private.ready and not self._was_ready:
            self._was_ready = True
            self._reason = ""
            self._ready()
        return self._private.to_send()

    def next_deadline(self) -> int | None:
        """Return when `on_time` wants to be called."""
        return self._private.next_deadline()

    def on_time(self, now: int) -> None:
        """A deadline came."""
        self._hear(self._private.on_time(now))

    def check(self, now: int, since: int, messages: int) -> Verdict:  # noqa: ARG002 (readiness says it all)
        """Say whether the stream tells."""
        if self._private.ready:
            return Verdict(Health.UP)
        reason = self._reason or "login and subscriptions have not been answered"
        return Verdict(Health.DOWN, reason, hang_up=now - since > READY_WITHIN)

    async def _fulfil(self, ask: Ask) -> None:
        reply = await self._asker.ask(ask)
        if isinstance(reply, Refusal):
            self._reason = reply.message
            return
        self._hear(self._private.replied(ask, reply, self._time.now()))

    def _hear(self, updates: Sequence[Update]) -> None:
        for update in updates:
            self._tell(update)
            if isinstance(update, StreamEnded):
                self._reason = update.message
                if self.link is not None:
                    self.link.hang_up(f"the private stream ended: {update.message}")
