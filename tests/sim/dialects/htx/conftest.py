"""One simulated venue, spoken to without sockets: by hand, and by the desk's own codec."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from msgspec.structs import replace

from basisdesk.domain.account import Terms
from basisdesk.domain.arithmetic import Rounding, on_grid
from basisdesk.domain.ask import NewOrder, OrderType, Place
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Close, HttpCall
from basisdesk.sim.dialects.htx import RULES, make
from basisdesk.sim.exchange import exchanges
from basisdesk.venues.htx import VENUE
from basisdesk.venues.trading import Credentials, Response, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.sim.contract import HttpAnswer
    from basisdesk.venues.trading import Private, Reply, Request

SECOND = 1_000_000_000
START = 1_764_028_770_000_000_000
"""Half a minute before a full hour at which funding is paid."""
HISTORY = 1800 * SECOND
"""What most tests need; the market of a longer past takes longer to invent."""
HOSTS = {"spot": "api.huobi.pro", "contract": "api.hbdm.com"}
AUTHORITY = "127.0.0.1:4242"


def stamp(now: int) -> str:
    return datetime.fromtimestamp(now // SECOND, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")


def signed(secret: str, method: str, host: str, path: str, told: dict[str, str]) -> str:
    query = "&".join(f"{quote(name, safe='')}={quote(told[name], safe='')}" for name in sorted(told))
    text = f"{method}\n{host}\n{path}\n{query}"
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


class Wire:
    """A socket of a client: what it sends and what it hears."""

    def __init__(self, venue: Venue, number: int, *, plain: bool) -> None:
        self.venue = venue
        self.number = number
        self.plain = plain
        self.heard: list[Any] = []
        self.topics: list[str] = []
        self.raw: list[bytes] = []
        self.gone: Close | None = None

    def say(self, message: Any) -> list[Any]:
        """Send a message; returns what came since."""
        frame = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.venue.dialect.receive(self.number, frame, self.venue.now)
        return self.take()

    def take(self) -> list[Any]:
        """Take what was heard."""
        self.venue.hand_out()
        heard, self.heard = self.heard, []
        return heard

    def login(self, key: str = "full", path: str = "", secret: str = "", version: str = "") -> Any:
        """Log in; returns the answer."""
        secret = secret or f"secret-of-{key}"
        if self.plain:
            told = {"accessKey": f"basisdesk-{key}", "signatureMethod": "HmacSHA256"}
            told |= {"signatureVersion": version or "2.1", "timestamp": stamp(self.venue.now)}
            signature = signed(secret, "GET", HOSTS["spot"], path or "/ws/v2", told)
            params = {"authType": "api", **told, "signature": signature}
            return self.say({"action": "req", "ch": "auth", "params": params})[-1]
        told = {"AccessKeyId": f"basisdesk-{key}", "SignatureMethod": "HmacSHA256"}
        told |= {"SignatureVersion": version or "2", "Timestamp": stamp(self.venue.now)}
        signature = signed(secret, "GET", HOSTS["contract"], path, told)
        return self.say({"op": "auth", "type": "api", **told, "Signature": signature})[-1]


class Venue:
    """The dialect, its exchange, and the time."""

    def __init__(self, start: int = START, history: int = HISTORY, **rules: Any) -> None:
        self.exchange = exchanges(["htx"], {"htx": replace(RULES, **rules)}, 5, start, history)["htx"]
        self.now = start
        self.dialect = make(self.exchange, start)
        self.sockets: dict[int, Wire] = {}

    def wait(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.now += int(seconds * SECOND)
        self.dialect.advance(self.now)
        self.hand_out()

    def hand_out(self) -> None:
        """Give every socket what the venue has to say."""
        for item in self.dialect.take():
            wire = self.sockets[item.socket]
            if isinstance(item, Close):
                wire.gone = item
                continue
            assert item.binary == (not wire.plain)
            wire.topics.append(item.topic)
            wire.raw.append(item.body)
            wire.heard.append(json.loads(item.body if wire.plain else gzip.decompress(item.body)))

    # -------------------------------------------------------------- http

    def call(self, host: str, method: str, target: str, body: bytes = b"") -> HttpAnswer:
        path, _, query = target.partition("?")
        return self.dialect.http(
            HttpCall(host=host, authority=AUTHORITY, method=method, path=path, query=query, headers={}, body=body),
            self.now,
        )

    def public(self, host: str, path: str, **params: Any) -> Any:
        """Ask something public and return the whole reply."""
        target = f"{path}?{urlencode(params)}" if params else path
        return json.loads(self.call(host, "GET", target).body)

    def target(self, host: str, method: str, path: str, params: dict[str, Any], **changes: str) -> str:
        """Return a signed address; `changes` spoil it."""
        key = changes.pop("key", "full")
        told = {name.replace("_", "-") if host == "spot" else name: str(value) for name, value in params.items()}
        told |= {"AccessKeyId": f"basisdesk-{key}", "SignatureMethod": "HmacSHA256", "SignatureVersion": "2"}
        told |= {"Timestamp": stamp(self.now)} | changes
        signature = signed(f"secret-of-{key}", method, HOSTS[host], path, told)
        return f"{path}?{urlencode(told | {'Signature': signature})}"

    def get(self, host: str, path: str, key: str = "full", **params: Any) -> Any:
        """Ask something private by GET."""
        return json.loads(self.call(host, "GET", self.target(host, "GET", path, params, key=key)).body)

    def post(self, host: str, path: str, body: Any = None, key: str = "full") -> Any:
        """Ask something private by POST."""
        raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        return json.loads(self.call(host, "POST", self.target(host, "POST", path, {}, key=key), raw).body)

    # -------------------------------------------------------------- sockets

    def open(self, host: str, path: str) -> Wire:
        """Open a socket."""
        number = len(self.sockets) + 1
        wire = self.sockets[number] = Wire(self, number, plain=path == "/ws/v2")
        call = HttpCall(host=host, authority=AUTHORITY, method="GET", path=path, query="", headers={}, body=b"")
        assert self.dialect.opened(number, call, self.now) is None
        return wire


class Desk:
    """The desk's own codec in front of the venue."""

    def __init__(self, venue: Venue, key: str = "full") -> None:
        assert VENUE.trading is not None
        self.venue = venue
        self.trading = VENUE.trading
        self.session = Session(credentials=Credentials(f"basisdesk-{key}", f"secret-of-{key}"))
        self.session.know([market.instrument for market in venue.exchange.markets.values()])
        self.refused: Refusal | None = None

    def symbol(self, line: str) -> str:
        """Return a bitcoin market of a line."""
        markets = [each.instrument for each in self.venue.exchange.markets.values()]
        return next(each.symbol for each in markets if each.market == line and each.base == "BTC")

    def order(self, symbol: str, share: str, **more: Any) -> Place:
        """Return an order at a share of the best bid, or of the best ask for a sell."""
        market = self.venue.exchange.markets[symbol]
        instrument = market.instrument
        told: dict[str, Any] = {
            "side": Side.BUY,
            "type": OrderType.LIMIT,
            "client_id": self.trading.client_id(str(more)),
        }
        told["size"] = Decimal("0.01") if instrument.market == "spot" else Decimal(2)
        told |= more
        if told["type"] is OrderType.LIMIT and "price" not in told:
            best = Decimal(repr(market.book.levels(told["side"] is Side.SELL, 1)[0][0]))
            told["price"] = on_grid(best * Decimal(share), instrument.tick, Rounding.DOWN)
        return Place(NewOrder(symbol=symbol, **told))

    def once(self, ask: Ask) -> tuple[Request, Reply]:
        """Perform one request."""
        request = self.trading.encode(ask, self.session, self.venue.now)
        assert not isinstance(request, Refusal), request
        host = next(name for name, live in HOSTS.items() if request.origin == f"https://{live}")
        answer = self.venue.call(host, request.method, request.path, request.body)
        headers = {name.lower(): value for name, value in answer.headers}
        response = Response(answer.status, answer.body, headers, self.venue.now)
        reply = self.trading.decode(request, response, self.session)
        self.session.learned.update(reply.learned)
        self.session.know([update.instrument for update in reply.updates if isinstance(update, Terms)])
        return request, reply

    def ask(self, ask: Ask) -> Reply:
        """Perform an ask, with whatever must be known first."""
        for _ in range(4):
            request, reply = self.once(ask)
            if request.ask == ask:
                return reply
        raise AssertionError(f"{ask} goes on asking for something else first")

    def all(self, ask: Ask) -> list[Update]:
        """Perform an ask with everything that follows from it."""
        found: list[Update] = []
        following: Ask | None = ask
        for _ in range(60):
            assert following is not None
            reply = self.ask(following)
            found += reply.updates
            following = reply.further
            if following is None:
                return found
            self.venue.now += SECOND
        raise AssertionError(f"{ask} does not end")


