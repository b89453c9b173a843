"""One public connection of one product line.

Nearly every frame begins with ``{"topic":"orderbook.200.BTCUSDT"``, so the bytes up to that quote name the route
without decoding anything; a frame whose keys stand in another order is decoded as far as to find the same route.
The line is the connection's: no frame names it.
A snapshot comes with each subscription; over REST only the last settled funding rates are asked for.
No limit to a connection's life is documented; it lasts as long as pings go out.
Followed: https://bybit-exchange.github.io/docs/v5/ws/connect (for pings: How to Send the Heartbeat Packet).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import CLOSED, WAITING
from basisdesk.venues.bybit.hosts import FUNDING_PATH, LINES
from basisdesk.venues.bybit.settled import RefusalError, Settled
from basisdesk.venues.bybit.switchboard import MOST_ROUTES, Switchboard
from basisdesk.venues.bybit.symbols import VENUE_NAME, is_code, is_perpetual
from basisdesk.venues.bybit.topics import Topics, topics_of
from basisdesk.venues.bybit.watch import Desk
from basisdesk.venues.bybit.wire import Envelope
from basisdesk.venues.contract import Channel, Report, Trouble
from basisdesk.venues.pulse import SteadyPulse
from basisdesk.venues.strays import Strays
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.venues.contract import Sink, SnapshotRequest
    from basisdesk.venues.route import Route

# The venue closes a connection from which no ping came for ten minutes, and wants one every 20 s.
PING = b'{"op":"ping"}'
EVERY_NS = 20_000_000_000
ANSWER_NS = 10_000_000_000
PREFIX = b'{"topic":"'
NAME_AT = len(PREFIX)
OPERATIONS = ("subscribe", "unsubscribe", "ping", "pong", "auth", "")

_decode_envelope = msgspec.json.Decoder(Envelope).decode


class PublicFeed:
    """The conversation of one public connection, for these codes or (none given) for all that the sink accepts."""

    def __init__(self, line: str, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> None:
        """Raises DecodeError for an unknown line, ValueError for more topics than a connection may carry."""
        if line not in LINES:
            raise DecodeError(f"{VENUE_NAME} has no product line {line!r} (it has {', '.join(LINES)})")
        wanted = frozenset(channels)
        self._codes = dict.fromkeys(codes)
        self._wanted = topics_of(line, list(self._codes), wanted)
        self._promised = Channel.BOOK in wanted and bool(codes)
        self._sink = sink
        self._topics = Topics(line)
        self._desk = Desk(sink, self._topics, Settled(line))
        self._funded = [code for code in self._codes if Channel.CARRY in wanted and is_perpetual(line, code)]
        self._pulse = SteadyPulse(PING, EVERY_NS, ANSWER_NS)
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
        return self._topics.take(self._now) + self._pulse.take(self._now)

    def to_request(self) -> list[SnapshotRequest]:
        """Take the REST requests that should be made now: the last settled funding rate of perpetuals."""
        return self._desk.settled.take(self._now)

    def connected(self, now: int) -> None:
        """Begin anew: books wait for their snapshots, subscriptions are queued."""
        self._now = now
        self._topics.clear()
        self._switchboard.restart(WAITING, now, promised=self._promised)
        self._pulse.start(now)
        self._topics.subscribe(self._wanted)
        for code in self._funded:
            self._desk.settled.want(code)

    def disconnected(self, now: int) -> None:
        """End: every book is closed."""
        self._now = now
        self._topics.clear()
        self._desk.settled.clear()
        self._switchboard.restart(CLOSED, now, promised=False)
        self._pulse.stop()

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame; what cannot be read is counted, reported once a kind, and never raised."""
        self._now = self._pulse.heard = now
        route = self._routes.get(frame[: frame.find(b'"', NAME_AT)]) or self._find(frame, now)
        if route is not None:
            fault = route.receive(frame, now)
            if fault is not None:
                self._strays.count(route.market, route.channel, frame, fault, now)
                route.doubt(now)

    def receive_reply(self, request: SnapshotRequest, body: bytes, now: int) -> None:
        """Take a list of funding settlements, or whatever came in its place, for the market of the request."""
        self._now = now
        if not request.path.startswith(FUNDING_PATH) or not is_code(request.code):
            return
        watch = self._switchboard.watch(request.code)
        if watch is None:
            return
        try:
            rate = self._desk.settled.read(request.code, body)
        except RefusalError as error:
            watch.say(now, Trouble.REFUSED, f"funding history: {error}")
        except UNREADABLE as error:
            self._strays.count(watch.market, FUNDING_PATH, body, error, now)
        else:
            if rate is not None:
                watch.market.carry.settled = rate
                self._sink.carried(watch.market, now)

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        deadlines = (self._pulse.next_deadline(), self._desk.next_deadline())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> None:
        """Ping, ask again for what was not granted, give up books that have stayed crossed."""
        self._now = now
        if self._pulse.overdue(now):
            self._tell(Trouble.SILENT, "", "nothing was received since a ping 10 s ago")
        for topic, waited in self._topics.overdue(now):
            detail = f"{topic} was not granted within {waited / 1e9:.0f} s: asking again"
            self._tell(Trouble.SILENT, self._symbol(topic), detail)
        self._desk.on_time(now)

    def _find(self, frame: bytes, now: int) -> Route | None:
        """Decode as far as to know what the frame is; return its route, None when that settles it."""
        try:
            message = _decode_envelope(frame)
        except UNREADABLE as error:
            route = self._named(frame)
            if route is None:
                self._strays.count(None, "", frame, error, now)
            return route
        if not message.topic:
            self._hear(message, frame)
            return None
        route = self._switchboard.route(message.topic)
        if route is None:
            self._strays.count(None, "", frame, ValueError(f"unknown topic {message.topic[:60]!r}"), now)
        elif frame.startswith(PREFIX + message.topic.encode() + b'"') and len(self._routes) < MOST_ROUTES:
            self._routes[PREFIX + message.topic.encode()] = route
        return route

    def _named(self, frame: bytes) -> Route | None:
        """Return the route that the beginning of a damaged frame still names, if it is of a market already heard."""
        topic = frame[NAME_AT : frame.find(b'"', NAME_AT)].decode(errors="replace")
        code = topic.rpartition(".")[2]
        known = frame.startswith(PREFIX) and code in self._switchboard.watches
        return self._switchboard.route(topic) if known else None

    def _hear(self, message: Envelope, frame: bytes) -> None:
        if message.operation not in OPERATIONS or not (message.operation or message.success is not None):
            fault = ValueError("the frame names no topic, and no operation of the venue")
            self._strays.count(None, "", frame, fault, self._now)
            return
        success = message.success is not False
        refused = None
        if message.operation == "subscribe":
            refused = self._topics.answered(message.request, success=success, message=message.message)
        for topic in refused or ():
            self._tell(Trouble.REFUSED, self._symbol(topic), f"{topic}: {message.message}")
            self._switchboard.forsake(topic)
        if refused is None and not success and message.operation != "unsubscribe":
            self._tell(Trouble.REFUSED, "", f"{message.operation} {message.message}".strip())

    def _symbol(self, topic: str) -> str:
        return self._switchboard.symbol(topic.rpartition(".")[2])

    def _tell(self, trouble: Trouble, symbol: str, detail: str) -> None:
        self._sink.report(Report(self._now, trouble, symbol, detail))
