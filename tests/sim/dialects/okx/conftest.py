"""One simulated venue, spoken to without sockets: signed and unsigned requests, frames, and the desk's own codec."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from basisdesk.domain.errors import Refusal
from basisdesk.sim.contract import Close, Frame, HttpCall
from basisdesk.sim.dialects.okx import RULES, make
from basisdesk.sim.exchange import exchanges
from basisdesk.venues.okx import VENUE
from basisdesk.venues.trading import Credentials, Request, Response, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.sim.contract import HttpAnswer
    from basisdesk.sim.exchange import SimExchange
    from basisdesk.venues.trading import Reply

SECOND = 1_000_000_000
START = 1_764_028_770_000_000_000
"""Half a minute before a full hour at which funding is paid."""
SECRETS = {name: f"secret-of-{name.removeprefix('basisdesk-')}" for name in (
    "basisdesk-full", "basisdesk-readonly", "basisdesk-withdraw", "basisdesk-second")}  # fmt: skip


def sign(secret: str, text: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


class Venue:
    """The wire, its exchange, and the time."""

    def __init__(self, start: int = START, hours: float = 0, **rules: Any) -> None:
        dealings = {"okx": replace(RULES, **rules)}
        self.exchange: SimExchange = exchanges(["okx"], dealings, 5, start, int(hours * 3600) * SECOND)["okx"]
        self.now = start
        self.wire = make(self.exchange, start)
        self.frames: dict[int, list[Any]] = {}
        self.closes: list[Close] = []
        self.topics: list[str] = []
        self.sockets = 0
        self.pace = 1  # 0 stops the clock between requests

    def wait(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.now += int(seconds * SECOND)
        self.wire.advance(self.now)
        self.hand_out()

    # -------------------------------------------------------------- http

    def call(self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> HttpAnswer:
        path, _, query = target.partition("?")
        return self.wire.http(
            HttpCall(
                host="api", authority="127.0.0.1", method=method, path=path, query=query, headers=headers or {},
                body=body,
            ),
            self.now,
        )  # fmt: skip

    def public(self, name: str, **params: Any) -> Any:
        """Ask something public and return the whole reply."""
        self.now += 100_000_000 * self.pace
        target = f"/api/v5/{name}" + (f"?{urlencode(params)}" if params else "")
        return json.loads(self.call("GET", target).body)

    def headers(
        self, method: str, target: str, body: bytes = b"", key: str = "basisdesk-full", **instead: str
    ) -> dict[str, str]:
        stamp = datetime.fromtimestamp(self.now // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {
            "ok-access-key": key,
            "ok-access-passphrase": "loopback",
            "ok-access-timestamp": stamp,
            "ok-access-sign": sign(SECRETS.get(key, ""), f"{stamp}{method}{target}{body.decode()}"),
        } | instead

    def get(self, name: str, key: str = "basisdesk-full", **params: Any) -> Any:
        """Ask something of the account and return the whole reply."""
        self.now += 400_000_000 * self.pace
        target = f"/api/v5/{name}" + (f"?{urlencode(params)}" if params else "")
        return json.loads(self.call("GET", target, headers=self.headers("GET", target, key=key)).body)

    def post(self, name: str, given: Any, key: str = "basisdesk-full", **instead: str) -> Any:
        """Ask for a change and return the whole reply."""
        self.now += 1_000_000_000 * self.pace
        target, body = f"/api/v5/{name}", given if isinstance(given, bytes) else json.dumps(given).encode()
        return json.loads(self.call("POST", target, body, self.headers("POST", target, body, key, **instead)).body)

    # -------------------------------------------------------------- sockets

    def open(self, kind: str = "public", source: str = "127.0.0.1") -> int:
        self.sockets += 1
        self.now += SECOND // 2
        call = HttpCall(
            host="api", authority="", method="GET", path=f"/ws/v5/{kind}", query="", headers={}, body=b"", source=source
        )
        assert self.wire.opened(self.sockets, call, self.now) is None
        self.frames[self.sockets] = []
        return self.sockets

    def say(self, socket: int, message: Any) -> list[Any]:
        """Send a frame and return what came back at once."""
        self.wire.receive(socket, message if isinstance(message, bytes) else json.dumps(message).encode(), self.now)
        self.hand_out()
        taken, self.frames[socket] = self.frames[socket], []
        return taken

    def hear(self, socket: int) -> list[Any]:
        """Take what was pushed to a socket."""
        taken, self.frames[socket] = self.frames[socket], []
        return taken

    def hand_out(self) -> None:
        for item in self.wire.take():
            if isinstance(item, Frame):
                self.topics.append(item.topic)
                body = json.loads(item.body) if item.body[:1] in {b"{", b"["} else item.body
                self.frames[item.socket].append(body)
            else:
                self.closes.append(item)

    def login(self, socket: int, key: str = "basisdesk-full", **instead: Any) -> Any:
        stamp = str(self.now // SECOND)
        argument = {
            "apiKey": key, "passphrase": "loopback", "timestamp": stamp,
            "sign": sign(SECRETS.get(key, ""), f"{stamp}GET/users/self/verify"),
        } | instead  # fmt: skip
        (reply,) = self.say(socket, {"op": "login", "args": [argument]})
        return reply

    def subscribe(self, socket: int, channel: str, **argument: str) -> list[Any]:
        return self.say(socket, {"op": "subscribe", "args": [{"channel": channel, **argument}]})


class Desk:
    """Our own codec, speaking to the venue."""

    def __init__(self, venue: Venue) -> None:
        assert VENUE.trading is not None
        self.venue = venue
        self.trading = VENUE.trading
        self.session = Session(Credentials("basisdesk-full", "secret-of-full", "loopback"))

    def reply(self, ask: Ask) -> Reply:
        """Ask, and return what the reply means."""
        self.venue.now += SECOND
        request = self.trading.encode(ask, self.session, self.venue.now)
        assert isinstance(request, Request), request
        answer = self.venue.call(
            request.method, request.path, request.body, {name.lower(): value for name, value in request.headers}
        )
        response = Response(answer.status, answer.body, dict(answer.headers), self.venue.now)
        reply = self.trading.decode(request, response, self.session)
        self.session.learned.update(reply.learned)
        self.venue.hand_out()
        return reply

    def all(self, ask: Ask) -> list[Update]:
        """Ask to the last page, and return all updates."""
        updates: list[Update] = []
        following: Ask | None = ask
        while following is not None:
            reply = self.reply(following)
            updates += reply.updates
            following = reply.further
        return updates

    def refused(self, ask: Ask) -> Refusal:
        found = self.trading.encode(ask, self.session, self.venue.now)
        assert isinstance(found, Refusal)
        return found


@pytest.fixture
def venue() -> Venue:
    """A fresh venue."""
    return Venue()


@pytest.fixture
def aged() -> Venue:
    """A venue that has been there for half an hour: the market of a longer past takes longer to invent."""
    return Venue(hours=0.5)


@pytest.fixture
def desk(venue: Venue) -> Desk:
    """Our codec, which knows the venue's instruments."""
    from basisdesk.domain.account import Terms
    from basisdesk.domain.ask import AskInstruments

    made = Desk(venue)
    made.session.know([each.instrument for each in made.all(AskInstruments("public")) if isinstance(each, Terms)])
    return made


@pytest.fixture(scope="session")
def fresh() -> Callable[..., Venue]:
    """Make another venue."""
    return Venue