class Talk:
    """One of the codec's private connections over a socket of the venue."""

    def __init__(self, desk: Desk, line: str) -> None:
        self.venue = desk.venue
        (self.private,) = desk.trading.privates([line], desk.session)
        stream: Private = self.private
        url = stream.url(self.venue.now)
        assert url is not None
        host, _, path = url.removeprefix("wss://").partition("/")
        self.wire = desk.venue.open(next(name for name, live in HOSTS.items() if live == host), f"/{path}")
        stream.connected(self.venue.now)

    def hear(self) -> list[Update]:
        """Exchange frames until nobody has anything to say; returns what the codec understood."""
        found: list[Update] = []
        for _ in range(10):
            sent = self.private.to_send()
            for frame in sent:
                self.wire.say(frame)
            self.venue.hand_out()
            frames, self.wire.raw = self.wire.raw, []
            for frame in frames:
                found += self.private.receive(frame, self.venue.now)
            if not sent and not frames:
                break
        assert self.private.undecoded == 0
        return found


@pytest.fixture
def venue() -> Venue:
    """A venue that has had a morning."""
    return Venue()


@pytest.fixture
def aged() -> Venue:
    """A venue that has been there for some hours."""
    return Venue(history=4 * 3600 * SECOND)


@pytest.fixture
def desk(venue: Venue) -> Desk:
    """The desk with a key that may trade."""
    return Desk(venue)


@pytest.fixture
def talk(desk: Desk) -> Callable[[str], Talk]:
    """Make the private connection of a line, logged in and subscribed."""

    def of(line: str) -> Talk:
        made = Talk(desk, line)
        made.hear()
        assert made.private.ready
        return made

    return of


@pytest.fixture
def another(venue: Venue) -> Callable[[str], Desk]:
    """Make a desk with another key of the same venue."""
    return lambda key: Desk(venue, key)


@pytest.fixture
def elsewhere() -> Callable[..., Desk]:
    """Make a desk at a venue of its own that deals otherwise."""
    return lambda **rules: Desk(Venue(**rules))


@pytest.fixture
def listen() -> Callable[[Desk, str], Talk]:
    """Make the private connection of a line for a desk, connected only."""
    return Talk
