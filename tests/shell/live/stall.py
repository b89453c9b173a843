"""A very small Binance spot on loopback: time, one instrument, depth snapshots, and a stream that a test speaks on."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from aiohttp import WSMsgType, web

from basisdesk.venues import venue_named
from basisdesk.venues.contract import Venue

HOSTS = ("https://api.binance.com", "wss://stream.binance.com:9443")
SYMBOL = "binance:BTC/USDT"


def venue() -> Venue:
    whole = venue_named("binance")
    return replace(whole, lines={"spot": whole.lines["spot"]})


class Stall:
    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self.subscribed: list[list[str]] = []
        self.paths: list[str] = []
        self.tick = "0.01"
        self.skew = 0
        self.update = 100
        self.levels = {"bids": {"100.00": "1", "99.00": "2"}, "asks": {"101.00": "1"}}
        self.acknowledges = True
        self.down = False

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[dict[str, str]]:
        application = web.Application()
        application.router.add_get("/api/v3/{what}", self.answer)
        application.router.add_get("/stream", self.stream)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        place = web.TCPSite(runner, "127.0.0.1", 0)
        await place.start()
        port = runner.addresses[0][1]
        try:
            yield {HOSTS[0]: f"http://127.0.0.1:{port}", HOSTS[1]: f"ws://127.0.0.1:{port}"}
        finally:
            await runner.cleanup()

    async def answer(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        if self.down:
            return web.json_response({"code": -1001, "msg": "down"}, status=503)
        match request.match_info["what"]:
            case "time":
                return web.json_response({"serverTime": time.time_ns() // 1_000_000 + self.skew})
            case "exchangeInfo":
                return web.json_response({"symbols": [self.row()]})
            case "depth":
                return web.json_response(
                    {"lastUpdateId": self.update} | {side: list(levels.items()) for side, levels in self.levels.items()}
                )
            case _:
                return web.json_response({"code": -1, "msg": "what?"}, status=404)

    def row(self) -> dict[str, object]:
        filters = [
            {"filterType": "PRICE_FILTER", "minPrice": self.tick, "maxPrice": "1000000.00", "tickSize": self.tick},
            {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000.0", "stepSize": "0.00001"},
            {"filterType": "NOTIONAL", "minNotional": "5.0"},
        ]
        return {
            "symbol": "BTCUSDT",
            "status": "TRADING",
            "baseAsset": "BTC",
            "quoteAsset": "USDT",
            "filters": filters,
        }

    async def stream(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                told = json.loads(message.data)
                if told.get("method") == "SUBSCRIBE":
                    self.subscribed.append(told["params"])
                    if self.acknowledges:
                        await socket.send_json({"result": None, "id": told["id"]})
        return socket

    async def depth(self, bid: str, ask: str) -> None:
        """Move the touch."""
        first, self.update = self.update + 1, self.update + 2
        self.levels["bids"][bid], self.levels["asks"][ask] = "3", "4"
        data = {
            "e": "depthUpdate", "E": time.time_ns() // 1_000_000, "s": "BTCUSDT", "U": first, "u": self.update,
            "b": [[bid, "3"]], "a": [[ask, "4"]],
        }  # fmt: skip
        await self.sockets[-1].send_str(
            json.dumps({"stream": "btcusdt@depth@100ms", "data": data}, separators=(",", ":"))
        )


async def until(true: object, patience: float = 10.0) -> None:
    """Wait until a condition holds."""
    assert callable(true)
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.01)
