from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.venues.budget import HIGHEST, Berths, Budget
from basisdesk.venues.trading import Bucket, Standing

SECOND = 1_000_000_000
ORDINARY, URGENT = False, True
WEIGHT = Bucket(name="weight", capacity=100, window=60 * SECOND)
ORDERS = Bucket(name="orders", capacity=10, window=10 * SECOND, scope="account")
EACH = Bucket(name="each", capacity=10, window=2 * SECOND, scope="symbol")


def budget(**parts: float) -> Budget:
    return Budget([WEIGHT, ORDERS, EACH], **parts)


def test_an_ordinary_request_goes_while_its_share_lasts_and_then_waits_for_the_window_to_move() -> None:
    limits = budget()
    assert [limits.ask([("weight", 20)], ORDINARY, "", at * SECOND) for at in (0, 1, 2)] == [0, 0, 0]
    assert limits.ask([("weight", 20)], ORDINARY, "", 3 * SECOND) == 57 * SECOND
    assert limits.ask([("weight", 20)], ORDINARY, "", 60 * SECOND) == 0


def test_a_wait_is_as_long_as_it_takes_for_enough_to_leave_the_window() -> None:
    limits = budget()
    for at in (0, 1, 2):
        assert limits.ask([("weight", 20)], ORDINARY, "", at * SECOND) == 0
    assert limits.ask([("weight", 40)], ORDINARY, "", 3 * SECOND) == 58 * SECOND


def test_the_reserve_is_kept_for_what_is_urgent_and_ends_below_the_whole() -> None:
    limits = budget()
    assert limits.ask([("weight", 60)], ORDINARY, "", 0) == 0
    assert limits.ask([("weight", 1)], ORDINARY, "", 0) > 0
    assert limits.ask([("weight", 35)], URGENT, "", 0) == 0
    assert limits.ask([("weight", 1)], URGENT, "", 0) > 0
    assert limits.used("weight", 0) == HIGHEST


def test_urgent_spending_counts_against_the_share_too() -> None:
    limits = budget()
    assert limits.ask([("weight", 59)], URGENT, "", 0) == 0
    assert limits.ask([("weight", 2)], ORDINARY, "", 0) > 0


def test_nothing_is_counted_when_one_of_several_buckets_is_full() -> None:
    limits = budget()
    assert limits.ask([("orders", 6)], ORDINARY, "", 0) == 0
    assert limits.ask([("weight", 10), ("orders", 1)], ORDINARY, "", 0) == 10 * SECOND
    assert limits.used("weight", 0) == 0


def test_a_bucket_by_symbol_is_kept_once_for_each() -> None:
    limits = budget()
    assert limits.ask([("each", 6)], ORDINARY, "a", 0) == 0
    assert limits.ask([("each", 6)], ORDINARY, "b", 0) == 0
    assert limits.ask([("each", 1)], ORDINARY, "a", 0) == 2 * SECOND


def test_a_request_dearer_than_the_share_goes_alone() -> None:
    limits = budget()
    assert limits.ask([("weight", 70)], ORDINARY, "", 0) == 0
    assert limits.ask([("weight", 70)], ORDINARY, "", 0) == 60 * SECOND


def test_the_venues_higher_count_is_taken_for_as_long_as_what_is_more_stays_in_the_window() -> None:
    limits = budget()
    limits.correct("weight", 50, 0)
    assert limits.ask([("weight", 11)], ORDINARY, "", 0) > 0
    limits.correct("weight", 55, 30 * SECOND)
    assert limits.used("weight", 70 * SECOND) == pytest.approx(0.05)


def test_the_venues_lower_count_takes_back_what_others_spent_and_nothing_of_our_own() -> None:
    limits = budget()
    assert limits.ask([("weight", 20)], ORDINARY, "", 0) == 0
    limits.correct("weight", 50, 0)
    limits.correct("weight", 60, 10 * SECOND)
    assert limits.used("weight", 10 * SECOND) == 0.6
    limits.correct("weight", 35, 20 * SECOND)
    assert limits.used("weight", 20 * SECOND) == pytest.approx(0.35)
    limits.correct("weight", 1, 30 * SECOND)
    assert limits.used("weight", 30 * SECOND) == pytest.approx(0.2)
    assert limits.ask([("weight", 40)], ORDINARY, "", 30 * SECOND) == 0


