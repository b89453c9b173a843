import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, FOK, IOC, LINEAR, ONE, RULES, SELL, SPOT, TWO, D, Hall

from basisdesk.domain.account import OrderUpdate, Position
from basisdesk.domain.ask import Amend, OrderRef
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import BookChanged, Printed, Refused, SelfMatch


def test_a_market_order_walks_the_book_level_by_level_and_what_it_took_is_gone() -> None:
    hall = Hall()
    done = hall.buy(LINEAR, 7)
    assert (done.status, done.reason, done.filled) == (OrderStatus.DONE, DoneReason.FILLED, D(7))
    assert done.average == D("101.2857143")
    assert [(fill.price, fill.size, fill.maker) for fill in hall.fills(LINEAR)] == [
        (D(101), D(5), False),
        (D(102), D(2), False),
    ]
    assert hall.top(LINEAR) == (100.0, 5.0, 102.0, 7.0)
    assert [(each.price, each.size, each.buy) for each in hall.exchange.markets[LINEAR.symbol].trades] == [
        (D(101), D(5), True),
        (D(102), D(2), True),
    ]


def test_what_was_taken_comes_back_when_the_source_tells_the_level_anew() -> None:
    hall = Hall()
    hall.buy(LINEAR, 5)
    hall.quote(LINEAR, [(100.0, 5.0)], [(101.0, 5.0), (102.0, 9.0)])
    assert hall.top(LINEAR)[2:] == (102.0, 9.0)
    hall.quote(LINEAR, [(100.0, 5.0)], [(101.0, 4.0), (102.0, 9.0)])
    assert hall.top(LINEAR)[2:] == (101.0, 4.0)


def test_a_market_order_goes_no_further_than_the_venue_lets_it_and_the_rest_expires() -> None:
    hall = Hall()
    hall.quote(LINEAR, [(100.0, 5.0)], [(101.0, 1.0), (110.0, 9.0)])
    done = hall.buy(LINEAR, 3)
    assert (done.filled, done.status, done.reason) == (D(1), OrderStatus.DONE, DoneReason.EXPIRED)


def test_a_market_order_on_an_empty_side_expires_unfilled() -> None:
    hall = Hall()
    hall.quote(LINEAR, [(100.0, 5.0)], [(101.0, 1.0)])
    hall.buy(LINEAR, 1)
    done = hall.buy(LINEAR, 1)
    assert (done.filled, done.reason) == (D(0), DoneReason.EXPIRED)


def test_ioc_takes_what_is_there_and_fok_takes_all_or_nothing() -> None:
    hall = Hall()
    done = hall.buy(LINEAR, 6, 101, time_in_force=IOC)
    assert (done.filled, done.reason) == (D(5), DoneReason.EXPIRED)
    none = hall.buy(LINEAR, 10, 102, time_in_force=FOK)
    assert (none.filled, none.reason) == (D(0), DoneReason.EXPIRED)
    whole = hall.buy(LINEAR, 9, 102, time_in_force=FOK)
    assert (whole.filled, whole.reason) == (D(9), DoneReason.FILLED)


def test_a_limit_order_takes_what_crosses_and_rests_with_the_remainder_in_the_public_book() -> None:
    hall = Hall()
    hall.exchange.take_happenings()
    done = hall.buy(LINEAR, 8, 101)
    assert (done.status, done.filled) == (OrderStatus.OPEN, D(5))
    assert hall.top(LINEAR) == (101.0, 3.0, 102.0, 9.0)
    trade, change = hall.exchange.take_happenings()
    assert isinstance(trade, Printed)
    assert isinstance(change, BookChanged)
    assert change.bids == ((D(101), D(3)),)
    assert change.asks == ((D(101), D(0)),)
    assert change.sequence == hall.exchange.markets[LINEAR.symbol].sequence


def test_each_fill_is_told_before_the_order_that_contains_it_then_position_and_balance() -> None:
    hall = Hall()
    hall.exchange.take_updates()
    hall.buy(LINEAR, 1, name="mine")
    kinds = [type(update).__name__ for account, update in hall.exchange.take_updates() if account == ONE]
    assert kinds == ["OrderUpdate", "Fill", "OrderUpdate", "Position", "Balance", "Income"]
    assert hall.exchange.take_updates() == []
    hall.sell(LINEAR, 1)
    flat = [update for _, update in hall.exchange.take_updates() if isinstance(update, Position)]
    assert [(each.size, each.entry, each.liquidation) for each in flat] == [(D(0), None, None)]


