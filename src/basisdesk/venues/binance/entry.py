"""Orders over the WebSocket API, where every request is signed by itself.

With an HMAC key there is no login: a fresh connection can be used at once.
What is sent and what an answer means are the same as over HTTP; only the envelope differs, so both share their parts.
An ask that is not answered in time is `Unknown`, and so is everything under way when the connection goes.
A quiet connection is pinged; one that does not answer carries no more orders until it is replaced, and so does one that
is nearly a day old, because the venue ends connections after 24 hours.
Source: "WebSocket API General Information", "Request format", "Response format".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct, field

from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Unknown
from basisdesk.venues.binance import wire
from basisdesk.venues.binance.capabilities import LIFE as REQUEST_LIFE
from basisdesk.venues.binance.hosts import LINES
from basisdesk.venues.binance.limits import Rate, rated
from basisdesk.venues.binance.replies import settle
from basisdesk.venues.binance.requests import plan
from basisdesk.venues.binance.sign import MILLISECOND, no_key, socket_params
from basisdesk.venues.trading import Reply, Request, Response

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.binance.sign import Plan
    from basisdesk.venues.trading import Session

SECOND = 1_000_000_000
WAIT = 10 * SECOND
PING = 30 * SECOND
LIFE = 24 * 3600 * SECOND - 5 * 60 * SECOND

URLS = {
    "spot": "wss://ws-api.binance.com:443/ws-api/v3",
    "usdm": "wss://ws-fapi.binance.com/ws-fapi/v1",
    "coinm": "wss://ws-dapi.binance.com/ws-dapi/v1",
}


class _Retry(Struct, gc=False):
    at: int = field(name="retryAfter", default=0)


class _Failure(Struct, gc=False):
    more: _Retry | None = field(name="data", default=None)


class _Answer(Struct, gc=False):
    request: int | str | None = field(name="id", default=None)
    status: int = 0
    result: Raw = wire.ABSENT
    error: Raw = wire.ABSENT
    limits: list[Rate] = field(name="rateLimits", default_factory=list)


_encode = msgspec.json.Encoder().encode
_answer = msgspec.json.Decoder(_Answer)
_failure = msgspec.json.Decoder(_Failure)


class OrderEntry:
    """One connection that carries orders of a line."""

    __slots__ = ("_ends", "_heard", "_line", "_open", "_outbox", "_pings", "_session", "_waiting", "undecoded")

    def __init__(self, line: str, session: Session) -> None:
        self._line = line
        self._session = session
        self._outbox: list[bytes] = []
        self._waiting: dict[str, tuple[Ask, Plan, int]] = {}
        self._pings: dict[str, int] = {}
        self._open = False
        self._ends = 0
        self._heard = 0
        self.undecoded = 0

    @property
    def url(self) -> str:
        """The address of the line's WebSocket API."""
        return URLS[self._line]

    def headers(self, _now: int) -> tuple[tuple[str, str], ...]:
        """The handshake needs none."""
        return ()

    def connected(self, now: int) -> None:
        """A fresh connection can be used at once."""
        self._outbox.clear()
        self._pings.clear()
        self._open = True
        self._ends = now + LIFE
        self._heard = now

    def disconnected(self, _now: int) -> list[tuple[Ask, Reply]]:
        """Whatever was under way is unknown."""
        self._open = False
        self._outbox.clear()
        self._pings.clear()
        return self._give_up(list(self._waiting), "the connection was lost before the answer came")

    def ready(self, now: int) -> bool:
        """Say whether asks can be sent."""
        return self._open and now < self._ends

    def send(self, ask: Ask, now: int) -> bool | Refusal:
        """Queue an ask; False for one that has no WebSocket request, or while the connection cannot be used."""
        planned = plan(ask, self._session, now)
        if isinstance(planned, Refusal):
            return planned
        if not planned.socket_method or planned.line != self._line or not self._open or now >= self._ends:
            return False
        session = self._session
        if session.credentials is None:
            return no_key(ask)
        number = str(session.next_id())
        params = socket_params(planned.params, session.credentials, now)
        self._outbox.append(_encode({"id": number, "method": planned.socket_method, "params": params}))
        self._waiting[number] = (ask, planned, now)
        return True

    def to_send(self) -> list[bytes]:
        """Take the frames to send."""
        frames, self._outbox = self._outbox, []
        return frames

    def receive(self, frame: bytes, now: int) -> list[tuple[Ask, Reply]]:
        """Take an answer; one to nothing of ours is passed over."""
        try:
            answer = _answer.decode(frame)
        except wire.UNREADABLE:
            self.undecoded += 1
            return []
        self._heard = now
        number = str(answer.request)
        if self._pings.pop(number, None) is not None or number not in self._waiting:
            return []
        ask, planned, sent = self._waiting.pop(number)
        reply = settle(self._request(ask, planned, sent), self._response(answer, now), self._session, self._line)
        told = rated(self._line, answer.limits)
        counts = tuple((name, float(rate.count)) for name, rate in told)
        holds = tuple((name, float(rate.limit)) for name, rate in told)
        return [(ask, msgspec.structs.replace(reply, used=counts, capacities=holds))]

    def next_deadline(self) -> int | None:
        """When the first answer is overdue, or a ping is due."""
        due = [sent + WAIT for _, _, sent in self._waiting.values()] + list(self._pings.values())
        return min(due) if due else self._heard + PING if self._open else None

    def on_time(self, now: int) -> list[tuple[Ask, Reply]]:
        """Declare overdue asks unknown, and ping a quiet connection."""
        deadline = self.next_deadline()
        if deadline is None or now < deadline:
            return []
        late = [number for number, (_, _, sent) in self._waiting.items() if now >= sent + WAIT]
        if late or any(now >= until for until in self._pings.values()):
            self._open = False  # what does not answer is not given another order
            self._pings.clear()
            self._outbox.clear()
        else:
            number = str(self._session.next_id())
            self._pings[number] = now + WAIT
            self._outbox.append(_encode({"id": number, "method": "ping", "params": {}}))
        return self._give_up(late, f"no answer within {WAIT // SECOND} s")

    def _give_up(self, numbers: list[str], why: str) -> list[tuple[Ask, Reply]]:
        return [(self._waiting.pop(number)[0], Reply(outcome=Unknown(why))) for number in numbers]

    def _request(self, ask: Ask, planned: Plan, sent: int) -> Request:
        """Return what was sent as HTTP would have carried it."""
        return Request(
            ask=ask,
            method=planned.method,
            origin=LINES[self._line].rest_url,
            path=planned.path,
            changes=planned.changes,
            costs=planned.costs,
            expires=sent // MILLISECOND * MILLISECOND + REQUEST_LIFE,
        )

    def _response(self, answer: _Answer, now: int) -> Response:
        """Return the answer as HTTP would have brought it."""
        if not answer.error:
            return Response(answer.status, bytes(answer.result), {}, now)
        headers = {}
        try:
            more = _failure.decode(answer.error).more
        except wire.UNREADABLE:
            more = None
        if more is not None and more.at * MILLISECOND > now:
            headers["retry-after"] = str(-(-(more.at * MILLISECOND - now) // SECOND))
        return Response(answer.status, bytes(answer.error), headers, now)


def entry(line: str, session: Session) -> OrderEntry | None:
    """Return an order-entry connection of a line; all three have one."""
    return OrderEntry(line, session) if line in URLS else None
