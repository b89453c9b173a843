"""A simulated Binance without sockets: a generated market, the wire in front of it, and a client's hand on it."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest

from basisdesk.sim.contract import Close, Frame, HttpCall
from basisdesk.sim.dialects.binance import RULES, make
from basisdesk.sim.exchange import listed
from basisdesk.sim.exchange.logins import FULL
from basisdesk.sim.generator import Generator
from basisdesk.venues.binance import VENUE
from basisdesk.venues.trading import Request, Response, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.ask import Ask
    from basisdesk.sim.contract import HttpAnswer, Login
    from basisdesk.venues.trading import Reply

START = 1_800_000_000 * 10**9
SECOND = 10**9
TRADING = VENUE.trading
assert TRADING is not None
LINE_OF = {line.rest_url: line.name for line in VENUE.lines.values()}


class Stage:
    """The venue at `now`, the desk's session, and what sockets have heard."""

    def __init__(self) -> None:
        self.now = START
        market = Generator(1, START - 600 * SECOND, ["binance"])
        market.rehearse(START, 60 * SECOND, lambda *_: None)
        self.exchange: Any = listed(market, ["binance"], {"binance": RULES}, 1, START)["binance"]
        self.wire: Any = make(self.exchange, START)
        self.session = Session(FULL.credentials)
        self.session.know([each.instrument for each in self.exchange.markets.values()])
        self.sockets = 0
        self.heard: dict[int, list[Any]] = {}
        self.closed: dict[int, Close] = {}
        self.pings = 0

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)
        self.wire.advance(self.now)
        self.listen()

    # ------------------------------------------------------------- over HTTP

    def http(self, line: str, method: str, path: str, text: str = "", key: str = "", source: str = "me") -> HttpAnswer:
        in_body = method in {"POST", "PUT"}
        answer: HttpAnswer = self.wire.http(
            HttpCall(
                host=line,
                authority="localhost",
                method=method,
                path=path,
                query="" if in_body else text,
                headers={"x-mbx-apikey": key} if key else {},
                body=text.encode() if in_body else b"",
                source=source,
            ),
            self.now,
        )
        self.listen()
        return answer

    @staticmethod
    def text(value: Any) -> str:
        return json.dumps(value)

    @staticmethod
    def body(answer: HttpAnswer) -> Any:
        return json.loads(answer.body)

    def get(self, line: str, path: str, **params: Any) -> Any:
        answer = self.http(line, "GET", path, urlencode(params))
        return json.loads(answer.body)

    def signed(self, line: str, method: str, path: str, *, login: Login = FULL, **params: Any) -> tuple[int, Any]:
        """Send a signed request; `timestamp` and `recvWindow` may be given."""
        text = urlencode({"timestamp": self.now // 10**6} | params)
        text += f"&signature={hmac.new(login.credentials.secret.encode(), text.encode(), 'sha256').hexdigest()}"
        answer = self.http(line, method, path, text, login.credentials.key)
        return answer.status, json.loads(answer.body)

    def ask(self, ask: Ask) -> Reply:
        """Ask as the desk does."""
        assert TRADING is not None
        request = TRADING.encode(ask, self.session, self.now)
        assert isinstance(request, Request), request
        split = urlsplit(request.path)
        headers = dict(request.headers)
        text = request.body.decode() or split.query
        answer = self.http(LINE_OF[request.origin], request.method, split.path, text, headers.get("X-MBX-APIKEY", ""))
        told = {name.lower(): value for name, value in answer.headers}
        return TRADING.decode(request, Response(answer.status, answer.body, told, self.now), self.session)

    # ------------------------------------------------------------- over sockets

    def open(self, line: str, url: str) -> int:
        """Open a socket at a path (with query), or at a whole URL."""
        split = urlsplit(url)
        self.sockets += 1
        call = HttpCall(
            host=line, authority="localhost", method="GET", path=split.path, query=split.query, headers={}, body=b""
        )
        assert self.wire.opened(self.sockets, call, self.now) is None
        self.heard[self.sockets] = []
        return self.sockets

    def say(self, socket: int, frame: Any) -> list[Any]:
        """Send a frame; return what comes back at once."""
        before = len(self.heard[socket])
        self.wire.receive(socket, frame if isinstance(frame, bytes) else json.dumps(frame).encode(), self.now)
        self.listen()
        return self.heard[socket][before:]

    def listen(self) -> None:
        for item in self.wire.take():
            if isinstance(item, Close):
                self.closed[item.socket] = item
            elif isinstance(item, Frame) and item.ping:
                self.pings += 1
            else:
                self.heard[item.socket].append(json.loads(item.body))


@pytest.fixture
def stage() -> Stage:
    """A fresh venue."""
    return Stage()


@pytest.fixture
def price(stage: Stage) -> Callable[..., str]:
    """Gives a price at a share of a market's middle, on its grid."""

    def at(symbol: str, share: float) -> str:
        market = stage.exchange.markets[symbol]
        tick = market.instrument.tick
        return str((int(market.book.mid() * share / float(tick))) * tick)

    return at
