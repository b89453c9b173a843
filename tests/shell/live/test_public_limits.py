"""Bodies that feeds ask for share limits, bans and counts with everything else that goes to a venue."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.shell.live.fakes import SECOND, START, Air, QuickClock, settle, site
from tests.shell.live.scene import Books

from basisdesk.domain.ask import AskTime
from basisdesk.shell.live.asker import Asker
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.listing import Listing
from basisdesk.shell.live.post import Post
from basisdesk.shell.live.snapshots import Snapshots
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues import venue_named
from basisdesk.venues.contract import SnapshotRequest
from basisdesk.venues.trading import Credentials, Reply, Request, Response, Session

ORDINARY = False
PUBLIC = {
    "binance": ("spot", (("spot.weight", 50.0), ("spot.raw", 1.0))),
    "bybit": ("linear", (("address", 1.0),)),
    "htx": ("linear", (("v5_market", 1.0),)),
    "bigone": ("contract", (("rest", 1.0),)),
}


class Scene:
    """A real venue's codecs on a transport that answers as it is told."""

    def __init__(self, name: str, *, offset: int = 0) -> None:
        self.clock = QuickClock()
        self.air = Air(self.clock, self.answer)
        venue = venue_named(name)
        self.line, self.costs = PUBLIC[name]
        self.site = site(self.clock, self.air, venue.trading)
        self.site = replace(self.site, venue=venue)
        self.site.time.offset = offset
        self.status, self.body, self.headers = 200, b"{}", dict[str, str]()
        self.at: list[tuple[str, int]] = []
        self.taken: list[bytes] = []
        assert venue.trading is not None
        self.asker = Asker(self.site, venue.trading, Session(), lambda _: None)
        self.snapshots = Snapshots(self.site)

    def answer(self, request: Request) -> Response | NotSent:
        self.at.append((request.path, self.clock.now() - START))
        return Response(self.status, self.body, self.headers, self.clock.now())

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.ensure_future(self.snapshots.run())
        yield
        task.cancel()
        await asyncio.wait([task])

    def want(self, path: str) -> None:
        request = SnapshotRequest(self.line, "BTCUSDT", path, self.costs)
        self.snapshots.ask(request, lambda body, _now: self.taken.append(body))

    def waits(self, costs: tuple[tuple[str, float], ...] | None = None) -> int:
        asked = self.costs if costs is None else costs
        return self.site.budget.ask(asked, ORDINARY, "", self.clock.now())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("venue", "status", "body", "headers", "seconds"),
    [
        ("binance", 429, b"{}", {"retry-after": "7"}, 7),
        ("binance", 418, b"", {"retry-after": "240"}, 240),
        ("binance", 403, b"<html>", {}, 60),
        ("bybit", 403, b"access too frequent", {}, 600),
        ("bybit", 403, b"<html>", {}, 10),
        ("bybit", 200, b'{"retCode":10018,"retMsg":"Exceeded the IP Rate Limit."}', {"retry-after": "30"}, 30),
        ("htx", 403, b"<html>", {}, 10),
        ("bigone", 200, b'{"code":10429,"message":"too many"}', {}, 10),
        ("bigone", 418, b"", {}, 10),
    ],
)
async def test_a_ban_told_to_a_feed_holds_back_what_the_account_asks(
    venue: str, status: int, body: bytes, headers: dict[str, str], seconds: int
) -> None:
    scene = Scene(venue)
    scene.status, scene.body, scene.headers = status, body, headers
    async with scene.running():
        scene.want("/first")
        await settle(3)
        assert scene.at == [("/first", 0)]
        began, first = START + seconds * SECOND, scene.waits()
        assert began - scene.clock.now() == first
        reply = await scene.asker.ask(AskTime(scene.line))
        assert isinstance(reply, Reply)
        if seconds > 120:  # longer than a question waits
            assert len(scene.at) == 1
        else:
            assert scene.at[1][1] >= seconds * SECOND
        scene.want("/second")
        await settle(50)
        assert scene.at[-1][1] >= seconds * SECOND
    assert scene.taken == [body, body]


