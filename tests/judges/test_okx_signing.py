"""Our signed requests are ccxt's, byte for byte, for the same input at the same time.

ccxt orders the fields of a body in its own way, and the signature depends on that: so bodies are compared by their
fields, and ccxt signs our very text; where both send the same text, what it sent is compared.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import ccxt
import pytest

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import Amend, Cancel, MarginMode, NewOrder, OrderRef, OrderType, Place, PositionMode
from basisdesk.domain.order import Side
from basisdesk.venues.okx.account import TRADING
from basisdesk.venues.okx.known import well_known
from basisdesk.venues.trading import Credentials, Request, Session

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask

NOW_MS = 1_700_000_000_123
KEY, SECRET, PASSPHRASE = "demoKey000000000000000000000000001", "demoSecret00000000000000000000000001", "demoPass1"
SPOT, SWAP = "okx:BTC/USDT", "okx:BTC/USDT:USDT"
D = Decimal
MARKETS: list[dict[str, Any]] = [
    {"id": "BTC-USDT", "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT", "settle": None, "type": "spot",
     "spot": True, "swap": False, "future": False, "contract": False, "margin": True, "active": True},
    {"id": "BTC-USDT-SWAP", "symbol": "BTC/USDT:USDT", "base": "BTC", "quote": "USDT", "settle": "USDT",
     "type": "swap", "spot": False, "swap": True, "future": False, "contract": True, "linear": True,
     "contractSize": 0.01, "active": True},
]  # fmt: skip


@dataclass
class Sent:
    """What ccxt was about to send."""

    url: str
    method: str
    headers: dict[str, str]
    body: str | None


class StoppedError(Exception):
    """The request is known; nothing is sent."""


class Frozen(ccxt.okx):  # type: ignore[misc]  # ccxt has no types
    """ccxt with a stopped clock, which shows a request instead of sending it."""

    def __init__(self) -> None:
        super().__init__({"apiKey": KEY, "secret": SECRET, "password": PASSPHRASE})
        self.sent: Sent | None = None
        grid = {"precision": {"amount": 1e-8, "price": 0.1}, "limits": {}, "info": {}}
        self.set_markets([market | grid | {"baseId": "BTC", "quoteId": "USDT"} for market in MARKETS])
        self.options["createOrder"] = "privatePostTradeOrder"  # its default is a batch of one

    def milliseconds(self) -> int:
        return NOW_MS

    def nonce(self) -> int:
        return NOW_MS

    def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        self.sent = Sent(url, method, headers or {}, body)
        raise StoppedError

    def asked(self, method: str, *args: Any) -> Sent:
        """Call one of its unified or implicit methods and return what it would have sent."""
        with pytest.raises(StoppedError):
            getattr(self, method)(*args)
        assert self.sent is not None
        return self.sent


def session() -> Session:
    made = Session(Credentials(KEY, SECRET, PASSPHRASE))
    made.know(well_known())
    return made


def order(symbol: str, side: Side, **more: Any) -> Place:
    terms: dict[str, Any] = {"type": OrderType.LIMIT, "size": D(2), "price": D("50000.1"), "client_id": "test1"}
    return Place(NewOrder(symbol=symbol, side=side, **(terms | more)))


ID = {"clientOrderId": "test1"}
PAIRS: list[tuple[Ask, str, list[Any]]] = [
    (order(SWAP, Side.BUY, margin=MarginMode.CROSS), "create_order", ["BTC/USDT:USDT", "limit", "buy", 2, 50000.1, ID]),
    (
        order(SWAP, Side.SELL, post_only=True, reduce_only=True),
        "create_order",
        ["BTC/USDT:USDT", "limit", "sell", 2, 50000.1, ID | {"postOnly": True, "reduceOnly": True}],
    ),
    (
        order(SPOT, Side.BUY, type=OrderType.MARKET, price=None, size=D("0.5")),
        "create_order",
        ["BTC/USDT", "market", "buy", 0.5, None, ID],
    ),
    (
        order(SPOT, Side.BUY, type=OrderType.MARKET, price=None, size=None, money=D(100)),
        "create_order",
        ["BTC/USDT", "market", "buy", 100, None, ID | {"tgtCcy": "quote_ccy", "cost": 100}],
    ),
    (
        order(SPOT, Side.BUY, margin=MarginMode.CROSS),
        "create_order",
        ["BTC/USDT", "limit", "buy", 2, 50000.1, ID | {"marginMode": "cross"}],
    ),
    (
        Amend(order=OrderRef(symbol=SWAP, venue_id="9001"), size=D(3), price=D("50000.2")),
        "edit_order",
        ["9001", "BTC/USDT:USDT", "limit", "buy", 3, 50000.2],
    ),
    (Cancel(OrderRef(symbol=SWAP, venue_id="9001")), "privatePostTradeCancelOrder",
     [{"instId": "BTC-USDT-SWAP", "ordId": "9001"}]),
    (asks.AskOrder(OrderRef(symbol=SWAP, venue_id="9001")), "fetch_order", ["9001", "BTC/USDT:USDT"]),
    (asks.AskOrder(OrderRef(symbol=SPOT, client_id="test1")), "fetch_order", ["", "BTC/USDT", ID]),
    (asks.AskOpenOrders("public", SPOT), "fetch_open_orders", ["BTC/USDT", None, 100]),
    (asks.AskBalances("public"), "fetch_balance", []),
    (asks.AskBalances("public", "funding"), "fetch_balance", [{"type": "funding"}]),
    (asks.AskPositions("public", SWAP), "fetch_positions", [["BTC/USDT:USDT"]]),
    (asks.AskAccounts(), "fetch_accounts", []),
    (asks.SetLeverage(SWAP, D(5), MarginMode.CROSS), "set_leverage", [5, "BTC/USDT:USDT", {"marginMode": "cross"}]),
    (asks.SetPositionMode("public", PositionMode.HEDGE), "set_position_mode", [True]),
    (asks.DeadMan("public", 60), "cancel_all_orders_after", [60_000]),
    (
        asks.MoveFunds(asset="USDT", amount=D("1.5"), source="funding", target="trading"),
        "privatePostAssetTransfer",
        [{"ccy": "USDT", "amt": "1.5", "from": "6", "to": "18", "type": "0"}],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "method", "args"), PAIRS)
def test_a_request_is_the_one_ccxt_makes(ask: Ask, method: str, args: list[Any]) -> None:
    ours = TRADING.encode(ask, session(), NOW_MS * 1_000_000)
    assert isinstance(ours, Request)
    client = Frozen()
    theirs = client.asked(method, *args)
    assert ours.method == theirs.method
    path, _, query = ours.path.partition("?")
    their_path, _, their_query = theirs.url.removeprefix("https://www.okx.com").partition("?")
    assert path == their_path
    assert sorted(parse_qsl(query)) == sorted(parse_qsl(their_query))
    if theirs.body is not None:
        assert values(json.loads(ours.body)) == values(json.loads(theirs.body))
    headers = dict(ours.headers)
    for name in ("OK-ACCESS-KEY", "OK-ACCESS-PASSPHRASE", "OK-ACCESS-TIMESTAMP"):
        assert headers[name] == theirs.headers[name]
    text = f"{headers['OK-ACCESS-TIMESTAMP']}{ours.method}{ours.path}{ours.body.decode()}"
    assert headers["OK-ACCESS-SIGN"] == signature(client, text)
    if ours.path == theirs.url.removeprefix("https://www.okx.com") and ours.body.decode() == (theirs.body or ""):
        assert headers["OK-ACCESS-SIGN"] == theirs.headers["OK-ACCESS-SIGN"]


def signature(client: Frozen, text: str) -> str:
    """Return ccxt's signature of a text."""
    signed: str = client.hmac(client.encode(text), client.encode(SECRET), hashlib.sha256, "base64")
    return signed


def values(body: Any) -> Any:
    """Return a body as text, which the venue wants and ccxt mostly sends, without ccxt's own mark of itself."""
    return {key: value if isinstance(value, bool) else str(value) for key, value in body.items() if key != "tag"}
