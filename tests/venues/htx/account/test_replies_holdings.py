"""Replies about balances and positions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from basisdesk.domain.account import (
    Balance,
    Complete,
    Forced,
    Position,
    Warned,
)
from basisdesk.domain.ask import (
    AskBalances,
    AskPositions,
    MarginMode,
    PositionSide,
)

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

NOW = 1_700_000_000_000_000_000
MS = 1_000_000
SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
D = Decimal


def test_spot_balances_are_put_together_from_their_rows(desk: Desk) -> None:
    rows = [
        {"currency": "usdt", "type": "trade", "balance": "90"},
        {"currency": "usdt", "type": "frozen", "balance": "10.5"},
        {"currency": "btc", "type": "trade", "balance": "0"},
        {"currency": "btc", "type": "loan", "balance": "-2.5"},
        {"currency": "btc", "type": "interest", "balance": "-0.1"},
    ]
    body = {"status": "ok", "data": {"id": 1001, "type": "spot", "state": "working", "list": rows}, "ts": 1637644827566}
    at = 1637644827566 * MS
    assert desk.hear(AskBalances("spot"), body).updates == (
        Balance(at=at, line="spot", asset="USDT", total=D("100.5"), available=D(90)),
        Balance(at=at, line="spot", asset="BTC", total=D(0), available=D(0), borrowed=D("2.5"), interest=D("0.1")),
        Complete(at=NOW, what="balances", line="spot"),
    )


def test_linear_balances_of_a_quiet_account(desk: Desk) -> None:
    detail = {"currency": "USDT", "equity": "5", "available": "4"}
    balance, whole = desk.hear(AskBalances("linear"), {"code": 200, "data": {"details": [detail]}}).updates
    assert balance == Balance(at=NOW, line="linear", asset="USDT", total=D(5), available=D(4), equity=D(5))
    assert isinstance(whole, Complete)


@pytest.mark.parametrize(("state", "forced"), [("liquidating", Forced.LIQUIDATION), ("adl", Forced.ADL)])
def test_linear_balances_warn_of_a_forced_close(desk: Desk, state: str, forced: Forced) -> None:
    detail = {"currency": "USDT", "equity": "174.2", "available": "100", "profit_unreal": "-0.8"}
    detail |= {"available_margin": "99.5", "updated_time": "1770293270932"}
    body = {"code": 200, "data": {"state": state, "details": [detail]}, "ts": 1770293281344}
    balance, warned, whole = desk.hear(AskBalances("linear"), body).updates
    assert balance == Balance(
        at=1770293270932 * MS,
        line="linear",
        asset="USDT",
        total=D(175),
        available=D("99.5"),
        equity=D("174.2"),
    )
    assert warned == Warned(at=1770293281344 * MS, forced=forced, message=f"the account is {state}")
    assert isinstance(whole, Complete)


def test_coin_margined_balances_are_one_a_coin(desk: Desk) -> None:
    row = {"symbol": "BTC", "margin_balance": 1.5, "margin_static": 1.25, "margin_available": "0E-18"}
    reply = desk.hear(AskBalances("coin_futures"), {"status": "ok", "data": [row], "ts": 1637644827566})
    at = 1637644827566 * MS
    assert reply.updates == (
        Balance(at=at, line="coin_futures", asset="BTC", total=D("1.25"), available=D(0), equity=D("1.5")),
        Complete(at=NOW, what="balances", line="coin_futures"),
    )
    assert reply.learned == (("leverage:coin_futures", "asked"),)


LINEAR_POSITION = {
    "contract_code": "BTC-USDT",
    "position_side": "short",
    "direction": "sell",
    "margin_mode": "isolated",
    "open_avg_price": "63204.5",
    "volume": "3",
    "lever_rate": 20,
    "adl_risk_percent": 3,
    "liquidation_price": "110163.844268282697306843",
    "margin": "3.158275",
    "initial_margin": "3.1",
    "profit_unreal": "-0.039",
    "mark_price": "63165.5",
    "updated_time": "1780903703234",
}


def test_a_linear_position_is_read(desk: Desk) -> None:
    body = {"code": 200, "data": [LINEAR_POSITION], "ts": 1780903761300}
    assert desk.hear(AskPositions("linear", LINEAR), body).updates == (
        Position(
            at=1780903703234 * MS,
            symbol=LINEAR,
            size=D(-3),
            entry=D("63204.5"),
            mark=D("63165.5"),
            liquidation=D("110163.844268282697306843"),
            unrealised=D("-0.039"),
            margin=D("3.158275"),
            leverage=D(20),
            mode=MarginMode.ISOLATED,
            side=PositionSide.SHORT,
            adl_rank=3,
        ),
        Complete(at=NOW, what="positions", line="linear", symbol=LINEAR),
    )


def test_a_flat_position_has_no_entry(desk: Desk) -> None:
    told = LINEAR_POSITION | {"volume": "0", "direction": "buy", "adl_risk_percent": None, "position_side": "both"}
    position, _ = desk.hear(AskPositions("linear"), {"code": 200, "data": [told]}).updates
    assert isinstance(position, Position)
    assert (position.size, position.entry, position.adl_rank, position.side) == (D(0), None, None, PositionSide.NET)


def test_a_coin_margined_position_is_read(desk: Desk) -> None:
    row = {"symbol": "BTC", "contract_code": "BTC231229", "volume": "2.000000000000000000", "frozen": "0E-18"}
    row |= {"cost_open": "49018.880000000009853343", "profit_unreal": "-8.623606085E-7", "lever_rate": "2"}
    row |= {"position_margin": "0.001019583964880634", "direction": "sell", "last_price": "49039.61"}
    body = {"status": "ok", "data": [row], "ts": "1641109895199"}
    at = 1641109895199 * MS
    assert desk.hear(AskPositions("coin_futures"), body).updates == (
        Position(
            at=at,
            symbol=FUTURE,
            size=D(-2),
            entry=D("49018.880000000009853343"),
            unrealised=D("-8.623606085E-7"),
            margin=D("0.001019583964880634"),
            leverage=D(2),
            mode=MarginMode.CROSS,
            side=PositionSide.SHORT,
        ),
        Complete(at=NOW, what="positions", line="coin_futures"),
    )


def test_a_profit_of_very_many_decimals_is_read_exactly(desk: Desk) -> None:
    text = "-8.62360608500000000000000000000000000000000000000E-7"
    row = {"contract_code": "BTC-USD", "volume": 1, "direction": "buy", "profit_unreal": text}
    position, _ = desk.hear(AskPositions("coin_swap"), {"status": "ok", "data": [row]}).updates
    assert isinstance(position, Position)
    assert str(position.unrealised) == "-8.623606085E-7"
