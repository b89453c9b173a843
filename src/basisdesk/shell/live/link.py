"""One connection kept up: connect, carry, notice that it is dead, connect again.

What is said is a `Talk`: a public feed, a private stream or an order connection behind one face.
Messages go to it as they come, without a queue: when we are slow, the venue's socket fills up and nothing else does.
What it wants to send is taken after each message (`hasty`), or a moment later for feeds, whose every message would
otherwise pay for the question.
A fault of the talk itself is ours: the connection ends and the fault is raised to the supervisor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from basisdesk.shell.live.backoff import Backoff, Gate
from basisdesk.shell.live.clock import Clock
from basisdesk.shell.live.health import Health
from basisdesk.shell.live.transport import NotSent, Socket, Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

SECOND = 1_000_000_000
MOMENT = 20_000_000
"""How much later a feed is asked what it wants to send, ns."""
CHECK = SECOND
STEADY = 60 * SECOND
"""A connection that lived this long is made again without a grown pause."""
MOST_EARLY = 1000


class Verdict(msgspec.Struct, frozen=True):
    """How a connection is doing; `hang_up` ends it."""

    health: Health
    reason: str = ""
    hang_up: bool = False


class Talk(Protocol):
    """What is said on a connection.  Times are those of `Link.offset`: local for feeds, the venue's for accounts."""

    async def prepare(self) -> None:
        """Do what must be done before there is an address."""

    def url(self, now: int) -> str | None:
        """Return the address, None while there is none."""

    def headers(self, now: int) -> Sequence[tuple[str, str]]:
        """Return the headers of the handshake."""

    def connected(self, now: int) -> None:
        """A fresh connection stands."""

    def disconnected(self, now: int) -> None:
        """It is gone."""

    def receive(self, message: bytes, now: int) -> None:
        """Take a message."""

    def to_send(self) -> list[bytes]:
        """Take what should be sent now, and start whatever else is wanted."""

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called."""

    def on_time(self, now: int) -> None:
        """A deadline came."""

    def check(self, now: int, since: int, messages: int) -> Verdict:
        """Say how it goes: connected `since`, with so many messages since then."""


@dataclass(slots=True, eq=False)
class _Call:
    """One connection's life; what comes before the talk knows of it is held."""

    link: Link
    over: asyncio.Future[str]
    early: list[bytes] = field(default_factory=list)
    live: bool = False
    messages: int = 0

    def heard(self, message: bytes, now: int) -> None:
        """Take a message, or hold it until the talk has begun."""
        if not self.live:
            self.early.append(message)
            if len(self.early) > MOST_EARLY:
                self.end("too much came before the connection was ready")
            return
        self.messages += 1
        self.link.take(message, now)

    def closed(self, reason: str) -> None:
        """The connection is gone."""
        self.end(reason)

    def end(self, reason: str) -> None:
        """Let it be over, for the first reason given."""
        if not self.over.done():
            self.over.set_result(reason)


@dataclass(slots=True, eq=False)
class Link:
    """A connection that is kept up by `run`.

    Attributes:
        name: for messages.
        talk: what is said.
        said: hears how it is doing.
        offset: ns to add to the local clock for the talk.
        hasty: whether what is to be sent cannot wait a moment.
        meaning_of: what the venue means by the status of a refused handshake, empty where it says nothing.
    """

    name: str
    talk: Talk
    transport: Transport
    clock: Clock
    gate: Gate
    backoff: Backoff
    said: Callable[[Health, str], None]
    offset: Callable[[], int] = lambda: 0
    hasty: bool = False
    meaning_of: Callable[[int], str] = lambda _status: ""
    connects: int = 0
    _call: _Call | None = None
    _socket: Socket | None = None
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _fault: Exception | None = None
    _since: int = 0
    _again: int = 0
    _health: Health = Health.DOWN

    @property
    def up(self) -> bool:
        """Whether a connection stands."""
        return self._socket is not None

    async def run(self) -> None:
        """Keep the connection up until cancelled; raises the talk's own faults."""
        while True:
            reason = await self._once()
            self.said(Health.DOWN, reason)
            if self._fault is not None:
                fault, self._fault = self._fault, None
                raise fault
            again, self._again = self._again, 0
            await self.clock.sleep(max(self.backoff.pause(), again))

    def hang_up(self, reason: str) -> None:
        """End the connection that stands, if any; it is made again."""
        if self._call is not None:
            self._call.end(reason)

    def pump(self) -> None:
        """Send what is to be sent, and set the alarm for what the talk wants next."""
        if "pump" in self._timers:
            self._drop("pump")
        socket = self._socket
        if socket is None:
            return
        for frame in self.talk.to_send():
            socket.send(frame)
        deadline = self.talk.next_deadline()
        self._drop("deadline")
        if deadline is not None:
            self._set("deadline", deadline - self._now(), self._ring)

    def take(self, message: bytes, now: int) -> None:
        """Give the talk a message."""
        try:
            self.talk.receive(message, now + self.offset())
            if self.hasty:
                self.pump()
                if self._health is not Health.UP:
                    self._check()
        except Exception as error:  # noqa: BLE001 (a talk never raises: this is our bug, and it is raised by `run`)
            self._fail(error)
            return
        if not self.hasty and "pump" not in self._timers:
            self._set("pump", MOMENT, self.pump)

    def act(self, deed: Callable[[], None]) -> None:
        """Do something with the talk outside of its turn (an answer over HTTP came), under the same rules."""
        try:
            deed()
            self.pump()
        except Exception as error:  # noqa: BLE001 (as in `take`)
            self._fail(error)

    async def _once(self) -> str:
        """Connect and stay until it is over; return why it is."""
        talk = self.talk
        await talk.prepare()
        url = talk.url(self._now())
        if url is None:
            return "there is no address to connect to yet"
        await self.gate.enter()
        call = _Call(self, asyncio.get_running_loop().create_future())
        try:
            socket = await self.transport.connect(url, talk.headers(self._now()), call)
        except NotSent as error:
            self._again = error.again
            means = self.meaning_of(error.status)
            return f"{means} (HTTP status {error.status})" if means else f"{error}"
        self._call, self._socket = call, socket
        self._since = self._now()
        self.connects += 1
        try:
            talk.connected(self._since)
            call.live = True
            for message in call.early:
                call.heard(message, self.clock.now())
            call.early.clear()
            self.pump()
            self._check()
            reason = await call.over
        finally:
            self._end(socket)
        if self._now() - self._since > STEADY:
            self.backoff.reset()
        return reason

    def _end(self, socket: Socket) -> None:
        self._call = self._socket = None
        for name in list(self._timers):
            self._drop(name)
        socket.close()
        self.talk.disconnected(self._now())

    def _check(self) -> None:
        self._drop("check")
        call = self._call
        if call is None:
            return
        verdict = self.talk.check(self._now(), self._since, call.messages)
        self._health = verdict.health
        self.said(verdict.health, verdict.reason)
        if verdict.hang_up:
            call.end(verdict.reason)
        else:
            self._set("check", CHECK, self._check)

    def _ring(self) -> None:
        self._drop("deadline")
        self.talk.on_time(self._now())
        self.pump()

    def _set(self, name: str, span: int, act: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                act()
            except Exception as error:  # noqa: BLE001 (as in `take`)
                self._fail(error)

        self._timers[name] = asyncio.get_running_loop().call_later(max(0, span) / SECOND, guarded)

    def _drop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _fail(self, error: Exception) -> None:
        self._fault = self._fault or error
        self.hang_up(f"a fault of our own: {type(error).__name__}")

    def _now(self) -> int:
        return self.clock.now() + self.offset()
