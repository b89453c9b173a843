"""Crossed books: told once, and given up when they stay crossed."""

from __future__ import annotations

import pytest
from tests.venues.ears import ReportEar

from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Market, Report, Trouble
from basisdesk.venues.crossing import CROSSED_NS, CROSSED_UPDATES, Crossing, Crossings


class Owner:
    """A source that drops what it gives up."""

    def __init__(self, crossings: Crossings, key: str) -> None:
        self.given_up: list[int] = []
        self._crossings = crossings
        self._key = key

    def give_up(self, now: int) -> None:
        self.given_up.append(now)
        self._crossings.drop(self._key)


class Stage:
    """One market whose touch is set by hand."""

    def __init__(self) -> None:
        self.ear = ReportEar()
        self.market = Market("okx:BTC/USDT", "public", "BTC-USDT", Book())
        self.crossing = Crossing(self.market, self.ear)

    def note(self, bid: float, ask: float, now: int) -> bool:
        self.market.book.snapshot_levels([(bid, 1.0)], [(ask, 1.0)], now, 0)
        return self.crossing.note(now)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_sound_book_is_not_crossed(stage: Stage) -> None:
    assert not stage.note(9.0, 10.0, 1)
    assert (stage.crossing.since, stage.crossing.lasted(9), stage.ear.reports) == (None, 0, [])


def test_an_empty_book_is_not_crossed(stage: Stage) -> None:
    assert not stage.crossing.note(1)
    assert stage.crossing.since is None


@pytest.mark.parametrize("bid", [10.0, 11.0])
def test_a_book_that_becomes_crossed_is_counted_and_told_once(stage: Stage, bid: float) -> None:
    assert not stage.note(bid, 10.0, 5)
    assert not stage.note(bid, 10.0, 6)
    detail = f"best bid {bid} is not below best ask 10.0"
    assert stage.ear.reports == [Report(5, Trouble.CROSSED, "okx:BTC/USDT", detail)]
    assert (stage.market.tally.crossed, stage.crossing.since, stage.crossing.lasted(9)) == (1, 5, 4)


def test_a_book_that_crosses_again_is_told_again(stage: Stage) -> None:
    for now, bid in enumerate((11.0, 9.0, 11.0)):
        stage.note(bid, 10.0, now)
    assert (stage.market.tally.crossed, stage.crossing.since, stage.crossing.updates) == (2, 2, 1)


def test_a_book_is_hopeless_after_too_many_updates(stage: Stage) -> None:
    hopeless = [stage.note(11.0, 10.0, now) for now in range(CROSSED_UPDATES + 1)]
    assert hopeless == [False] * CROSSED_UPDATES + [True]


def test_a_book_is_hopeless_after_more_than_a_second(stage: Stage) -> None:
    assert [stage.note(11.0, 10.0, now) for now in (0, CROSSED_NS, CROSSED_NS + 1)] == [False, False, True]


def test_an_end_begins_the_count_anew(stage: Stage) -> None:
    for now in range(CROSSED_UPDATES):
        stage.note(11.0, 10.0, now)
    stage.crossing.end()
    assert (stage.crossing.since, stage.crossing.updates) == (None, 0)
    assert not stage.note(11.0, 10.0, 2 * CROSSED_NS)
    assert stage.crossing.lasted(2 * CROSSED_NS) == 0


def test_crossed_books_are_given_up_by_the_clock() -> None:
    crossings = Crossings()
    first, second = Owner(crossings, "a"), Owner(crossings, "b")
    crossings.hold("b", 7, second)
    crossings.hold("a", 5, first)
    assert crossings.next_deadline() == 5 + CROSSED_NS
    crossings.on_time(5 + CROSSED_NS - 1)
    crossings.on_time(5 + CROSSED_NS)
    assert (first.given_up, second.given_up) == ([5 + CROSSED_NS], [])
    assert crossings.next_deadline() == 7 + CROSSED_NS


def test_a_book_that_is_held_again_goes_by_the_latest_word() -> None:
    crossings = Crossings()
    first, second = Owner(crossings, "a"), Owner(crossings, "a")
    crossings.hold("a", 5, first)
    crossings.hold("a", 8, second)
    crossings.on_time(8 + CROSSED_NS)
    assert (first.given_up, second.given_up) == ([], [8 + CROSSED_NS])


def test_a_dropped_book_is_not_given_up() -> None:
    crossings = Crossings()
    owner = Owner(crossings, "a")
    crossings.hold("a", 5, owner)
    crossings.drop("a")
    crossings.drop("unheard of")
    crossings.on_time(10 * CROSSED_NS)
    assert (owner.given_up, crossings.next_deadline()) == ([], None)
