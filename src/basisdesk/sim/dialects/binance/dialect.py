"""Binance in front of an exchange: three addresses, for spot, USD-M and COIN-M."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.sim.contract import Close, Frame, Refused
from basisdesk.sim.dialects.binance import sockets
from basisdesk.sim.dialects.binance.events import Reporter
from basisdesk.sim.dialects.binance.front import NOT_FOUND, Front, answer_of
from basisdesk.sim.dialects.binance.params import from_json
from basisdesk.sim.dialects.binance.publish import Publisher
from basisdesk.sim.dialects.binance.refuse import Refusal
from basisdesk.sim.dialects.binance.sockets import MOST_STREAMS, PINGS, Socket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.sim.contract import Exchange, HttpAnswer, HttpCall

ORIGINS = {
    "spot": (
        "https://api.binance.com",
        "wss://stream.binance.com:9443",
        "wss://stream.binance.com:443",
        "wss://ws-api.binance.com:443",
        "wss://ws-api.binance.com:9443",
    ),
    "usdm": ("https://fapi.binance.com", "wss://fstream.binance.com", "wss://ws-fapi.binance.com"),
    "coinm": ("https://dapi.binance.com", "wss://dstream.binance.com", "wss://ws-dapi.binance.com"),
}
POLICY = 1008


class Request(msgspec.Struct):
    """What a client says over a socket."""

    method: str
    id: int | str | None = None
    params: list[object] | dict[str, object] | None = None


_request = msgspec.json.Decoder(Request)


class Wire:
    """The venue's wire (`basisdesk.sim.contract.Dialect`)."""

    def __init__(self, exchange: Exchange, now: int) -> None:
        self._exchange = exchange
        self._front = Front(exchange)
        self._out: list[Frame | Close] = []
        self._publisher = Publisher(exchange, self._out)
        self._reporter = Reporter(exchange, self._front.memory)
        self._sockets: dict[int, Socket] = {}
        self._count = 0
        self.advance(now)

    @property
    def origins(self) -> Mapping[str, Sequence[str]]:
        """Three addresses: paths of the lines collide."""
        return ORIGINS

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer a request."""
        self.advance(now)
        answer = self._front.http(call, now)
        self._settle(now)
        return answer

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        """Take a handshake on a path that there is."""
        self.advance(now)
        made = sockets.opened(socket, call, now)
        if made is None:
            return NOT_FOUND
        self._sockets[socket] = made
        for name in made.streams:
            self._publisher.listen(socket, made.line, name, made.group, combined=made.combined, now=now)
        return None

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        """Take a frame from a client."""
        self.advance(now)
        one = self._sockets.get(socket)
        if one is None:
            return  # it was closed from here, and does not know yet
        if one.is_flooding(now):
            self._close(one, POLICY, "Too many requests")
            return
        try:
            request = _request.decode(frame)
        except msgspec.MsgspecError as error:
            self._unreadable(one, str(error), now)
            return
        if one.api:
            self._say(one, self._asked(one, request, now), "reply" if request.method.startswith("order") else "control")
        else:
            self._say(one, self._subscribed(one, request, now), "control")
        self._settle(now)

    def closed(self, socket: int, now: int) -> None:
        """A client is gone."""
        self.advance(now)
        one = self._sockets.pop(socket, None)
        if one is not None:
            for name in one.streams:
                self._publisher.leave(socket, one.line, name)

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent."""
        taken = self._out[:]
        self._out.clear()
        return taken

    def next_deadline(self) -> int | None:
        """When the exchange, a stream, a ping or the end of a day is due."""
        times = [self._exchange.next_deadline(), self._publisher.next_deadline()]
        times += [min(one.pinged, one.ends) for one in self._sockets.values()]
        times += [until for _, until in self._front.memory.keys.values()]
        times += [until for _, _, until in self._front.memory.dates.values()]
        return min((at for at in times if at is not None), default=None)

    def advance(self, now: int) -> None:
        """Let the exchange go on, and say what happened."""
        self._exchange.advance(now)
        self._lapse(now)
        self._settle(now)
        self._publisher.on_time(now)
        for one in list(self._sockets.values()):
            if now >= one.ends:
                self._close(one, 1001, "")
            elif now >= one.pinged:
                one.pinged = now + PINGS[one.line]
                self._out.append(Frame(one.number, str(now // 1_000_000).encode(), "control", ping=True))
        for (line, account), (key, until) in list(self._front.memory.keys.items()):
            if now >= until:
                self._expired(line, account, key, now)

    def exhaust(self, now: int, until: int) -> None:
        """Answer as though every limit were used up."""
        self.advance(now)
        self._front.meter.exhausted_until = until

    def expire(self, now: int) -> None:
        """End listen keys and subscriptions."""
        self.advance(now)
        for (line, account), (key, _) in list(self._front.memory.keys.items()):
            self._expired(line, account, key, now)
        for one in self._sockets.values():
            for number in one.subscriptions:
                event = {"e": "eventStreamTerminated", "E": now // 1_000_000}
                self._say(one, {"subscriptionId": number, "event": event}, "account")
            one.subscriptions.clear()

    def _expired(self, line: str, account: str, key: str, now: int) -> None:
        del self._front.memory.keys[line, account]
        event: dict[str, object] = {"e": "listenKeyExpired", "E": str(now // 1_000_000), "listenKey": key}
        for one in self._sockets.values():
            if one.line == line and key in one.streams:
                self._say(one, {"stream": key, "data": event} if one.combined else event, "account")

    def _settle(self, now: int) -> None:
        """Turn what happened into frames."""
        for happening in self._exchange.take_happenings():
            self._publisher.tell(happening)
        events = self._reporter.events(self._exchange.take_updates(), now) + self._front.memory.events
        self._front.memory.events = []
        for account, line, event in events:
            self._announce(line, event, now)
            key, _ = self._front.memory.keys.get((line, account), ("", 0))
            for one in self._sockets.values():
                if line == "spot":
                    for number, owner in one.subscriptions.items():
                        if owner == account:
                            self._say(one, {"subscriptionId": number, "event": event}, "account")
                elif key and one.line == line and one.group in {"", "private"} and key in one.streams:
                    if not one.wants(event["e"]):
                        continue
                    self._say(one, {"stream": key, "data": event} if one.combined else event, "account")

    def _announce(self, line: str, event: dict[str, object], now: int) -> None:
        """Tell everybody of a trade by which the venue closed a position."""
        order = event.get("o")
        if isinstance(order, dict) and order.get("x") == "CALCULATED":
            market = self._exchange.market_of(line, str(order["s"]))
            assert market is not None
            self._publisher.force(market, order, now)

    def _lapse(self, now: int) -> None:
        """Cancel orders whose good-till date has come."""
        memory = self._front.memory
        for number, (account, ref, until) in list(memory.dates.items()):
            if now >= until:
                del memory.dates[number]
                memory.expired[number] = None
                if isinstance(self._exchange.cancel(account, ref, now), Refused):
                    del memory.expired[number]

    def _asked(self, one: Socket, request: Request, now: int) -> dict[str, object]:
        """Answer a request of the WebSocket API."""
        given = request.params if isinstance(request.params, dict) else {}
        named: dict[str, object] = {"id": request.id}
        if one.line == "spot" and request.method.partition(".")[0] in {"session", "userDataStream"}:
            try:
                used = self._front.weigh_session(one.source, now)
                told: dict[str, object] = {"status": 200, "result": self._session(one, request.method, given, now)}
            except Refusal as refusal:
                told, used = answer_of(refusal, now), self._front.meter.used("spot", one.source, now)
            if given.get("returnRateLimits") is not False:
                told["rateLimits"] = self._front.limits("spot", used, [])
            return named | told
        return named | self._front.socket(one.line, one.source, request.method, given, now)

    def _session(self, one: Socket, method: str, given: dict[str, object], now: int) -> object:
        """Answer what concerns a spot connection itself; sessions are for keys of another kind than ours."""
        match method:
            case "session.logon":
                raise Refusal(-4056, "HMAC_SHA256 API key is not supported.")
            case "session.status" | "session.logout":
                return {
                    "apiKey": None,
                    "authorizedSince": None,
                    "connectedSince": one.opened // 1_000_000,
                    "returnRateLimits": True,
                    "serverTime": now // 1_000_000,
                    "userDataStream": bool(one.subscriptions),
                }
            case "session.subscriptions":
                return [{"subscriptionId": number} for number in one.subscriptions]
            case "userDataStream.subscribe":
                raise Refusal(-2015, "Session is not authenticated.", 401)
            case "userDataStream.subscribe.signature":
                account = self._front.signed_by(given, now).account
                self._count += 1
                one.subscriptions[self._count - 1] = account
                return {"subscriptionId": self._count - 1}
            case "userDataStream.unsubscribe":
                ended = from_json(given).maybe("subscriptionId")
                for number in list(one.subscriptions):
                    if ended in {"", str(number)}:
                        del one.subscriptions[number]
                return {}
            case _:
                raise Refusal(-1000, f"Unknown method '{method[:60]}'.")

    def _subscribed(self, one: Socket, request: Request, now: int) -> dict[str, object]:  # noqa: PLR0911 (a case a method)
        """Answer a request on a connection of streams."""
        names = request.params if isinstance(request.params, list) else []
        match request.method:
            case "SUBSCRIBE" if names and all(isinstance(name, str) for name in names):
                if len({**one.streams, **dict.fromkeys(map(str, names))}) > MOST_STREAMS:
                    return _invalid(request, f"too many streams, at most {MOST_STREAMS}")
                for name in map(str, names):
                    one.streams[name] = None
                    self._publisher.listen(one.number, one.line, name, one.group, combined=one.combined, now=now)
                return {"result": None, "id": request.id}
            case "UNSUBSCRIBE" if names and all(isinstance(name, str) for name in names):
                for name in map(str, names):
                    one.streams.pop(name, None)
                    self._publisher.leave(one.number, one.line, name)
                return {"result": None, "id": request.id}
            case "LIST_SUBSCRIPTIONS":
                return {"result": list(one.streams), "id": request.id}
            case "GET_PROPERTY":
                return {"result": one.combined, "id": request.id}
            case "SUBSCRIBE" | "UNSUBSCRIBE":
                return _invalid(request, "request must have a list of stream names")
            case _:
                return _invalid(request, "unknown variant, expected one of SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS")

    def _unreadable(self, one: Socket, why: str, now: int) -> None:
        if one.api:
            self._say(one, {"id": None} | answer_of(Refusal(-1135, "Invalid JSON request"), now), "control")
        else:
            self._say(one, {"code": 3, "msg": f"Invalid JSON: {why}"}, "control")

    def _say(self, one: Socket, body: dict[str, object], topic: str) -> None:
        self._out.append(Frame(one.number, msgspec.json.encode(body), topic))

    def _close(self, one: Socket, code: int, why: str) -> None:
        self._out.append(Close(one.number, code, why))
        del self._sockets[one.number]
        for name in one.streams:
            self._publisher.leave(one.number, one.line, name)


def _invalid(request: Request, why: str) -> dict[str, object]:
    return {"code": 2, "msg": f"Invalid request: {why}", "id": request.id}
