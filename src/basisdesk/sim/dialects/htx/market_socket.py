"""Public sockets: subscribe, acknowledge, push, ping; every frame is compressed.

Followed: https://huobiapi.github.io/docs/spot/v1/en/#websocket-market-data and .../usdt_swap/v1/en/
("WebSocket Heartbeat and Authentication Interface").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.sim.dialects.htx import courses, quotes
from basisdesk.sim.dialects.htx.channels import INDEX, Channel, channel_of
from basisdesk.sim.dialects.htx.text import ms
from basisdesk.sim.dialects.htx.wire_out import SECOND, Outbox
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.contract import Carried, Exchange, HttpCall, Printed
    from basisdesk.sim.dialects.htx.ladder import Change, Ladder

EVERY = 5 * SECOND
PATIENCE = {symbols.SPOT: 2}
MOST_PATIENCE = 5
MOST_ASKED = 300
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class MarketSocket:
    """One client of public market data; `ladder` gives the one ladder of a market and depth."""

    def __init__(
        self,
        line: str,
        exchange: Exchange,
        call: HttpCall,
        where: tuple[int, int],
        ladder: Callable[[Channel], Ladder],
    ) -> None:
        socket, now = where
        patience = PATIENCE.get(line, MOST_PATIENCE)
        self.line = line
        self.out = Outbox(socket, call, plain=False, every=EVERY, patience=patience, now=now)
        self._exchange = exchange
        self._ladder = ladder
        self._channels: dict[str, Channel] = {}

    def receive(self, frame: bytes, now: int) -> None:
        """Take a frame of the client."""
        try:
            told = _decode(frame)
        except (msgspec.MsgspecError, RecursionError):
            self._refuse(None, "invalid-json", "json parse failed", now)
            return
        if "pong" in told:
            self.out.answered()
        elif "ping" in told:
            self.out.say({"pong": told["ping"]}, "control")
        elif "sub" in told:
            self._subscribe(told, now)
        elif "unsub" in told:
            self._unsubscribe(told, now)
        elif "req" in told:
            self._request(told, now)
        else:
            self._refuse(told.get("id"), "bad-request", "unknown command", now)

    def on_time(self, now: int) -> None:
        """Ping when it is time."""
        self.out.ping_at(now, "number")

    def _refuse(self, number: Any, code: str, words: str, now: int) -> None:
        said = {"status": "error", "ts": ms(now), "err-code": code, "err-msg": words}
        self.out.say(said | ({} if number is None else {"id": str(number)}), "control")

    def _named(self, told: dict[str, Any], word: str, now: int) -> Channel | None:
        name = told[word]
        channel = channel_of(self._exchange, self.line, name, now) if isinstance(name, str) else None
        incremental = told.get("data_type") == "incremental"
        if channel is None or (channel.kind == "changes" and self.line != symbols.SPOT and not incremental):
            self._refuse(told.get("id"), "bad-request", f"invalid topic {str(name)[:80]}", now)
            return None
        return channel

    def _acknowledge(self, told: dict[str, Any], word: str, name: str, now: int) -> None:
        number = {"id": str(told["id"])} if "id" in told else {}
        self.out.say({**number, "status": "ok", word: name, "ts": ms(now)}, "control")

    def _subscribe(self, told: dict[str, Any], now: int) -> None:
        channel = self._named(told, "sub", now)
        if channel is None:
            return
        self._acknowledge(told, "subbed", channel.name, now)
        self._channels[channel.name] = channel
        self._begin(channel, now)

    def _unsubscribe(self, told: dict[str, Any], now: int) -> None:
        name = told["unsub"]
        if not isinstance(name, str) or name not in self._channels:
            self._refuse(told.get("id"), "bad-request", f"unsub with not subscribed topic {str(name)[:80]}", now)
            return
        del self._channels[name]
        self._acknowledge(told, "unsubbed", name, now)

    def _request(self, told: dict[str, Any], now: int) -> None:
        channel = self._named(told, "req", now)
        if channel is None:
            return
        market = channel.market
        data: Any
        if channel.kind == "changes":
            ladder = self._ladder(channel)
            bids, asks = ladder.whole()
            data = {"seqNum": ladder.number, "bids": bids, "asks": asks}
        elif self.line == INDEX:
            data = self._courses(channel, now, MOST_ASKED)
        elif channel.kind == "candle":
            data = quotes.candles(self._exchange, market, channel.period, MOST_ASKED, (0, 0), now)
        elif channel.kind == "trades":
            data = [quotes.trade(market.instrument, each, dashed=False) for each in market.trades[-MOST_ASKED:]]
        else:
            data = quotes.ticker(market, now)
        number = {"id": str(told["id"])} if "id" in told else {}
        topic = f"snapshot {market.instrument.code}" if channel.kind == "changes" else "control"
        self.out.say({**number, "rep": channel.name, "status": "ok", "ts": ms(now), "data": data}, topic)

    def _courses(self, channel: Channel, now: int, count: int) -> list[dict[str, Any]]:
        """Return the latest candles of a price that nobody trades at."""
        exchange, market, period = self._exchange, channel.market, channel.period
        if channel.kind == "basis":
            which = channel.name.rpartition(".")[2]
            return courses.bases(exchange, market, period, which, (count, now))
        return courses.rows(exchange, market, channel.kind, period, count)

    def _begin(self, channel: Channel, now: int) -> None:
        """Send what is so at the beginning of a channel."""
        match channel.kind:
            case "changes":
                ladder = self._ladder(channel)
                if self.line != symbols.SPOT:
                    bids, asks = ladder.whole()
                    self._high_freq(channel, "snapshot", bids, asks, ladder.number, now)
            case "trades":
                if channel.market.trades:
                    self._trade(channel, channel.market.trades[-1], now)
            case "mark_price" | "index" | "premium_index" | "basis":
                self._price(channel, now)
            case _:
                self._tell(channel, now)

    # ------------------------------------------------------------- what happened

    def book_changed(self, symbol: str, changes: dict[int, Change | None], now: int) -> None:
        """A market's book changed: `changes` are by depth."""
        for channel in self._channels.values():
            if channel.market.instrument.symbol != symbol:
                continue
            if channel.kind == "changes":
                change = changes.get(channel.levels)
                if change is not None:
                    self._change(channel, change, now)
            elif channel.kind in {"whole", "quote"}:
                self._tell(channel, now)

    def printed(self, trade: Printed, now: int) -> None:
        """A trade printed."""
        for channel in self._channels.values():
            if channel.market.instrument.symbol == trade.symbol:
                if channel.kind == "trades":
                    self._trade(channel, trade, now)
                elif channel.kind in {"ticker", "candle"}:
                    self._tell(channel, now)

    def carried(self, carried: Carried, now: int) -> None:
        """Mark or index changed."""
        for channel in self._channels.values():
            if self.line == INDEX and channel.market.instrument.symbol == carried.symbol:
                self._price(channel, now)

    def _push(self, channel: Channel, tick: Any, topic: str, now: int) -> None:
        message = {"ch": channel.name, "ts": ms(now), "tick": tick}
        self.out.say(message, f"{topic} {channel.market.instrument.code}")

    def _change(self, channel: Channel, change: Change, now: int) -> None:
        if self.line != symbols.SPOT:
            self._high_freq(channel, "update", change.bids, change.asks, change.number, now)
            return
        tick = {"seqNum": change.number, "prevSeqNum": change.before, "bids": change.bids, "asks": change.asks}
        self._push(channel, tick, "book", now)

    def _high_freq(self, channel: Channel, event: str, bids: Any, asks: Any, number: int, now: int) -> None:
        tick = {
            "mrid": channel.market.sequence,
            "id": now // SECOND,
            "bids": bids,
            "asks": asks,
            "ts": ms(now),
            "version": number,
            "ch": channel.name,
            "event": event,
        }
        self._push(channel, tick, "snapshot" if event == "snapshot" else "book", now)

    def _trade(self, channel: Channel, trade: Printed, now: int) -> None:
        row = quotes.trade(channel.market.instrument, trade, dashed=False)
        self._push(channel, {"id": trade.trade_id, "ts": ms(trade.at), "data": [row]}, "trades", now)

    def _tell(self, channel: Channel, now: int) -> None:
        market, spot = channel.market, self.line == symbols.SPOT
        match channel.kind:
            case "quote":
                told = quotes.spot_quote(market, now) if spot else quotes.contract_quote(market, channel.name, now)
                self._push(channel, told, "ticker", now)
            case "whole":
                whole = quotes.depth(market, channel.levels, channel.name, now, channel.grid)
                self._push(channel, whole, "snapshot", now)
            case "ticker":
                quote = quotes.spot_quote(market, now) if channel.name.endswith("ticker") else {}
                touch = {} if spot else {"bid": quotes.touch(market, 0), "ask": quotes.touch(market, 1)}
                self._push(channel, quotes.ticker(market, now) | quote | touch, "ticker", now)
            case _:
                rows = quotes.candles(self._exchange, market, channel.period, 1, (0, 0), now)
                for row in rows[:1] if spot else rows[-1:]:
                    self._push(channel, row, "candles", now)

    def _price(self, channel: Channel, now: int) -> None:
        for tick in self._courses(channel, now, 1):
            self._push(channel, tick, "carry", now)
