"""One connection's conversation: subscribe, sort frames to their markets, ask for snapshots.

A frame in the combined wrapper begins with its stream's name, so the hot path cuts the name out of the bytes and looks
up who takes it; nothing else is looked at.
All other frames (first of their stream, raw events of `/ws`, answers, errors) are decoded once to see what they are.
Raw events are then put into the wrapper, so that every event has one way in.
The venue pings at the protocol level and closes every connection after 24 hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.binance import wire
from basisdesk.venues.binance.asking import SECOND
from basisdesk.venues.binance.carry import receive_index
from basisdesk.venues.binance.hosts import known_line, snapshot_request
from basisdesk.venues.binance.reports import Reports
from basisdesk.venues.binance.subscribing import Subscribing, stream_names
from basisdesk.venues.binance.symbols import is_code, split_code
from basisdesk.venues.binance.track import Track
from basisdesk.venues.contract import Channel, SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from basisdesk.venues.contract import Sink

PREFIX = b'{"stream":"'
NAME_AT = len(PREFIX)
MOST_ROUTES = 8192
QUIET_BOOK = 5 * SECOND  # a market whose depth says nothing for so long gets a snapshot all the same
LIFETIME = (24 * 60 - 10) * 60 * SECOND  # the venue hangs up after 24 hours; leave ten minutes to move over

# Event types of raw frames whose stream is named otherwise.
_CHANNEL_OF = {"depthUpdate": "depth", "markPriceUpdate": "markPrice"}
# Events whose symbol is no market: the index of an asset, such as ADAUSD, under which USD-M margin is counted.
_OF_NO_MARKET = ("assetIndexUpdate",)
# Streams of a pair of coins or of one asset, not of a market.
_PAIR_STREAMS = ("indexPrice", "continuousKline", "compositeIndex", "assetIndex")


class Feed:
    """The public streams of one product line, for the given codes or (none given) for all that the sink accepts.

    `frames` counts everything received, `undecoded` the unreadable frames that no market can be blamed for.
    """

    def __init__(self, line: str, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> None:
        """Raises DecodeError for an unknown line, ValueError for more streams than a connection may carry."""
        self.line = known_line(line).name
        self.sink = sink
        self.frames = 0
        self.reports = Reports(sink)
        self.open_to_all = not codes
        self.channels = frozenset(channels)
        self.tracks: dict[str, Track | None] = {}
        self.routes: dict[bytes, Callable[[bytes, int], None]] = {}
        self.closes_at: int | None = None
        for code in codes:
            self._meet(code.upper())
        self.subscribing = Subscribing(stream_names(line, list(self.tracks), self.channels))

    @property
    def undecoded(self) -> int:
        """Unreadable frames that no market can be blamed for."""
        return self.reports.undecoded

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self.subscribing.take()

    def to_request(self) -> list[SnapshotRequest]:
        """Take the snapshot requests that should be made now."""
        return [snapshot_request(self.line, code) for code, track in self._all() if track.depth.asking.taken()]

    def connected(self, now: int) -> None:
        """A fresh connection stands: books restart from empty, subscriptions are queued."""
        self.closes_at = now + LIFETIME
        self.subscribing.open(now)
        for _, track in self._all():
            track.open(now)
            if not self.open_to_all and Channel.BOOK in self.channels:
                track.depth.asking.want_later(now + QUIET_BOOK)

    def disconnected(self, now: int) -> None:
        """The connection is gone: every book becomes CLOSED."""
        self.closes_at = None
        self.subscribing.close()
        for _, track in self._all():
            track.close(now)

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame; never raises on what the venue sends."""
        self.frames += 1
        route = self.routes.get(frame[NAME_AT : frame.find(b'"', NAME_AT)])
        if route is not None:
            route(frame, now)
        else:
            self._look(frame, now)

    def receive_reply(self, request: SnapshotRequest, body: bytes, now: int) -> None:
        """Take a snapshot, or whatever came in its place, for the market of the request."""
        code = request.code.upper()
        track = self._meet(code) if is_code(code) else None
        if track is None:
            return
        try:
            track.depth.snapshot(wire.snapshot_body.decode(body), now)
        except wire.UNREADABLE as error:
            track.depth.asking.failed(now)
            try:
                refusal = wire.venue_error.decode(body)
            except wire.UNREADABLE:
                self.reports.unreadable(now, track.market, "snapshot", body, error)
                return
            self.reports.say(now, Trouble.REFUSED, track.market, f"snapshot: {refusal.code} {refusal.message}")

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        deadlines = [track.depth.asking.deadline for _, track in self._all()]
        deadlines += [self.subscribing.deadline, self.closes_at]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> None:
        """Ask again for what did not arrive; say when the connection grows old."""
        again = self.subscribing.on_time(now)
        if again:
            self.reports.say(now, Trouble.REFUSED, None, f"{again} subscriptions were not answered; sent again")
        for _, track in self._all():
            track.depth.asking.on_time(now)
        if self.closes_at is not None and now >= self.closes_at:
            self.closes_at = None
            self.reports.say(now, Trouble.SHUTDOWN, None, "the venue closes a connection after 24 hours")

    def _all(self) -> list[tuple[str, Track]]:
        return [(code, track) for code, track in self.tracks.items() if track is not None]

    def _meet(self, code: str) -> Track | None:
        """Return the track of a code, None when nobody wants it."""
        if code not in self.tracks:
            if len(self.tracks) >= MOST_ROUTES:
                return None
            market = self.sink.market(self.line, code)
            comes = None if self.open_to_all else Channel.BOOK in self.channels
            self.tracks[code] = Track(market, self.reports, depth_comes=comes) if market else None
        return self.tracks[code]

    def _wanted(self, code: str) -> bool:
        return self.open_to_all or code in self.tracks

    def _look(self, frame: bytes, now: int) -> None:
        """See what a frame is that no route takes."""
        if frame[:1] == b"[":
            self._each(frame, now)
            return
        try:
            told = wire.envelope.decode(frame)
        except wire.UNREADABLE as error:
            self._unreadable(frame, now, error)
            return
        if told.stream is not None:
            self._stream(told, frame, now)
        elif told.code is not None or told.error is not None:
            self._refused(told, now)
        elif told.kind == "serverShutdown":
            self.reports.say(now, Trouble.SHUTDOWN, None, "the venue is about to restart this server")
        elif told.kind or told.symbol:
            self._event(told.kind, told.symbol, frame, now)
        elif told.result or told.request is not None:
            self.subscribing.answered(told.request)
        elif not told.snapshot:
            self.reports.unreadable(now, None, "unknown", frame, DecodeError("an object that is no event or answer"))

    def _stream(self, told: wire.Envelope, frame: bytes, now: int) -> None:
        """Take a frame in the wrapper whose stream has no route yet, or that names its stream late."""
        stream = told.stream or ""
        route = self.routes.get(stream.encode())
        if route is not None:
            route(frame, now)
            return
        if not told.data:
            self._unreadable(frame, now, DecodeError("a stream frame without data"))
            return
        data = bytes(told.data)
        if stream.startswith("!") or data.startswith(b"["):  # of the whole line, or of all contracts of a pair
            self._each(data, now)
            return
        name, _, channel = stream.partition("@")
        code = name.upper()
        if channel.startswith(_PAIR_STREAMS):
            self._pair(code, channel, frame, now)
        elif not channel or not is_code(code) or self._speaks_of_another(code, told.data):
            self.reports.unreadable(now, None, "stream", frame, DecodeError("the stream names no market, or another"))
        elif self._wanted(code):
            track = self._meet(code)
            route = track.route(channel) if track else _drop
            if len(self.routes) < MOST_ROUTES:
                self.routes[stream.encode()] = route
            route(frame, now)

    def _speaks_of_another(self, code: str, data: bytes) -> bool:
        try:
            told = wire.event.decode(data).code
        except wire.UNREADABLE:
            return True
        return told not in {"", code}

    def _each(self, items: bytes, now: int) -> None:
        """Take the events of a stream for the whole line: one, or a list of them."""
        try:
            events = wire.raw_list.decode(items) if items[:1] == b"[" else [items]
        except wire.UNREADABLE as error:
            self._unreadable(items, now, error)
            return
        for item in events:
            try:
                told = wire.event.decode(item)
            except wire.UNREADABLE as error:
                self._unreadable(bytes(item), now, error)
                continue
            self._event(told.kind, told.code, bytes(item), now)

    def _event(self, kind: str, code: str, item: bytes, now: int) -> None:
        """Put a raw event into the wrapper and take it as a frame of its stream."""
        channel = _CHANNEL_OF.get(kind, kind) or "bookTicker"  # spot's book ticker names no type
        if not is_code(code) or not channel.isalnum() or kind in _OF_NO_MARKET:
            return  # an event about the line, such as a liquidation list: nothing of ours
        self._stream_event(f"{code.lower()}@{channel}", item, now)

    def _stream_event(self, stream: str, item: bytes, now: int) -> None:
        wrapped = b'%s%s","data":%s}' % (PREFIX, stream.encode(), item)
        route = self.routes.get(stream.encode())
        if route is not None:
            route(wrapped, now)
        else:
            self._look(wrapped, now)

    def _pair(self, pair: str, channel: str, frame: bytes, now: int) -> None:
        if channel.startswith("indexPrice") and not channel.startswith("indexPriceKline"):
            tracks = [track.market for code, track in self._all() if code.partition("_")[0] == pair]
            receive_index(tracks, self.reports, frame, now)

    def _refused(self, told: wire.Envelope, now: int) -> None:
        self.subscribing.answered(told.request)
        code, message = (told.error.code, told.error.message) if told.error else (told.code, told.message)
        self.reports.say(now, Trouble.REFUSED, None, f"{code} {message}")

    def _unreadable(self, frame: bytes, now: int, error: Exception) -> None:
        """Count a frame that is no JSON object, on its market when the beginning still names one."""
        if frame.startswith(PREFIX):
            name = frame[NAME_AT : frame.find(b'"', NAME_AT)].decode(errors="replace")
            code, _, channel = name.upper().partition("@")
            known = code in self.tracks or (self.open_to_all and is_code(code) and split_code(self.line, code))
            track = self._meet(code) if known and channel else None
            if track is not None:
                track.unreadable(name.partition("@")[2], frame, now, error)
                return
        self.reports.unreadable(now, None, "frame", frame, error)


def _drop(_frame: bytes, _now: int) -> None:
    """Take the frames of a market that nobody wants."""
