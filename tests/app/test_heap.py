"""Collections leave out what was there at the start, and only that."""

import gc
import weakref

import pytest

from basisdesk.app.heap import YOUNG, frozen


class Ring:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.me = self


def test_what_was_there_is_left_out_of_collections_and_what_comes_later_is_not() -> None:
    there = Ring()
    with frozen():
        old, new = weakref.ref(there), weakref.ref(Ring())
        del there
        gc.collect()
        assert (old() is None, new() is None) == (False, True)
    gc.collect()
    assert old() is None


def test_garbage_is_not_frozen() -> None:
    lost = weakref.ref(Ring())
    with frozen():
        assert lost() is None


def test_the_heap_thaws_when_the_desk_fails() -> None:
    def fail() -> None:
        with frozen():
            assert gc.get_freeze_count() > 10_000
            raise ValueError("over")

    with pytest.raises(ValueError, match="over"):
        fail()
    assert gc.get_freeze_count() == 0


def test_collections_are_spaced_while_the_desk_runs_and_as_before_after_it() -> None:
    usual = gc.get_threshold()
    with frozen():
        assert gc.get_threshold() == (YOUNG, *usual[1:])
    assert gc.get_threshold() == usual
