"""Captured REST bodies of accounts are understood."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.venues.bybit.accounts import LINEAR, answer

from basisdesk.domain.account import Balance, Fees, Mode, OrderUpdate, Position, Terms
from basisdesk.domain.ask import (
    AskAccounts,
    AskBalances,
    AskFees,
    AskFunding,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    MarginMode,
    OrderRef,
)
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.domain.outcome import Done

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Reply

pytestmark = pytest.mark.recordings
D = Decimal


@pytest.fixture
def folder(recordings: Path) -> Path:
    return recordings / "nautilus" / "bybit"


def read(folder: Path, name: str, ask: Ask) -> Reply:
    reply = answer(ask, body=(folder / f"http_get_{name}.json").read_bytes())
    assert reply.outcome == Done()
    return reply


def test_account_and_fees(folder: Path) -> None:
    assert read(folder, "account_info", AskAccounts()).updates == (Mode(line="", margin=MarginMode.CROSS),)
    assert read(folder, "fee_rate", AskFees(LINEAR)).updates == (
        Fees(symbol=LINEAR, maker=D("0.0001"), taker=D("0.0006")),
    )


def test_a_borrowed_coin_is_owed(folder: Path) -> None:
    eth, usdt, _ = read(folder, "wallet_balance_spot_short", AskBalances("spot")).updates
    assert isinstance(eth, Balance)
    assert (eth.asset, eth.total, eth.borrowed, eth.interest) == ("ETH", D("-0.06142"), D("0.06142"), D("0.02"))
    assert isinstance(usdt, Balance)
    assert (usdt.asset, usdt.total, usdt.available) == ("USDT", D("2500.00"), D("2500.00"))


def test_orders_open_and_ended(folder: Path) -> None:
    told = read(folder, "orders_history_with_duplicate", AskOrder(OrderRef(symbol=LINEAR, venue_id="x"), "history"))
    orders = [each for each in told.updates if isinstance(each, OrderUpdate)]
    assert [(each.venue_id, each.status, each.reason) for each in orders] == [
        ("open-order-1", OrderStatus.OPEN, None),
        ("closed-order-1", OrderStatus.DONE, DoneReason.CANCELLED),
    ]
    waiting = read(folder, "orders_realtime_tp_sl", AskOpenOrders("linear", LINEAR)).updates
    assert all(each.status is OrderStatus.OPEN for each in waiting if isinstance(each, OrderUpdate))


def test_a_position(folder: Path) -> None:
    (position,) = read(folder, "positions_with_open_time", AskPositions("linear")).updates
    assert isinstance(position, Position)
    assert (position.symbol, position.size, position.entry) == ("bybit:LTC/USDT:USDT", D(1), D(70))


@pytest.mark.parametrize("line", ["spot", "linear", "inverse"])
def test_instruments(folder: Path, line: str) -> None:
    told = read(folder, f"instruments_{line}", AskInstruments(line))
    assert told.updates
    assert all(isinstance(each, Terms) and each.instrument.market == line for each in told.updates)


def test_settled_funding(folder: Path) -> None:
    assert read(folder, "funding_history", AskFunding(LINEAR, "settled")).updates
