import pytest
from tests.shell.live.fakes import SECOND, START, QuickClock

from basisdesk.shell.live.clock import ALARM, PAUSE, TICK, LocalClock, Pulse, VenueClock, measure

MS = 1_000_000


class Machine:
    """Two clocks of a machine, moved by hand."""

    def __init__(self) -> None:
        self.wall, self.monotonic = START, 5 * SECOND
        self.clock = LocalClock(lambda: self.wall, lambda: self.monotonic)

    def go(self, span: int, wall: int | None = None) -> None:
        self.monotonic += span
        self.wall += span if wall is None else wall


def test_the_local_clock_begins_at_the_wall_clock_and_follows_the_monotonic_one() -> None:
    machine = Machine()
    assert machine.clock.now() == START
    machine.go(3 * SECOND, wall=-5 * SECOND)  # stepped back by a person meanwhile
    assert machine.clock.now() == START + 3 * SECOND
    assert machine.clock.ahead() == -8 * SECOND
    machine.clock.catch_up()
    assert machine.clock.now() == START + 3 * SECOND


def test_a_steady_machine_has_not_stood_still() -> None:
    machine = Machine()
    pulse = Pulse(machine.clock)
    for _ in range(10):
        machine.go(TICK + 5 * MS)
        assert pulse.beat() == (5 * MS, 0)


def test_a_pause_shows_in_both_clocks() -> None:
    machine = Machine()
    pulse = Pulse(machine.clock)
    machine.go(TICK + 30 * SECOND)
    assert pulse.beat() == (30 * SECOND, 30 * SECOND)
    machine.go(TICK)
    assert pulse.beat() == (0, 0)


def test_a_suspension_shows_in_the_wall_clock_alone_and_is_caught_up() -> None:
    machine = Machine()
    pulse = Pulse(machine.clock)
    machine.go(TICK, wall=TICK + 3600 * SECOND)
    assert pulse.beat() == (0, 3600 * SECOND)
    assert machine.clock.now() == machine.wall
    machine.go(TICK)
    assert pulse.beat() == (0, 0)


def test_a_late_beat_is_no_pause_and_a_wall_clock_set_back_is_none_either() -> None:
    machine = Machine()
    pulse = Pulse(machine.clock)
    machine.go(TICK + PAUSE - MS)
    assert pulse.beat() == (PAUSE - MS, 0)
    machine.go(TICK, wall=-3600 * SECOND)
    before = machine.clock.now()
    assert pulse.beat() == (0, 0)
    assert machine.clock.now() == before


def test_the_offset_is_the_median_and_half_a_round_trip_is_allowed_for() -> None:
    time = VenueClock(QuickClock())
    for sent, told, came in ((0, 100 * MS, 20 * MS), (0, 5000 * MS, 20 * MS), (0, 120 * MS, 60 * MS)):
        time.sample(sent, told, came)
    assert time.settle()
    assert time.offset == 90 * MS
    assert time.uncertainty == 10 * MS
    assert time.now() == START + 90 * MS
    assert time.measured == START
    assert not time.alarming


def test_a_sample_that_waited_on_the_way_does_not_move_the_offset() -> None:
    time = VenueClock(QuickClock())
    for wait in (40 * SECOND, 30 * SECOND, 20 * SECOND, 0):  # for the venue's limits, say
        time.sample(0, wait + 100 * MS, wait + 20 * MS)
    assert time.settle()
    assert (time.offset, time.uncertainty) == (90 * MS, 10 * MS)


@pytest.mark.parametrize(("seconds", "settled"), [(4, True), (6, False)])
def test_a_venue_that_takes_too_long_to_tell_its_time_leaves_the_offset_as_it_was(
    seconds: int, *, settled: bool
) -> None:
    time = VenueClock(QuickClock(), offset=7)
    for _ in range(5):
        time.sample(0, seconds * SECOND, seconds * SECOND)
    assert time.settle() is settled
    assert (time.offset != 7) is settled


@pytest.mark.parametrize(("offset", "half", "alarming"), [(600, 50, True), (-600, 50, True), (520, 50, False)])
def test_the_alarm_is_about_what_the_measurement_can_tell(offset: int, half: int, *, alarming: bool) -> None:
    time = VenueClock(QuickClock())
    time.sample(0, offset * MS + half * MS, 2 * half * MS)
    time.settle()
    assert time.alarming is alarming
    assert ALARM == 500 * MS


@pytest.mark.asyncio
async def test_a_measurement_passes_over_what_was_not_answered() -> None:
    clock = QuickClock()
    time = VenueClock(clock)
    told: list[int | None] = [None, 2 * SECOND, None, 4 * SECOND, None]

    async def ask() -> int | None:
        answer = told.pop(0)
        clock.time += 10 * MS
        return None if answer is None else clock.time - 5 * MS + answer

    assert await measure(time, ask)
    assert time.offset == 3 * SECOND
    assert not told


@pytest.mark.asyncio
async def test_a_venue_that_tells_nothing_leaves_the_offset_as_it_was() -> None:
    time = VenueClock(QuickClock(), offset=7)

    async def ask() -> int | None:
        return None

    assert not await measure(time, ask)
    assert (time.offset, time.measured) == (7, 0)
