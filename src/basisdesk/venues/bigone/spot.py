"""The spot socket: one connection on which markets are asked for in frames.

Every message is an object that says in one field what it is and names its market inside; a market's frames are told
apart by decoding them, because the numbers of requests are the client's own.
A message that cannot be read is counted with the market that its text still names.
REST bodies of the same markets are read where somebody brings them; they have no number that a stream's book could be
joined to, so they only stand in where no stream of the book is heard.
Followed: https://open.bigone.com/docs/spot/pusher.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from basisdesk.kernel.book import CLOSED, WAITING
from basisdesk.venues.bigone import messages
from basisdesk.venues.bigone.books import BookRoute
from basisdesk.venues.bigone.hosts import SPOT_REST
from basisdesk.venues.bigone.messages import Message, read_message
from basisdesk.venues.bigone.replies import Refusal, read_reply
from basisdesk.venues.bigone.rows import keep_candle
from basisdesk.venues.bigone.symbols import SPOT
from basisdesk.venues.bigone.topics import DEPTH, TICKER, Topics, topics_of
from basisdesk.venues.bigone.watch import Markets, Watch
from basisdesk.venues.bigone.wire import level, price_or_nan, told
from basisdesk.venues.contract import Channel, Daily, Report, Trouble
from basisdesk.venues.pulse import SteadyPulse
from basisdesk.venues.strays import Strays
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.venues.contract import Sink, SnapshotRequest

# No idle limit is documented, nor the shape of a ping: a venue that refuses it is not asked again on this connection.
PING_NAME = "ping"
PING = b'{"requestId":"ping","ping":{}}'
PING_EVERY_NS = 20_000_000_000
PONG_NS = 10_000_000_000

_MARKET = re.compile(rb'"market"\s*:\s*"([^"\\]{1,60})"')


class SpotFeed:
    """The conversation of one spot connection."""

    def __init__(self, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> None:
        self._codes = dict.fromkeys(codes)
        self._channels = frozenset(channels)
        self._sink = sink
        self._markets = Markets(SPOT, self._codes, sink)
        self._topics = Topics(list(self._codes))
        self._pulse = SteadyPulse(PING, PING_EVERY_NS, PONG_NS)
        self._strays = Strays(sink)
        self._books: dict[str, BookRoute] = {}
        self._now = 0

    @property
    def undecoded(self) -> int:
        """Frames that could not be read and of which no market can be told."""
        return self._strays.undecoded

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self._topics.take(self._now) + self._pulse.take(self._now)

    def to_request(self) -> list[SnapshotRequest]:
        """Return nothing: a snapshot comes with each subscription."""
        return []

    def connected(self, now: int) -> None:
        """Begin anew: books wait for their snapshots, subscriptions are queued."""
        self._begin(WAITING, now)
        self._pulse.start(now)
        for topic in topics_of(list(self._codes), self._channels):
            self._topics.want(topic, now)
        if Channel.BOOK in self._channels:
            for code in self._codes:
                self._promise(code, now, kept=True)

    def disconnected(self, now: int) -> None:
        """End: every book is closed."""
        self._begin(CLOSED, now)
        self._pulse.stop()

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame; what cannot be read is counted, reported once a kind, and never raised."""
        self._now = self._pulse.heard = now
        try:
            message = read_message(frame)
            self._hear(message, now)
        except UNREADABLE as error:
            watch = self._named(frame, now)
            self._strays.count(watch.market if watch else None, "message", frame, error, now)

    def receive_reply(self, request: SnapshotRequest, body: bytes, now: int) -> None:
        """Take the body of a REST answer: a ticker or several, a book, trades or candles."""
        self._now = now
        try:
            reply = read_reply(request.path.removeprefix(SPOT_REST), request.code, body)
        except Refusal as refusal:
            self._sink.report(Report(now, Trouble.REFUSED, self._markets.symbol(request.code), str(refusal)))
            return
        except UNREADABLE as error:
            self._strays.count(None, "reply", body, error, now)
            return
        try:
            if reply.depth is not None:
                self._fill(reply.depth, now)
            self._hear(reply.message, now)
        except UNREADABLE as error:
            self._strays.count(None, "reply", body, error, now)

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        deadlines = (self._pulse.next_deadline(), self._topics.next_deadline(self._now), self._markets.next_deadline())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> None:
        """Ping, ask again for what was not granted, give up books that have stayed crossed."""
        self._now = now
        if self._pulse.overdue(now):
            self._tell(Trouble.SILENT, "", "nothing was received since a ping 10 s ago")
        for kind, code in self._topics.overdue(now):
            detail = f"{kind.lower()} {code or 'of all markets'} was not granted in time: asking again"
            self._tell(Trouble.SILENT, self._markets.symbol(code), detail)
        self._markets.on_time(now)

    def _begin(self, state: int, now: int) -> None:
        self._now = now
        self._topics.clear()
        self._markets.restart(state, now)
        for book in self._books.values():
            book.restart()

    def _hear(self, message: Message, now: int) -> None:
        """Take a message.

        Raises:
            ValueError: it says something impossible.
        """
        topic = self._topics.named(str(message.request_id))
        if message.error is not None:
            self._refused(message, message.error, now)
        elif topic is not None and topic[0] != DEPTH:
            self._topics.granted(topic)
        heard = self._hear_update(message, now) or self._hear_snapshot(message, now)
        if not heard and message.error is None and not message.is_quiet:
            raise ValueError("the message says nothing that is known")

    def _hear_update(self, message: Message, now: int) -> bool:
        if message.depth_update is not None:
            self._update(message.depth_update, now)
        elif message.trade_update is not None:
            self._trades([message.trade_update.trade], now, history=False)
        elif message.ticker_update is not None:
            self._ticker(message.ticker_update.ticker, now)
        elif message.candle_update is not None:
            self._candles([message.candle_update.candle], now)
        else:
            return False
        return True

    def _hear_snapshot(self, message: Message, now: int) -> bool:
        if message.depth_snapshot is not None:
            self._snapshot(message.depth_snapshot, now)
        elif message.trades_snapshot is not None:
            self._trades(message.trades_snapshot.trades, now, history=True)
        elif message.tickers_snapshot is not None:
            for ticker in message.tickers_snapshot.tickers:
                self._ticker(ticker, now)
        elif message.candles_snapshot is not None:
            self._candles(message.candles_snapshot.candles, now)
        else:
            return False
        return True

    def _snapshot(self, row: messages.Book, now: int) -> None:
        watch = self._counted(row.depth.market, now)
        if watch is not None:
            bids, asks = messages.sides_of(row.depth)
            self._book(watch).snapshot(bids, asks, row.change_id, now)
            self._topics.granted((DEPTH, watch.market.code))

    def _update(self, row: messages.Book, now: int) -> None:
        watch = self._counted(row.depth.market, now)
        if watch is not None:
            bids, asks = messages.sides_of(row.depth)
            self._book(watch).update(bids, asks, row.prev_id + 1, row.change_id, now)

    def _book(self, watch: Watch) -> BookRoute:
        code = watch.market.code
        if code not in self._books:
            self._books[code] = BookRoute(watch, lambda now: self._topics.want((DEPTH, code), now))
        return self._books[code]

    def _trades(self, rows: list[messages.Trade], now: int, *, history: bool) -> None:
        told = [(row.market, messages.print_of(row)) for row in rows]
        for code in dict.fromkeys(code for code, _ in told):
            watch = self._counted(code, now)
            if watch is not None:
                prints = [trade for market, trade in told if market == code]
                watch.tape.take(prints, watch.market, self._sink, now, history=history)

    def _ticker(self, row: messages.Ticker, now: int) -> None:
        watch = self._counted(row.market, now)
        if watch is None:
            return
        bid, ask = row.bid or messages.Quote(), row.ask or messages.Quote()
        bids, asks, last = level(bid.price, bid.amount), level(ask.price, ask.amount), price_or_nan(row.close)
        market = watch.market
        market.daily = _daily(market.daily, row, now)
        noted = watch.note_last(last, now)
        if watch.fill(bids, asks, now) or noted:
            self._sink.touched(market, now)

    def _candles(self, rows: list[messages.CandleRow], now: int) -> None:
        candles = [(row.market, *messages.candle_of(row)) for row in rows]
        watches = {code: self._counted(code, now) for code in dict.fromkeys(code for code, _, _ in candles)}
        for code, period, candle in candles:
            watch = watches[code]
            if watch is not None:
                keep_candle(watch.market, period, candle)

    def _fill(self, depth: messages.Depth, now: int) -> None:
        """Let a REST book stand in where no stream is heard."""
        watch = self._counted(depth.market, now)
        if watch is not None and watch.fill(*messages.sides_of(depth), now):
            self._sink.touched(watch.market, now)

    def _refused(self, message: Message, failure: messages.Failure, now: int) -> None:
        name = str(message.request_id)
        if name == PING_NAME:
            self._pulse.stop()
        topic = self._topics.named(name)
        code = "" if topic is None else topic[1]
        if topic is not None and topic[0] == DEPTH:
            self._promise(code, now, kept=False)  # a ticker need not wait for this book; it is asked for again in time
        about = "" if topic is None or topic == TICKER else f" ({topic[0].lower()} of {code})"
        detail = f"{str(failure.code)[:40]} {failure.message[:200]}{about}"
        self._tell(Trouble.REFUSED, self._markets.symbol(code), detail)

    def _promise(self, code: str, now: int, *, kept: bool) -> None:
        watch = self._markets.watch(code, now)
        if watch is not None:
            watch.promised = kept

    def _counted(self, code: str, now: int) -> Watch | None:
        """Return the watch of a market that somebody wants, with the frame counted."""
        watch = self._markets.watch(code, now)
        if watch is not None:
            watch.market.tally.frames += 1
        return watch

    def _named(self, frame: bytes, now: int) -> Watch | None:
        """Return the watch of a market already heard that a damaged frame still names."""
        named = _MARKET.search(frame)
        code = named[1].decode(errors="replace") if named else ""
        return self._markets.watch(code, now) if code in self._markets.watches else None

    def _tell(self, trouble: Trouble, symbol: str, detail: str) -> None:
        self._sink.report(Report(self._now, trouble, symbol, detail))


def _daily(before: Daily, row: messages.Ticker, now: int) -> Daily:
    opened, close = told(row.open, before.open), price_or_nan(row.close)
    return Daily(
        at=now,
        open=opened,
        high=told(row.high, before.high),
        low=told(row.low, before.low),
        change=(close - opened) / opened if opened > 0.0 and close == close else before.change,  # noqa: PLR0124 (NaN)
        volume=told(row.volume, before.volume),
        volume_usd=before.volume_usd,
        turnover=before.turnover,
        interest=before.interest,
        interest_value=before.interest_value,
    )
