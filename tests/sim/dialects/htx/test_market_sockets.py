"""Public sockets: subscriptions, books by their own rules, pings, and the desk's own feed over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import VALID, Book
from basisdesk.sim.contract import HttpCall
from basisdesk.venues.contract import Channel, Market, Report
from basisdesk.venues.htx import VENUE

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Venue, Wire

MARKETS = {
    "spot": ("spot", "/ws", "btcusdt"),
    "linear": ("contract", "/linear-swap-ws", "BTC-USDT"),
    "coin_swap": ("contract", "/swap-ws", "BTC-USD"),
    "coin_futures": ("contract", "/ws", ""),
}


def code_of(venue: Venue, line: str) -> str:
    markets = [each.instrument for each in venue.exchange.markets.values()]
    dated = next(each.code for each in markets if each.market == "coin_futures" and each.base == "BTC")
    return MARKETS[line][2] or dated


def subscribe(venue: Venue, line: str, what: str, path: str = "", **more: Any) -> tuple[Wire, list[Any]]:
    host, usual, _ = MARKETS[line]
    wire = venue.open(host, path or usual)
    heard = wire.say({"sub": f"market.{code_of(venue, line)}.{what}", "id": "7", **more})
    assert (heard[0]["status"], heard[0]["id"]) == ("ok", "7"), heard
    assert heard[0]["subbed"] == f"market.{code_of(venue, line)}.{what}"
    return wire, heard[1:]


def applied(levels: dict[float, float], changes: list[list[float]]) -> None:
    for price, size in changes:
        if size:
            levels[price] = size
        else:
            del levels[price]


@pytest.mark.parametrize("depth", [5, 20, 150])
def test_changes_of_spot_books_are_chained_to_the_book_asked_for(venue: Venue, depth: int) -> None:
    wire, heard = subscribe(venue, "spot", f"mbp.{depth}", "/feed")
    assert heard == []
    (whole,) = wire.say({"req": f"market.btcusdt.mbp.{depth}", "id": "8"})
    assert (whole["rep"], whole["id"], whole["status"]) == (f"market.btcusdt.mbp.{depth}", "8", "ok")
    assert wire.topics[-1] == "snapshot btcusdt"
    sides = {side: dict(map(tuple, whole["data"][side])) for side in ("bids", "asks")}
    number = whole["data"]["seqNum"]
    for _ in range(40):
        venue.wait(0.5)
        for message in wire.take():
            if "ping" in message:
                wire.say({"pong": message["ping"]})
                continue
            tick = message["tick"]
            assert tick["prevSeqNum"] == number
            number = tick["seqNum"]
            for side in ("bids", "asks"):
                applied(sides[side], tick[side])
    assert "book btcusdt" in wire.topics
    book = venue.exchange.markets["htx:BTC/USDT"].book
    assert sorted(sides["bids"].items(), reverse=True) == book.levels(0, depth)
    assert sorted(sides["asks"].items()) == book.levels(1, depth)


@pytest.mark.parametrize("line", ["linear", "coin_swap", "coin_futures"])
def test_changes_of_contract_books_count_by_one_from_a_whole_book(venue: Venue, line: str) -> None:
    wire, (whole,) = subscribe(venue, line, "depth.size_20.high_freq", data_type="incremental")
    assert whole["tick"]["event"] == "snapshot"
    sides = {side: dict(map(tuple, whole["tick"][side])) for side in ("bids", "asks")}
    version = whole["tick"]["version"]
    for _ in range(30):
        venue.wait(0.5)
        for message in wire.take():
            if "ping" in message:
                wire.say({"pong": message["ping"]})
                continue
            assert message["tick"]["event"] == "update"
            version += 1
            assert message["tick"]["version"] == version
            for side in ("bids", "asks"):
                applied(sides[side], message["tick"][side])
    market = next(each for each in venue.exchange.markets.values() if each.instrument.code == code_of(venue, line))
    assert sorted(sides["bids"].items(), reverse=True) == market.book.levels(0, 20)
    _, (second,) = subscribe(venue, line, "depth.size_20.high_freq", data_type="incremental")
    assert second["tick"]["version"] == version


@pytest.mark.parametrize("line", MARKETS)
@pytest.mark.parametrize("what", ["bbo", "depth.step0", "detail", "kline.1min", "trade.detail"])
def test_channels_begin_with_what_is_so_and_go_on(venue: Venue, line: str, what: str) -> None:
    venue.wait(10)
    wire, heard = subscribe(venue, line, what)
    assert heard
    venue.wait(4)
    venue.wait(30)
    for message in [*heard, *wire.take()]:
        if "ping" not in message:
            assert message["ch"] == f"market.{code_of(venue, line)}.{what}"
            assert message["tick"]
    kinds = {topic.partition(" ")[0] for topic in wire.topics}
    assert kinds - {"control"} <= {"ticker", "snapshot", "candles", "trades"}
    assert len(kinds) == 2


@pytest.mark.parametrize(("line", "step", "grid"), [("spot", "step3", 10), ("linear", "step15", 10)])
def test_whole_books_are_merged_by_steps(venue: Venue, line: str, step: str, grid: int) -> None:
    wire, heard = subscribe(venue, line, f"depth.{step}")
    venue.wait(3)
    heard += [message for message in wire.take() if "tick" in message]
    assert len(heard) > 1
    for message in heard:
        for side, way in (("bids", -1), ("asks", 1)):
            prices = [price for price, _ in message["tick"][side]]
            assert prices == sorted(set(prices))[::way]
            assert all(price % grid == 0 for price in prices)
    (refused,) = wire.say({"sub": f"market.{code_of(venue, line)}.depth.step{6 if line == 'spot' else 16}"})
    assert refused["err-code"] == "bad-request"


def test_spot_has_a_ticker_and_whole_books_of_some_levels(venue: Venue) -> None:
    _, (ticker,) = subscribe(venue, "spot", "ticker")
    assert ticker["tick"]["bid"] < ticker["tick"]["ask"]
    _, (whole,) = subscribe(venue, "spot", "mbp.refresh.5")
    assert len(whole["tick"]["bids"]) == 5
    _, (small,) = subscribe(venue, "linear", "depth.step6")
    assert len(small["tick"]["bids"]) <= 20


@pytest.mark.parametrize("what", ["mark_price.1min", "index.1min"])
@pytest.mark.parametrize("code", ["BTC-USDT", "BTC-USD"])
def test_mark_and_index_have_a_socket_of_their_own(venue: Venue, what: str, code: str) -> None:
    wire = venue.open("contract", "/ws_index")
    _, first = wire.say({"sub": f"market.{code}.{what}", "id": "1"})
    assert float(first["tick"]["close"]) > 0
    for _ in range(6):
        venue.wait(4)
    pushed = [message for message in wire.take() if "tick" in message]
    assert pushed
    assert f"carry {code}" in wire.topics


@pytest.mark.parametrize(
    ("line", "what"),
    [("spot", "mbp.150"), ("spot", "kline.1min"), ("spot", "trade.detail"), ("spot", "detail"), ("linear", "detail")],
)
def test_everything_can_be_asked_for_once(venue: Venue, line: str, what: str) -> None:
    venue.wait(10)
    host, path, _ = MARKETS[line]
    wire = venue.open(host, path)
    (answer,) = wire.say({"req": f"market.{code_of(venue, line)}.{what}"})
    assert answer["status"] == "ok"
    assert answer["data"]
    assert "id" not in answer


def test_what_is_wrong_with_a_request_is_told(venue: Venue) -> None:
    wire = venue.open("spot", "/ws")
    for message in (
        {"sub": "market.nonesuch.bbo", "id": 5},
        {"sub": "market.btcusdt.colour", "id": 5},
        {"sub": "weather.btcusdt.bbo", "id": 5},
        {"sub": ["market.btcusdt.bbo"], "id": 5},
        {"req": "market.btcusdt.colour", "id": 5},
        {"unsub": "market.btcusdt.bbo", "id": 5},
        {"jump": 1, "id": 5},
    ):
        (answer,) = wire.say(message)
        assert (answer["status"], answer["err-code"], answer["id"]) == ("error", "bad-request", "5")
    assert wire.say(b"{")[0]["err-code"] == "invalid-json"
    contract = venue.open("contract", "/linear-swap-ws")
    (answer,) = contract.say({"sub": "market.BTC-USDT.depth.size_20.high_freq"})
    assert answer["err-msg"] == "invalid topic market.BTC-USDT.depth.size_20.high_freq"
    index = venue.open("contract", "/ws_index")
    assert index.say({"sub": "market.XYZ-USDT.index.1min"})[0]["status"] == "error"


def test_a_subscription_ends(venue: Venue) -> None:
    wire, _ = subscribe(venue, "spot", "depth.step0")
    (answer,) = wire.say({"unsub": "market.btcusdt.depth.step0", "id": "9"})
    assert (answer["unsubbed"], answer["id"]) == ("market.btcusdt.depth.step0", "9")
    venue.wait(3)
    assert wire.take() == []


@pytest.mark.parametrize(("line", "patience"), [("spot", 2), ("linear", 5)])
def test_a_client_that_does_not_answer_pings_is_hung_up_on(venue: Venue, line: str, patience: int) -> None:
    host, path, _ = MARKETS[line]
    wire = venue.open(host, path)
    pings = []
    for _ in range(patience + 1):
        assert wire.gone is None
        venue.wait(5)
        pings += wire.take()
    assert [set(ping) for ping in pings] == [{"ping"}] * patience
    assert wire.gone is not None
    assert wire.say({"pong": 1}) == []


def test_pings_work_both_ways(venue: Venue) -> None:
    wire = venue.open("spot", "/ws")
    assert wire.say({"ping": 77}) == [{"pong": 77}]
    for _ in range(6):
        venue.wait(5)
        for ping in wire.take():
            wire.say({"pong": ping["ping"]})
    assert wire.gone is None


@pytest.mark.parametrize(("host", "path"), [("spot", "/linear-swap-ws"), ("contract", "/feed"), ("spot", "/")])
def test_other_sockets_are_refused(venue: Venue, host: str, path: str) -> None:
    call = HttpCall(host=host, authority="x", method="GET", path=path, query="", headers={}, body=b"")
    answer = venue.dialect.opened(99, call, venue.now)
    assert answer is not None
    assert answer.status == 404


def test_a_client_that_is_gone_is_not_spoken_to(venue: Venue) -> None:
    wire, _ = subscribe(venue, "spot", "bbo")
    venue.dialect.closed(wire.number, venue.now)
    venue.wait(5)
    assert wire.take() == []


def test_the_next_deadline_is_the_next_ping_or_what_the_exchange_has_to_do(venue: Venue) -> None:
    venue.open("spot", "/ws")
    due = venue.dialect.next_deadline()
    assert due is not None
    assert venue.now < due <= venue.now + 5 * 10**9


def test_addresses_stand_for_live_hosts(venue: Venue) -> None:
    assert "wss://api.hbdm.vn" in venue.dialect.origins["contract"]
    assert "https://api.huobi.pro" in venue.dialect.origins["spot"]


class Ear:
    """A sink for one market."""

    def __init__(self, market: Market) -> None:
        self.own = market
        self.reports: list[Report] = []
        self.trades = 0

    def market(self, line: str, code: str) -> Market | None:
        return self.own if (line, code) == (self.own.line, self.own.code) else None

    def touched(self, market: Market, now: int) -> None:
        """Nothing is made of it."""

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.trades += 1

    def carried(self, market: Market, now: int) -> None:
        """Nothing is made of it."""

    def report(self, report: Report) -> None:
        self.reports.append(report)


@pytest.mark.parametrize(
    ("line", "path"), [("spot", "/feed"), ("linear", "/linear-swap-ws"), ("coin_swap", "/swap-ws")]
)
def test_the_desks_own_feed_follows_the_book(venue: Venue, line: str, path: str) -> None:
    code = code_of(venue, line)
    own = Market(VENUE.symbol_of(line, code), line, code, Book())
    ear = Ear(own)
    feed = VENUE.feed(line, [code], [Channel.BOOK, Channel.TRADES], ear)
    wire = venue.open(MARKETS[line][0], path)
    feed.connected(venue.now)
    for _ in range(60):
        for frame in feed.to_send():
            wire.say(frame)
        venue.wait(0.5)
        frames, wire.raw = wire.raw, []
        for frame in frames:
            feed.receive(frame, venue.now)
        feed.on_time(venue.now)
    truth = venue.exchange.markets[own.symbol].book
    assert own.book.state(venue.now) == VALID
    assert own.book.levels(0, 10) == truth.levels(0, 10)
    assert own.book.levels(1, 10) == truth.levels(1, 10)
    assert own.tally.gaps == 0
    assert ear.reports == []
    assert ear.trades > 0
