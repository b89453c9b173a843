"""Servers on loopback that behave, and some that do not."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from basisdesk.shell.live.routes import Routes
from basisdesk.shell.live.wires import Wires

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class RawServer:
    """A TCP server that counts what it is sent and answers what it was told to."""

    def __init__(self, answers: list[bytes | None]) -> None:
        """An answer of None closes the connection after the request was read; the last answer repeats."""
        self.answers = answers
        self.requests: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(row.split(b":")[1])
                        for row in head.split(b"\r\n")
                        if row.lower().startswith(b"content-length")
                    ),
                    0,
                )
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def listening(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@contextlib.asynccontextmanager
async def wires(origins: dict[str, str], largest: int = 1024 * 1024) -> AsyncIterator[Wires]:
    async with Wires(Routes(origins), time.time_ns, largest) as transport:
        yield transport
