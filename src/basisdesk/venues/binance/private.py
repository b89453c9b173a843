"""The connections that bring account events: one conversation for spot, another for futures.

Spot subscribes on the WebSocket API with a signature, and needs nothing first; its events come in a wrapper.
Futures need a listen key: it is asked for before connecting, names the stream in the address, lives an hour and is kept
alive every half hour; asking again gives the same key while it lives.
A stream whose key cannot be kept, or whose key the venue calls expired, is over although its socket stays open.
Every connection ends after 24 hours, so it is given up a little earlier, at a time of the desk's own choosing.
Source: "User Data Stream requests" (WebSocket API), "User Data Streams" (USD-M, COIN-M).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct, field

from basisdesk.domain.account import StreamEnded, Update
from basisdesk.domain.ask import Ask, KeepStream, OpenStream
from basisdesk.domain.outcome import Done, Rejected, RetryLater
from basisdesk.venues.binance import wire
from basisdesk.venues.binance.errors import outcome_of
from basisdesk.venues.binance.replies import UNREADABLE
from basisdesk.venues.binance.replies.pushes import read
from basisdesk.venues.binance.sign import socket_params
from basisdesk.venues.trading import MESSAGE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.venues.trading import Private, Reply, Session

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
WAIT = 10 * SECOND
PING = 60 * SECOND
KEEP = 30 * MINUTE
AGAIN = 5 * SECOND
LIFE = 24 * 3600 * SECOND - 10 * MINUTE

SPOT_URL = "wss://ws-api.binance.com:443/ws-api/v3"
FUTURES_URLS = {
    "usdm": "wss://fstream.binance.com/private/ws?listenKey={key}",
    "coinm": "wss://dstream.binance.com/ws/{key}",
}
ENDED = {
    "eventStreamTerminated": "the venue ended the event stream",
    "serverShutdown": "the venue is about to restart this server",
    "listenKeyExpired": "the listen key has expired",
}


class _Frame(Struct, gc=False):
    """Anything that comes: a reply (`id`), an event in a wrapper (`event`, `data`), or a bare event."""

    request: int | str | None = field(name="id", default=None)
    error: wire.VenueError | None = None
    event: Raw = wire.ABSENT
    data: Raw = wire.ABSENT
    kind: str = field(name="e", default="")


_frame = msgspec.json.Decoder(_Frame)


class SpotStream:
    """The events of the spot account."""

    __slots__ = ("_deadline", "_ends", "_outbox", "_session", "_waiting", "ready", "undecoded")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._outbox: list[bytes] = []
        self._waiting = ""
        self._deadline: int | None = None
        self._ends = 0
        self.ready = False
        self.undecoded = 0

    def to_ask(self) -> list[Ask]:
        """Nothing has to be asked first."""
        return []

    def replied(self, _ask: Ask, _reply: Reply, _now: int) -> list[Update]:
        """Nothing was asked."""
        return []

    def url(self, _now: int) -> str | None:
        """Return the address of the WebSocket API, None without a key to subscribe with."""
        return SPOT_URL if self._session.credentials is not None else None

    def headers(self, _now: int) -> tuple[tuple[str, str], ...]:
        """The handshake needs none."""
        return ()

    def connected(self, now: int) -> None:
        """Subscribe with a signature of this moment."""
        self.disconnected(now)
        self._ends = now + LIFE
        assert self._session.credentials is not None  # or there would be no address
        params = socket_params((), self._session.credentials, now)
        self._request("userDataStream.subscribe.signature", params, now)

    def disconnected(self, _now: int) -> None:
        """Forget the conversation."""
        self._outbox.clear()
        self._waiting = ""
        self._deadline = None
        self.ready = False

    def to_send(self) -> list[bytes]:
        """Take the frames to send."""
        frames, self._outbox = self._outbox, []
        return frames

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take a frame: an event, or the answer to what was sent."""
        try:
            told = _frame.decode(frame)
            if told.event:
                return _told(bytes(told.event), "spot", self._session, now)
        except UNREADABLE:
            self.undecoded += 1
            return []
        return self._answered(told, now)

    def next_deadline(self) -> int | None:
        """When an answer is overdue, a ping is due, or the connection has to be changed."""
        return self._deadline

    def on_time(self, now: int) -> list[Update]:
        """Ping a quiet connection; give up one that does not answer or is a day old."""
        if self._deadline is None or now < self._deadline:
            return []
        if self._waiting:
            return self._end(now, f"no answer within {WAIT // SECOND} s")
        if now >= self._ends:
            return self._end(now, "the connection is nearly a day old")
        self._request("ping", {}, now)
        return []

    def _answered(self, told: _Frame, now: int) -> list[Update]:
        if told.error is not None and told.request in {self._waiting, None}:
            outcome = outcome_of(told.error.code, told.error.message, now)
            message = f"{told.error.code}: {told.error.message}"[:MESSAGE_LENGTH]
            return self._end(now, message, refused=isinstance(outcome, Rejected))
        if told.request == self._waiting and self._waiting:
            self._waiting = ""
            self.ready = True
            self._deadline = min(now + PING, self._ends)
        return []

    def _request(self, method: str, params: dict[str, str | int], now: int) -> None:
        self._waiting = str(self._session.next_id())
        self._deadline = now + WAIT
        self._outbox.append(msgspec.json.encode({"id": self._waiting, "method": method, "params": params}))

    def _end(self, now: int, message: str, *, refused: bool = False) -> list[Update]:
        self.ready = False
        self._waiting = ""
        self._deadline = None
        return [StreamEnded(at=now, message=message, refused=refused)]


