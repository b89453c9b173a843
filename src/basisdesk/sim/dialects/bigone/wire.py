"""The venue as its clients meet it: requests, handshakes and frames in, answers and frames out.

What happens at the exchange is given to the sockets before anything that asks for a snapshot is answered, so that a
snapshot is never older than a change that follows it.
Followed: the pages that the modules beside this one name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

import msgspec

from basisdesk.sim.contract import Close, Frame, HttpAnswer
from basisdesk.sim.dialects.bigone import refuse, routes, streams
from basisdesk.sim.dialects.bigone.gate import Gate
from basisdesk.sim.dialects.bigone.notes import Notes
from basisdesk.sim.dialects.bigone.refuse import No
from basisdesk.sim.dialects.bigone.socket import Socket, topic_of
from basisdesk.sim.dialects.bigone.streams import Stream
from basisdesk.sim.dialects.bigone.visit import Page, Visit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.domain.account import Update
    from basisdesk.sim.contract import Exchange, HttpCall

SPOT_SOCKET = "/ws/v2"
MOST_SOCKETS = 5
HOSTS = ("api.big.one", "big.one")
_ENCODE = msgspec.json.Encoder().encode


class Wire:
    """One venue's wire in front of its exchange (`basisdesk.sim.contract.Dialect`)."""

    def __init__(self, exchange: Exchange, now: int, *, strict: bool = False) -> None:
        """`strict` refuses the tokens of the venue's Cross-Market Guide."""
        self._exchange = exchange
        self._gate = Gate(exchange, strict=strict)
        self._now = now
        self._sockets: dict[int, Socket] = {}
        self._streams: dict[int, Stream] = {}
        self._out: list[Frame | Close] = []
        self._notes = Notes()

    @property
    def origins(self) -> Mapping[str, Sequence[str]]:
        """The one address."""
        return {"api": tuple(f"{scheme}://{host}" for host in HOSTS for scheme in ("https", "wss"))}

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer a request."""
        self._now = now
        path = unquote(call.path).replace("//", "/")
        found = routes.route_of(call.method, path)
        try:
            self._gate.count(call.source, now)
            if found is None:
                raise self._unknown(path)
            answer = HttpAnswer(200, self._answer(found, call, now))
        except No as no:
            answer = no.answer
        self._drain()
        return answer

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        """Take a handshake: the spot socket's, or that of a contract stream."""
        self._now = now
        self._drain()
        path = unquote(call.path).replace("//", "/")
        if path == SPOT_SOCKET:
            offered = call.headers.get("sec-websocket-protocol", "json").split(",")
            if "json" not in {name.strip() for name in offered}:
                return streams.fault(400)  # the binary spelling (proto) is not simulated
            self._sockets[socket] = Socket(self._exchange, self._login)
            return None
        if not path.startswith(streams.ROOT):
            return streams.fault(400)
        stream = self._stream(path.removeprefix(streams.ROOT), call, now)
        if isinstance(stream, int):
            return streams.fault(stream)
        self._streams[socket] = stream
        self._push(socket, stream, streams.beginning(self._exchange, stream))
        return None

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        """Take a frame; contract streams hear nothing."""
        self._now = now
        self._drain()
        speaker = self._sockets.get(socket)
        if speaker is not None:
            self._say(socket, speaker.hear(frame, now))

    def closed(self, socket: int, now: int) -> None:
        """A client is gone."""
        self._now = now
        self._sockets.pop(socket, None)
        self._streams.pop(socket, None)

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent."""
        taken, self._out = self._out, []
        return taken

    def next_deadline(self) -> int | None:
        """When something is due: at the exchange, or a heartbeat."""
        beats = [socket.beat_at for socket in self._sockets.values() if socket.beats]
        due = [time for time in (self._exchange.next_deadline(), *beats) if time is not None]
        return min(due, default=None)

    def advance(self, now: int) -> None:
        """Let the exchange go on, and tell the sockets."""
        self._now = now
        self._exchange.advance(now)
        self._drain()
        for number, socket in self._sockets.items():
            self._say(number, socket.beat(now))

    def exhaust(self, now: int, until: int) -> None:
        """Answer every request with too many, until then."""
        self._now = now
        self._gate.shut(until)

    def expire(self, now: int) -> None:
        """End every login: private connections are closed, as the page says of what is invalid after the handshake."""
        self._now = now
        private = [number for number, socket in self._sockets.items() if socket.account]
        private += [number for number, stream in self._streams.items() if stream.account]
        for number in private:
            self._out.append(Close(number))
            self.closed(number, now)

    def _answer(self, found: routes.Found, call: HttpCall, now: int) -> bytes:
        route, account = found.route, ""
        if route.right:
            login = self._gate.enter(call.headers, now)
            account = login.account
            if not getattr(login.permissions, route.right):
                raise refuse.spot(refuse.PERMISSION)
        query = dict(parse_qsl(call.query, keep_blank_values=True))
        visit = Visit(self._exchange, account, now, found.parts, query, call.body, self._notes)
        told = route.answer(visit)
        if route.bare:
            return _ENCODE(told)
        if isinstance(told, Page):
            return _ENCODE({"code": 0, "data": told.rows, "page_token": told.token})
        body: dict[str, object] = {"code": 0, "data": told}
        if isinstance(told, dict) and "close" in told:
            body["price"] = told["close"]  # where the Cross-Market Guide reads a ticker's price
        return _ENCODE(body)

    def _unknown(self, path: str) -> No:
        bare = path.startswith(routes.CONTRACT_ROOT)
        return refuse.contract("request/not-found", 404) if bare else refuse.spot(refuse.NOT_FOUND)

    def _stream(self, name: str, call: HttpCall, now: int) -> Stream | int:
        if name != streams.PRIVATE:
            return streams.stream_of(self._exchange, name)
        try:
            return Stream(name, account=self._gate.enter(call.headers, now).account)
        except No:
            return 401

    def _login(self, token: str) -> str:
        """Return the account of a token on the spot socket, which few may be open for."""
        account = self._gate.admit(token, self._now).account
        others = [socket for socket in self._sockets.values() if socket.account == account]
        if len(others) >= MOST_SOCKETS:
            raise refuse.spot(refuse.TOO_MANY, "too many connections")
        return account

    def _drain(self) -> None:
        """Tell the sockets what happened at the exchange."""
        for event in self._exchange.take_happenings():
            for number, socket in self._sockets.items():
                self._say(number, socket.follow(event))
            for number, stream in self._streams.items():
                self._push(number, stream, streams.follow(self._exchange, stream, event))
        by_account: dict[str, list[Update]] = {}
        for account, update in self._exchange.take_updates():
            self._notes.take(self._exchange, account, update)
            by_account.setdefault(account, []).append(update)
        for account, updates in by_account.items():
            for number, socket in self._sockets.items():
                if socket.account == account:
                    self._say(number, socket.told(updates))
            for number, stream in self._streams.items():
                if stream.account == account:
                    self._push(number, stream, streams.told(self._exchange, account, updates, self._notes))

    def _say(self, socket: int, messages: Sequence[dict[str, object]]) -> None:
        self._out += [Frame(socket, _ENCODE(message), topic_of(message)) for message in messages]

    def _push(self, number: int, stream: Stream, messages: Sequence[object]) -> None:
        for message in messages:
            self._out.append(Frame(number, _ENCODE(message), streams.topic_of(self._exchange, stream, message)))
