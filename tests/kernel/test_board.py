import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.kernel.bars import ASK, BID, LAST, Bars
from basisdesk.kernel.board import Board
from basisdesk.kernel.book import GAPPED, Book

NAN = math.nan


def book_of(bid: float, ask: float, now: int = 1) -> Book:
    book = Book()
    book.snapshot_levels([(bid, 1.0)], [(ask, 1.0)], now, 1)
    return book


def two_books(stale_after: int = 0) -> tuple[Board, Book, Book, int]:
    """A board of one spread whose touch is bid 9, ask 11."""
    board = Board(stale_after)
    one, two = book_of(110.0, 111.0), book_of(100.0, 101.0)
    pair = board.add_pair(board.add_market(one), board.add_market(two))
    return board, one, two, pair


def test_a_spread_is_leg_one_minus_leg_two_at_executable_prices() -> None:
    board, one, two, pair = two_books()
    one.trade(110.5, 1.0, 3)
    two.trade(100.25, 1.0, 2)
    assert board.quote(pair) == (9.0, 11.0, 10.25, 2)
    assert board.legs(pair) == (0, 1)
    assert (board.markets, board.pairs, board.stale_after) == (2, 1, 0)


def test_a_leg_without_a_price_has_no_spread() -> None:
    board, one, _, pair = two_books()
    bid, ask, last, _ = board.quote(pair)
    assert (bid, ask) == (9.0, 11.0)
    assert math.isnan(last)
    one.update(b"[]", b"[[111,0]]", 2, 2)
    bid, ask, _, _ = board.quote(pair)
    assert bid == 9.0
    assert math.isnan(ask)


def test_triggers_are_true_at_their_price_and_not_beyond() -> None:
    board, _, _, pair = two_books()
    board.arm(1, pair, buy=True, price=10.99)
    board.arm(2, pair, buy=False, price=9.01)
    assert board.touch(0, 1) is None
    board.arm(3, pair, buy=True, price=11.0)
    board.arm(4, pair, buy=False, price=9.0)
    assert board.touch(0, 1) == [3, 4]
    assert board.touch(1, 1) == [3, 4]
    board.disarm(3)
    assert board.touch(1, 1) == [4]
    board.disarm(4)
    board.disarm(4)
    board.disarm(99)
    assert board.touch(1, 1) is None


def test_arming_an_id_again_replaces_it() -> None:
    board, _, _, pair = two_books()
    other = board.add_pair(1, 0)
    board.arm(7, pair, buy=True, price=11.0)
    board.arm(7, pair, buy=True, price=1.0)
    assert board.touch(0, 1) is None
    board.arm(7, other, buy=False, price=-11.0)
    assert board.touch(0, 1) == [7]
    board.arm(7, pair, buy=False, price=100.0)
    assert board.touch(0, 1) is None


def test_ids_may_be_any_integers_and_there_may_be_many() -> None:
    board, _, _, pair = two_books()
    ids = [-5, 0, 10**30, *range(100, 150)]
    for trigger in ids:
        board.arm(trigger, pair, buy=True, price=20.0)
    assert board.touch(0, 1) == ids
    for trigger in ids[::2]:
        board.disarm(trigger)
    assert board.touch(0, 1) == ids[1::2]
    board.arm(1, pair, buy=True, price=20.0)
    assert board.touch(0, 1) == [*ids[1::2], 1]


def test_infinite_trigger_prices_are_always_or_never_true() -> None:
    board, _, _, pair = two_books()
    board.arm(1, pair, buy=True, price=math.inf)
    board.arm(2, pair, buy=False, price=-math.inf)
    board.arm(3, pair, buy=True, price=-math.inf)
    board.arm(4, pair, buy=False, price=math.inf)
    assert board.touch(0, 1) == [1, 2]


def test_a_trigger_without_a_price_is_refused_and_the_old_one_stays() -> None:
    board, _, _, pair = two_books()
    board.arm(1, pair, buy=True, price=11.0)
    with pytest.raises(ValueError, match="must be a number"):
        board.arm(1, pair, buy=True, price=NAN)
    with pytest.raises(ValueError, match="none has index"):
        board.arm(1, pair + 1, buy=True, price=1.0)
    assert board.touch(0, 1) == [1]


def test_nothing_is_reported_while_a_leg_is_not_valid() -> None:
    for leg in (0, 1):
        board, one, two, pair = two_books()
        board.arm(1, pair, buy=True, price=11.0)
        board.arm(2, pair, buy=False, price=9.0)
        assert board.touch(0, 1) == [1, 2]
        assert board.live(pair, 1)
        book = (one, two)[leg]
        book.update(b"[[112,1]]", b"[]", 2, 2)
        assert board.touch(leg, 2) is None
        assert not board.live(pair, 2)
        assert board.touch(1 - leg, 2) is None
        book.update(b"[[112,0]]", b"[]", 3, 3)
        assert board.touch(leg, 3) == [1, 2]
        book.mark_state(GAPPED)
        assert board.touch(1 - leg, 3) is None
        assert board.touch(leg, 3) is None
        assert not board.live(pair, 3)


