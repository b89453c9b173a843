"""Orders over a connection of their own, where a venue has one: asks out at once, answers matched to those who wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from basisdesk.domain.errors import Refusal
from basisdesk.shell.live.health import Health
from basisdesk.shell.live.link import Link, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Entry, Reply

READY_WITHIN = 10 * 1_000_000_000


class EntryTalk:
    """An order connection."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._waiting: list[tuple[Ask, asyncio.Future[Reply]]] = []
        self.link: Link | None = None

    async def prepare(self) -> None:
        """Nothing comes before it."""

    def url(self, now: int) -> str:  # noqa: ARG002 (the address does not change)
        """Return the address."""
        return self._entry.url

    def headers(self, now: int) -> Sequence[tuple[str, str]]:
        """Return the headers of the handshake."""
        return self._entry.headers(now)

    def connected(self, now: int) -> None:
        """Log in."""
        self._entry.connected(now)

    def disconnected(self, now: int) -> None:
        """Nobody can tell what came of what is under way."""
        self._resolve(self._entry.disconnected(now))

    def receive(self, message: bytes, now: int) -> None:
        """Take answers."""
        self._resolve(self._entry.receive(message, now))

    def to_send(self) -> list[bytes]:
        """Return what is to be sent."""
        return self._entry.to_send()

    def next_deadline(self) -> int | None:
        """Return when `on_time` wants to be called."""
        return self._entry.next_deadline()

    def on_time(self, now: int) -> None:
        """Ping, or give up on answers."""
        self._resolve(self._entry.on_time(now))

    def check(self, now: int, since: int, messages: int) -> Verdict:  # noqa: ARG002 (readiness says it all)
        """Say whether orders can go this way."""
        if self._entry.ready(now):
            return Verdict(Health.UP)
        return Verdict(Health.DOWN, "the login has not been answered", hang_up=now - since > READY_WITHIN)

    def ready(self, now: int) -> bool:
        """Say whether an ask could be sent now."""
        return self.link is not None and self.link.up and self._entry.ready(now)

    def ask(self, ask: Ask, now: int) -> asyncio.Future[Reply] | Refusal | None:
        """Send an ask and return what its answer comes in; None when this connection does not carry it."""
        link = self.link
        if link is None or not link.up:
            return None
        sent = self._entry.send(ask, now)
        if isinstance(sent, Refusal):
            return sent
        if not sent:
            return None
        answer: asyncio.Future[Reply] = asyncio.Future(loop=asyncio.get_running_loop())
        self._waiting.append((ask, answer))
        link.pump()
        return answer

    def _resolve(self, answers: Sequence[tuple[Ask, Reply]]) -> None:
        for ask, reply in answers:
            for place, (waiting, answer) in enumerate(self._waiting):
                if waiting == ask:
                    del self._waiting[place]
                    if not answer.done():
                        answer.set_result(reply)
                    break
