"""The simulated Deribit without a socket, and the desk's own side of the conversation in front of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from basisdesk.domain.account import Terms
from basisdesk.domain.ask import AskInstruments
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done
from basisdesk.sim.contract import Close, Frame, HttpCall, Login
from basisdesk.sim.dialects import dialect_of, rules_of
from basisdesk.sim.exchange import SimExchange, exchanges
from basisdesk.sim.exchange.logins import FULL
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.trading import Reply, Response, Session, Trading

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.ask import Ask
    from basisdesk.sim.contract import Dialect

S = 1_000_000_000
START = 1_795_262_400 * S  # 2026-11-21 12:00 UTC
HOUR = 3600 * S
TRADING = cast("Trading", VENUE.trading)


class Plug:
    """A client's end of a connection."""

    def __init__(self, stand: Stand, number: int) -> None:
        self.stand = stand
        self.number = number
        self.heard: list[bytes] = []
        self.topics: list[str] = []
        self.closed = False
        assert stand.dialect.opened(number, stand.call("GET", "/ws/api/v2"), stand.now) is None

    def send(self, frame: bytes) -> None:
        self.stand.dialect.receive(self.number, frame, self.stand.now)
        self.stand.deliver()

    def rpc(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method and return its answer; what else comes stays to be `taken`."""
        self.send(json.dumps({"jsonrpc": "2.0", "id": 77, "method": method, "params": params}).encode())
        for body in self.heard:
            message: dict[str, Any] = json.loads(body)
            if message.get("id") == 77:
                self.heard.remove(body)
                return message
        raise AssertionError("there was no answer")

    def login(self, login: Login = FULL) -> Plug:
        key = login.credentials
        told = self.rpc("public/auth", grant_type="client_credentials", client_id=key.key, client_secret=key.secret)
        assert told["result"]["token_type"] == "bearer"
        return self

    def taken(self, channel: str = "") -> list[Any]:
        """Take the data of what was pushed on a channel, or of everything."""
        messages = [json.loads(body) for body in self.heard]
        mine = [each for each in messages if each.get("params", {}).get("channel", "").startswith(channel)]
        self.heard = [] if not channel else [b for b, m in zip(self.heard, messages, strict=True) if m not in mine]
        return [each["params"].get("data", each["params"]) for each in mine if "params" in each]

    def close(self) -> None:
        self.stand.dialect.closed(self.number, self.stand.now)
        self.stand.deliver()


class Stand:
    """One exchange with its dialect, a clock, and a session of the desk."""

    def __init__(self, history: int = 0, login: Login = FULL, start: int = START) -> None:
        self.now = start
        rules = {"deribit": rules_of("deribit")}
        self.exchange: SimExchange = exchanges(["deribit"], rules, 7, start, history)["deribit"]
        self.dialect: Dialect = dialect_of("deribit", self.exchange, start)
        self.session = Session(credentials=login.credentials)
        self.plugs: dict[int, Plug] = {}
        self.wait(5)
        terms = [each.instrument for each in self.ask(AskInstruments("public")).updates if isinstance(each, Terms)]
        self.session.know(terms)

    def call(
        self, method: str, path: str, query: str = "", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpCall:
        return HttpCall(
            host="api", authority="127.0.0.1", method=method, path=path, query=query, headers=headers or {}, body=body
        )

    def wait(self, seconds: float) -> None:
        """Let time pass, in steps in which everything due happens."""
        until = self.now + int(seconds * S)
        while self.now < until:
            due = self.dialect.next_deadline()
            self.now = min(until, max(self.now + 1, due if due is not None else until))
            self.dialect.advance(self.now)
            self.deliver()

    def deliver(self) -> None:
        for item in self.dialect.take():
            plug = self.plugs.get(item.socket)
            if plug is None:
                continue
            match item:
                case Frame():
                    plug.heard.append(item.body)
                    plug.topics.append(item.topic)
                case Close():
                    plug.closed = True

    def plug(self) -> Plug:
        number = len(self.plugs) + 1
        self.plugs[number] = Plug(self, number)
        return self.plugs[number]

    def ask(self, ask: Ask, signed: float = 0) -> Reply:
        """Ask as the desk does, over HTTP, with a signature that is so many seconds away from now."""
        request = TRADING.encode(ask, self.session, self.now + int(signed * S))
        assert not isinstance(request, Refusal), request
        path, _, query = request.path.partition("?")
        headers = {name.lower(): value for name, value in request.headers}
        answer = self.dialect.http(self.call(request.method, path, query, request.body, headers), self.now)
        self.deliver()
        return TRADING.decode(
            request, Response(answer.status, answer.body, dict(answer.headers), self.now), self.session
        )

    def done(self, ask: Ask) -> tuple[Any, ...]:
        reply = self.ask(ask)
        assert reply.outcome == Done(), reply
        return reply.updates

    def get(self, method: str, query: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
        """Ask as anybody does, over HTTP."""
        answer = self.dialect.http(self.call("GET", f"/api/v2/{method}", query, headers=headers), self.now)
        return answer.status, json.loads(answer.body)

    def signed(self, method: str, query: str = "", login: Login = FULL) -> tuple[int, dict[str, Any]]:
        """Ask with a key, by token."""
        key = login.credentials
        _, told = self.get(
            "public/auth", f"grant_type=client_credentials&client_id={key.key}&client_secret={key.secret}"
        )
        return self.get(method, query, authorization=f"Bearer {told['result']['access_token']}")


@pytest.fixture
def stand() -> Stand:
    return Stand()


@pytest.fixture(scope="session")
def stands() -> Callable[..., Stand]:
    return Stand
