"""The desk's own codec against the simulated venue: every ask, end to end."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.account import (
    Balance,
    Complete,
    Fees,
    Fill,
    Funding,
    Income,
    IncomeKind,
    Mode,
    OrderUpdate,
    Permissions,
    Position,
    ServerTime,
    Terms,
)
from basisdesk.domain.ask import (
    AskAccounts,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPermissions,
    AskPositionMode,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    DeadMan,
    MarginMode,
    MoveFunds,
    OrderRef,
    OrderType,
    PositionMode,
    PositionSide,
    SetLeverage,
    SetPositionMode,
    TimeInForce,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater
from basisdesk.sim.dialects.htx import RULES
from basisdesk.venues.trading import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.htx.conftest import Desk


SPOT, LINEAR, SWAP = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC"
LINES = ("spot", "linear", "coin_swap", "coin_futures")
D = Decimal


def of_kind(updates: Any, kind: type) -> list[Any]:
    return [update for update in updates if isinstance(update, kind)]


@pytest.mark.parametrize("line", LINES)
def test_an_order_is_placed_found_and_cancelled(desk: Desk, line: str) -> None:
    symbol = desk.symbol(line)
    placed = desk.order(symbol, "0.9", leverage=3)
    reply = desk.ask(placed)
    assert reply.outcome == Done()
    assert reply.used
    (taken,) = reply.updates
    assert isinstance(taken, OrderUpdate)
    for ref in (
        OrderRef(symbol=symbol, venue_id=taken.venue_id),
        OrderRef(symbol=symbol, client_id=placed.order.client_id),
    ):
        (found,) = desk.ask(AskOrder(ref)).updates
        assert isinstance(found, OrderUpdate)
        assert (found.venue_id, found.client_id) == (taken.venue_id, placed.order.client_id)
        assert (found.status, found.side, found.size, found.filled) == (
            OrderStatus.OPEN,
            Side.BUY,
            placed.order.size,
            D(0),
        )
        assert (found.price, found.type, found.symbol) == (placed.order.price, OrderType.LIMIT, symbol)
    listed = desk.all(AskOpenOrders(line, symbol))
    assert [each.venue_id for each in of_kind(listed, OrderUpdate)] == [taken.venue_id]
    assert isinstance(listed[-1], Complete)
    ref = OrderRef(symbol=symbol, client_id=placed.order.client_id)
    assert desk.ask(Cancel(ref)).outcome == Done()
    (ended,) = desk.ask(AskOrder(ref)).updates
    assert isinstance(ended, OrderUpdate)
    assert (ended.status, ended.reason) == (OrderStatus.DONE, DoneReason.CANCELLED)
    for again in (ref, OrderRef(symbol=symbol, venue_id=taken.venue_id)):
        outcome = desk.ask(Cancel(again)).outcome
        assert isinstance(outcome, Rejected)
        assert outcome.reason is Reason.UNKNOWN_ORDER
    assert not of_kind(desk.all(AskOpenOrders(line)), OrderUpdate)


@pytest.mark.parametrize("line", LINES)
def test_a_client_id_is_taken_once_a_day(desk: Desk, line: str) -> None:
    placed = desk.order(desk.symbol(line), "0.9", leverage=3)
    assert desk.ask(placed).outcome == Done()
    outcome = desk.ask(placed).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.DUPLICATE_ID


@pytest.mark.parametrize("line", LINES)
def test_an_ended_order_is_forgotten_after_its_time(elsewhere: Callable[..., Desk], line: str) -> None:
    assert RULES.order_memory[0] == 2 * 3600 * 10**9
    desk = elsewhere(order_memory=(5 * 10**9, 10**18))
    symbol = desk.symbol(line)
    (taken,) = desk.ask(desk.order(symbol, "0.9", leverage=3)).updates
    assert isinstance(taken, OrderUpdate)
    ref = OrderRef(symbol=symbol, venue_id=taken.venue_id)
    desk.ask(Cancel(ref))
    desk.venue.now += 4 * 10**9
    assert desk.ask(AskOrder(ref)).outcome == Done()
    desk.venue.now += 2 * 10**9
    outcome = desk.ask(AskOrder(ref)).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.UNKNOWN_ORDER


def test_a_market_buy_of_spot_spends_money(desk: Desk) -> None:
    reply = desk.ask(desk.order(SPOT, "1", type=OrderType.MARKET, size=None, money=D("640.5")))
    (taken,) = reply.updates
    assert isinstance(taken, OrderUpdate)
    (found,) = desk.ask(AskOrder(OrderRef(symbol=SPOT, venue_id=taken.venue_id))).updates
    assert isinstance(found, OrderUpdate)
    assert (found.status, found.reason, found.size) == (OrderStatus.DONE, DoneReason.FILLED, None)
    assert found.average is not None
    assert D(600) < found.average * found.filled <= D("640.5")
    fills = of_kind(desk.all(AskFills(line="spot", symbol=SPOT)), Fill)
    assert sum(fill.size for fill in fills) == found.filled
    assert {(fill.fee_asset, fill.maker, fill.venue_id) for fill in fills} == {("BTC", False, taken.venue_id)}
    assert desk.ask(desk.order(SPOT, "1", side=Side.SELL, type=OrderType.MARKET)).outcome == Done()


@pytest.mark.parametrize("line", LINES[1:])
def test_positions_open_and_close(desk: Desk, line: str) -> None:
    symbol = desk.symbol(line)
    side = PositionSide.NET if line == "linear" else PositionSide.SHORT
    more: dict[str, Any] = {"type": OrderType.MARKET, "leverage": 3, "position": side}
    assert desk.ask(desk.order(symbol, "1", side=Side.SELL, **more)).outcome == Done()
    position, whole = desk.ask(AskPositions(line, symbol)).updates
    assert isinstance(position, Position)
    assert (position.symbol, position.size, position.side) == (symbol, D(-2), side)
    assert position.entry is not None
    assert position.leverage == (D(5) if line == "linear" else D(3))
    assert isinstance(whole, Complete)
    closes = desk.order(symbol, "1", side=Side.BUY, reduce_only=line == "linear", **more)
    assert desk.ask(closes).outcome == Done()
    (nothing,) = desk.ask(AskPositions(line)).updates
    assert isinstance(nothing, Complete)
    fills = of_kind(desk.all(AskFills(line=line, symbol=symbol, since=desk.venue.now - 3600 * 10**9)), Fill)
    assert sum(fill.size * fill.side.sign for fill in fills) == 0
    assert all(fill.fee and fill.fee > 0 for fill in fills)
    again = desk.order(symbol, "1", side=Side.BUY, client_id="5", reduce_only=line == "linear", **more)
    outcome = desk.ask(again).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.REDUCE_ONLY


def test_the_leverage_of_coin_margined_orders_is_learned(desk: Desk) -> None:
    placed = desk.order(SWAP, "0.9")
    assert desk.ask(placed).outcome == Done()
    assert desk.session.learned["leverage:coin_swap:BTC-USD"] == "5"


def test_all_fills_of_a_coin_margined_line_are_asked_for(desk: Desk) -> None:
    symbol = desk.symbol("coin_futures")
    desk.ask(desk.order(symbol, "1", type=OrderType.MARKET, leverage=3))
    fills = of_kind(desk.all(AskFills(line="coin_futures")), Fill)
    assert {fill.symbol for fill in fills} == {symbol}


@pytest.mark.parametrize("line", LINES)
def test_lives_of_orders(desk: Desk, line: str) -> None:
    symbol = desk.symbol(line)
    for name, share, more, reason in (
        ("1", "1.01", {"time_in_force": TimeInForce.IOC}, DoneReason.FILLED),
        ("2", "0.9", {"time_in_force": TimeInForce.FOK}, DoneReason.CANCELLED),
        ("3", "1.01", {"post_only": True}, DoneReason.CANCELLED),
    ):
        placed = desk.order(symbol, share, client_id=name, leverage=3, **more)
        assert desk.ask(placed).outcome == Done()
        (found,) = desk.ask(AskOrder(OrderRef(symbol=symbol, client_id=name))).updates
        assert isinstance(found, OrderUpdate)
        assert (found.status, found.reason) == (OrderStatus.DONE, reason), name


@pytest.mark.parametrize("line", LINES)
def test_cancelling_all(desk: Desk, line: str) -> None:
    symbol = desk.symbol(line)
    for name in ("1", "2", "3"):
        desk.ask(desk.order(symbol, "0.9", client_id=name, leverage=3))
    assert desk.ask(CancelAll(line, symbol)).outcome == Done()
    assert not of_kind(desk.all(AskOpenOrders(line)), OrderUpdate)


def test_more_than_a_hundred_spot_orders_are_cancelled_in_two_requests(desk: Desk) -> None:
    for number in range(102):
        desk.venue.now += 10**8
        desk.ask(desk.order(SPOT, "0.9", client_id=str(number)))
    reply = desk.ask(CancelAll("spot"))
    assert isinstance(reply.further, CancelAll)
    assert desk.ask(reply.further).further is None
    assert not of_kind(desk.all(AskOpenOrders("spot")), OrderUpdate)


@pytest.mark.parametrize("line", LINES)
def test_the_dead_mans_switch_cancels(desk: Desk, line: str) -> None:
    symbol = desk.symbol(line)
    desk.ask(desk.order(symbol, "0.9", leverage=3))
    assert desk.ask(DeadMan(line, 30)).outcome == Done()
    desk.venue.wait(29)
    assert of_kind(desk.all(AskOpenOrders(line)), OrderUpdate)
    desk.venue.wait(3)
    assert not of_kind(desk.all(AskOpenOrders(line)), OrderUpdate)
    assert desk.ask(DeadMan(line, 0)).outcome == Done()


@pytest.mark.parametrize("line", LINES)
def test_balances_move(desk: Desk, line: str) -> None:
    asset = "USDT" if line in {"spot", "linear"} else "BTC"
    before = {each.asset: each for each in of_kind(desk.ask(AskBalances(line)).updates, Balance)}
    other = "linear" if line == "spot" else "spot"
    moved = desk.ask(MoveFunds(asset=asset, amount=D("1.5"), source=line, target=other))
    assert moved.outcome == Done()
    after = {each.asset: each for each in of_kind(desk.ask(AskBalances(line)).updates, Balance)}
    assert after[asset].total == before[asset].total - D("1.5")
    assert after[asset].available == before[asset].available - D("1.5")
    booked = of_kind(desk.all(AskIncome(line=line, since=desk.venue.now - 3600 * 10**9)), Income)
    assert [(each.kind, each.asset, each.amount) for each in booked] == [(IncomeKind.TRANSFER, asset, D("-1.5"))]
    too_much = MoveFunds(asset=asset, amount=D(10**9), source=line, target=other)
    outcome = desk.ask(too_much).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.INSUFFICIENT_MARGIN


def test_settings(desk: Desk) -> None:
    assert desk.ask(AskPositionMode("linear")).updates == (Mode(line="linear", position=PositionMode.ONE_WAY),)
    hedge = Mode(line="linear", position=PositionMode.HEDGE)
    assert desk.ask(SetPositionMode("linear", PositionMode.HEDGE)).updates == (hedge,)
    assert desk.ask(SetPositionMode("linear", PositionMode.HEDGE)).outcome == Done()
    long = desk.order(LINEAR, "1", type=OrderType.MARKET, position=PositionSide.LONG, margin=MarginMode.ISOLATED)
    assert desk.ask(long).outcome == Done()
    (position, _) = desk.ask(AskPositions("linear")).updates
    assert isinstance(position, Position)
    assert (position.side, position.mode) == (PositionSide.LONG, MarginMode.ISOLATED)
    busy = desk.ask(SetPositionMode("linear", PositionMode.ONE_WAY)).outcome
    assert isinstance(busy, Rejected)
    assert busy.reason is Reason.MODE
    for line in LINES[1:]:
        symbol = desk.symbol(line)
        (mode,) = desk.ask(SetLeverage(symbol, D(7))).updates
        assert isinstance(mode, Mode)
        assert (mode.leverage, mode.symbol) == (D(7), symbol)
        outcome = desk.ask(SetLeverage(symbol, D(1000))).outcome
        assert isinstance(outcome, Rejected)
        assert outcome.reason is Reason.RISK_LIMIT


@pytest.mark.parametrize("line", LINES)
def test_facts(desk: Desk, line: str) -> None:
    symbol = desk.symbol(line)
    (clock,) = desk.ask(AskTime(line)).updates
    assert isinstance(clock, ServerTime)
    assert 0 <= desk.venue.now - clock.at < 10**6
    terms = {each.instrument.symbol: each.instrument for each in of_kind(desk.all(AskInstruments(line)), Terms)}
    listed = desk.venue.exchange.markets[symbol].instrument
    assert (terms[symbol].tick, terms[symbol].step, terms[symbol].contract_size) == (
        listed.tick,
        listed.step,
        listed.contract_size,
    )
    assert terms[symbol].expiry == listed.expiry
    (fees,) = desk.ask(AskFees(symbol)).updates
    assert fees == Fees(symbol=symbol, maker=listed.maker_fee, taker=listed.taker_fee)


@pytest.mark.parametrize("symbol", [LINEAR, SWAP])
def test_funding(desk: Desk, symbol: str) -> None:
    coming, past = desk.all(AskFunding(symbol))
    assert isinstance(coming, Funding)
    assert isinstance(past, Funding)
    assert coming.next_at > desk.venue.now
    assert coming.predicted is not None
    assert coming.interval == (8 if symbol == LINEAR else None)
    assert (coming.cap is not None) == (symbol == LINEAR)
    assert past.settled is not None
    assert 0 < past.settled_at <= desk.venue.now


def test_funding_is_booked(desk: Desk) -> None:
    lines = ("linear", "coin_swap")
    for line in lines:
        side = PositionSide.NET if line == "linear" else PositionSide.LONG
        desk.ask(desk.order(desk.symbol(line), "1", type=OrderType.MARKET, leverage=3, position=side))
    began, coming = desk.venue.now, desk.venue.exchange.markets[LINEAR].carry.next_at
    assert coming - began < 60 * 10**9
    desk.venue.now = coming + 10**9
    for line in lines:
        symbol = desk.symbol(line)
        booked = of_kind(desk.all(AskIncome(line=line, symbol=symbol, since=began)), Income)
        paid = [each for each in booked if each.kind is IncomeKind.FUNDING]
        assert [(each.symbol, each.asset) for each in paid] == [(symbol, "USDT" if line == "linear" else "BTC")]


@pytest.mark.parametrize(
    ("key", "trade", "withdraw"), [("full", True, False), ("readonly", False, False), ("withdraw", True, True)]
)
def test_what_keys_may_do(another: Callable[[str], Desk], key: str, trade: bool, withdraw: bool) -> None:
    desk = another(key)
    (told,) = desk.ask(AskPermissions()).updates
    assert isinstance(told, Permissions)
    assert (told.read, told.trade, told.withdraw, told.account) == (True, trade, withdraw, "1000001")


@pytest.mark.parametrize("line", LINES)
def test_a_key_that_only_reads_does_not_trade(another: Callable[[str], Desk], line: str) -> None:
    reader = another("readonly")
    assert reader.ask(AskBalances(line)).outcome == Done()
    outcome = reader.ask(reader.order(reader.symbol(line), "0.9", leverage=3)).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.PERMISSION


@pytest.mark.parametrize("line", LINES)
def test_a_clock_that_is_off_is_told_so(desk: Desk, line: str) -> None:
    desk.ask(AskAccounts("spot"))
    ask = desk.order(desk.symbol(line), "0.9", leverage=3)
    desk.venue.now, now = desk.venue.now - 301 * 10**9, desk.venue.now
    request = desk.trading.encode(ask, desk.session, desk.venue.now)
    desk.venue.now = now
    assert not isinstance(request, Refusal)
    host = "spot" if line == "spot" else "contract"
    answer = desk.venue.call(host, request.method, request.path, request.body)
    outcome = desk.trading.decode(request, Response(answer.status, answer.body, {}, now), desk.session).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.CLOCK


@pytest.mark.parametrize("line", LINES)
def test_too_many_requests_are_told_when_to_come_back(desk: Desk, line: str) -> None:
    desk.ask(AskBalances(line))
    desk.venue.dialect.exhaust(desk.venue.now, desk.venue.now + 10**9)
    reply = desk.ask(desk.order(desk.symbol(line), "0.9", leverage=3))
    assert isinstance(reply.outcome, RetryLater)
    assert reply.outcome.reason is Reason.RATE_LIMIT
    assert desk.venue.now < reply.outcome.at <= desk.venue.now + 4 * 10**9
    desk.venue.now = reply.outcome.at
    assert desk.ask(desk.order(desk.symbol(line), "0.9", leverage=3)).outcome == Done()
