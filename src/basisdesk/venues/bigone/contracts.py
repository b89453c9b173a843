"""One contract connection, whose address is its subscription.

Nothing is ever sent, so the feed has to be made for what the address says: one code for a stream of one market.
Arrays name their markets in each row and are told apart by their fields; depth names no market, so it is that of the
only code the feed was made for, and unreadable without one.
The private stream's messages are passed over.
A dead connection shows in silence where the stream is never silent for long (depth, instruments); pings are the
transport's, because the venue knows none of its own.
Followed: https://open.bigone.com/docs/contract (WebSocket).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from basisdesk.kernel.book import CLOSED, WAITING
from basisdesk.venues.bigone.depth import DepthRoute, read_depth, sides_of
from basisdesk.venues.bigone.hosts import snapshot_request
from basisdesk.venues.bigone.rows import (
    InstrumentRow,
    candle_of,
    carry_of,
    daily_of,
    keep_candle,
    print_of,
    read_candles,
    read_instruments,
    read_trades,
)
from basisdesk.venues.bigone.symbols import CONTRACT
from basisdesk.venues.bigone.watch import Markets, Watch
from basisdesk.venues.bigone.wire import price_or_nan, reader
from basisdesk.venues.contract import Channel, Report, Trouble
from basisdesk.venues.strays import Strays
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from basisdesk.venues.bigone.tape import Print
    from basisdesk.venues.contract import Sink, SnapshotRequest

    Reader = Callable[[bytes, int], None]

QUIET_NS = 60_000_000_000


class Other(Struct, frozen=True):
    """An object that is no depth, as far as to tell what it is."""

    begin: Raw | UnsetType = msgspec.field(name="from", default=UNSET)
    bids: Raw | UnsetType = UNSET
    asks: Raw | UnsetType = UNSET
    cash: Raw | UnsetType = UNSET
    positions: Raw | UnsetType = UNSET
    orders: Raw | UnsetType = UNSET
    trades: Raw | UnsetType = UNSET
    anomaly: str = ""
    message: str = ""

    @property
    def is_private(self) -> bool:
        """Whether it is a message of the private stream."""
        return any(part is not UNSET for part in (self.cash, self.positions, self.orders, self.trades))

    @property
    def refusal(self) -> str:
        """Why the venue refuses, empty when it does not."""
        return self.anomaly or self.message


_read_other = reader(Other)


class ContractFeed:
    """The conversation of one contract connection."""

    def __init__(self, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> None:
        self._codes = dict.fromkeys(codes)
        self._channels = frozenset(channels)
        self._sink = sink
        self._markets = Markets(CONTRACT, self._codes, sink)
        self._strays = Strays(sink)
        self._depth: DepthRoute | None = None
        self._heard = 0
        self._quiet_at: int | None = None
        self._now = 0

    @property
    def undecoded(self) -> int:
        """Frames that could not be read and of which no market can be told."""
        return self._strays.undecoded

    def to_send(self) -> list[bytes]:
        """Return nothing: the address is the subscription."""
        return []

    def to_request(self) -> list[SnapshotRequest]:
        """Take the request for a new book, if one is wanted."""
        depth = self._depth
        return [snapshot_request(depth.watch.market.code)] if depth and depth.asking.take(self._now) else []

    def connected(self, now: int) -> None:
        """Begin anew: the book waits for its snapshot."""
        self._now = self._heard = now
        self._markets.restart(WAITING, now)
        if self._depth is not None:
            self._depth.restart()
        if Channel.BOOK in self._channels and self._only() is not None:
            depth = self._route(now)
            if depth is not None:
                depth.watch.promised = True
                depth.expect(now)
        lively = self._channels & {Channel.BOOK, Channel.CARRY}
        self._quiet_at = now + QUIET_NS if lively else None

    def disconnected(self, now: int) -> None:
        """End: every book is closed."""
        self._now = now
        self._markets.restart(CLOSED, now)
        if self._depth is not None:
            self._depth.restart()
        self._quiet_at = None

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame; what cannot be read is counted, reported once a kind, and never raised."""
        self._now = self._heard = now
        kind, read = self._reading(frame)
        try:
            read(frame, now)
        except UNREADABLE as error:
            only = self._only()
            watch = self._markets.watches.get(only) if only is not None else None
            self._strays.count(watch.market if watch else None, kind, frame, error, now)

    def receive_reply(self, request: SnapshotRequest, body: bytes, now: int) -> None:
        """Take the body of a REST answer: a whole book, or the list of instruments."""
        self._now = now
        route = self._depth if self._depth is not None and self._depth.watch.market.code == request.code else None
        try:
            if not request.code:
                self._instruments(body, now)
            elif route is not None:
                route.answer(read_depth(body), now)
            else:
                self._fill(request.code, body, now)
        except UNREADABLE as error:
            if route is not None:
                route.failed(now)
            self._refused(route.watch if route else None, body, error, now)

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        asked = None if self._depth is None else self._depth.asking.next_deadline(self._now)
        quiet = None if self._quiet_at is None else max(self._quiet_at, self._heard + QUIET_NS)
        deadlines = (asked, quiet, self._markets.next_deadline())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> None:
        """Ask again for a book that did not come, say that the stream is silent, give up crossed books."""
        self._now = now
        if self._depth is not None:
            self._depth.on_time(now)
        if self._quiet_at is not None and now >= max(self._quiet_at, self._heard + QUIET_NS):
            self._quiet_at = now + QUIET_NS
            detail = f"nothing was heard for {(now - self._heard) // 1_000_000_000} s"
            self._sink.report(Report(now, Trouble.SILENT, "", detail))
        self._markets.on_time(now)

    def _only(self) -> str | None:
        return next(iter(self._codes)) if len(self._codes) == 1 else None

    def _route(self, now: int) -> DepthRoute | None:
        """Return the route of the depth, None when nobody wants it; raises ValueError when no market can be told."""
        if self._depth is None:
            only = self._only()
            if only is None:
                raise ValueError("depth names no market, and the address of this connection is not known to name one")
            watch = self._markets.watch(only, now)
            self._depth = None if watch is None else DepthRoute(watch)
        return self._depth

    def _reading(self, frame: bytes) -> tuple[str, Reader]:
        if frame[:1] != b"[":
            return "object", self._object
        if b'"matchedAt"' in frame:
            return "trades", self._trades
        if b'"nextTs"' in frame or b'"nTrades"' in frame:
            return "candles", self._candles
        return "instruments", self._instruments

    def _object(self, frame: bytes, now: int) -> None:
        try:
            message = read_depth(frame)
        except msgspec.ValidationError:
            other = _read_other(frame)
            if other.is_private:
                return
            if not other.refusal or other.begin is not UNSET:
                raise
            self._sink.report(Report(now, Trouble.REFUSED, "", other.refusal[:200]))
            return
        route = self._route(now)
        if route is not None:
            route.watch.market.tally.frames += 1
            route.receive(message, now)

    def _trades(self, frame: bytes, now: int) -> None:
        told: dict[str, list[Print]] = {}
        for row in read_trades(frame):
            trade = print_of(row)
            rows = told.setdefault(row.code, [])
            if trade is not None:
                rows.append(trade)
        for watch in self._counted(told, now):
            prints, first = told[watch.market.code], not watch.tape.heard
            watch.tape.take(prints, watch.market, self._sink, now, history=first)

    def _candles(self, frame: bytes, now: int) -> None:
        candles = [(row.code, *candle_of(row)) for row in read_candles(frame)]
        watches = {watch.market.code: watch for watch in self._counted({code: None for code, _, _ in candles}, now)}
        for code, period, candle in candles:
            if code in watches:
                keep_candle(watches[code].market, period, candle)

    def _instruments(self, frame: bytes, now: int) -> None:
        rows = read_instruments(frame)
        watches = {watch.market.code: watch for watch in self._counted({row.code: None for row in rows}, now)}
        for row in rows:
            if row.code in watches:
                try:
                    self._instrument(watches[row.code], row, now)
                except ValueError as error:  # the other rows are of other markets
                    self._strays.count(watches[row.code].market, "instrument", frame, error, now)

    def _instrument(self, watch: Watch, row: InstrumentRow, now: int) -> None:
        market = watch.market
        carry, daily = carry_of(market.carry, row, now), daily_of(market.daily, row, now)
        last = price_or_nan(row.latest_price)
        market.carry, market.daily = carry, daily
        if watch.note_last(last, now):
            self._sink.touched(market, now)
        self._sink.carried(market, now)

    def _counted(self, codes: Iterable[str], now: int) -> list[Watch]:
        """Return the watches of these codes that somebody wants, with the frame counted."""
        watches = [watch for code in codes if (watch := self._markets.watch(code, now)) is not None]
        for watch in watches:
            watch.market.tally.frames += 1
        return watches

    def _fill(self, code: str, body: bytes, now: int) -> None:
        """Let a REST book stand in for a stream that this connection is not."""
        bids, asks = sides_of(read_depth(body))
        watch = self._markets.watch(code, now)
        if watch is not None and watch.fill(bids, asks, now):
            self._sink.touched(watch.market, now)

    def _refused(self, watch: Watch | None, body: bytes, error: Exception, now: int) -> None:
        try:
            refusal = _read_other(body).refusal
        except UNREADABLE:
            refusal = ""
        if refusal:
            symbol = watch.market.symbol if watch else ""
            self._sink.report(Report(now, Trouble.REFUSED, symbol, refusal[:200]))
        else:
            self._strays.count(watch.market if watch else None, "reply", body, error, now)
