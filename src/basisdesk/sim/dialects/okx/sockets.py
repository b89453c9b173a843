"""WebSockets: public, private and business ones, logins, subscriptions and orders.

A subscription is answered one argument at a time; orders are answered under the request's own id.
A socket on which nothing was said for 30 s is closed.
Followed: https://www.okx.com/docs-v5/en/#overview-websocket.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.sim.contract import Close, Frame, Login
from basisdesk.sim.dialects.okx import trade
from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.feeds import BUSINESS, CANDLES, RESTRICTED, Feeds
from basisdesk.sim.dialects.okx.gatekeeper import socket_login
from basisdesk.sim.dialects.okx.ledger import ALGOS, CHANNELS, Ledger, is_argument
from basisdesk.sim.dialects.okx.requests import in_time
from basisdesk.sim.dialects.okx.rules import LISTENERS, SUBSCRIPTIONS, WINDOW
from basisdesk.sim.dialects.okx.slips import is_id
from basisdesk.sim.dialects.okx.text import us

if TYPE_CHECKING:
    from basisdesk.sim.dialects.okx.office import Office

LONGEST = 64 * 1024
"""Largest request (bytes)."""
IDLE = 4004
TOO_LONG = 1009
KEY_GONE = 4007


@dataclass(slots=True)
class Socket:
    """One client: its kind of address, who it is, what it listens to, and when anything was last said."""

    kind: str
    heard: int
    login: Login | None = None
    keys: dict[tuple[str, str], None] = field(default_factory=dict)


class Sockets:
    """Every socket of a venue."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sockets: dict[int, Socket] = {}
        self._out: list[Frame | Close] = []
        self.feeds = Feeds(office.exchange, office.names, self.post)
        self.ledger = Ledger(office, self.post)

    def open(self, number: int, kind: str, now: int) -> None:
        """A client is there."""
        self._sockets[number] = Socket(kind, now)

    def close(self, number: int) -> None:
        """A client is gone."""
        socket = self._sockets.pop(number, None)
        if socket is not None:
            for key in socket.keys:
                self.feeds.unsubscribe(number, key)
            self.ledger.forget(number)
            self._office.used.pop(("subscribe", str(number)), None)

    def post(self, socket: int, body: bytes, topic: str, now: int) -> None:
        """Send a frame."""
        self._sockets[socket].heard = now
        self._out.append(Frame(socket, body, topic))

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent."""
        taken, self._out = self._out, []
        return taken

    def next_deadline(self) -> int | None:
        """When `flush` has something to do (ns), or None."""
        times = [socket.heard + WINDOW for socket in self._sockets.values()]
        due = self.feeds.next_deadline()
        return min(times if due is None else [*times, due], default=None)

    def flush(self, now: int) -> None:
        """Tell what is due, and hang up on those who say nothing."""
        self.feeds.flush(now)
        for number in [number for number, each in self._sockets.items() if now >= each.heard + WINDOW]:
            self._hang_up(number, IDLE, "No data received in 30s.")

    def end_logins(self) -> None:
        """Hang up on everyone who logged in."""
        for number in [number for number, each in self._sockets.items() if each.login is not None]:
            self._hang_up(number, KEY_GONE, "API key has been updated or deleted. Please reconnect.")

    def receive(self, number: int, frame: bytes, now: int) -> None:
        """Take a frame of a client."""
        socket = self._sockets.get(number)
        if socket is None:
            return
        socket.heard = now
        if frame == b"ping":
            self.post(number, b"pong", "control", now)
            return
        if len(frame) > LONGEST:
            self._hang_up(number, TOO_LONG, "Request message exceeds the maximum frame length")
            return
        try:
            message = msgspec.json.decode(frame)
        except (msgspec.DecodeError, RecursionError):
            message = None
        spelled = frame.decode(errors="replace")[:200]
        if not isinstance(message, dict) or not isinstance(message.get("args"), list):
            self._event(number, message, now, CodeError("60012", spelled))
            return
        try:
            self._do(number, socket, message, now)
        except CodeError as error:
            self._event(number, message, now, error)

    def _do(self, number: int, socket: Socket, message: dict[str, Any], now: int) -> None:
        match message.get("op"):
            case "login":
                self._login(number, socket, message["args"], now)
            case "subscribe":
                for argument in message["args"]:
                    self._subscribe(number, socket, message, _argument(argument), now)
            case "unsubscribe":
                for argument in message["args"]:
                    self._unsubscribe(number, socket, message, _argument(argument), now)
            case str() as operation if operation in trade.SOCKET:
                self._order(number, socket, message, now)
            case _:
                raise CodeError("60012", msgspec.json.encode(message).decode()[:200])

    def _login(self, number: int, socket: Socket, arguments: list[Any], now: int) -> None:
        self._count(number, now)
        if len(arguments) != 1:
            raise CodeError("60013")
        socket.login = socket_login(self._office.exchange, arguments[0], now)
        self._say(number, {"event": "login", "code": "0", "msg": ""}, now)

    def _subscribe(
        self, number: int, socket: Socket, message: dict[str, Any], argument: dict[str, str], now: int
    ) -> None:
        self._count(number, now)
        channel = argument.get("channel", "")
        if channel in RESTRICTED:
            raise CodeError("64003")
        if channel == "fills":
            raise CodeError("60029")
        if channel in CHANNELS:
            if socket.login is None:
                raise CodeError("60011")
            if socket.kind != ("business" if channel in ALGOS else "private") or not is_argument(argument):
                raise _wrong(argument)
            if self.ledger.crowded(number, socket.login.account, channel):
                crowd = {"event": "channel-conn-count-error", "channel": channel, "connCount": str(LISTENERS)}
                self._say(number, crowd, now)
                return
            self._acknowledge(number, message, argument, now)
            self.ledger.subscribe(number, socket.login.account, argument, now)
            return
        late = channel in CANDLES or channel in BUSINESS
        if late and socket.kind == "public":
            raise CodeError("64001")
        key = self.feeds.key_of(argument)
        if key is None or late != (socket.kind == "business"):
            raise _wrong(argument)
        self._acknowledge(number, message, argument, now)
        socket.keys[key] = None
        self.feeds.subscribe(number, key, argument, now)

    def _unsubscribe(
        self, number: int, socket: Socket, message: dict[str, Any], argument: dict[str, str], now: int
    ) -> None:
        self._count(number, now)
        key = self.feeds.key_of(argument)
        if argument.get("channel") in CHANNELS:
            self.ledger.unsubscribe(number, argument)
        elif key in socket.keys:
            del socket.keys[key]
            self.feeds.unsubscribe(number, key)
        self._acknowledge(number, message, argument, now)

    def _order(self, number: int, socket: Socket, message: dict[str, Any], now: int) -> None:
        """Do orders, and answer under the id of the request."""
        reply: dict[str, Any] = {"id": message.get("id", ""), "op": message["op"]}
        try:
            code, words, rows = self._worked(socket, message, now)
            reply |= {"code": code, "msg": words, "data": rows}
        except CodeError as error:
            reply |= {"code": error.code, "msg": error.words, "data": []}
        self.post(number, msgspec.json.encode(reply | {"inTime": us(now), "outTime": us(now)}), "reply", now)

    def _worked(self, socket: Socket, message: dict[str, Any], now: int) -> tuple[str, str, list[dict[str, Any]]]:
        name, operation, arguments = message.get("id", ""), message["op"], message["args"]
        path = trade.SOCKET[operation]
        if not isinstance(name, str) or not is_id(name):
            raise CodeError("60033", "id")
        if socket.kind != "private" or socket.login is None:
            raise CodeError("60011")
        if not socket.login.permissions.trade:
            raise CodeError("50120")
        if "cancel" not in operation:
            in_time(message.get("expTime"), now)
        single = path in trade.SINGLE
        if not all(isinstance(argument, dict) for argument in arguments) or (single and len(arguments) != 1):
            raise CodeError("60013")
        given = arguments[0] if single else arguments
        return trade.work(self._office, socket.login.account, path, given, now, by_number=True)

    def _count(self, number: int, now: int) -> None:
        if not self._office.room(SUBSCRIPTIONS, "subscribe", str(number), now):
            raise CodeError("60014")

    def _acknowledge(self, number: int, message: dict[str, Any], argument: dict[str, str], now: int) -> None:
        named = {"id": message["id"]} if isinstance(message.get("id"), str) else {}
        self._say(number, named | {"event": message["op"], "arg": argument}, now)

    def _event(self, number: int, message: Any, now: int, error: CodeError) -> None:
        named = {"id": message["id"]} if isinstance(message, dict) and isinstance(message.get("id"), str) else {}
        self._say(number, named | {"event": "error", "code": error.code, "msg": error.words}, now)

    def _say(self, number: int, message: dict[str, Any], now: int) -> None:
        self.post(number, msgspec.json.encode(message | {"connId": f"{number:08x}"}), "control", now)

    def _hang_up(self, number: int, code: int, words: str) -> None:
        self.close(number)
        self._out.append(Close(number, code, words))


def _argument(given: Any) -> dict[str, str]:
    """Return an argument whose values are all text; raises CodeError for anything else."""
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise CodeError("60013")
    return given


def _wrong(argument: dict[str, str]) -> CodeError:
    return CodeError("60018", ",".join(f"{name}:{value}" for name, value in argument.items()))
