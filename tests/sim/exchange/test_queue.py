"""A resting order's place in the queue, whether the source tells a trade or the change of its level first."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from tests.sim.exchange.hall import LINEAR, ONE, SECOND, D, Hall

from basisdesk.domain.account import OrderUpdate
from basisdesk.domain.ask import Amend, OrderRef
from basisdesk.domain.order import Side
from basisdesk.sim.exchange.state import Live

LATE = SECOND // 5


@dataclass
class Line:
    """One order of size 2, behind the 5 that the source has at its price."""

    side: Side
    hall: Hall = field(default_factory=Hall)

    def __post_init__(self) -> None:
        self.price = 100.0 if self.side is Side.BUY else 101.0
        self.order: OrderUpdate = (self.hall.buy if self.side is Side.BUY else self.hall.sell)(LINEAR, 2, self.price)

    def shows(self, size: float) -> None:
        """The source tells what its level has, which may be nothing."""
        level = [(self.price, size)] if size else []
        bids, asks = (level, [(101.0, 5.0)]) if self.side is Side.BUY else ([(100.0, 5.0)], level)
        self.hall.quote(LINEAR, [*bids, (99.0, 9.0)], [*asks, (102.0, 9.0)])

    def trades(self, size: float) -> None:
        """The source tells a trade at the order's price."""
        self.hall.trade(LINEAR, self.price, size, buy=self.side is Side.SELL)

    def changes(self, size: Decimal) -> None:
        """The account changes the order's size."""
        change = Amend(order=OrderRef(symbol=LINEAR.symbol, venue_id=self.order.venue_id), size=size)
        assert isinstance(self.hall.exchange.amend(ONE, change, self.hall.now), OrderUpdate)

    @property
    def live(self) -> Live:
        return next(iter(self.hall.exchange.floor.accounts[self.order.account].open.values()))

    @property
    def ahead(self) -> Decimal:
        return self.live.ahead

    @property
    def filled(self) -> Decimal:
        return self.hall.look(self.order).filled


@pytest.fixture(params=Side)
def line(request: pytest.FixtureRequest) -> Line:
    return Line(request.param)


@pytest.mark.parametrize("book_first", [False, True])
def test_a_trade_and_the_change_that_it_made_move_the_queue_once_in_either_order(line: Line, book_first: bool) -> None:
    for size, left in ((2.0, 3.0), (1.0, 2.0), (2.0, 0.0)):
        steps = [lambda size=size: line.trades(size), lambda left=left: line.shows(left)]
        for step in reversed(steps) if book_first else steps:
            step()
        assert (line.ahead, line.filled) == (D(str(left)), D(0))
        line.hall.wait(0.05)
    line.hall.wait(1)
    line.trades(1.0)
    assert line.filled == 1


def test_a_level_that_is_gone_before_its_trade_is_told_fills_nobody_behind_it(line: Line) -> None:
    line.shows(0.0)
    line.trades(2.0)
    line.trades(3.0)
    assert (line.ahead, line.filled) == (D(0), D(0))
    line.trades(1.0)
    assert line.filled == 1


def test_what_a_trade_has_beyond_the_change_before_it_moves_the_queue_and_reaches_the_order(line: Line) -> None:
    line.shows(3.0)
    line.trades(6.0)
    assert (line.ahead, line.filled) == (D(0), D(1))


def test_several_changes_explain_the_trades_that_follow_them_together(line: Line) -> None:
    line.shows(4.0)
    line.shows(2.0)
    for size in (1.0, 1.0, 1.0):
        line.trades(size)
    assert line.ahead == 2
    line.trades(1.0)
    assert line.ahead == 1


def test_size_behind_the_order_explains_no_trade(line: Line) -> None:
    line.shows(9.0)
    line.shows(6.0)
    assert line.live.shrunk == []
    line.trades(3.0)
    assert line.ahead == 2


@pytest.mark.parametrize(("later", "ahead"), [(LATE, 3), (LATE + 1, 1)])
def test_a_trade_that_is_told_long_after_a_change_is_another(line: Line, later: int, ahead: int) -> None:
    line.shows(3.0)
    line.hall.now += later
    line.trades(2.0)
    assert line.ahead == ahead


def test_only_what_was_lost_lately_is_remembered(line: Line) -> None:
    for left in (4.0, 3.0, 2.0, 1.0):
        line.shows(left)
        line.hall.wait(0.15)
    assert [lost for _, lost in line.live.shrunk] == [1, 1]
    line.trades(2.0)
    assert line.ahead == 0  # of both, the earlier is too old by now


def test_a_smaller_size_keeps_what_the_queue_has_lost_and_a_larger_one_begins_anew(line: Line) -> None:
    line.shows(3.0)
    line.changes(D(1))
    line.trades(2.0)
    assert line.ahead == 3
    line.shows(2.0)
    line.changes(D(2))
    line.trades(1.0)
    assert line.ahead == 1