class FuturesStream:
    """The events of a futures account, by its listen key."""

    __slots__ = (
        "_asks", "_deadline", "_ends", "_failed", "_key", "_line", "_opening", "_session", "ready", "undecoded",
    )  # fmt: skip

    def __init__(self, line: str, session: Session) -> None:
        self._opening = False
        self._failed = False
        self._line = line
        self._session = session
        self._key = ""
        self._asks: list[Ask] = [OpenStream(line)]
        self._deadline: int | None = None
        self._ends = 0
        self.ready = False
        self.undecoded = 0

    def to_ask(self) -> list[Ask]:
        """Take the wish for a listen key, or for its keep-alive; without a key it is wished for once an attempt."""
        asks, self._asks = self._asks, []
        if not (asks or self._key or self._opening or self._failed):
            asks = [OpenStream(self._line)]
        self._opening = self._opening or OpenStream(self._line) in asks
        return asks

    def replied(self, ask: Ask, reply: Reply, now: int) -> list[Update]:
        """Learn the key; a key that cannot be had or kept ends the stream, and is asked for again a little later."""
        opening = isinstance(ask, OpenStream)
        if opening:
            self._opening = False
            self._failed = not isinstance(reply.outcome, Done)
        if isinstance(reply.outcome, Done):
            if opening:
                self._key = dict(reply.learned)[f"{self._line}.listen_key"]
            self._deadline = min(now + KEEP, self._ends) if self.ready else now + KEEP
            return []
        later = reply.outcome.at if isinstance(reply.outcome, RetryLater) else now + AGAIN
        refused = opening and isinstance(reply.outcome, Rejected)
        message = f"the listen key could not be {'got' if opening else 'kept'}: {reply.outcome.message}"
        return self._end(now, message, later, refused=refused)

    def url(self, _now: int) -> str | None:
        """Return the address with the key in it, None before there is one."""
        self._failed = False
        return FUTURES_URLS[self._line].format(key=self._key) if self._key else None

    def headers(self, _now: int) -> tuple[tuple[str, str], ...]:
        """The handshake needs none."""
        return ()

    def connected(self, now: int) -> None:
        """The address was the subscription."""
        self.ready = True
        self._ends = now + LIFE

    def disconnected(self, now: int) -> None:
        """Ask for the key again, because it may have been the reason; unless that is under way."""
        self.ready = False
        if self._key:
            self._key = ""
            self._asks = [OpenStream(self._line)]
            self._deadline = now + MINUTE

    def to_send(self) -> list[bytes]:
        """There is nothing to say."""
        return []

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take an event, bare or in the wrapper of combined streams."""
        try:
            told = _frame.decode(frame)
            updates = _told(bytes(told.data or frame), self._line, self._session, now)
        except UNREADABLE:
            self.undecoded += 1
            return []
        if any(isinstance(update, StreamEnded) for update in updates):
            self._end(now, "", now)
        return updates

    def next_deadline(self) -> int | None:
        """When the key is to be kept, or asked for again."""
        return self._deadline

    def on_time(self, now: int) -> list[Update]:
        """Keep the key, ask for a new one, or give up a connection that is a day old."""
        if self._deadline is None or now < self._deadline:
            return []
        if self.ready and now >= self._ends:
            return self._end(now, "the connection is nearly a day old", now)
        self._deadline = now + MINUTE
        self._asks = [KeepStream(self._line) if self._key else OpenStream(self._line)]
        return []

    def _end(self, now: int, message: str, later: int, *, refused: bool = False) -> list[Update]:
        self._key = ""
        self.ready = False
        self._deadline = later
        return [StreamEnded(at=now, message=message, refused=refused)]


def _told(body: bytes, line: str, session: Session, now: int) -> list[Update]:
    kind = wire.event.decode(body).kind
    if kind in ENDED:
        return [StreamEnded(at=now, message=ENDED[kind])]
    return read(kind, body, line, session)


def privates(lines: Sequence[str], session: Session) -> list[Private]:
    """Return the connections that bring every account event of these lines; names of no line are passed over."""
    known = [line for line in dict.fromkeys(lines) if line == "spot" or line in FUTURES_URLS]
    return [SpotStream(session) if line == "spot" else FuturesStream(line, session) for line in known]
