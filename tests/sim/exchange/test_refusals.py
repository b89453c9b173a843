import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, HOUR, IOC, LINEAR, ONE, RULES, SECOND, SELL, SPOT, TWO, D, Hall

from basisdesk.domain.ask import MarginMode, NewOrder, OrderRef, OrderType, PositionMode, PositionSide
from basisdesk.domain.order import OrderStatus, Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.venues.trading import ClientIds


@pytest.mark.parametrize(
    ("size", "price", "reason", "detail"),
    [
        ("0.0005", "100", Reason.BELOW_MINIMUM, "size"),
        ("-1", "100", Reason.BELOW_MINIMUM, "size"),
        ("NaN", "100", Reason.MALFORMED, "size"),
        ("1001", "100", Reason.ABOVE_MAXIMUM, "size"),
        ("1.0005", "100", Reason.OFF_GRID, "size"),
        ("0.04", "100", Reason.BELOW_MINIMUM, "notional"),
        ("1", "100.3", Reason.OFF_GRID, "price"),
        ("1", "-5", Reason.MALFORMED, "price"),
        ("1", "180", Reason.PRICE_BAND, "price"),
    ],
)
def test_what_is_off_the_terms_is_refused_with_its_reason(size: str, price: str, reason: Reason, detail: str) -> None:
    refused = Hall().refused(LINEAR, BUY, size, price)
    assert (refused.reason, refused.detail) == (reason, detail)


def test_a_price_may_be_far_from_the_mark_on_its_own_side_only() -> None:
    hall = Hall()
    assert hall.refused(LINEAR, SELL, 1, 20).reason is Reason.PRICE_BAND
    assert hall.buy(LINEAR, 1, 20).status is OrderStatus.OPEN
    assert hall.sell(LINEAR, 1, 180).status is OrderStatus.OPEN


def test_a_market_order_is_measured_at_the_price_that_it_would_meet() -> None:
    hall = Hall()
    assert hall.refused(LINEAR, BUY, "0.04").detail == "notional"
    assert hall.buy(LINEAR, "0.05").filled == D("0.05")
    hall.quote(LINEAR, [], [])
    assert hall.refused(LINEAR, BUY, "0.04").detail == "notional"


def test_a_position_below_the_least_value_can_still_be_closed() -> None:
    hall = Hall()
    hall.buy(LINEAR, "0.06")
    hall.sell(LINEAR, "0.05", 100)
    assert hall.refused(LINEAR, SELL, "0.01", 100).detail == "notional"
    assert hall.sell(LINEAR, "0.01", 100, reduce_only=True).filled == D("0.01")


def test_orders_that_make_no_sense_are_malformed() -> None:
    hall = Hall()
    order = NewOrder(symbol=LINEAR.symbol, side=BUY, type=OrderType.LIMIT, client_id="", size=D(1))
    assert reason(hall, order) is Reason.MALFORMED
    order = NewOrder(symbol=LINEAR.symbol, side=BUY, type=OrderType.MARKET, client_id="", size=D(1), price=D(100))
    assert reason(hall, order) is Reason.MALFORMED
    assert hall.refused(LINEAR, BUY, 1, 100, post_only=True, time_in_force=IOC).detail == "post_only"
    assert hall.refused(LINEAR, BUY, None, money=D(100)).detail == "size"
    assert hall.refused(SPOT, SELL, None, money=D(100)).detail == "size"
    assert hall.refused(SPOT, BUY, None).detail == "size"
    assert hall.refused(SPOT, BUY, None, money=D("4.9")).detail == "notional"
    assert reason(hall, replace(order, symbol="venue:NO/USDT")) is Reason.UNKNOWN_SYMBOL


def reason(hall: Hall, order: NewOrder) -> Reason:
    done = hall.exchange.place(ONE, order, hall.now)
    assert isinstance(done, Refused)
    return done.reason


# ------------------------------------------------------------- client ids