def test_a_day_long_bucket_that_others_had_filled_is_free_again_when_the_venue_says_so() -> None:
    limits = Budget([Bucket(name="day", capacity=100, window=86_400 * SECOND)])
    limits.correct("day", 99, 0)
    assert limits.ask([("day", 1)], ORDINARY, "", SECOND) > 3600 * SECOND
    limits.correct("day", 2, 600 * SECOND)
    assert limits.ask([("day", 1)], ORDINARY, "", 600 * SECOND) == 0


@pytest.mark.parametrize("used", [float("nan"), float("inf"), -1.0])
def test_a_count_that_is_none_changes_nothing(used: float) -> None:
    limits = budget()
    limits.ask([("weight", 20)], ORDINARY, "", 0)
    limits.correct("weight", used, 0)
    assert limits.used("weight", 0) == 0.2


def test_what_a_bucket_holds_is_the_venues_to_say() -> None:
    limits = budget()
    assert limits.ask([("each", 6)], ORDINARY, "a", 0) == 0
    limits.resize("each", 20)
    assert [limits.ask([("each", 6)], ORDINARY, symbol, 0) for symbol in ("a", "b")] == [0, 0]
    assert limits.ask([("each", 1)], ORDINARY, "a", 0) > 0
    limits.resize("each", 5)
    assert limits.ask([("each", 1)], ORDINARY, "b", 0) > 0
    assert limits.ask([("each", 3)], ORDINARY, "c", 0) == 0
    assert limits.ask([("each", 1)], ORDINARY, "c", 0) > 0
    limits.resize("weight", 10)
    assert limits.ask([("weight", 6)], ORDINARY, "", 0) == 0
    assert limits.ask([("weight", 1)], ORDINARY, "", 0) > 0


@pytest.mark.parametrize("holds", [0.0, -1.0, float("inf"), float("nan"), 10.0])
def test_what_is_no_size_of_a_bucket_or_the_old_one_changes_nothing(holds: float) -> None:
    limits = budget()
    limits.resize("each", holds)
    limits.resize("surprise", 5)
    assert limits.ask([("each", 6)], ORDINARY, "a", 0) == 0
    assert limits.ask([("each", 1)], ORDINARY, "a", 0) > 0


def test_a_header_that_names_an_unknown_bucket_changes_nothing() -> None:
    limits = budget()
    limits.correct("surprise", 5, 0)
    assert limits.ask([("weight", 60)], ORDINARY, "", 0) == 0


def test_a_ban_holds_everything_back_and_is_never_shortened() -> None:
    limits = budget()
    limits.ban(5 * SECOND)
    limits.ban(2 * SECOND)
    assert limits.banned == 5 * SECOND
    assert limits.ask([("weight", 1)], URGENT, "", 3 * SECOND) == 2 * SECOND
    assert limits.ask([], ORDINARY, "", 3 * SECOND) == 2 * SECOND
    assert limits.ask([("weight", 1)], URGENT, "", 5 * SECOND) == 0


def test_a_ban_of_named_buckets_holds_back_only_what_they_cost() -> None:
    limits = budget()
    limits.ban(5 * SECOND, ["each"], "a")
    assert limits.ask([("each", 1)], URGENT, "a", 0) == 5 * SECOND
    assert limits.ask([("each", 1)], ORDINARY, "b", 0) == 0
    assert limits.ask([("weight", 1)], ORDINARY, "", 0) == 0


def test_a_cost_of_a_bucket_that_is_not_published_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        budget().ask([("surprise", 1)], ORDINARY, "", 0)


@pytest.mark.parametrize(("share", "reserve"), [(0.0, 0.4), (0.6, -0.1), (0.7, 0.4)])
def test_shares_that_are_no_parts_of_a_whole_are_refused(share: float, reserve: float) -> None:
    with pytest.raises(ValueError, match="parts of one whole"):
        budget(share=share, reserve=reserve)


def test_without_a_reserve_urgent_requests_have_the_share_alone() -> None:
    limits = budget(share=1.0, reserve=0.0)
    assert limits.ask([("weight", 100)], URGENT, "", 0) == 0


