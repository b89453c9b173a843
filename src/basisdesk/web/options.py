"""Where the web process listens and where it finds the desk.

Three environment variables and nothing else: ``BASISDESK_BUS`` (path of the desk's local socket), ``BASISDESK_HOST``
and ``BASISDESK_PORT``.
Orders can be entered on the page without a login, so only a loopback address is accepted: anything else would let the
network trade.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8420
LARGEST_PORT = 65535


class Options(msgspec.Struct, frozen=True):
    """What the web process was started with; port 0 means any free port."""

    bus: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT


def read_options(environment: Mapping[str, str]) -> Options:
    """Take the options from the environment.

    Raises:
        ConfigurationError: the bus is not named, the port is no port, or the address is not loopback.
    """
    bus = environment.get("BASISDESK_BUS", "")
    if not bus:
        raise ConfigurationError(
            "BASISDESK_BUS is not set: it is the path of the desk's local socket; "
            "`make demo` starts desk and page together",
        )
    host = environment.get("BASISDESK_HOST", DEFAULT_HOST)
    return Options(
        bus=Path(bus),
        host=_loopback(host),
        port=_port(environment.get("BASISDESK_PORT", str(DEFAULT_PORT))),
    )


def address(host: str, port: int) -> str:
    """Return the address to type into a browser."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _loopback(host: str) -> str:
    if host == "localhost":
        return DEFAULT_HOST
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigurationError(
            f"BASISDESK_HOST={host} is refused: this version has no login, so the terminal listens on loopback only "
            "(127.0.0.1 or ::1); reach it from elsewhere through an SSH tunnel",
        )
    return host


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= LARGEST_PORT:
        return int(text)
    raise ConfigurationError(f"BASISDESK_PORT={text} is no port: use a number from 0 (any free port) to {LARGEST_PORT}")
