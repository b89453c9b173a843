"""Instruments: loaded by the codec or by path, told when they change; and bodies that feeds ask for."""

import asyncio
import json
from decimal import Decimal

import msgspec
import pytest
from tests.shell.live.fakes import SECOND, START, Air, QuickClock, asked, settle, site
from tests.shell.live.stall import Stall, venue
from tests.shell.live.toy import INSTRUMENT, Toy

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Terms
from basisdesk.shell.live.asker import Asker
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.listing import Listing
from basisdesk.shell.live.snapshots import Snapshots
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues.contract import SnapshotRequest
from basisdesk.venues.trading import Bucket, Request, Response, Session

FINER = msgspec.structs.replace(INSTRUMENT, tick=Decimal("0.01"))
OTHER = msgspec.structs.replace(INSTRUMENT, symbol="toy:C/B", code="CB", base="C")


class Scene:
    def __init__(self, *, codec: bool = True) -> None:
        self.clock = QuickClock()
        self.toy = Toy()
        self.air = Air(self.clock, self.answer)
        place = site(self.clock, self.air, self.toy.trading)
        from dataclasses import replace

        self.site = replace(place, venue=replace(place.venue, lines=venue().lines))
        self.status = 200
        self.body = b""
        self.fault: NotSent | None = None
        self.told: list[Terms] = []
        self.session = Session()
        asker = Asker(self.site, self.toy.trading, self.session, lambda _: None) if codec else None
        self.listing = Listing(self.site, self.session, asker, self.told.append)

    def answer(self, request: Request) -> Response | NotSent:
        return self.fault or Response(self.status, self.body, {"retry-after": "7"}, self.clock.now())

    def health(self) -> Health:
        return self.site.board.of("toy", Capability.DATA).health


@pytest.mark.asyncio
async def test_the_first_load_is_known_and_only_later_changes_are_told() -> None:
    scene = Scene()
    scene.toy.updates = {asks.AskInstruments: (Terms(INSTRUMENT), Terms(OTHER))}
    assert await scene.listing.load() == []
    assert scene.listing.known == {INSTRUMENT.symbol: INSTRUMENT, OTHER.symbol: OTHER}
    assert scene.session.market_of("spot", "CB") == OTHER
    assert scene.told == []
    scene.toy.updates = {asks.AskInstruments: (Terms(FINER),)}
    assert await scene.listing.load() == []
    gone = msgspec.structs.replace(OTHER, tradable=False)
    assert scene.told == [Terms(FINER), Terms(gone)]
    assert scene.session.instruments == {FINER.symbol: FINER, gone.symbol: gone}
    await scene.listing.load()
    assert len(scene.told) == 2
    assert scene.health() is Health.UP


@pytest.mark.asyncio
async def test_every_page_is_read_and_a_page_that_fails_is_asked_again() -> None:
    scene = Scene()
    scene.toy.updates = {asks.AskInstruments: (Terms(INSTRUMENT),)}
    scene.toy.further = {"": asks.AskInstruments("spot", "p2")}
    fail = [500, 200, 500]
    scene.air.answer = lambda _: Response(fail.pop(0) if fail else 200, b"", {}, scene.clock.now())
    assert await scene.listing.load() == []
    assert [getattr(ask, "cursor", None) for ask in asked(scene.air.requests)] == ["", "", "p2", "p2"]


@pytest.mark.asyncio
async def test_a_list_that_cannot_be_had_leaves_what_is_known_and_says_so() -> None:
    scene = Scene()
    scene.status = 500
    assert await scene.listing.load() == ["spot: "]
    assert scene.health() is Health.DOWN
    scene.status = 200
    scene.toy.updates = {asks.AskInstruments: (Terms(INSTRUMENT),)}
    await scene.listing.load()
    scene.status = 500
    assert len(await scene.listing.load()) == 1
    assert scene.health() is Health.DEGRADED
    assert scene.listing.known == {INSTRUMENT.symbol: INSTRUMENT}


@pytest.mark.asyncio
async def test_pages_that_never_end_are_left_after_many(monkeypatch: pytest.MonkeyPatch) -> None:
    from basisdesk.shell.live import listing

    monkeypatch.setattr(listing, "PAGES", 5)
    scene = Scene()
    scene.toy.updates = {asks.AskInstruments: (Terms(INSTRUMENT),)}
    scene.toy.further = {"": asks.AskInstruments("spot")}
    assert await scene.listing.load() == []
    assert len(scene.air.requests) == 5


