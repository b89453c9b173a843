"""A desk for tests of the page: a real Unix socket, the real frames, made-up markets.

It runs in its own thread, so that a test can drive a browser meanwhile.
Orders are filled at once on both legs, unless the test asks for a refusal or for silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.browser.fakemarket import FakeMarket, json

from basisdesk.domain.order import Side, SpreadOrderType
from basisdesk.domain.stream import (
    Cancel,
    Command,
    DeskRow,
    FillRow,
    LogRow,
    Order,
    OrderRow,
    Place,
    PositionRow,
    Publish,
    Reply,
    Thaw,
    Unwatch,
    Watch,
    frame_length,
    pack,
    unpack_command,
)

if TYPE_CHECKING:
    from pathlib import Path

BEAT = 0.1


class FakeDesk:
    """`start` listens, `stop` goes away; `commands` is what the page asked for."""

    def __init__(self, path: Path, mode: str = "DEMO") -> None:
        self.path = path
        self.mode = mode
        self.market = FakeMarket()
        self.commands: list[Command] = []
        self.refuse_with = ""
        self.silent = False
        self.running = True
        self.mute = False
        self.orders: dict[str, OrderRow] = {}
        self.fills: list[FillRow] = []
        self.positions: dict[str, PositionRow] = {}
        self.log: list[LogRow] = [LogRow(at=self.market.at, level="info", text="20 markets listed")]
        self._keys: dict[str, Reply] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()

    @property
    def placed(self) -> list[Place]:
        return [command for command in self.commands if isinstance(command, Place)]

    def awaited(self, count: int, within: float = 5.0) -> list[Place]:
        """Return the orders it was sent, once there are so many; those there are, when that took too long.

        The page says "sent" before the web process has passed the order on: on a busy machine well before.
        """
        end = time.monotonic() + within
        while len(self.placed) < count and time.monotonic() < end:
            time.sleep(0.01)
        return self.placed

    def start(self) -> None:
        self._ready.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(30)

    def stop(self) -> None:
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(5)
        self.path.unlink(missing_ok=True)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        server = await asyncio.start_unix_server(self._client, path=self.path)
        self._ready.set()
        await self._end.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        watched: dict[str, bool] = {}
        hearing = asyncio.ensure_future(self._hear(reader, writer, watched))
        talking = asyncio.ensure_future(self._talk(writer, watched))
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(asyncio.CancelledError):  # how `stop` ends it
                await asyncio.wait((hearing, talking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            hearing.cancel()
            talking.cancel()
            await asyncio.gather(hearing, talking, return_exceptions=True)
            self._tasks.discard(task)
            writer.transport.abort()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, watched: dict[str, bool]) -> None:
        while True:
            header = await reader.readexactly(4)
            command = unpack_command(await reader.readexactly(frame_length(header)))
            self.commands.append(command)
            match command:
                case Watch(topic):
                    watched[topic] = False
                case Unwatch(topic):
                    watched.pop(topic, None)
                case Place() | Cancel() | Thaw():
                    reply = self._answer(command)
                    if not self.mute:
                        writer.write(pack(reply))

    async def _talk(self, writer: asyncio.StreamWriter, watched: dict[str, bool]) -> None:
        while True:
            if not self.silent:
                self.market.step(BEAT)
                for topic, body in self._common():
                    writer.write(pack(Publish(topic, json(body))))
                for topic, told in list(watched.items()):
                    writer.write(pack(Publish(topic, json(self._watched(topic, told=told)))))
                    watched[topic] = True
            await writer.drain()
            await asyncio.sleep(BEAT)

    def _common(self) -> list[tuple[str, Any]]:
        at = self.market.at
        played = 0.4 if self.running else 1.0
        desk = DeskRow(
            at=at,
            mode=self.mode,
            build="0.1.0",
            source="simulated markets, seed 7",
            speed=1.0,
            progress=played if self.mode == "REPLAY" else None,
            running=self.running,
            underlyings=["BTC", "ETH"],
            periods=["1s", "10s", "1m", "5m", "1h"],
        )
        tables = {
            "markets": self.market.market_rows(),
            "matrix": self.market.spread_rows(),
            "orders": list(self.orders.values()),
            "fills": self.fills,
            "positions": list(self.positions.values()),
            "log": self.log,
        }
        return [("desk", desk), *((name, {"at": at, "rows": rows}) for name, rows in tables.items())]

    def _watched(self, topic: str, *, told: bool) -> Any:
        kind, _, rest = topic.partition(":")
        if kind == "ladder":
            return self.market.ladder(rest)
        if kind == "details":
            return self.market.details(rest)
        return self.market.candles(topic, whole=not told)

    def _answer(self, command: Order) -> Reply:
        if command.key in self._keys:
            return self._keys[command.key]
        match command:
            case Place():
                reply = self._place(command)
            case Cancel():
                reply = self._cancel(command)
            case _:
                reply = self._thaw(command)
        self._keys[command.key] = reply
        return reply

    def _thaw(self, command: Thaw) -> Reply:
        thawed = self.market.frozen.pop(command.symbol, None) is not None
        message = "" if thawed else f"{command.symbol} is not frozen: orders on it are taken"
        return Reply(key=command.key, ok=thawed, message=message)

    def _place(self, command: Place) -> Reply:
        if self.refuse_with:
            return Reply(key=command.key, ok=False, code="below_minimum", message=self.refuse_with)
        request = command.request
        order_id = str(len(self.orders) + 1)
        waits = request.type is SpreadOrderType.AUTO_TRIGGER
        self.orders[order_id] = OrderRow(
            order_id=order_id, spread=request.spread, side=request.side.value, type=request.type.value,
            size=str(request.size), filled="0" if waits else str(request.size),
            trigger=None if request.trigger is None else str(request.trigger), state="WORKING" if waits else "FILLED",
            active=waits, displayed=None if waits else "12.40", achieved=None if waits else "12.55", unhedged="0",
            legs=[], reason="", created=self.market.at, updated=self.market.at,
        )  # fmt: skip
        if not waits:
            self._fill(order_id, command)
        return Reply(key=command.key, ok=True, order_id=order_id)

    def _fill(self, order_id: str, command: Place) -> None:
        request = command.request
        legs = request.spread.split("~")
        for leg, symbol in enumerate(legs, start=1):
            side = request.side if leg == 1 else request.side.opposite
            self.fills.insert(0, FillRow(
                at=self.market.at, order_id=order_id, leg=leg, symbol=symbol, side=side.value, price="64262.5",
                size=str(request.size), base=str(request.size), fee="3.21", fee_asset="USDT",
                trade_id=f"{order_id}{leg}",
            ))  # fmt: skip
        size = request.size if request.side is Side.BUY else -request.size
        self.positions[request.spread] = PositionRow(
            spread=request.spread, size=str(size), entry="12.55", mark="12.41", pnl=str(Decimal("-0.14") * abs(size)),
            pnl_asset="USDT", fees="6.42 USDT", net_delta="0", legs=[
                held(legs[0], size, "64262.5", "64262.41", "-0.05"),
                held(legs[1], -size, "64249.95", "64250", "-0.09"),
            ],
        )  # fmt: skip

    def _cancel(self, command: Cancel) -> Reply:
        order = self.orders.get(command.order_id)
        if order is None or not order.active:
            return Reply(key=command.key, ok=False, code="unknown_order", message=f"no active order {command.order_id}")
        import msgspec

        self.orders[order.order_id] = msgspec.structs.replace(
            order, state="CANCELLED", active=False, reason="cancelled by the operator", updated=self.market.at
        )
        return Reply(key=command.key, ok=True, order_id=order.order_id)


def held(symbol: str, size: Decimal, entry: str, mark: str, pnl: str) -> dict[str, str | None]:
    """One leg of a position."""
    return {
        "symbol": symbol, "size": str(size), "base": str(size), "entry": entry, "mark": mark, "pnl": pnl,
        "pnl_asset": "USDT", "pnl_quote": pnl, "fees": "3.21 USDT",
    }  # fmt: skip