@pytest.mark.parametrize(
    ("rule", "open_again", "done_again", "next_day"),
    [
        (ClientIds.NONE, True, True, True),
        (ClientIds.OPEN, False, True, True),
        (ClientIds.DAY, False, False, True),
        (ClientIds.ALWAYS, False, False, False),
    ],
)
def test_a_client_id_is_refused_again_as_far_as_the_venue_looks(
    rule: ClientIds, *, open_again: bool, done_again: bool, next_day: bool
) -> None:
    def again(hall: Hall) -> bool:
        done = hall.send(LINEAR, BUY, 1, 99, name="same")
        assert not isinstance(done, Refused) or done.reason is Reason.DUPLICATE_ID
        return not isinstance(done, Refused)

    rules = replace(RULES, client_ids=rule)
    hall = Hall(rules=rules)
    hall.buy(LINEAR, 1, 99, name="same")
    assert again(hall) == open_again
    assert hall.send(LINEAR, BUY, 1, 99, name="same", account=TWO) == hall.exchange.open_orders(TWO, "usdm")[0]
    hall = Hall(rules=rules)
    hall.buy(LINEAR, 1, name="same")
    assert again(hall) == done_again
    hall = Hall(rules=rules)
    hall.buy(LINEAR, 1, name="same")
    hall.wait(24 * 3600)
    assert again(hall) == next_day


# ------------------------------------------------------------- modes


def test_an_order_fits_the_mode_of_positions() -> None:
    hall = Hall()
    assert hall.refused(LINEAR, BUY, 1, position=PositionSide.LONG).detail == "position"
    assert hall.exchange.set_position_mode(ONE, "usdm", PositionMode.HEDGE, hall.now) is None
    assert hall.exchange.position_mode(ONE, "usdm") is PositionMode.HEDGE
    assert hall.refused(LINEAR, BUY, 1).detail == "position"
    assert hall.refused(LINEAR, SELL, 1, position=PositionSide.LONG).reason is Reason.REDUCE_ONLY
    hall.buy(LINEAR, 2, position=PositionSide.LONG)
    hall.sell(LINEAR, 3, position=PositionSide.SHORT)
    held = {each.side: each.size for each in hall.exchange.positions(ONE, "usdm")}
    assert held == {PositionSide.LONG: D(2), PositionSide.SHORT: D(-3)}
    hall.sell(LINEAR, 1, position=PositionSide.LONG)
    held = {each.side: each.size for each in hall.exchange.positions(ONE, "usdm")}
    assert held == {PositionSide.LONG: D(1), PositionSide.SHORT: D(-3)}


def test_spot_has_no_positions_and_borrows_only_where_the_venue_lends() -> None:
    hall = Hall()
    assert hall.refused(SPOT, SELL, 1, reduce_only=True).reason is Reason.MODE
    assert hall.refused(SPOT, SELL, 1, position=PositionSide.LONG).reason is Reason.MODE
    assert hall.refused(SPOT, SELL, 1, margin=MarginMode.CROSS).reason is Reason.MODE
    assert hall.refused(LINEAR, SELL, 1, margin=MarginMode.CASH).detail == "margin"


def test_leverage_and_margin_mode_can_come_with_the_order() -> None:
    hall = Hall()
    hall.buy(LINEAR, 1, 99, leverage=5, margin=MarginMode.ISOLATED)
    assert hall.exchange.leverage(ONE, LINEAR.symbol) == (D(5), MarginMode.ISOLATED)
    hall.buy(LINEAR, 1, 99, leverage=5, margin=MarginMode.ISOLATED)
    assert hall.refused(LINEAR, BUY, 1, 99, leverage=51).reason is Reason.RISK_LIMIT
    assert hall.refused(LINEAR, BUY, 1, 99, margin=MarginMode.CROSS).reason is Reason.MODE


# ------------------------------------------------------------- money


@pytest.mark.parametrize(
    ("side", "size", "price", "asset", "amount"),
    [
        (BUY, "3", "100", "USDT", "299.99"),
        (BUY, "3", None, "USDT", "302.99"),
        (SELL, "3", "102", "BTC", "2.999"),
        (SELL, "3", None, "BTC", "2.999"),
    ],
)
def test_spot_needs_the_coin_or_the_money(side: Side, size: str, price: str, asset: str, amount: str) -> None:
    hall = Hall()
    hall.give("spot", asset, amount)
    assert hall.refused(SPOT, side, size, price).reason is Reason.INSUFFICIENT_MARGIN
    hall.give("spot", asset, D(amount) + D("0.01"))
    assert hall.send(SPOT, side, size, price) is not None
    assert hall.total("spot", asset) >= 0


