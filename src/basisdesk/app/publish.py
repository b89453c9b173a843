"""What the desk tells the terminal, topic by topic, at most ten times a second and only what changed.

Rows of markets and spreads are made anew from the books each time; rows of orders only when the engine moved.
A topic is compared by its rows, not by its time stamp, so a market that stands still is silent.
Watched topics (ladder, details, candles) are made while somebody watches them; candles go out whole once and then as
their newest bars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from basisdesk import __version__
from basisdesk.app.happenings import Happenings
from basisdesk.app.market_rows import Leg, Pair, decimals_of, details, ladder, market_row, spread_row
from basisdesk.app.order_rows import Orders, fill_rows, position_rows
from basisdesk.app.quotes import decimal_of
from basisdesk.domain.errors import UsageError
from basisdesk.domain.order import SpreadState
from basisdesk.domain.stream import Cancel, DeskRow, Order, Reply, Thaw
from basisdesk.engine.view import spread_state

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from basisdesk.app.charts import Charts
    from basisdesk.app.desk import Desk
    from basisdesk.app.universe import Spread
    from basisdesk.domain.effect import Effect
    from basisdesk.domain.event import Event
    from basisdesk.domain.stream import MarketRow, SpreadRow

EVERY = 0.1
"""Seconds between two rounds."""
_PAGES, _SLOW, _SECOND = 2, 5, 10
"""Rounds between two makings of the market pages, of positions and terms, and of the desk's own row."""
_encode = msgspec.json.Encoder().encode


class Outlet(Protocol):
    """Where topics go; `shell.bus.Bus` is one."""

    def publish(self, topic: str, body: bytes) -> None:
        """Tell the whole of a topic."""

    def publish_more(self, topic: str, body: bytes) -> None:
        """Tell how a topic goes on."""

    def watched(self) -> list[str]:
        """Topics that somebody watches."""


class Status(msgspec.Struct):
    """What the runner knows of the run: `mode`, `source` and `speed` as in `DeskRow`, how far it is, and its end."""

    mode: str
    source: str
    speed: float | None = None
    progress: float | None = None
    running: bool = False
    over: str = ""


