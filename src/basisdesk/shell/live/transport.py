"""The one way out to venues: HTTP requests and WebSocket connections behind a thin interface.

What a venue sends is untrusted: bodies and messages have a largest size, compressed or not, and redirects are never
followed.
Nothing is ever sent twice from here.
A request that certainly was not sent raises `NotSent`; from the first byte on, whatever goes wrong is a `Response` of
status 0, because the venue may have acted on it.
TLS is verified against the system's authorities, version 1.2 at least; there is no switch for either.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Protocol

from basisdesk.domain.errors import BasisdeskError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from basisdesk.venues.trading import Request, Response

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes of an answer or a message, before and after decompression."""
TIMEOUT = 10.0
CONNECT_TIMEOUT = 5.0


class NotSent(BasisdeskError):  # noqa: N818 (an outcome: nothing reached the venue)
    """No byte of it reached the venue.

    `status` is that of a refused handshake, 0 where there was none, `again` how long the venue then wants to be left
    alone (ns).
    """

    def __init__(self, message: str, status: int = 0, again: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.again = again


class Listener(Protocol):
    """Who hears a connection.  Both are called from the event loop; `now` is the local clock, ns."""

    def heard(self, message: bytes, now: int) -> None:
        """A whole message came."""

    def closed(self, reason: str) -> None:
        """The connection is gone; called once."""


class Socket(Protocol):
    """A WebSocket connection that stands."""

    def send(self, frame: bytes) -> None:
        """Send a text frame; a connection that is gone takes it and says nothing, `Listener.closed` tells."""

    def close(self) -> None:
        """Close it now, without waiting for the other side."""


class Transport(Protocol):
    """The way out."""

    def request(self, request: Request, timeout: float = TIMEOUT) -> Awaitable[Response]:
        """Send one request once and return what will come of it, `at` being the local arrival.

        A request that changes something has left on return where a connection stands.
        What is returned is to be awaited, and raises:
            NotSent: no byte of it reached the venue.
        """

    async def connect(self, url: str, headers: Sequence[tuple[str, str]], listener: Listener) -> Socket:
        """Open a WebSocket connection.

        Raises:
            NotSent: it could not be opened.
        """


def tls() -> ssl.SSLContext:
    """Return the one way in which TLS is spoken: certificate and host name checked, version 1.2 at least."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
