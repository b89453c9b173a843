"""Our own feeds, private streams and order entry against the simulated venue."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain import account as facts
from basisdesk.domain import ask as asks
from basisdesk.domain.ask import KeepStream, MarginMode, OpenStream, OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater
from basisdesk.kernel.book import VALID, Book
from basisdesk.sim.exchange.logins import FIRST
from basisdesk.venues.binance import VENUE
from basisdesk.venues.contract import Channel, Market
from basisdesk.venues.trading import Credentials, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.binance.conftest import Stage

    from basisdesk.venues.contract import Report
    from basisdesk.venues.trading import Entry, Private

SPOT, USDM, COINM = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"
LINES = {SPOT: "spot", USDM: "usdm", COINM: "coinm"}
SIZES = {SPOT: Decimal("0.01"), USDM: Decimal("0.02"), COINM: Decimal(5)}
EVERY = pytest.mark.parametrize("symbol", [SPOT, USDM, COINM])
TRADING = VENUE.trading
assert TRADING is not None


class Sink:
    """Keeps what a feed tells."""

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.trades = 0
        self.reports: list[Report] = []

    def market(self, line: str, code: str) -> Market | None:
        return self.markets.setdefault(code, Market(VENUE.symbol_of(line, code), line, code, Book()))

    def touched(self, market: Market, now: int) -> None: ...

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.trades += 1

    def carried(self, market: Market, now: int) -> None: ...

    def report(self, report: Report) -> None:
        self.reports.append(report)


@EVERY
def test_the_public_feed_follows_the_book(stage: Stage, symbol: str) -> None:
    line, instrument = LINES[symbol], stage.exchange.markets[symbol].instrument
    row, sink = VENUE.lines[line], Sink()
    feeds = []
    for url in dict.fromkeys([row.stream_url, *(url for _, url in row.channel_urls)]):
        channels = [each for each in Channel if dict(row.channel_urls).get(each, row.stream_url) == url]
        feed = VENUE.feed(line, [instrument.code], channels, sink)
        feeds.append((feed, stage.open(line, url)))
        feed.connected(stage.now)
    for _ in range(40):
        stage.wait(0.25)
        for feed, socket in feeds:
            frames, stage.heard[socket] = stage.heard[socket], []
            for frame in frames:
                feed.receive(json.dumps(frame, separators=(",", ":")).encode(), stage.now)
            for text in feed.to_send():
                stage.say(socket, text)
            for wish in feed.to_request():
                path, _, query = wish.path.partition("?")
                feed.receive_reply(wish, stage.http(line, "GET", path, query).body, stage.now)
    book, shown = sink.markets[instrument.code].book, stage.exchange.markets[symbol].book
    assert book.state(stage.now) == VALID
    assert sink.reports == []
    assert sink.markets[instrument.code].tally.book_updates > 20
    assert abs(book.bid - shown.bid) / shown.bid < 0.001
    assert sink.trades > 0
    if symbol != SPOT:
        carry = sink.markets[instrument.code].carry
        assert carry.mark > 0
        assert carry.next_at > stage.now


def order(symbol: str, price: str | None = None, **terms: Any) -> asks.NewOrder:
    given: dict[str, Any] = {"side": Side.BUY, "client_id": "own-1", "size": SIZES[symbol]} | terms
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    return asks.NewOrder(symbol=symbol, type=kind, price=None if price is None else Decimal(price), **given)


def private(stage: Stage, line: str) -> tuple[Private, int]:
    assert TRADING is not None
    (stream,) = TRADING.privates([line], stage.session)
    for ask in stream.to_ask():
        stream.replied(ask, stage.ask(ask), stage.now)
    url = stream.url(stage.now)
    assert url is not None
    socket = stage.open(line, url)
    stream.connected(stage.now)
    for frame in stream.to_send():
        stage.say(socket, frame)
    hear(stage, stream, socket)
    assert stream.ready
    return stream, socket


def hear(stage: Stage, stream: Private, socket: int) -> list[facts.Update]:
    frames, stage.heard[socket] = stage.heard[socket], []
    told = [each for frame in frames for each in stream.receive(json.dumps(frame).encode(), stage.now)]
    assert stream.undecoded == 0
    return told


@EVERY
def test_orders_and_what_they_do_are_pushed(stage: Stage, price: Callable[[str, float], str], symbol: str) -> None:
    stream, socket = private(stage, LINES[symbol])
    stage.ask(asks.Place(order(symbol, price(symbol, 0.95), client_id="rest")))
    (born,) = [each for each in hear(stage, stream, socket) if isinstance(each, facts.OrderUpdate)]
    assert (born.client_id, born.status) == ("rest", OrderStatus.OPEN)
    stage.ask(asks.Cancel(asks.OrderRef(symbol=symbol, client_id="rest")))
    (gone,) = [each for each in hear(stage, stream, socket) if isinstance(each, facts.OrderUpdate)]
    assert (gone.client_id, gone.reason) == ("rest", DoneReason.CANCELLED)
    stage.ask(asks.Place(order(symbol)))
    told = hear(stage, stream, socket)
    fills = [each for each in told if isinstance(each, facts.Fill)]
    early = [each for each in fills if each.fee is None]
    whole = [each for each in fills if each.fee is not None and each.fee > 0]
    assert sum(each.size for each in whole) == SIZES[symbol]
    assert {each.client_id for each in fills} == {"own-1"}
    # USD-M tells a trade in short first.
    assert [each.trade_id for each in early] == [each.trade_id for each in whole if LINES[symbol] == "usdm"]
    orders = [each for each in told if isinstance(each, facts.OrderUpdate)]
    assert orders[0].status is OrderStatus.OPEN
    assert orders[-1].reason is DoneReason.FILLED
    balances = [each for each in told if isinstance(each, facts.Balance)]
    assert {each.asset for each in balances} == (
        {"BTC", "USDT"} if symbol == SPOT else {"BTC" if symbol == COINM else "USDT"}
    )
    real = {each.asset: each.total for each in stage.exchange.balances(FIRST, LINES[symbol])}
    assert all(abs(each.total - real[each.asset]) < Decimal("1e-8") for each in balances)
    positions = [each for each in told if isinstance(each, facts.Position)]
    assert [each.size for each in positions] == ([] if symbol == SPOT else [SIZES[symbol]])


def test_a_market_buy_by_money_ends_filled(stage: Stage) -> None:
    stream, socket = private(stage, "spot")
    stage.ask(asks.Place(order(SPOT, size=None, money=Decimal(500))))
    orders = [each for each in hear(stage, stream, socket) if isinstance(each, facts.OrderUpdate)]
    assert orders[-1].reason is DoneReason.FILLED


@EVERY
def test_amended_orders_are_pushed(stage: Stage, price: Callable[[str, float], str], symbol: str) -> None:
    stream, socket = private(stage, LINES[symbol])
    stage.ask(asks.Place(order(symbol, price(symbol, 0.95), size=SIZES[symbol] * 2)))
    hear(stage, stream, socket)
    ref = asks.OrderRef(symbol=symbol, client_id="own-1")
    if symbol == SPOT:
        stage.ask(asks.Amend(order=ref, size=SIZES[symbol], new_client_id="own-2"))
    else:
        new = Decimal(price(symbol, 0.94))
        stage.ask(asks.Amend(order=ref, size=SIZES[symbol], price=new, side=Side.BUY))
    (update,) = [each for each in hear(stage, stream, socket) if isinstance(each, facts.OrderUpdate)]
    assert (update.size, update.client_id) == (SIZES[symbol], "own-2" if symbol == SPOT else "own-1")


def test_transfers_are_pushed(stage: Stage) -> None:
    spot, spot_socket = private(stage, "spot")
    usdm, usdm_socket = private(stage, "usdm")
    stage.ask(asks.MoveFunds(asset="USDT", amount=Decimal(10), source="spot", target="usdm"))
    told = hear(stage, spot, spot_socket)
    assert [each.amount for each in told if isinstance(each, facts.Income)] == [-10]
    assert [each.asset for each in told if isinstance(each, facts.Balance)] == ["USDT"]
    assert [each.asset for each in hear(stage, usdm, usdm_socket) if isinstance(each, facts.Balance)] == ["USDT"]


@pytest.mark.parametrize("symbol", [USDM, COINM])
def test_forced_closes_are_marked(stage: Stage, symbol: str) -> None:
    stream, socket = private(stage, LINES[symbol])
    stage.ask(asks.SetMarginMode(symbol, MarginMode.ISOLATED))
    stage.ask(asks.Place(order(symbol)))
    hear(stage, stream, socket)
    assert stage.exchange.faults.liquidate(FIRST, symbol)
    stage.wait(0)
    fills = [each for each in hear(stage, stream, socket) if isinstance(each, facts.Fill)]
    assert fills
    assert {each.forced for each in fills} == {facts.Forced.LIQUIDATION}
    stage.ask(asks.Place(order(symbol, client_id="own-2")))
    hear(stage, stream, socket)
    assert stage.exchange.faults.deleverage(FIRST, symbol)
    stage.wait(0)
    assert facts.Forced.ADL in [
        each.forced for each in hear(stage, stream, socket) if isinstance(each, facts.OrderUpdate)
    ]


@pytest.mark.parametrize("line", ["usdm", "coinm"])
def test_a_listen_key_lives_an_hour_unless_it_is_kept(stage: Stage, line: str) -> None:
    stream, socket = private(stage, line)
    assert stage.ask(KeepStream(line)).outcome == Done()
    keys = stage.wire._front.memory.keys
    ((who, (key, until)),) = keys.items()
    assert until == stage.now + 3600 * 10**9
    keys[who] = (key, stage.now + 1)  # an hour of a whole market takes too long to play
    assert stage.wire.next_deadline() <= stage.now + 1
    stage.wait(0.001)
    (ended,) = [each for each in hear(stage, stream, socket) if isinstance(each, facts.StreamEnded)]
    assert "expired" in ended.message
    outcome = stage.ask(KeepStream(line)).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.code == "-1125"
    assert stage.ask(OpenStream(line)).outcome == Done()


@EVERY
def test_everything_can_be_expired_at_once(stage: Stage, symbol: str) -> None:
    stream, socket = private(stage, LINES[symbol])
    stage.wire.expire(stage.now)
    stage.listen()
    assert [type(each) for each in hear(stage, stream, socket)] == [facts.StreamEnded]
    stage.ask(asks.Place(order(symbol)))
    assert hear(stage, stream, socket) == []


def test_a_key_that_nobody_has_is_refused(stage: Stage) -> None:
    assert TRADING is not None
    session = Session(Credentials("nobody", "s"))
    (stream,) = TRADING.privates(["spot"], session)
    socket = stage.open("spot", "/ws-api/v3")
    stream.connected(stage.now)
    stage.say(socket, stream.to_send()[0])
    (ended,) = hear(stage, stream, socket)
    assert isinstance(ended, facts.StreamEnded)
    assert ended.refused


def entry(stage: Stage, line: str) -> tuple[Entry, int]:
    assert TRADING is not None
    made = TRADING.entry(line, stage.session)
    assert made is not None
    made.connected(stage.now)
    return made, stage.open(line, made.url)


def replies(stage: Stage, made: Entry, socket: int) -> list[Any]:
    for frame in made.to_send():
        stage.say(socket, frame)
    frames, stage.heard[socket] = stage.heard[socket], []
    return [reply for frame in frames for _, reply in made.receive(json.dumps(frame).encode(), stage.now)]


@EVERY
def test_orders_go_over_the_socket(stage: Stage, price: Callable[[str, float], str], symbol: str) -> None:
    line = LINES[symbol]
    made, socket = entry(stage, line)
    ref = asks.OrderRef(symbol=symbol, client_id="own-1")
    wishes: list[asks.Ask] = [
        asks.Place(order(symbol, price(symbol, 0.95), size=SIZES[symbol] * 2)),
        asks.AskOrder(ref),
        asks.Amend(order=ref, size=SIZES[symbol])
        if symbol == SPOT
        else asks.Amend(order=ref, size=SIZES[symbol], price=Decimal(price(symbol, 0.94)), side=Side.BUY),
        asks.Cancel(ref),
    ]
    for wish in wishes:
        assert made.send(wish, stage.now) is True
        (reply,) = replies(stage, made, socket)
        assert reply.outcome == Done()
        assert reply.updates[0].client_id == "own-1"
        assert dict(reply.used)[f"{line}.weight"] >= 0
    assert made.send(asks.Cancel(ref), stage.now) is True
    (reply,) = replies(stage, made, socket)
    assert reply.outcome.reason is Reason.UNKNOWN_ORDER
    made.on_time(stage.now + 31 * 10**9)
    assert replies(stage, made, socket) == []
    assert made.ready(stage.now)


def test_all_orders_of_a_spot_market_are_cancelled_over_the_socket(
    stage: Stage, price: Callable[[str, float], str]
) -> None:
    made, socket = entry(stage, "spot")
    stage.ask(asks.Place(order(SPOT, price(SPOT, 0.95))))
    made.send(asks.CancelAll("spot", SPOT), stage.now)
    (reply,) = replies(stage, made, socket)
    assert [each.reason for each in reply.updates] == [DoneReason.CANCELLED]


def test_rate_limits_used_up_are_told_on_every_way(stage: Stage) -> None:
    made, socket = entry(stage, "usdm")
    stage.wire.exhaust(stage.now, stage.now + 7 * 10**9)
    outcome = stage.ask(asks.AskTime("spot")).outcome
    assert isinstance(outcome, RetryLater)
    assert (outcome.at, outcome.reason, outcome.code) == (stage.now + 7 * 10**9, Reason.RATE_LIMIT, "-1003")
    made.send(asks.AskOrder(asks.OrderRef(symbol=USDM, client_id="x")), stage.now)
    (reply,) = replies(stage, made, socket)
    assert isinstance(reply.outcome, RetryLater)
    stage.wait(8)
    assert stage.ask(asks.AskTime("spot")).outcome == Done()
