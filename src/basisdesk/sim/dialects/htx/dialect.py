"""HTX's wire in front of an exchange: REST and sockets on two addresses, spot and contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.account import Fill, Forced, OrderUpdate
from basisdesk.sim.contract import BookChanged, Carried, Close, HttpAnswer, Printed, Relisted
from basisdesk.sim.dialects.htx.channels import INDEX
from basisdesk.sim.dialects.htx.contract_socket import ContractSocket
from basisdesk.sim.dialects.htx.first_socket import FirstSocket
from basisdesk.sim.dialects.htx.gate import HOSTS, admit
from basisdesk.sim.dialects.htx.ladder import Ladder
from basisdesk.sim.dialects.htx.market_socket import MarketSocket
from basisdesk.sim.dialects.htx.meter import Meter
from basisdesk.sim.dialects.htx.params import params_of
from basisdesk.sim.dialects.htx.refuse import DeniedError, answer, refusal, too_many, unsigned
from basisdesk.sim.dialects.htx.routes import CONTRACT, SPOT, Route, lookup, routes
from basisdesk.sim.dialects.htx.spot_socket import SpotSocket
from basisdesk.sim.dialects.htx.text import body
from basisdesk.sim.dialects.htx.visit import Visit
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.sim.contract import Exchange, Frame, Happening, HttpCall
    from basisdesk.sim.dialects.htx.channels import Channel
    from basisdesk.sim.dialects.htx.ladder import Change

Socket = MarketSocket | SpotSocket | ContractSocket

MARKET_SOCKETS = {
    (SPOT, "/ws"): symbols.SPOT,
    (SPOT, "/feed"): symbols.SPOT,
    (CONTRACT, "/linear-swap-ws"): symbols.LINEAR,
    (CONTRACT, "/swap-ws"): symbols.COIN_SWAP,
    (CONTRACT, "/ws"): symbols.COIN_FUTURES,
    (CONTRACT, "/ws_index"): INDEX,
}
NOTICE_SOCKETS = {
    "/ws/v5/notification": (symbols.LINEAR, True),
    "/linear-swap-notification": (symbols.LINEAR, False),
    "/swap-notification": (symbols.COIN_SWAP, False),
    "/notification": (symbols.COIN_FUTURES, False),
}


class HtxDialect:
    """One venue's wire (`basisdesk.sim.contract.Dialect`)."""

    def __init__(self, exchange: Exchange, now: int) -> None:
        self._exchange = exchange
        self._now = now
        self._routes = routes()
        self._meter = Meter()
        self._sockets: dict[int, Socket] = {}
        self._ladders: dict[tuple[str, int], Ladder] = {}
        self._fills: dict[tuple[str, str], list[Fill]] = {}
        self._out: list[Frame | Close] = []

    @property
    def origins(self) -> Mapping[str, Sequence[str]]:
        """Two addresses, because `/ws` and `/market` are on both hosts."""
        return {
            name: [f"{scheme}://{host}" for host in hosts for scheme in ("https", "wss")]
            for name, hosts in HOSTS.items()
        }

    # ------------------------------------------------------------- REST

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer a request."""
        self._settle(now)
        route, template, parts = lookup(self._routes, call.host, call.method, call.path)
        if route is None:
            return HttpAnswer(404, body({"status": "error", "err-code": "not-found", "err-msg": "no such endpoint"}))
        try:
            told, headers = self._perform(route, template, call, parts, now)
        except DeniedError as error:
            told, headers = refusal(route.style, error, now), self._headers(route, template, call, now)
        self._settle(now)
        return HttpAnswer(told.status, told.body, headers)

    def _perform(
        self, route: Route, template: str, call: HttpCall, parts: tuple[str, ...], now: int
    ) -> tuple[HttpAnswer, tuple[tuple[str, str], ...]]:
        login = admit(call, self._exchange, route.style, now) if route.private else None
        whose = call.source if login is None else login.account
        if not self._meter.take(route.limit, whose, template, now):
            raise too_many(route.style)
        if login is not None and route.trades and not login.permissions.trade:
            raise unsigned(route.style, "API key has no permission")
        visit = Visit(self._exchange, now, params_of(call, route.style, strict=route.trades), login, parts)
        data = route.answer(visit)
        wrapped = HttpAnswer(200, body(data)) if route.whole else answer(route.style, data, now)
        return wrapped, self._meter.headers(route.limit, whose, template, now)

    def _headers(self, route: Route, template: str, call: HttpCall, now: int) -> tuple[tuple[str, str], ...]:
        """Return what a refusal tells of limits: those of the key's account where there is one."""
        whose = call.source
        if route.private:
            try:
                whose = admit(call, self._exchange, route.style, now).account
            except DeniedError:
                return ()
        return self._meter.headers(route.limit, whose, template, now)

    # ------------------------------------------------------------- sockets

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        """A WebSocket handshake came; an unknown path is refused."""
        line = MARKET_SOCKETS.get((call.host, call.path))
        if line is not None:
            self._sockets[socket] = MarketSocket(line, self._exchange, call, (socket, now), self._ladder)
        elif call.host == SPOT and call.path == "/ws/v2":
            self._sockets[socket] = SpotSocket(self._exchange, call, (socket, now), self._standing)
        elif call.host == CONTRACT and call.path in NOTICE_SOCKETS:
            line, newer = NOTICE_SOCKETS[call.path]
            kind = FirstSocket if line == symbols.LINEAR and not newer else ContractSocket
            self._sockets[socket] = kind(line, self._exchange, call, (socket, now), newer=newer)
        else:
            return HttpAnswer(404, b"")
        return None

    def _standing(self, key: str) -> int:
        return sum(isinstance(each, SpotSocket) and each.key == key for each in self._sockets.values())

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        """Take a frame from a client."""
        self._settle(now)
        found = self._sockets.get(socket)
        if found is not None:
            found.receive(frame, now)
            self._collect(found)

    def closed(self, socket: int, now: int) -> None:
        """A client is gone."""
        del now
        self._sockets.pop(socket, None)

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent, in order."""
        taken, self._out = self._out, []
        return taken

    def next_deadline(self) -> int | None:
        """When `advance` has something to do."""
        times = [found.out.due for found in self._sockets.values()]
        soon = self._exchange.next_deadline()
        return min([*times, *([] if soon is None else [soon])], default=None)

    def advance(self, now: int) -> None:
        """Let the exchange go on to `now`, and turn what happened into frames."""
        self._settle(now)
        for found in self._sockets.values():
            found.on_time(now)
            self._collect(found)

    def exhaust(self, now: int, until: int) -> None:
        """Behave until then as though every rate limit were used up."""
        del now
        self._meter.exhaust(until)

    def expire(self, now: int) -> None:
        """End every login now."""
        for found in self._sockets.values():
            match found:
                case SpotSocket():
                    found.expire()
                case ContractSocket():
                    found.expire(now)
                case _:
                    continue
            self._collect(found)

    # ------------------------------------------------------------- what happens

    def _ladder(self, channel: Channel) -> Ladder:
        key = (channel.market.instrument.symbol, channel.levels)
        if key not in self._ladders:
            spot = channel.market.instrument.market == symbols.SPOT
            self._ladders[key] = Ladder(channel.market, channel.levels, by_one=not spot)
        return self._ladders[key]

    def _collect(self, socket: Socket) -> None:
        if not socket.out.frames:
            return
        self._out += socket.out.frames
        if any(isinstance(item, Close) for item in socket.out.frames):
            self._sockets = {number: each for number, each in self._sockets.items() if each is not socket}
        socket.out.frames.clear()

    def _settle(self, now: int) -> None:
        """Let the exchange go on, and tell every socket what happened."""
        self._now = max(self._now, now)
        self._exchange.advance(self._now)
        happenings = self._exchange.take_happenings()
        if happenings:
            self._tell_markets(happenings, now)
        self._tell_accounts(now)
        for found in list(self._sockets.values()):
            self._collect(found)

    def _tell_markets(self, happenings: list[Happening], now: int) -> None:
        changed = dict.fromkeys(each.symbol for each in happenings if isinstance(each, BookChanged))
        for happening in happenings:
            if not isinstance(happening, BookChanged):
                for found in self._sockets.values():
                    _tell(found, happening, now)
        for symbol in changed:
            changes: dict[int, Change | None] = {
                count: ladder.follow() for (of, count), ladder in self._ladders.items() if of == symbol
            }
            for found in self._sockets.values():
                if isinstance(found, MarketSocket):
                    found.book_changed(symbol, changes, now)

    def _tell_accounts(self, now: int) -> None:
        for account, update in self._exchange.take_updates():
            fills: list[Fill] = []
            if isinstance(update, Fill):
                self._fills.setdefault((account, update.venue_id), []).append(update)
                if update.forced is Forced.LIQUIDATION:
                    self._tell_liquidation(update, now)
            elif isinstance(update, OrderUpdate):
                fills = self._fills.pop((account, update.venue_id), [])
            for found in self._sockets.values():
                match found:
                    case SpotSocket():
                        found.told(account, update, fills)
                    case ContractSocket():
                        found.told(account, update, fills, now)
                    case _:
                        continue

    def _tell_liquidation(self, fill: Fill, now: int) -> None:
        for found in self._sockets.values():
            if isinstance(found, ContractSocket):
                found.liquidated(fill, now)


def _tell(socket: Socket, happening: Happening, now: int) -> None:
    """Tell a socket what happened to a market."""
    match socket, happening:
        case MarketSocket(), Printed():
            socket.printed(happening, now)
        case MarketSocket(), Carried():
            socket.carried(happening, now)
        case ContractSocket(), Carried():
            socket.carried(happening, now)
        case ContractSocket(), Relisted():
            socket.relisted(happening, now)
        case _:
            return
