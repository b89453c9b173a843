"""The simulated venue on a stage: a market written by the test, clients of our own codec, and raw calls signed here."""

from __future__ import annotations

import hashlib
import hmac
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.sim.exchange.hall import START, Script

from basisdesk.domain.ask import NewOrder, OrderType, Place
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Close, Frame, HttpAnswer, HttpCall
from basisdesk.sim.dialects.bybit import RULES, make
from basisdesk.sim.exchange import listed
from basisdesk.sim.exchange.logins import FULL
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.trading import Credentials, Request, Response, Session

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.domain.instrument import Instrument
    from basisdesk.domain.outcome import Outcome
    from basisdesk.venues.trading import Entry, Private, Reply

MS = 1_000_000
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
D = Decimal
SPOT, LINEAR, USDC, INVERSE = "bybit:BTC/USDT", "bybit:BTC/USDT:USDT", "bybit:BTC/USDC:USDC", "bybit:BTC/USD:BTC"
ETH = "bybit:ETH/USDT:USDT"
ORDER = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.01",
    "price": "49000",
}
"""What an order is at the least, far from the market; a test adds to it."""
KNOWN = {each.symbol: each for each in VENUE.well_known()}
assert VENUE.trading is not None
TRADING = VENUE.trading


def dated() -> Instrument:
    day = "25DEC26"
    found = VENUE.terms_of("linear", f"BTCUSDT-{day}")
    assert found is not None
    return found


