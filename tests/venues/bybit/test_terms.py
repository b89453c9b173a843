"""Terms of markets and of the account, as their replies tell them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.venues.bybit.accounts import (
    LINEAR,
    MS,
    NOW,
    answer,
)

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
    MarginMode,
    PositionMode,
)
from basisdesk.domain.outcome import Reason, Rejected, Unknown

D = Decimal


def test_funding_is_told_in_two_answers() -> None:
    ticker = {
        "symbol": "BTCUSDT", "fundingRate": "0.0001", "nextFundingTime": "1700006400000", "fundingIntervalHour": "4",
        "fundingCap": "0.005",
    }  # fmt: skip
    coming = answer(AskFunding(LINEAR), {"list": [ticker]})
    assert coming.updates == (
        Funding(
            at=NOW, symbol=LINEAR, predicted=D("0.0001"), next_at=1_700_006_400_000 * MS, interval=4, cap=D("0.005")
        ),
    )
    assert coming.further == AskFunding(LINEAR, "settled")
    paid = {"symbol": "BTCUSDT", "fundingRate": "-0.0002", "fundingRateTimestamp": "1699992000000"}
    last = answer(coming.further, {"list": [paid]})
    at = 1_699_992_000_000 * MS
    assert last.updates == (Funding(at=at, symbol=LINEAR, settled=D("-0.0002"), settled_at=at),)
    assert answer(coming.further, {"list": []}).updates == ()
    odd = answer(AskFunding(LINEAR), {"list": [ticker | {"fundingIntervalHour": "0.5"}]}).updates[0]
    assert isinstance(odd, Funding)
    assert odd.interval is None
    bare = answer(AskFunding(LINEAR), {"list": [{"symbol": "BTCUSDT"}]}).updates[0]
    assert bare == Funding(at=NOW, symbol=LINEAR)
    assert isinstance(answer(AskFunding(LINEAR), {"list": []}).outcome, Unknown)


def test_time_fees_and_modes_are_told() -> None:
    time = answer(AskTime("spot"), {"timeSecond": "1700000000", "timeNano": "1700000000123456789"})
    assert time.updates == (ServerTime(1_700_000_000_123_456_789),)
    fee = {"symbol": "BTCUSDT", "takerFeeRate": "0.0006", "makerFeeRate": "-0.0001"}
    fees = answer(AskFees(LINEAR), {"list": [fee | {"symbol": "ETHUSDT"}, fee]})
    assert fees.updates == (Fees(symbol=LINEAR, maker=D("-0.0001"), taker=D("0.0006")),)
    assert isinstance(answer(AskFees(LINEAR), {"list": []}).outcome, Unknown)
    one = answer(AskPositionMode("linear"), {"list": [{"symbol": "BTCUSDT", "positionIdx": 0}]})
    assert one.updates == (Mode(line="linear", symbol=LINEAR, position=PositionMode.ONE_WAY),)
    legs = [{"symbol": "BTCUSDT", "positionIdx": 1}, {"symbol": "BTCUSDT", "positionIdx": 2}]
    two = answer(AskPositionMode("linear"), {"list": legs}).updates[0]
    assert isinstance(two, Mode)
    assert two.position is PositionMode.HEDGE
    assert isinstance(answer(AskPositionMode("linear"), {"list": []}).outcome, Unknown)


def test_the_accounts_margin_mode_is_learned_and_an_old_account_is_refused() -> None:
    reply = answer(AskAccounts("linear"), {"unifiedMarginStatus": 6, "marginMode": "REGULAR_MARGIN"})
    assert reply.updates == (Mode(line="linear", margin=MarginMode.CROSS),)
    assert dict(reply.learned) == {"margin_mode": "REGULAR_MARGIN", "unified_status": "6"}
    portfolio = answer(AskAccounts(), {"unifiedMarginStatus": 5, "marginMode": "PORTFOLIO_MARGIN"})
    assert portfolio.updates == (Mode(line=""),)
    old = answer(AskAccounts(), {"unifiedMarginStatus": 1, "marginMode": "REGULAR_MARGIN"}).outcome
    assert isinstance(old, Rejected)
    assert old.reason is Reason.MODE


RIGHTS = {"ContractTrade": ["Order", "Position"], "Spot": ["SpotTrade"], "Wallet": ["AccountTransfer"], "NFT": None}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"trade": True, "withdraw": False, "transfer": True, "addresses": True}),
        ({"readOnly": 1}, {"trade": False, "withdraw": False, "transfer": False, "addresses": True}),
        (
            {"readOnly": 1, "permissions": {"Wallet": ["Withdraw"]}, "ips": ["*"]},
            {"trade": False, "withdraw": True, "transfer": False, "addresses": False},
        ),
        ({"permissions": {}, "ips": None}, {"trade": False, "withdraw": None, "transfer": False, "addresses": False}),
    ],
)
def test_what_a_key_may_do(changes: dict[str, Any], expected: dict[str, bool | None]) -> None:
    key = {"readOnly": 0, "permissions": RIGHTS, "ips": ["1.2.3.4"], "userID": 24600000} | changes
    reply = answer(AskPermissions(), key)
    assert reply.updates == (Permissions(at=NOW, read=True, account="24600000", **expected),)
    assert reply.learned == (("account", "24600000"),)


def test_instruments_come_in_pages_with_their_funding_bounds() -> None:
    row = {
        "symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC",
        "quoteCoin": "USDT", "settleCoin": "USDT", "deliveryTime": "0", "fundingInterval": 480,
        "priceFilter": {"tickSize": "0.10"}, "lotSizeFilter": {"minOrderQty": "0.001", "qtyStep": "0.001"},
        "leverageFilter": {"maxLeverage": "100"}, "upperFundingRate": "0.005", "lowerFundingRate": "-0.004",
    }  # fmt: skip
    page = answer(AskInstruments("linear"), {"category": "linear", "list": [row], "nextPageCursor": "first%3DX"})
    terms = page.updates[0]
    assert isinstance(terms, Terms)
    assert (terms.instrument.funding_cap, terms.instrument.funding_floor) == (D("0.005"), D("-0.004"))
    assert page.further == AskInstruments("linear", "first%3DX")
    assert answer(page.further, {"category": "linear", "list": [row], "nextPageCursor": "first%3DX"}).further is None
    bad = answer(AskInstruments("linear"), {"category": "linear", "list": [row | {"upperFundingRate": "NaN"}]})
    assert isinstance(bad.outcome, Unknown)
