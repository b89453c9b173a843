"""Each ask as the exact request, and each refusal before anything is sent."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.binance.orders import COINM, KEY, NOW, SECRET, SPOT, TRADING, USDM, encoded, market, new, ref, sent

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import MarginMode, PositionMode, PositionSide, TimeInForce
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.binance.requests import plan
from basisdesk.venues.binance.sign import Plan, socket_params, text_of
from basisdesk.venues.signatures import hex_signature
from basisdesk.venues.trading import Credentials, Session

ORDER = "newClientOrderId=test-1&newOrderRespType"
CASES: list[tuple[asks.Ask, str, str, str]] = [
    (
        asks.Place(new(SPOT)),
        "POST",
        "/api/v3/order",
        f"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=50000.1&{ORDER}=FULL",
    ),
    (
        asks.Place(new(SPOT, post_only=True, side=Side.SELL)),
        "POST",
        "/api/v3/order",
        f"symbol=BTCUSDT&side=SELL&type=LIMIT_MAKER&quantity=1&price=50000.1&{ORDER}=FULL",
    ),
    (
        asks.Place(new(SPOT, time_in_force=TimeInForce.FOK, margin=MarginMode.CASH)),
        "POST",
        "/api/v3/order",
        f"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=FOK&quantity=1&price=50000.1&{ORDER}=FULL",
    ),
    (
        asks.Place(market(SPOT, size=Decimal("1E-5"))),
        "POST",
        "/api/v3/order",
        f"symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.00001&{ORDER}=FULL",
    ),
    (
        asks.Place(market(SPOT, size=None, money=Decimal("1E+2"))),
        "POST",
        "/api/v3/order",
        f"symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=100&{ORDER}=FULL",
    ),
    (
        asks.Place(new(USDM, time_in_force=TimeInForce.IOC, reduce_only=True, size=Decimal("0.001"))),
        "POST",
        "/fapi/v1/order",
        f"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.001&price=50000.1&reduceOnly=true&{ORDER}=RESULT",
    ),
    (
        asks.Place(new(COINM, post_only=True)),
        "POST",
        "/dapi/v1/order",
        f"symbol=BTCUSD_PERP&side=BUY&type=LIMIT&timeInForce=GTX&quantity=1&price=50000.1&{ORDER}=RESULT",
    ),
    (
        asks.Place(market(USDM, position=PositionSide.SHORT, reduce_only=True)),
        "POST",
        "/fapi/v1/order",
        f"symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=SHORT&{ORDER}=RESULT",
    ),
    (
        asks.Amend(order=ref(SPOT, client_id="test-1"), size=Decimal("0.5")),
        "PUT",
        "/api/v3/order/amend/keepPriority",
        "symbol=BTCUSDT&origClientOrderId=test-1&newClientOrderId=test-1&newQty=0.5",
    ),
    (
        asks.Amend(order=ref(SPOT, venue_id="7"), size=Decimal("0.5")),
        "PUT",
        "/api/v3/order/amend/keepPriority",
        "symbol=BTCUSDT&orderId=7&newQty=0.5",
    ),
    (
        asks.Amend(order=ref(COINM, venue_id="7"), size=Decimal(2), price=Decimal(50001), side=Side.SELL),
        "PUT",
        "/dapi/v1/order",
        "orderId=7&symbol=BTCUSD_PERP&side=SELL&quantity=2&price=50001",
    ),
    (asks.Cancel(ref(SPOT, client_id="test-1")), "DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=test-1"),
    (asks.Cancel(ref(USDM, client_id="a", venue_id="9")), "DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=9"),
    (asks.CancelAll("spot", SPOT), "DELETE", "/api/v3/openOrders", "symbol=BTCUSDT"),
    (asks.CancelAll("usdm", USDM), "DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT"),
    (
        asks.DeadMan("usdm", 120, USDM),
        "POST",
        "/fapi/v1/countdownCancelAll",
        "symbol=BTCUSDT&countdownTime=120000",
    ),
    (asks.DeadMan("coinm", 0, COINM), "POST", "/dapi/v1/countdownCancelAll", "symbol=BTCUSD_PERP&countdownTime=0"),
    (asks.SetLeverage(USDM, Decimal("5.0")), "POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=5"),
    (
        asks.SetMarginMode(USDM, MarginMode.ISOLATED),
        "POST",
        "/fapi/v1/marginType",
        "symbol=BTCUSDT&marginType=ISOLATED",
    ),
    (
        asks.SetMarginMode(COINM, MarginMode.CROSS),
        "POST",
        "/dapi/v1/marginType",
        "symbol=BTCUSD_PERP&marginType=CROSSED",
    ),
    (
        asks.SetPositionMode("usdm", PositionMode.HEDGE),
        "POST",
        "/fapi/v1/positionSide/dual",
        "dualSidePosition=true",
    ),
    (
        asks.SetPositionMode("coinm", PositionMode.ONE_WAY),
        "POST",
        "/dapi/v1/positionSide/dual",
        "dualSidePosition=false",
    ),
    (
        asks.MoveFunds(asset="USDT", amount=Decimal("1E+1"), source="spot", target="usdm"),
        "POST",
        "/sapi/v1/asset/transfer",
        "type=MAIN_UMFUTURE&asset=USDT&amount=10",
    ),
    (asks.OpenStream("usdm"), "POST", "/fapi/v1/listenKey", ""),
    (asks.KeepStream("coinm"), "PUT", "/dapi/v1/listenKey", ""),
    (asks.AskTime("spot"), "GET", "/api/v3/time", ""),
    (asks.AskInstruments("usdm"), "GET", "/fapi/v1/exchangeInfo", ""),
    (asks.AskInstruments("coinm", "funding"), "GET", "/dapi/v1/fundingInfo", ""),
    (asks.AskFunding(USDM), "GET", "/fapi/v1/premiumIndex", "symbol=BTCUSDT"),
    (asks.AskFunding(COINM, "settled"), "GET", "/dapi/v1/fundingRate", "symbol=BTCUSD_PERP&limit=1"),
    (asks.AskAccounts(), "GET", "/api/v3/account", "omitZeroBalances=true"),
    (asks.AskBalances("spot"), "GET", "/api/v3/account", "omitZeroBalances=true"),
    (asks.AskBalances("usdm", "usdm"), "GET", "/fapi/v3/balance", ""),
    (asks.AskBalances("coinm"), "GET", "/dapi/v1/balance", ""),
    (asks.AskPositions("usdm"), "GET", "/fapi/v2/positionRisk", ""),
    (asks.AskPositions("usdm", USDM), "GET", "/fapi/v2/positionRisk", "symbol=BTCUSDT"),
    (asks.AskPositions("coinm", COINM), "GET", "/dapi/v1/positionRisk", "pair=BTCUSD"),
    (asks.AskPositionMode("usdm"), "GET", "/fapi/v1/positionSide/dual", ""),
    (asks.AskOpenOrders("spot"), "GET", "/api/v3/openOrders", ""),
    (asks.AskOpenOrders("coinm", COINM), "GET", "/dapi/v1/openOrders", "symbol=BTCUSD_PERP"),
    (asks.AskOrder(ref(USDM, client_id="a/b:c")), "GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=a/b:c"),
    (asks.AskFills(line="spot", symbol=SPOT), "GET", "/api/v3/myTrades", "symbol=BTCUSDT&limit=1000"),
    (
        asks.AskFills(line="usdm", symbol=USDM, since=NOW - 10**12),
        "GET",
        "/fapi/v1/userTrades",
        "symbol=BTCUSDT&startTime=1699999000000&endTime=1700000000000&limit=1000",
    ),
    (
        asks.AskFills(line="spot", symbol=SPOT, since=1, cursor="at:1600000000000000000"),
        "GET",
        "/api/v3/myTrades",
        "symbol=BTCUSDT&startTime=1600000000000&endTime=1600086400000&limit=1000",
    ),
    (
        asks.AskFills(line="coinm", symbol=COINM, cursor="id:77"),
        "GET",
        "/dapi/v1/userTrades",
        "symbol=BTCUSD_PERP&fromId=77&limit=1000",
    ),
    (asks.AskIncome(line="coinm"), "GET", "/dapi/v1/income", "page=1&limit=1000"),
    (
        asks.AskIncome(line="usdm", symbol=USDM, since=NOW, cursor="3"),
        "GET",
        "/fapi/v1/income",
        "symbol=BTCUSDT&startTime=1700000000000&page=3&limit=1000",
    ),
    (asks.AskFees(SPOT), "GET", "/api/v3/account/commission", "symbol=BTCUSDT"),
    (asks.AskFees(COINM), "GET", "/dapi/v1/commissionRate", "symbol=BTCUSD_PERP"),
    (asks.AskPermissions(), "GET", "/sapi/v1/account/apiRestrictions", ""),
]


@pytest.mark.parametrize(("ask", "method", "path", "asked"), CASES, ids=lambda value: str(value)[:60])
def test_an_ask_becomes_this_request(ask: asks.Ask, method: str, path: str, asked: str, session: Session) -> None:
    assert sent(encoded(ask, session)) == (method, path, asked)


@pytest.mark.parametrize("ask", [case[0] for case in CASES], ids=lambda ask: str(ask)[:60])
def test_every_request_is_on_a_listed_path_has_costs_and_changes_only_when_commanded(
    ask: asks.Ask, session: Session
) -> None:
    assert TRADING is not None
    request = encoded(ask, session)
    assert (request.method, request.path.partition("?")[0]) in TRADING.paths
    assert request.changes == isinstance(ask, asks.Command)
    assert request.changes == (request.method != "GET")
    names = {bucket.name for bucket in TRADING.buckets}
    assert request.costs
    assert all(name in names and units > 0 for name, units in request.costs)
    assert TRADING.costs is not None
    planned = plan(ask, session, NOW)
    assert isinstance(planned, Plan)
    assert TRADING.costs(ask, session, NOW) == (request.costs if planned.socket_method else ())


@given(st.lists(st.tuples(st.sampled_from(["symbol", "clientOrderId"]), st.text() | st.integers()), max_size=4))
def test_values_are_percent_encoded_whether_or_not_there_is_anything_to_encode(params: list[tuple[str, str]]) -> None:
    assert text_of(params) == "&".join(f"{name}={quote(str(value), safe='')}" for name, value in params)


def test_what_cannot_be_asked_costs_nothing_but_a_reason() -> None:
    assert TRADING is not None
    assert TRADING.costs is not None
    refusal = TRADING.costs(asks.Place(new("binance:NO/SUCH")), Session(), NOW)
    assert isinstance(refusal, Refusal)


@pytest.mark.parametrize("ask", [case[0] for case in CASES], ids=lambda ask: str(ask)[:60])
def test_every_signed_request_is_signed_over_what_is_sent_and_expires(ask: asks.Ask, session: Session) -> None:
    request = encoded(ask, session)
    text = request.body.decode() or request.path.partition("?")[2]
    assert "?" not in request.path if request.method in {"POST", "PUT"} else not request.body  # never in both
    if isinstance(ask, asks.AskTime | asks.AskInstruments | asks.AskFunding):
        assert (request.headers, request.expires) == ((), None)
    elif isinstance(ask, asks.OpenStream | asks.KeepStream):
        assert (request.headers, request.body, request.expires) == ((("X-MBX-APIKEY", KEY),), b"", None)
    else:
        signed, _, given = text.rpartition("&signature=")
        assert signed.startswith("timestamp=1700000000000")
        assert signed.endswith("recvWindow=5000")
        assert given == hex_signature(SECRET, signed)
        assert request.expires == NOW + 5_000_000_000
        assert ("Content-Type", "application/x-www-form-urlencoded") in request.headers or not request.body


def test_no_path_withdraws_and_none_is_unused() -> None:
    assert TRADING is not None
    assert not [path for _, path in TRADING.paths if "withdraw" in path.lower()]
    assert len(set(TRADING.paths)) == len(TRADING.paths)


def test_the_worked_examples_of_signatures() -> None:
    text = (
        "timestamp=1700000000000&symbol={}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=50000.1"
        "&newClientOrderId=test-1&recvWindow=10000"
    )
    assert hex_signature(SECRET, text.format("BTCUSDT")) == (
        "11731f92f843353102f01dc644261825e90348f8e7bdc669310f2e0e8ae5188b"
    )
    assert hex_signature(SECRET, text.format("BTCUSD_PERP")) == (
        "d1279e8b06656c2adfa515f6d98d96ed6c124a0cf07e645b2254bf75fb231d66"
    )
    params = (
        ("symbol", "BTCUSDT"),
        ("side", "BUY"),
        ("type", "LIMIT"),
        ("timeInForce", "GTC"),
        ("quantity", "1"),
        ("price", "50000.1"),
        ("newClientOrderId", "test-1"),
    )
    assert socket_params(params, Credentials(KEY, SECRET), NOW)["signature"] == (
        "7a9a71021ccbfc5c528988e80b7a5d1096bceb676118dfdbc246dec147fce6af"
    )


def test_values_are_percent_encoded_before_they_are_signed(session: Session) -> None:
    request = encoded(asks.Cancel(ref(USDM, client_id="a/b:c")), session)
    assert "origClientOrderId=a%2Fb%3Ac&" in request.path
