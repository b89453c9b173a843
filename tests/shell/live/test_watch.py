"""A connection that says nothing although it stands."""

from basisdesk.kernel.book import CLOSED, STALE, VALID, WAITING, Book
from basisdesk.shell.live.health import Health
from basisdesk.shell.live.link import Verdict
from basisdesk.shell.live.watch import THIN, Watch
from basisdesk.venues.contract import Market, Report, Trouble

SECOND = 1_000_000_000
T0 = 1000 * SECOND


class Scene:
    def __init__(self, *names: str, message: bool = True, books: bool = True, stale_after: int = 0) -> None:
        self.markets = [Market(name, "spot", name, Book(stale_after=stale_after)) for name in names]
        self.reports: list[Report] = []
        self.watch = Watch(self.reports.append, owes_message=message, owes_books=books)
        self.now = T0
        self.watch.begin(self.now)

    def look(self, messages: int = 1, *, busy: bool = False) -> Verdict:
        return self.watch.look(self.markets, self.now, T0, messages, busy=busy)

    def run(self, seconds: int, *updates: int) -> Verdict:
        """Let so many updates a second come for each market, and look every second."""
        verdict = Verdict(Health.UP)
        for _ in range(seconds):
            self.now += SECOND
            for market, count in zip(self.markets, updates, strict=True):
                if count:
                    market.book.snapshot_levels([(1.0, 1.0)], [(2.0, 1.0)], self.now, 1)
                    market.tally.book_updates += count
            verdict = self.look()
            if verdict.hang_up:
                break
        return verdict


def test_a_connection_owes_its_first_message_within_five_seconds() -> None:
    scene = Scene("A")
    scene.now = T0 + 5 * SECOND
    assert scene.look(messages=0) == Verdict(Health.DOWN, "nothing was received on the new connection")
    scene.now += 1
    assert scene.look(messages=0).hang_up


def test_a_stream_of_trades_owes_nothing() -> None:
    scene = Scene("A", message=False, books=False)
    scene.now = T0 + 3600 * SECOND
    assert scene.look(messages=0) == Verdict(Health.UP)


def test_books_are_owed_soon_unless_they_are_still_being_asked_for() -> None:
    scene = Scene("A", "B")
    scene.now = T0 + 19 * SECOND
    assert scene.look() == Verdict(Health.DOWN, "no book has arrived")
    scene.now = T0 + 21 * SECOND
    assert not scene.look(busy=True).hang_up
    assert scene.look().hang_up


def test_one_book_that_does_not_come_degrades_and_takes_nothing_else_down() -> None:
    scene = Scene("A", "B")
    assert scene.run(60, 10, 0) == Verdict(Health.DEGRADED, "waiting for the book of B")
    assert scene.markets[0].book.state(scene.now) == VALID


def test_a_lively_market_is_stale_after_two_seconds_and_what_is_priced_from_it_is_refused() -> None:
    scene = Scene("A", "B")
    assert scene.run(20, 50, 50) == Verdict(Health.UP)
    verdict = scene.run(3, 0, 50)
    assert verdict == Verdict(Health.DEGRADED, "silent: A")
    assert scene.markets[0].book.state(scene.now) == STALE
    assert scene.markets[1].book.state(scene.now) == VALID
    (report,) = scene.reports
    assert (report.trouble, report.symbol) == (Trouble.SILENT, "A")
    assert scene.run(1, 5, 50) == Verdict(Health.UP)
    scene.run(4, 0, 50)
    assert len(scene.reports) == 2


def test_a_thin_market_is_given_the_operators_span() -> None:
    scene = Scene("A")
    scene.run(1, 1)
    assert scene.run(59, 0) == Verdict(Health.UP)
    assert scene.run(5, 0).health is Health.DEGRADED
    assert not scene.run(100, 0).hang_up
    assert THIN == 60 * SECOND


def test_a_connection_whose_every_lively_market_fell_silent_is_made_again() -> None:
    scene = Scene("A", "B", "C")
    scene.run(20, 50, 20, 0)
    verdict = scene.run(30, 0, 0, 0)
    assert verdict.hang_up
    assert verdict.reason == "A, B fell silent although the socket is open"
    assert 10 * SECOND < scene.now - scene.markets[0].book.seen <= 12 * SECOND


def test_the_desks_own_limit_is_never_stretched_and_comes_back_with_a_new_connection() -> None:
    scene = Scene("A", stale_after=3 * SECOND)
    scene.run(10, 1)
    assert scene.markets[0].book.stale_after == 3 * SECOND
    scene.run(60, 100)
    assert scene.markets[0].book.stale_after == 2 * SECOND
    scene.watch.begin(scene.now)
    assert scene.markets[0].book.stale_after == 3 * SECOND


def test_many_silent_markets_are_told_in_few_words() -> None:
    names = [f"M{number}" for number in range(6)]
    scene = Scene(*names)
    for market in scene.markets:
        market.book.mark_state(CLOSED if market.symbol == "M0" else WAITING)
    scene.run(1, 1, 0, 0, 0, 0, 0)
    assert scene.look().reason == "waiting for the book of M1, M2, M3 and 2 more"
