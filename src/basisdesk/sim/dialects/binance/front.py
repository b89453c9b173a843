"""Requests over HTTP and over the WebSocket API, from arrival to answer.

Both walk the same way: route, key, weight, parameters, signature and time, rights, order count, and then the endpoint.
Source: "General API Information", "WebSocket API General Information".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from basisdesk.sim.contract import Exchange, HttpAnswer
from basisdesk.sim.dialects.binance import gate, params, units
from basisdesk.sim.dialects.binance.listing import order_counts, rate_limits
from basisdesk.sim.dialects.binance.meter import Meter
from basisdesk.sim.dialects.binance.refuse import Refusal
from basisdesk.sim.dialects.binance.routes import KEY, METHODS, NONE, ROUTES, SIGNED, Route
from basisdesk.sim.dialects.binance.visit import Memory, Visit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.sim.contract import HttpCall, Login

NOT_FOUND = HttpAnswer(404, b"<html><body><h2>404 Not found</h2></body></html>", (("Content-Type", "text/html"),))
OK = 200
SESSION_WEIGHT = 2
Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Front:
    """The venue's desk."""

    exchange: Exchange
    memory: Memory = field(default_factory=Memory)
    meter: Meter = field(default_factory=Meter)

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer an HTTP request; what belongs to no line is not found."""
        line = call.host
        route = ROUTES[line].get((call.method, call.path.rstrip("/")))
        if route is None:
            return NOT_FOUND
        headers: Headers = []
        try:
            answer = units.scaled(call, self._answer(route, call, line, now, headers))
        except Refusal as refusal:
            if refusal.wait:
                if not headers:
                    headers.append(("X-MBX-USED-WEIGHT-1M", str(self.meter.used(line, call.source, now))))
                headers.append(("Retry-After", str(refusal.wait)))
            return HttpAnswer(refusal.status, msgspec.json.encode(refusal.body()), tuple(headers))
        return HttpAnswer(OK, msgspec.json.encode(answer), tuple(headers))

    def _answer(self, route: Route, call: HttpCall, line: str, now: int, headers: Headers) -> object:
        given = params.from_form(call.query, call.body)
        wallet = call.path.startswith("/sapi")
        used = self.meter.weigh(line, call.source, 0 if wallet else route.cost(given), now)
        if not wallet:
            headers.append(("X-MBX-USED-WEIGHT-1M", str(used)))
        login = None
        if route.security != NONE:
            login = gate.owner(self.exchange, call.headers.get("x-mbx-apikey", ""))
        if route.security == SIGNED and login is not None:
            gate.check_form(call, given, login, now)
        if (line == "spot" and not wallet) or route.trades:
            given.check(
                route.known
            )  # the wallet, and futures where they are only read, pass over what they do not know
        counted = self._permitted(route, login, line, now)
        headers += [(f"X-MBX-ORDER-COUNT-{name}", str(count)) for name, count, _ in counted]
        return route.answer(Visit(self.exchange, self.memory, line, given, now, login, counted))

    def _permitted(self, route: Route, login: Login | None, line: str, now: int) -> list[tuple[str, int, int]]:
        """Check rights, and count orders."""
        if login is None:
            return []
        gate.check_right(login, trade=route.trades, transfer=route.transfers)
        if route.orders is None:
            return []
        return self.meter.count_orders(line, login.account, route.orders, now)

    def socket(self, line: str, source: str, method: str, given: Mapping[str, object], now: int) -> dict[str, object]:
        """Answer a request of the WebSocket API, but for its id."""
        counted: list[tuple[str, int, int]] = []
        used = 0
        try:
            route = _route_of(line, method)
            read = params.from_json(given)
            used = self.meter.weigh(line, source, route.cost(read), now)
            login = None if route.security == NONE else self._socket_owner(given, read, route, now)
            counted = self._permitted(route, login, line, now)
            result = route.answer(Visit(self.exchange, self.memory, line, read, now, login, counted))
        except Refusal as refusal:
            told = answer_of(refusal, now)
        else:
            told = {"status": OK, "result": result}
        if given.get("returnRateLimits") is not False:
            told["rateLimits"] = self.limits(line, used, counted)
        return told

    def _socket_owner(self, given: Mapping[str, object], read: params.Params, route: Route, now: int) -> Login:
        login = gate.owner(self.exchange, read.maybe("apiKey"))
        if route.security != KEY:
            gate.check_json(given, read, login, now)
        return login

    def weigh_session(self, source: str, now: int) -> int:
        """Count a request about a connection itself; return what is used up, or refuse."""
        return self.meter.weigh("spot", source, SESSION_WEIGHT, now)

    def signed_by(self, given: Mapping[str, object], now: int) -> Login:
        """Return whose signed WebSocket request this is, or refuse."""
        read = params.from_json(given)
        login = gate.owner(self.exchange, read.maybe("apiKey"))
        gate.check_json(given, read, login, now)
        return login

    def limits(self, line: str, used: int, counted: list[tuple[str, int, int]]) -> list[dict[str, object]]:
        """Write how much of each limit is used up; order counts only where orders were counted."""
        weight = rate_limits(line)[0] | {"count": used}
        return [*order_counts(counted), weight]


def answer_of(refusal: Refusal, now: int) -> dict[str, object]:
    """Write a refusal as the WebSocket API does."""
    error = refusal.body()
    if refusal.wait:
        at = now // 1_000_000
        error["data"] = {"serverTime": at, "retryAfter": at + refusal.wait * 1000}
    return {"status": refusal.status, "error": error}


def _route_of(line: str, method: str) -> Route:
    place = METHODS[line].get(method)
    if place is None:
        raise Refusal(-1000, f"Unknown method '{method[:60]}'.")
    return ROUTES[line][place]
