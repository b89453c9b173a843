"""Our own codec against the simulated venue: every ask, from the value to the wire and back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

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
    Position,
    ServerTime,
    Terms,
    Update,
)  # fmt: skip
from basisdesk.domain.ask import (
    Ask,
    AskAccounts,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    MarginMode,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    SetLeverage,
    SetMarginMode,
    TimeInForce,
)  # fmt: skip
from basisdesk.domain.instrument import Rounding, round_price
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater
from basisdesk.venues.bigone import VENUE

if TYPE_CHECKING:
    from collections.abc import Sequence

SPOT, SWAP, INVERSE = "bigone:BTC/USDT", "bigone:BTC/USDT:USDT", "bigone:BTC/USD:BTC"
Kind = TypeVar("Kind")


def only(kind: type[Kind], updates: Sequence[Update]) -> Kind:
    (found,) = [update for update in updates if isinstance(update, kind)]
    return found


def price_at(door: Any, symbol: str, factor: str) -> Decimal:
    market = door.exchange.markets[symbol]
    return round_price(market.instrument, Decimal(repr(market.book.mid())) * Decimal(factor), Rounding.NEAREST)


def order(symbol: str, side: Side = Side.BUY, **terms: Any) -> Place:
    size = Decimal("0.01") if symbol == SPOT else Decimal(5)
    kind = OrderType.LIMIT if "price" in terms else OrderType.MARKET
    given: dict[str, Any] = {"symbol": symbol, "side": side, "type": kind, "client_id": "own-1", "size": size}
    return Place(NewOrder(**(given | terms)))


def test_the_instruments_are_those_of_the_exchange(door: Any) -> None:
    assert set(door.session.instruments) == set(door.exchange.markets)
    for symbol, market in door.exchange.markets.items():
        ours, theirs = door.session.instruments[symbol], market.instrument
        for name in ("code", "tick", "step", "min_notional", "contract_size", "margin", "settle", "max_leverage"):
            assert getattr(ours, name) == getattr(theirs, name), (symbol, name)
    for line in VENUE.lines:
        assert {type(update) for update in door.ask(AskInstruments(line)).updates} == {Terms}


def test_time_and_funding(door: Any) -> None:
    assert door.ask(AskTime("spot")).updates == (ServerTime(door.now),)
    funding = only(Funding, door.ask(AskFunding(INVERSE)).updates)
    carry = door.exchange.markets[INVERSE].carry
    assert (float(funding.predicted or 0), funding.next_at, funding.interval) == (carry.predicted, carry.next_at, 8)


def test_balances_of_the_three_accounts(door: Any) -> None:
    for ask, wallet in ((AskBalances("spot"), "spot"), (AskBalances("spot", "funding"), "funding")):
        told = {row.asset: row for row in door.ask(ask).updates if isinstance(row, Balance)}
        assert {name: row.total for name, row in told.items()} == {
            row.asset: row.total for row in door.exchange.balances("1000001", wallet)
        }
    rows = [row for row in door.ask(AskBalances("contract")).updates if isinstance(row, Balance)]
    assert {row.asset: row.total for row in rows} == {"USDT": Decimal(1_000_000), "BTC": Decimal(25)}
    assert rows[0].account == door.ask(AskAccounts()).learned[0][1]


def test_fees(door: Any) -> None:
    assert door.ask(AskFees(SPOT)).updates == (Fees(symbol=SPOT, maker=Decimal("0.001"), taker=Decimal("0.001")),)
    assert only(Fees, door.ask(AskFees(SWAP)).updates) == door.exchange.fees("1000001", SWAP)


@pytest.mark.parametrize("symbol", [SPOT, SWAP, INVERSE])
def test_an_order_rests_is_found_and_is_cancelled(door: Any, symbol: str) -> None:
    placed = only(OrderUpdate, door.ask(order(symbol, price=price_at(door, symbol, "0.9"))).updates)
    assert (placed.status, placed.symbol, placed.filled) == (OrderStatus.OPEN, symbol, Decimal(0))
    assert placed.client_id == ("own-1" if symbol == SPOT else "")
    line = door.exchange.markets[symbol].instrument.market
    refs = [OrderRef(symbol=symbol, venue_id=placed.venue_id)]
    refs += [OrderRef(symbol=symbol, client_id="own-1")] if symbol == SPOT else []
    for ref in refs:
        assert only(OrderUpdate, door.ask(AskOrder(ref)).updates) == placed
    listed = door.ask(AskOpenOrders(line, symbol)).updates
    assert listed == (placed, Complete(at=door.now, what="open_orders", line=line, symbol=symbol))
    ended = only(OrderUpdate, door.ask(Cancel(refs[-1])).updates)
    assert (ended.status, ended.reason) == (OrderStatus.DONE, DoneReason.CANCELLED)
    again = door.ask(Cancel(refs[-1])).outcome
    assert isinstance(again, Rejected)
    assert again.reason is Reason.UNKNOWN_ORDER
    unknown = "1" if symbol == SPOT else "00000000-0000-0000-0000-000000000001"
    for ask in (AskOrder, Cancel):
        outcome = door.ask(ask(OrderRef(symbol=symbol, venue_id=unknown))).outcome
        assert isinstance(outcome, Rejected)
        assert outcome.reason is Reason.UNKNOWN_ORDER


def test_market_orders_fill_and_are_told_with_their_fees(door: Any) -> None:
    bought = only(OrderUpdate, door.ask(order(SPOT)).updates)
    assert (bought.status, bought.reason, bought.filled) == (OrderStatus.DONE, DoneReason.FILLED, Decimal("0.01"))
    fills = [row for row in door.all(AskFills(line="spot", symbol=SPOT)) if isinstance(row, Fill)]
    assert sum(row.size for row in fills) == Decimal("0.01")
    assert {(row.fee_asset, row.side, row.maker, row.venue_id) for row in fills} == {
        ("BTC", Side.BUY, False, bought.venue_id)
    }
    sold = only(OrderUpdate, door.ask(order(INVERSE, Side.SELL)).updates)
    assert sold.filled == Decimal(5)
    fills = [row for row in door.all(AskFills(line="contract", symbol=INVERSE)) if isinstance(row, Fill)]
    theirs = door.exchange.fills("1000001", "contract", INVERSE, 0, door.now)
    assert [(row.size, row.price, row.fee, row.fee_asset) for row in fills] == [
        (row.size, row.price, row.fee, row.fee_asset) for row in theirs
    ]
    position = only(Position, door.ask(AskPositions("contract", INVERSE)).updates)
    assert (position.size, position.mode, position.leverage) == (Decimal(-5), MarginMode.CROSS, Decimal(20))
    assert position.entry == door.exchange.positions("1000001", "contract")[0].entry


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({"time_in_force": TimeInForce.IOC}, OrderStatus.DONE), ({"post_only": True}, OrderStatus.OPEN),
        ({"time_in_force": TimeInForce.FOK}, OrderStatus.DONE), ({}, OrderStatus.OPEN),
    ],
)  # fmt: skip
def test_every_life_of_a_limit_order(door: Any, terms: dict[str, Any], status: OrderStatus) -> None:
    for symbol in (SPOT, SWAP):
        if symbol == SPOT and terms.get("time_in_force") is TimeInForce.FOK:
            continue
        told = only(OrderUpdate, door.ask(order(symbol, price=price_at(door, symbol, "0.9"), **terms)).updates)
        assert told.status is status
        assert told.type is OrderType.LIMIT


def test_a_post_only_order_that_would_take_ends_without_a_fill(door: Any) -> None:
    for symbol in (SPOT, SWAP):
        told = only(OrderUpdate, door.ask(order(symbol, price=price_at(door, symbol, "1.01"), post_only=True)).updates)
        assert (told.status, told.reason, told.filled) == (OrderStatus.DONE, DoneReason.CANCELLED, Decimal(0))


def test_a_reduce_only_order_needs_something_to_reduce(door: Any) -> None:
    outcome = door.ask(order(SWAP, Side.SELL, reduce_only=True)).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.REDUCE_ONLY
    door.ask(order(SWAP))
    assert only(OrderUpdate, door.ask(order(SWAP, Side.SELL, reduce_only=True)).updates).reduce_only


def test_all_orders_of_a_pair_are_cancelled(door: Any) -> None:
    for number in range(3):
        door.ask(order(SPOT, price=price_at(door, SPOT, "0.9"), client_id=f"own-{number}"))
    assert door.ask(CancelAll("spot", SPOT)).outcome == Done()
    assert [type(row) for row in door.ask(AskOpenOrders("spot", SPOT)).updates] == [Complete]


def test_leverage_and_margin_mode_are_set_together(door: Any) -> None:
    told = door.ask(SetLeverage(SWAP, Decimal(7)))
    assert only(Mode, told.updates) == Mode(line="contract", symbol=SWAP, margin=MarginMode.CROSS, leverage=Decimal(7))
    told = door.ask(SetMarginMode(SWAP, MarginMode.ISOLATED))
    assert only(Mode, told.updates).margin is MarginMode.ISOLATED
    assert door.exchange.leverage("1000001", SWAP) == (Decimal(7), MarginMode.ISOLATED)
    told = door.ask(SetLeverage(SWAP, Decimal(8)))
    assert door.exchange.leverage("1000001", SWAP) == (Decimal(8), MarginMode.ISOLATED)


def test_margin_modes_stay_while_there_is_a_position(door: Any) -> None:
    door.ask(order(SWAP))
    outcome = door.ask(SetMarginMode(SWAP, MarginMode.ISOLATED, Decimal(20))).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.RISK_LIMIT


def test_money_moves_once_for_each_id(door: Any) -> None:
    move = MoveFunds(asset="BTC", amount=Decimal(2), source="spot", target="contract", client_id="move-1")
    for _ in range(2):
        assert door.ask(move).outcome == Done()
    assert {row.asset: row.total for row in door.exchange.balances("1000001", "contract")}["BTC"] == Decimal(27)
    much = MoveFunds(asset="BTC", amount=Decimal(200), source="spot", target="funding", client_id="move-2")
    outcome = door.ask(much).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.INSUFFICIENT_MARGIN


def test_funding_is_told_as_income(door: Any) -> None:
    door.ask(order(INVERSE, Side.SELL, size=Decimal(1000)))
    pool = door.exchange.floor.pools[INVERSE]
    pool.settles_at = door.now + 1
    door.wait(1)
    row = only(Income, door.all(AskIncome(line="contract", symbol=INVERSE)))
    theirs = [
        each for each in door.exchange.income("1000001", "contract", INVERSE, 0) if each.kind is IncomeKind.FUNDING
    ]
    assert [(row.amount, row.asset, row.kind)] == [(each.amount, each.asset, each.kind) for each in theirs]
    assert not [each for each in door.all(AskFills(line="contract")) if isinstance(each, Income)]


REFUSED: list[tuple[dict[str, Any], Reason]] = [
    ({"symbol": SPOT, "price": "3"}, Reason.PRICE_BAND),
    ({"symbol": SPOT, "price": "0.1", "side": Side.SELL}, Reason.PRICE_BAND),
    ({"symbol": SPOT, "price": "0.9", "size": Decimal(18)}, Reason.ABOVE_MAXIMUM),
    ({"symbol": SWAP, "price": "3"}, Reason.PRICE_BAND),
    ({"symbol": SWAP, "price": "0.9", "size": Decimal(10_000_000)}, Reason.INSUFFICIENT_MARGIN),
]


@pytest.mark.parametrize(("terms", "reason"), REFUSED)
def test_what_the_venue_refuses_is_told_for_what_it_is(door: Any, terms: dict[str, Any], reason: Reason) -> None:
    price = price_at(door, terms["symbol"], terms["price"])
    outcome = door.ask(order(**(terms | {"price": price}))).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is reason


def test_an_id_is_refused_when_it_comes_again(door: Any) -> None:
    ask = order(SPOT, price=price_at(door, SPOT, "0.9"))
    assert door.ask(ask).outcome == Done()
    outcome = door.ask(ask).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.DUPLICATE_ID


def test_a_key_that_only_reads_reads(reading: Any) -> None:
    assert reading.ask(AskBalances("contract")).outcome == Done()
    move = MoveFunds(asset="BTC", amount=Decimal(2), source="spot", target="contract", client_id="m")
    asks: list[Ask] = [order(SPOT), order(SWAP), CancelAll("spot", SPOT), move]
    for ask in asks:
        outcome = reading.ask(ask).outcome
        assert isinstance(outcome, Rejected)
        assert outcome.reason is Reason.PERMISSION


def test_a_command_that_arrives_too_late_is_refused_and_one_in_time_is_not(door: Any) -> None:
    assert VENUE.trading is not None
    for late, expected in ((4, Done), (6, Rejected)):
        asked_at = door.now
        request = VENUE.trading.encode(order(SWAP), door.session, asked_at)
        door.wait(late)
        headers = {name.lower(): value for name, value in request.headers}  # type: ignore[union-attr]
        status, _ = door.call("POST", "/api/contract/v2/orders", request.body, None, **headers)  # type: ignore[union-attr]
        assert (status == 200) is (expected is Done)


def test_too_many_requests_are_asked_again_later(door: Any) -> None:
    door.wait(10)
    outcomes = [door.ask(AskTime("spot")).outcome for _ in range(501)]
    assert outcomes[499] == Done()
    assert isinstance(outcomes[500], RetryLater)
    door.wait(10)
    assert door.ask(AskTime("spot")).outcome == Done()
    door.dialect.exhaust(door.now, door.now + 1)
    assert isinstance(door.ask(order(SPOT)).outcome, RetryLater)