def test_the_other_leg_is_read_afresh_before_anything_is_reported() -> None:
    board, _, two, pair = two_books()
    board.arm(1, pair, buy=True, price=11.0)
    assert board.touch(0, 1) == [1]
    two.update(b"[[100,0],[99,1]]", b"[]", 2, 2)
    assert board.touch(0, 2) is None


def test_a_leg_that_was_not_heard_for_too_long_is_not_live() -> None:
    board, one, two, pair = two_books(stale_after=10)
    board.arm(1, pair, buy=True, price=11.0)
    assert board.touch(0, 11) == [1]
    one.trade(110.0, 1.0, 12)
    assert board.touch(0, 12) is None
    assert board.touch(1, 12) is None
    assert not board.live(pair, 12)
    assert board.live(pair, 11)
    two.trade(100.0, 1.0, 12)
    assert board.touch(0, 12) == [1]
    assert board.live(pair, 22)
    assert not board.live(pair, 23)
    one.trade(110.0, 1.0, 30)
    assert not board.live(pair, 30)
    two.trade(110.0, 1.0, 30)
    assert board.live(pair, 30)


def test_watched_spreads_are_folded_while_live() -> None:
    board, one, two, pair = two_books()
    bars = Bars([100])
    board.watch(pair, bars)
    board.touch(0, 1)
    assert bars.rows(BID, 0) == [(0, 9.0, 9.0, 9.0, 9.0, 1)]
    assert bars.rows(LAST, 0) == []
    one.trade(111.0, 1.0, 2)
    board.touch(0, 2)
    assert bars.rows(LAST, 0) == []
    two.trade(100.0, 1.0, 3)
    board.touch(1, 3)
    assert bars.rows(LAST, 0) == [(0, 11.0, 11.0, 11.0, 11.0, 1)]
    one.mark_state(GAPPED)
    board.touch(0, 4)
    board.touch(1, 4)
    assert bars.rows(ASK, 0) == [(0, 11.0, 11.0, 11.0, 11.0, 3)]
    one.snapshot_levels([(120.0, 1.0)], [(121.0, 1.0)], 5, 9)
    board.touch(0, 5)
    assert bars.rows(ASK, 0) == [(0, 11.0, 21.0, 11.0, 21.0, 4)]
    board.watch(pair, None)
    board.touch(0, 6)
    assert bars.rows(ASK, 0)[0][5] == 4


def test_published_example_of_true_candles_through_the_board() -> None:
    board = Board()
    pair = board.add_pair(board.add_market(None), board.add_market(None))
    bars = Bars([60])
    for at, (one, two) in enumerate(((100.0, 90.0), (110.0, 90.0), (100.0, 101.0))):
        board.set_top(0, 3 * at, one - 0.5, one + 0.5, one)
        board.watch(pair, bars)  # both legs of a step move at once; the first half of it is no tick of the spread
        board.set_top(1, 3 * at + 1, two - 0.5, two + 0.5, two)
        board.watch(pair, None)
    assert bars.rows(LAST, 0) == [(0, 10.0, 20.0, -1.0, -1.0, 3)]
    assert bars.rows(BID, 0) == [(0, 9.0, 19.0, -2.0, -2.0, 3)]
    assert bars.rows(ASK, 0) == [(0, 11.0, 21.0, 0.0, 0.0, 3)]


def test_given_tops_are_live_only_when_they_make_sense() -> None:
    board = Board()
    pair = board.add_pair(board.add_market(None), board.add_market(book_of(100.0, 101.0)))
    board.arm(1, pair, buy=True, price=1000.0)
    assert board.touch(0, 1) is None
    for bid, ask in ((NAN, 111.0), (110.0, NAN), (111.0, 111.0), (112.0, 111.0), (110.0, math.inf), (-math.inf, 1.0)):
        assert board.set_top(0, 1, bid, ask, 1.0) is None
        assert not board.live(pair, 1)
    assert board.set_top(0, 1, 110.0, 111.0, 110.0) == [1]
    assert board.touch(0, 2) == [1]
    assert board.touch(1, 2) == [1]


def test_a_given_top_keeps_the_last_trade_it_does_not_name_and_the_latest_time() -> None:
    board = Board()
    pair = board.add_pair(board.add_market(None), board.add_market(None))
    board.set_top(0, 20, 110.0, 111.0, 110.5)
    board.set_top(1, 30, 100.0, 101.0, 100.5)
    board.set_top(0, 10, 110.0, 112.0, NAN)
    assert board.quote(pair) == (9.0, 12.0, 10.0, 20)


