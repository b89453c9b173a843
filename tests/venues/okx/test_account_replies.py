"""What the venue tells of the account and of its markets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.okx.answers import NOW, PLACE, QUERY, SPOT, SWAP, D, data, told

from basisdesk.domain import ask as asks
from basisdesk.domain.account import (
    Balance,
    Complete,
    Fees,
    Funding,
    Income,
    IncomeKind,
    Mode,
    Permissions,
    Position,
    ServerTime,
    Terms,
)
from basisdesk.domain.ask import MarginMode, PositionMode, PositionSide
from basisdesk.domain.outcome import Done, Rejected, Unknown

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Session, Trading


def test_balances_of_both_accounts(trading: Trading, session: Session) -> None:
    coin = {"ccy": "USDT", "cashBal": "100", "availBal": "90.5", "availEq": "91", "eq": "101", "liab": "-3",
            "interest": "0.1", "uTime": "1700000000000"}  # fmt: skip
    bare = {"ccy": "BTC", "cashBal": "1", "availBal": "", "availEq": "0.5", "eq": "", "uTime": ""}
    reply = told(trading, session, asks.AskBalances("public"), 200, data({"details": [coin, bare], "uTime": "1"}))
    assert reply.updates == (
        Balance(at=NOW, line="public", asset="USDT", total=D(100), available=D("90.5"), borrowed=D(3),
                interest=D("0.1"), equity=D(101), wallet="trading"),
        Balance(at=0, line="public", asset="BTC", total=D(1), available=D("0.5"), wallet="trading"),
        Complete(at=NOW, what="balances", line="public"),
    )  # fmt: skip
    row = {"ccy": "BTC", "bal": "2", "availBal": "1.5", "frozenBal": "0.5"}
    funding = told(trading, session, asks.AskBalances("public", "funding"), 200, data(row))
    assert funding.updates[0] == Balance(
        at=0, line="public", asset="BTC", total=D(2), available=D("1.5"), wallet="funding"
    )
    owing = told(
        trading, session, asks.AskBalances("public"), 200, data({"details": [bare | {"cashBal": "-5", "liab": "5.1"}]})
    ).updates[0]
    assert isinstance(owing, Balance)
    assert (owing.total, owing.borrowed) == (D("0.1"), D("5.1"))
    broken = told(trading, session, asks.AskBalances("public"), 200, data({"details": [coin | {"cashBal": ""}]}))
    assert isinstance(broken.outcome, Unknown)


def positions(trading: Trading, session: Session, *rows: dict[str, str]) -> list[Position]:
    reply = told(trading, session, asks.AskPositions("public"), 200, data(*rows))
    assert reply.updates[-1] == Complete(at=NOW, what="positions", line="public")
    return [update for update in reply.updates if isinstance(update, Position)]


def test_positions_are_signed(trading: Trading, session: Session) -> None:
    swap = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "pos": "-3", "posSide": "net", "avgPx": "50000",
            "markPx": "50001", "liqPx": "", "upl": "-1", "margin": "", "imr": "20", "lever": "5", "mgnMode": "cross",
            "adl": "2", "uTime": "1700000000000"}  # fmt: skip
    margin = {"instId": "BTC-USDT", "instType": "MARGIN", "pos": "0.5", "posSide": "net", "posCcy": "BTC",
              "liab": "-100", "mgnMode": "isolated", "margin": "30", "imr": "", "avgPx": "50000"}  # fmt: skip
    short, flat, hedged, long, owing = positions(
        trading, session, swap, swap | {"pos": "0", "posSide": ""}, swap | {"pos": "4", "posSide": "short"}, margin,
        margin | {"posCcy": "USDT", "pos": "25000", "liab": "-0.5"},
    )  # fmt: skip
    assert short == Position(
        at=NOW, symbol=SWAP, size=D(-3), entry=D(50000), mark=D(50001), unrealised=D(-1), margin=D(20), leverage=D(5),
        mode=MarginMode.CROSS, adl_rank=2,
    )  # fmt: skip
    assert (flat.size, flat.entry) == (D(0), None)
    assert (hedged.size, hedged.side) == (D(-4), PositionSide.SHORT)
    assert (long.symbol, long.size, long.margin, long.mode) == (SPOT, D("0.5"), D(30), MarginMode.ISOLATED)
    assert owing.size == D("-0.5")
    assert isinstance(told(trading, session, QUERY, 200, data(swap | {"posSide": "x"})).outcome, Unknown)


def test_the_account_and_what_its_key_may_do(trading: Trading, session: Session) -> None:
    row = {
        "uid": "447",
        "mainUid": "447",
        "acctLv": "3",
        "posMode": "net_mode",
        "perm": "read_only,trade",
        "ip": "1.2.3.4",
    }
    reply = told(trading, session, asks.AskAccounts(), 200, data(row))
    assert reply.learned == (("account", "447"), ("level", "3"), ("position_mode", "net_mode"))
    assert reply.updates == (
        Permissions(at=NOW, read=True, trade=True, withdraw=False, transfer=True, addresses=True, account="447"),
        Mode(line="public", position=PositionMode.ONE_WAY),
    )
    reply = told(
        trading, session, asks.AskPermissions(), 200, data(row | {"perm": "read_only,withdraw,trade", "ip": ""})
    )
    rights = reply.updates[0]
    assert isinstance(rights, Permissions)
    assert (rights.withdraw, rights.addresses) == (True, False)
    rights = told(trading, session, asks.AskPositionMode("public"), 200, data({"uid": "1"})).updates[0]
    assert isinstance(rights, Permissions)
    assert (rights.read, rights.trade, rights.withdraw) == (None, None, None)


def test_settings_that_were_made_are_remembered(trading: Trading, session: Session) -> None:
    mode = told(trading, session, asks.SetPositionMode("public", PositionMode.HEDGE), 200, data({"posMode": "x"}))
    assert mode.updates == (Mode(line="public", position=PositionMode.HEDGE),)
    assert mode.learned == (("position_mode", "long_short_mode"),)
    margin = told(trading, session, asks.SetMarginMode(SWAP, MarginMode.ISOLATED, D(5)), 200, data({}))
    assert margin.updates == (Mode(line="public", symbol=SWAP, margin=MarginMode.ISOLATED, leverage=D(5)),)
    assert margin.learned == ((f"margin {SWAP}", "isolated"),)
    leverage = told(trading, session, asks.SetLeverage(SWAP, D(5)), 200, data({}))
    assert leverage.updates == (Mode(line="public", symbol=SWAP, leverage=D(5)),)
    assert leverage.learned == ()


def test_a_transfer_is_a_row_of_the_trading_account(trading: Trading, session: Session) -> None:
    ask = asks.MoveFunds(asset="USDT", amount=D(5), source="funding", target="trading")
    made = {"transId": "754147", "ccy": "USDT", "clientId": "", "from": "6", "amt": "5", "to": "18"}
    assert told(trading, session, ask, 200, data(made)).updates == (
        Income(at=0, id="754147", kind=IncomeKind.TRANSFER, asset="USDT", amount=D(5)),
    )
    back = asks.MoveFunds(asset="USDT", amount=D(5), source="trading", target="funding")
    (row,) = told(trading, session, back, 200, data(made)).updates
    assert isinstance(row, Income)
    assert row.amount == -5


def test_time_funding_and_fees(trading: Trading, session: Session) -> None:
    assert told(trading, session, asks.AskTime("public"), 200, data({"ts": "1700000000000"})).updates == (
        ServerTime(NOW),
    )
    row = {
        "fundingRate": "0.0001", "fundingTime": "1743609600000", "nextFundingTime": "1743624000000",
        "maxFundingRate": "0.00375", "minFundingRate": "-0.00375", "settFundingRate": "-0.0002",
        "settState": "settled", "ts": "1743588686291", "nextFundingRate": "",
    }  # fmt: skip

    def funding(**fields: str) -> Funding:
        (update,) = told(trading, session, asks.AskFunding(SWAP), 200, data(row | fields)).updates
        assert isinstance(update, Funding)
        return update

    at = 1_743_609_600_000_000_000
    assert funding() == Funding(
        at=1_743_588_686_291_000_000, symbol=SWAP, predicted=D("0.0001"), settled=D("-0.0002"), next_at=at,
        settled_at=at - 4 * 3_600_000_000_000, interval=4, cap=D("0.00375"), floor=D("-0.00375"),
    )  # fmt: skip
    assert funding(prevFundingTime="1743580800000").settled_at == 1_743_580_800_000_000_000
    settling = funding(settState="processing", nextFundingTime="")
    assert (settling.settled, settling.settled_at, settling.interval) == (None, 0, None)

    def fees(symbol: str, **fields: Any) -> tuple[Decimal, Decimal]:
        base = {"maker": "-0.0008", "taker": "-0.001", "makerU": "", "takerU": ""}
        (update,) = told(trading, session, asks.AskFees(symbol), 200, data(base | fields)).updates
        assert isinstance(update, Fees)
        return update.maker, update.taker

    assert fees(SPOT) == (D("0.0008"), D("0.001"))
    linear = {"makerU": "0.0001", "takerU": "-0.0005"}
    assert fees(SWAP, **linear) == (D("-0.0001"), D("0.0005"))
    assert fees(SPOT, **linear) == (D("0.0008"), D("0.001"))
    assert fees(SWAP, feeGroup=[{"maker": "-0.0002", "taker": "-0.0004"}], **linear) == (D("0.0002"), D("0.0004"))
    assert isinstance(told(trading, session, asks.AskFees(SPOT), 200, data({"maker": ""})).outcome, Unknown)


def test_instruments_name_the_next_kind(trading: Trading, session: Session) -> None:
    row = {
        "instType": "SPOT", "instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT", "state": "live",
        "tickSz": "0.1", "lotSz": "0.00000001", "minSz": "0.00001", "instIdCode": 7,
    }  # fmt: skip
    cursors = []
    ask: asks.Ask | None = asks.AskInstruments("public")
    while isinstance(ask, asks.AskInstruments):
        reply = told(trading, session, ask, 200, data(row))
        (terms,) = reply.updates
        assert isinstance(terms, Terms)
        assert (terms.instrument.symbol, terms.instrument.number) == (SPOT, 7)
        ask = reply.further
        cursors.append(ask.cursor if isinstance(ask, asks.AskInstruments) else None)
    assert cursors == ["SWAP", "FUTURES", None]


def test_instruments_are_told_kind_by_kind(trading: Trading, session: Session, recordings: Path) -> None:
    ask: asks.Ask | None = asks.AskInstruments("public")
    for kind in ("spot", "swap", "futures"):
        assert ask is not None
        body = (recordings / "nautilus" / "okx" / f"http_get_instruments_{kind}.json").read_bytes()
        reply = told(trading, session, ask, 200, body)
        found = [update.instrument for update in reply.updates if isinstance(update, Terms)]
        assert found
        assert len(found) == len(reply.updates)
        if kind == "swap":
            assert {one.code: one.number for one in found}["BTC-USD-SWAP"] == 10458
        ask = reply.further
    assert ask is None
    assert isinstance(told(trading, session, asks.AskInstruments("public"), 200, data(5)).outcome, Unknown)


@pytest.mark.parametrize(
    ("file", "ask"),
    [
        ("http_get_account_balance", asks.AskBalances("public")),
        ("http_balance_detail_new_fields", None),
        ("http_get_positions", asks.AskPositions("public")),
        ("http_get_orders_history", asks.AskOpenOrders("public")),
        ("http_get_orders_pending_with_attached_tp_sl", asks.AskOpenOrders("public")),
        ("http_get_trade_fee_response", asks.AskFees(SPOT)),
        ("http_place_order_response", None),
        ("http_transaction_detail", None),
    ],
)
def test_recorded_bodies_are_read(
    trading: Trading, session: Session, recordings: Path, file: str, ask: Ask | None
) -> None:
    body: Any = json.loads((recordings / "nautilus" / "okx" / f"{file}.json").read_bytes())
    match file:
        case "http_balance_detail_new_fields":
            ask, body = asks.AskBalances("public"), data({"details": [body]})
        case "http_place_order_response":
            ask, body = PLACE, data(body)
        case "http_transaction_detail":
            ask, body = asks.AskFills(line="public"), data(body)
    assert ask is not None
    reply = told(trading, session, ask, 200, body)
    assert reply.outcome == Done()
    assert reply.updates


@pytest.mark.parametrize(
    ("file", "ask", "kind"),
    [
        ("http_get_orders_history", asks.AskOpenOrders("public"), Done),
        ("http_place_algo_order_rejected", asks.DeadMan("public", 60), Rejected),
        ("http_place_algo_order_response", asks.DeadMan("public", 60), Done),
        ("http_cancel_algo_order_response", asks.DeadMan("public", 0), Done),
        ("http_get_orders_algo_history", asks.AskOpenOrders("public"), Unknown),
        ("http_get_orders_algo_pending_attached_oco", asks.AskIncome(line="public"), Unknown),
        ("http_get_spread_trades", asks.AskFills(line="public"), Unknown),
        ("http_get_option_summary", asks.AskPositions("public"), Unknown),
        ("http_get_candlesticks", asks.AskAccounts(), Unknown),
        ("http_get_index_price", asks.AskFunding(SWAP), Unknown),
    ],
)
def test_answers_to_something_else_are_never_taken_for_ours(
    trading: Trading, session: Session, recordings: Path, file: str, ask: Ask, kind: type
) -> None:
    body = (recordings / "nautilus" / "okx" / f"{file}.json").read_bytes()
    assert isinstance(told(trading, session, ask, 200, body).outcome, kind)


def test_recorded_settlements_are_read_as_far_as_they_go(trading: Trading, session: Session, recordings: Path) -> None:
    body = (recordings / "nautilus" / "okx" / "http_get_funding_rate_history.json").read_bytes()
    (funding,) = told(trading, session, asks.AskFunding(SWAP), 200, body).updates
    assert isinstance(funding, Funding)
    assert (funding.predicted, funding.settled, funding.interval) == (D("0.0001515032"), None, None)
