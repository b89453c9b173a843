"""One client's WebSocket: frames queue here and a task of its own sends them, so a slow client holds up nobody.

A client that lets more than `LONGEST` frames pile up is cut, as venues do.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import WSMsgType

from basisdesk.sim.contract import Close, Frame
from basisdesk.sim.faulty import ABNORMAL

if TYPE_CHECKING:
    from aiohttp import web

LONGEST = 20_000
_CLOSES_WITHIN = 2.0


class Outlet:
    """The sending side of one socket."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._request = request
        self._queue: list[Frame | Close] = []
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def put(self, item: Frame | Close) -> None:
        """Queue a frame, or the end."""
        if len(self._queue) >= LONGEST:
            self.abort()
            return
        self._queue.append(item)
        self._wake.set()

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def stop(self) -> None:
        """End the sending task."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                batch, self._queue = self._queue, []
                for item in batch:
                    await self._send(item)

    async def _send(self, item: Frame | Close) -> None:
        if isinstance(item, Close):
            if item.code == ABNORMAL:
                self.abort()
            else:
                with contextlib.suppress(TimeoutError):
                    closing = self._socket.close(code=item.code, message=item.reason.encode(), drain=False)
                    await asyncio.wait_for(closing, _CLOSES_WITHIN)
        elif item.ping:
            await self._socket.ping(item.body)
        else:
            await self._socket.send_frame(item.body, WSMsgType.BINARY if item.binary else WSMsgType.TEXT)
