"""Connections: login, subscriptions, heartbeats, and what is cancelled when one ends.

An answer lists the channels that were granted; one that does not exist, or that needs a login, is left out.
With a heartbeat the venue speaks every interval; when it heard nothing in one it asks, and whoever has not answered
with ``public/test`` by the next is disconnected.
Without one a connection ends after ten minutes of silence.
Followed: https://docs.deribit.com/api-reference/session-management and /api-reference/subscription-management.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from basisdesk.domain.ask import OrderRef
from basisdesk.sim.contract import Close, Frame, Refused
from basisdesk.sim.dialects.deribit import rpc
from basisdesk.sim.dialects.deribit.access import SECOND, Token
from basisdesk.sim.dialects.deribit.market import VERSION
from basisdesk.sim.dialects.deribit.names import Named, named
from basisdesk.sim.dialects.deribit.rpc import Params, Wrong, invalid

if TYPE_CHECKING:
    from basisdesk.sim.contract import Login
    from basisdesk.sim.dialects.deribit.access import Gate
    from basisdesk.sim.dialects.deribit.board import Board
    from basisdesk.sim.dialects.deribit.trading import Office

IDLE = 600 * SECOND
LEAST_HEARTBEAT = 10
TRADED = ("private/buy", "private/sell")
DISCONNECTED = "cancel_on_disconnect"
SCOPES = ("connection", "account")


@dataclass(slots=True, eq=False)
class Socket:
    """One connection.

    `beat` is the heartbeat's interval (ns, 0 for none), `due` when it beats next, `asked` whether a test request waits
    for its answer; `orders` are those sent over it.
    """

    number: int
    source: str
    heard: int
    token: Token | None = None
    channels: dict[str, Named] = field(default_factory=dict)
    beat: int = 0
    due: int = 0
    asked: bool = False
    cancels: bool = False
    orders: dict[str, None] = field(default_factory=dict)


class Sockets:
    """The connections of a venue; what is to be sent gathers in `out`."""

    def __init__(self, office: Office, gate: Gate, board: Board) -> None:
        self._office = office
        self._gate = gate
        self._board = board
        self.open: dict[int, Socket] = {}
        self._cancelling: set[str] = set()
        self.out: list[Frame | Close] = []

    def opened(self, number: int, source: str, now: int) -> None:
        """A connection stands."""
        self.open[number] = Socket(number, source, now)

    def ended(self, number: int, now: int) -> None:
        """A connection is gone: cancel what it wanted cancelled."""
        socket = self.open.pop(number, None)
        if socket is None:
            return
        for name in socket.channels:
            self._board.leave(name, number)
        if socket.cancels and socket.token is not None:
            for order in socket.orders:
                self._office.ends.setdefault(order, DISCONNECTED)
                ref = OrderRef(symbol="", venue_id=order)
                answer = self._office.exchange.cancel(socket.token.login.account, ref, now)
                if isinstance(answer, Refused):
                    del self._office.ends[order]

    def login(self, socket: Socket, params: Params, now: int) -> Login | None:
        """Return who speaks: whose token is given, or who logged in."""
        if params.has("access_token"):
            return self._gate.bearer(params.text("access_token"), now)
        if socket.token is None:
            return None
        if now >= socket.token.until or self._gate.exchange.login(socket.token.login.credentials.key) is None:
            self._log_out(socket)
            return None
        return socket.token.login

    def logout_all(self) -> None:
        """End every login; nothing is said, but private channels fall silent."""
        for socket in self.open.values():
            self._log_out(socket)

    def call(self, socket: Socket, method: str, params: Params, now: int) -> object:  # noqa: PLR0911 one case a method
        """Answer a method that only a connection has."""
        match method:
            case "public/subscribe" | "private/subscribe":
                return self._subscribe(socket, params, now)
            case "public/unsubscribe" | "private/unsubscribe":
                return self._unsubscribe(socket, params.names("channels"))
            case "public/unsubscribe_all" | "private/unsubscribe_all":
                self._unsubscribe(socket, list(socket.channels))
                return "ok"
            case "public/set_heartbeat":
                interval = params.whole("interval")
                if interval < LEAST_HEARTBEAT:
                    raise invalid("interval", "too small")
                socket.beat, socket.due, socket.asked = interval * SECOND, now + interval * SECOND, False
                return "ok"
            case "public/disable_heartbeat":
                socket.beat, socket.asked = 0, False
                return "ok"
            case "public/hello":
                params.text("client_name"), params.text("client_version")
                return VERSION
            case "private/logout":
                socket.cancels = False
                self.out.append(Close(socket.number))
                return "ok"
            case _:
                self._switch(socket, params, on=method == "private/enable_cancel_on_disconnect")
                return "ok"

    def _switch(self, socket: Socket, params: Params, *, on: bool) -> None:
        """Turn cancelling on or off: of this connection, or of those that the account opens from now on."""
        if params.choice("scope", SCOPES, SCOPES[0]) == SCOPES[0]:
            socket.cancels = on
            return
        account = needs(self.login(socket, params, socket.heard)).account
        self._cancelling = self._cancelling | {account} if on else self._cancelling - {account}

    def switch_on(self, socket: Socket, login: Login) -> None:
        """Let a connection that has just logged in cancel at its end where its account wants that."""
        socket.cancels = socket.cancels or login.account in self._cancelling

    def switched(self, socket: Socket | None, login: Login, params: Params) -> dict[str, object]:
        """Answer whether orders are cancelled; a request over HTTP has no connection that could be lost."""
        word = params.choice("scope", SCOPES, SCOPES[0])
        here = socket is not None and socket.cancels
        return {"scope": word, "enabled": here if word == SCOPES[0] else login.account in self._cancelling}

    def placed(self, socket: Socket, number: str) -> None:
        """An order was sent over this connection."""
        socket.orders[number] = None

    def next_deadline(self) -> int | None:
        """When `beat` has something to do (ns), or None."""
        return min((socket.due if socket.beat else socket.heard + IDLE for socket in self.open.values()), default=None)

    def beat(self, now: int) -> None:
        """Send what heartbeats are due, and end what is silent."""
        for socket in self.open.values():
            if not socket.beat and now >= socket.heard + IDLE:
                self.out.append(Close(socket.number, 1000, "idle"))
                socket.heard = now
            if not socket.beat or now < socket.due:
                continue
            if socket.asked:
                self.out.append(Close(socket.number, 1000, "heartbeat"))
                socket.beat = 0
                continue
            socket.asked = socket.heard < socket.due - socket.beat
            kind = "test_request" if socket.asked else "heartbeat"
            self.out.append(Frame(socket.number, rpc.heartbeat(kind), "control"))
            socket.due += socket.beat

    def _subscribe(self, socket: Socket, params: Params, now: int) -> list[str]:
        granted = []
        signed_in = self.login(socket, params, now) is not None
        for name in params.names("channels"):
            found = named(self._office.exchange, name)
            if found is None or (found.private and not signed_in):
                continue
            granted.append(name)
            if name not in socket.channels:
                socket.channels[name] = found
        return granted

    def greet(self, socket: Socket, names: list[str], now: int) -> None:
        """Send what channels say first, once the answer that granted them is out."""
        for name in names:
            found = socket.channels.get(name)
            if found is not None and not name.startswith("user."):
                self.out += self._board.join(found, socket.number, now)

    def _unsubscribe(self, socket: Socket, names: list[str]) -> list[str]:
        left = [name for name in names if socket.channels.pop(name, None) is not None]
        for name in left:
            self._board.leave(name, socket.number)
        return left

    def _log_out(self, socket: Socket) -> None:
        socket.token = None
        for name in [name for name, found in socket.channels.items() if found.private]:
            del socket.channels[name]
            self._board.leave(name, socket.number)


def needs(login: Login | None) -> Login:
    """Return who calls, or refuse."""
    if login is None:
        raise Wrong(13009, "unauthorized", "login required")
    return login
