"""Every ask as the exact request of the venue, and every one that it cannot do as a sentence."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.bigone.orders import INVERSE, NOW, SPOT, SWAP, P, market, order, swap

from basisdesk.domain.ask import (
    Ask,
    AskAccounts,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    MarginMode,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    SetLeverage,
    SetMarginMode,
    TimeInForce,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.bigone.ids import is_client_id
from basisdesk.venues.bigone.sign import bearer, signed_at, token
from basisdesk.venues.trading import Credentials, Request, Session

if TYPE_CHECKING:
    from pathlib import Path

KEY = Credentials("demoKey000000000000000000000000001", "demoSecret00000000000000000000000001")
# The worked example of the fact sheet, which agrees with ccxt byte for byte.
WORKED = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0eXBlIjoiT3BlbkFQSVYyIiwic3ViIjoiZGVtb0tleTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD"
    "AwMSIsIm5vbmNlIjoiMTcwMDAwMDAwMDAwMDAwMDAwMCJ9.H-LfYcMCwSRRlJCY90LK2_XBBg8s8YTcDqwGirnZJJs"
)
TRADING = VENUE.trading
assert TRADING is not None


def session(key: Credentials | None = KEY, learned: dict[str, str] | None = None) -> Session:
    one = Session(key, learned=learned or {})
    one.know(VENUE.well_known())
    return one


def encode(ask: Ask, one: Session | None = None) -> Request | Refusal:
    assert TRADING is not None
    return TRADING.encode(ask, one or session(), NOW)


PLACES = [
    (
        order(price=Decimal("50000.10")),
        ('{"asset_pair_name":"BTC-USDT","side":"BID","amount":"0.5","price":"50000.10","type":"LIMIT",'
        '"client_order_id":"own-1"}'),
    ),
    (
        order(price=P, post_only=True, side=Side.SELL),
        ('{"asset_pair_name":"BTC-USDT","side":"ASK","amount":"0.5","price":"50000","post_only":true,"type":"LIMIT",'
        '"client_order_id":"own-1"}'),
    ),
    (
        order(price=P, time_in_force=TimeInForce.IOC, margin=MarginMode.CASH, size=Decimal("1E+1")),
        ('{"asset_pair_name":"BTC-USDT","side":"BID","amount":"10","price":"50000","immediate_or_cancel":true,'
        '"type":"LIMIT","client_order_id":"own-1"}'),
    ),
    (
        market(),
        '{"asset_pair_name":"BTC-USDT","side":"BID","amount":"0.5","type":"MARKET","client_order_id":"own-1"}',
    ),
    (
        swap(price=Decimal("8000.5")),
        '{"symbol":"BTCUSD","side":"BUY","type":"LIMIT","size":100,"price":8000.5,"reduceOnly":false}',
    ),
    (
        swap(price=Decimal("8E+3"), post_only=True, reduce_only=True),
        '{"symbol":"BTCUSD","side":"BUY","type":"POST_ONLY","size":100,"price":8000,"reduceOnly":true}',
    ),
    (
        swap(price=P, time_in_force=TimeInForce.IOC, margin=MarginMode.CROSS),
        '{"symbol":"BTCUSD","side":"BUY","type":"IOC","size":100,"price":50000,"reduceOnly":false}',
    ),
    (
        swap(price=P, time_in_force=TimeInForce.FOK, margin=MarginMode.ISOLATED),
        '{"symbol":"BTCUSD","side":"BUY","type":"FOK","size":100,"price":50000,"reduceOnly":false}',
    ),
    (
        swap(type=OrderType.MARKET, side=Side.SELL, size=Decimal(25000)),
        '{"symbol":"BTCUSD","side":"SELL","type":"MARKET","size":25000,"reduceOnly":false}',
    ),
    (
        swap(symbol="bigone:XRP/USDT:USDT", price=Decimal("0.0001"), size=Decimal(1)),
        '{"symbol":"XRPUSDT","side":"BUY","type":"LIMIT","size":1,"price":0.0001,"reduceOnly":false}',
    ),
]  # fmt: skip
ID = "5aed7b45-5d19-40f2-0005-ca49d01f33e3"
COMMANDS = [
    (Cancel(OrderRef(symbol=SPOT, venue_id="10", client_id="own-1")), "POST", "/api/v3/viewer/orders/10/cancel", "{}"),
    (
        Cancel(OrderRef(symbol=SPOT, client_id="own-1")), "POST", "/api/v3/viewer/order/cancel",
        '{"client_order_id":"own-1"}',
    ),
    (Cancel(OrderRef(symbol=SWAP, venue_id=ID)), "DELETE", f"/api/contract/v2/orders/{ID}", ""),
    (Cancel(OrderRef(symbol=SWAP, venue_id="a/../b")), "DELETE", "/api/contract/v2/orders/a%2F..%2Fb", ""),
    (CancelAll("spot", SPOT), "POST", "/api/v3/viewer/orders/cancel", '{"asset_pair_name":"BTC-USDT"}'),
    (
        SetLeverage(INVERSE, Decimal(10), MarginMode.CROSS), "PUT", "/api/contract/v2/positions/BTCUSD/margin",
        '{"isCross":true,"leverage":10,"margin":0}',
    ),
    (
        SetMarginMode(SWAP, MarginMode.ISOLATED, Decimal("2.5")), "PUT", "/api/contract/v2/positions/BTCUSDT/margin",
        '{"isCross":false,"leverage":2.5,"margin":0}',
    ),
    (
        MoveFunds(asset="USDT", amount=Decimal("1E+2"), source="spot", target="contract", client_id="move-1"),
        "POST", "/api/v3/viewer/transfer",
        '{"symbol":"USDT","amount":"100","from":"SPOT","to":"CONTRACT","guid":"move-1"}',
    ),
]  # fmt: skip
PUBLIC = [
    (AskTime("contract"), "/api/v3/ping"),
    (AskInstruments("spot"), "/api/v3/asset_pairs"),
    (AskInstruments("spot", "NQ=="), "/api/v3/asset_pairs?page_token=NQ%3D%3D"),
    (AskInstruments("contract"), "/api/contract/v2/symbols"),
    (AskFunding(INVERSE), "/api/contract/v2/instruments"),
]
PENDING = "/api/v3/viewer/orders?asset_pair_name=BTC-USDT&state=PENDING"
QUERIES = [
    (AskBalances("spot"), "/api/v3/viewer/accounts"),
    (AskBalances("spot", "funding"), "/api/v3/viewer/fund/accounts"),
    (AskBalances("contract"), "/api/contract/v2/accounts"),
    (AskBalances("spot", "contract"), "/api/contract/v2/accounts"),
    (AskAccounts(), "/api/contract/v2/accounts"),
    (AskAccounts("contract"), "/api/contract/v2/accounts"),
    (AskPositions("contract", SWAP), "/api/contract/v2/accounts"),
    (AskOpenOrders("spot", SPOT), f"{PENDING}&limit=200"),
    (AskOpenOrders("spot", SPOT, "p=@5"), f"{PENDING}&limit=200&page_token=p%3D"),
    (AskOpenOrders("contract"), "/api/contract/v2/orders/opening?limit=100"),
    (AskOpenOrders("contract", SWAP, f"{ID}@5"), f"/api/contract/v2/orders/opening?symbol=BTCUSDT&limit=100&id={ID}"),
    (AskOrder(OrderRef(symbol=SPOT, venue_id="10")), "/api/v3/viewer/orders/10"),
    (AskOrder(OrderRef(symbol=SPOT, client_id="own-1")), "/api/v3/viewer/order?client_order_id=own-1"),
    (AskOrder(OrderRef(symbol=SWAP, venue_id=ID)), f"/api/contract/v2/orders/{ID}"),
    (AskFills(line="spot", symbol=SPOT, since=NOW), "/api/v3/viewer/trades?asset_pair_name=BTC-USDT&limit=200"),
    (AskFills(line="contract", cursor=ID), f"/api/contract/v2/trades?limit=100&id={ID}"),
    (AskIncome(line="contract", symbol=INVERSE), "/api/contract/v2/trades?symbol=BTCUSD&side=FUNDING&limit=100"),
    (AskFees(SPOT), "/api/v3/viewer/trading_fees?asset_pair_names=BTC-USDT"),
    (AskFees(SWAP), "/api/contract/v2/accounts"),
]  # fmt: skip
PROOF = (("Authorization", bearer(KEY, NOW, 5)),)
JSON = (("Content-Type", "application/json"),)


def test_the_token_is_that_of_the_worked_example() -> None:
    assert token(KEY, NOW) == WORKED


def test_a_command_carries_a_short_window_and_says_when_it_is_too_late() -> None:
    made = encode(order(price=P))
    assert isinstance(made, Request)
    payload = dict(made.headers)["Authorization"].split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims == {"type": "OpenAPIV2", "sub": KEY.key, "nonce": str(NOW), "recv_window": "5"}
    assert (made.changes, made.expires, signed_at(made)) == (True, NOW + 5_000_000_000, NOW)


@pytest.mark.parametrize("length", range(1, 9))
def test_when_a_request_was_signed_is_read_from_a_token_of_any_length(length: int) -> None:
    proof = bearer(Credentials("k" * length, "s"), NOW)
    made = Request(ask=AskTime("spot"), method="GET", origin="", path="/", headers=(("Authorization", proof),))
    assert signed_at(made) == NOW


@pytest.mark.parametrize("value", ["", "Bearer x", "Bearer a.!!!.c", "Bearer a.e30.c", "Bearer a.eyJub25jZSI6IngifQ.c"])
def test_when_a_request_was_signed_is_0_where_its_token_does_not_say(value: str) -> None:
    made = Request(ask=AskTime("spot"), method="GET", origin="", path="/", headers=(("Authorization", value),))
    assert signed_at(made) == 0


@pytest.mark.parametrize(("ask", "body"), PLACES)
def test_an_order_is_spelled_as_its_line_wants_it(ask: Place, body: str) -> None:
    made = encode(ask)
    assert isinstance(made, Request), made
    path = "/api/v3/viewer/orders" if "asset_pair" in body else "/api/contract/v2/orders"
    assert (made.method, made.origin, made.path, made.body.decode()) == ("POST", "https://api.big.one", path, body)
    assert made.headers == PROOF + JSON
    assert (made.ask, made.changes, made.costs) == (ask, True, (("rest", 1.0),))


@pytest.mark.parametrize(("ask", "method", "path", "body"), COMMANDS)
def test_a_command_is_one_request(ask: Ask, method: str, path: str, body: str) -> None:
    made = encode(ask)
    assert isinstance(made, Request), made
    assert (made.method, made.path, made.body.decode(), made.changes) == (method, path, body, True)
    assert made.headers == (PROOF + JSON if body else PROOF)


@pytest.mark.parametrize(("ask", "path"), PUBLIC)
def test_public_facts_need_no_key(ask: Ask, path: str) -> None:
    made = encode(ask, session(None))
    assert isinstance(made, Request), made
    assert (made.method, made.path, made.headers, made.body, made.changes) == ("GET", path, (), b"", False)
    assert (made.expires, signed_at(made)) == (None, 0)


@pytest.mark.parametrize(("ask", "path"), QUERIES)
def test_a_query_is_signed_and_changes_nothing(ask: Ask, path: str) -> None:
    made = encode(ask)
    assert isinstance(made, Request), made
    assert (made.method, made.path, made.body, made.changes, made.expires) == ("GET", path, b"", False, None)
    assert made.headers == (("Authorization", f"Bearer {WORKED}"),)


def test_the_margin_mode_that_a_contract_has_is_learned_before_its_leverage_is_set() -> None:
    ask = SetLeverage(INVERSE, Decimal(10))
    first = encode(ask)
    assert isinstance(first, Request)
    assert (first.ask, first.path, first.changes) == (AskPositions("contract"), "/api/contract/v2/accounts", False)
    for learned, cross in (({}, True), ({"cross:BTCUSD": "0"}, False), ({"cross:BTCUSD": "1"}, True)):
        made = encode(ask, session(learned={"modes": "1"} | learned))
        assert isinstance(made, Request)
        assert json.loads(made.body)["isCross"] is cross


def test_the_leverage_that_a_contract_has_is_learned_before_its_margin_mode_is_set() -> None:
    ask = SetMarginMode(INVERSE, MarginMode.CROSS)
    first = encode(ask)
    assert isinstance(first, Request)
    assert first.ask == AskPositions("contract")
    made = encode(ask, session(learned={"modes": "1", "leverage:BTCUSD": "12.5"}))
    assert isinstance(made, Request)
    assert made.body == b'{"isCross":true,"leverage":12.5,"margin":0}'
    unknown = encode(ask, session(learned={"modes": "1"}))
    assert isinstance(unknown, Refusal)
    assert unknown.code == "leverage_needed"


def test_only_listed_paths_are_used_and_none_of_them_withdraws() -> None:
    assert TRADING is not None
    allowed = [(method, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))) for method, path in TRADING.paths]
    asks: list[Any] = [ask for ask, _ in (*PLACES, *PUBLIC, *QUERIES)] + [row[0] for row in COMMANDS]
    used = set()
    for ask in asks:
        made = encode(ask)
        assert isinstance(made, Request)
        fits = [
            n
            for n, (method, form) in enumerate(allowed)
            if method == made.method and form.fullmatch(made.path.split("?")[0])
        ]
        assert fits, made.path
        used |= set(fits)
    assert used == set(range(len(TRADING.paths)))
    assert not [path for _, path in TRADING.paths if "withdraw" in path]


def test_an_id_of_the_desk_stays_itself_or_becomes_a_text_that_no_other_id_has() -> None:
    assert TRADING is not None
    assert TRADING.client_id("s1-l2-3") == "s1-l2-3"
    long, other = "a" * 40, "a" * 41
    short = TRADING.client_id(long)
    assert is_client_id(short)
    assert len(short) == 36
    assert short == TRADING.client_id(long) != TRADING.client_id(other)
    assert "_" in short  # no id of the desk has one


def test_the_paths_and_bodies_that_an_established_client_expects(recordings: Path) -> None:
    expected = {row["what"]: row for row in json.loads((recordings / "bigone" / "expected_requests.json").read_text())}
    one = session()
    sell = Place(NewOrder(symbol=SPOT, side=Side.SELL, type=OrderType.MARKET, client_id="o", size=Decimal("0.000262")))
    limit = order(price=Decimal(25000), size=Decimal("0.0005"))
    guid = "e4514628-c33b-4a91-bac7-75ace392c469"
    move = MoveFunds(asset="USDT", amount=Decimal(1), source="spot", target="contract", client_id=guid)
    asks: dict[str, Ask] = {
        "spot limit buy": limit, "spot market sell": sell,
        "cancel all spot orders of a pair": CancelAll("spot", "bigone:LTC/USDT"),
        "spot balances": AskBalances("spot"), "transfer spot to contract": move,
        "contract instruments": AskFunding(SWAP),
        "spot open orders": AskOpenOrders("spot", "bigone:LTC/USDT"),
    }  # fmt: skip
    for what, ask in asks.items():
        made = encode(ask, one)
        assert isinstance(made, Request), what
        assert (made.method, made.path.partition("&limit=")[0]) == (expected[what]["method"], expected[what]["path"])
        if made.body:
            ours = json.loads(made.body)
            ours.pop("client_order_id", None)
            assert ours == json.loads(expected[what]["body"]), what
