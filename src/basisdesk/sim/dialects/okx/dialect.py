"""The wire of the venue in front of an exchange: one address for HTTP and all three kinds of socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.names import Names
from basisdesk.sim.dialects.okx.office import Office
from basisdesk.sim.dialects.okx.requests import NOT_FOUND, answer, said
from basisdesk.sim.dialects.okx.rules import CONNECTIONS
from basisdesk.sim.dialects.okx.sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.domain.account import Update
    from basisdesk.sim.contract import Close, Exchange, Frame, Happening, HttpAnswer, HttpCall

ORIGINS = {
    "api": (
        "https://openapi.okx.com",
        "https://www.okx.com",
        "https://us.okx.com",
        "https://eea.okx.com",
        "wss://ws.okx.com:8443",
        "wss://ws.okx.com",
        "wss://wspap.okx.com:8443",
        "wss://wspap.okx.com",
    )
}
SOCKETS = {f"/ws/v5/{kind}": kind for kind in ("public", "private", "business")}
TOO_MANY = 429


class Wire:
    """The venue's REST and WebSocket."""

    def __init__(self, exchange: Exchange, now: int) -> None:
        self._exchange = exchange
        self._office = Office(exchange, Names(exchange.markets), self)
        self._sockets = Sockets(self._office)
        self._office.drain(now)

    @property
    def origins(self) -> Mapping[str, Sequence[str]]:
        """The one address, and all that it stands for."""
        return ORIGINS

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer a request."""
        self._go_on(now)
        answered = answer(self._office, call, now)
        self._office.drain(now)
        return answered

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        """Let a client in, unless it comes to no address of ours or too often."""
        kind = SOCKETS.get(call.path)
        if kind is None:
            return NOT_FOUND
        if not self._office.room(CONNECTIONS, "connect", call.source, now):
            return said(CodeError("50011"), TOO_MANY)
        self._sockets.open(socket, kind, now)
        return None

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        """Take a frame from a client."""
        self._go_on(now)
        self._sockets.receive(socket, frame, now)
        self._office.drain(now)

    def closed(self, socket: int, now: int) -> None:  # noqa: ARG002 (nothing depends on when)
        """A client is gone."""
        self._sockets.close(socket)

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent, in order."""
        return self._sockets.take()

    def next_deadline(self) -> int | None:
        """When `advance` has something to do (ns), or None."""
        times = (self._exchange.next_deadline(), self._sockets.next_deadline())
        return min((time for time in times if time is not None), default=None)

    def advance(self, now: int) -> None:
        """Let the exchange go on to `now`, and turn what happened into frames."""
        self._go_on(now)
        self._sockets.flush(now)

    def exhaust(self, now: int, until: int) -> None:  # noqa: ARG002 (it begins at once)
        """Behave until then as though every rate limit were used up."""
        self._office.exhausted = until

    def expire(self, now: int) -> None:  # noqa: ARG002 (it happens at once)
        """End every login: the venue hangs up."""
        self._sockets.end_logins()

    def happened(self, happening: Happening, now: int) -> None:
        """Something happened to a market."""
        self._sockets.feeds.happened(happening, now)

    def told(self, account: str, update: Update, now: int) -> None:
        """Something happened to an account."""
        self._sockets.ledger.told(account, update, now)

    def settled(self, now: int) -> None:
        """That was all for now."""
        self._sockets.ledger.settled(now)

    def _go_on(self, now: int) -> None:
        self._exchange.advance(now)
        self._office.drain(now)
