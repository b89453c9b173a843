"""The unified account of linear contracts: what positions need is in its coins and in its sum."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Venue

PLACE, ACCOUNT, HELD = "/v5/trade/order", "/v5/account/balance", "/v5/trade/position/opens"
BUY = {
    "contract_code": "BTC-USDT", "margin_mode": "cross", "side": "buy", "position_side": "both", "type": "market",
    "volume": "50",
}  # fmt: skip
NAMES = ("initial_margin", "maintenance_margin", "maintenance_margin_rate", "profit_unreal")


def account(venue: Venue) -> tuple[Any, Any]:
    """Return the account and its row of USDT."""
    told = venue.get("contract", ACCOUNT)["data"]
    return told, next(row for row in told["details"] if row["currency"] == "USDT")


def test_nothing_is_needed_without_positions(venue: Venue) -> None:
    for row in account(venue):
        assert [row[name] for name in NAMES] == ["0"] * 4


def test_a_position_needs_the_same_in_every_place(venue: Venue) -> None:
    assert venue.post("contract", PLACE, BUY)["code"] == 200
    whole, coin = account(venue)
    held = venue.get("contract", HELD)["data"][0]
    assert coin["maintenance_margin"] == whole["maintenance_margin"] == held["maintenance_margin"]
    assert coin["initial_margin"] == whole["initial_margin"] == held["initial_margin"]
    assert coin["profit_unreal"] == whole["profit_unreal"] == held["profit_unreal"]
    rate = Decimal(coin["maintenance_margin"]) / Decimal(coin["equity"])
    assert abs(Decimal(coin["maintenance_margin_rate"]) - rate) < Decimal("1e-8")
    assert 0 < Decimal(whole["maintenance_margin_rate"]) < rate
    assert Decimal(coin["initial_margin_rate"]) > rate
    free = Decimal(whole["equity"]) - Decimal(whole["initial_margin"])
    assert abs(Decimal(whole["available_margin"]) - free) < Decimal("1e-6")


def test_an_account_that_owes_has_no_rate(venue: Venue) -> None:
    number = venue.get("spot", "/v2/user/uid")["data"]
    purse = venue.exchange.floor.accounts[str(number)].purse("linear", "USDT")
    purse.total = Decimal(-1)
    assert account(venue)[1]["maintenance_margin_rate"] == "0"
