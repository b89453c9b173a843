"""Our signed requests and ccxt's are the same request, for the same input and a frozen clock."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import ccxt
import msgspec
import pytest

from basisdesk.domain.ask import (
    Amend,
    Ask,
    AskAccounts,
    AskFees,
    AskFills,
    AskIncome,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    Cancel,
    CancelAll,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    TimeInForce,
)
from basisdesk.domain.order import Side
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.deribit.talk import Talk
from basisdesk.venues.trading import Credentials, Request, Session

KEY, SECRET = "demoKey000000000000000000000000001", "demoSecret00000000000000000000000001"
MS = 1_700_000_000_000
NOW = MS * 1_000_000
UNTIL = MS + 5000
SYMBOL, UNIFIED = "deribit:BTC/USD:BTC", "BTC/USD:BTC"


class Caught(Exception):  # noqa: N818
    """Carries the request that ccxt would have sent."""

    def __init__(self, method: str, url: str, headers: dict[str, str] | None, body: str | None) -> None:
        super().__init__(url)
        split = urlsplit(url)
        self.request = (method, f"{split.path}?{split.query}" if split.query else split.path, headers, body or "")


@pytest.fixture
def exchange() -> Any:
    made: Any = ccxt.deribit({"apiKey": KEY, "secret": SECRET, "enableRateLimit": False})
    made.milliseconds = lambda: MS
    row = {
        "kind": "future", "instrument_name": "BTC-PERPETUAL", "base_currency": "BTC", "quote_currency": "USD",
        "counter_currency": "USD", "settlement_currency": "BTC", "settlement_period": "perpetual",
        "expiration_timestamp": 32503708800000, "is_active": True, "min_trade_amount": 10, "tick_size": 0.5,
        "contract_size": 10, "maker_commission": 0, "taker_commission": 0.0005,
    }  # fmt: skip
    made.publicGetGetInstruments = lambda _params=None: {"result": [row]}
    made.set_markets(made.fetch_markets())
    made.currencies["BTC"] = {"id": "BTC", "code": "BTC"}

    def fetch(url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        raise Caught(method, url, headers, body)

    made.fetch = fetch
    return made


@pytest.fixture
def session() -> Session:
    made = Session(credentials=Credentials(KEY, SECRET))
    made.know(VENUE.well_known())
    return made


def theirs(call: Any, *arguments: Any, **more: Any) -> tuple[str, str, dict[str, str], str]:
    with pytest.raises(Caught) as caught:
        call(*arguments, **more)
    return caught.value.request  # type: ignore[return-value]


def ours(ask: Ask, session: Session) -> tuple[str, str, dict[str, str], str]:
    assert VENUE.trading is not None
    request = VENUE.trading.encode(ask, session, NOW)
    assert isinstance(request, Request), request
    return request.method, request.path, dict(request.headers), request.body.decode()


def new(side: Side, kind: OrderType, **more: Any) -> Place:
    return Place(NewOrder(symbol=SYMBOL, side=side, type=kind, size=Decimal(10), client_id="test-1", **more))


SENT = {"label": "test-1", "valid_until": UNTIL}


def test_orders_are_the_same(exchange: Any, session: Session) -> None:
    limit = new(Side.BUY, OrderType.LIMIT, price=Decimal("50000.5"))
    assert ours(limit, session) == theirs(
        exchange.create_order, UNIFIED, "limit", "buy", 10, 50000.5, {"timeInForce": "GTC", **SENT}
    )
    assert ours(new(Side.SELL, OrderType.MARKET), session) == theirs(
        exchange.create_order, UNIFIED, "market", "sell", 10, None, SENT
    )


def test_short_lived_reducing_and_post_only_orders_are_the_same(exchange: Any, session: Session) -> None:
    ioc = new(Side.SELL, OrderType.LIMIT, price=Decimal(50000), reduce_only=True, time_in_force=TimeInForce.IOC)
    assert ours(ioc, session) == theirs(
        exchange.create_order, UNIFIED, "limit", "sell", 10, 50000,
        {"timeInForce": "IOC", "reduceOnly": True, **SENT},
    )  # fmt: skip
    post_only = new(Side.BUY, OrderType.LIMIT, price=Decimal("50000.5"), post_only=True)
    assert ours(post_only, session) == theirs(
        exchange.create_order, UNIFIED, "limit", "buy", 10, 50000.5, {"timeInForce": "GTC", "postOnly": True, **SENT}
    )


def test_edits_and_cancels_are_the_same(exchange: Any, session: Session) -> None:
    ref = OrderRef(symbol=SYMBOL, venue_id="BTC-9001")
    assert ours(Amend(order=ref, size=Decimal(20), price=Decimal("50001.5")), session) == theirs(
        exchange.edit_order, "BTC-9001", UNIFIED, "limit", "buy", 20, 50001.5, {"valid_until": UNTIL}
    )
    assert ours(Cancel(ref), session) == theirs(exchange.cancel_order, "BTC-9001", UNIFIED)
    assert ours(CancelAll("public"), session) == theirs(exchange.cancel_all_orders)
    assert ours(CancelAll("public", SYMBOL), session) == theirs(exchange.cancel_all_orders, UNIFIED)
    by_label = Cancel(OrderRef(symbol=SYMBOL, client_id="test-1"))
    assert ours(by_label, session) == theirs(exchange.privateGetCancelByLabel, {"label": "test-1", "currency": "BTC"})


def test_questions_are_the_same(exchange: Any, session: Session) -> None:
    assert ours(AskOrder(OrderRef(symbol=SYMBOL, venue_id="BTC-9001")), session) == theirs(
        exchange.fetch_order, "BTC-9001", UNIFIED
    )
    assert ours(AskOpenOrders("public", SYMBOL), session) == theirs(exchange.fetch_open_orders, UNIFIED)
    assert ours(AskPositions("public"), session) == theirs(exchange.fetch_positions, None, {"kind": "future"})
    assert ours(AskPositions("public", SYMBOL), session) == theirs(exchange.fetch_position, UNIFIED)
    assert ours(AskAccounts("public"), session) == theirs(exchange.fetch_balance, {"extended": True})
    assert ours(AskFees(SYMBOL), session) == theirs(exchange.fetch_balance, {"code": "BTC", "extended": True})


def test_lists_and_transfers_are_the_same(exchange: Any, session: Session) -> None:
    since = MS - 3_600_000
    fills = AskFills(line="public", symbol=SYMBOL, since=since * 1_000_000)
    assert ours(fills, session) == theirs(
        exchange.privateGetGetUserTradesByInstrumentAndTime,
        {"instrument_name": "BTC-PERPETUAL", "start_timestamp": since, "end_timestamp": MS, "count": 1000,
         "sorting": "asc", "historical": False},
    )  # fmt: skip
    income = AskIncome(line="public", symbol=SYMBOL, since=since * 1_000_000)
    assert ours(income, session) == theirs(
        exchange.privateGetGetTransactionLog,
        {"currency": "BTC", "start_timestamp": since, "end_timestamp": MS, "count": 250},
    )
    move = MoveFunds(asset="BTC", amount=Decimal("0.25"), source="10", target="20")
    assert ours(move, session) == theirs(
        exchange.request,
        "submit_transfer_between_subaccounts",
        ["private"],
        "GET",
        {"currency": "BTC", "amount": 0.25, "destination": 20, "source": 10},
    )


def test_the_login_of_a_socket_is_signed_alike(exchange: Any, session: Session) -> None:
    talk = Talk(session)
    talk.connected(NOW)
    login = msgspec.json.decode(talk.take()[1])["params"]
    text = f"{MS}\n{login['nonce']}\n"
    assert login["signature"] == exchange.hmac(exchange.encode(text), exchange.encode(SECRET), sha256)
    assert (login["grant_type"], login["client_id"], login["timestamp"]) == ("client_signature", KEY, MS)
