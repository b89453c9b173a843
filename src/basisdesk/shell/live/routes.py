"""Where a live address really goes to.

Codecs name the venue's own origins (scheme and host, with a port where it is not the usual one).
A desk on the simulator maps them to loopback, and a mapped desk goes nowhere else: what is not in its map is refused,
so that a demonstration can never reach a real venue.
Without TLS only loopback may be spoken to.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from basisdesk.shell.live.transport import NotSent

if TYPE_CHECKING:
    from collections.abc import Mapping

_USUAL = {"https": 443, "wss": 443, "http": 80, "ws": 80}
_SAFE = ("https", "wss")


class Routes:
    """Maps origins; made without a map, every address stands for itself."""

    def __init__(self, origins: Mapping[str, str] | None = None, *, closed: bool | None = None) -> None:
        """`closed` refuses whatever is not in the map; by default that is so when there is a map.

        Raises:
            NotSent: the map leads to an address that could not be connected to safely.
        """
        self._origins = {origin_of(live): other.rstrip("/") for live, other in (origins or {}).items()}
        self._closed = bool(self._origins) if closed is None else closed
        for other in self._origins.values():
            check_safe(other)

    def url(self, address: str) -> str:
        """Return the address to connect to, path and query untouched.

        Raises:
            NotSent: it has no route, or would go over the network without TLS.
        """
        origin = origin_of(address)
        other = self._origins.get(origin)
        if other is None and self._closed:
            raise NotSent(f"{origin} is not among the addresses that this desk may connect to")
        split = urlsplit(address)
        rest = address[len(split.scheme) + 3 + len(split.netloc) :]
        routed = address if other is None else other + rest
        check_safe(routed)
        return routed


def origin_of(address: str) -> str:
    """Return scheme and host in lower case, with the port where it is not the usual one.

    Raises:
        NotSent: it is no address of HTTP or WebSocket.
    """
    try:
        split = urlsplit(address)
        host, port = split.hostname, split.port
    except ValueError as error:
        raise NotSent(f"{address[:100]!r} is no address: {error}") from error
    if split.scheme not in _USUAL or not host:
        raise NotSent(f"{address[:100]!r} is no address of http, https, ws or wss")
    host = f"[{host}]" if ":" in host else host
    return f"{split.scheme}://{host}" if port in (None, _USUAL[split.scheme]) else f"{split.scheme}://{host}:{port}"


def check_safe(address: str) -> None:
    """Let only loopback be spoken to without TLS.

    Raises:
        NotSent: the address is without TLS and elsewhere.
    """
    origin = origin_of(address)
    split = urlsplit(origin)
    if split.scheme not in _SAFE and not _is_loopback(split.hostname or ""):
        raise NotSent(f"{origin} is without TLS: only addresses of this machine may be; use https or wss")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
