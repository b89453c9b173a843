"""Trades, tickers, mark and index: what each channel writes into its market."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CROSSED, EMPTY, VALID, WAITING, Book
from basisdesk.venues.contract import Channel, Market, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.conftest import Stage

BIDS, ASKS = [(9.0, 1.0)], [(10.0, 3.0)]
SPOT_BBO = {"seqId": 7, "bid": 9.0, "bidSize": 1.0, "ask": 10.0, "askSize": 3.0, "symbol": "btcusdt"}
BBO = {"mrid": 7, "id": 1, "bid": [9, 1], "ask": [10, 3], "ts": 1, "version": 7}


def trade(**more: Any) -> dict[str, Any]:
    return {"id": 123456789012345678901234567, "ts": 1, "amount": 4, "price": 9.5, "direction": "buy"} | more


# ---------------------------------------------------------------- trades


def test_spot_trades_are_told_in_coin_with_their_own_id(spot: Stage) -> None:
    rows = [trade(tradeId=5, amount=1.98e-4), trade(tradeId="6", direction="sell")]
    spot.push("trade.detail", {"id": 1, "ts": 1, "data": rows})
    assert spot.ear.trades == [("btcusdt", 9.5, 1.98e-4, True, "5"), ("btcusdt", 9.5, 4.0, False, "6")]
    market = spot.market()
    assert (market.tally.trades, market.tally.frames, market.book.last, market.book.last_size) == (2, 1, 9.5, 4.0)


@pytest.mark.parametrize(
    ("line", "code"), [("linear", "BTC-USDT"), ("coin_swap", "BTC-USD"), ("coin_futures", "BTC210625")]
)
def test_contracts_count_a_trade_on_both_sides_so_its_size_is_half(
    staged: Callable[..., Stage], line: str, code: str
) -> None:
    stage = staged(line)
    stage.push("trade.detail", {"data": [trade(quantity=0.004)]})
    assert stage.ear.trades == [(code, 9.5, 2.0, True, "123456789012345678901234567")]


def test_the_last_trade_sent_again_after_a_subscription_is_told_once(linear: Stage) -> None:
    linear.push("trade.detail", {"data": [trade(id=1), trade(id=2)]})
    linear.feed.disconnected(linear.now)
    linear.feed.connected(linear.now)
    linear.push("trade.detail", {"data": [trade(id=2)]})
    linear.push("trade.detail", {"data": [trade(id=3)]})
    assert [told[4] for told in linear.ear.trades] == ["1", "2", "3"]
    assert linear.market().tally.trades == 3


def test_only_so_many_trade_ids_are_remembered(linear: Stage) -> None:
    linear.push("trade.detail", {"data": [trade(id=number) for number in range(600)]})
    linear.push("trade.detail", {"data": [trade(id=599), trade(id=0)]})
    assert (linear.market().tally.trades, linear.ear.trades[-1][4]) == (601, "0")


@pytest.mark.parametrize("more", [{"tradeId": None}, {"id": None, "tradeId": None}, {"id": None}])
def test_trades_without_an_id_are_all_told(spot: Stage, more: dict[str, Any]) -> None:
    row = trade(**more)
    spot.push("trade.detail", {"data": [row, row] if row["id"] is None else [row]})
    assert [told[4] for told in spot.ear.trades] == (["", ""] if row["id"] is None else [str(row["id"])])


@pytest.mark.parametrize(("price", "buy"), [(9.6, True), (9.5, True), (9.4, False)])
def test_a_trade_without_a_direction_is_told_by_where_it_printed(linear: Stage, price: float, buy: bool) -> None:
    linear.whole(BIDS, ASKS)
    linear.push("trade.detail", {"data": [trade(direction="", price=price)]})
    assert linear.ear.trades[0][3] is buy


@pytest.mark.parametrize(
    "tick",
    [
        None,
        {},
        {"data": [trade(price=0)]},
        {"data": [trade(), trade(amount=0)]},
        {"data": [trade(price="1e999")]},
        {"data": [trade(direction="up")]},
        {"data": [trade(amount="many")]},
    ],
)
def test_trades_that_cannot_be_read_tell_nothing(linear: Stage, tick: object) -> None:
    linear.push("trade.detail", tick)
    tally = linear.market().tally
    assert (tally.undecoded, tally.trades, linear.ear.trades, linear.troubles()) == (1, 0, [], [Trouble.UNDECODED])


# ---------------------------------------------------------------- tickers


def test_tickers_make_a_book_where_no_book_is_heard(spot: Stage, linear: Stage) -> None:
    for stage, tick in ((spot, SPOT_BBO), (linear, BBO)):
        stage.push("bbo", tick)
        assert (stage.state(), stage.levels()) == (VALID, (BIDS, ASKS))
        assert (stage.market().tally.frames, stage.market().tally.book_updates) == (1, 0)


@pytest.mark.parametrize("tick", [{"bid": None, "ask": [10, 3]}, {"ask": [10, 3]}, {"bid": [], "ask": [10, 3]}])
def test_a_side_without_orders_is_empty(linear: Stage, tick: dict[str, Any]) -> None:
    linear.push("bbo", BBO)
    linear.push("bbo", tick)
    assert (linear.state(), linear.levels()) == (EMPTY, ([], ASKS))


@pytest.mark.parametrize(("bid", "size"), [(0, 0), (None, None), (9.0, 0.0), ("", "")])
def test_a_spot_side_without_orders_is_empty(spot: Stage, bid: object, size: object) -> None:
    spot.push("bbo", SPOT_BBO | {"bid": bid, "bidSize": size})
    assert (spot.state(), spot.levels()) == (EMPTY, ([], ASKS))


def test_a_better_ticker_replaces_a_worse_one_and_not_the_reverse(spot: Stage) -> None:
    spot.push("ticker", SPOT_BBO | {"bid": 8.0, "lastPrice": 8.5, "lastSize": 2})
    assert (spot.levels()[0], spot.market().book.last, spot.market().book.last_size) == ([(8.0, 1.0)], 8.5, 2.0)
    spot.push("bbo", SPOT_BBO)
    spot.push("ticker", SPOT_BBO | {"bid": 8.0})
    assert spot.levels() == (BIDS, ASKS)


def test_the_day_channel_tells_the_touch_of_contracts_and_the_last_price(linear: Stage, spot: Stage) -> None:
    linear.push("detail", BBO | {"close": 9.4})
    assert (linear.levels(), linear.market().book.last) == ((BIDS, ASKS), 9.4)
    spot.push("detail", {"close": 9.4, "open": 9})
    assert (spot.state(), spot.market().book.last) == (WAITING, 9.4)


def test_the_last_price_is_left_to_the_trades_where_they_are_heard(linear: Stage) -> None:
    linear.push("trade.detail", {"data": [trade()]})
    linear.push("detail", {"close": 1})
    assert linear.market().book.last == 9.5


def test_a_book_that_was_heard_or_promised_is_not_filled(staged: Callable[..., Stage], linear: Stage) -> None:
    linear.push("depth.size_150.high_freq", {"event": "update", "version": 4})
    linear.push("bbo", BBO)
    assert linear.state() == WAITING
    stage = staged("linear", ["BTC-USDT"], [Channel.BOOK, Channel.TICKER])
    stage.feed.connected(stage.now)
    stage.push("bbo", BBO)
    assert stage.state() == WAITING
    stage.hear({"id": "1", "status": "error", "err-code": "bad-request", "err-msg": "invalid topic", "ts": 1})
    stage.hear({"id": "1", "status": "error", "err-code": "bad-request", "err-msg": "no", "ts": 1})
    stage.push("bbo", BBO)
    assert (stage.state(), stage.troubles()) == (VALID, [Trouble.REFUSED, Trouble.REFUSED])


def test_the_book_of_another_connection_is_not_filled(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.TICKER])
    book = Book()
    stage.ear.given["BTC-USDT"] = Market("htx:BTC/USDT:USDT", "linear", "BTC-USDT", book)
    stage.push("bbo", BBO)
    book.snapshot_levels([(8.0, 1.0), (7.0, 1.0)], ASKS, 1, 1)
    stage.push("bbo", BBO)
    assert stage.levels()[0] == [(8.0, 1.0), (7.0, 1.0)]


def test_a_whole_book_takes_over_from_the_ticker(linear: Stage) -> None:
    linear.push("bbo", BBO | {"bid": [11, 1]})
    assert (linear.state(), linear.market().tally.crossed) == (CROSSED, 1)
    linear.push("bbo", BBO)
    linear.push("bbo", BBO | {"bid": [11, 1]})
    assert linear.market().tally.crossed == 2
    linear.whole(BIDS, ASKS)
    linear.push("bbo", BBO | {"bid": [8, 1]})
    assert linear.levels() == (BIDS, ASKS)


def test_a_crossed_ticker_is_nothing_to_ask_about(linear: Stage) -> None:
    linear.feed.connected(linear.now)
    linear.push("bbo", BBO | {"bid": [11, 1]})
    linear.wait(2)
    assert (linear.sent(), linear.troubles()) == ([], [Trouble.CROSSED])


def test_a_ticker_of_the_same_state_proves_the_book(linear: Stage, spot: Stage) -> None:
    linear.snapshot(BIDS, ASKS, 1, mrid=7)
    linear.push("bbo", BBO)
    linear.push("bbo", BBO | {"bid": [8, 1]})
    linear.push("bbo", BBO | {"mrid": 8, "bid": [8, 1]})
    linear.push("detail", BBO | {"bid": [8, 1]})
    tally = linear.market().tally
    assert (tally.ticker_agrees, tally.ticker_differs) == (1, 1)
    spot.answer(BIDS, ASKS, 7)
    spot.push("bbo", SPOT_BBO)
    assert spot.market().tally.ticker_agrees == 1


@pytest.mark.parametrize(
    "tick",
    [
        None,
        {"bid": [1]},
        {"bid": [1, 2, 3]},
        {"bid": [-1, 2]},
        {"ask": [1, -2]},
        {"ask": ["x", 2]},
        {"close": -1},
        {"close": "nan"},
    ],
)
def test_a_ticker_that_cannot_be_read_changes_nothing(linear: Stage, tick: object) -> None:
    linear.push("bbo", BBO)
    linear.push("bbo", tick)
    assert (linear.levels(), linear.market().tally.undecoded) == ((BIDS, ASKS), 1)


# ---------------------------------------------------------------- mark and index


def test_mark_and_index_are_the_closes_of_their_candles(linear: Stage) -> None:
    linear.push("mark_price.1min", {"id": 1, "open": "1", "close": "9.7", "vol": "0"})
    linear.push("index.1min", {"id": 1, "close": 9.6})
    carry = linear.market().carry
    assert (carry.mark, carry.index, carry.at) == (9.7, 9.6, linear.now)
    assert isnan(carry.predicted)
    linear.push("basis.1min.close", {"index_price": "9.8", "contract_price": "9", "basis": "1"})
    assert (carry.index, linear.ear.carries) == (9.8, ["BTC-USDT"] * 3)


def test_an_index_belongs_to_every_contract_that_follows_it(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures")
    for code in ("BTC_CW", "BTC_CQ", "ETH_CQ"):
        stage.push("mark_price.1min", {"close": "5"}, code)
    stage.push("index.1min", {"close": "6"}, "BTC-USD")
    carries = {code: market.carry.index for code, market in stage.ear.markets.items()}
    assert (carries["BTC210423"], carries["BTC210625"]) == (6.0, 6.0)
    assert isnan(carries["ETH210625"])
    linear = staged("linear")
    linear.push("bbo", BBO, "BTC-USDT-210625")
    linear.push("index.1min", {"close": "6"}, "BTC-USDT-CQ")
    assert linear.market("BTC-USDT-210625").carry.index == 6.0


def test_the_socket_of_all_prices_tells_those_of_every_line(staged: Callable[..., Stage]) -> None:
    stage = staged("linear")
    codes = {"BTC-USDT": "BTC-USDT", "BTC-USD": "BTC-USD", "BTC_CQ": "BTC210625", "ETH210625": "ETH210625"}
    for price, code in enumerate(codes, 5):
        stage.push("mark_price.1min", {"close": price}, code)
    stage.push("index.1min", {"close": 60}, "BTC-USD")
    stage.push("index.1min", {"close": 61}, "BTC-USDT")
    stage.push("mark_price.1min", {"close": 1}, "btcusdtx")
    markets = stage.ear.markets
    assert [market.symbol for market in markets.values()] == [
        "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-210625", "htx:ETH/USD:ETH-210625",
    ]  # fmt: skip
    assert {code: market.carry.mark for code, market in markets.items()} == dict(
        zip(codes.values(), (5, 6, 7, 8), strict=True)
    )
    index = {code: market.carry.index for code, market in markets.items()}
    assert (index["BTC-USDT"], index["BTC-USD"], index["BTC210625"]) == (61, 60, 60)
    assert isnan(index["ETH210625"])


def test_only_prices_of_carry_are_of_another_line(staged: Callable[..., Stage]) -> None:
    stage = staged("linear")
    stage.push("bbo", BBO, "BTC-USD")
    named = staged("linear", ["BTC-USDT"])
    named.push("mark_price.1min", {"close": 5}, "BTC-USD")
    assert list(stage.ear.markets) == list(named.ear.markets) == []


@pytest.mark.parametrize("close", [0, -1, "", "x", None])
def test_a_price_that_is_none_changes_nothing(linear: Stage, close: object) -> None:
    linear.push("mark_price.1min", {"close": close})
    assert isnan(linear.market().carry.mark)
    assert (linear.market().tally.undecoded, linear.ear.carries) == (1, [])
    linear.push("index.1min", {"close": close})
    assert (linear.feed.undecoded, linear.ear.carries) == (1, [])


@pytest.mark.parametrize("channel", ["kline.1min", "open_interest", "basis.1min.open", "estimated_rate.1min", "trade"])
def test_other_channels_are_counted_with_their_market(linear: Stage, channel: str) -> None:
    linear.push(channel, {"close": 1})
    linear.hear(b'{"ch":"market.BTC-USDT.%s","tick":{"cl' % channel.encode())
    tally = linear.market().tally
    assert (tally.frames, tally.undecoded, linear.market().book.seen) == (2, 1, 0)
