"""Whatever comes in place of an answer or a push: nothing raises, and an order stays unknown rather than being lost."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import NewOrder, OrderRef, OrderType, Place
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Unknown
from basisdesk.venues.trading import Request, Response, Session

if TYPE_CHECKING:
    from basisdesk.venues.trading import Trading

NOW = 1_700_000_000_000_000_000
SWAP = "okx:BTC/USDT:USDT"
PLACE = Place(
    NewOrder(symbol=SWAP, side=Side.BUY, type=OrderType.LIMIT, size=Decimal(2), price=Decimal(50000), client_id="t1")
)
ASKS: list[asks.Ask] = [
    PLACE, asks.AskTime("public"), asks.AskInstruments("public"), asks.AskFunding(SWAP), asks.AskFees(SWAP),
    asks.AskAccounts(), asks.AskBalances("public"), asks.AskBalances("public", "funding"), asks.AskPositions("public"),
    asks.AskOpenOrders("public"), asks.AskOrder(OrderRef(symbol=SWAP, client_id="t1")), asks.AskFills(line="public"),
    asks.AskIncome(line="public"), asks.CancelAll("public"), asks.SetLeverage(SWAP, Decimal(3)),
    asks.MoveFunds(asset="USDT", amount=Decimal(1), source="funding", target="trading"),
]  # fmt: skip
SPOILT: st.SearchStrategy[Any] = st.sampled_from(
    ["", "x", "-1", "1E99", "NaN", 5, -1, None, True, [], {}, [7], "\x00", "é" * 300]
)
ROW: dict[str, Any] = {
    "instId": "BTC-USDT-SWAP", "instType": "SWAP", "ordId": "1", "clOrdId": "t1", "side": "buy", "state": "canceled",
    "ordType": "ioc", "sz": "2", "px": "1", "accFillSz": "1", "avgPx": "1", "tradeId": "5", "fillSz": "1",
    "fillPx": "2", "fillFee": "-1", "fillFeeCcy": "X", "fee": "-1", "feeCcy": "X", "billId": "5", "type": "8",
    "balChg": "1", "ccy": "USDT", "cashBal": "1", "bal": "1", "availBal": "1",
    "details": [{"ccy": "X", "cashBal": "1"}],
    "uid": "5", "acctLv": "2", "perm": "trade", "pos": "1", "posSide": "net", "posCcy": "", "liab": "", "adl": "1",
    "maker": "1", "taker": "1", "feeGroup": [], "fundingTime": "1", "nextFundingTime": "2", "ts": "1", "transId": "1",
    "uTime": "1", "cTime": "1", "sCode": "0", "sMsg": "", "category": "normal", "cancelSource": "",
}  # fmt: skip
shared = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def known(session: Session) -> Session:
    """A session that has just heard of an open order."""
    session.learned["open "] = json.dumps({"at": NOW, "orders": [["BTC-USDT-SWAP", "1"]]})
    return session


def test_the_row_is_right_for_everything_before_it_is_spoilt(trading: Trading, known: Session) -> None:
    body = json.dumps({"code": "0", "msg": "", "data": [ROW]}).encode()
    for ask in ASKS:
        if not isinstance(ask, asks.AskInstruments):
            request = trading.encode(ask, known, NOW)
            assert isinstance(request, Request)
            assert trading.decode(request, Response(200, body, {}, NOW), known).outcome == Done(), ask


@shared
@given(
    field=st.sampled_from(sorted(ROW)), value=SPOILT, ask=st.sampled_from(ASKS),
    status=st.sampled_from([200, 200, 200, 0, 400, 429, 503]),
    code=st.sampled_from(["0", "0", "1", "2", 0, None, "50011"]),
)  # fmt: skip
def test_a_spoilt_row_never_raises(
    trading: Trading, known: Session, field: str, value: Any, ask: asks.Ask, status: int, code: Any
) -> None:
    request = trading.encode(ask, known, NOW)
    assert isinstance(request, Request)
    body = json.dumps({"code": code, "msg": "", "data": [ROW | {field: value}, value]}).encode()
    reply = trading.decode(request, Response(status, body, {}, NOW), known)
    if request.changes and status in {0, 503}:
        assert isinstance(reply.outcome, Unknown)


@shared
@given(ask=st.sampled_from(ASKS), body=st.binary(max_size=200), cut=st.integers(0, 400))
def test_a_body_that_is_cut_or_rubbish_is_never_done(
    trading: Trading, known: Session, ask: asks.Ask, body: bytes, cut: int
) -> None:
    request = trading.encode(ask, known, NOW)
    assert isinstance(request, Request)
    whole = json.dumps({"code": "0", "msg": "", "data": [ROW]}).encode()
    for told in (body, whole[: min(cut, len(whole) - 1)]):
        reply = trading.decode(request, Response(200, told, {}, NOW), known)
        assert not isinstance(reply.outcome, Done)


@shared
@given(
    channel=st.sampled_from(["orders", "account", "positions", "liquidation-warning", "fills", ""]),
    field=st.sampled_from(sorted(ROW)), value=SPOILT, cut=st.integers(0, 3000), rubbish=st.binary(max_size=80),
    frame=st.sampled_from(["event", "code", "msg", "arg", "id", "op", "data", "eventType", "lastPage"]),
)  # fmt: skip
def test_no_frame_raises(
    trading: Trading, known: Session, channel: str, field: str, value: Any, cut: int, rubbish: bytes, frame: str
) -> None:
    (private,) = trading.privates(["public"], known)
    entry = trading.entry("public", known)
    assert entry is not None
    message: dict[str, Any] = {"arg": {"channel": channel}, "data": [ROW | {field: value}]}
    whole = json.dumps(message).encode()
    for connection in (private, entry):
        connection.connected(NOW)
        for told in (whole, json.dumps(message | {frame: value}).encode(), whole[:cut], rubbish):
            connection.receive(told, NOW)
