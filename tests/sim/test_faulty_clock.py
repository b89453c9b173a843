"""A used-up limit of a venue whose clock is put back or forward: it ends after the time it was switched on for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basisdesk.sim.contract import Frame, HttpAnswer, HttpCall
from basisdesk.sim.faults import SECOND, Switch
from basisdesk.sim.faulty import Faulty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.sim.contract import Close

START = 1_700_000_000 * SECOND
TIME = HttpCall(host="all", authority="localhost", method="GET", path="/time", query="", headers={}, body=b"")


class Narrow:
    """A venue that says 429 while its limits are used up."""

    def __init__(self) -> None:
        self.origins: Mapping[str, Sequence[str]] = {}
        self.until = 0

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        return HttpAnswer(429 if now < self.until else 200, call.path.encode())

    def exhaust(self, now: int, until: int) -> None:
        assert now >= START - 60 * SECOND
        self.until = until

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        raise NotImplementedError

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        raise NotImplementedError

    def closed(self, socket: int, now: int) -> None:
        raise NotImplementedError

    def expire(self, now: int) -> None:
        raise NotImplementedError

    def take(self) -> list[Frame | Close]:
        return []

    def next_deadline(self) -> int | None:
        return None

    def advance(self, now: int) -> None:
        pass


class Bench:
    def __init__(self) -> None:
        self.faulty = Faulty(Narrow(), lambda _name, _switch: None)
        self.faulty.advance(START)
        self.faulty.switch(Switch(fault="rate-limit", lasts=2), START)

    def status(self, seconds: float) -> int:
        """Return how the venue answers so long after the start."""
        now = START + int(seconds * SECOND)
        self.faulty.advance(now)
        return self.faulty.http(TIME, now).status


@pytest.mark.parametrize("seconds", [-7, 7])
def test_a_clock_put_off_neither_lengthens_nor_shortens_it(seconds: float) -> None:
    bench = Bench()
    bench.faulty.switch(Switch(fault="clock-offset", seconds=seconds), START)
    assert (bench.status(1.9), bench.status(2)) == (429, 200)


@pytest.mark.parametrize("seconds", [-7, 7])
def test_nor_does_one_that_comes_back(seconds: float) -> None:
    bench = Bench()
    bench.faulty.switch(Switch(fault="clock-offset", seconds=seconds), START)
    bench.status(1)
    bench.faulty.clear("clock-offset")
    assert (bench.status(1.9), bench.status(2)) == (429, 200)


@pytest.mark.parametrize("seconds", [-7, 7])
def test_nor_does_one_that_comes_back_by_itself(seconds: float) -> None:
    bench = Bench()
    bench.faulty.switch(Switch(fault="clock-offset", seconds=seconds, lasts=1), START)
    assert (bench.status(1.9), bench.status(2)) == (429, 200)


def test_one_that_is_over_stays_over_when_the_clock_is_put_back() -> None:
    bench = Bench()
    assert bench.status(3) == 200
    bench.faulty.switch(Switch(fault="clock-offset", seconds=-7), START + 3 * SECOND)
    assert bench.status(3) == 200
