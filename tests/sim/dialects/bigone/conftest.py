"""A simulated venue without sockets, and our own codec as its client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.ask import AskInstruments
from basisdesk.sim.contract import Close, Dialect, Frame, HttpAnswer, HttpCall
from basisdesk.sim.dialects.bigone import RULES, make
from basisdesk.sim.exchange import SimExchange, exchanges
from basisdesk.sim.exchange.logins import FULL, READ_ONLY
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.bigone.sign import bearer
from basisdesk.venues.trading import Credentials, Private, Reply, Request, Response, Session

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.sim.contract import Login

START = 1_700_000_000_000_000_000
SECOND = 1_000_000_000


@dataclass
class Door:
    """The venue's wire, and a clock that only moves when it is told to."""

    exchange: SimExchange
    dialect: Dialect
    session: Session
    now: int = START
    sockets: int = 0

    def wait(self, seconds: float) -> None:
        """Let time pass at the venue."""
        self.now += int(seconds * SECOND)
        self.dialect.advance(self.now)

    def call(
        self, method: str, target: str, body: Any = None, login: Login | None = FULL, **headers: str
    ) -> tuple[int, Any]:
        """Make a request by hand; a body that is no bytes is written as JSON."""
        if login is not None:
            headers.setdefault("authorization", bearer(login.credentials, self.now))
        path, _, query = target.partition("?")
        text = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self.dialect.http(self._call(method, path, query, headers, text), self.now)
        return answer.status, json.loads(answer.body)

    def ask(self, ask: Ask) -> Reply:
        """Let our codec ask, perform what it makes of it, and read the answer, as often as it wants to."""
        assert VENUE.trading is not None
        for _ in range(3):
            request = VENUE.trading.encode(ask, self.session, self.now)
            assert isinstance(request, Request), request
            path, _, query = request.path.partition("?")
            headers = {name.lower(): value for name, value in request.headers}
            answer = self.dialect.http(self._call(request.method, path, query, headers, request.body), self.now)
            response = Response(answer.status, answer.body, dict(answer.headers), self.now)
            reply = VENUE.trading.decode(request, response, self.session)
            self.session.learned.update(reply.learned)
            if request.ask == ask:
                return reply
        raise AssertionError(f"{ask} is never asked for")

    def all(self, ask: Ask) -> list[Update]:
        """Ask, and read every page."""
        updates: list[Update] = []
        more: Ask | None = ask
        for _ in range(50):
            assert more is not None
            reply = self.ask(more)
            updates += reply.updates
            more = reply.further
            if more is None:
                return updates
        raise AssertionError("the pages have no end")

    def open(self, path: str, **headers: str) -> int | HttpAnswer:
        """Open a socket; returns its number, or the answer that refuses it."""
        self.sockets += 1
        refused = self.dialect.opened(self.sockets, self._call("GET", path, "", headers, b""), self.now)
        return self.sockets if refused is None else refused

    def connect(self, path: str, **headers: str) -> int:
        """Open a socket that has to be accepted."""
        number = self.open(path, **headers)
        assert isinstance(number, int), number
        return number

    def send(self, socket: int, message: Any) -> list[Any]:
        """Send a frame and return what this socket hears."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.dialect.receive(socket, body, self.now)
        return self.heard(socket)

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent."""
        return self.dialect.take()

    def heard(self, socket: int) -> list[Any]:
        """Return the messages to a socket that wait, and drop all others."""
        return [json.loads(item.body) for item in self.take() if isinstance(item, Frame) and item.socket == socket]

    def converse(self, private: Private, socket: int) -> list[Update]:
        """Pass frames between a private conversation of ours and its socket until both are silent."""
        told: list[Update] = []
        for _ in range(10):
            for frame in private.to_send():
                self.dialect.receive(socket, frame, self.now)
            items = [item for item in self.take() if isinstance(item, Frame) and item.socket == socket]
            for item in items:
                told += private.receive(item.body, self.now)
            if not items:
                return told
        raise AssertionError("they never fall silent")

    def _call(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> HttpCall:
        return HttpCall(
            host="api", authority="127.0.0.1", method=method, path=path, query=query, headers=headers, body=body
        )


def door_of(*, strict: bool = False, login: Login = FULL) -> Door:
    exchange = exchanges(["bigone"], {"bigone": RULES}, 7, START, 0)["bigone"]
    keys = login.credentials
    door = Door(exchange, make(exchange, START, strict=strict), Session(Credentials(keys.key, keys.secret)))
    door.wait(3)
    for line in VENUE.lines:
        for update in door.ask(AskInstruments(line)).updates:
            door.session.know([update.instrument])  # type: ignore[union-attr]
    return door


@pytest.fixture
def door() -> Door:
    """The venue's wire with a key that may trade."""
    return door_of()


@pytest.fixture
def strict() -> Door:
    """The same, taking documented tokens only."""
    return door_of(strict=True)


@pytest.fixture
def reading() -> Door:
    """The same with a key that may only read."""
    return door_of(login=READ_ONLY)
