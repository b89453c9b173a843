"""The venue's wire in front of its exchange: one address for REST and all sockets.

The category of a public socket is in its path; private and trade sockets say who they are with their first message.
Followed: https://bybit-exchange.github.io/docs/v5/ws/connect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.contract import HttpAnswer
from basisdesk.sim.dialects.bybit.gate import Gate
from basisdesk.sim.dialects.bybit.names import LINES
from basisdesk.sim.dialects.bybit.private import PrivateStreams
from basisdesk.sim.dialects.bybit.public import PublicStreams
from basisdesk.sim.dialects.bybit.rest import Rest
from basisdesk.sim.dialects.bybit.settings import PRODUCTS, Settings
from basisdesk.sim.dialects.bybit.sockets import Socket, Sockets, patience_of
from basisdesk.sim.dialects.bybit.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.sim.contract import Close, Exchange, Frame, HttpCall

PUBLIC = "/v5/public/"
KINDS = {"/v5/private": "private", "/v5/trade": "trade"}
SWITCHES = {"dcp.future": "DERIVATIVES", "dcp.spot": "SPOT"}
NOT_FOUND = HttpAnswer(404, b"404 page not found", (("content-type", "text/plain"),))
ORIGINS = {
    "main": (
        "https://api.bybit.com",
        "https://api.bytick.com",
        "wss://stream.bybit.com",
    )
}


class Wire:
    """What `basisdesk.sim.contract.Dialect` asks for."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._gate = Gate(exchange)
        self._settings = Settings(exchange)
        self._sockets = Sockets()
        self._public = PublicStreams(exchange, self._sockets)
        self._private = PrivateStreams(exchange, self._sockets)
        self._rest = Rest(exchange, self._gate, self._settings)
        self._talk = Talk(exchange, self._gate, self._sockets, self._public)

    @property
    def origins(self) -> Mapping[str, Sequence[str]]:
        """One address stands for all hosts."""
        return ORIGINS

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer a request."""
        answer = self._rest.answer(call, now)
        self._tell(now)
        return answer

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        """Accept a handshake whose path is a stream's."""
        line = call.path.removeprefix(PUBLIC) if call.path.startswith(PUBLIC) else ""
        if line in LINES:
            self._sockets.open(Socket(socket, "public", line=line, heard=now))
        elif call.path in KINDS:
            self._sockets.open(Socket(socket, KINDS[call.path], patience=patience_of(call.query), heard=now))
        else:
            return NOT_FOUND
        return None

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        """Take a frame from a client."""
        speaker = self._sockets.get(socket)
        if speaker is None:
            return
        speaker.heard = now
        watched = self._watched(speaker)
        self._talk.heard(speaker, frame, now)
        for product in self._watched(speaker):
            if product not in watched:
                self._switch(speaker.account, product, 0, now)
        self._tell(now)

    def closed(self, socket: int, now: int) -> None:
        """A client is gone; the last one that watched for the dead-man switch starts its clock."""
        gone = self._sockets.forget(socket)
        if gone is not None:
            self._gone(gone, now)

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent, in order."""
        return self._sockets.take()

    def next_deadline(self) -> int | None:
        """When `advance` has something to do (ns), or None."""
        times = (self._exchange.next_deadline(), self._public.next_due(), self._sockets.idle_at())
        return min((each for each in times if each is not None), default=None)

    def advance(self, now: int) -> None:
        """Let the exchange go on to `now`, and turn what happened into frames."""
        self._exchange.advance(now)
        for idle in self._sockets.close_idle(now):
            self._gone(idle, now)
        self._tell(now)

    def exhaust(self, now: int, until: int) -> None:  # noqa: ARG002 (the contract's)
        """Behave until then as though every rate limit were used up."""
        self._gate.exhausted_until = until

    def expire(self, now: int) -> None:
        """End every login: the venue hangs up."""
        for kind in KINDS.values():
            for socket in self._sockets.of(kind):
                self._sockets.close(socket, "key expired")
                self._gone(socket, now)

    def _tell(self, now: int) -> None:
        for account, update in self._exchange.take_updates():
            self._private.happened(account, update, now)
        for happening in self._exchange.take_happenings():
            self._public.happened(happening, now)
        self._public.tell(now)

    def _gone(self, socket: Socket, now: int) -> None:
        if socket.kind == "public":
            self._public.gone(socket)
        for product in self._watched(socket):
            left = any(
                product in self._watched(each) and each.account == socket.account
                for each in self._sockets.of("private")
            )
            if not left:
                self._switch(socket.account, product, self._settings.windows.get((socket.account, product), 0), now)

    def _watched(self, socket: Socket) -> list[str]:
        """Return the products for which a socket watches."""
        return [product for topic, product in SWITCHES.items() if socket.kind == "private" and topic in socket.topics]

    def _switch(self, account: str, product: str, seconds: int, now: int) -> None:
        for line in PRODUCTS[product]:
            self._exchange.dead_man(account, line, "", seconds, now)