def test_a_post_only_order_that_would_cross_is_refused_or_expires_as_the_venue_does() -> None:
    hall = Hall()
    assert hall.refused(LINEAR, BUY, 1, 101, post_only=True).reason is Reason.WOULD_CROSS
    assert hall.buy(LINEAR, 1, "100.5", post_only=True).status is OrderStatus.OPEN
    other = Hall(rules=replace(RULES, post_only_rejects=False))
    done = other.buy(LINEAR, 1, 101, post_only=True)
    assert (done.status, done.reason, done.filled) == (OrderStatus.DONE, DoneReason.EXPIRED, D(0))
    assert done.refused == "post-only would cross"


# ------------------------------------------------------------- waiting in the queue


def test_a_resting_order_fills_only_when_all_that_stood_before_it_has_traded() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 2, 100)
    assert hall.top(LINEAR)[:2] == (100.0, 7.0)
    hall.trade(LINEAR, 100.0, 4.0, buy=False)
    assert hall.look(order).filled == 0
    hall.trade(LINEAR, 100.0, 2.0, buy=False)
    assert hall.look(order).filled == 1
    hall.trade(LINEAR, 100.0, 9.0, buy=False)
    done = hall.look(order)
    assert (done.status, done.reason, done.filled) == (OrderStatus.DONE, DoneReason.FILLED, D(2))
    assert [(fill.size, fill.maker, fill.fee) for fill in hall.fills(LINEAR)] == [(D(1), True, D("0.02"))] * 2
    printed = [(each.price, each.size) for each in hall.exchange.markets[LINEAR.symbol].trades]
    assert printed == [(D(100), D(4)), (D(100), D(1)), (D(100), D(1)), (D(100), D(1)), (D(100), D(8))]


def test_a_level_that_shrinks_moves_the_queue_up_and_one_that_grows_does_not() -> None:
    hall = Hall()
    order = hall.sell(LINEAR, 1, 101)
    hall.quote(LINEAR, [(100.0, 5.0)], [(101.0, 2.0)])
    hall.quote(LINEAR, [(100.0, 5.0)], [(101.0, 8.0)])
    hall.wait(1)
    hall.trade(LINEAR, 101.0, 2.0, buy=True)
    assert hall.look(order).filled == 0
    hall.trade(LINEAR, 101.0, 1.0, buy=True)
    assert hall.look(order).filled == 1


def test_a_trade_through_the_price_fills_whoever_rests_there() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 2, 100)
    hall.trade(LINEAR, 99.0, 3.0, buy=False)
    assert hall.look(order).filled == 2
    assert hall.fills(LINEAR)[0].price == 100


def test_a_trade_on_the_other_side_or_beyond_does_not_touch_it() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 2, 99)
    hall.trade(LINEAR, 100.0, 30.0, buy=False)
    hall.trade(LINEAR, 101.0, 30.0, buy=True)
    assert hall.look(order).filled == 0


def test_when_the_other_side_comes_to_its_price_an_order_fills_and_the_book_is_never_crossed() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 4, 100)
    hall.quote(LINEAR, [(98.0, 5.0)], [(99.0, 3.0), (100.0, 2.0), (101.0, 5.0)])
    done = hall.look(order)
    assert done.reason is DoneReason.FILLED
    assert [(fill.price, fill.size) for fill in hall.fills(LINEAR)] == [(D(100), D(3)), (D(100), D(1))]
    assert hall.top(LINEAR) == (98.0, 5.0, 100.0, 1.0)
    short = hall.sell(LINEAR, 4, 100)
    hall.quote(LINEAR, [(102.0, 1.0), (100.0, 1.0)], [(103.0, 3.0)])
    assert hall.look(short).filled == 2
    assert hall.top(LINEAR)[2:] == (100.0, 2.0)


def test_orders_of_one_price_fill_in_the_order_in_which_they_came() -> None:
    hall = Hall()
    first, second = hall.buy(LINEAR, 1, 100), hall.buy(LINEAR, 1, 100, account=TWO)
    better = hall.buy(LINEAR, 1, "100.5", account=TWO)
    hall.trade(LINEAR, 100.0, 7.0, buy=False)
    assert [hall.look(first).filled, hall.look(second, TWO).filled, hall.look(better, TWO).filled] == [1, 0, 1]


# ------------------------------------------------------------- accounts among themselves


def test_accounts_trade_with_each_other_at_the_resting_price_among_the_market() -> None:
    hall = Hall()
    maker = hall.sell(LINEAR, 2, "100.5", account=TWO)
    taker = hall.buy(LINEAR, 3, 101)
    assert hall.look(maker, TWO).filled == 2
    assert taker.filled == 3
    mine, theirs = hall.fills(LINEAR), hall.fills(LINEAR, TWO)
    assert [(fill.price, fill.size) for fill in mine] == [(D("100.5"), D(2)), (D(101), D(1))]
    assert theirs[0].trade_id == mine[0].trade_id
    assert (theirs[0].maker, mine[0].maker) == (True, False)


