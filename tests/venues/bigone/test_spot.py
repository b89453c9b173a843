"""The spot socket's conversation: what is sent, what is refused, what is no message, and what REST bodies add."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CLOSED, EMPTY, VALID, WAITING
from basisdesk.venues.contract import Channel, SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.bigone.conftest import SpotStage

BIDS, ASKS = [("100.1", "0.5"), ("100", "2")], [("100.2", "1.1")]


def ticker(bid: tuple[str, str] | None = ("99", "1"), ask: tuple[str, str] | None = ("101", "2"), **more: Any) -> Any:
    quotes = {
        name: {"price": quote[0], "amount": quote[1], "orderCount": "1"}
        for name, quote in (("bid", bid), ("ask", ask))
        if quote
    }
    row = {"market": "BTC-USDT", "open": "80", "high": "120", "low": "70", "close": "100", "volume": "9"}
    return {"requestId": "9", "tickerUpdate": {"ticker": row | quotes | more}}


def trade(trade_id: str, at: str = "2024-01-01T00:00:05Z", **more: Any) -> dict[str, Any]:
    return {"id": trade_id, "price": "50000.2", "amount": "0.01", "market": "BTC-USDT", "createdAt": at} | more


def candle(time: str, close: str, **more: Any) -> dict[str, Any]:
    row = {"market": "BTC-USDT", "time": time, "open": "1", "high": "3", "low": "1", "close": close, "volume": "7"}
    return row | more


def test_subscriptions_go_out_when_a_connection_stands(spot_of: Callable[..., SpotStage]) -> None:
    stage = spot_of(["BTC-USDT", "ETH-USDT", "BTC-USDT"])
    assert stage.sent() == []
    stage.connect()
    assert stage.sent() == [
        {"requestId": "1", "subscribeMarketsTickerRequest": {"markets": ["BTC-USDT", "ETH-USDT"]}},
        {"requestId": "2", "subscribeMarketDepthRequest": {"market": "BTC-USDT"}},
        {"requestId": "3", "subscribeMarketDepthRequest": {"market": "ETH-USDT"}},
        {"requestId": "4", "subscribeMarketTradesRequest": {"market": "BTC-USDT", "limit": 20}},
        {"requestId": "5", "subscribeMarketTradesRequest": {"market": "ETH-USDT", "limit": 20}},
    ]
    assert (stage.sent(), stage.asked()) == ([], [])


def test_only_the_channels_wanted_are_asked_for(spot_of: Callable[..., SpotStage]) -> None:
    stage = spot_of(["BTC-USDT"], [Channel.TRADES, Channel.CARRY])
    stage.connect()
    assert [list(frame)[1] for frame in stage.sent()] == ["subscribeMarketTradesRequest"]


def test_without_codes_the_tickers_of_every_market_are_asked_for(spot: SpotStage) -> None:
    spot.connect()
    assert spot.sent() == [{"requestId": "1", "subscribeMarketsTickerRequest": {"markets": []}}]


def test_what_is_not_granted_is_asked_for_again(spot_of: Callable[..., SpotStage]) -> None:
    stage = spot_of(["BTC-USDT"], [Channel.BOOK, Channel.TICKER, Channel.TRADES])
    stage.connect()
    assert len(stage.sent()) == 3
    stage.hear({"requestId": "1", "tickersSnapshot": {}})
    stage.hear({"requestId": "3", "success": {"ok": True}})
    stage.hear({"requestId": "2", "success": {"ok": True}})  # a book is granted with its snapshot only
    assert stage.feed.next_deadline() is not None
    stage.wait(6)
    assert [report.detail for report in stage.ear.reports] == ["depth BTC-USDT was not granted in time: asking again"]
    assert [list(frame)[1] for frame in stage.sent()] == [
        "unsubscribeMarketDepthRequest",
        "subscribeMarketDepthRequest",
    ]
    stage.snapshot(BIDS, ASKS)
    stage.wait(6)
    assert stage.troubles() == [Trouble.SILENT]
    assert stage.sent() == []


def test_asking_again_and_again_takes_longer_and_longer(spot_of: Callable[..., SpotStage]) -> None:
    stage = spot_of(["BTC-USDT"], [Channel.BOOK])
    stage.connect()
    times = []
    for _ in range(600):
        if any("subscribeMarketDepthRequest" in frame for frame in stage.sent()):
            times.append(stage.now)
        stage.hear({"heartbeat": {}}, after=500_000_000)
        stage.wait(0.5)
    waits = [(later - before) // 1_000_000_000 for before, later in pairwise(times)]
    assert waits[:3] == [5, 5, 6]
    assert waits == sorted(waits)
    assert waits[-1] > 60
    assert stage.feed.next_deadline() is not None


def test_a_silent_ticker_subscription_is_asked_for_again(spot: SpotStage) -> None:
    spot.connect()
    spot.sent()
    spot.wait(6)
    assert spot.ear.reports[0].detail == "ticker of all markets was not granted in time: asking again"


def test_a_refusal_is_reported_with_what_was_asked_for(spot_of: Callable[..., SpotStage]) -> None:
    stage = spot_of(["BTC-USDT", "ETH-USDT"])
    stage.connect()
    stage.sent()
    stage.hear({"requestId": "2", "error": {"code": 45000, "message": "GRPC error: xxx"}})
    stage.hear({"requestId": "1", "error": {"code": 45000, "message": "no"}})
    stage.hear({"requestId": "99", "error": {}})
    assert [(report.symbol, report.detail) for report in stage.ear.reports] == [
        ("bigone:BTC/USDT", "45000 GRPC error: xxx (depth of BTC-USDT)"),
        ("", "45000 no"),
        ("", " "),
    ]
    stage.hear(ticker())  # the book was refused, so a ticker may stand in
    assert stage.state() == VALID


def test_a_refusal_of_a_market_nobody_wants_is_reported(spot_of: Callable[..., SpotStage]) -> None:
    stage = spot_of(["BTC-USDT"], [Channel.BOOK])
    stage.ear.unwanted.append("BTC-USDT")
    stage.connect()
    stage.sent()
    stage.hear({"requestId": "1", "error": {"code": 45000, "message": "no"}})
    assert stage.ear.reports[0].symbol == "bigone:BTC/USDT"


def test_a_ping_goes_out_by_the_clock_and_silence_is_reported_once(spot: SpotStage) -> None:
    spot.connect()
    spot.sent()
    spot.hear({"requestId": "1", "success": {}})
    assert spot.feed.next_deadline() == spot.now - 1_000_000 + 20_000_000_000
    spot.wait(20)
    assert spot.sent() == [{"requestId": "ping", "ping": {}}]
    spot.wait(5)
    assert spot.troubles() == []
    assert spot.feed.next_deadline() == spot.now + 5_000_000_000
    spot.wait(5)
    assert spot.troubles() == [Trouble.SILENT]
    spot.wait(9)
    assert spot.troubles() == [Trouble.SILENT]
    spot.wait(1)
    spot.sent()
    spot.hear({"requestId": "ping", "pong": {}})
    spot.wait(11)
    assert spot.troubles() == [Trouble.SILENT]


def test_a_venue_that_refuses_pings_is_not_pinged_again(spot: SpotStage) -> None:
    spot.connect()
    spot.sent()
    spot.hear({"requestId": "1", "success": {}})
    spot.wait(20)
    spot.sent()
    spot.hear({"requestId": "ping", "error": {"code": 45000, "message": "what?"}})
    assert (spot.feed.next_deadline(), spot.troubles()) == (None, [Trouble.REFUSED])


def test_a_connection_that_ends_closes_every_book_and_a_new_one_waits(spot: SpotStage) -> None:
    spot.connect()
    spot.snapshot(BIDS, ASKS)
    spot.feed.disconnected(spot.now)
    assert (spot.state(), spot.sent(), spot.feed.next_deadline()) == (CLOSED, [], None)
    spot.connect()
    assert spot.state() == WAITING
    spot.update([("99", "1")], [])
    assert spot.state() == WAITING
    spot.snapshot(BIDS, ASKS)
    assert (spot.state(), spot.market().tally.resyncs) == (VALID, 0)


def test_markets_that_nobody_wants_are_passed_over(spot_of: Callable[..., SpotStage]) -> None:
    stage = spot_of(["ETH-USDT"])
    stage.ear.unwanted.append("ETH-USDT")
    stage.connect()
    stage.snapshot(BIDS, ASKS)
    stage.update([], [])
    for code in ("BTC-USDT", "ETH-USDT"):
        stage.hear(ticker(market=code))
        stage.hear({"tradeUpdate": {"trade": trade("1", market=code)}})
        stage.hear({"candleUpdate": {"candle": candle("2024-01-01T00:00:00Z", "2", market=code)}})
    stage.reply("/api/v3/asset_pairs/BTC-USDT/depth", {"code": 0, "data": {"asset_pair_name": "BTC-USDT"}})
    assert (stage.ear.markets, stage.ear.reports, stage.feed.undecoded) == ({}, [], 0)


def test_messages_of_the_private_channels_are_passed_over(spot: SpotStage) -> None:
    for name in ("ordersSnapshot", "orderUpdate", "accountsSnapshot", "accountUpdate", "success", "pong", "heartbeat"):
        spot.hear({"requestId": "1", name: {}})
    assert (spot.ear.markets, spot.ear.reports, spot.feed.undecoded) == ({}, [], 0)


@pytest.mark.parametrize(
    "frame",
    [b"", b"pong", b"[]", b"null", b"{}", b'{"requestId":"1"}', b'{"depthUpdate":{"depth":{"market":"A B"}}}', b"\xff"],
)
def test_what_is_no_message_is_counted_and_shown_once(spot: SpotStage, frame: bytes) -> None:
    for _ in range(2):
        spot.hear(frame)
    assert (spot.feed.undecoded, spot.troubles()) == (2, [Trouble.UNDECODED])


def test_a_damaged_message_is_counted_with_the_market_that_it_names(spot: SpotStage) -> None:
    spot.snapshot(BIDS, ASKS)
    spot.hear(b'{"depthUpdate":{"depth":{"market":"BTC-USDT","bids":[{"pri')
    spot.hear(b'{"depthUpdate":{"depth":{"market":"XXX-USDT","bids":[{"pri')
    assert (spot.market().tally.undecoded, spot.feed.undecoded) == (1, 1)
    assert list(spot.ear.markets) == ["BTC-USDT"]


def test_markets_are_bounded(spot: SpotStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("basisdesk.venues.bigone.watch.MOST_MARKETS", 2)
    for number in range(5):
        spot.hear(ticker(market=f"C{number}-USDT"))
    assert list(spot.ear.markets) == ["C0-USDT", "C1-USDT"]


def test_rest_bodies_stand_in_where_no_stream_is_heard(spot: SpotStage) -> None:
    quote = {"price": "73364.66", "order_count": "1", "quantity": "0.014291"}
    row = {"asset_pair_name": "BTC-USDT", "bid": quote, "close": "73368.3", "open": "72164.48"}
    spot.reply("/api/v3/asset_pairs/BTC-USDT/ticker", {"code": "0", "data": row | {"ask": quote | {"price": "73370"}}})
    assert (spot.top(), spot.market().book.last) == ((73364.66, 73370.0), 73368.3)
    spot.reply("/api/v3/asset_pairs/tickers?pair_names=BTC-USDT", {"code": 0, "data": [row]})
    assert spot.state() == EMPTY
    sides = {"bids": [quote, quote | {"price": "73000"}], "asks": [quote | {"price": "73400"}]}
    spot.reply(
        "/api/v3/asset_pairs/BTC-USDT/depth?limit=2", {"code": 0, "data": {"asset_pair_name": "BTC-USDT"} | sides}
    )
    assert (spot.top(), spot.market().book.depth(0)) == ((73364.66, 73400.0), 2)
    spot.snapshot(BIDS, ASKS)
    spot.reply("/api/v3/asset_pairs/BTC-USDT/depth", {"code": 0, "data": {"asset_pair_name": "BTC-USDT"} | sides})
    assert spot.top() == (100.1, 100.2)


def test_rest_trades_and_candles_are_read(spot: SpotStage) -> None:
    spot.connect()
    row = {"id": 4107849607, "price": "73238.69", "amount": "0.05", "taker_side": "BID"}
    body = {
        "code": "0",
        "data": [row | {"inserted_at": "2024-01-01T00:00:01.792Z"}, row | {"id": "2", "taker_side": "ASK"}],
    }
    spot.reply("/api/v3/asset_pairs/BTC-USDT/trades", body)
    assert [told[3:] for told in spot.ear.trades] == [(False, "2"), (True, "4107849607")]
    bar = {"time": "2024-03-13T11:00:00Z", "open": "1", "high": "3", "low": "1", "close": "2", "volume": "4"}
    spot.reply("/api/v3/asset_pairs/BTC-USDT/candles?period=hour1&limit=1", {"code": "0", "data": [bar]})
    spot.reply("/api/v3/asset_pairs/BTC-USDT/candles", [bar])
    assert {period: bar.close for period, bar in spot.market().candles.items()} == {"1h": 2.0, "1m": 2.0}


def test_a_rest_refusal_is_reported_and_a_strange_body_counted(spot: SpotStage) -> None:
    spot.reply("/api/v3/asset_pairs/BTC-USDT/depth", {"code": 10013, "message": "Resource not found"})
    assert [(report.symbol, report.detail) for report in spot.ear.reports] == [
        ("bigone:BTC/USDT", "10013 Resource not found")
    ]
    for body in (b"<html>", b'{"code":0,"data":null}', b'{"code":0,"data":{"asset_pair_name":"A B"}}'):
        spot.reply("/api/v3/asset_pairs/BTC-USDT/depth", body)
    assert (spot.feed.undecoded, spot.troubles()) == (3, [Trouble.REFUSED, Trouble.UNDECODED])


def test_a_rest_path_that_is_not_known_is_counted(spot: SpotStage) -> None:
    spot.feed.receive_reply(SnapshotRequest("spot", "BTC-USDT", "/api/v3/asset_pairs/BTC-USDT/x"), b"[]", spot.now)
    assert spot.feed.undecoded == 1


def test_a_ticker_is_told_when_it_stands_in_for_a_book_and_when_it_brings_a_last_price_alone(
    spot_of: Callable[..., SpotStage],
) -> None:
    stage = spot_of(["BTC-USDT"], [Channel.TICKER])
    stage.connect()
    stage.hear(ticker(close="100"))
    assert stage.ear.touches == [("BTC-USDT", VALID)]
    stage.hear(ticker(close="100"))  # the same last price, and levels that stand in for the book
    assert stage.ear.touches == [("BTC-USDT", VALID)] * 2
