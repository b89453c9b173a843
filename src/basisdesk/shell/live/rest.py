"""HTTP on kept-alive connections.

Path, headers and body go out exactly as they were signed.
The client library may by itself repeat what it thinks harmless when a kept connection turns out dead; a cancel is a
DELETE at some venues, so that is turned off for everything.
Compressed answers are inflated here, a piece at a time, so that a small body cannot grow into a large one unseen.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.http import HttpProcessingError
from yarl import URL

from basisdesk import __version__
from basisdesk.shell.live.kept import Kept, tidy
from basisdesk.shell.live.transport import CONNECT_TIMEOUT, LARGEST_BODY, TIMEOUT, NotSent
from basisdesk.venues.trading import MESSAGE_LENGTH, Response

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping

    from aiohttp.connector import Connection

    from basisdesk.shell.live.routes import Routes
    from basisdesk.venues.trading import Request

KEPT = 30.0
"""Seconds that an idle connection is kept; shorter than any venue keeps its side, so that few die under a request."""
CONNECTIONS = 16
"""Most connections to one host; a venue may count them with those of streams (`Standing.http`)."""
_PIECE = 64 * 1024
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class TooLarge(Exception):  # noqa: N818 (an outcome)
    """An answer is larger than we take."""


_INTERIM = range(100, 200)
"""Statuses after which the answer is still to come; 101 is never asked for."""
_MOST_INTERIM = 8
_FAULTS = (aiohttp.ClientError, TimeoutError, OSError, TooLarge, zlib.error)


class Rest:
    """Requests to any number of venues; made inside a running event loop, closed with `close`."""

    def __init__(
        self, routes: Routes, now: Callable[[], int], context: ssl.SSLContext, largest: int = LARGEST_BODY
    ) -> None:
        """`now` is the local clock in ns; `largest` limits an answer in bytes, before and after decompression."""
        self._routes = routes
        self._now = now
        self._largest = largest
        connector = aiohttp.TCPConnector(ssl=context, limit=0, limit_per_host=CONNECTIONS, keepalive_timeout=KEPT)
        tidy(connector)
        headers = {"User-Agent": f"basisdesk/{__version__}", "Accept-Encoding": "gzip"}
        self._kept = Kept(connector, routes, headers)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("Content-Type", "Accept"),
            headers=headers,
        )
        # A repeated DELETE or PUT would be a repeated command; the library has no public name for this.
        self._session._retry_connection = False  # noqa: SLF001

    def request(self, request: Request, timeout: float = TIMEOUT) -> Awaitable[Response]:
        """Send one request once, a command at once where a connection stands.

        What is returned raises NotSent when no byte of it reached the venue.
        """
        connection = self._kept.write(request) if request.changes else None
        return self._ask(request, timeout) if connection is None else self._answer(connection, timeout)

    async def _answer(self, connection: Connection, timeout: float) -> Response:  # noqa: ASYNC109 (a limit of the wire)
        """Read what comes of a request that was written."""
        protocol: Any = connection.protocol
        try:
            async with asyncio.timeout(timeout):
                message, content = await protocol.read()
                for _ in range(_MOST_INTERIM):
                    if message.code not in _INTERIM:
                        break
                    message, content = await protocol.read()
                body = await self._body(message.headers, content)
            connection.release()
            headers = {name.lower(): value for name, value in message.headers.items()}
            return Response(message.code, body, headers, self._now())
        except (HttpProcessingError, *_FAULTS) as error:
            return Response(0, _words(error).encode(), {}, self._now())
        finally:
            connection.close()  # nothing, when it was given back

    async def _ask(self, request: Request, timeout: float) -> Response:  # noqa: ASYNC109 (as above)
        """Send a request the library's own way."""
        url = URL(self._routes.url(request.origin + request.path), encoded=True)
        soon = min(timeout, CONNECT_TIMEOUT)  # for a free place among the connections, too: a late order is none
        limits = aiohttp.ClientTimeout(total=timeout, connect=soon, sock_connect=soon)
        try:
            async with self._session.request(
                request.method,
                url,
                data=request.body or None,
                headers=list(request.headers),
                allow_redirects=False,
                timeout=limits,
            ) as answer:
                body = await self._body(answer.headers, answer.content)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, body, headers, self._now())
        except aiohttp.InvalidURL as error:
            raise NotSent(f"an address at {url.host} that cannot be used") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"no connection to {url.host}: {_words(error)}") from error
        except _FAULTS as error:
            return Response(0, _words(error).encode(), {}, self._now())

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
        await asyncio.sleep(0)  # lets transports finish closing

    async def _body(self, headers: Mapping[str, str], content: aiohttp.StreamReader) -> bytes:
        """Read the body, inflated; raises TooLarge, zlib.error."""
        encoding = headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in _WINDOWS and encoding != "identity":
            raise TooLarge(f"the answer is in an encoding that was not asked for: {encoding[:20]}")
        inflate = zlib.decompressobj(_WINDOWS[encoding]) if encoding in _WINDOWS else None
        body = bytearray()
        read = 0
        async for piece in content.iter_chunked(_PIECE):
            read += len(piece)
            room = self._largest - len(body) + 1
            body += piece if inflate is None else inflate.decompress(piece, room)
            if len(body) > self._largest or read > self._largest:
                raise TooLarge(f"the answer is larger than {self._largest:,} bytes")
        if inflate is not None and read and (not inflate.eof or inflate.unused_data):
            raise zlib.error("the compressed answer ends early, or something is behind it")
        return bytes(body)


def _words(error: Exception) -> str:
    """Return what went wrong without the address, which may carry a signature."""
    if isinstance(error, aiohttp.ClientResponseError | HttpProcessingError):
        return f"an answer that is no HTTP: {error.message}"[:MESSAGE_LENGTH]
    return (f"{error}" or type(error).__name__)[:MESSAGE_LENGTH]
