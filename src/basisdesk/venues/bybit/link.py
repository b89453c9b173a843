"""What both private connections share: the login, the ping, and their deadlines.

A fresh connection sends its login at once and waits for the answer; nothing else goes out before.
The wait begins when the login is taken for sending.
The venue hangs up after ten minutes without a ping and wants one every 20 s.
Followed: https://bybit-exchange.github.io/docs/v5/ws/connect.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.bybit.sign import LOGIN_MS, login
from basisdesk.venues.pulse import SteadyPulse
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

PING = b'{"op":"ping"}'
PING_NS = 20_000_000_000
ANSWER_NS = 10_000_000_000


class Stage(Enum):
    """How far a connection has come."""

    CLOSED = "closed"
    GREETING = "not logged in yet"
    GRANTED = "logged in"
    ENDED = "of no more use"


class Link:
    """The state of one connection of a session."""

    __slots__ = ("_asked", "_greeting", "_session", "now", "pulse", "stage")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: int | None = None  # when the login was taken for sending
        self._greeting = False
        self.pulse = SteadyPulse(PING, PING_NS, ANSWER_NS)
        self.stage = Stage.CLOSED
        self.now = 0

    def open(self, now: int) -> None:
        """A fresh connection stands."""
        self.now = now
        self.stage = Stage.GREETING
        self._asked = None
        self._greeting = True
        self.pulse.start(now)

    def close(self, now: int) -> None:
        """The connection is gone."""
        self.now = now
        self.stage = Stage.CLOSED
        self._asked = None
        self._greeting = False
        self.pulse.stop()

    def hear(self, now: int) -> None:
        """Something was received."""
        self.now = self.pulse.heard = now

    def grant(self) -> None:
        """The login was accepted."""
        self.stage = Stage.GRANTED
        self._asked = None

    def end(self) -> None:
        """The connection is of no more use, although it may stay open."""
        self.stage = Stage.ENDED
        self._asked = None
        self._greeting = False
        self.pulse.stop()

    def take(self) -> list[bytes]:
        """Take the login and the ping that should be sent now."""
        frames = []
        if self._greeting and self._session.credentials is not None:
            self._greeting = False
            self._asked = self.now
            arguments = login(self._session.credentials, self.now)
            frames.append(msgspec.json.encode({"req_id": "login", "op": "auth", "args": arguments}))
        return frames + self.pulse.take(self.now)

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called (ns), or None."""
        ends = None if self._asked is None else self._asked + LOGIN_MS * NS_PER_MS
        deadlines = [each for each in (ends, self.pulse.next_deadline()) if each is not None]
        return min(deadlines, default=None)

    def overdue(self, now: int) -> str:
        """Ping when it is time; return why the connection is dead, empty while it lives."""
        self.now = now
        silent = self.pulse.overdue(now)
        if self._asked is not None and now >= self._asked + LOGIN_MS * NS_PER_MS:
            return "the login was not answered"
        return "nothing was received since a ping" if silent else ""