def test_many_small_requests_are_kept_in_a_bounded_log() -> None:
    limits = Budget([Bucket(name="day", capacity=1e9, window=86_400 * SECOND)])
    for number in range(50_000):
        limits.ask([("day", 1)], ORDINARY, "", number * 3 * SECOND)
    (log,) = limits._logs.values()
    assert len(log.slots) <= 1002
    assert log.spent == sum(slot.units for slot in log.slots) >= 28_800


asked = st.tuples(st.integers(0, 2 * SECOND), st.integers(1, 40), st.booleans(), st.sampled_from("ab"))


@given(st.lists(asked, max_size=80), st.floats(0.05, 0.95), st.floats(0, 0.9))
def test_in_no_window_is_more_spent_than_the_ceilings_allow(
    asks: list[tuple[int, int, bool, str]], share: float, reserve: float
) -> None:
    limits = Budget([EACH], share, min(reserve, 1 - share))
    ordinary, highest = share * EACH.capacity, max(share, min(share + reserve, HIGHEST)) * EACH.capacity
    now, sent = 0, list[tuple[int, float, bool, str]]()
    for step, tenths, urgent, symbol in asks:
        now += step
        if limits.ask([("each", tenths / 10)], urgent, symbol, now) == 0:
            sent.append((now, tenths / 10, urgent, symbol))
    for symbol in "ab":
        own = [entry for entry in sent if entry[3] == symbol]
        for index, (at, units, urgent, _) in enumerate(own):
            before = [other[1] for other in own[:index] if other[0] > at - EACH.window]
            ceiling = highest if urgent else ordinary
            assert not before or sum(before) + units <= ceiling + 1e-6


@given(st.lists(asked, min_size=1, max_size=60))
def test_after_the_wait_that_is_told_a_request_goes(asks: list[tuple[int, int, bool, str]]) -> None:
    limits = Budget([EACH])
    times = []
    now = 0
    for step, tenths, urgent, symbol in asks:
        now += step
        wait = limits.ask([("each", tenths / 10)], urgent, symbol, now)
        if wait:
            now += wait
            assert limits.ask([("each", tenths / 10)], urgent, symbol, now) == 0
        times.append(now)
    assert all(one <= other for one, other in pairwise(times))


ALL = Standing(name="connections of an address", most=20, http=True)
KEY = Standing(name="sessions of a key", most=4, scope="account")
SPOT = Standing(name="spot sockets", most=10, url="wss://x/spot")


def test_market_data_has_three_fifths_of_a_count_and_the_account_nearly_all_of_it() -> None:
    berths = Berths([ALL])
    assert berths.take(["wss://x/a"] * 12) == ""
    refused = berths.take(["wss://x/a"])
    assert refused == (
        "13 connections would stand, and 12 of the venue's 20 (connections of an address) are used at most: "
        "watch fewer markets at once"
    )
    assert berths.take(["wss://x/a"] * 7, account=True) == ""
    assert berths.take(["wss://x/a"], account=True) != ""


def test_connections_of_requests_are_counted_where_the_venue_counts_them() -> None:
    berths = Berths([ALL, SPOT], requests=8)
    assert berths.take(["wss://x/spot"] * 5) != ""
    assert berths.take(["wss://x/spot"] * 4) == ""
    assert Berths([SPOT], requests=8).take(["wss://x/spot"] * 6) == ""


def test_what_is_refused_is_not_counted_and_what_was_left_is_free_again() -> None:
    berths = Berths([SPOT])
    assert berths.take(["wss://x/spot/1"] * 7) != ""
    assert berths.take(["wss://x/spot/1"] * 6) == ""
    berths.leave("wss://x/other")
    assert berths.take(["wss://x/spot/2"]) != ""
    berths.leave("wss://x/spot/1")
    assert berths.take(["wss://x/spot/2"]) == ""


def test_a_count_is_of_its_own_addresses_and_one_by_account_of_those_that_log_in() -> None:
    berths = Berths([KEY, SPOT])
    assert berths.take(["wss://x/other"] * 100) == ""
    assert berths.take(["wss://x/spot"] * 3, account=True) == ""
    berths.leave("wss://x/other")
    refused = berths.take(["wss://x/other"], account=True)
    assert "4 (sessions of a key)" in refused


def test_a_full_count_refuses_nothing_that_it_does_not_count() -> None:
    berths = Berths([SPOT], requests=8)
    assert berths.take(["wss://x/spot"] * 6) == ""
    assert berths.take(["wss://x/other"]) == ""
