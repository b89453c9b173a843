"""Balances, cash, positions, fees and public facts, as the venue answers them."""

from __future__ import annotations

from decimal import Decimal

from tests.venues.bigone.answers import CASH, HOLDING, INVERSE, NOW, SPOT, SWAP, USER, data, reply

from basisdesk.domain.account import (
    Balance,
    Complete,
    Fees,
    Funding,
    Mode,
    Position,
    ServerTime,
    Terms,
)  # fmt: skip
from basisdesk.domain.ask import (
    AskAccounts,
    AskBalances,
    AskFees,
    AskFunding,
    AskInstruments,
    AskPositions,
    AskTime,
    MarginMode,
    SetLeverage,
)  # fmt: skip
from basisdesk.domain.outcome import RetryLater


def test_spot_balances_hold_back_what_is_locked() -> None:
    rows = [
        {"asset_symbol": "BTC", "balance": "10.5", "locked_balance": "0.5"},
        {"asset_symbol": "X", "locked_balance": "1"},
    ]
    told = reply(AskBalances("spot"), data(rows)).updates
    assert told == (
        Balance(at=NOW, line="spot", asset="BTC", total=Decimal("10.5"), available=Decimal(10), wallet="spot"),
        Balance(at=NOW, line="spot", asset="X", total=Decimal(0), available=Decimal(0), wallet="spot"),
        Complete(at=NOW, what="balances", line="spot"),
    )
    (fund,) = reply(AskBalances("spot", "funding"), data(rows[:1])).updates
    assert isinstance(fund, Balance)
    assert fund.wallet == "funding"


def test_contract_cash_and_positions_come_from_one_body() -> None:
    body = [{"cash": CASH, "positions": [HOLDING]}, {"cash": None, "positions": None}]
    assert reply(AskBalances("contract"), body).updates == (
        Balance(
            at=NOW, line="contract", asset="BTC", total=Decimal("1002.5"), available=Decimal(1000),
            equity=Decimal(1003), wallet="contract", account=USER,
        ),
        Complete(at=NOW, what="balances", line="contract"),
    )  # fmt: skip
    told = reply(AskPositions("contract"), body)
    position = Position(
        at=NOW, symbol=INVERSE, size=Decimal(-30), entry=Decimal("6501.76"), mark=Decimal("6482.33287802"),
        liquidation=Decimal("8087.5"), unrealised=Decimal("-0.5"), margin=Decimal("0.25"), leverage=Decimal(5),
        mode=MarginMode.ISOLATED, account=USER,
    )  # fmt: skip
    assert told.updates == (position, Complete(at=NOW, what="positions", line="contract"))
    assert dict(told.learned) == {"modes": "1", "cross:BTCUSD": "0", "leverage:BTCUSD": "5"}
    other = reply(AskPositions("contract", SWAP), body).updates
    assert other == (Complete(at=NOW, what="positions", line="contract", symbol=SWAP),)
    assert reply(AskAccounts(), body).learned == (("account", USER),)
    assert reply(AskAccounts(), []).learned == ()
    assert reply(AskFees(INVERSE), body).updates == (
        Fees(symbol=INVERSE, maker=Decimal("-0.0002"), taker=Decimal("0.0006")),
    )
    assert reply(AskFees(SWAP), body).updates == ()
    far = [{"positions": [HOLDING | {"liquidatePrice": -3.5}]}]
    (safe, _) = reply(AskPositions("contract"), far).updates
    assert isinstance(safe, Position)
    assert safe.liquidation is None
    bare = [{"positions": [{"symbol": "BTCUSD", "size": 0}]}, {"cash": {"currency": "BTC", "balances": 1}}]
    assert reply(AskFees(INVERSE), bare).updates == ()
    told = reply(AskPositions("contract"), bare)
    assert told.updates[0] == Position(at=NOW, symbol=INVERSE, size=Decimal(0))
    assert dict(told.learned) == {"modes": "1"}
    (cash, _) = reply(AskBalances("contract"), bare).updates
    assert cash == Balance(at=NOW, line="contract", asset="BTC", total=Decimal(1), wallet="contract")


def test_set_leverage_tells_the_position_and_how_it_is_margined() -> None:
    told = reply(
        SetLeverage(INVERSE, Decimal(5), MarginMode.CROSS), HOLDING | {"isCross": True, "size": 0, "entryPrice": 0}
    )
    position, mode = told.updates
    assert isinstance(position, Position)
    assert (position.size, position.entry, position.mode) == (Decimal(0), None, MarginMode.CROSS)
    assert mode == Mode(line="contract", symbol=INVERSE, margin=MarginMode.CROSS, leverage=Decimal(5))
    assert dict(told.learned)["cross:BTCUSD"] == "1"
    told = reply(SetLeverage(INVERSE, Decimal(5), MarginMode.CROSS), {"symbol": "BTCUSD", "size": 0})
    assert told.updates[1] == Mode(line="contract", symbol=INVERSE)


def test_public_facts() -> None:
    assert reply(AskTime("spot"), data({"Timestamp": NOW})).updates == (ServerTime(NOW),)
    assert reply(AskTime("spot"), {"Timestamp": NOW}).updates == (ServerTime(NOW),)
    fees = data([{"asset_pair_name": "BTC-USDT", "maker_fee_rate": "-0.0001", "taker_fee_rate": "0.0005"}])
    assert reply(AskFees(SPOT), fees).updates == (Fees(symbol=SPOT, maker=Decimal("-0.0001"), taker=Decimal("0.0005")),)
    rows = [
        {"symbol": "BTCUSD", "fundingRate": 0.0001974, "nextFundingTime": 1766685600000}, {"symbol": "BTCUSDT"},
    ]  # fmt: skip
    assert reply(AskFunding(INVERSE), rows).updates == (
        Funding(at=0, symbol=INVERSE, predicted=Decimal("0.0001974"), next_at=1766685600000 * 10**6, interval=8),
    )
    assert reply(AskFunding(SWAP), rows).updates == (Funding(at=0, symbol=SWAP, interval=8),)


def test_instruments_are_terms_page_by_page() -> None:
    pair = {
        "name": "BTC-USDT", "base_scale": 6, "quote_scale": 2, "base_asset": {"symbol": "BTC"},
        "quote_asset": {"symbol": "USDT"},
    }  # fmt: skip
    told = reply(AskInstruments("spot"), data([pair], page_token="NQ=="))
    (terms,) = told.updates
    assert isinstance(terms, Terms)
    assert terms.instrument.symbol == SPOT
    assert told.further == AskInstruments("spot", "NQ==")
    assert reply(AskInstruments("spot"), data([], page_token="NQ==")).further is None
    assert isinstance(reply(AskInstruments("spot"), data([{}])).outcome, RetryLater)
