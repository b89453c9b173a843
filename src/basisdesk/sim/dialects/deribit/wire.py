"""The venue's wire: calls come in over HTTP or over a connection, and are answered alike.

What follows from a call (its answer first, then what others hear of it) goes out in that order.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from basisdesk.sim.contract import Close, Frame, HttpAnswer
from basisdesk.sim.dialects.deribit import news, rpc
from basisdesk.sim.dialects.deribit.access import Gate, Limits, check_scope
from basisdesk.sim.dialects.deribit.board import Board
from basisdesk.sim.dialects.deribit.methods import CREDITS, ELSEWHERE, LISTING, PRIVATE, PUBLIC, SOCKET_ONLY
from basisdesk.sim.dialects.deribit.rows import order_number
from basisdesk.sim.dialects.deribit.rpc import Params, Wrong
from basisdesk.sim.dialects.deribit.sockets import TRADED, Socket, Sockets, needs
from basisdesk.sim.dialects.deribit.trading import Office

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.domain.account import Update
    from basisdesk.sim.contract import Exchange, HttpCall, Login

ROOT = "/api/v2"
SOCKET_PATH = "/ws/api/v2"
HOST = "api"
AUTH = "public/auth"
ASKS_SWITCH = "private/get_cancel_on_disconnect"
TOO_MANY = 10028
OK = 200
BAD = 400


class Wire:
    """Deribit in front of an exchange."""

    def __init__(self, exchange: Exchange, now: int) -> None:
        self._exchange = exchange
        self._office = Office(exchange)
        self._limits = Limits()
        self._gate = Gate(exchange, Random(f"deribit {now}"))  # noqa: S311 (tokens that open nothing but a simulator)
        self._board = Board(exchange)
        self._sockets = Sockets(self._office, self._gate, self._board)

    @property
    def origins(self) -> Mapping[str, Sequence[str]]:
        """One address serves everything."""
        return {HOST: ("https://www.deribit.com", "wss://www.deribit.com")}

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer a request."""
        number: int | str | None = None
        try:
            method, params, number = _request(call)
            value = self._over_http(call, method, params, now)
        except Wrong as wrong:
            answer = HttpAnswer(rpc.STATUS.get(wrong.code, BAD), rpc.failure(number, wrong, now))
        else:
            answer = HttpAnswer(OK, rpc.result(number, value, now))
        self._spread(now)
        return answer

    def _over_http(self, call: HttpCall, method: str, params: Params, now: int) -> object:
        if method == AUTH:
            self._limits.spend("credits", call.source, CREDITS, now)
            return self._gate.auth(params, now)[1]
        if method in SOCKET_ONLY:
            raise Wrong(10030, "must_be_websocket_request")
        if method == ASKS_SWITCH:
            return self._sockets.switched(None, self._gate.caller(call, now), params)
        if method in PRIVATE:
            return self._private(self._gate.caller(call, now), method, params, now)
        if method in ELSEWHERE and method.startswith("private/"):
            self._gate.caller(call, now)
        return self._public(call.source, method, params, now)

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        """A handshake came."""
        if call.path.rstrip("/") != SOCKET_PATH:
            return HttpAnswer(404, b"")
        self._sockets.opened(socket, call.source, now)
        return None

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        """Take a frame from a client."""
        line = self._sockets.open.get(socket)
        if line is None:
            return
        self._spread(now)
        line.heard = now
        number: int | str | None = None
        names: list[str] = []
        method = ""
        try:
            request = rpc.read(frame, numbered=True)
            number, method = request.number, request.method
            params = Params(request.params or {})
            value = self._over_socket(line, method, params, now)
            names = params.names("channels") if method.endswith("/subscribe") else []
        except Wrong as wrong:
            self._send(line, rpc.failure(number, wrong, now), method)
            if wrong.code == TOO_MANY:
                self._sockets.out.append(Close(socket, 1008, "too_many_requests"))
        else:
            self._send(line, rpc.result(number, value, now), method)
            self._sockets.greet(line, names, now)
        self._spread(now)

    def _send(self, line: Socket, body: bytes, method: str) -> None:
        topic = "reply" if method in PRIVATE else "control"
        frame = Frame(line.number, body, topic)
        ended = self._sockets.out and isinstance(self._sockets.out[-1], Close)
        self._sockets.out.insert(len(self._sockets.out) - bool(ended), frame)

    def _over_socket(self, line: Socket, method: str, params: Params, now: int) -> object:
        if method == AUTH:
            self._limits.spend("credits", line.source, CREDITS, now)
            line.token, told = self._gate.auth(params, now)
            self._sockets.switch_on(line, line.token.login)
            return told
        if method == "public/test":
            line.asked = False
        login = self._sockets.login(line, params, now)
        if method in SOCKET_ONLY:
            subscribes = method.endswith("subscribe")
            self._limits.spend("subscribe" if subscribes else "credits", str(line.number), 1.0, now)
            if method.startswith("private/"):
                needs(login)
            return self._sockets.call(line, method, params, now)
        if method in PRIVATE or method == ASKS_SWITCH:
            return self._for(line, needs(login), method, params, now)
        if method in ELSEWHERE and method.startswith("private/"):
            needs(login)
        return self._public(line.source, method, params, now)

    def _for(self, line: Socket, login: Login, method: str, params: Params, now: int) -> object:
        if method not in PRIVATE:
            self._limits.spend("credits", login.account, CREDITS, now)
            return self._sockets.switched(line, login, params)
        value = self._private(login, method, params, now)
        if method in TRADED and isinstance(value, dict):
            self._sockets.placed(line, order_number(value["order"]["order_id"]))
        return value

    def _private(self, login: Login, method: str, params: Params, now: int) -> object:
        known = PRIVATE[method]
        self._limits.spend(known.pool, login.account, known.units, now)
        check_scope(login, known.scope)
        return known.run(self._office, login, params, now)

    def _public(self, source: str, method: str, params: Params, now: int) -> object:
        run = PUBLIC.get(method)
        if run is None:
            if method in ELSEWHERE:
                raise Wrong(10033, "not_implemented", f"{method} is not simulated")
            raise Wrong(-32601, "Method not found")
        pool, units = ("instruments", 1.0) if method == LISTING else ("credits", CREDITS)
        self._limits.spend(pool, source, units, now)
        return run(self._exchange, params, now)

    def closed(self, socket: int, now: int) -> None:
        """A client is gone."""
        self._sockets.ended(socket, now)
        self._spread(now)

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent, in order."""
        taken, self._sockets.out = self._sockets.out, []
        return taken

    def next_deadline(self) -> int | None:
        """When `advance` has something to do (ns), or None."""
        times = (self._exchange.next_deadline(), self._board.next_deadline(), self._sockets.next_deadline())
        return min((time for time in times if time is not None), default=None)

    def advance(self, now: int) -> None:
        """Let the exchange go on to `now`, and turn what happened into frames."""
        self._exchange.advance(now)
        self._spread(now)
        self._sockets.beat(now)

    def exhaust(self, now: int, until: int) -> None:  # noqa: ARG002 (what is used up is so at once)
        """Answer every call until then that there were too many."""
        self._limits.until = until

    def expire(self, now: int) -> None:  # noqa: ARG002 (as `exhaust`)
        """End every token and login."""
        self._gate.expire()
        self._sockets.logout_all()

    def _spread(self, now: int) -> None:
        """Tell what happened: to accounts at once, to everybody when it is due."""
        updates: dict[str, list[Update]] = {}
        for account, update in self._exchange.take_updates():
            updates.setdefault(account, []).append(update)
        for line in self._sockets.open.values():
            mine = updates.get(line.token.login.account) if line.token is not None and now < line.token.until else None
            if mine:
                channels = [found for name, found in line.channels.items() if name.startswith("user.")]
                bodies = news.bodies(self._office, channels, mine)
                self._sockets.out += [Frame(line.number, body, "account") for body in bodies]
        for happening in self._exchange.take_happenings():
            self._board.hear(happening, now)
        self._sockets.out += self._board.flush(now)


def _request(call: HttpCall) -> tuple[str, Params, int | str | None]:
    """Return method, parameters and number of a request over HTTP."""
    if call.path != ROOT and not call.path.startswith(f"{ROOT}/"):
        raise Wrong(-32601, "Method not found")
    method = call.path[len(ROOT) :].strip("/")
    if call.method == "GET" and not call.body:
        return method, Params(dict(parse_qsl(call.query, keep_blank_values=True))), None
    if call.method not in {"GET", "POST"}:
        raise Wrong(-32600, "Invalid request")
    request = rpc.read(call.body)
    if method and request.method != method:
        raise Wrong(-32600, "Invalid request", "path and method differ")
    return request.method, Params(request.params or {}), request.number
