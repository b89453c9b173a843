"""One client's WebSocket: frames queue here and a task of its own sends them, so a slow client holds up nobody.

What waits is written at once: a call of the system for each small frame costs more than making it.
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
_MOST_WAITING = 64 * 1024
"""So many bytes may wait for a client before it gets more."""
_PAUSE = 0.01
"""How long to wait for a client before looking again (seconds)."""
_CLOSES_WITHIN = 2.0
_LAST, _SHORT = 0x80, 126


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
        with contextlib.suppress(ConnectionError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                batch, self._queue = self._queue, []
                written: list[bytes] = []
                for item in batch:
                    if isinstance(item, Frame):
                        written.append(_framed(item))
                    else:
                        await self._write(written)
                        await self._end(item)
                await self._write(written)

    async def _write(self, frames: list[bytes]) -> None:
        """Write frames, and wait while the client takes none."""
        transport = self._request.transport
        if not frames or transport is None or self._socket.closed:
            return
        transport.write(b"".join(frames))
        frames.clear()
        while transport.get_write_buffer_size() > _MOST_WAITING:  # noqa: ASYNC110 (a transport has no event for it)
            await asyncio.sleep(_PAUSE)

    async def _end(self, item: Close) -> None:
        if item.code == ABNORMAL:
            self.abort()
            return
        with contextlib.suppress(TimeoutError):
            closing = self._socket.close(code=item.code, message=item.reason.encode(), drain=False)
            await asyncio.wait_for(closing, _CLOSES_WITHIN)


def _framed(item: Frame) -> bytes:
    """Return a frame with its header: whole, unmasked, its length in 7, 16 or 64 bits (RFC 6455, 5.2)."""
    kind = WSMsgType.PING if item.ping else WSMsgType.BINARY if item.binary else WSMsgType.TEXT
    size = len(item.body)
    if size < _SHORT:
        return bytes((_LAST | kind, size)) + item.body
    width, mark = (2, _SHORT) if size < 1 << 16 else (8, _SHORT + 1)
    return bytes((_LAST | kind, mark)) + size.to_bytes(width, "big") + item.body
