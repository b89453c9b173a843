"""A rolling window: what is in it, what has left it, and when it eases."""

from basisdesk.sim.dialects.rolling import Rolling


def test_a_request_counts_until_it_is_as_old_as_the_window() -> None:
    window = Rolling(10)
    window.note(100)
    assert window.used(109) == 1
    assert window.used(110) == 0


def test_several_units_count_at_once() -> None:
    window = Rolling(10)
    window.note(100, 3)
    window.note(105)
    assert window.used(109) == 4
    assert window.used(110) == 1


def test_it_eases_when_its_oldest_request_leaves() -> None:
    window = Rolling(10)
    assert window.eased_at(50) == 60
    window.note(100)
    window.note(105)
    assert window.eased_at(105) == 110
    assert window.eased_at(110) == 115
