import random

import pytest
from tests.shell.live.fakes import SECOND, START, QuickClock

from basisdesk.shell.live.backoff import FIRST, LONGEST, Backoff, Gate


class Highest(random.Random):
    def uniform(self, a: float, b: float) -> float:
        return b


def test_pauses_double_from_two_seconds_to_a_minute_and_begin_again_after_success() -> None:
    backoff = Backoff(Highest())
    assert [backoff.pause() // SECOND for _ in range(8)] == [2, 4, 8, 16, 32, 60, 60, 60]
    backoff.reset()
    assert backoff.pause() == FIRST


def test_each_pause_is_drawn_from_its_whole_range() -> None:
    pauses = []
    for seed in range(200):
        backoff = Backoff(random.Random(seed))
        for _ in range(9):
            backoff.pause()
        pauses.append(backoff.pause())
    assert min(pauses) < LONGEST / 10
    assert max(pauses) > LONGEST * 9 / 10
    assert max(pauses) <= LONGEST


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
