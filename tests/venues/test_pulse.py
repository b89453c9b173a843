"""Pings, and the silence after them."""

from __future__ import annotations

import pytest

from basisdesk.venues.pulse import QuietPulse, SteadyPulse

QUIET, EVERY, ANSWER = 25, 20, 10


@pytest.fixture
def quiet() -> QuietPulse:
    """A connection that stands since 100."""
    pulse = QuietPulse(b"ping", QUIET, ANSWER)
    pulse.start(100)
    return pulse


@pytest.fixture
def steady() -> SteadyPulse:
    """A connection that stands since 100."""
    pulse = SteadyPulse(b"ping", EVERY, ANSWER)
    pulse.start(100)
    return pulse


@pytest.mark.parametrize("pulse", [QuietPulse(b"ping", QUIET, ANSWER), SteadyPulse(b"ping", EVERY, ANSWER)])
def test_without_a_connection_nothing_is_asked(pulse: QuietPulse | SteadyPulse) -> None:
    assert (pulse.next_deadline(), pulse.overdue(10**9), pulse.take(10**9)) == (None, False, [])


def test_a_ping_goes_out_once_it_has_been_quiet(quiet: QuietPulse) -> None:
    quiet.heard = 110
    assert (quiet.next_deadline(), quiet.overdue(134), quiet.take(134)) == (135, False, [])
    assert (quiet.overdue(135), quiet.next_deadline()) == (False, None)
    assert (quiet.take(136), quiet.take(136)) == ([b"ping"], [])


def test_a_ping_that_was_not_taken_waits_for_no_answer(quiet: QuietPulse) -> None:
    assert not quiet.overdue(125)
    assert not quiet.overdue(10_000)


def test_silence_after_a_ping_is_told_once(quiet: QuietPulse) -> None:
    quiet.overdue(125)
    quiet.take(125)
    assert (quiet.next_deadline(), quiet.overdue(134), quiet.overdue(135)) == (135, False, True)
    assert (quiet.next_deadline(), quiet.overdue(10_000), quiet.take(10_000)) == (None, False, [])
    quiet.heard = 10_001
    assert quiet.next_deadline() == 10_001 + QUIET


def test_anything_heard_is_an_answer(quiet: QuietPulse) -> None:
    quiet.overdue(125)
    quiet.take(125)
    quiet.heard = 126
    assert (quiet.next_deadline(), quiet.overdue(140)) == (126 + QUIET, False)
    assert (quiet.overdue(151), quiet.take(151), quiet.overdue(161)) == (False, [b"ping"], True)


def test_an_end_withdraws_the_ping(quiet: QuietPulse, steady: SteadyPulse) -> None:
    for pulse in (quiet, steady):
        pulse.overdue(125)
        pulse.stop()
        assert (pulse.take(126), pulse.next_deadline()) == ([], None)


def test_a_new_connection_owes_nothing_to_the_last(quiet: QuietPulse, steady: SteadyPulse) -> None:
    for pulse, span in ((quiet, QUIET), (steady, EVERY)):
        pulse.overdue(125)
        pulse.take(125)
        pulse.start(130)
        assert (pulse.next_deadline(), pulse.overdue(136), pulse.take(136)) == (130 + span, False, [])


def test_pings_go_out_by_the_clock_however_busy_the_stream_is(steady: SteadyPulse) -> None:
    for now in (120, 140, 160):
        steady.heard = now - 1
        assert (steady.next_deadline(), steady.overdue(now - 1), steady.take(now - 1)) == (now, False, [])
        assert (steady.overdue(now), steady.take(now), steady.take(now)) == (False, [b"ping"], [])
        steady.heard = now


def test_a_steady_ping_that_is_not_answered_is_told_once(steady: SteadyPulse) -> None:
    steady.overdue(120)
    steady.take(120)
    assert (steady.next_deadline(), steady.overdue(129), steady.overdue(130)) == (130, False, True)
    assert (steady.overdue(131), steady.next_deadline()) == (False, 140)


def test_a_ping_that_is_answered_is_not_told(steady: SteadyPulse) -> None:
    steady.overdue(120)
    steady.take(120)
    steady.heard = 120
    assert (steady.next_deadline(), steady.overdue(130)) == (140, False)


def test_a_second_ping_does_not_prolong_the_wait_for_the_first(steady: SteadyPulse) -> None:
    steady.overdue(120)
    steady.take(135)  # taken late
    steady.overdue(140)
    steady.take(140)
    assert (steady.next_deadline(), steady.overdue(144), steady.overdue(145)) == (145, False, True)


def test_a_second_ping_after_an_answer_has_a_wait_of_its_own(steady: SteadyPulse) -> None:
    steady.overdue(120)
    steady.take(135)
    steady.heard = 136
    steady.overdue(140)
    steady.take(140)
    assert (steady.overdue(149), steady.overdue(150)) == (False, True)
