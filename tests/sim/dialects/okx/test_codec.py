"""Our own codec against the simulated venue: every ask, the private stream and the order socket."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from basisdesk.domain import ask as asks
from basisdesk.domain.account import (
    Balance,
    Complete,
    Fees,
    Fill,
    Forced,
    Funding,
    Income,
    IncomeKind,
    Mode,
    OrderUpdate,
    Permissions,
    Position,
    ServerTime,
    StreamEnded,
)
from basisdesk.domain.ask import MarginMode, NewOrder, OrderRef, OrderType, Place, PositionMode, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected

SPOT, SWAP, COIN = "okx:BTC/USDT", "okx:BTC/USDT:USDT", "okx:BTC/USD:BTC"
SECOND = 1_000_000_000
D = Decimal


def order(symbol: str, side: Side = Side.BUY, name: str = "t1", **more: Any) -> Place:
    terms: dict[str, Any] = {"type": OrderType.LIMIT, "size": D(1), "price": D(50000), "client_id": name}
    return Place(NewOrder(symbol=symbol, side=side, **(terms | more)))


def market(symbol: str, side: Side = Side.BUY, name: str = "m1", **more: Any) -> Place:
    return order(symbol, side, name, **({"type": OrderType.MARKET, "price": None} | more))


def one(updates: Any, kind: type[Any]) -> Any:
    (found,) = [update for update in updates if isinstance(update, kind)]
    return found


def test_the_market_is_known(desk: Any) -> None:
    known = desk.session.instruments
    assert {SPOT, SWAP, COIN} <= set(known)
    assert len({each.number for each in known.values()}) == len(known)
    assert all(each.number for each in known.values())
    for symbol, sim in desk.venue.exchange.markets.items():
        for name in (
            "tick",
            "step",
            "min_size",
            "max_size",
            "contract_size",
            "kind",
            "margin",
            "settle",
            "expiry",
            "code",
        ):
            assert getattr(known[symbol], name) == getattr(sim.instrument, name), (symbol, name)
    assert one(desk.all(asks.AskTime("public")), ServerTime).at // SECOND == desk.venue.now // SECOND
    funding = one(desk.all(asks.AskFunding(SWAP)), Funding)
    assert (funding.interval, funding.next_at > desk.venue.now) == (8, True)
    assert funding.cap == -funding.floor


def test_the_account_is_known(desk: Any) -> None:
    assert one(desk.all(asks.AskPermissions()), Permissions).withdraw is False
    assert one(desk.all(asks.AskPositionMode("public")), Mode).position is PositionMode.ONE_WAY
    assert desk.session.learned["account"] == "1000001"
    balances = desk.all(asks.AskBalances("public"))
    assert isinstance(balances[-1], Complete)
    assert {each.asset: each.total for each in balances if isinstance(each, Balance)}["BTC"] == 25
    funding = desk.all(asks.AskBalances("public", "funding"))
    assert {each.wallet for each in funding if isinstance(each, Balance)} == {"funding"}
    fees = one(desk.all(asks.AskFees(SWAP)), Fees)
    assert (fees.maker, fees.taker) == (D("0.0002"), D("0.0005"))
    assert one(desk.all(asks.AskFees(SPOT)), Fees).taker == D("0.001")


def test_an_order_lives_and_dies(desk: Any) -> None:
    placed = one(desk.reply(order(SWAP)).updates, OrderUpdate)
    for ref in (OrderRef(symbol=SWAP, venue_id=placed.venue_id), OrderRef(symbol=SWAP, client_id="t1")):
        found = one(desk.all(asks.AskOrder(ref)), OrderUpdate)
        assert (found.venue_id, found.status, found.size, found.price) == (
            placed.venue_id, OrderStatus.OPEN, D(1), D(50000),
        )  # fmt: skip
    again = desk.reply(order(SWAP)).outcome
    assert isinstance(again, Rejected)
    assert again.reason is Reason.DUPLICATE_ID
    assert desk.reply(asks.Amend(order=ref, size=D(2), price=D("49999.9"))).outcome == Done()
    listed = desk.all(asks.AskOpenOrders("public"))
    assert [(each.size, each.price) for each in listed if isinstance(each, OrderUpdate)] == [(D(2), D("49999.9"))]
    assert desk.reply(asks.Cancel(ref)).outcome == Done()
    gone = desk.reply(asks.Cancel(ref)).outcome
    assert isinstance(gone, Rejected)
    assert gone.reason is Reason.UNKNOWN_ORDER
    ended = one(desk.all(asks.AskOrder(ref)), OrderUpdate)
    assert (ended.status, ended.reason) == (OrderStatus.DONE, DoneReason.CANCELLED)


def test_refusals_have_their_reasons(desk: Any) -> None:
    def reason(ask: Any) -> Reason:
        outcome = desk.reply(ask).outcome
        assert isinstance(outcome, Rejected), outcome
        return outcome.reason

    assert reason(order(SPOT, size=D(900))) is Reason.INSUFFICIENT_MARGIN
    assert reason(order(SWAP, price=D(900_000))) is Reason.PRICE_BAND
    assert reason(market(SWAP, Side.SELL, reduce_only=True)) is Reason.REDUCE_ONLY
    assert reason(asks.Amend(order=OrderRef(symbol=SWAP, venue_id="7"), size=D(2))) is Reason.UNKNOWN_ORDER
    desk.reply(order(SWAP))
    assert reason(asks.SetPositionMode("public", PositionMode.HEDGE)) is Reason.MODE
    crossing = asks.Amend(order=OrderRef(symbol=SWAP, client_id="p1"), price=D(69000))
    desk.reply(order(SWAP, name="p1", post_only=True))
    assert reason(crossing) is Reason.WOULD_CROSS
    late = desk.trading.encode(order(SWAP, name="l1"), desk.session, desk.venue.now - 6 * SECOND)
    headers = {name.lower(): value for name, value in late.headers}
    answer = desk.venue.call(late.method, late.path, late.body, headers)
    assert json.loads(answer.body)["code"] == "50036"
    slow = desk.trading.encode(asks.AskAccounts(), desk.session, desk.venue.now - 31 * SECOND)
    headers = {name.lower(): value for name, value in slow.headers}
    assert desk.venue.call(slow.method, slow.path, slow.body, headers).status == 401


def test_post_only_that_crosses_is_accepted_and_expires(desk: Any) -> None:
    placed = one(desk.reply(order(SWAP, price=D(69000), post_only=True)).updates, OrderUpdate)
    ended = one(desk.all(asks.AskOrder(OrderRef(symbol=SWAP, venue_id=placed.venue_id))), OrderUpdate)
    assert (ended.reason, ended.filled) == (DoneReason.EXPIRED, 0)
    assert ended.refused


def test_fills_positions_and_income(desk: Any) -> None:
    desk.reply(asks.SetLeverage(SWAP, D(5)))
    for symbol, name in ((SPOT, "a1"), (SWAP, "a2"), (COIN, "a3")):
        assert desk.reply(market(symbol, name=name)).outcome == Done()
    fills = [each for each in desk.all(asks.AskFills(line="public")) if isinstance(each, Fill)]
    assert [each.client_id for each in fills] == sorted(each.client_id for each in fills)
    assert {each.symbol: each.fee_asset for each in fills} == {SPOT: "BTC", SWAP: "USDT", COIN: "BTC"}
    assert all(each.fee is not None and each.fee > 0 and each.maker is False for each in fills)
    since = desk.venue.now - 4 * 86_400 * SECOND
    assert desk.all(asks.AskFills(line="public", since=since))[: len(fills)]
    positions = {each.symbol: each for each in desk.all(asks.AskPositions("public")) if isinstance(each, Position)}
    assert (positions[SWAP].size, positions[SWAP].leverage, positions[SWAP].mode) == (D(1), D(5), MarginMode.CROSS)
    assert positions[COIN].size == 1
    assert [each.symbol for each in desk.all(asks.AskPositions("public", SWAP)) if isinstance(each, Position)] == [SWAP]
    desk.venue.wait(40)
    rows = [each for each in desk.all(asks.AskIncome(line="public")) if isinstance(each, Income)]
    assert {each.symbol for each in rows if each.kind is IncomeKind.FUNDING} == {SWAP, COIN}
    assert all(each.amount for each in rows)


def test_money_is_spent_borrowed_and_moved(desk: Any) -> None:
    placed = one(desk.reply(market(SPOT, size=None, money=D(500))).updates, OrderUpdate)
    found = one(desk.all(asks.AskOrder(OrderRef(symbol=SPOT, venue_id=placed.venue_id))), OrderUpdate)
    assert (found.size, found.reason) == (None, DoneReason.FILLED)
    assert D(450) < found.filled * found.average <= 500
    desk.reply(market(SPOT, Side.SELL, name="s1", size=D(26), margin=MarginMode.CROSS))
    held = {each.asset: each for each in desk.all(asks.AskBalances("public")) if isinstance(each, Balance)}
    assert held["BTC"].borrowed > 0
    assert held["BTC"].total >= 0
    move = asks.MoveFunds(asset="USDT", amount=D(5), source="funding", target="trading", client_id="x1")
    row = one(desk.reply(move).updates, Income)
    assert (row.kind, row.amount) == (IncomeKind.TRANSFER, 5)
    too_much = desk.reply(asks.MoveFunds(asset="USDT", amount=D(10**9), source="funding", target="trading")).outcome
    assert isinstance(too_much, Rejected)
    assert too_much.reason is Reason.INSUFFICIENT_MARGIN


def test_everything_is_cancelled_by_hand_and_by_the_switch(desk: Any) -> None:
    for number in range(23):
        desk.reply(order(SWAP, name=f"n{number}"))
    desk.reply(order(SPOT, size=D("0.1")))
    ask: Any = asks.CancelAll("public", SWAP)
    replies = [desk.reply(ask) for _ in range(3)]  # first the list, then twenty, then the rest
    assert [reply.further for reply in replies] == [None, ask, None]
    left = [each.symbol for each in desk.all(asks.AskOpenOrders("public")) if isinstance(each, OrderUpdate)]
    assert left == [SPOT]
    desk.reply(asks.DeadMan("public", 10))
    desk.venue.wait(11)
    assert len(desk.all(asks.AskOpenOrders("public"))) == 1
    desk.reply(order(SPOT, size=D("0.1"), name="z1"))
    desk.reply(asks.DeadMan("public", 10))
    desk.reply(asks.DeadMan("public", 0))
    desk.venue.wait(12)
    assert len(desk.all(asks.AskOpenOrders("public"))) == 2


def test_hedge_mode_has_two_sides(desk: Any) -> None:
    assert desk.reply(asks.SetPositionMode("public", PositionMode.HEDGE)).outcome == Done()
    desk.reply(market(SWAP, position=PositionSide.LONG))
    desk.reply(market(SWAP, Side.SELL, name="m2", size=D(2), position=PositionSide.SHORT))
    held = {each.side: each.size for each in desk.all(asks.AskPositions("public")) if isinstance(each, Position)}
    assert held == {PositionSide.LONG: 1, PositionSide.SHORT: -2}
    assert desk.reply(market(SWAP, name="m3")).outcome != Done()  # one of the sides must be named
    desk.reply(market(SWAP, Side.SELL, name="m4", position=PositionSide.LONG, reduce_only=True))
    desk.reply(market(SWAP, Side.BUY, name="m5", size=D(2), position=PositionSide.SHORT, reduce_only=True))
    assert len(desk.all(asks.AskPositions("public"))) == 1


def test_what_the_venue_does_by_itself_is_marked(desk: Any) -> None:
    desk.reply(market(SWAP, size=D(4)))
    faults = desk.venue.exchange.faults
    assert faults.liquidate("1000001", SWAP, D("0.5"))
    assert faults.deleverage("1000001", SWAP)
    fills = [each for each in desk.all(asks.AskFills(line="public")) if isinstance(each, Fill)]
    assert {Forced.LIQUIDATION, Forced.ADL} <= {each.forced for each in fills}
    forced = next(each for each in fills if each.forced is Forced.LIQUIDATION)
    found = one(desk.all(asks.AskOrder(OrderRef(symbol=SWAP, venue_id=forced.venue_id))), OrderUpdate)
    assert (found.forced, found.type, found.client_id) == (Forced.LIQUIDATION, OrderType.MARKET, "")


def test_isolated_margin_is_an_orders_own(desk: Any) -> None:
    assert desk.reply(asks.SetMarginMode(SWAP, MarginMode.ISOLATED, D(10))).outcome == Done()
    desk.reply(market(SWAP))
    held = one(desk.all(asks.AskPositions("public")), Position)
    assert (held.mode, held.leverage) == (MarginMode.ISOLATED, 10)
    other = desk.reply(market(SWAP, name="m2", margin=MarginMode.CROSS)).outcome
    assert isinstance(other, Rejected)
    assert other.reason is Reason.MODE


def converse(desk: Any, connection: Any, socket: int) -> list[Any]:
    """Carry frames both ways until nothing is said any more."""
    updates: list[Any] = []
    for _ in range(20):
        for frame in connection.to_send():
            desk.venue.wire.receive(socket, frame, desk.venue.now)
        heard = [item for item in desk.venue.wire.take() if item.socket == socket]
        if not heard:
            return updates
        for item in heard:
            updates += connection.receive(item.body, desk.venue.now)
    return updates


def test_the_private_stream_tells_everything(desk: Any) -> None:
    (stream,) = desk.trading.privates(["public"], desk.session)
    socket = desk.venue.open("private")
    desk.venue.hand_out()
    stream.connected(desk.venue.now)
    first = converse(desk, stream, socket)
    assert stream.ready
    assert {each.what for each in first if isinstance(each, Complete)} == {"balances", "positions"}
    desk.venue.now += SECOND
    for ask in (order(SWAP), market(SWAP, size=D(2)), market(SPOT, name="s1", size=D("0.01"))):
        request = desk.trading.encode(ask, desk.session, desk.venue.now)
        headers = {name.lower(): value for name, value in request.headers}
        desk.venue.call(request.method, request.path, request.body, headers)
    told = converse(desk, stream, socket)
    assert stream.undecoded == 0
    orders = [each for each in told if isinstance(each, OrderUpdate)]
    assert [each.status for each in orders if each.client_id == "t1"] == [OrderStatus.OPEN]
    assert [each.filled for each in orders if each.client_id == "m1"][-1] == 2
    fills = [each for each in told if isinstance(each, Fill)]
    assert sum(each.size for each in fills if each.client_id == "m1") == 2
    assert all(each.fee and each.fee > 0 and each.account == "1000001" for each in fills)
    assert [each.size for each in told if isinstance(each, Position)][-1] == 2
    assert {each.asset for each in told if isinstance(each, Balance)} >= {"USDT", "BTC"}
    desk.venue.now += 25 * SECOND
    stream.on_time(desk.venue.now)
    assert converse(desk, stream, socket) == []
    assert stream.on_time(desk.venue.now + SECOND) == []


def test_a_wrong_key_ends_the_stream(desk: Any) -> None:
    desk.session.credentials = type(desk.session.credentials)("basisdesk-full", "no", "loopback")
    (stream,) = desk.trading.privates(["public"], desk.session)
    socket = desk.venue.open("private")
    stream.connected(desk.venue.now)
    ended = one(converse(desk, stream, socket), StreamEnded)
    assert ended.refused


def test_orders_over_the_socket(desk: Any) -> None:
    entry = desk.trading.entry("public", desk.session)
    socket = desk.venue.open("private")
    desk.venue.hand_out()
    entry.connected(desk.venue.now)
    converse(desk, entry, socket)
    assert entry.ready(desk.venue.now)
    ref = OrderRef(symbol=SWAP, client_id="t1")
    for ask in (order(SWAP), asks.Amend(order=ref, size=D(2)), asks.Cancel(ref)):
        assert entry.send(ask, desk.venue.now) is True
        ((answered, reply),) = converse(desk, entry, socket)
        assert (answered, reply.outcome) == (ask, Done())
    entry.send(asks.Cancel(ref), desk.venue.now)
    ((_, reply),) = converse(desk, entry, socket)
    assert reply.outcome.reason is Reason.UNKNOWN_ORDER
    entry.send(order(SWAP), desk.venue.now - 6 * SECOND)
    ((_, reply),) = converse(desk, entry, socket)
    assert reply.outcome.reason is Reason.EXPIRED
