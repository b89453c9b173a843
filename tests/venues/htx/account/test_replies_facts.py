"""Replies that tell facts: time, instruments, funding, rights, fees, modes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import (
    Fees,
    Funding,
    Mode,
    Permissions,
    ServerTime,
    Terms,
)
from basisdesk.domain.ask import (
    AskAccounts,
    AskFees,
    AskFunding,
    AskInstruments,
    AskPermissions,
    AskPositionMode,
    AskTime,
    DeadMan,
    MarginMode,
    PositionMode,
    SetLeverage,
    SetPositionMode,
)
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

NOW = 1_700_000_000_000_000_000
MS = 1_000_000
SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
D = Decimal


def test_the_clock_is_read(desk: Desk) -> None:
    told = ServerTime(1700000000123 * MS)
    assert desk.hear(AskTime("spot"), {"status": "ok", "data": 1700000000123}).updates == (told,)
    assert desk.hear(AskTime("linear"), {"status": "ok", "ts": 1700000000123}).updates == (told,)


def test_linear_instruments_are_followed_by_how_often_funding_is_settled(desk: Desk) -> None:
    row = {"symbol": "BTC", "contract_code": "BTC-USDT", "contract_size": 0.001, "price_tick": 0.1}
    reply = desk.hear(AskInstruments("linear"), {"status": "ok", "data": [row | {"contract_status": 1}], "ts": 1})
    (terms,) = reply.updates
    assert isinstance(terms, Terms)
    assert terms.instrument.symbol == LINEAR
    assert reply.further == AskInstruments("linear", "funding")
    four = {"contract_code": "BTC-USDT", "funding_time": "1643356800000", "next_funding_time": "1643371200000"}
    eight = {"contract_code": "ETH-USDT", "funding_time": "1643356800000", "next_funding_time": "1643385600000"}
    odd = {"contract_code": "BTC-USDT", "funding_time": "1643356800000", "next_funding_time": None}
    strange = {"contract_code": "NEW-USDT", "funding_time": "0", "next_funding_time": "14400000"}
    body = {"status": "ok", "data": [four, eight, odd, strange], "ts": 1}
    (changed,) = desk.hear(AskInstruments("linear", "funding"), body).updates
    assert isinstance(changed, Terms)
    assert (changed.instrument.symbol, changed.instrument.funding_interval) == (LINEAR, 4)


def test_spot_instruments_are_one_page(desk: Desk) -> None:
    row = {"symbol": "btcusdt", "bc": "btc", "qc": "usdt", "pp": 2, "ap": 6, "state": "online", "at": "enabled"}
    reply = desk.hear(AskInstruments("spot"), {"status": "ok", "data": [row]})
    assert len(reply.updates) == 1
    assert reply.further is None


def test_funding_is_told_in_two_replies(desk: Desk) -> None:
    row = {"contract_code": "BTC-USDT", "funding_rate": "0.00008", "funding_time": "1781251200000"}
    row |= {"next_funding_time": "1781280000000", "min_funding_rate": "-0.00375", "max_funding_rate": "0.00375"}
    reply = desk.hear(AskFunding(LINEAR), {"code": 200, "data": [row], "ts": 1})
    assert reply.updates == (
        Funding(
            at=NOW,
            symbol=LINEAR,
            predicted=D("0.00008"),
            next_at=1781251200000 * MS,
            interval=8,
            cap=D("0.00375"),
            floor=D("-0.00375"),
        ),
    )
    assert reply.further == AskFunding(LINEAR, "past")
    rows = [{"funding_rate": "0.0001", "funding_time": "1603296000000"}, {"funding_rate": "9", "funding_time": "1"}]
    past = desk.hear(AskFunding(LINEAR, "past"), {"code": 200, "data": rows})
    assert past.updates == (Funding(at=NOW, symbol=LINEAR, settled=D("0.0001"), settled_at=1603296000000 * MS),)
    assert past.further is None


def test_funding_of_coin_margined_swaps_may_lack_the_time_after(desk: Desk) -> None:
    row = {"contract_code": "BTC-USD", "funding_rate": "0.0001", "funding_time": "1781280000000"}
    (told,) = desk.hear(AskFunding(SWAP), {"status": "ok", "data": row | {"next_funding_time": None}}).updates
    assert isinstance(told, Funding)
    assert (told.predicted, told.interval, told.cap) == (D("0.0001"), None, None)
    page = {"total_page": 1, "data": [{"funding_rate": "0.0002", "realized_rate": "0.0003", "funding_time": "5"}]}
    (past,) = desk.hear(AskFunding(SWAP, "past"), {"status": "ok", "data": page}).updates
    assert isinstance(past, Funding)
    assert (past.settled, past.settled_at) == (D("0.0003"), 5 * MS)
    (none,) = desk.hear(AskFunding(SWAP, "past"), {"status": "ok", "data": {"data": []}}).updates
    assert none == Funding(at=NOW, symbol=SWAP)
    assert isinstance(desk.hear(AskFunding(LINEAR), {"code": 200, "data": []}).outcome, RetryLater)


def test_a_user_without_a_spot_account_is_told_so(desk: Desk) -> None:
    reply = desk.hear(AskAccounts("spot"), {"status": "ok", "data": [{"id": 1, "type": "point"}]})
    assert reply.outcome == Rejected(Reason.MODE, "no-spot-account", "the key's user has no spot account")


def test_what_a_key_may_do_is_read(desk: Desk) -> None:
    desk.session.learned["user"] = "63628520"
    key = {"accessKey": "demoKey000000000000000000000000001", "permission": "readOnly,trade", "ipAddresses": "1.1.1.1"}
    other = {"accessKey": "another", "permission": "readOnly,trade,withdraw"}
    reply = desk.hear(AskPermissions(), {"code": 200, "data": [other, key]})
    told = Permissions(at=NOW, read=True, trade=True, withdraw=False, addresses=True, account="63628520")
    assert reply.updates == (told,)
    assert isinstance(desk.hear(AskPermissions(), {"code": 200, "data": [other]}).outcome, RetryLater)
    nameless = desk.hear(AskPermissions(), {"code": 200, "data": [{"permission": "readOnly,withdraw"}]})
    (rights,) = nameless.updates
    assert isinstance(rights, Permissions)
    assert (rights.trade, rights.withdraw, rights.addresses) == (False, True, False)


def test_fees_are_read(desk: Desk) -> None:
    spot = {"symbol": "btcusdt", "actualMakerRate": "0.0019", "actualTakerRate": "0.002", "makerFeeRate": "1"}
    reply = desk.hear(AskFees(SPOT), {"code": 200, "data": [spot], "success": True})
    assert reply.updates == (Fees(symbol=SPOT, maker=D("0.0019"), taker=D("0.002")),)
    contract = {"symbol": "BTC", "contract_code": "BTC-USD", "open_maker_fee": "-0.00025", "open_taker_fee": "0.00075"}
    reply = desk.hear(AskFees(SWAP), {"status": "ok", "data": [contract], "ts": 1})
    assert reply.updates == (Fees(symbol=SWAP, maker=D("-0.00025"), taker=D("0.00075")),)
    assert isinstance(desk.hear(AskFees(SWAP), {"status": "ok", "data": []}).outcome, RetryLater)


def test_modes_are_read(desk: Desk) -> None:
    dual = {"code": 200, "data": {"position_mode": "dual_side"}}
    told = Mode(line="linear", position=PositionMode.HEDGE)
    assert desk.hear(AskPositionMode("linear"), dual).updates == (told,)
    assert desk.hear(SetPositionMode("linear", PositionMode.HEDGE), dual).updates == (told,)
    strange = {"code": 200, "data": {"position_mode": "sideways"}}
    assert isinstance(desk.hear(AskPositionMode("linear"), strange).outcome, RetryLater)


def test_a_leverage_that_was_set_is_remembered(desk: Desk) -> None:
    linear = {"code": 200, "data": {"contract_code": "BTC-USDT", "margin_mode": "cross", "lever_rate": 10}}
    reply = desk.hear(SetLeverage(LINEAR, D(9), MarginMode.ISOLATED), linear)
    assert reply.updates == (Mode(line="linear", symbol=LINEAR, leverage=D(10), margin=MarginMode.ISOLATED),)
    future = {"status": "ok", "data": {"symbol": "BTC", "lever_rate": 5}, "ts": 1}
    reply = desk.hear(SetLeverage(FUTURE, D(5)), future)
    assert reply.learned == (("leverage:coin_futures:BTC", "5"),)
    assert reply.updates == (Mode(line="coin_futures", symbol=FUTURE, leverage=D(5), margin=MarginMode.CROSS),)


def test_other_commands_are_just_done(desk: Desk) -> None:
    body = {"code": 200, "message": "success", "data": {"currentTime": 1630491627230, "triggerTime": 1630491637230}}
    assert desk.hear(DeadMan("spot", 10), body).outcome == Done()