class Stage:
    """One wire, its market and its clients."""

    def __init__(self, credentials: Credentials = FULL.credentials) -> None:
        self.now = START
        self.listed = [KNOWN[each] for each in (SPOT, LINEAR, USDC, INVERSE, ETH)] + [dated()]
        self.script = Script(self.listed)
        self.exchange = listed(self.script, ["bybit"], {"bybit": RULES}, 1, START)["bybit"]
        self.wire = make(self.exchange, START)
        self.session = Session(credentials=credentials)
        self.session.know(self.listed)
        self.inboxes: dict[int, list[dict[str, Any]]] = {}
        self.frames: list[Frame | Close] = []
        self.closed: list[int] = []
        self._count = 0
        for each in self.listed:
            middle = 2_500.0 if each.base == "ETH" else 50_000.0
            self.quote(each.symbol, middle)
            self.mark(each.symbol, middle)
        self.tell()
        self.inboxes.clear()

    # ------------------------------------------------------------- the market

    def quote(self, symbol: str, middle: float, size: float = 5.0, levels: int = 5) -> None:
        """Show a book of some levels, a dollar apart."""
        assert self.script.sink is not None
        market = self.script.markets[symbol]
        worth = 10_000.0 if symbol == INVERSE else 1.0
        bids = [(middle - 1 - each, size * worth) for each in range(levels)]
        asks = [(middle + 1 + each, size * worth) for each in range(levels)]
        market.book.snapshot_levels(bids, asks, self.now, market.book.sequence + 1)
        self.script.sink.touched(market, self.now)

    def mark(self, symbol: str, mark: float, rate: float = 0.0001) -> None:
        assert self.script.sink is not None
        market = self.script.markets[symbol]
        market.carry.mark = market.carry.index = mark
        market.carry.predicted, market.carry.next_at = rate, self.now // (8 * HOUR) * 8 * HOUR + 8 * HOUR
        self.script.sink.carried(market, self.now)

    def trade(self, symbol: str, price: float, size: float, *, buy: bool = True) -> None:
        assert self.script.sink is not None
        self.script.sink.traded(self.script.markets[symbol], self.now, price, size, buy, "x")

    def tell(self, seconds: float = 0.0) -> None:
        """Let time pass, and hand out what the venue says."""
        self.now += int(seconds * SECOND)
        self.wire.advance(self.now)
        self.collect()

    def collect(self) -> None:
        for item in self.wire.take():
            self.frames.append(item)
            if isinstance(item, Close):
                self.closed.append(item.socket)
            else:
                self.inboxes.setdefault(item.socket, []).append(json.loads(item.body))

    # ------------------------------------------------------------- requests

    def call(
        self, method: str, path: str, query: str = "", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpAnswer:
        call = HttpCall(
            host="main", authority="x", method=method, path=path, query=query, headers=headers or {}, body=body
        )
        answer = self.wire.http(call, self.now)
        self.collect()
        return answer

    def signed(self, method: str, path: str, payload: Any = "", **changes: str) -> tuple[HttpAnswer, Any]:
        """Send a request signed here; `payload` is a raw query or the fields of a body."""
        key = changes.get("key", FULL.credentials.key)
        secret = changes.get("secret", FULL.credentials.secret)
        time = changes.get("time", str(self.now // MS))
        window = changes.get("window", "5000")
        text = payload if isinstance(payload, str) else json.dumps(payload)
        sign = hmac.new(secret.encode(), f"{time}{key}{window}{text}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "x-bapi-api-key": key, "x-bapi-timestamp": time, "x-bapi-recv-window": window, "x-bapi-sign": sign,
        }  # fmt: skip
        headers = {name: value for name, value in headers.items() if value}
        if method == "GET":
            answer = self.call(method, path, text, headers=headers)
        else:
            answer = self.call(method, path, body=text.encode(), headers=headers)
        return answer, json.loads(answer.body)

    def code(self, method: str, path: str, payload: Any = "", **changes: str) -> int:
        return int(self.signed(method, path, payload, **changes)[1]["retCode"])

    def public(self, path: str, query: str = "") -> Any:
        return json.loads(self.call("GET", path, query).body)

    # ------------------------------------------------------------- our own codec

    def ask(self, ask: Ask, session: Session | None = None) -> Reply:
        """Ask as the desk does."""
        session = session or self.session
        request = TRADING.encode(ask, session, self.now)
        assert isinstance(request, Request), request
        path, _, query = request.path.partition("?")
        headers = {name.lower(): value for name, value in request.headers}
        answer = self.call(request.method, path, query, request.body, headers)
        told = {name.lower(): value for name, value in answer.headers}
        reply = TRADING.decode(request, Response(answer.status, answer.body, told, self.now), session)
        session.learned.update(reply.learned)
        return reply

    def all(self, ask: Ask) -> list[Update]:
        """Ask to the last page."""
        updates: list[Update] = []
        following: Ask | None = ask
        for _ in range(20):
            if following is None:
                break
            reply = self.ask(following)
            assert type(reply.outcome).__name__ == "Done", reply.outcome
            updates += reply.updates
            following = reply.further
        return updates

    def order(self, symbol: str, size: Any, price: Any = None, **terms: Any) -> NewOrder:
        fields: dict[str, Any] = {"side": Side.BUY, "client_id": self.name()} | terms
        return NewOrder(
            symbol=symbol,
            type=OrderType.MARKET if price is None else OrderType.LIMIT,
            size=None if size is None else D(str(size)),
            price=None if price is None else D(str(price)),
            **fields,
        )

    def place(self, symbol: str, size: Any, price: Any = None, **terms: Any) -> Reply:
        return self.ask(Place(self.order(symbol, size, price, **terms)))

    def outcome(self, symbol: str, size: Any, price: Any = None, **terms: Any) -> Outcome:
        return self.place(symbol, size, price, **terms).outcome

    def name(self) -> str:
        self._count += 1
        return f"mine-{self._count}"

    # ------------------------------------------------------------- sockets

    def dial(self, path: str, number: int, query: str = "") -> HttpAnswer | None:
        call = HttpCall(host="main", authority="x", method="GET", path=path, query=query, headers={}, body=b"")
        return self.wire.opened(number, call, self.now)

    def say(self, number: int, message: Any) -> list[dict[str, Any]]:
        """Say something and return what comes back on that socket."""
        self.inboxes[number] = []
        frame = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.wire.receive(number, frame, self.now)
        self.collect()
        return self.inboxes[number]

    def shuttle(self, number: int, end: Private) -> list[Update]:
        """Carry frames between the wire and our private stream until both are silent."""
        updates: list[Update] = []
        for _ in range(10):
            for frame in end.to_send():
                self.wire.receive(number, frame, self.now)
            self.collect()
            waiting = self.inboxes.pop(number, [])
            for message in waiting:
                updates += end.receive(json.dumps(message).encode(), self.now)
            if not waiting:
                break
        return updates

    def private(self, number: int = 1) -> Private:
        (end,) = TRADING.privates(("spot", "linear", "inverse"), self.session)
        assert self.dial("/v5/private", number) is None
        end.connected(self.now)
        self.shuttle(number, end)
        return end

    def entry(self, number: int = 2, line: str = "linear") -> Entry:
        end = TRADING.entry(line, self.session)
        assert end is not None
        assert self.dial("/v5/trade", number) is None
        end.connected(self.now)
        self.carry(number, end)
        return end

    def carry(self, number: int, end: Entry) -> list[tuple[Ask, Reply]]:
        """Carry frames between the wire and our order entry."""
        replies: list[tuple[Ask, Reply]] = []
        for frame in end.to_send():
            self.wire.receive(number, frame, self.now)
        self.collect()
        for message in self.inboxes.pop(number, []):
            replies += end.receive(json.dumps(message).encode(), self.now)
        return replies
