"""One public connection of one product line.

Nearly every frame begins with ``{"ch":"`` once it is inflated, so what stands before the closing quote names the route
without decoding anything; a frame that is written differently is decoded as far as to find the same route.
Acknowledgements, refusals, pings and notices are told apart by the fields they have.
Nothing but funding terms is asked over REST: a whole book comes with a subscription, or is asked for on the connection.
Followed: https://huobiapi.github.io/docs/ (WebSocket sections of spot/v1/en, usdt_swap/v1/en, coin_margined_swap/v1/en,
dm/v1/en).
"""

from __future__ import annotations

import re
from math import isnan
from typing import TYPE_CHECKING

import msgspec
from isal.igzip_lib import decompress

from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import CLOSED, WAITING
from basisdesk.kernel.heads import head_of
from basisdesk.venues.contract import Channel, Report, Trouble
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.books import Sequences
from basisdesk.venues.htx.calendar import NEVER, contract_of
from basisdesk.venues.htx.funding import Rounds, is_past, note_notice, note_terms, read_body, read_notice, read_past
from basisdesk.venues.htx.hosts import known_line
from basisdesk.venues.htx.inflate import GZIP, ROOM, SMALL, WINDOW, Fault, inflate
from basisdesk.venues.htx.outbox import topic_of_key
from basisdesk.venues.htx.pulse import Pulse, market_pong, notice_pong
from basisdesk.venues.htx.replies import refusal_of
from basisdesk.venues.htx.switchboard import MOST_ROUTES, Switchboard
from basisdesk.venues.htx.topics import split, topics_of
from basisdesk.venues.htx.watch import Desk
from basisdesk.venues.htx.wire import Envelope
from basisdesk.venues.strays import Strays
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from msgspec import Raw

    from basisdesk.venues.contract import Sink, SnapshotRequest
    from basisdesk.venues.route import Route

PREFIX = b'{"ch":"'
NAME_AT = len(PREFIX)
FUNDING = ".funding_rate"
_FINE = (None, 0)
_TOPIC = re.compile(r"market\.[\w-]+\.[\w.]+")
_decode_envelope = msgspec.json.Decoder(Envelope).decode