@pytest.mark.asyncio
async def test_a_pair_that_is_suspended_closes_nothing_although_the_venue_says_403() -> None:
    scene = Scene("bigone")
    scene.status, scene.body = 403, b'{"code":60100,"message":"asset pair is suspended"}'
    async with scene.running():
        scene.want("/first")
        await settle(3)
    assert scene.taken == [scene.body]
    assert scene.waits() == 0


@pytest.mark.asyncio
async def test_the_time_of_a_ban_is_the_venues_and_is_waited_for_on_the_local_clock() -> None:
    scene = Scene("binance", offset=-100 * SECOND)
    until = (START + 20 * SECOND) // 1_000_000
    scene.status, scene.body = 418, b'{"code":-1003,"msg":"IP banned until %d."}' % until
    async with scene.running():
        scene.want("/first")
        await settle(3)
        assert scene.waits() + scene.clock.now() == START + 120 * SECOND


@pytest.mark.asyncio
async def test_what_a_body_says_is_used_up_is_not_spent_again_by_account_reads() -> None:
    scene = Scene("binance")
    scene.headers = {"x-mbx-used-weight-1m": "3599", "x-mbx-order-count-10s": "29"}
    async with scene.running():
        scene.want("/first")
        await settle(3)
    assert scene.site.budget.used("spot.weight", scene.clock.now()) * 6000 == 3599
    assert scene.waits((("spot.weight", 1.0),)) == 0
    assert scene.waits((("spot.weight", 1.0),)) > 50 * SECOND
    assert scene.waits((("spot.orders.10s", 2.0),)) > 0


def test_a_venue_that_takes_nothing_is_down_for_orders_and_account_until_it_takes_something_again() -> None:
    scene = Scene("binance")
    post = Post(scene.site, Books(), Credentials("key", "secret"), lambda _: None)
    board, budget = scene.site.board, scene.site.budget
    post.say_limits()
    assert board.parts("binance", Capability.ORDERS) == {}
    for seconds in (100, 7200):
        budget.ban(scene.clock.now() + seconds * SECOND)
        post.say_limits()
        for capability in (Capability.ORDERS, Capability.ACCOUNT):
            assert board.of("binance", capability).health is Health.DOWN
        assert board.parts("binance", Capability.DATA)["limits"].health is Health.DEGRADED
    assert "takes nothing until 2023-11-15 00:13:20 UTC" in board.of("binance", Capability.ORDERS).reason
    scene.clock.time += 7200 * SECOND
    post.say_limits()
    assert {board.of("binance", capability).health for capability in Capability} == {Health.UP}


def test_a_venue_without_a_key_says_of_its_data_alone_that_it_takes_nothing() -> None:
    scene = Scene("htx")
    post = Post(scene.site, Books(), None, lambda _: None)
    scene.site.budget.ban(scene.clock.now() + SECOND)
    post.say_limits()
    assert "asked too much" in board_reason(scene)
    assert scene.site.board.parts("htx", Capability.ORDERS) == {}


def board_reason(scene: Scene) -> str:
    return scene.site.board.of(scene.site.venue.name, Capability.DATA).reason


@pytest.mark.asyncio
async def test_a_list_of_instruments_by_path_is_counted_and_banned_like_the_rest() -> None:
    scene = Scene("htx")
    line = scene.site.venue.lines["spot"]
    scene.site = replace(scene.site, venue=replace(scene.site.venue, lines={"spot": line}))
    scene.status, scene.headers = 429, {"retry-after": "40"}
    listing = Listing(scene.site, Session(), None, lambda _: None)
    assert await listing.load() == ["spot: HTTP status 429 {}"]
    assert scene.waits() == 40 * SECOND
    assert await listing.load() == ["spot: the venue wants to be left alone for 40.0 s"]
    assert len(scene.at) == 1