def test_what_an_open_order_holds_is_not_there_for_another() -> None:
    hall = Hall()
    hall.give("spot", "USDT", 1000)
    hall.buy(SPOT, 6, 100)
    assert hall.balance("spot", "USDT").available == 400
    assert hall.refused(SPOT, BUY, "4.1", 100).reason is Reason.INSUFFICIENT_MARGIN
    assert hall.refused(SPOT, BUY, None, money=D(401)).reason is Reason.INSUFFICIENT_MARGIN
    hall.give("spot", "BTC", 2)
    hall.sell(SPOT, "1.5", 103)
    assert hall.balance("spot", "BTC").available == D("0.5")


def test_a_contract_needs_margin_for_what_it_adds_and_none_for_what_it_closes() -> None:
    hall = Hall()
    hall.give("usdm", "USDT", 100)
    assert hall.refused(LINEAR, BUY, 10, 100).reason is Reason.INSUFFICIENT_MARGIN
    hall.buy(LINEAR, 4)
    assert hall.position(LINEAR) is not None
    free = hall.balance("usdm", "USDT").available
    assert free is not None
    resting = hall.sell(LINEAR, 4, 103)
    assert hall.balance("usdm", "USDT").available == free
    assert hall.refused(LINEAR, SELL, 10, 103).reason is Reason.INSUFFICIENT_MARGIN
    hall.give("usdm", "USDT", 0)
    assert hall.sell(LINEAR, 2, 100, reduce_only=True).filled == 2
    assert hall.look(resting).filled == 0


def test_a_market_that_is_halted_takes_no_orders_and_trades_again_afterwards() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 1, 100)
    hall.exchange.relist(replace(LINEAR, tradable=False), hall.now)
    assert hall.refused(LINEAR, BUY, 1).reason is Reason.NOT_TRADABLE
    sequence = hall.exchange.markets[LINEAR.symbol].sequence
    hall.quote(LINEAR, [(98.0, 5.0)], [(99.0, 3.0)])
    hall.trade(LINEAR, 99.0, 30.0, buy=False)
    assert hall.exchange.markets[LINEAR.symbol].sequence == sequence
    assert hall.look(order).filled == 0
    hall.exchange.relist(LINEAR, hall.now)
    assert hall.look(order).filled == 1
    assert hall.top(LINEAR) == (98.0, 5.0, 99.0, 2.0)


def test_an_order_is_forgotten_when_the_venues_memory_ends() -> None:
    hall = Hall(rules=replace(RULES, order_memory=(2 * HOUR, 4 * HOUR), fill_memory=5 * HOUR))
    bare, filled, alive = hall.buy(LINEAR, 1, 99), hall.buy(LINEAR, 1), hall.buy(LINEAR, 1, 99)
    hall.exchange.cancel_all(ONE, "usdm", "nothing", hall.now)
    hall.exchange.cancel(ONE, ref(bare.venue_id), hall.now)
    known = [each.venue_id for each in hall.exchange.past_orders(ONE, "usdm", "", 0, hall.now)]
    assert known == [bare.venue_id, filled.venue_id, alive.venue_id]
    hall.wait(3 * 3600)
    gone = hall.exchange.order(ONE, ref(bare.venue_id), hall.now)
    assert isinstance(gone, Refused)
    assert hall.look(filled).filled == 1
    hall.wait(1.5 * 3600)
    assert [each.venue_id for each in hall.exchange.past_orders(ONE, "usdm", "", 0, hall.now)] == [alive.venue_id]
    assert len(hall.fills(LINEAR)) == 1
    hall.wait(3600)
    assert hall.fills(LINEAR) == []
    assert hall.exchange.past_orders(ONE, "usdm", "", hall.now - SECOND, hall.now) == []


def ref(venue_id: str) -> OrderRef:
    return OrderRef(symbol=LINEAR.symbol, venue_id=venue_id)
