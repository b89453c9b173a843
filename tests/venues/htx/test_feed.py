"""The conversation: subscriptions, refusals, notices and standing names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import CLOSED, VALID, WAITING
from basisdesk.venues.contract import Channel, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.conftest import Stage

SECOND = 1_000_000_000
START = 1_618_678_070 * SECOND
ROLL = 1_619_164_800 * SECOND  # Friday 2021-04-23 08:00
BBO = {"bid": [9, 1], "ask": [10, 3]}
BOOK = {"bids": [[9, 1]], "asks": [[10, 3]]}
BTC = {"spot": "btcusdt", "linear": "BTC-USDT", "coin_swap": "BTC-USD", "coin_futures": "BTC210625"}


# ---------------------------------------------------------------- subscriptions


@pytest.mark.parametrize(
    ("line", "topics"),
    [
        ("spot", ["market.btcusdt.mbp.150", "market.btcusdt.bbo", "market.btcusdt.trade.detail"]),
        (
            "linear",
            [
                "market.BTC-USDT.depth.size_150.high_freq",
                "market.BTC-USDT.bbo",
                "market.BTC-USDT.trade.detail",
                "market.BTC-USDT.mark_price.1min",
                "market.BTC-USDT.index.1min",
            ],
        ),
        (
            "coin_swap",
            [
                "market.BTC-USD.depth.size_150.high_freq",
                "market.BTC-USD.bbo",
                "market.BTC-USD.trade.detail",
                "market.BTC-USD.mark_price.1min",
                "market.BTC-USD.index.1min",
            ],
        ),
        (
            "coin_futures",
            [
                "market.BTC_CQ.depth.size_150.high_freq",
                "market.BTC_CQ.bbo",
                "market.BTC_CQ.trade.detail",
                "market.BTC_CQ.mark_price.1min",
                "market.BTC-USD.index.1min",
            ],
        ),
    ],
)
def test_each_line_subscribes_its_own_topics(staged: Callable[..., Stage], line: str, topics: list[str]) -> None:
    stage = staged(line, [BTC[line]])
    stage.feed.connected(stage.now)
    frames = stage.sent()
    assert [frame["sub"] for frame in frames] == topics
    assert [frame["id"] for frame in frames] == [str(at + 1) for at in range(len(topics))]
    assert all(("data_type" in frame) == frame["sub"].endswith("high_freq") for frame in frames)
    for frame in frames:
        stage.hear({"id": frame["id"], "status": "ok", "subbed": frame["sub"], "ts": 1})
    stage.sent()
    stage.wait(5)
    waiting = [frame for frame in stage.sent() if "sub" in frame]
    assert [frame["sub"] for frame in waiting] == [topic for topic in topics if topic.endswith("high_freq")]


def test_codes_may_be_written_large_or_small_and_futures_by_their_standing_name(staged: Callable[..., Stage]) -> None:
    for line, code, market in (
        ("spot", "BTCUSDT", "btcusdt"),
        ("linear", "btc-usdt-cq", "BTC-USDT-210625"),
        ("coin_futures", "BTC_CQ", "BTC210625"),
    ):
        stage = staged(line, [code], [Channel.TICKER])
        stage.feed.connected(stage.now)
        assert len(stage.sent()) == 1
        stage.push("bbo", BBO if line != "spot" else {"bid": 9}, market)
        assert list(stage.ear.markets) == [market]


def test_a_delivered_future_is_subscribed_by_its_date(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures", ["BTC200925"], [Channel.TRADES])
    stage.feed.connected(stage.now)
    assert [frame["sub"] for frame in stage.sent()] == ["market.BTC200925.trade.detail"]


def test_subscriptions_go_out_twenty_a_second(staged: Callable[..., Stage]) -> None:
    stage = staged("spot", [f"coin{number}usdt" for number in range(50)], [Channel.TRADES])
    stage.feed.connected(stage.now)
    assert stage.feed.next_deadline() is None
    assert (len(stage.sent()), len(stage.sent())) == (20, 0)
    assert stage.feed.next_deadline() == stage.now + SECOND
    stage.wait(1)
    assert len(stage.sent()) == 20
    stage.wait(1)
    assert (len(stage.sent()), stage.feed.next_deadline()) == (10, START + 5 * SECOND)


def test_a_subscription_that_is_not_answered_is_sent_again(staged: Callable[..., Stage]) -> None:
    stage = staged("spot", ["btcusdt"], [Channel.TRADES])
    stage.feed.connected(stage.now)
    stage.wait(100)
    assert stage.troubles() == []
    stage.hear({"ping": 1})
    frames = stage.sent()[1:]
    stage.wait(5)
    assert (stage.sent(), stage.troubles()) == (frames, [Trouble.SILENT])
    assert stage.ear.reports[0].symbol == "htx:BTC/USDT"
    stage.hear({"id": "1", "status": "ok", "subbed": "market.btcusdt.trade.detail", "ts": 1})
    stage.wait(19)
    assert stage.troubles() == [Trouble.SILENT]


def test_a_feed_of_every_market_subscribes_nothing(linear: Stage) -> None:
    linear.feed.connected(linear.now)
    assert (linear.sent(), linear.feed.to_request()) == ([], [])


def test_only_the_wanted_markets_are_asked_of_the_sink(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.TICKER])
    stage.ear.unwanted.append("BTC-USDT")
    for code in ("BTC-USDT", "ETH-USDT", "BTC-USDT", "btc-usdt"):
        stage.push("bbo", BBO, code)
    stage.feed.connected(stage.now)
    stage.feed.disconnected(stage.now)
    assert (stage.ear.asked, stage.feed.undecoded, stage.ear.touches) == (["BTC-USDT"], 0, [])


def test_a_promised_book_of_an_unwanted_market_is_nobodys(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.BOOK])
    stage.ear.unwanted.append("BTC-USDT")
    stage.feed.connected(stage.now)
    stage.push("depth.size_150.high_freq", BOOK | {"event": "snapshot", "version": 1})
    assert (stage.ear.markets, stage.feed.undecoded) == ({}, 0)


@pytest.mark.parametrize(("line", "code"), [("linear", "BTC-USD"), ("spot", "BTC-USDT"), ("coin_futures", "BTC-USD")])
def test_a_code_of_another_line_is_refused_when_asked_for(staged: Callable[..., Stage], line: str, code: str) -> None:
    with pytest.raises(DecodeError, match="is no code of htx"):
        staged(line, [code])


def test_a_line_of_another_venue_is_refused(staged: Callable[..., Stage]) -> None:
    with pytest.raises(DecodeError, match="no product line 'usdm'"):
        staged("usdm")


# ---------------------------------------------------------------- refusals and notices


@pytest.mark.parametrize(
    ("message", "symbol"),
    [
        (
            {"id": "1", "status": "error", "err-code": "bad-request", "err-msg": "invalid topic", "ts": 1},
            "htx:BTC/USDT:USDT",
        ),
        (
            {"id": 1, "status": "error", "err-code": "bad-request", "err-msg": "invalid topic", "ts": 1},
            "htx:BTC/USDT:USDT",
        ),
        ({"op": "sub", "cid": "1", "topic": "public.X.y", "err-code": 2011, "err-msg": "no"}, "htx:BTC/USDT:USDT"),
        ({"status": "error", "err-code": "x", "err-msg": "invalid topic market.BTC-USDT.bbo"}, "htx:BTC/USDT:USDT"),
        ({"status": "error", "err-code": "x", "err-msg": "invalid topic market.???"}, ""),
        ({"status": "error"}, ""),
        ({"op": "error", "err-code": 2001, "err-msg": "no"}, ""),
        (
            {"id": "99", "status": "error", "err-code": "x", "err-msg": "unknown market.BTC-USDT.bbo"},
            "htx:BTC/USDT:USDT",
        ),
    ],
)
def test_a_refusal_is_reported_with_the_market_it_is_about(
    staged: Callable[..., Stage], message: dict[str, object], symbol: str
) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.TICKER])
    stage.feed.connected(stage.now)
    stage.sent()
    stage.hear(message)
    (report,) = stage.ear.reports
    assert (report.trouble, report.symbol, stage.feed.undecoded) == (Trouble.REFUSED, symbol, 0)
    stage.wait(6)
    again = not symbol or message.get("id") == "99"
    assert (len(stage.sent()) == 1) == again  # what was refused is not asked for again


def test_a_refused_request_of_a_whole_book_is_made_again_in_time(staged: Callable[..., Stage]) -> None:
    stage = staged("spot", ["btcusdt"], [Channel.BOOK])
    stage.feed.connected(stage.now)
    stage.sent()
    stage.hear({"id": "1", "status": "ok", "subbed": "market.btcusdt.mbp.150"})
    (request,) = stage.sent()
    stage.hear({"id": request["id"], "status": "error", "err-code": "too-many-request", "err-msg": "slow down"})
    stage.change([(9.0, 1.0)], [], 1, 2)
    assert (stage.sent(), stage.ear.reports[0].symbol) == ([], "htx:BTC/USDT")
    stage.wait(2)
    assert stage.sent() == [request]


def test_answers_that_say_yes_are_quiet(linear: Stage) -> None:
    linear.hear({"op": "sub", "cid": "1", "topic": "public.BTC-USDT.funding_rate", "ts": 1, "err-code": 0})
    linear.hear({"op": "unsub", "cid": "1", "topic": "public.BTC-USDT.funding_rate", "ts": 1, "err-code": 0})
    linear.hear({"id": None, "subbed": "market.BTC-USDT.bbo", "ts": 1, "status": "ok"})
    linear.hear({"id": "2", "unsubbed": "market.BTC-USDT.bbo", "ts": 1, "status": "ok"})
    linear.hear({"id": "2", "rep": "market.BTC-USDT.bbo", "ts": 1, "status": "ok", "data": []})
    linear.hear({"id": "2", "rep": "nonsense", "ts": 1, "status": "ok", "data": []})
    linear.hear({"op": "notify", "topic": "public.BTC-USDT.liquidation_orders", "ts": 1, "data": []})
    assert (linear.feed.undecoded, linear.ear.reports) == (0, [])


def test_a_closing_server_asks_to_reconnect(linear: Stage) -> None:
    linear.hear({"op": "close", "ts": 1})
    assert linear.troubles() == [Trouble.SHUTDOWN]


# ---------------------------------------------------------------- standing names


def test_standing_names_are_heard_as_the_futures_they_mean(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures")
    for name in ("BTC_CW", "BTC_NW", "BTC_CQ", "BTC_NQ"):
        stage.push("depth.step0", BOOK, name)
    assert list(stage.ear.markets) == ["BTC210423", "BTC210430", "BTC210625", "BTC210924"]
    assert stage.market("BTC210625").symbol == "htx:BTC/USD:BTC-210625"


def test_standing_names_move_on_when_futures_are_delivered(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures")
    stage.feed.connected(stage.now)
    stage.push("depth.step0", BOOK, "BTC_CW")
    stage.push("depth.step0", BOOK, "BTC_CW")
    stage.push("depth.step0", BOOK, "BTC210924")
    stage.push("bbo", BBO, "BTC_NQ")
    assert stage.feed.next_deadline() == ROLL
    stage.push("depth.step0", BOOK, "BTC_CW", after=ROLL - stage.now)
    assert list(stage.ear.markets) == ["BTC210423", "BTC210924", "BTC210430"]
    assert (stage.state("BTC210423"), stage.state("BTC210430")) == (CLOSED, VALID)
    assert (stage.troubles(), stage.feed.next_deadline()) == ([Trouble.SHUTDOWN], ROLL + 7 * 86_400 * SECOND)


def test_a_quiet_connection_notices_the_delivery_by_itself(staged: Callable[..., Stage]) -> None:
    stage = staged("linear")
    stage.ear.unwanted.append("BTC-USDT-210423")
    stage.push("bbo", BBO, "BTC-USDT-CW")
    stage.push("bbo", BBO, "BTC-USDT-CQ")
    stage.now = ROLL
    stage.feed.on_time(stage.now)
    assert (stage.troubles(), stage.state("BTC-USDT-210625")) == ([Trouble.SHUTDOWN], CLOSED)


def test_a_connection_made_after_a_delivery_resolves_the_names_anew(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures", ["BTC_CW"], [Channel.TICKER])
    stage.feed.connected(stage.now)
    stage.push("bbo", BBO, "BTC_CW")
    stage.feed.disconnected(stage.now)
    stage.feed.connected(ROLL)
    stage.now = ROLL
    stage.push("bbo", BBO, "BTC_CW")
    assert list(stage.ear.markets) == ["BTC210423", "BTC210430"]
    assert (stage.state("BTC210423"), stage.troubles()) == (WAITING, [])
