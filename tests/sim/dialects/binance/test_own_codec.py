"""Our own requests against the simulated venue: every ask is understood, and every answer is read."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain import account as facts
from basisdesk.domain import ask as asks
from basisdesk.domain.ask import MarginMode, OrderType, PositionMode, PositionSide, TimeInForce
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.binance.conftest import Stage

SPOT, USDM, COINM = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"
LINES = {SPOT: "spot", USDM: "usdm", COINM: "coinm"}
SIZES = {SPOT: Decimal("0.01"), USDM: Decimal("0.02"), COINM: Decimal(5)}
EVERY = pytest.mark.parametrize("symbol", [SPOT, USDM, COINM])
FUTURES = pytest.mark.parametrize("symbol", [USDM, COINM])
Price = "Callable[[str, float], str]"


def order(symbol: str, price: str | None = None, **terms: Any) -> asks.Place:
    given: dict[str, Any] = {"side": Side.BUY, "client_id": "own-1", "size": SIZES[symbol]} | terms
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    return asks.Place(asks.NewOrder(symbol=symbol, type=kind, price=None if price is None else Decimal(price), **given))


def done(stage: Stage, ask: asks.Ask) -> tuple[Any, ...]:
    reply = stage.ask(ask)
    assert reply.outcome == Done(), reply.outcome
    return reply.updates


def refused(stage: Stage, ask: asks.Ask) -> Reason:
    outcome = stage.ask(ask).outcome
    assert isinstance(outcome, Rejected), outcome
    return outcome.reason


@EVERY
def test_a_resting_order_is_placed_found_and_cancelled(
    stage: Stage, price: Callable[[str, float], str], symbol: str
) -> None:
    (placed,) = done(stage, order(symbol, price(symbol, 0.95)))
    assert (placed.status, placed.client_id, placed.filled) == (OrderStatus.OPEN, "own-1", 0)
    for ref in (
        asks.OrderRef(symbol=symbol, client_id="own-1"),
        asks.OrderRef(symbol=symbol, venue_id=placed.venue_id),
    ):
        (found,) = done(stage, asks.AskOrder(ref))
        assert (found.venue_id, found.price, found.size) == (placed.venue_id, placed.price, placed.size)
    listed = done(stage, asks.AskOpenOrders(LINES[symbol], symbol))
    assert [type(each) for each in listed] == [facts.OrderUpdate, facts.Complete]
    assert len(done(stage, asks.AskOpenOrders(LINES[symbol]))) == 2
    assert refused(stage, order(symbol, price(symbol, 0.95))) is Reason.DUPLICATE_ID
    (gone,) = done(stage, asks.Cancel(asks.OrderRef(symbol=symbol, client_id="own-1")))
    assert (gone.client_id, gone.reason) == ("own-1", DoneReason.CANCELLED)
    assert refused(stage, asks.Cancel(asks.OrderRef(symbol=symbol, client_id="own-1"))) is Reason.UNKNOWN_ORDER
    assert refused(stage, asks.AskOrder(asks.OrderRef(symbol=symbol, venue_id="1"))) is Reason.UNKNOWN_ORDER


@EVERY
def test_a_market_order_fills_and_shows_in_fills_and_money(stage: Stage, symbol: str) -> None:
    line = LINES[symbol]
    updates = done(stage, order(symbol))
    assert updates[0].reason is DoneReason.FILLED
    assert updates[0].filled == SIZES[symbol]
    fills = done(stage, asks.AskFills(line=line, symbol=symbol))
    assert sum(fill.size for fill in fills) == SIZES[symbol]
    assert all(fill.venue_id == updates[0].venue_id and fill.fee > 0 for fill in fills)
    since = done(stage, asks.AskFills(line=line, symbol=symbol, since=stage.now - 10**10))
    assert since == fills
    after = asks.AskFills(line=line, symbol=symbol, cursor=f"id:{int(fills[-1].trade_id) + 1}")
    assert done(stage, after) == ()
    balances = done(stage, asks.AskBalances(line))
    assert isinstance(balances[-1], facts.Complete)
    assert {"USDT", "BTC"} <= {each.asset for each in balances[:-1]}
    if symbol == SPOT:
        assert [type(each) for each in updates[1:]] == [facts.Fill] * len(fills)
        return
    (held,) = [each for each in done(stage, asks.AskPositions(line, symbol)) if isinstance(each, facts.Position)]
    assert (held.size, held.mode, held.leverage) == (SIZES[symbol], MarginMode.CROSS, Decimal(20))
    kinds = {row.kind for row in done(stage, asks.AskIncome(line=line, since=stage.now - 10**10))}
    assert facts.IncomeKind.FEE in kinds
    done(stage, order(symbol, side=Side.SELL, reduce_only=True, client_id="own-2"))
    assert not [each for each in done(stage, asks.AskPositions(line)) if isinstance(each, facts.Position)]


def test_a_spot_market_buy_spends_money(stage: Stage) -> None:
    update, *_ = done(stage, order(SPOT, size=None, money=Decimal(500)))
    assert update.reason is DoneReason.FILLED
    assert update.average is not None
    assert update.filled * update.average == pytest.approx(Decimal(500), rel=Decimal("0.01"))


@EVERY
def test_kinds_of_limit_orders(stage: Stage, price: Callable[[str, float], str], symbol: str) -> None:
    above, below = price(symbol, 1.01), price(symbol, 0.95)
    (update, *_) = done(stage, order(symbol, above, time_in_force=TimeInForce.IOC))
    assert update.reason is DoneReason.FILLED
    (update,) = done(stage, order(symbol, below, time_in_force=TimeInForce.IOC, client_id="own-2"))
    assert update.reason is DoneReason.EXPIRED
    (update,) = done(stage, order(symbol, below, time_in_force=TimeInForce.FOK, client_id="own-3"))
    assert update.reason is DoneReason.EXPIRED
    (update,) = done(stage, order(symbol, below, post_only=True, client_id="own-4"))
    assert update.status is OrderStatus.OPEN
    assert refused(stage, order(symbol, above, post_only=True, client_id="own-5")) is Reason.WOULD_CROSS
    done(stage, asks.CancelAll(LINES[symbol], symbol))
    done(stage, asks.CancelAll(LINES[symbol], symbol))
    assert len(done(stage, asks.AskOpenOrders(LINES[symbol], symbol))) == 1


@EVERY
def test_amend(stage: Stage, price: Callable[[str, float], str], symbol: str) -> None:
    done(stage, order(symbol, price(symbol, 0.95), size=SIZES[symbol] * 2))
    ref = asks.OrderRef(symbol=symbol, client_id="own-1")
    if symbol == SPOT:
        (update,) = done(stage, asks.Amend(order=ref, size=SIZES[symbol], new_client_id="own-9"))
        assert (update.size, update.client_id) == (SIZES[symbol], "own-9")
        assert refused(stage, asks.Amend(order=ref, size=SIZES[symbol] * 3)) is Reason.UNSUPPORTED
        again = asks.Amend(order=asks.OrderRef(symbol=SPOT, client_id="own-9"), size=SIZES[symbol] / 2)
        assert done(stage, again)[0].client_id == "own-9"
        gone = asks.OrderRef(symbol=SPOT, client_id="never")
        assert refused(stage, asks.Amend(order=gone, size=SIZES[symbol])) is Reason.UNKNOWN_ORDER
        return
    new = Decimal(price(symbol, 0.94))
    (update,) = done(stage, asks.Amend(order=ref, size=SIZES[symbol], price=new, side=Side.BUY))
    assert (update.size, update.price, update.client_id) == (SIZES[symbol], new, "own-1")
    assert refused(stage, asks.Amend(order=ref, size=SIZES[symbol], price=new, side=Side.BUY)) is Reason.UNCHANGED


@EVERY
def test_what_cannot_be_paid_or_is_off_the_band_is_refused(
    stage: Stage, price: Callable[[str, float], str], symbol: str
) -> None:
    most = stage.exchange.markets[symbol].instrument.max_size
    size = min(most, Decimal(1000) if symbol != COINM else Decimal(1_000_000))
    assert refused(stage, order(symbol, price(symbol, 0.99), size=size)) is Reason.INSUFFICIENT_MARGIN
    assert refused(stage, order(symbol, price(symbol, 3))) is Reason.PRICE_BAND
    if symbol != SPOT:
        assert refused(stage, order(symbol, reduce_only=True)) is Reason.REDUCE_ONLY
        assert refused(stage, order(symbol, position=PositionSide.LONG)) is Reason.MODE


@FUTURES
def test_settings(stage: Stage, symbol: str) -> None:
    line = LINES[symbol]
    assert done(stage, asks.SetLeverage(symbol, Decimal(7)))[0].leverage == 7
    assert done(stage, asks.SetLeverage(symbol, Decimal(7)))[0].leverage == 7
    done(stage, asks.SetMarginMode(symbol, MarginMode.ISOLATED))
    assert refused(stage, asks.SetMarginMode(symbol, MarginMode.ISOLATED)) is Reason.UNCHANGED
    modes = [each for each in done(stage, asks.AskPositions(line, symbol)) if isinstance(each, facts.Mode)]
    assert [(each.leverage, each.margin) for each in modes] == [(Decimal(7), MarginMode.ISOLATED)]
    done(stage, asks.SetPositionMode(line, PositionMode.HEDGE))
    assert refused(stage, asks.SetPositionMode(line, PositionMode.HEDGE)) is Reason.UNCHANGED
    assert done(stage, asks.AskPositionMode(line))[0].position is PositionMode.HEDGE
    done(stage, order(symbol, position=PositionSide.LONG))
    assert refused(stage, asks.SetMarginMode(symbol, MarginMode.CROSS)) is Reason.MODE
    assert refused(stage, asks.SetPositionMode(line, PositionMode.ONE_WAY)) is Reason.MODE
    (held,) = [each for each in done(stage, asks.AskPositions(line)) if isinstance(each, facts.Position)]
    assert (held.side, held.mode, held.margin is not None) == (PositionSide.LONG, MarginMode.ISOLATED, True)


@FUTURES
def test_the_dead_man_cancels(stage: Stage, price: Callable[[str, float], str], symbol: str) -> None:
    line = LINES[symbol]
    done(stage, order(symbol, price(symbol, 0.9)))
    done(stage, asks.DeadMan(line, 5, symbol))
    stage.wait(6)
    assert len(done(stage, asks.AskOpenOrders(line, symbol))) == 1


def test_money_moves_between_accounts(stage: Stage) -> None:
    (row,) = done(stage, asks.MoveFunds(asset="USDT", amount=Decimal(10), source="spot", target="usdm"))
    assert row.amount == -10
    spot = {each.asset: each.total for each in done(stage, asks.AskBalances("spot"))[:-1]}
    usdm = {each.asset: each.total for each in done(stage, asks.AskBalances("usdm"))[:-1]}
    assert usdm["USDT"] - spot["USDT"] == 20
    much = asks.MoveFunds(asset="USDT", amount=Decimal(10**9), source="spot", target="coinm")
    assert refused(stage, much) is Reason.OTHER


@EVERY
def test_the_market_is_described(stage: Stage, symbol: str) -> None:
    line = LINES[symbol]
    assert done(stage, asks.AskTime(line))[0].at == stage.now
    assert done(stage, asks.AskFees(symbol))[0].taker > 0
    first = stage.ask(asks.AskInstruments(line))
    told = {each.instrument.symbol: each.instrument for each in first.updates if isinstance(each, facts.Terms)}
    for name, market in stage.exchange.markets.items():
        each = market.instrument
        if each.market == line:
            mine = told[name]
            assert (mine.tick, mine.step, mine.min_size, mine.code) == (each.tick, each.step, each.min_size, each.code)
            assert (mine.contract_size, mine.expiry, mine.settle) == (each.contract_size, each.expiry, each.settle)
            assert mine.min_notional == each.min_notional
    if symbol == SPOT:
        assert first.further is None
        return
    assert first.further is not None
    assert stage.ask(first.further).outcome == Done()
    estimate = stage.ask(asks.AskFunding(symbol))
    assert isinstance(estimate.updates[0], facts.Funding)
    assert estimate.updates[0].predicted is not None
    assert estimate.updates[0].next_at > stage.now
    assert estimate.further is not None
    assert stage.ask(estimate.further).outcome == Done()


def test_the_key_and_its_account(stage: Stage) -> None:
    rights = done(stage, asks.AskPermissions())[0]
    assert (rights.read, rights.trade, rights.withdraw, rights.transfer) == (True, True, False, True)
    assert dict(stage.ask(asks.AskAccounts()).learned) == {"account": "1000001"}


def test_what_is_used_up_is_told(stage: Stage) -> None:
    reply = stage.ask(asks.AskTime("spot"))
    assert reply.used == (("spot.weight", 1.0),)
    counted = dict(stage.ask(order(USDM)).used)
    assert counted["usdm.orders.10s"] == counted["usdm.orders.1m"] == 1
