"""Trades, indices, the state of the platform, and channels that are only counted."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.venues.contract import Trouble
from basisdesk.venues.deribit import switchboard

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.deribit.conftest import Stage

CODE = "BTC-PERPETUAL"
TRADES = "trades.BTC-PERPETUAL.100ms"
TRADE = {
    "trade_seq": 7, "trade_id": "BTC-9", "timestamp": 1700000000000, "price": 10.5, "amount": 30.0, "direction": "buy",
    "instrument_name": CODE, "tick_direction": 0, "index_price": 10.4, "contracts": 3.0,
}  # fmt: skip


def test_trades_are_noted_and_told(stage: Stage) -> None:
    stage.push(TRADES, [TRADE, TRADE | {"direction": "sell", "price": 10.4, "trade_id": 12}])
    assert stage.ear.trades == [(CODE, 10.5, 30.0, True, "BTC-9"), (CODE, 10.4, 30.0, False, "12")]
    book, tally = stage.market().book, stage.market().tally
    assert (book.last, book.last_size, book.seen, tally.trades, tally.frames) == (10.4, 30.0, stage.now, 2, 1)


@pytest.mark.parametrize("wrong", [{"price": 0.0}, {"amount": -1.0}, {"direction": "both"}, {"price": "10"}])
def test_a_frame_with_one_bad_trade_tells_none(stage: Stage, wrong: dict[str, Any]) -> None:
    stage.push(TRADES, [TRADE, TRADE | wrong])
    assert (stage.ear.trades, stage.market().tally.undecoded, stage.market().tally.trades) == ([], 1, 0)


def test_of_two_trade_channels_the_first_is_told(stage: Stage) -> None:
    stage.push("trades.BTC-PERPETUAL.raw", [TRADE])
    stage.push(TRADES, [TRADE])
    stage.push("trades.future.BTC.100ms", [TRADE])
    assert (len(stage.ear.trades), stage.market().tally.frames, stage.market().tally.trades) == (1, 3, 1)


def test_trades_of_a_kind_go_to_the_markets_they_name(stage: Stage) -> None:
    stage.ear.unwanted = ["BTC-27NOV26"]
    others = [TRADE | {"instrument_name": name} for name in ("ETH-PERPETUAL", "BTC-27NOV26", "ETH-PERPETUAL")]
    stage.push("trades.future.any.raw", [TRADE, *others])
    assert [trade[0] for trade in stage.ear.trades] == [CODE, "ETH-PERPETUAL", "ETH-PERPETUAL"]
    tally = stage.market("ETH-PERPETUAL").tally
    assert (tally.frames, tally.trades) == (1, 2)


def test_trades_of_combinations_may_have_prices_below_zero_and_are_passed_over(stage: Stage) -> None:
    combination = TRADE | {"instrument_name": "BTC-FS-27NOV26_PERP", "price": -5.0}
    stage.push("trades.future_combo.BTC.100ms", [combination])
    assert (stage.ear.asked, stage.ear.trades, stage.feed.undecoded) == ([], [], 0)
    stage.push("trades.BTC-FS-27NOV26_PERP.100ms", [combination])
    market = stage.market("BTC-FS-27NOV26_PERP")
    assert (market.tally.frames, market.tally.trades, market.symbol) == (1, 0, "deribit:BTC-FS-27NOV26_PERP")


@pytest.mark.parametrize("name", ["", "two words", "x"])
def test_a_trade_of_a_kind_must_name_its_market(stage: Stage, name: str) -> None:
    stage.push("trades.future.BTC.100ms", [TRADE | {"instrument_name": name}])
    assert (stage.feed.undecoded, stage.troubles(), stage.ear.asked) == (1, [Trouble.UNDECODED], [])


def test_a_block_trade_is_counted_and_not_told(stage: Stage) -> None:
    stage.push(TRADES, [TRADE | {"block_trade_id": "66"}, TRADE | {"block_trade_id": None, "price": 10.6}])
    assert ([trade[1] for trade in stage.ear.trades], stage.market().tally.trades) == ([10.6], 2)


def test_an_index_goes_to_every_contract_that_follows_it(stage: Stage) -> None:
    for code in (CODE, "BTC-27NOV26", "BTC_USDC-PERPETUAL", "ETH-PERPETUAL", "BTC_USDC"):
        stage.push(f"quote.{code}", {})
    stage.push("deribit_price_index.btc_usd", {"index_name": "btc_usd", "price": 10.25, "timestamp": 1})
    heard = {code: stage.market(code).carry.index for code in stage.ear.markets}
    assert (heard[CODE], heard["BTC-27NOV26"]) == (10.25, 10.25)
    assert all(isnan(heard[code]) for code in ("BTC_USDC-PERPETUAL", "ETH-PERPETUAL", "BTC_USDC"))
    assert stage.ear.carries == [CODE, "BTC-27NOV26"]
    stage.push("deribit_price_index.btc_usdc", {"price": 10.5})
    assert (stage.ear.carries[2:], stage.market("BTC_USDC").tally.frames) == (["BTC_USDC-PERPETUAL"], 1)
    stage.push("deribit_price_index.btc_usd", {"index_name": "btc_usd", "price": -1.0})
    assert (stage.feed.undecoded, stage.market().carry.index, stage.market().tally.frames) == (1, 10.25, 3)


def test_the_channel_of_a_perpetual_tells_the_index_and_no_rate(stage: Stage) -> None:
    stage.push("perpetual.BTC-PERPETUAL.100ms", {"timestamp": 1, "interest": 0.004, "index_price": 10.3})
    carry = stage.market().carry
    assert (carry.index, carry.at, isnan(carry.predicted)) == (10.3, stage.now, True)
    stage.push("perpetual.BTC-PERPETUAL.100ms", {"interest": 0.004, "index_price": 0.0})
    assert stage.market().tally.undecoded == 1


@pytest.mark.parametrize(
    ("data", "trouble", "detail"),
    [
        ({"maintenance": True}, Trouble.SHUTDOWN, "the venue goes into maintenance"),
        ({"locked": True, "price_index": "sol_usdc"}, Trouble.REFUSED, "the venue locked trading on sol_usdc"),
        ({"locked": True}, Trouble.REFUSED, "the venue locked trading on all indices"),
    ],
)
def test_maintenance_and_locks_are_told(stage: Stage, data: dict[str, Any], trouble: Trouble, detail: str) -> None:
    stage.push("platform_state", {"locked": False, "price_index": "btc_usd"})
    assert stage.ear.reports == []
    stage.push("platform_state", data)
    assert [(report.trouble, report.symbol, report.detail) for report in stage.ear.reports] == [(trouble, "", detail)]


def test_a_state_of_the_platform_that_cannot_be_read_is_counted(stage: Stage) -> None:
    stage.push("platform_state", {"maintenance": "soon"})
    assert (stage.feed.undecoded, stage.troubles()) == (1, [Trouble.UNDECODED])


def test_channels_that_are_not_read_are_counted_with_the_market_they_name(stage: Stage) -> None:
    stage.push("chart.trades.BTC-PERPETUAL.1", {"tick": 1})
    stage.push("deribit_volatility_index.btc_usd", {"volatility": 129.0})
    stage.push("instrument.state.future.BTC", {"state": "created", "instrument_name": "BTC-27NOV26"})
    assert (list(stage.ear.markets), stage.market().tally.frames, stage.feed.undecoded) == ([CODE], 1, 0)
    stage.hear('{"jsonrpc":"2.0","method":"subscription","params":{"channel":"chart.trades.BTC-PERPETUAL.1","data":')
    stage.hear('{"jsonrpc":"2.0","method":"subscription","params":{"channel":"deribit_volatility_index.btc_usd","da')
    assert (stage.market().tally.undecoded, stage.feed.undecoded) == (1, 1)


def test_an_option_is_a_market_with_a_book(stage: Stage) -> None:
    code = "BTC-11JUN21-25000-P"
    stage.snapshot([("new", 0.005, 13.7)], [("new", 0.006, 64.5)], 1, channel=f"book.{code}.100ms")
    stage.push(f"ticker.{code}.raw", {"mark_price": 0.0055, "index_price": 37000.0, "greeks": {"delta": -0.1}})
    market = stage.market(code)
    assert (market.symbol, market.book.ask, market.carry.mark) == ("deribit:BTC/USD:BTC-210611-25000-P", 0.006, 0.0055)


def test_combinations_are_counted_and_not_read(stage: Stage) -> None:
    stage.push("ticker.BTC-FS-30SEP22_PERP.raw", {"best_bid_price": -7, "mark_price": -10.12, "last_price": -13.5})
    stage.push("book.BTC-FS-30SEP22_PERP.raw", {"type": "snapshot", "change_id": 1, "bids": [["new", -7, 3]]})
    tally = stage.market("BTC-FS-30SEP22_PERP").tally
    assert (tally.frames, tally.undecoded, tally.book_updates) == (2, 0, 0)


def test_a_market_that_nobody_wants_is_asked_for_once(stage: Stage) -> None:
    stage.ear.unwanted = [CODE]
    for channel in ("quote.BTC-PERPETUAL", TRADES, "book.BTC-PERPETUAL.100ms"):
        stage.push(channel, {})
    assert (stage.ear.asked, stage.feed.undecoded, stage.ear.reports) == ([CODE], 0, [])


def test_only_the_wanted_codes_are_asked_for(staged: Callable[..., Stage]) -> None:
    stage = staged([CODE])
    stage.push("quote.ETH-PERPETUAL", {})
    stage.push("trades.future.ETH.100ms", [TRADE | {"instrument_name": "ETH-PERPETUAL"}, TRADE])
    assert (stage.ear.asked, len(stage.ear.trades)) == ([CODE], 1)


def test_a_venue_that_goes_on_naming_markets_is_not_followed_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard, "MOST_MARKETS", 3)
    monkeypatch.setattr(switchboard, "MOST_ROUTES", 5)
    for number in range(10):
        stage.push(f"quote.COIN{number}-PERPETUAL", {})
    assert (len(stage.ear.markets), stage.feed.undecoded) == (3, 5)
    stage.hear({"id": 1, "result": [f"book.COIN{number}-PERPETUAL.100ms" for number in range(10)]})
    stage.push("quote.COIN1-PERPETUAL", {})
    assert stage.market("COIN1-PERPETUAL").tally.frames == 2
