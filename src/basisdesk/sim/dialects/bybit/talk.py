"""What clients say on sockets: login, subscriptions, pings, and orders on the trade socket.

The trade socket has answers of its own shape, with the limits in their header; everything else answers with `success`.
A subscribe request is granted whole or refused whole.
A login must end in the future; its end may be a number or text.
Followed: https://bybit-exchange.github.io/docs/v5/ws/connect and /docs/v5/websocket/trade/guideline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.sim.dialects.bybit import batches, orders, private
from basisdesk.sim.dialects.bybit.codes import RefusalError
from basisdesk.sim.dialects.bybit.gate import TooManyError, check_window, limit_headers
from basisdesk.sim.dialects.bybit.names import LINES, MS
from basisdesk.sim.dialects.bybit.params import Params
from basisdesk.sim.dialects.signatures import agrees, hex_signature

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange
    from basisdesk.sim.dialects.bybit.gate import Gate
    from basisdesk.sim.dialects.bybit.public import PublicStreams
    from basisdesk.sim.dialects.bybit.sockets import Socket, Sockets

OPERATIONS = {
    "order.create": "/v5/order/create",
    "order.amend": "/v5/order/amend",
    "order.cancel": "/v5/order/cancel",
    "order.create-batch": "/v5/order/create-batch",
    "order.amend-batch": "/v5/order/amend-batch",
    "order.cancel-batch": "/v5/order/cancel-batch",
}
ORDERS = orders.PATHS | batches.PATHS
MOST_SPOT_TOPICS = 10
MOST_TEXT = 21_000
LONGEST_ID = 36
REPLY, CONTROL = "reply", "control"
Message = dict[str, Any]


class Talk:
    """Understands what clients say."""

    def __init__(self, exchange: Exchange, gate: Gate, sockets: Sockets, public: PublicStreams) -> None:
        self._exchange = exchange
        self._gate = gate
        self._sockets = sockets
        self._public = public

    def heard(self, socket: Socket, frame: bytes, now: int) -> None:
        """Take what a client said."""
        try:
            message = msgspec.json.decode(frame, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError):
            self._answer(socket, {}, success=False, words="error:invalid json")
            return
        match message.get("op"):
            case "ping":
                self._pong(socket, message, now)
            case "auth" if socket.kind != "public":
                self._login(socket, message, now)
            case "subscribe" | "unsubscribe" if socket.kind != "trade":
                self._topics(socket, message, now)
            case _ if socket.kind == "trade":
                self._order(socket, message, now)
            case _:
                self._answer(socket, message, success=False, words="error:unknown op")

    def _pong(self, socket: Socket, message: Message, now: int) -> None:
        stamp = [str(now // MS)]
        if socket.kind == "public":
            self._answer(socket, message, success=True, words="pong")
        elif socket.kind == "private":
            told = {"req_id": message.get("req_id", ""), "op": "pong", "args": stamp, "conn_id": socket.name}
            self._sockets.send(socket, told, CONTROL)
        else:
            told = {"retCode": 0, "retMsg": "OK", "op": "pong", "data": stamp, "connId": socket.name}
            self._sockets.send(socket, told, CONTROL)

    def _login(self, socket: Socket, message: Message, now: int) -> None:
        fault = self._claim(socket, message.get("args"), now)
        if socket.kind == "private":
            self._answer(socket, message, success=fault is None, words="" if fault is None else fault.message)
        else:
            told: Message = {} if "reqId" not in message else {"reqId": message["reqId"]}
            told |= {
                "retCode": 0 if fault is None else fault.code,
                "retMsg": "OK" if fault is None else fault.message,
                "op": "auth",
                "connId": socket.name,
            }
            self._sockets.send(socket, told, CONTROL)
        if fault is not None:
            self._sockets.close(socket, "login refused")

    def _claim(self, socket: Socket, arguments: object, now: int) -> RefusalError | None:
        """Log a socket in; return why not, None when it is."""
        match arguments:
            case [str(key), int() | str() as until, str(sign)] if str(until).isascii() and str(until).isdigit():
                pass
            case _:
                return RefusalError(10001, "Params Error")
        try:
            login = self._gate.known(key)
        except RefusalError as error:
            return error
        if int(until) <= now // MS:
            return RefusalError(10002, "Your request has expired")
        if not agrees(hex_signature(login.credentials.secret, f"GET/realtime{until}"), sign):
            return RefusalError(10004, "Error sign, please check your signature generation algorithm.")
        socket.account = login.account
        socket.trades = bool(login.permissions.trade)
        return None

    def _topics(self, socket: Socket, message: Message, now: int) -> None:
        topics = message.get("args")
        if not isinstance(topics, list) or not topics or not all(isinstance(each, str) for each in topics):
            self._answer(socket, message, success=False, words="error:args invalid")
            return
        if message["op"] == "unsubscribe":
            for topic in topics:
                if socket.kind == "public":
                    self._public.unsubscribe(socket, topic)
                socket.topics.pop(topic, None)
            self._answer(socket, message, success=True, words="")
            return
        if socket.kind == "private":
            fault = private.fault_of(topics) if socket.account else "error:request not authorized"
            if not fault:
                socket.topics.update(dict.fromkeys(topics))
            self._answer(socket, message, success=not fault, words=fault)
            return
        self._join(socket, message, topics, now)

    def _join(self, socket: Socket, message: Message, topics: list[str], now: int) -> None:
        """Add public topics, all of them or none."""
        fault = self._public_fault(socket, topics)
        added: list[str] = []
        for topic in topics if not fault else []:
            fault = self._public.subscribe(socket, topic)
            if fault:
                break
            added.append(topic)
        self._answer(socket, message, success=not fault, words=fault or "subscribe")
        for topic in added:
            if fault:
                self._public.unsubscribe(socket, topic)
            else:
                self._public.begin(socket, topic, now)

    def _public_fault(self, socket: Socket, topics: list[str]) -> str:
        if socket.line == "spot" and len(topics) > MOST_SPOT_TOPICS:
            return f"error:args size >{MOST_SPOT_TOPICS}"
        if sum(len(topic) + 3 for topic in (*socket.topics, *topics)) > MOST_TEXT:
            return f"error:args length >{MOST_TEXT}"
        return ""

    def _order(self, socket: Socket, message: Message, now: int) -> None:
        headers = limit_headers(0, 0, now)
        data: orders.Row = {}
        code, words = 0, "OK"
        try:
            path, params = self._request(socket, message, now)
            headers = self._gate.spend(socket.account, path, params.text("category"), now)
            data = ORDERS[path](self._exchange, socket.account, params, now)
        except TooManyError as error:
            code, words, headers = error.code, error.message, error.headers
        except RefusalError as error:
            code, words = error.code, error.message
        told: Message = {} if "reqId" not in message else {"reqId": message["reqId"]}
        told |= {
            "retCode": code,
            "retMsg": words,
            "op": message.get("op", ""),
            "data": {name: value for name, value in data.items() if name != batches.EXTRA},
            "retExtInfo": data.get(batches.EXTRA, {}),
            "header": {**dict(headers), "Traceid": f"trace-{now}", "Timenow": str(now // MS)},
            "connId": socket.name,
        }
        self._sockets.send(socket, told, REPLY)

    def _request(self, socket: Socket, message: Message, now: int) -> tuple[str, Params]:
        """Return path and parameters of an order; raises RefusalError."""
        path = OPERATIONS.get(str(message.get("op")))
        if path is None:
            raise RefusalError(10404, "op type is not found")
        if not socket.account:
            raise RefusalError(10003, "the connection is not logged in")
        if not socket.trades:
            raise RefusalError(10005, "Permission denied, please check your API key permissions.")
        name = str(message.get("reqId", ""))
        if len(name) > LONGEST_ID:
            raise RefusalError(10001, "reqId is too long")
        if name and name in socket.requests:
            raise RefusalError(20006, "reqId is duplicated")
        socket.requests[name] = None
        header = message.get("header")
        if not isinstance(header, dict):
            raise RefusalError(10001, "header is required")
        check_window(str(header.get("X-BAPI-TIMESTAMP", "")), str(header.get("X-BAPI-RECV-WINDOW", "5000")), now)
        arguments = Params(message, typed=True).row("args")
        if len(arguments) != 1:
            raise RefusalError(10001, "args must hold one order")
        if arguments[0].text("category") not in LINES:
            raise RefusalError(10404, "category is not correct or not supported")
        return path, arguments[0]

    def _answer(self, socket: Socket, message: Message, *, success: bool, words: str) -> None:
        told = {
            "success": success,
            "ret_msg": words,
            "conn_id": socket.name,
            "req_id": message.get("req_id", ""),
            "op": message.get("op", ""),
        }
        self._sockets.send(socket, told, CONTROL)
