"""What an account is worth in dollars does not hang on there being bids: a side of a book can be taken whole."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from tests.sim.dialects.bybit.stage import SPOT, Stage
from tests.sim.dialects.okx.conftest import Venue

from basisdesk.domain.order import Side

D = Decimal


def bybit(stage: Stage) -> Any:
    _, answer = stage.signed("GET", "/v5/account/wallet-balance", "accountType=UNIFIED")
    return answer["result"]["list"][0]


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.quote(SPOT, 50_000, 5.0, 1)
    stage.tell()
    return stage


def test_bybit(stage: Stage) -> None:
    before = bybit(stage)
    stage.place(SPOT, "5", side=Side.SELL)
    assert math.isnan(stage.exchange.markets[SPOT].book.bid)
    after = bybit(stage)
    assert abs(D(after["totalEquity"]) - D(before["totalEquity"])) < 2000
    coin = next(row for row in after["coin"] if row["coin"] == "BTC")
    assert D(coin["usdValue"]) > 0


def test_bybit_does_not_call_available_what_is_owed(stage: Stage) -> None:
    before = bybit(stage)
    assert stage.code("POST", "/v5/account/borrow", {"coin": "BTC", "amount": "0.5"}) == 0
    after = bybit(stage)
    assert D(after["totalWalletBalance"]) > D(before["totalWalletBalance"])
    assert after["totalEquity"] == before["totalEquity"]
    assert after["totalAvailableBalance"] == before["totalAvailableBalance"] == after["totalEquity"]


def test_okx() -> None:
    venue = Venue()
    venue.pace = 0
    before = D(venue.get("account/balance")["data"][0]["totalEq"])
    book = venue.exchange.markets["okx:BTC/USDT"].book
    book.snapshot_levels([], [(book.ask, 1.0)], venue.now, book.sequence + 1)
    told = venue.get("account/balance")["data"][0]
    assert math.isnan(book.bid)
    coin = next(row for row in told["details"] if row["ccy"] == "BTC")
    assert D(coin["eqUsd"]) > 0
    assert abs(D(told["totalEq"]) - before) < before / 100
