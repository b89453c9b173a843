"""The public side of one venue: its feeds, each on a connection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.errors import UsageError
from basisdesk.shell.live.backoff import Backoff
from basisdesk.shell.live.health import Capability, Health, Weight
from basisdesk.shell.live.link import Link
from basisdesk.shell.live.plan import MARKETS, Plan, plan
from basisdesk.shell.live.port import Port
from basisdesk.shell.live.watch import THIN, Watch
from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.shell.live.link import Verdict
    from basisdesk.shell.live.site import Site
    from basisdesk.shell.live.snapshots import Snapshots
    from basisdesk.venues.contract import Sink, SnapshotRequest, Venue

_OWED = frozenset({Channel.BOOK, Channel.TICKER, Channel.CARRY})


class FeedTalk:
    """A public feed on its connection."""

    def __init__(self, venue: Venue, planned: Plan, sink: Sink, snapshots: Snapshots, thin: int = THIN) -> None:
        self.port = Port(sink, writes_books=planned.writes_books)
        self.feed = venue.feed(planned.line, planned.codes, planned.channels, self.port)
        self.link: Link | None = None
        self._url = planned.url
        self._snapshots = snapshots
        self._session = 0
        # Without codes markets are found as they trade, and trades alone may rightly never come.
        owed = bool(_OWED.intersection(planned.channels))
        owes_books = planned.writes_books and Channel.BOOK in planned.channels and bool(planned.codes)
        self._watch = Watch(sink.report, owes_message=owed, owes_books=owes_books, thin=thin)
        # Bound once: a message then goes straight to the feed.
        self.receive = self.feed.receive
        self.next_deadline = self.feed.next_deadline
        self.on_time = self.feed.on_time

    async def prepare(self) -> None:
        """Nothing comes before a public connection."""

    def url(self, now: int) -> str:  # noqa: ARG002 (a public address does not change)
        """Return the address."""
        return self._url

    def headers(self, now: int) -> Sequence[tuple[str, str]]:  # noqa: ARG002 (as above)
        """Return none."""
        return ()

    def connected(self, now: int) -> None:
        """Begin anew."""
        self._session += 1
        self._watch.begin(now)
        self.feed.connected(now)

    def disconnected(self, now: int) -> None:
        """Close the books."""
        self.feed.disconnected(now)

    def to_send(self) -> list[bytes]:
        """Return what the feed says, and ask for what it wants over HTTP."""
        for request in self.feed.to_request():
            self._snapshots.ask(request, _Answer(self, request, self._session).take)
        return self.feed.to_send()

    def check(self, now: int, since: int, messages: int) -> Verdict:
        """Say how it goes."""
        return self._watch.look(self.port.markets, now, since, messages, busy=self._snapshots.busy)

    def reply(self, request: SnapshotRequest, body: bytes, now: int, session: int) -> None:
        """Give the feed a body, unless the connection that it asked on is gone."""
        link = self.link
        if link is not None and link.up and session == self._session:
            link.act(lambda: self.feed.receive_reply(request, body, now))


class _Answer:
    """Where a body goes."""

    def __init__(self, talk: FeedTalk, request: SnapshotRequest, session: int) -> None:
        self._talk = talk
        self._request = request
        self._session = session

    def take(self, body: bytes, now: int) -> None:
        self._talk.reply(self._request, body, now, self._session)


class Lines:
    """The public connections of one venue."""

    def __init__(self, site: Site, sink: Sink, snapshots: Snapshots) -> None:
        self._site = site
        self._sink = sink
        self._snapshots = snapshots
        self.links: dict[str, Link] = {}
        self._urls: dict[str, str] = {}

    def watch(
        self, line: str, codes: Sequence[str], channels: Iterable[Channel], markets: int = MARKETS, thin: int = THIN
    ) -> list[str]:
        """Connect to what these markets need; returns the names of the new connections.

        Raises:
            KeyError: there is no such line; ValueError: a name of these connections is in use already.
            UsageError: they would be more than the venue allows; none is made.
        """
        site = self._site
        plans = plan(site.venue, line, codes, channels, markets)
        taken = [planned.name for planned in plans if planned.name in self.links]
        if taken:
            raise ValueError(f"{site.venue.name} is connected to {taken[0]} already")
        refused = site.berths.take([planned.url for planned in plans])
        if refused:
            raise UsageError(f"{site.venue.name}: {refused}")
        for planned in plans:
            talk = FeedTalk(site.venue, planned, self._sink, self._snapshots, thin)
            said = site.saying(Capability.DATA, planned.name, Weight.ONE_OF)
            backoff = Backoff(site.rng)
            link = Link(
                planned.name, talk, site.transport, site.clock, site.gate, backoff, said,
                meaning_of=site.venue.meaning_of,
            )  # fmt: skip
            talk.link, talk.port.hang_up = link, link.hang_up
            self.links[planned.name], self._urls[planned.name] = link, planned.url
            said(Health.DOWN, "not connected yet")
            site.start(planned.name, link.run, Capability.DATA, Weight.ONE_OF)
        return [planned.name for planned in plans]

    async def leave(self, name: str) -> None:
        """End a connection."""
        self.links.pop(name)
        await self._site.stop(name)
        self._site.berths.leave(self._urls.pop(name))
        self._site.board.forget(self._site.venue.name, Capability.DATA, name)

    def interrupt(self, reason: str) -> None:
        """End every connection; each is made again."""
        for link in self.links.values():
            link.hang_up(reason)
