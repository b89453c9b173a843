import random

import pytest
from tests.shell.live.fakes import SECOND, START, QuickClock

from basisdesk.shell.live.backoff import FIRST, LONGEST, Backoff, Gate
from basisdesk.venues import VENUES
from basisdesk.venues.trading import Bucket


class End(random.Random):
    """Draws the one end of every span, or the other."""

    def __init__(self, *, upper: bool) -> None:
        super().__init__(1)
        self.upper = upper

    def uniform(self, a: float, b: float) -> float:
        return b if self.upper else a


@pytest.mark.parametrize(
    ("upper", "seconds"), [(False, [2, 4, 8, 16, 32, 40, 40, 40]), (True, [3, 6, 12, 24, 48, 60, 60, 60])]
)
def test_pauses_grow_from_two_seconds_to_a_minute_and_begin_again_after_success(
    seconds: list[int], *, upper: bool
) -> None:
    backoff = Backoff(End(upper=upper))
    assert [backoff.pause() // SECOND for _ in range(8)] == seconds
    backoff.reset()
    assert backoff.pause() // SECOND == seconds[0]


def test_no_pause_is_outside_of_two_seconds_to_a_minute_and_hardly_two_are_alike() -> None:
    pauses = []
    for seed in range(200):
        backoff = Backoff(random.Random(seed))
        pauses.append([backoff.pause() for _ in range(9)])
    assert all(FIRST <= pause <= LONGEST for row in pauses for pause in row)
    assert all(len({row[turn] for row in pauses}) > 190 for turn in range(9))
    assert max(row[0] for row in pauses) - min(row[0] for row in pauses) > 0.9 * SECOND


@pytest.mark.asyncio
async def test_a_gate_lets_one_through_a_second_whoever_comes() -> None:
    clock = QuickClock()
    gate = Gate(clock)
    for _ in range(3):
        await gate.enter()
    assert clock.slept == [SECOND, SECOND]
    clock.time = START + 60 * SECOND
    await gate.enter()
    assert clock.slept == [SECOND, SECOND]


@pytest.mark.asyncio
async def test_the_first_ones_of_a_desk_that_starts_hardly_wait() -> None:
    clock = QuickClock()
    gate = Gate(clock, free=2)
    for _ in range(4):
        await gate.enter()
    assert clock.slept == [SECOND // 20, SECOND // 20, SECOND]


@pytest.mark.asyncio
async def test_in_no_span_more_attempts_are_made_than_the_share_of_what_the_venue_publishes() -> None:
    clock = QuickClock()
    gate = Gate(clock, limit=Bucket(name="connects", capacity=300, window=300 * SECOND))
    at = []
    for _ in range(400):
        await gate.enter()
        at.append(clock.now())
    assert all(later - earlier >= 300 * SECOND for earlier, later in zip(at, at[180:], strict=False))
    assert at[179] - at[0] == 179 * SECOND


def test_the_bucket_of_attempts_to_connect_is_among_those_published() -> None:
    named = {name: venue.trading.connects for name, venue in VENUES.items() if venue.trading is not None}
    assert {name for name, bucket in named.items() if bucket} == {"binance", "bybit"}
    for name, bucket in named.items():
        trading = VENUES[name].trading
        assert trading is not None
        assert not bucket or bucket in [each.name for each in trading.buckets]