@pytest.mark.asyncio
@pytest.mark.parametrize("codec", [True, False])
async def test_where_the_codec_does_not_do_it_the_paths_of_the_line_are_read(*, codec: bool) -> None:
    scene = Scene(codec=codec)
    scene.toy.refuses = (asks.AskInstruments,)
    scene.body = json.dumps({"symbols": [Stall().row()]}).encode()
    assert await scene.listing.load() == []
    assert [request.origin + request.path for request in scene.air.requests] == [
        "https://api.binance.com/api/v3/exchangeInfo"
    ]
    assert list(scene.listing.known) == ["binance:BTC/USDT"]
    scene.body = b"<html>"
    (fault,) = await scene.listing.load()
    assert "exchange information" in fault
    scene.status = 503
    (fault,) = await scene.listing.load()
    assert fault == "spot: HTTP status 503 <html>"
    scene.fault = NotSent("nobody there")
    assert await scene.listing.load() == ["spot: nobody there"]


class Bodies:
    def __init__(self, scene: Scene, *buckets: Bucket) -> None:
        from dataclasses import replace

        from basisdesk.venues.budget import Budget

        self.scene = scene
        self.taken: list[tuple[bytes, int]] = []
        self.snapshots = Snapshots(replace(scene.site, budget=Budget(buckets)))

    async def run(self, *paths: str, costs: tuple[tuple[str, float], ...] = ()) -> None:
        for path in paths:
            request = SnapshotRequest("spot", "BTCUSDT", path, costs)
            self.snapshots.ask(request, lambda body, now: self.taken.append((body, now)))
        task = asyncio.ensure_future(self.snapshots.run())
        await settle(100)
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.asyncio
async def test_bodies_that_do_not_say_what_they_cost_are_fetched_a_second_apart() -> None:
    scene = Scene()
    scene.body = b"book"
    bodies = Bodies(scene)
    await bodies.run("/a?b=1", "/c")
    assert [request.origin + request.path for request in scene.air.requests] == [
        "https://api.binance.com/a?b=1",
        "https://api.binance.com/c",
    ]
    assert bodies.taken == [(b"book", START), (b"book", START + SECOND)]
    assert not bodies.snapshots.busy


@pytest.mark.asyncio
async def test_bodies_wait_for_the_budget_and_for_as_long_as_the_venue_wants() -> None:
    scene = Scene()
    bodies = Bodies(scene, Bucket(name="weight", capacity=100, window=60 * SECOND))
    await bodies.run("/a", "/b", costs=(("weight", 50.0),))
    assert [at - START for _, at in bodies.taken] == [0, 60 * SECOND]
    scene.status = 429
    now = scene.clock.now()
    await bodies.run("/c", "/d")
    assert [at - now for _, at in bodies.taken[2:]] == [0, 7 * SECOND]


@pytest.mark.asyncio
async def test_no_answer_is_given_to_nobody_and_one_too_many_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    from basisdesk.shell.live import snapshots

    scene = Scene()
    scene.status = 0
    bodies = Bodies(scene)
    await bodies.run("/a")
    scene.fault = NotSent("nobody there")
    await bodies.run("/b")
    assert len(scene.air.requests) == 2
    assert bodies.taken == []
    monkeypatch.setattr(snapshots, "MOST", 2)
    bodies = Bodies(scene)
    for path in ("/x", "/y", "/z"):
        bodies.snapshots.ask(SnapshotRequest("spot", "BTCUSDT", path), lambda _body, _now: None)
    assert bodies.snapshots.busy
    await bodies.run()
    assert len(scene.air.requests) == 4


@pytest.mark.asyncio
async def test_who_asks_again_keeps_the_place_and_is_answered_once() -> None:
    scene = Scene()
    scene.body = b"book"
    bodies = Bodies(scene)
    gone: list[bytes] = []
    bodies.snapshots.ask(SnapshotRequest("spot", "BTCUSDT", "/a"), lambda body, _now: gone.append(body))
    await bodies.run("/b", "/a")
    assert [request.path for request in scene.air.requests] == ["/a", "/b"]
    assert len(bodies.taken) == 2
    assert gone == []
