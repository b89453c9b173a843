"""The desk's private stream, order entry and public feed, in front of the simulated venue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.sim.dialects.deribit.conftest import START, TRADING, S, Stand

from basisdesk.domain.account import (
    Balance,
    Fill,
    Forced,
    OrderUpdate,
    Position,
    StreamEnded,
    Update,
    Warned,
)
from basisdesk.domain.ask import Amend, Cancel, CancelAll, DeadMan, NewOrder, OrderRef, OrderType, Place
from basisdesk.domain.order import OrderStatus, Side
from basisdesk.domain.outcome import Done, Rejected, RetryLater
from basisdesk.kernel.book import Book
from basisdesk.sim.dialects.deribit import access
from basisdesk.sim.faults import Switch
from basisdesk.venues.contract import Channel, Market, Report
from basisdesk.venues.deribit import VENUE

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Entry, Reply

PERP, CODE = "deribit:BTC/USD:BTC", "BTC-PERPETUAL"


class Stream:
    """The desk's private connection, plugged in."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        (self.private,) = TRADING.privates(["public"], stand.session)
        self.plug = stand.plug()
        self.private.connected(stand.now)
        self.told: list[Update] = []
        self.pump()

    def pump(self) -> list[Update]:
        """Carry frames both ways until nobody has anything to say; return what was told."""
        fresh: list[Update] = []
        for _ in range(20):
            deadline = self.private.next_deadline()
            if deadline is not None and deadline <= self.stand.now:
                fresh += self.private.on_time(self.stand.now)
            frames, heard = self.private.to_send(), self.plug.heard
            self.plug.heard = []
            for frame in frames:
                self.plug.send(frame)
            for body in heard:
                fresh += self.private.receive(body, self.stand.now)
            if not frames and not heard and not self.plug.heard:
                break
        self.told += fresh
        return fresh


