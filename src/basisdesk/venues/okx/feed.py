"""One public connection, which serves spot, swaps, dated futures and options alike.

Nearly every frame begins with ``{"arg":{"channel":"...","instId":"..."},"``, so what stands before its first closing
brace, and the beginning of the key that follows, names the route without decoding anything; a frame that is written
differently is decoded as far as to find the same route.
Nothing is asked over REST: a snapshot comes with each subscription.
Acknowledgements, errors and notices are events; of them only trouble is told.
Followed: https://www.okx.com/docs-v5/en/#overview-websocket.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from basisdesk.kernel.book import CLOSED, WAITING
from basisdesk.venues.contract import Channel, Report, Trouble
from basisdesk.venues.okx.books import RANKS, Desk
from basisdesk.venues.okx.switchboard import Switchboard
from basisdesk.venues.okx.symbols import symbol_of
from basisdesk.venues.okx.topics import topics_of
from basisdesk.venues.okx.wire import Arg, Envelope
from basisdesk.venues.pulse import QuietPulse
from basisdesk.venues.strays import Strays
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.venues.contract import Sink, SnapshotRequest
    from basisdesk.venues.route import Route

# The venue closes a connection on which nothing was said for 30 s.
PING = b"ping"
PONG = b"pong"
QUIET_NS = 25_000_000_000
ANSWER_NS = 5_000_000_000
PREFIX = b'{"arg":{'
QUIET_EVENTS = ("unsubscribe", "login", "channel-conn-count")
_NAMED = re.compile(r"\b(channel|instId)\W{1,3}([\w.-]+)")
_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_arg = msgspec.json.Decoder(Arg).decode


class PublicFeed:
    """The conversation of one public connection."""

    def __init__(self, line: str, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> None:
        self._line = line
        self._codes = dict.fromkeys(codes)
        self._channels = tuple(channels)
        self._sink = sink
        self._desk = Desk(sink)
        self._pulse = QuietPulse(PING, QUIET_NS, ANSWER_NS)
        self._strays = Strays(sink)
        self._switchboard = Switchboard(line, self._codes, self._desk, sink)
        self._routes: dict[bytes, Route] = {}
        self._now = 0

    @property
    def undecoded(self) -> int:
        """Frames that could not be read and of which no market can be told."""
        return self._strays.undecoded

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self._desk.topics.take(self._now) + self._pulse.take(self._now)

    def to_request(self) -> list[SnapshotRequest]:
        """Return nothing: a snapshot comes with each subscription."""
        return []

    def connected(self, now: int) -> None:
        """Begin anew: books wait for their snapshots, subscriptions are queued."""
        self._now = now
        self._desk.topics.clear()
        self._switchboard.restart(WAITING, now)
        self._pulse.start(now)
        if Channel.BOOK in self._channels:
            self._switchboard.promised.update(self._codes)
        self._desk.topics.subscribe(topics_of(list(self._codes), self._channels))

    def disconnected(self, now: int) -> None:
        """End: every book is closed."""
        self._now = now
        self._desk.topics.clear()
        self._switchboard.restart(CLOSED, now)
        self._pulse.stop()

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame; what cannot be read is counted, reported once a kind, and never raised."""
        self._now = self._pulse.heard = now
        route = self._routes.get(frame[: frame.find(b"}") + 4]) or self._find(frame, now)
        if route is not None:
            fault = route.receive(frame, now)
            if fault is not None:
                self._strays.count(route.market, route.channel, frame, fault, now)
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
        """Ping, ask again for what was not granted, give up books that have stayed crossed."""
        self._now = now
        if self._pulse.overdue(now):
            self._tell(Trouble.SILENT, "", "nothing was received since a ping 5 s ago")
        for (channel, code), again in self._desk.topics.overdue(now):
            fate = "asking again" if again else "given up"
            self._tell(Trouble.SILENT, self._symbol(code), f"{channel} of {code} was not granted within 5 s: {fate}")
        self._desk.crossings.on_time(now)

    def _find(self, frame: bytes, now: int) -> Route | None:
        """Decode as far as to know what the frame is; return its route, None when that settles it."""
        if frame == PONG:
            return None
        try:
            message = _decode_envelope(frame)
        except UNREADABLE as error:
            route = self._named(frame)
            if route is None:
                self._strays.count(None, "", frame, error, now)
            return route
        if message.event:
            self._hear(message, frame)
            return None
        route = None if message.arg is None else self._switchboard.route(message.arg.channel, message.arg.code)
        if route is None:
            self._strays.count(None, "", frame, ValueError("the frame names no event, or no channel and market"), now)
            return None
        end = frame.find(b"}")
        if frame.startswith(PREFIX) and frame[end : end + 4] in {b'},"a', b'},"d'}:
            self._routes[frame[: end + 4]] = route
        return route

    def _named(self, frame: bytes) -> Route | None:
        """Return the route that the beginning of a damaged frame still names."""
        try:
            arg = _decode_arg(frame[len(PREFIX) - 1 : frame.find(b"}") + 1])
        except UNREADABLE:
            return None
        return self._switchboard.route(arg.channel, arg.code) if frame.startswith(PREFIX) else None

    def _hear(self, message: Envelope, frame: bytes) -> None:
        channel, code = ("", "") if message.arg is None else (message.arg.channel, message.arg.code)
        match message.event:
            case "subscribe":
                if channel in RANKS:  # granted with its first snapshot
                    self._switchboard.promised[code] = None
                else:
                    self._desk.topics.granted((channel, code))
            case "error" | "channel-conn-count-error":
                self._refused(message, channel, code)
            case "notice":
                self._tell(Trouble.SHUTDOWN, "", f"{message.code} {message.msg}")
            case event if event not in QUIET_EVENTS:
                self._strays.count(None, "", frame, ValueError(f"unknown event {event[:40]!r}"), self._now)

    def _refused(self, message: Envelope, channel: str, code: str) -> None:
        # Errors name what they are about in their text alone: "...channel:books,instId:ABC-USDT doesn't exist...".
        named = dict(_NAMED.findall(message.msg))
        channel, code = channel or named.get("channel", ""), code or named.get("instId", "")
        self._desk.topics.granted((channel, code))
        if channel in RANKS:
            self._switchboard.promised.pop(code, None)
        self._tell(Trouble.REFUSED, self._symbol(code) if code else "", f"{message.code} {message.msg}")

    def _symbol(self, code: str) -> str:
        return self._switchboard.symbol(code) or symbol_of(self._line, code)

    def _tell(self, trouble: Trouble, symbol: str, detail: str) -> None:
        self._sink.report(Report(self._now, trouble, symbol, detail))