def test_a_taker_meets_the_markets_size_ahead_of_an_account_first() -> None:
    hall = Hall()
    maker = hall.sell(LINEAR, 2, 101, account=TWO)
    hall.buy(LINEAR, 5, 101)
    assert hall.look(maker, TWO).filled == 0
    hall.quote(LINEAR, [(100.0, 5.0)], [(101.0, 4.0)])
    hall.buy(LINEAR, 3, 101)
    assert hall.look(maker, TWO).filled == 2


@pytest.mark.parametrize("rule", list(SelfMatch))
def test_orders_of_one_account_never_trade_with_each_other(rule: SelfMatch) -> None:
    hall = Hall(rules=replace(RULES, self_match=rule))
    resting = hall.sell(LINEAR, 1, "100.5")
    done = hall.send(LINEAR, BUY, 2, 101)
    match rule:
        case SelfMatch.REFUSE:
            assert isinstance(done, Refused)
            assert done.reason is Reason.SELF_MATCH
        case SelfMatch.CANCEL_TAKER:
            assert isinstance(done, OrderUpdate)
            assert (done.status, done.reason, done.filled) == (OrderStatus.DONE, DoneReason.EXPIRED, D(0))
        case SelfMatch.CANCEL_MAKER:
            assert isinstance(done, OrderUpdate)
            assert done.filled == 2
            assert hall.look(resting).reason is DoneReason.CANCELLED


def test_a_market_buy_can_state_the_money_to_spend() -> None:
    hall = Hall()
    done = hall.buy(SPOT, None, money=D(608))
    assert (done.status, done.reason, done.filled, done.size) == (
        OrderStatus.DONE, DoneReason.FILLED, D("6.009"), None,
    )  # fmt: skip
    assert hall.total("spot", "USDT") == D(1_000_000) - 5 * D(101) - D("1.009") * 102
    assert hall.buy(SPOT, None, money=D(6)).filled == D("0.058")
    hall.quote(SPOT, [(100.0, 1.0)], [])
    assert hall.buy(SPOT, None, money=D(50)).reason is DoneReason.EXPIRED


# ------------------------------------------------------------- amending


def amended(hall: Hall, order: OrderUpdate, size: str | None, price: str | None) -> OrderUpdate | Refused:
    ref = OrderRef(symbol=order.symbol, venue_id=order.venue_id)
    change = Amend(order=ref, size=size and D(size), price=price and D(price))  # type: ignore[arg-type]
    return hall.exchange.amend(ONE, change, hall.now)


def test_a_smaller_size_keeps_its_place_and_a_larger_one_or_a_price_goes_to_the_end() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 2, 100)
    hall.trade(LINEAR, 100.0, 5.0, buy=False)
    assert amended(hall, order, "1", None) == hall.look(order)
    hall.trade(LINEAR, 100.0, 0.5, buy=False)
    assert hall.look(order).filled == D("0.5")
    amended(hall, order, "3", None)
    hall.trade(LINEAR, 100.0, 5.0, buy=False)
    assert hall.look(order).filled == D("0.5")
    moved = amended(hall, order, None, "99.5")
    assert isinstance(moved, OrderUpdate)
    assert (moved.price, moved.venue_id, moved.size) == (D("99.5"), order.venue_id, D(3))
    assert hall.top(LINEAR)[:2] == (100.0, 5.0)


def test_a_price_that_reaches_the_other_side_trades() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 2, 100)
    done = amended(hall, order, None, "101")
    assert isinstance(done, OrderUpdate)
    assert done.reason is DoneReason.FILLED


@pytest.mark.parametrize(
    ("size", "price", "reason"),
    [
        ("2", "100", Reason.UNCHANGED),
        ("1", None, Reason.BELOW_MINIMUM),
        ("2.0001", None, Reason.OFF_GRID),
        (None, "100.3", Reason.OFF_GRID),
        (None, "180", Reason.PRICE_BAND),
        ("1000", None, Reason.INSUFFICIENT_MARGIN),
        (None, "101", Reason.SELF_MATCH),
    ],
)
def test_an_amend_that_cannot_be_leaves_the_order_as_is(size: str | None, price: str | None, reason: Reason) -> None:
    hall = Hall()
    hall.give("usdm", "USDT", 2000)
    hall.sell(LINEAR, 1, "100.5")
    order = hall.buy(LINEAR, 2, 100)
    hall.trade(LINEAR, 100.0, 6.0, buy=False)
    before = hall.look(order)
    refused = amended(hall, order, size, price)
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert hall.look(order) == before
    hall.trade(LINEAR, 100.0, 1.0, buy=False)
    assert hall.look(order).filled == 2


def test_a_post_only_order_is_not_amended_across() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 2, 100, post_only=True)
    refused = amended(hall, order, None, "101")
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.WOULD_CROSS
    assert hall.look(order).price == 100


