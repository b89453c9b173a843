"""A snapshot is asked for once, then again with growing patience."""

from __future__ import annotations

from basisdesk.venues.binance.asking import AT_ONCE, AT_ONCE_TIME, LONGEST_PAUSE, REPLY_WAIT, SECOND, Asking


def test_a_wish_is_taken_once() -> None:
    asking = Asking()
    assert not asking.taken()
    asking.want(0)
    asking.want(0)
    assert asking.taken()
    assert not asking.taken()
    asking.want(1)
    assert not asking.taken()


def test_a_request_without_reply_is_made_again_after_a_wait() -> None:
    asking = Asking()
    asking.want(100)
    assert asking.taken()
    assert asking.deadline == 100 + REPLY_WAIT
    asking.on_time(99 + REPLY_WAIT)
    assert not asking.taken()
    asking.on_time(100 + REPLY_WAIT)
    assert asking.taken()


def test_the_pause_after_a_useless_reply_doubles_up_to_a_limit() -> None:
    asking = Asking()
    now = 0
    asking.want(now)
    pauses = []
    for _ in range(9):
        assert asking.taken()
        asking.failed(now)
        assert not asking.taken()
        assert asking.deadline is not None
        pauses.append((asking.deadline - now) // SECOND)
        now = asking.deadline
        asking.on_time(now)
    assert pauses == [1, 2, 4, 8, 16, 32, 32, 32, 32]
    assert pauses[-1] * SECOND == LONGEST_PAUSE


def test_a_useless_reply_that_nobody_asked_for_leads_to_a_request() -> None:
    asking = Asking()
    asking.failed(0)
    assert asking.deadline == SECOND


def test_a_later_wish_gives_way_to_a_present_one() -> None:
    asking = Asking()
    asking.want_later(50)
    asking.want_later(60)
    assert asking.deadline == 50
    asking.want(10)
    assert asking.taken()
    asking.want_later(20)
    assert asking.deadline == 10 + REPLY_WAIT


def test_what_is_settled_has_no_deadline() -> None:
    asking = Asking()
    asking.want(0)
    asking.settle()
    asking.on_time(10**18)
    assert asking.deadline is None
    assert not asking.taken()


def test_a_market_that_needs_snapshots_again_and_again_has_to_wait() -> None:
    asking = Asking()
    for now in range(AT_ONCE):
        asking.want(now)
        assert asking.taken()
        asking.settle()
    asking.want(AT_ONCE)
    assert not asking.taken()
    assert asking.deadline == AT_ONCE_TIME
    asking.on_time(AT_ONCE_TIME)
    assert asking.taken()
    asking.settle()
    asking.want(AT_ONCE_TIME + 1)
    assert asking.taken()
