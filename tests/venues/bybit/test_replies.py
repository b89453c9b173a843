"""Replies mean what the venue's pages say, and nothing that comes raises."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.bybit.accounts import (
    DAY,
    INVERSE,
    LINEAR,
    MS,
    NOW,
    SECOND,
    SPOT,
    TRADING,
    USDC,
    answer,
    asked,
    order,
    session,
)

from basisdesk.domain.account import (
    Balance,
    Complete,
    Fill,
    Forced,
    Income,
    IncomeKind,
    Mode,
    OrderUpdate,
    Position,
    Warned,
)
from basisdesk.domain.ask import (
    Amend,
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
    AskPermissions,
    AskPositionMode,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    DeadMan,
    MarginMode,
    MoveFunds,
    OrderRef,
    OrderType,
    Place,
    PositionMode,
    PositionSide,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.trading import Request, Response

D = Decimal
REF = OrderRef(symbol=LINEAR, client_id="test-1")
PLACE = Place(order(size=D("0.01"), price=D("50000.1")))
ROW: dict[str, Any] = {
    "orderId": "u-1", "orderLinkId": "test-1", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit",
    "price": "50000.10", "qty": "0.010", "timeInForce": "PostOnly", "orderStatus": "New", "cancelType": "UNKNOWN",
    "rejectReason": "EC_NoError", "avgPrice": "", "leavesQty": "0.010", "cumExecQty": "0.000", "cumExecFee": "0",
    "cumFeeDetail": {}, "positionIdx": 0, "reduceOnly": False, "createdTime": "1700000000123",
    "updatedTime": "1700000000125", "blockTradeId": "", "stopOrderType": "", "smpType": "None",
}  # fmt: skip
FILL: dict[str, Any] = {
    "symbol": "BTCUSDT", "execId": "e-1", "orderId": "u-1", "orderLinkId": "test-1", "side": "Sell",
    "execPrice": "50000.1", "execQty": "0.01", "execType": "Trade", "execFee": "0.275", "feeRate": "0.00055",
    "feeCurrency": "USDT", "isMaker": False, "execTime": "1700000000125",
}  # fmt: skip


def test_an_acceptance_gives_the_orders_id_and_nothing_of_its_fate() -> None:
    reply = answer(PLACE, {"orderId": "u-9", "orderLinkId": "test-1"})
    assert reply.outcome == Done()
    assert reply.updates == (
        OrderUpdate(
            at=0, symbol=LINEAR, venue_id="u-9", client_id="test-1", status=OrderStatus.OPEN, side=Side.BUY,
            type=OrderType.LIMIT, size=D("0.01"), price=D("50000.1"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("ask", [Amend(order=REF, price=D(49000)), Cancel(REF)])
def test_an_accepted_change_is_done(ask: Ask) -> None:
    assert answer(ask, {"orderId": "u-9", "orderLinkId": "test-1"}).outcome == Done()


def test_cancel_all_goes_on_with_the_next_settle_coin() -> None:
    reply = answer(CancelAll("linear"), {"list": [], "success": "1"})
    assert reply.further == CancelAll("linear", "", "USDC")
    assert answer(CancelAll("linear", "", "USDC"), {"list": []}).further is None
    assert answer(CancelAll("linear", "", "XYZ"), {"list": []}).further is None
    assert answer(CancelAll("inverse"), {"list": []}).further == CancelAll("inverse", "", "ETH")
    assert answer(CancelAll("spot"), {"success": "1"}) == answer(CancelAll("linear", LINEAR), {"list": []})
    assert isinstance(answer(CancelAll("spot"), {"success": "0"}).outcome, Rejected)


def test_settings_tell_what_holds_from_now_on() -> None:
    assert answer(SetLeverage(LINEAR, D(5))).updates == (Mode(line="linear", symbol=LINEAR, leverage=D(5)),)
    hedge = answer(SetPositionMode("linear", PositionMode.HEDGE))
    assert hedge.updates == (Mode(line="linear", position=PositionMode.HEDGE),)
    margin = answer(SetMarginMode(LINEAR, MarginMode.CROSS), {"reasons": []})
    assert margin.updates == (Mode(line="", margin=MarginMode.CROSS),)
    assert margin.learned == (("margin_mode", "REGULAR_MARGIN"),)
    why = [{"reasonCode": "3400000", "reasonMsg": "Equity needs to be equal to or greater than 1000 USDC"}]
    refused = answer(SetMarginMode(LINEAR, MarginMode.ISOLATED), {"reasons": why}).outcome
    assert refused == Rejected(Reason.MODE, "3400000", why[0]["reasonMsg"])
    of = session()
    of.learned["dead_man"] = "SPOT"
    assert answer(DeadMan("linear", 30), of=of).learned == (("dead_man", "SPOT DERIVATIVES"),)


@pytest.mark.parametrize(
    ("status", "kind"), [("SUCCESS", Done), ("FAILED", Rejected), ("PENDING", Unknown), ("STATUS_UNKNOWN", Unknown)]
)
def test_a_transfer_is_done_when_the_venue_says_so(status: str, kind: type) -> None:
    move = MoveFunds(asset="USDT", amount=D(1), source="FUND", target="UNIFIED")
    assert isinstance(answer(move, {"transferId": "x", "status": status}).outcome, kind)


def test_open_orders_go_on_until_the_last_coin_and_are_whole_as_of_the_first_page() -> None:
    first = answer(AskOpenOrders("linear"), {"list": [ROW], "nextPageCursor": "a%3A1", "category": "linear"})
    update = first.updates[0]
    assert isinstance(update, OrderUpdate)
    assert (update.venue_id, update.at, update.status) == ("u-1", 1_700_000_000_125 * MS, OrderStatus.OPEN)
    assert (update.size, update.price, update.filled, update.average) == (D("0.010"), D("50000.10"), D(0), None)
    assert first.further == AskOpenOrders("linear", "", f"{NOW}|USDT|a%3A1")
    second = answer(first.further, {"list": [], "nextPageCursor": ""}, at=NOW + SECOND)
    assert second.further == AskOpenOrders("linear", "", f"{NOW}|USDC|")
    third = answer(second.further, {"list": [], "nextPageCursor": None}, at=NOW + 2 * SECOND)
    assert third.further is None
    assert third.updates == (Complete(at=NOW, what="open_orders", line="linear"),)
    one = answer(AskOpenOrders("linear", LINEAR), {"list": []})
    assert one.updates == (Complete(at=NOW, what="open_orders", line="linear", symbol=LINEAR),)
    # A cursor that comes again is the end, or the list would never end.
    again = answer(AskOpenOrders("spot", "", "5||same"), {"list": [], "nextPageCursor": "same"})
    assert again.updates == (Complete(at=5, what="open_orders", line="spot"),)


def test_an_order_is_looked_for_in_the_history_before_it_is_unknown() -> None:
    assert (
        answer(AskOrder(REF), {"list": [ROW]}).updates[0]
        == answer(AskOrder(REF, "history"), {"list": [ROW]}).updates[0]
    )
    missing = answer(AskOrder(REF), {"list": []})
    assert (missing.outcome, missing.further, missing.updates) == (Done(), AskOrder(REF, "history"), ())
    gone = answer(AskOrder(REF, "history"), {"list": []}).outcome
    assert isinstance(gone, Rejected)
    assert gone.reason is Reason.UNKNOWN_ORDER


STATUSES = [
    ({"orderStatus": "PartiallyFilled", "cumExecQty": "0.004", "avgPrice": "50000"}, OrderStatus.OPEN, None, ""),
    ({"orderStatus": "Untriggered"}, OrderStatus.OPEN, None, ""),
    ({"orderStatus": "Filled", "rejectReason": "EC_OrigClOrdIDDoesNotExist"}, OrderStatus.DONE, DoneReason.FILLED, ""),
    (
        {"orderStatus": "Rejected", "rejectReason": "EC_ReachRiskPriceLimit"},
        OrderStatus.DONE, DoneReason.REJECTED, "EC_ReachRiskPriceLimit",
    ),
    (
        {"orderStatus": "Cancelled", "cancelType": "CancelByUser", "rejectReason": "EC_PerCancelRequest"},
        OrderStatus.DONE, DoneReason.CANCELLED, "",
    ),
    (
        {"orderStatus": "Cancelled", "rejectReason": "EC_PostOnlyWillTakeLiquidity"},
        OrderStatus.DONE, DoneReason.EXPIRED, "EC_PostOnlyWillTakeLiquidity",
    ),
    (
        {"orderStatus": "PartiallyFilledCanceled", "timeInForce": "IOC", "rejectReason": ""},
        OrderStatus.DONE, DoneReason.EXPIRED, "",
    ),
    (
        {"orderStatus": "Cancelled", "cancelType": "CancelByReduceOnly"},
        OrderStatus.DONE, DoneReason.CANCELLED, "CancelByReduceOnly",
    ),
    ({"orderStatus": "Deactivated", "cancelType": None}, OrderStatus.DONE, DoneReason.CANCELLED, ""),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "status", "reason", "words"), STATUSES)
def test_every_status_has_its_place(
    changes: dict[str, Any], status: OrderStatus, reason: DoneReason | None, words: str
) -> None:
    update = answer(AskOrder(REF), {"list": [ROW | changes]}).updates[0]
    assert isinstance(update, OrderUpdate)
    assert (update.status, update.reason, update.refused) == (status, reason, words)


@pytest.mark.parametrize(
    ("changes", "forced"),
    [
        ({"createType": "CreateByLiq"}, Forced.LIQUIDATION),
        ({"createType": "CreateByAdl_PassThrough"}, Forced.ADL),
        ({"createType": "CreateByUser", "cancelType": "CancelAllBeforeAdl"}, Forced.ADL),
        ({"createType": "CreateByUser"}, None),
    ],
)
def test_what_the_venue_did_by_itself_is_marked(changes: dict[str, Any], forced: Forced | None) -> None:
    update = answer(AskOrder(REF), {"list": [ROW | changes]}).updates[0]
    assert isinstance(update, OrderUpdate)
    assert update.forced is forced


def test_a_spot_order_in_money_tells_no_size() -> None:
    ask = AskOrder(OrderRef(symbol=SPOT, venue_id="u-1"))
    row = ROW | {"orderType": "Market", "qty": "25.5", "price": "51000"}

    def size(**changes: str) -> tuple[Decimal | None, Decimal | None]:
        update = answer(ask, {"list": [row | changes]}).updates[0]
        assert isinstance(update, OrderUpdate)
        return update.size, update.price

    assert size(marketUnit="quoteCoin") == (None, None)
    assert size(marketUnit="baseCoin") == (D("25.5"), None)
    assert size() == (None, None)
    assert size(side="Sell") == (D("25.5"), None)


def test_an_unknown_status_makes_the_answer_unreadable() -> None:
    assert isinstance(answer(AskOrder(REF), {"list": [ROW | {"orderStatus": "Strange"}]}).outcome, Unknown)


def test_fills_come_oldest_first_and_fundings_are_left_to_the_log() -> None:
    rows = [FILL | {"execId": "e-2", "isMaker": True, "execFee": "-0.1"}, FILL, FILL | {"execType": "Funding"}]
    reply = answer(AskFills(line="linear"), {"list": rows, "nextPageCursor": "1%3A2"})
    assert [getattr(each, "trade_id", "") for each in reply.updates] == ["e-1", "e-2"]
    assert reply.updates[0] == Fill(
        at=1_700_000_000_125 * MS, symbol=LINEAR, trade_id="e-1", venue_id="u-1", client_id="test-1", side=Side.SELL,
        price=D("50000.1"), size=D("0.01"), fee=D("0.275"), fee_asset="USDT", maker=False,
    )  # fmt: skip
    assert reply.further == AskFills(line="linear", cursor="1%3A2")
    assert answer(AskFills(line="linear"), {"list": [], "nextPageCursor": "1%3A2"}).further is None


def test_the_next_week_follows_the_last_page_of_a_week() -> None:
    since = NOW - 9 * DAY
    for kind in (AskFills, AskIncome):
        first = answer(kind(line="linear", since=since, symbol=LINEAR), {"list": []})
        assert first.further == kind(line="linear", since=since + 7 * DAY, symbol=LINEAR)
        assert answer(first.further, {"list": []}).further is None
    log = {"id": "1", "type": "TRANSFER_IN", "currency": "USDT", "cashFlow": "5"}
    page = answer(AskIncome(line="linear", since=since), {"list": [log], "nextPageCursor": "c"})
    assert page.further == AskIncome(line="linear", since=since, cursor="c")
    again = answer(page.further, {"list": [log], "nextPageCursor": "c"})  # a mark that comes again leads no further
    assert again.further == AskIncome(line="linear", since=since + 7 * DAY)
    fills = answer(AskFills(line="linear", cursor="c"), {"list": [FILL], "nextPageCursor": "c"})
    assert (len(fills.updates), fills.further) == (1, None)


@pytest.mark.parametrize(
    ("line", "symbol", "changes", "coin"),
    [
        ("linear", "BTCPERP", {}, "USDC"),
        ("inverse", "BTCUSD", {}, "BTC"),
        ("spot", "BTCUSDT", {"side": "Buy"}, "BTC"),
        ("spot", "BTCUSDT", {"side": "Sell"}, "USDT"),
        ("spot", "BTCUSDT", {"side": "Buy", "feeRate": "-0.0001"}, "USDT"),
        ("spot", "BTCUSDT", {"side": "Sell", "feeRate": "-0.0001"}, "BTC"),
        ("spot", "BTCUSDT", {"side": "Sell", "feeRate": "", "feeCurrency": "MNT"}, "MNT"),
        ("spot", "NEWUSDT", {"side": "Buy"}, "NEW"),
        ("spot", "WHAT", {}, ""),
    ],
)
def test_the_coin_of_a_fee_follows_from_the_line_and_the_side(
    line: str, symbol: str, changes: dict[str, str], coin: str
) -> None:
    row = FILL | {"symbol": symbol, "feeCurrency": ""} | changes
    fill = answer(AskFills(line=line), {"list": [row]}).updates[0]
    assert isinstance(fill, Fill)
    assert fill.fee_asset == coin


def test_booked_rows_are_split_into_what_they_book() -> None:
    rows = [
        {
            "id": "592324_XRPUSDT_1", "symbol": "BTCUSDT", "type": "TRADE", "currency": "USDT", "category": "linear",
            "transactionTime": "1700000000125", "cashFlow": "3", "funding": "", "fee": "0.5", "tradeId": "t-1",
        },
        {
            "id": "592324_XRPUSDT_1", "symbol": "ETHUSDT", "type": "SETTLEMENT", "currency": "USDT", "cashFlow": "0",
            "funding": "-0.25", "fee": "0", "tradeId": "t-2", "transactionTime": "1700000000000",
        },
        {"id": "i-1", "symbol": "", "type": "INTEREST", "currency": "BTC", "cashFlow": "-0.001", "tradeId": ""},
        {"id": "x-1", "type": "BONUS", "currency": "USDT", "cashFlow": "1"},
    ]  # fmt: skip
    reply = answer(AskIncome(line="linear"), {"list": rows})
    told = [each for each in reply.updates if isinstance(each, Income)]
    assert [(each.id, each.kind, each.amount, each.asset) for each in told] == [
        ("x-1:USDT", IncomeKind.OTHER, D(1), "USDT"),
        ("i-1:BTC", IncomeKind.INTEREST, D("-0.001"), "BTC"),
        ("t-2", IncomeKind.FUNDING, D("-0.25"), "USDT"),
        ("t-1:USDT", IncomeKind.TRADE, D(3), "USDT"),
        ("t-1:USDT:fee", IncomeKind.FEE, D("-0.5"), "USDT"),
    ]
    only = answer(AskIncome(line="linear", symbol=LINEAR), {"list": rows}).updates
    assert [getattr(each, "id", "") for each in only] == ["t-1:USDT", "t-1:USDT:fee"]


POSITION: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "Sell", "size": "0.5", "avgPrice": "50000", "markPrice": "50100", "liqPrice": "",
    "unrealisedPnl": "-50", "leverage": "10", "positionIM": "2500", "positionIdx": 2, "positionStatus": "Normal",
    "adlRankIndicator": 2, "updatedTime": "1700000000125",
}  # fmt: skip


def test_positions_are_signed_and_flat_ones_have_no_entry() -> None:
    of = session()
    of.learned["margin_mode"] = "ISOLATED_MARGIN"
    flat = POSITION | {"side": "", "size": "0", "avgPrice": "0", "positionIdx": 0, "leverage": ""}
    reply = answer(AskPositions("linear", LINEAR), {"list": [POSITION, flat], "category": "linear"}, of=of)
    short, none, end = reply.updates
    assert short == Position(
        at=1_700_000_000_125 * MS, symbol=LINEAR, size=D("-0.5"), entry=D(50000), mark=D(50100), unrealised=D(-50),
        margin=D(2500), leverage=D(10), mode=MarginMode.ISOLATED, side=PositionSide.SHORT, adl_rank=2,
    )  # fmt: skip
    assert isinstance(none, Position)
    assert (none.size, none.entry, none.side, none.leverage) == (D(0), None, PositionSide.NET, None)
    assert end == Complete(at=NOW, what="positions", line="linear", symbol=LINEAR)
    all_of_them = answer(AskPositions("linear"), {"list": []})
    assert all_of_them.further == AskPositions("linear", "", f"{NOW}|USDC|")
    assert answer(AskPositions("inverse"), {"list": []}).updates == (
        Complete(at=NOW, what="positions", line="inverse"),
    )


def test_a_position_that_is_being_closed_is_a_warning() -> None:
    rows = [POSITION | {"positionStatus": "Adl", "adlRankIndicator": 5}]
    warned = answer(AskPositions("linear", LINEAR), {"list": rows}).updates[1]
    assert warned == Warned(at=1_700_000_000_125 * MS, forced=Forced.ADL, symbol=LINEAR, rank=5)


def test_balances_are_what_is_owned() -> None:
    coin = {
        "coin": "ETH", "walletBalance": "2", "equity": "1.4", "locked": "0.25", "borrowAmount": "0.5",
        "spotBorrow": "0.5", "accruedInterest": "0.001", "totalOrderIM": "0.125", "totalPositionIM": "",
    }  # fmt: skip
    reply = answer(AskBalances("spot"), {"list": [{"accountType": "UNIFIED", "coin": [coin]}]})
    assert reply.updates == (
        Balance(
            at=NOW, line="spot", asset="ETH", total=D("1.5"), available=D("1.625"), borrowed=D("0.5"),
            interest=D("0.001"), equity=D("1.4"), wallet="UNIFIED",
        ),
        Complete(at=NOW, what="balances", line="spot"),
    )  # fmt: skip
    fund = {"accountType": "FUND", "balance": [{"coin": "USDT", "walletBalance": "7", "transferBalance": "5"}]}
    assert answer(AskBalances("spot", "FUND"), fund).updates[0] == Balance(
        at=NOW, line="spot", asset="USDT", total=D(7), available=D(5), wallet="FUND"
    )


def test_a_time_that_cannot_be_is_none() -> None:
    body = b'{"retCode":0,"result":{"list":[]},"time":-5}'
    assert answer(AskBalances("spot"), body=body).updates == (Complete(at=0, what="balances", line="spot"),)


RIGHTS = {"ContractTrade": ["Order", "Position"], "Spot": ["SpotTrade"], "Wallet": ["AccountTransfer"], "NFT": None}
ASKS: list[Ask] = [
    PLACE, Cancel(REF), CancelAll("inverse"), SetMarginMode(LINEAR, MarginMode.CROSS), AskOpenOrders("linear"),
    MoveFunds(asset="USDT", amount=D(1), source="FUND", target="UNIFIED"), AskOrder(REF), AskFills(line="spot"),
    AskIncome(line="inverse"), AskPositions("linear", USDC), AskBalances("spot"), AskBalances("spot", "FUND"),
    AskFunding(INVERSE), AskFunding(INVERSE, "settled"), AskFees(SPOT), AskAccounts(), AskPermissions(),
    AskPositionMode("linear"), AskInstruments("spot"), AskTime("spot"),
]  # fmt: skip
SEEDS: list[dict[str, Any]] = [
    {"list": [ROW]}, {"list": [FILL]}, {"list": [POSITION]}, {"reasons": [{}]}, {"status": "SUCCESS"},
    {"orderId": "u", "orderLinkId": "c"}, {"unifiedMarginStatus": 6}, {"readOnly": 0, "permissions": RIGHTS},
    {"list": [{"coin": [{"coin": "BTC", "walletBalance": "1"}]}]}, {"timeNano": "1"},
]  # fmt: skip


@given(st.sampled_from(ASKS), st.sampled_from(SEEDS), st.data())
def test_no_body_raises(ask: Ask, seed: dict[str, Any], data: st.DataObject) -> None:
    body = bytearray(json.dumps({"retCode": 0, "retMsg": "", "result": seed, "time": 1}).encode())
    for _ in range(data.draw(st.integers(0, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    request: Request = asked(ask)
    for each in (bytes(body), bytes(body[:cut])):
        reply = TRADING.decode(request, Response(200, each, {}, NOW), session())
        assert isinstance(reply.outcome, Done | Rejected | RetryLater | Unknown)
