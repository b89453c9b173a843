"""One public connection, which serves perpetuals, dated futures, options and spot alike.

Nearly every frame begins with ``{"jsonrpc":"2.0","method":"subscription","params":{"channel":"``, so what follows up
to the next quotation mark names the route without decoding anything; a frame that is written differently is decoded as
far as to find the same route.
Nothing is asked over REST: a snapshot comes with each subscription.
Answers carry the number of their request; of them only refusals are told.
Followed: https://docs.deribit.com/articles/json-rpc-overview and /articles/notifications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.kernel.book import CLOSED, WAITING
from basisdesk.venues.contract import Report, Trouble
from basisdesk.venues.deribit.channels import channels_of
from basisdesk.venues.deribit.heartbeat import Heartbeat
from basisdesk.venues.deribit.switchboard import Switchboard
from basisdesk.venues.deribit.topics import LEAVE_ID
from basisdesk.venues.deribit.watch import Desk
from basisdesk.venues.deribit.wire import Envelope, Failure
from basisdesk.venues.strays import Strays
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.venues.contract import Channel, Sink, SnapshotRequest
    from basisdesk.venues.route import Route

PREFIX = b'{"jsonrpc":"2.0","method":"subscription","params":{"channel":"'
NAME_AT = len(PREFIX)
# Failures that pass: too many requests, retry, settlement, queue full, temporarily unavailable.
BUSY = (10028, 10040, 10041, 10047, 13028)
PASSING = (*BUSY, 11052)  # and: subscription failed
_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_names = msgspec.json.Decoder(list[str]).decode


class PublicFeed:
    """The conversation of one public connection."""

    def __init__(self, line: str, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> None:
        self._codes = dict.fromkeys(codes)
        self._channels = tuple(channels)
        self._sink = sink
        self._desk = Desk(sink)
        self._heartbeat = Heartbeat()
        self._pulse = self._heartbeat.pulse
        self._strays = Strays(sink)
        self._switchboard = Switchboard(line, self._codes, self._desk)
        self._routes: dict[bytes, Route] = {}
        self._now = 0

    @property
    def undecoded(self) -> int:
        """Frames that could not be read and of which no market can be told."""
        return self._strays.undecoded

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self._heartbeat.take(self._now) + self._desk.topics.take(self._now)

    def to_request(self) -> list[SnapshotRequest]:
        """Return nothing: a snapshot comes with each subscription."""
        return []

    def connected(self, now: int) -> None:
        """Begin anew: books wait for their snapshots, subscriptions are queued."""
        self._begin(WAITING, now)
        self._heartbeat.start(now)
        names = channels_of(list(self._codes), self._channels)
        for name in names:
            self._switchboard.promise(name)
        self._desk.topics.subscribe(names)

    def disconnected(self, now: int) -> None:
        """End: every book is closed."""
        self._begin(CLOSED, now)
        self._heartbeat.stop()

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame; what cannot be read is counted, reported once a kind, and never raised."""
        self._now = self._pulse.heard = now
        route = self._routes.get(frame[: frame.find(b'"', NAME_AT)]) or self._find(frame, now)
        if route is not None:
            fault = route.receive(frame, now)
            if fault is not None:
                self._strays.count(route.market, route.channel.partition(".")[0], frame, fault, now)
                route.doubt(now)

    def receive_reply(self, request: SnapshotRequest, body: bytes, now: int) -> None:
        """Do nothing: no REST body is asked for."""

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        deadlines = [
            self._pulse.next_deadline(),
            self._desk.topics.next_deadline(),
            self._desk.crossings.next_deadline(),
        ]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> None:
        """Ask whether the venue lives, ask again for what was not granted, give up books that have stayed crossed."""
        self._now = now
        if self._pulse.overdue(now):
            self._tell(Trouble.SILENT, "", "nothing was received for 5 s after public/test")
        for name in self._desk.topics.overdue(now):
            self._tell(Trouble.SILENT, self._switchboard.symbol(name), f"{name} was not granted: asking again")
        self._desk.crossings.on_time(now)

    def _begin(self, state: int, now: int) -> None:
        self._now = now
        self._desk.topics.clear()
        self._switchboard.restart(state, now)

    def _find(self, frame: bytes, now: int) -> Route | None:
        """Decode as far as to know what the frame is; return its route, None when that settles it."""
        try:
            message = _decode_envelope(frame)
        except UNREADABLE as error:
            route = self._named(frame)
            if route is None:
                self._strays.count(None, "", frame, error, now)
            return route
        match message.method:
            case "subscription":
                return self._route(message.params.channel, frame, now)
            case "heartbeat":
                if message.params.kind == "test_request":
                    self._heartbeat.owe()
            case "" if message.error is not None:
                self._refused(message.request, message.error)
            case "" if message.result is not msgspec.UNSET:
                self._answered(message.request, message.result)
            case _:
                self._strays.count(None, "", frame, ValueError("neither a push nor an answer"), now)
        return None

    def _route(self, channel: str, frame: bytes, now: int) -> Route | None:
        route = self._switchboard.route(channel)
        if route is None:
            self._strays.count(None, "", frame, ValueError(f"an unknown channel {channel[:60]!r}"), now)
        elif frame.startswith(begins := PREFIX + channel.encode(errors="replace")) and frame.find(b'"', NAME_AT) == len(
            begins
        ):
            self._routes[begins] = route
        return route

    def _named(self, frame: bytes) -> Route | None:
        """Return the route that the beginning of a damaged frame still names, if it was heard before."""
        name = frame[NAME_AT : frame.find(b'"', NAME_AT)] if frame.startswith(PREFIX) else b""
        return self._switchboard.known(name.decode(errors="replace"))

    def _answered(self, request: int | str | None, result: bytes) -> None:
        """Take the answer to a subscription: the channels it names are granted, the others it was asked for are not."""
        if request == LEAVE_ID:
            return
        try:
            names = _decode_names(result)
        except UNREADABLE:
            return  # the answer to something else, such as public/test
        granted = dict.fromkeys(names)
        for name in granted:
            self._grant(name)
        for name in self._desk.topics.asked_by(request):
            if name not in granted:
                self._drop(name, f"{name} is missing in the answer")

    def _grant(self, name: str) -> None:
        if name.startswith("book."):
            self._switchboard.promise(name)  # granted with its first snapshot
        else:
            self._desk.topics.granted(name)

    def _refused(self, request: int | str | None, failure: Failure) -> None:
        reason = bytes(failure.data)[:200].decode(errors="replace").removeprefix("null")
        detail = f"{failure.code} {failure.message} {reason}".strip()
        match self._desk.topics.asked_by(request):
            case [_, _, *_] as names if failure.code not in BUSY:
                self._desk.topics.halve(names)
                self._tell(Trouble.REFUSED, "", f"{detail}: asking for the {len(names)} channels in halves")
            case [name] if failure.code not in PASSING:
                self._drop(name, f"{name}: {detail}")
            case _:
                self._tell(Trouble.REFUSED, "", detail)

    def _drop(self, name: str, detail: str) -> None:
        self._desk.topics.granted(name)
        self._switchboard.promise(name, kept=False)
        self._tell(Trouble.REFUSED, self._switchboard.symbol(name), detail)

    def _tell(self, trouble: Trouble, symbol: str, detail: str) -> None:
        self._sink.report(Report(self._now, trouble, symbol, detail))