def test_prices_of_a_market_with_a_book_are_not_given() -> None:
    board, *_ = two_books()
    with pytest.raises(ValueError, match="has a book"):
        board.set_top(0, 1, 1.0, 2.0, 1.0)


def test_unknown_markets_and_pairs_are_refused() -> None:
    board, *_ = two_books()
    for wrong in (-1, 2):
        for act in (
            lambda wrong=wrong: board.touch(wrong, 1),
            lambda wrong=wrong: board.set_top(wrong, 1, 1.0, 2.0, 1.0),
            lambda wrong=wrong: board.add_pair(wrong, 0),
            lambda wrong=wrong: board.add_pair(0, wrong),
            lambda wrong=wrong: board.quote(wrong),
            lambda wrong=wrong: board.live(wrong, 1),
            lambda wrong=wrong: board.legs(wrong),
            lambda wrong=wrong: board.watch(wrong, None),
        ):
            with pytest.raises(ValueError, match="none has index"):
                act()
    with pytest.raises(ValueError, match="different markets"):
        board.add_pair(1, 1)
    with pytest.raises(ValueError, match="stale_after"):
        Board(-1)


def test_markets_and_pairs_may_be_added_while_the_board_runs() -> None:
    board = Board()
    for market in range(20):
        board.add_market(None)
        board.set_top(market, 1, 100.0 + market, 100.5 + market, 100.0)
        for other in range(market):
            pair = board.add_pair(market, other)
            board.arm(pair, pair, buy=True, price=1000.0)
            assert board.touch(market, 1) == [pair - other + each for each in range(other + 1)]
            assert board.touch(other, 1) is not None
    assert board.pairs == 190


TICKS = st.tuples(
    st.integers(0, 3),
    st.integers(0, 8),
    st.sampled_from([NAN, 98.0, 99.0, 100.0, 101.0]),
    st.sampled_from([NAN, 99.5, 100.5, 101.5]),
    st.sampled_from([NAN, 100.0, 101.0]),
)
TRIGGERS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(-4, 4).map(float)), max_size=12)


@settings(deadline=None, max_examples=200)
@given(st.lists(TICKS, max_size=30), TRIGGERS, st.sampled_from([0, 5, 12]))
def test_a_board_is_what_the_formula_gives(  # noqa: C901 (the formula is written out once, plainly)
    ticks: list[tuple[int, int, float, float, float]], triggers: list[tuple[int, bool, float]], stale_after: int
) -> None:
    board = Board(stale_after)
    for _ in range(4):
        board.add_market(None)
    legs = [(0, 1), (2, 0), (3, 1), (1, 2), (1, 0), (3, 2)]
    bars = []
    for pair, (leg1, leg2) in enumerate(legs):
        assert board.add_pair(leg1, leg2) == pair
        bars.append(Bars([7]))
        board.watch(pair, bars[pair])
    for trigger, (pair, buy, price) in enumerate(triggers):
        board.arm(trigger, pair, buy, price)
    folded = [Bars([7]) for _ in legs]
    top = dict.fromkeys(range(4), (NAN, NAN, NAN, 0))
    now = 0
    for market, step, bid, ask, last in ticks:
        now += step
        top[market] = (bid, ask, top[market][2] if math.isnan(last) else last, now)
        fired = []
        for pair, (leg1, leg2) in enumerate(legs):
            bid1, ask1, last1, seen1 = top[leg1]
            bid2, ask2, last2, seen2 = top[leg2]
            fresh = stale_after == 0 or now - min(seen1, seen2) <= stale_after
            live = bid1 < ask1 and bid2 < ask2 and fresh
            if live and market in (leg1, leg2):
                folded[pair].fold(LAST, now, last1 - last2)
                folded[pair].fold(BID, now, bid1 - ask2)
                folded[pair].fold(ASK, now, ask1 - bid2)
                for trigger, (of, buy, price) in enumerate(triggers):
                    if of == pair and (ask1 - bid2 <= price if buy else bid1 - ask2 >= price):
                        fired.append(trigger)
        assert sorted(board.set_top(market, now, bid, ask, last) or []) == sorted(fired)
        for pair, (leg1, leg2) in enumerate(legs):
            bid1, ask1, last1, seen1 = top[leg1]
            bid2, ask2, last2, seen2 = top[leg2]
            assert board.quote(pair) == pytest.approx(
                (bid1 - ask2, ask1 - bid2, last1 - last2, min(seen1, seen2)), abs=0, nan_ok=True
            )
            fresh = stale_after == 0 or now - min(seen1, seen2) <= stale_after
            assert board.live(pair, now) is (bid1 < ask1 and bid2 < ask2 and fresh)
    for source in (LAST, BID, ASK):
        assert [each.rows(source, 0) for each in bars] == [each.rows(source, 0) for each in folded]