def test_where_an_amend_replaces_a_new_order_takes_over_what_was_left() -> None:
    hall = Hall(rules=replace(RULES, replaces=True))
    order = hall.buy(LINEAR, 2, 100, name="one")
    hall.trade(LINEAR, 100.0, 5.5, buy=False)
    change = Amend(order=OrderRef(symbol=order.symbol, client_id="one"), size=D(3), price=D(99), new_client_id="two")
    fresh = hall.exchange.amend(ONE, change, hall.now)
    assert isinstance(fresh, OrderUpdate)
    assert fresh.venue_id != order.venue_id
    assert (fresh.client_id, fresh.size, fresh.price, fresh.filled) == ("two", D("2.5"), D(99), D(0))
    old = hall.look(order)
    assert (old.reason, old.filled) == (DoneReason.CANCELLED, D("0.5"))
    taken = Amend(order=OrderRef(symbol=order.symbol, client_id="two"), size=D(1), new_client_id="two")
    refused = hall.exchange.amend(ONE, taken, hall.now)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.DUPLICATE_ID


def test_an_order_that_is_over_is_neither_amended_nor_cancelled() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 1)
    assert isinstance(amended(hall, order, "2", None), Refused)
    refused = hall.exchange.cancel(ONE, OrderRef(symbol=LINEAR.symbol, client_id="never"), hall.now)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.UNKNOWN_ORDER


def test_a_cancelled_order_leaves_the_book_and_all_of_a_market_or_line_can_go_at_once() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 1, "100.5", name="mine")
    ended = hall.exchange.cancel(ONE, OrderRef(symbol="", client_id="mine"), hall.now)
    assert isinstance(ended, OrderUpdate)
    assert (ended.venue_id, ended.reason) == (order.venue_id, DoneReason.CANCELLED)
    assert hall.top(LINEAR)[:2] == (100.0, 5.0)
    hall.buy(LINEAR, 1, 99)
    hall.buy(SPOT, 1, 99)
    assert len(hall.exchange.open_orders(ONE, "usdm")) == 1
    assert [each.symbol for each in hall.exchange.cancel_all(ONE, "usdm", "", hall.now)] == [LINEAR.symbol]
    assert hall.exchange.cancel_all(ONE, "spot", "other", hall.now) == []
    assert len(hall.exchange.cancel_all(ONE, "spot", SPOT.symbol, hall.now)) == 1


def test_a_reduce_only_order_closes_no_more_than_there_is_and_ends_with_the_position() -> None:
    hall = Hall()
    assert hall.refused(LINEAR, SELL, 1, reduce_only=True).reason is Reason.REDUCE_ONLY
    hall.buy(LINEAR, 2)
    assert hall.refused(LINEAR, BUY, 1, reduce_only=True).reason is Reason.REDUCE_ONLY
    resting = hall.sell(LINEAR, 2, 103, reduce_only=True)
    done = hall.sell(LINEAR, 3, reduce_only=True)
    assert (done.filled, done.status) == (D(2), OrderStatus.DONE)
    assert hall.position(LINEAR) is None
    assert hall.look(resting).reason is DoneReason.CANCELLED
    assert [fill.size for fill in hall.fills(LINEAR)] == [D(2), D(2)]


def test_reduce_only_orders_of_one_price_stop_filling_when_the_position_is_gone() -> None:
    hall = Hall()
    hall.buy(LINEAR, 2, account=TWO)
    first = hall.sell(LINEAR, 2, "100.5", account=TWO, reduce_only=True)
    second = hall.sell(LINEAR, 2, "100.5", account=TWO, reduce_only=True)
    done = hall.buy(LINEAR, 3, "100.5")
    assert [done.filled, hall.look(first, TWO).filled, hall.look(second, TWO).filled] == [2, 2, 0]
    assert hall.look(second, TWO).reason is DoneReason.CANCELLED
    assert hall.position(LINEAR, TWO) is None


def test_fill_or_kill_does_not_count_on_what_cannot_be_taken() -> None:
    hall = Hall(rules=replace(RULES, self_match=SelfMatch.CANCEL_MAKER))
    own = hall.sell(LINEAR, 3, 101)
    assert hall.buy(LINEAR, 6, 101, time_in_force=FOK).filled == 0
    assert hall.look(own).status is OrderStatus.OPEN
    hall.buy(LINEAR, 1, account=TWO)
    hall.sell(LINEAR, 4, "100.5", account=TWO, reduce_only=True)
    assert hall.buy(LINEAR, 6, 101, time_in_force=FOK).filled == 0
    assert hall.buy(LINEAR, 5, 101, time_in_force=FOK).filled == 5
    assert hall.sell(LINEAR, 6, 99, time_in_force=FOK, reduce_only=True).filled == 0
    assert hall.sell(LINEAR, 5, 99, time_in_force=FOK, reduce_only=True).filled == 5