class Orders:
    """The desk's order connection, plugged in."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        entry = TRADING.entry("public", stand.session)
        assert entry is not None
        self.entry: Entry = entry
        self.plug = stand.plug()
        entry.connected(stand.now)
        self.pump()

    def pump(self) -> list[tuple[Ask, Reply]]:
        fresh = []
        for _ in range(20):
            deadline = self.entry.next_deadline()
            if deadline is not None and deadline <= self.stand.now:
                fresh += self.entry.on_time(self.stand.now)
            frames, heard = self.entry.to_send(), self.plug.heard
            self.plug.heard = []
            for frame in frames:
                self.plug.send(frame)
            for body in heard:
                fresh += self.entry.receive(body, self.stand.now)
            if not frames and not heard and not self.plug.heard:
                break
        return fresh

    def ask(self, ask: Ask) -> Reply:
        assert self.entry.send(ask, self.stand.now) is True
        ((_, reply),) = self.pump()
        return reply


def bid(stand: Stand, label: str = "a-1", **more: Any) -> Place:
    price = Decimal(repr(stand.exchange.markets[PERP].book.bid)) - 100
    terms: dict[str, Any] = {"symbol": PERP, "side": Side.BUY, "type": OrderType.LIMIT, "size": Decimal(50)}
    return Place(NewOrder(**terms | {"price": price, "client_id": label} | more))


def market(label: str, size: int = 100) -> Place:
    return Place(NewOrder(symbol=PERP, side=Side.BUY, type=OrderType.MARKET, size=Decimal(size), client_id=label))


def test_what_is_done_over_the_order_connection_is_heard_on_the_private_one(stand: Stand) -> None:
    stream, orders = Stream(stand), Orders(stand)
    assert stream.private.ready
    assert orders.entry.ready(stand.now)
    reply = orders.ask(market("m-1"))
    assert reply.outcome == Done()
    told = stream.pump()
    kinds = {type(update) for update in told}
    assert kinds == {OrderUpdate, Fill, Position, Balance}
    fills = [update for update in told if isinstance(update, Fill)]
    assert {fill.trade_id for fill in fills} == {fill.trade_id for fill in reply.updates if isinstance(fill, Fill)}
    assert {(fill.client_id, fill.account) for fill in fills} == {("m-1", "1000001")}
    last = [update for update in told if isinstance(update, OrderUpdate)][-1]
    assert last == reply.updates[0]
    assert stream.private.undecoded == 0


def test_orders_rest_change_and_end_over_the_order_connection(stand: Stand) -> None:
    stream, orders = Stream(stand), Orders(stand)
    (placed,) = orders.ask(bid(stand)).updates
    assert isinstance(placed, OrderUpdate)
    ref = OrderRef(symbol=PERP, venue_id=placed.venue_id)
    assert orders.ask(Amend(order=ref, size=Decimal(60))).outcome == Done()
    assert orders.ask(Cancel(ref)).outcome == Done()
    assert isinstance(orders.ask(Cancel(ref)).outcome, Rejected)
    assert orders.ask(CancelAll("public", PERP)).outcome == Done()
    told = [update for update in stream.pump() if isinstance(update, OrderUpdate)]
    assert [(update.status, update.size) for update in told] == [
        (OrderStatus.OPEN, Decimal(50)), (OrderStatus.OPEN, Decimal(60)), (OrderStatus.DONE, Decimal(60))
    ]  # fmt: skip


def test_the_dead_man_switch_cancels_what_this_connection_sent(stand: Stand) -> None:
    stream, orders, other = Stream(stand), Orders(stand), Orders(stand)
    assert orders.ask(DeadMan("public", 10)).outcome == Done()
    orders.ask(bid(stand, "mine"))
    gone = orders.ask(bid(stand, "gone")).updates[0]
    assert isinstance(gone, OrderUpdate)
    orders.ask(Cancel(OrderRef(symbol=PERP, venue_id=gone.venue_id)))
    other.ask(bid(stand, "other"))
    orders.plug.close()
    ended = [update for update in stream.pump() if isinstance(update, OrderUpdate) and update.client_id == "mine"]
    assert (ended[-1].status, ended[-1].refused) == (OrderStatus.DONE, "cancel_on_disconnect")
    assert [update.client_id for update in stand.exchange.open_orders("1000001", "public")] == ["other"]
    other.plug.close()
    assert [update.client_id for update in stand.exchange.open_orders("1000001", "public")] == ["other"]


def test_a_silent_order_connection_is_ended_by_its_heartbeat(stand: Stand) -> None:
    orders = Orders(stand)
    orders.ask(DeadMan("public", 10))
    orders.ask(bid(stand))
    stand.wait(35)  # nobody answers
    assert orders.plug.closed
    kinds = [each["type"] for each in orders.plug.taken() if "type" in each]
    assert kinds == ["heartbeat", "test_request"]


def test_a_connection_that_answers_stays(stand: Stand) -> None:
    orders = Orders(stand)
    orders.ask(DeadMan("public", 10))
    for _ in range(20):
        stand.wait(5)
        assert orders.pump() == []
    assert not orders.plug.closed
    assert orders.entry.ready(stand.now)
    assert orders.ask(DeadMan("public", 0)).outcome == Done()
    orders.ask(bid(stand))
    orders.plug.close()
    assert len(stand.exchange.open_orders("1000001", "public")) == 1


def test_the_login_is_renewed_before_it_ends(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "TOKEN_S", 180)
    stream = Stream(stand)
    for _ in range(40):
        stand.wait(5)
        stream.pump()
    assert stand.now > START + 180 * S
    assert stream.private.ready
    assert [update for update in stream.told if isinstance(update, StreamEnded)] == []
    stand.done(market("m-1"))
    assert [update for update in stream.pump() if isinstance(update, Fill)]


def test_logins_that_are_ended_are_noticed(stand: Stand) -> None:
    stream, orders = Stream(stand), Orders(stand)
    stand.dialect.expire(stand.now)
    stand.done(market("m-1"))
    assert [update for update in stream.pump() if isinstance(update, Fill)] == []
    assert isinstance(orders.ask(bid(stand)).outcome, Rejected)
    assert orders.entry.ready(stand.now)  # it has logged in again
    assert orders.ask(bid(stand)).outcome == Done()
    for _ in range(7):
        stand.wait(5)
        stream.pump()
    (ended,) = [update for update in stream.told if isinstance(update, StreamEnded)]
    assert (ended.message, ended.refused) == ("13009 unauthorized", False)
    assert not stream.private.ready


def test_an_order_connection_that_is_quiet_logs_in_again_too(stand: Stand) -> None:
    orders = Orders(stand)
    stand.dialect.expire(stand.now)
    for _ in range(7):
        stand.wait(5)
        assert orders.pump() == []
    assert orders.ask(bid(stand)).outcome == Done()


def test_a_key_that_is_revoked_cannot_log_in(stand: Stand) -> None:
    stand.exchange.faults.switch("revoke", Switch(fault="revoke"))
    stream = Stream(stand)
    (ended,) = stream.told
    assert isinstance(ended, StreamEnded)
    assert ended.refused
    assert isinstance(stand.ask(CancelAll("public")).outcome, Rejected)


def test_being_over_the_limit_ends_the_session(stand: Stand) -> None:
    orders = Orders(stand)
    orders.ask(DeadMan("public", 10))
    stand.dialect.exhaust(stand.now, stand.now + S)
    reply = orders.ask(bid(stand))
    assert isinstance(reply.outcome, RetryLater)
    assert orders.plug.closed


def test_a_liquidation_is_marked_and_warned_of(stand: Stand) -> None:
    stream = Stream(stand)
    stand.done(market("m-1", 1000))
    stream.pump()
    stand.exchange.faults.switch("liquidation", Switch(fault="liquidation"))
    stand.wait(1)
    told = stream.pump()
    fills = [update for update in told if isinstance(update, Fill)]
    assert fills
    assert {fill.forced for fill in fills} == {Forced.LIQUIDATION}
    warnings = [update for update in told if isinstance(update, Warned)]
    assert {(each.forced, each.symbol) for each in warnings} == {(Forced.LIQUIDATION, PERP)}
    assert stand.exchange.positions("1000001", "public") == []


class Ear:
    """A sink that gives out one market a code."""

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.reports: list[Report] = []
        self.trades: list[tuple[float, float, bool, str]] = []

    def market(self, line: str, code: str) -> Market:
        return self.markets.setdefault(code, Market(VENUE.symbol_of(line, code), line, code, Book(1.0, inverse=True)))

    def touched(self, market: Market, now: int) -> None: ...

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.trades.append((price, size, buy, trade_id))

    def carried(self, market: Market, now: int) -> None: ...

    def report(self, report: Report) -> None:
        self.reports.append(report)


def test_the_public_feed_holds_the_very_book_of_the_exchange(stand: Stand) -> None:
    ear = Ear()
    feed = VENUE.feed("public", [CODE], tuple(Channel), ear)
    plug = stand.plug()
    feed.connected(stand.now)
    for _ in range(100):
        stand.wait(0.25)
        for frame in feed.to_send():
            plug.send(frame)
        for body in plug.heard:
            feed.receive(body, stand.now)
        plug.heard = []
    held, real = ear.markets[CODE], stand.exchange.markets[PERP]
    assert (ear.reports, feed.undecoded, held.tally.gaps) == ([], 0, 0)
    assert held.tally.book_updates > 10
    assert ear.trades
    assert abs(held.carry.mark - real.carry.mark) < 50
    for _ in range(100):
        stand.wait(0.1)
        for body in plug.heard:
            feed.receive(body, stand.now)
        plug.heard = []
        if held.book.sequence == real.sequence:
            break
    assert held.book.sequence == real.sequence
    for side in (0, 1):
        assert held.book.levels(side, 1000) == real.book.levels(side, 1000)


@pytest.mark.parametrize("path", ["/ws", "/api/v2"])
def test_there_is_one_address_for_connections(path: str, stand: Stand) -> None:
    answer = stand.dialect.opened(99, stand.call("GET", path), stand.now)
    assert answer is not None
    assert answer.status == 404
    stand.dialect.receive(99, b"{}", stand.now)
    stand.dialect.closed(99, stand.now)
    assert stand.dialect.take() == []


def test_a_logout_closes_without_cancelling(stand: Stand) -> None:
    plug = stand.plug().login()
    assert plug.rpc("private/enable_cancel_on_disconnect")["result"] == "ok"
    price = stand.exchange.markets[PERP].book.bid - 100
    plug.rpc("private/buy", instrument_name=CODE, amount=10, price=price)
    assert plug.rpc("private/get_cancel_on_disconnect")["result"] == {"scope": "connection", "enabled": True}
    assert plug.rpc("private/logout")["result"] == "ok"
    assert plug.closed
    plug.close()
    assert len(stand.exchange.open_orders("1000001", "public")) == 1
