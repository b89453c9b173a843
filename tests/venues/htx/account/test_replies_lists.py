"""Replies with long lists: fills and bookings, and what is asked for after a page."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.account import (
    Fill,
    Forced,
    Income,
    IncomeKind,
)
from basisdesk.domain.ask import (
    AskFills,
    AskIncome,
    PositionSide,
)
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import RetryLater

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

NOW = 1_700_000_000_000_000_000
MS = 1_000_000
SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
D = Decimal

SPOT_FILL = {
    "symbol": "btcusdt",
    "fee-currency": "btc",
    "price": "0.338",
    "created-at": 1629443051839,
    "role": "taker",
    "order-id": 345487249132375,
    "match-id": 5014,
    "trade-id": 1085,
    "filled-amount": "147.928994082840236",
    "filled-fees": "0.3",
    "filled-points": "0.0",
    "id": 313288753120940,
    "type": "buy-market",
}


def test_a_spot_fill_is_read(desk: Desk) -> None:
    reply = desk.hear(AskFills(line="spot"), {"status": "ok", "data": [SPOT_FILL]})
    assert reply.updates == (
        Fill(
            at=1629443051839 * MS,
            symbol=SPOT,
            trade_id="1085",
            venue_id="345487249132375",
            client_id="",
            side=Side.BUY,
            price=D("0.338"),
            size=D("147.928994082840236"),
            fee=D("0.3"),
            fee_asset="BTC",
            maker=False,
        ),
    )
    assert reply.further is None


@pytest.mark.parametrize(
    ("told", "fee", "asset"),
    [
        ({"filled-fees": "0", "filled-points": "0.1", "fee-deduct-currency": "ht"}, D("0.1"), "HT"),
        ({"fee-currency": ""}, D("0.3"), "BTC"),
        ({"fee-currency": None, "type": "sell-limit"}, D("0.3"), "USDT"),
    ],
)
def test_a_fee_may_be_paid_in_another_coin(desk: Desk, told: dict[str, Any], fee: Decimal, asset: str) -> None:
    (fill,) = desk.hear(AskFills(line="spot"), {"status": "ok", "data": [SPOT_FILL | told]}).updates
    assert isinstance(fill, Fill)
    assert (fill.fee, fill.fee_asset) == (fee, asset)


LINEAR_FILL = {
    "id": "1513834754679549965",
    "contract_code": "BTC-USDT",
    "order_id": "1513834754585190400",
    "trade_id": "152022944",
    "side": "sell",
    "position_side": "long",
    "order_type": "1",
    "type": "market",
    "role": "TAKER",
    "trade_price": "62688.2",
    "trade_volume": "2",
    "created_time": "1699999999000",
    "order_source": "risk",
    "fee_currency": "USDT",
    "trade_fee": "0.07522584",
}


def test_a_linear_fill_is_read(desk: Desk) -> None:
    reply = desk.hear(AskFills(line="linear"), {"code": 200, "data": [LINEAR_FILL]})
    assert reply.updates == (
        Fill(
            at=1699999999000 * MS,
            symbol=LINEAR,
            trade_id="152022944-1513834754585190400",
            venue_id="1513834754585190400",
            client_id="",
            side=Side.SELL,
            price=D("62688.2"),
            size=D(2),
            fee=D("0.07522584"),
            fee_asset="USDT",
            maker=False,
            position=PositionSide.LONG,
            forced=Forced.LIQUIDATION,
        ),
    )


COIN_FILL = {
    "query_id": 2424420723,
    "match_id": 113891764710,
    "order_id": 773135295142658048,
    "symbol": "BTC",
    "contract_code": "BTC-USD",
    "direction": "sell",
    "offset": "open",
    "trade_volume": 1,
    "trade_price": 9200.5,
    "trade_fee": -0.0217,
    "create_date": 1699999999000,
    "role": "Maker",
    "order_id_str": "773135295142658048",
    "fee_asset": "BTC",
    "id": "113891764710-773135295142658048-1",
}


def test_a_coin_margined_fill_is_read(desk: Desk) -> None:
    body = {"status": "ok", "data": {"trades": [COIN_FILL], "remain_size": 0, "next_id": 7}}
    reply = desk.hear(AskFills(line="coin_swap", symbol=SWAP), body)
    assert reply.updates == (
        Fill(
            at=1699999999000 * MS,
            symbol=SWAP,
            trade_id="113891764710-773135295142658048-1",
            venue_id="773135295142658048",
            client_id="",
            side=Side.SELL,
            price=D("9200.5"),
            size=D(1),
            fee=D("0.0217"),
            fee_asset="BTC",
            maker=True,
            position=PositionSide.SHORT,
        ),
    )
    assert reply.further is None


def test_fills_are_told_oldest_first(desk: Desk) -> None:
    rows = [SPOT_FILL | {"created-at": at, "trade-id": at} for at in (3, 1, 2)]
    reply = desk.hear(AskFills(line="spot"), {"status": "ok", "data": rows})
    assert [update.trade_id for update in reply.updates if isinstance(update, Fill)] == ["1", "2", "3"]


DAY_MS = 86_400_000


def test_fills_are_asked_for_page_by_page_and_window_by_window(desk: Desk) -> None:
    start = NOW // MS - 3 * DAY_MS
    ask = AskFills(line="spot", symbol=SPOT, since=start * MS)
    full = desk.hear(ask, {"status": "ok", "data": [SPOT_FILL] * 500})
    assert isinstance(full.further, AskFills)
    assert full.further.cursor == f"|{start}|313288753120940"
    end = desk.hear(full.further, {"status": "ok", "data": [SPOT_FILL]})
    assert isinstance(end.further, AskFills)
    assert end.further.cursor == f"|{start + 2 * DAY_MS}|"
    assert desk.hear(end.further, {"status": "ok", "data": []}).further is None


def test_linear_fills_go_on_behind_the_last_row_of_a_page(desk: Desk) -> None:
    newer = [LINEAR_FILL | {"id": str(300 - number)} for number in range(100)]
    older = [LINEAR_FILL | {"id": str(200 - number)} for number in range(100)]
    first = desk.hear(AskFills(line="linear", symbol=LINEAR), {"code": 200, "data": newer})
    assert first.further == AskFills(line="linear", symbol=LINEAR, cursor="||201")
    assert first.further is not None
    second = desk.hear(first.further, {"code": 200, "data": older})
    assert second.further == AskFills(line="linear", symbol=LINEAR, cursor="||101")
    assert second.further is not None
    assert desk.hear(second.further, {"code": 200, "data": older[:99]}).further is None


def test_a_linear_list_that_does_not_go_on_is_no_answer(desk: Desk) -> None:
    page = {"code": 200, "data": [LINEAR_FILL | {"id": "7"}] * 100}
    first = desk.hear(AskFills(line="linear", symbol=LINEAR), page)
    assert first.further is not None
    again = desk.hear(first.further, page)
    assert (again.updates, again.further) == ((), None)
    assert isinstance(again.outcome, RetryLater)


def test_coin_margined_fills_are_asked_for_contract_by_contract(desk: Desk) -> None:
    more = {"status": "ok", "data": {"trades": [COIN_FILL], "remain_size": 4, "next_id": 7}}
    none = {"status": "ok", "data": {"trades": [], "remain_size": 0, "next_id": None}}
    ask = AskFills(line="coin_swap")
    first = desk.hear(ask, more)
    assert first.further == AskFills(line="coin_swap", cursor="BTC-USD||7")
    assert first.further is not None
    second = desk.hear(first.further, none)
    assert second.further == AskFills(line="coin_swap", cursor="ETH-USD||")
    assert second.further is not None
    assert desk.hear(second.further, {"status": "ok", "data": []}).further is None


def test_spot_bookings_are_transfers(desk: Desk) -> None:
    row = {"accountId": 1001, "currency": "usdt", "transactAmt": 10.5, "transactType": "transfer", "transactId": 5}
    row |= {"transactTime": 1629882331066, "transferType": "margin-transfer-out"}
    reply = desk.hear(AskIncome(line="spot"), {"code": 200, "data": [row], "nextId": 16, "ok": True})
    told = Income(at=1629882331066 * MS, id="5", kind=IncomeKind.TRANSFER, asset="USDT", amount=D("10.5"))
    assert reply.updates == (told,)
    assert reply.further is None
    full = desk.hear(AskIncome(line="spot"), {"code": 200, "data": [row] * 500, "nextId": 16})
    assert full.further == AskIncome(line="spot", cursor="||16")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("30", IncomeKind.FUNDING),
        ("31", IncomeKind.FUNDING),
        ("5", IncomeKind.FEE),
        ("3", IncomeKind.TRADE),
        ("12", IncomeKind.LIQUIDATION),
        ("11", IncomeKind.DELIVERY),
        ("14", IncomeKind.TRANSFER),
        ("29", IncomeKind.REBATE),
        ("28", IncomeKind.OTHER),
    ],
)
def test_contract_bookings_are_told_by_their_number(desk: Desk, number: str, kind: IncomeKind) -> None:
    row = {"id": "2194774775", "type": number, "currency": "USDT", "amount": "-0.000433432461821856"}
    row |= {"contract_code": "BTC-USDT", "created_time": "1780963213165"}
    (income,) = desk.hear(AskIncome(line="linear"), {"code": 200, "data": [row]}).updates
    assert income == Income(
        at=1780963213165 * MS,
        id="2194774775",
        kind=kind,
        asset="USDT",
        amount=D("-0.000433432461821856"),
        symbol=LINEAR,
    )


def test_coin_margined_bookings_name_their_coin_in_two_ways(desk: Desk) -> None:
    old = {"id": 7, "symbol": "BTC", "type": 31, "amount": -2.5e-7, "ts": 1641139308983, "contract_code": "BTC231229"}
    new = {"query_id": 1, "id": 8, "type": 14, "amount": 1, "ts": 1641139308984, "asset": "BTC", "contract_code": ""}
    body = {"code": 200, "msg": "", "data": [new, old], "ts": 1}
    assert not desk.hear(AskIncome(line="coin_futures", symbol=FUTURE), {"status": "ok", "data": {}}).updates
    first, second = desk.hear(AskIncome(line="coin_futures", symbol=FUTURE), body).updates
    assert isinstance(first, Income)
    assert isinstance(second, Income)
    assert (first.asset, first.symbol, first.amount) == ("BTC", FUTURE, D("-2.5E-7"))
    assert (second.asset, second.symbol, second.kind) == ("BTC", "", IncomeKind.TRANSFER)


def test_futures_are_booked_coin_by_coin(desk: Desk) -> None:
    none = {"status": "ok", "data": {"financial_record": [], "remain_size": 0}}
    reply = desk.hear(AskIncome(line="coin_futures"), none)
    assert reply.further == AskIncome(line="coin_futures", cursor="ETH||")
    assert reply.further is not None
    assert desk.hear(reply.further, none).further is None