class Publisher:
    """Makes topics out of a desk; answers the bus (`shell.bus.Answers`)."""

    def __init__(self, desk: Desk, charts: Charts, status: Status) -> None:
        self.status = status
        self.happenings = Happenings(self._is_exposed)
        self._desk = desk
        self._charts = charts
        self._orders = Orders(desk.state)
        self._pairs: dict[str, Pair] = {}
        self._said: dict[str, bytes] = {}
        self._round = 0
        self._moved = True
        desk.room.told.append(self._heard)
        desk.reports.append(self.happenings.report)
        desk.news.append(self.happenings.say)

    def command(self, command: Order) -> Reply:
        """Give what the operator wants to the desk."""
        if isinstance(command, Cancel):
            return self._desk.cancel(command.key, command.order_id)
        if isinstance(command, Thaw):
            return self._desk.thaw(command.key, command.symbol)
        if self.status.over:
            return Reply(command.key, ok=False, code="over", message=self.status.over)
        return self._desk.place(command.key, command.request)

    def whole(self, topic: str) -> bytes | None:
        """Return the whole of a watched topic, None where there is no such topic."""
        kind, _, name = topic.partition(":")
        source, period = "", ""
        if kind == "candles":
            name, source, period = ["", "", *name.rsplit(":", 2)][-3:]
        try:
            spread = self._desk.universe.spread(name)
        except UsageError:
            return None
        now = self._desk.now
        match kind:
            case "ladder":
                return _encode(ladder(self._pair(spread), spread.live(now), now))
            case "details":
                return _encode(details(self._pair(spread), now))
            case "candles":
                candles = self._charts.whole(spread, topic, source, period, now, self._pair(spread).decimals)
                return None if candles is None else _encode(candles)
            case _:
                return None

    def publish(self, outlet: Outlet) -> None:
        """One round: tell what changed."""
        self._round += 1
        due = self._due
        if due(_PAGES):
            self._rows(outlet, "markets", self._market_rows())
            self._rows(outlet, "matrix", self._spread_rows())
        if self._moved or due(_SLOW):
            self._rows(outlet, "positions", position_rows(self._desk.state, self._marks()))
        if self._moved:
            self._moved = False
            self._rows(outlet, "orders", self._orders.rows())
            self._rows(outlet, "fills", fill_rows(self._desk.state))
        self._rows(outlet, "log", self.happenings.rows())
        self._desk_row(outlet, always=due(_SECOND))
        self._watched(outlet, terms=due(_SLOW))

    def _due(self, rounds: int) -> bool:
        return self._round % rounds == 1

    def _heard(self, event: Event, decided: list[Effect]) -> None:
        self._moved = True
        self.happenings.heard(event, decided)

    def _is_exposed(self, order_id: str) -> bool:
        return spread_state(self._desk.state, order_id) is SpreadState.INCOMPLETE

    def _rows(self, outlet: Outlet, topic: str, rows: Sequence[msgspec.Struct]) -> None:
        body = _encode(rows)
        if self._said.get(topic) != body:
            self._said[topic] = body
            outlet.publish(topic, b'{"at":%d,"rows":%b}' % (self._desk.now, body))

    def _desk_row(self, outlet: Outlet, *, always: bool) -> None:
        desk, status = self._desk, self.status
        row = DeskRow(
            at=0,
            mode=status.mode,
            build=__version__,
            source=status.source,
            speed=status.speed,
            progress=None,
            running=status.running,
            underlyings=list(desk.universe.boards),
            periods=list(self._charts.periods),
        )
        body = _encode(row)
        if always or self._said.get("desk") != body:
            self._said["desk"] = body
            outlet.publish("desk", _encode(msgspec.structs.replace(row, at=desk.now, progress=status.progress)))

    def _market_rows(self) -> list[MarketRow]:
        desk = self._desk
        return [market_row(self._leg(symbol), desk.now, desk.refusal_of(symbol)) for symbol in desk.markets]

    def _spread_rows(self) -> list[SpreadRow]:
        now = self._desk.now
        return [spread_row(self._pair(spread), spread.live(now), now) for spread in self._desk.spreads.values()]

    def _watched(self, outlet: Outlet, *, terms: bool) -> None:
        now = self._desk.now
        charted: dict[str, str] = {}
        for topic in outlet.watched():
            kind, _, name = topic.partition(":")
            if kind == "candles":
                name, source, period = name.rsplit(":", 2)
                charted[topic] = name
                spread = self._desk.universe.spread(name)
                candles = self._charts.more(spread, topic, source, period, now, self._pair(spread).decimals)
                if candles is not None:
                    outlet.publish_more(topic, _encode(candles))
            elif kind == "ladder" or terms:
                self._changed(outlet, topic, self.whole(topic))
        self._charts.keep(charted)

    def _changed(self, outlet: Outlet, topic: str, body: bytes | None) -> None:
        """Publish unless only the time stamp, which comes first, is new."""
        if body is not None and self._said.get(topic) != (rest := body.partition(b",")[2]):
            self._said[topic] = rest
            outlet.publish(topic, body)

    def _marks(self) -> dict[str, Decimal]:
        """Middle of the touch of every market that was traded, as far as it has one."""
        markets = self._desk.markets
        held = [symbol for symbol in self._desk.state.holdings if symbol in markets]
        marks = {symbol: decimal_of(markets[symbol].book.mid()) for symbol in held}
        return {symbol: mark for symbol, mark in marks.items() if mark.is_finite()}

    def _leg(self, symbol: str) -> Leg:
        desk = self._desk
        return Leg(desk.markets[symbol], desk.instruments.get(symbol), desk.universe.shapes.get(symbol))

    def _pair(self, spread: Spread) -> Pair:
        one, two = self._leg(spread.leg1.symbol), self._leg(spread.leg2.symbol)
        known = self._pairs.get(spread.name)
        if known is not None and known.decimals and _same(known.leg1, one) and _same(known.leg2, two):
            return known
        made = Pair(spread.name, spread.underlying, one, two, decimals_of(one, two))
        self._pairs[spread.name] = made
        return made


def _same(one: Leg, other: Leg) -> bool:
    return one.terms is other.terms and one.outline is other.outline
