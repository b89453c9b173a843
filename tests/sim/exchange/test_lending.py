"""Borrowing and paying back by hand, and what is still known of old orders."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import HOUR, LINEAR, ONE, RULES, SPOT, D, Hall

from basisdesk.domain.account import Balance, IncomeKind, OrderUpdate
from basisdesk.domain.ask import OrderRef
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused

DAY = 24 * HOUR
LENDING = replace(RULES, unified=True, spot_margin=True, interest_rate=D("0.0876"))


def test_borrowed_coin_lies_in_the_purse_costs_interest_and_is_paid_back() -> None:
    hall = Hall(rules=LENDING)
    before = hall.balance("unified", "BTC")
    hall.exchange.take_updates()
    assert hall.exchange.borrow(ONE, "unified", "BTC", D(5), hall.now) is None
    (told,) = [each for _, each in hall.exchange.take_updates() if isinstance(each, Balance)]
    assert (told.total, told.borrowed, told.equity) == (before.total + 5, D(5), before.equity)
    hall.wait(3600)
    owed = hall.balance("unified", "BTC")
    assert (owed.total, owed.interest) == (before.total + 5 - D("0.00005"), D("0.00005"))
    assert [row.amount for row in hall.exchange.income(ONE, "spot", "", 0)] == [D("-0.00005")]
    assert hall.exchange.repay(ONE, "unified", "BTC", D(2), hall.now) == D(2)
    assert hall.exchange.repay(ONE, "unified", "BTC", None, hall.now) == D(3)
    assert hall.balance("unified", "BTC").borrowed == 0
    hall.wait(3600)
    kinds = [row.kind for row in hall.exchange.income(ONE, "spot", "", 0)]
    assert kinds == [IncomeKind.INTEREST]


def test_no_more_is_lent_than_equity_carries_and_only_what_is_there_pays_back() -> None:
    hall = Hall(rules=LENDING)
    room = hall.exchange.borrowable(ONE, "unified", "USDT")
    assert room > 0
    refused = hall.exchange.borrow(ONE, "unified", "USDT", room + 1, hall.now)
    assert refused is not None
    assert refused.reason is Reason.INSUFFICIENT_MARGIN
    assert hall.exchange.borrow(ONE, "unified", "USDT", room, hall.now) is None
    assert hall.exchange.borrowable(ONE, "unified", "USDT") == 0
    hall.give("unified", "USDT", 10)
    hall.buy(SPOT, "0.09", 100)
    assert hall.exchange.repay(ONE, "unified", "USDT", None, hall.now) == D(1)
    nothing = hall.exchange.repay(ONE, "unified", "SOL", None, hall.now)
    assert isinstance(nothing, Refused)
    assert nothing.reason is Reason.INSUFFICIENT_MARGIN


@pytest.mark.parametrize("amount", [D("NaN"), D(-1)])
def test_an_amount_that_is_none_is_refused(amount: Decimal) -> None:
    hall = Hall(rules=LENDING)
    for refused in (
        hall.exchange.borrow(ONE, "unified", "BTC", amount, hall.now),
        hall.exchange.repay(ONE, "unified", "BTC", amount, hall.now),
    ):
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.MALFORMED


def test_nothing_cannot_be_borrowed() -> None:
    hall = Hall(rules=LENDING)
    refused = hall.exchange.borrow(ONE, "unified", "BTC", D(0), hall.now)
    assert refused is not None
    assert (refused.reason, refused.detail) == (Reason.MALFORMED, "amount")


def test_a_venue_without_spot_margin_lends_nothing() -> None:
    refused = Hall().exchange.borrow(ONE, "spot", "BTC", D(1), Hall().now)
    assert refused is not None
    assert refused.reason is Reason.UNSUPPORTED


def test_spot_orders_may_be_remembered_longer_than_those_of_contracts() -> None:
    rules = replace(RULES, order_memory=(DAY, 2 * DAY), spot_memory=(3 * DAY, 4 * DAY))
    hall = Hall(rules=rules)
    bare = {each: hall.buy(each, 1, 99) for each in (SPOT, LINEAR)}
    for each, update in bare.items():
        hall.exchange.cancel(ONE, OrderRef(symbol=each.symbol, venue_id=update.venue_id), hall.now)
    filled = {each: hall.buy(each, 1) for each in (SPOT, LINEAR)}
    seen = []
    for days in (1, 2, 3, 4):
        hall.wait(86_400)
        for each in (SPOT, LINEAR):
            for update in (bare[each], filled[each]):
                ref = OrderRef(symbol=each.symbol, venue_id=update.venue_id)
                told = hall.exchange.order(ONE, ref, hall.now)
                if isinstance(told, OrderUpdate):
                    seen.append((days, each is SPOT, update is filled[each]))
                else:
                    assert (told.reason, told.detail) == (Reason.UNKNOWN_ORDER, "archived")
    assert seen == [
        (1, True, False), (1, True, True), (1, False, True), (2, True, False), (2, True, True), (3, True, True),
    ]  # fmt: skip


def test_an_order_that_never_was_is_unknown_and_not_archived() -> None:
    hall = Hall()
    told = hall.exchange.order(ONE, OrderRef(symbol=SPOT.symbol, venue_id="77"), hall.now)
    assert isinstance(told, Refused)
    assert (told.reason, told.detail) == (Reason.UNKNOWN_ORDER, "")
