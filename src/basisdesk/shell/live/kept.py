"""Commands over HTTP, written in the call that decides them, on a kept connection of the client library.

The library's own way from a request to its first byte takes an eighth of a millisecond and a turn of the event loop, in
which whatever else is ready comes first.
So a command for which a connection stands is put together here and written at once; the connection comes from the
library's pool and goes back to it, and the library's parser reads the answer.
The pool has no public door: where the library is not as it is known to be, and for any request out of the ordinary,
nothing is written here and the request goes the usual way.
A kept connection on which something came that nobody had asked for is not used again (`tidy`): the library would take
it for the answer to the next request, and every answer behind it for that of the request before.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from basisdesk.shell.live.transport import NotSent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.connector import Connection

    from basisdesk.shell.live.routes import Routes
    from basisdesk.venues.trading import Request

_PARAMS: dict[str, Any] = {"read_until_eof": True, "auto_decompress": False}


class _Idle(ResponseHandler):
    """The library's protocol, which counts as connected only while nothing unasked for has come."""

    def is_connected(self) -> bool:
        return super().is_connected() and not self.should_close


def tidy(connector: aiohttp.BaseConnector) -> None:
    """Let a connector close what nobody would know the meaning of; called before its first connection.

    Raises:
        RuntimeError: the library makes its protocols in another way than is known of it.
    """
    known: Any = connector
    if getattr(getattr(known, "_factory", None), "func", None) is not ResponseHandler:
        raise RuntimeError("this version of aiohttp makes its connections in another way: use the locked one")
    known._factory = functools.partial(_Idle, loop=asyncio.get_running_loop())  # noqa: SLF001 (see the module)


class _Way(NamedTuple):
    """Where an origin leads: the pool's name for it, what comes before the path, and the headers of every request."""

    key: Any
    prefix: str
    headers: str


class Kept:
    """The kept connections of a connector; made inside a running event loop."""

    def __init__(self, connector: aiohttp.BaseConnector, routes: Routes, headers: Mapping[str, str]) -> None:
        """`headers` go with every request."""
        self._connector: Any = connector
        self._routes = routes
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._ways: dict[str, _Way] = {}
        self.usable = _is_known(connector)

    def write(self, request: Request) -> Connection | None:
        """Write a request on a connection that stands and return that; None when nothing was written."""
        way = self._way(request.origin) if self.usable else None
        head = None if way is None else _head(request, way)
        connection = None if head is None or way is None else self._take(way.key)
        if connection is None or head is None:
            return None
        assert connection.protocol is not None  # fresh from the pool
        assert connection.transport is not None
        connection.transport.write(head + request.body)
        connection.protocol.set_response_params(**_PARAMS)  # no answer is read before the event loop turns
        return connection

    def _take(self, key: Any) -> Connection | None:
        """Take a connection from the pool; the library's coroutine ends at once when nothing traces it."""
        taking = self._connector._get(key, [])  # noqa: SLF001 (see the module)
        try:
            taking.send(None)
        except StopIteration as taken:
            connection: Connection | None = taken.value
            return connection
        taking.close()
        return None

    def _way(self, origin: str) -> _Way | None:
        way = self._ways.get(origin)
        if way is None:
            try:
                url = URL(self._routes.url(origin + "/"), encoded=True)
            except NotSent:
                return None  # said by the usual way
            usual = url.is_default_port() or url.explicit_port is None
            host = url.host_subcomponent if usual else f"{url.host_subcomponent}:{url.port}"
            request = aiohttp.ClientRequest("POST", url, loop=asyncio.get_running_loop())
            headers = f"Host: {host}\r\n{self._headers}"
            way = self._ways[origin] = _Way(request.connection_key, url.raw_path.rstrip("/"), headers)
        return way


def _head(request: Request, way: _Way) -> bytes | None:
    """Return what goes before the body; None where a value could break out of its line."""
    target = f"{way.prefix}{request.path}"
    fields = [f"{name}: {value}" for name, value in request.headers]
    text = "".join((request.method, target, *fields))
    if not (text.isascii() and text.isprintable()) or " " in target:
        return None
    lines = "\r\n".join((f"{way.headers}Content-Length: {len(request.body)}", *fields))
    return f"{request.method} {target} HTTP/1.1\r\n{lines}\r\n\r\n".encode()


def _is_known(connector: aiohttp.BaseConnector) -> bool:
    """Say whether the library has what is used of it here."""
    get = getattr(connector, "_get", None)
    if not inspect.iscoroutinefunction(get):
        return False
    try:
        inspect.signature(get).bind(None, [])
        inspect.signature(ResponseHandler.set_response_params).bind(None, **_PARAMS)
    except TypeError:
        return False
    return True
