"""When something may be asked for again."""

from __future__ import annotations

from basisdesk.venues.bigone.asking import Asking

SECOND = 1_000_000_000


def test_a_wish_is_taken_once_and_not_wished_twice() -> None:
    asking = Asking()
    assert (asking.take(5), asking.overdue(5), asking.next_deadline(5)) == (False, False, None)
    asking.want(5)
    asking.want(6, later=SECOND)
    assert (asking.tries, asking.next_deadline(6)) == (1, None)
    assert (asking.take(6), asking.take(6)) == (True, False)
    assert asking.next_deadline(6) == 6 + 5 * SECOND


def test_a_later_wish_waits_for_its_time() -> None:
    asking = Asking()
    asking.want(0, later=10 * SECOND)
    assert (asking.take(9 * SECOND), asking.next_deadline(9 * SECOND)) == (False, 10 * SECOND)
    assert asking.take(10 * SECOND)


def test_what_comes_and_is_lost_again_and_again_is_asked_for_after_longer_pauses() -> None:
    asking, now, pauses = Asking(), 0, []
    for _ in range(12):
        asking.want(now)
        pauses.append(((asking.next_deadline(now) or now) - now) // SECOND)
        now += pauses[-1] * SECOND
        assert asking.take(now)
        asking.settle()
    assert pauses == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 0, 0]  # the longest pause is calm enough


def test_a_calm_minute_is_forgotten_only_after_an_answer() -> None:
    asking = Asking()
    for now in (0, 100 * SECOND, 200 * SECOND):
        asking.want(now)
        asking.take(now)
        asking.overdue(now + 5 * SECOND)
        asking.take(now + 5 * SECOND)
    assert asking.tries > 3
    asking.settle()
    asking.want(400 * SECOND)
    assert (asking.tries, asking.take(400 * SECOND)) == (1, True)
