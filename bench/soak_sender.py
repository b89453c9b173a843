"""The venues of the soak: one process that listens for six of them and sends at a given rate over real sockets.

It answers subscriptions as the venues do, and Binance's whole books over HTTP; from the moment a topic is subscribed,
its messages flow, all topics taking turns.
Lines on standard input steer it: ``count`` prints what was sent so far, ``stop`` ends the flow and prints the same.
Started with the rate a second and the number of topics that the rate is for.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from aiohttp import web
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from soak_frames import LINES, Flow, answer, packed, rest_book

TICK = 0.002
PING_EVERY = 5.0


class Venues:
    """What flows, and how much of it has gone out."""

    def __init__(self, rate: float, topics: int) -> None:
        self.rate, self.topics = rate, topics
        self.flows: dict[tuple[str, str, str], tuple[Flow, WSTransport]] = {}
        self.order: list[tuple[Flow, WSTransport]] = []
        self.talks: list[tuple[str, WSTransport]] = []
        self.flowing = True
        self.sent = 0
        self.behind = 0.0
        self._at = 0

    def subscribed(self, venue: str, kind: str, code: str, wire: WSTransport) -> None:
        """Let a topic flow; its whole book goes first."""
        flow = Flow(venue, kind, code)
        if kind == "book" and venue != "binance":
            self.say(wire, venue, flow.whole(now_ms()))
            self.sent += 1
        old = self.flows.pop((venue, kind, code), None)
        self.flows[venue, kind, code] = (flow, wire)
        self.order = [entry for entry in self.order if entry is not old]
        self.order.insert(
            len(self.order) // 2 if len(self.order) % 2 else len(self.order), self.flows[venue, kind, code]
        )

    def say(self, wire: WSTransport, venue: str, frame: bytes) -> None:
        """Send one frame; HTX's are binary."""
        wire.send(WSMsgType.BINARY if venue == "htx" else WSMsgType.TEXT, frame)

    def gone(self, wire: WSTransport) -> None:
        """A connection ended: what flowed on it flows no more."""
        self.order = [entry for entry in self.order if entry[1] is not wire]
        self.flows = {key: entry for key, entry in self.flows.items() if entry[1] is not wire}
        self.talks = [talk for talk in self.talks if talk[1] is not wire]

    def turn(self, count: int) -> None:
        """Send so many messages, each topic in its turn."""
        at = now_ms()
        for _ in range(count):
            self._at = (self._at + 1) % len(self.order)
            flow, wire = self.order[self._at]
            self.say(wire, flow.venue, flow.next(at))
        self.sent += count

    async def run(self) -> None:
        """Keep the rate."""
        owed, last = 0.0, time.monotonic()
        while self.flowing:
            await asyncio.sleep(TICK)
            now = time.monotonic()
            owed += (now - last) * self.rate * len(self.order) / self.topics
            last = now
            count = min(int(owed), int(self.rate / 10) + 1)  # after a stall, catch up a tenth of a second at a time
            if count and self.order:
                self.turn(count)
                owed -= count
            self.behind = max(self.behind, owed / self.rate)

    async def ping(self) -> None:
        """Ping as HTX does."""
        while True:
            await asyncio.sleep(PING_EVERY)
            for venue, wire in self.talks:
                if venue == "htx":
                    self.say(wire, venue, packed(b'{"ping":%d}' % now_ms()))

    def told(self) -> dict[str, Any]:
        """Return what was sent."""
        by_kind: dict[str, int] = {}
        for flow, _ in self.flows.values():
            by_kind[flow.kind] = by_kind.get(flow.kind, 0) + flow.sent
        return {
            "messages": self.sent, "topics": len(self.flows), "by_kind": by_kind, "behind": self.behind,
            "cpu": time.process_time(), "at": time.monotonic(),
        }  # fmt: skip


class Talk(WSListener):  # the library takes nothing but a kind of its own listener
    """One client of one venue."""

    def __init__(self, venues: Venues, venue: str) -> None:
        super().__init__()
        self._venues, self._venue = venues, venue

    def on_ws_connected(self, transport: WSTransport) -> None:
        """A client is there."""
        self._venues.talks.append((self._venue, transport))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer a frame."""
        if frame.msg_type is WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY):
            frames, flows = answer(self._venue, frame.get_payload_as_bytes())
            for text in frames:
                self._venues.say(transport, self._venue, text)
            for kind, code in flows:
                self._venues.subscribed(self._venue, kind, code, transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The client is gone."""
        self._venues.gone(transport)


def now_ms() -> int:
    """Return the wall clock in ms."""
    return time.time_ns() // 1_000_000


async def serve(rate: float, topics: int) -> None:
    """Listen, print the ports, and do as standard input says."""
    venues = Venues(rate, topics)
    ports = {}
    for venue in LINES:

        def accept(_request: WSUpgradeRequest, venue: str = venue) -> WSListener:
            return Talk(venues, venue)

        server = await ws_create_server(accept, "127.0.0.1", 0)
        ports[venue] = server.sockets[0].getsockname()[1]

    async def book(request: web.Request) -> web.Response:
        flow, _ = venues.flows["binance", "book", request.query["symbol"]]
        return web.Response(body=rest_book(flow), content_type="application/json")

    application = web.Application()
    application.router.add_get("/fapi/v1/depth", book)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    ports["rest"] = runner.addresses[0][1]
    print(json.dumps(ports), flush=True)
    tasks = [asyncio.create_task(venues.run()), asyncio.create_task(venues.ping())]
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "stop":
            venues.flowing = False
            await tasks[0]
        print(json.dumps(venues.told()), flush=True)
    for task in tasks:
        task.cancel()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), int(sys.argv[2])))