class PublicFeed:
    """The conversation of one public connection."""

    def __init__(self, line: str, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> None:
        """Raises DecodeError for an unknown line, or a code that the line cannot have."""
        self._line = known_line(line).name
        self._given = [symbols.normal(line, code) for code in codes]
        for code in self._given:
            if not symbols.is_code(line, code):
                raise DecodeError(f"{code!r} is no code of {symbols.VENUE_NAME} {line}")
        self._codes = dict.fromkeys(self._given)
        self._channels = tuple(channels)
        self._sink = sink
        self._desk = Desk(sink)
        self._pulse = Pulse()
        self._strays = Strays(sink)
        self._switchboard = Switchboard(line, self._codes, self._desk, sink)
        self._rounds = Rounds(line, self._given if Channel.CARRY in self._channels else [])
        self._routes: dict[bytes, Route] = {}
        self._now = 0

    @property
    def undecoded(self) -> int:
        """Frames that could not be read and of which no market can be told."""
        return self._strays.undecoded

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        self._pulse.live = True
        return self._desk.outbox.take(self._now)

    def to_request(self) -> list[SnapshotRequest]:
        """Take the requests of funding terms that should be made now."""
        return self._rounds.take()

    def connected(self, now: int) -> None:
        """Begin anew: books wait, subscriptions are queued, standing names are resolved."""
        self._now = now
        if now >= self._switchboard.rolls_at:
            self._roll(now)
        self._codes.clear()
        self._codes.update(dict.fromkeys(contract_of(self._line, code, now) for code in self._given))
        self._desk.outbox.clear()
        self._switchboard.restart(WAITING, now)
        self._pulse.start(now)
        self._rounds.start(now)
        if Channel.BOOK in self._channels:
            self._switchboard.promise(self._codes)
        for topic in topics_of(self._line, list(self._codes), self._channels, now):
            self._desk.outbox.subscribe(topic)

    def disconnected(self, now: int) -> None:
        """End: every book is closed."""
        self._now = now
        self._desk.outbox.clear()
        self._switchboard.restart(CLOSED, now)
        self._pulse.stop()
        self._rounds.stop()

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame; what cannot be read is counted, reported once a kind, and never raised."""
        self._now = self._pulse.heard = now
        if now >= self._switchboard.rolls_at:
            self._follow_names(now)
        try:
            text = decompress(frame, GZIP, WINDOW, ROOM) if len(frame) <= SMALL else b""
        except Fault:
            text = b""  # the frame is looked at below
        route = self._routes.get(head_of(text, NAME_AT, frame))
        if route is None:
            self._receive_odd(frame, now)
        elif (fault := route.receive(text, now)) is not None:
            self._note(route, text, fault, now)

    def receive_reply(self, request: SnapshotRequest, body: bytes, now: int) -> None:
        """Take funding terms, or whatever came in their place, for the market of the request."""
        self._now = now
        market = self._switchboard.market(request.code)
        if market is None:
            return
        carry = market.carry
        try:
            text = inflate(body)
            if is_past(request):
                paid = read_past(text, market.code)
                carry.settled = carry.settled if isnan(paid) else paid
            else:
                for told in read_body(text, market.code):
                    note_terms(carry, told, now)
        except UNREADABLE as error:
            refusal = refusal_of(body)
            if refusal is None:
                self._strays.count(market, "funding", body, error, now)
            else:
                self._tell(Trouble.REFUSED, market.symbol, f"funding: {refusal}")
            return
        carry.at = now
        self._sink.carried(market, now)

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        desk = self._desk
        deadlines = [self._pulse.next_deadline(), desk.outbox.next_deadline(), self._rounds.next_deadline()]
        deadlines.append(desk.crossings.next_deadline())
        deadlines += [self._switchboard.rolls_at] if self._switchboard.rolls_at < NEVER else []
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> None:
        """Ask again for what was not answered, give up books that have stayed crossed, see whether anybody is there."""
        self._now = now
        if now >= self._switchboard.rolls_at:
            self._follow_names(now)
        self._rounds.on_time(now)
        for key in self._desk.outbox.overdue(now):
            topic = topic_of_key(key)
            what = topic if topic == key else f"the book of {topic}"
            self._tell(Trouble.SILENT, self._symbol(topic), f"{what} was not answered in time: asking again")
        self._desk.crossings.on_time(now)
        if self._pulse.overdue(now):
            self._tell(Trouble.SILENT, "", "nothing was received for 20 s, though the venue pings every 5 s")

    def _receive_odd(self, frame: bytes, now: int) -> None:
        """Take a frame that is large, plain or damaged, or whose channel is heard for the first time."""
        try:
            text = inflate(frame)
        except ValueError as error:
            self._strays.count(None, "compression", frame, error, now)
            return
        route = self._routes.get(text[: text.find(b'"', NAME_AT)]) or self._find(text, now)
        if route is not None and (fault := route.receive(text, now)) is not None:
            self._note(route, text, fault, now)

    def _find(self, text: bytes, now: int) -> Route | None:
        """Decode as far as to know what the frame is; return its route, None when that settles it."""
        try:
            message = _decode_envelope(text)
        except UNREADABLE as error:
            route = self._named(text, now)
            if route is None:
                self._strays.count(None, "frame", text, error, now)
            return route
        if not message.channel:
            fault = self._hear(message, text, now)
            if fault is not None:
                self._strays.count(None, "message", text, fault, now)
            return None
        route = self._switchboard.route(message.channel, now)
        if route is None:
            self._strays.count(None, "channel", text, ValueError("the channel names no market"), now)
        elif text.startswith(PREFIX + message.channel.encode() + b'"') and len(self._routes) < MOST_ROUTES:
            self._routes[PREFIX + message.channel.encode()] = route
        return route

    def _named(self, text: bytes, now: int) -> Route | None:
        """Return the route that the beginning of a damaged frame still names."""
        end = text.find(b'"', NAME_AT)
        if not text.startswith(PREFIX) or end < 0:
            return None
        return self._switchboard.route(text[NAME_AT:end].decode(errors="replace"), now)

    def _note(self, route: Route, text: bytes, fault: Exception | None, now: int) -> None:
        if fault is not None:
            self._strays.count(route.market, route.channel, text, fault, now)
            route.doubt(now)

    def _hear(self, message: Envelope, text: bytes, now: int) -> Exception | None:
        """Take a message that is no push of a channel; return what is wrong with it, if anything."""
        if message.ping:
            return self._pong(market_pong, message.ping)
        if message.operation:
            return self._hear_operation(message, text, now)
        if message.status == "error" or message.code not in _FINE:
            self._refused(message)
        elif message.reply:
            route = self._switchboard.route(message.reply, now)
            if isinstance(route, Sequences):
                self._note(route, text, route.answer(text, now), now)
        elif message.subscribed:
            self._granted(message.subscribed, now)
        elif not message.unsubscribed:
            return ValueError("the message is neither a push nor an answer")
        return None

    def _hear_operation(self, message: Envelope, text: bytes, now: int) -> Exception | None:
        match message.operation:
            case "ping":
                return self._pong(notice_pong, message.stamp)
            case "notify":
                return self._hear_funding(text, now) if message.topic.endswith(FUNDING) else None
            case "close":
                self._tell(Trouble.SHUTDOWN, "", "the venue closes the connection")
            case "sub" | "unsub" | "error" | "req" if message.code not in _FINE:
                self._refused(message)
            case "sub" | "unsub" | "req" | "pong":
                pass
            case operation:
                return ValueError(f"unknown operation {operation[:40]!r}")
        return None

    def _pong(self, spell: Callable[[Raw], bytes], stamp: Raw) -> Exception | None:
        try:
            self._desk.outbox.pong(spell(stamp))
        except UNREADABLE as error:
            return error
        return None

    def _hear_funding(self, text: bytes, now: int) -> Exception | None:
        try:
            notices = read_notice(text)
        except UNREADABLE as error:
            return error
        for notice in notices:
            market = self._switchboard.market(notice.code)
            if market is not None:
                market.tally.frames += 1
                note_notice(market.carry, notice, now)
                self._sink.carried(market, now)
        return None

    def _granted(self, topic: str, now: int) -> None:
        route = self._switchboard.route(topic, now)
        if isinstance(route, Sequences):
            route.renew(now)
        if not topic.endswith(".high_freq"):  # granted with its first snapshot
            self._desk.outbox.answered(topic)

    def _refused(self, message: Envelope) -> None:
        # A refusal names the number of what was asked; without one, the topic stands in a field or in the text.
        number = message.number if message.number is not None else message.cid
        match = _TOPIC.search(message.message or "")
        named = message.reply or message.subscribed or message.topic or (match.group() if match else "")
        key = named if number is None else self._desk.outbox.numbered(number)
        topic = topic_of_key(key) or named
        if key == topic:  # a whole book that is refused is asked for again in time
            self._desk.outbox.answered(key)
            self._switchboard.refused(topic, self._now)
        self._tell(
            Trouble.REFUSED, self._symbol(topic), f"{message.code} {message.message or ''} ({topic or 'unnamed'})"
        )

    def _symbol(self, topic: str) -> str:
        """Return the symbol of the market that a topic is about, empty text when it is about none of ours."""
        route = self._switchboard.route(topic, self._now) if split(topic) else None
        return "" if route is None or route.market is None else route.market.symbol

    def _follow_names(self, now: int) -> None:
        self._roll(now)
        detail = "futures were delivered and CW, NW, CQ, NQ mean other contracts now: connect again to follow them"
        self._tell(Trouble.SHUTDOWN, "", detail)

    def _roll(self, now: int) -> None:
        self._switchboard.roll(now)
        self._routes.clear()

    def _tell(self, trouble: Trouble, symbol: str, detail: str) -> None:
        self._sink.report(Report(self._now, trouble, symbol, detail))
