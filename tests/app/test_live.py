"""What drives a desk from venues, without a venue: where an error of ours is raised."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from basisdesk.app.broker import LiveBroker
from basisdesk.app.desk import Desk
from basisdesk.app.live import LiveDriver
from basisdesk.app.reach import Reach
from basisdesk.domain.account import StreamEnded, Terms
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.heard import Told
from basisdesk.shell.live.routes import Routes
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal
from basisdesk.venues import venue_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basisdesk.shell.live.post import Post

NOW = 1_000_000_000


@pytest.fixture
def driven() -> Iterator[tuple[Desk, LiveDriver]]:
    """A desk that listed one market, and what would drive it from its venue."""
    broker = LiveBroker()
    instrument = venue_named("binance").well_known()[0]
    with Journal.open(None, "test") as journal:
        desk = Desk(journal, PaperTerms(), (), 0, (), broker)
        desk.advance(NOW)
        desk.list_instruments([instrument])
        reach = Reach(Routes(), {}, ("binance",), simulated=True)
        yield desk, LiveDriver(desk, broker, reach, [instrument.symbol], lambda *_: None)


def news(desk: Desk) -> Told:
    (instrument,) = desk.instruments.values()
    return Told(instrument.venue, NOW, Terms(instrument))


def broken(*_: Any) -> None:
    raise ZeroDivisionError("ours")


def test_an_error_in_taking_new_terms_is_raised_where_the_desk_runs_and_not_in_the_connection(
    driven: tuple[Desk, LiveDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, driver = driven
    monkeypatch.setattr(desk, "list_instruments", broken)
    driver._hear(news(desk))
    with pytest.raises(ZeroDivisionError, match="ours"):
        desk.advance(NOW + 1)


def test_an_error_in_the_desks_own_step_is_raised_where_the_desk_runs_too(
    driven: tuple[Desk, LiveDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, driver = driven
    with monkeypatch.context() as once:
        once.setattr(desk, "advance", broken)
        driver._wake()
    with pytest.raises(ZeroDivisionError, match="ours"):
        desk.advance(NOW + 1)


def test_an_error_in_looking_at_positions_is_raised_where_the_desk_runs_too(
    driven: tuple[Desk, LiveDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, driver = driven
    monkeypatch.setattr(driver._positions, "hear", broken)
    driver._hear(Told("binance", NOW, StreamEnded(at=NOW, message="over")))
    with pytest.raises(ZeroDivisionError, match="ours"):
        desk.advance(NOW + 1)


@pytest.mark.asyncio
async def test_while_everything_first_connects_nothing_is_news_and_then_what_lacks_is_told_once_for_all(
    driven: tuple[Desk, LiveDriver],
) -> None:
    desk, driver = driven
    told: list[tuple[str, str]] = []
    desk.news.append(lambda _at, level, text: told.append((level, text)))
    board = driver.live.board
    for venue in ("binance", "okx"):
        driver.live.posts[venue] = cast("Post", None)  # only counted
        board.say(venue, Capability.DATA, "book", Health.UP)
        board.say(venue, Capability.DATA, "book", Health.DOWN, "no book has arrived")
        board.say(venue, Capability.ORDERS, "login", Health.UP)
        board.say(venue, Capability.ACCOUNT, "login", Health.UP)
    await asyncio.sleep(0)
    assert told == []
    driver._tell_lacking()
    await asyncio.sleep(0)
    assert told == [("error", "every venue: data down: book: no book has arrived")]
    board.say("binance", Capability.DATA, "book", Health.UP)
    board.say("okx", Capability.ORDERS, "login", Health.DOWN, "cut")
    await asyncio.sleep(0)
    assert told[1:] == [("info", "binance: data up"), ("error", "okx: orders down: login: cut")]


def test_terms_that_are_taken_raise_nothing(driven: tuple[Desk, LiveDriver]) -> None:
    desk, driver = driven
    driver._hear(news(desk))
    desk.advance(NOW + 1)
    assert [one.code for one in desk.instruments.values()] == ["BTCUSDT"]
