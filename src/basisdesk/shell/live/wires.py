"""The transport of a live desk: `Rest` and sockets that share routes, limits and clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from basisdesk.shell.live.rest import Rest
from basisdesk.shell.live.sockets import open_socket
from basisdesk.shell.live.transport import CONNECT_TIMEOUT, LARGEST_BODY, TIMEOUT, NotSent, tls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from types import TracebackType

    from basisdesk.shell.live.routes import Routes
    from basisdesk.shell.live.sockets import Connection
    from basisdesk.shell.live.transport import Listener, Socket
    from basisdesk.venues.trading import Request, Response


class Wires:
    """Use as ``async with Wires(routes, now) as transport``."""

    def __init__(self, routes: Routes, now: Callable[[], int], largest: int = LARGEST_BODY) -> None:
        self._routes = routes
        self._now = now
        self._largest = largest
        self._tls = tls()
        self._rest: Rest | None = None
        self._open: dict[int, Connection] = {}
        self._abandoned: dict[asyncio.Future[None], None] = {}

    async def __aenter__(self) -> Self:
        self._rest = Rest(self._routes, self._now, self._tls, self._largest)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in list(self._open.values()):
            connection.close()
        await asyncio.gather(*(connection.ending for connection in list(self._open.values()) if connection.ending))
        await asyncio.gather(*self._abandoned)
        if self._rest is not None:
            await self._rest.close()

    def request(self, request: Request, timeout: float = TIMEOUT) -> Awaitable[Response]:
        """Send one request once; NotSent, when it is awaited, says that no byte of it reached the venue."""
        return _closed() if self._rest is None else self._rest.request(request, timeout)

    async def connect(self, url: str, headers: Sequence[tuple[str, str]], listener: Listener) -> Socket:
        """Open a WebSocket connection; raises NotSent when it could not be opened."""
        try:
            async with asyncio.timeout(2 * CONNECT_TIMEOUT):
                opened = open_socket(
                    self._routes, url, headers, listener, self._now, self._tls, self._largest, self._abandoned
                )
                connection = await opened
        except TimeoutError as error:
            raise NotSent(f"no connection within {2 * CONNECT_TIMEOUT:.0f} s") from error
        self._open[id(connection)] = connection
        if connection.ending is not None:
            connection.ending.add_done_callback(lambda _: self._open.pop(id(connection), None))
        return connection


async def _closed() -> Response:
    raise NotSent("the transport is not open")
