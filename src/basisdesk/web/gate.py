"""Who may talk to the page.

Two gates: HTTP requests must name this machine by a loopback name, and a live socket must come from a page that this
very server served (its Origin equals the Host it connects to), since a browser lets any site open a socket to loopback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.decorators import async_only_middleware

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from django.http import HttpRequest, HttpResponse

_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


@async_only_middleware
def loopback_names_only(
    answer: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    """Refuse (400) a request whose Host is no loopback name, and add the headers Django has no setting for."""

    async def gated(request: HttpRequest) -> HttpResponse:
        request.get_host()  # raises DisallowedHost, which Django answers with 400
        response = await answer(request)
        response.headers["Permissions-Policy"] = _PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return gated


def origin_problem(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Say why a socket with these handshake headers is refused; empty text when it is welcome."""
    seen = {name.lower(): value.decode("latin-1") for name, value in headers}
    host, origin = seen.get(b"host", ""), seen.get(b"origin", "")
    if not validate_host(_name(host), settings.ALLOWED_HOSTS):
        return f"host {host!r} is no loopback name"
    if not origin:
        return "the handshake names no origin"
    if not _same_place(origin, host):
        return f"origin {origin!r} is not this page"
    return ""


def _name(host: str) -> str:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name


def _same_place(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()
