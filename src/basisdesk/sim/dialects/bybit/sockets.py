"""Sockets and what each has subscribed to; frames wait here until they are taken.

A private or trade socket says nothing before its login; a ping, any frame or a push keeps it, and ten minutes without
any of them end it (`max_active_time` in its address may shorten that).
Followed: https://bybit-exchange.github.io/docs/v5/ws/connect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from basisdesk.sim.contract import Close, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

SECOND = 1_000_000_000
IDLE_NS = 600 * SECOND
SHORTEST_S, LONGEST_S = 30, 600


@dataclass(slots=True, eq=False)
class Socket:
    """One connection: `line` is the category of a public one; `account` is empty before the login."""

    number: int
    kind: str
    line: str = ""
    account: str = ""
    trades: bool = False
    patience: int = IDLE_NS
    heard: int = 0
    topics: dict[str, None] = field(default_factory=dict)
    requests: dict[str, None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the venue names the connection."""
        return f"conn-{self.number}"


class Sockets:
    """All connections, and what is to be sent."""

    def __init__(self) -> None:
        self._all: dict[int, Socket] = {}
        self._out: list[Frame | Close] = []

    def open(self, socket: Socket) -> None:
        """A connection stands."""
        self._all[socket.number] = socket

    def get(self, number: int) -> Socket | None:
        """Return a connection."""
        return self._all.get(number)

    def forget(self, number: int) -> Socket | None:
        """A connection is gone."""
        return self._all.pop(number, None)

    def of(self, kind: str) -> Iterator[Socket]:
        """Return the connections of a kind."""
        return (each for each in list(self._all.values()) if each.kind == kind)

    def send(self, socket: Socket, message: object, about: str) -> None:
        """Queue a message."""
        self._out.append(Frame(socket.number, msgspec.json.encode(message), about))

    def close(self, socket: Socket, reason: str) -> None:
        """End a connection."""
        self._all.pop(socket.number, None)
        self._out.append(Close(socket.number, 1000, reason))

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent."""
        taken, self._out = self._out, []
        return taken

    def idle_at(self) -> int | None:
        """Return when the next connection is to be closed for its silence (ns)."""
        return min((each.heard + each.patience for each in self._all.values()), default=None)

    def close_idle(self, now: int) -> list[Socket]:
        """Close connections that have been silent for too long, and return them."""
        idle = [each for each in self._all.values() if now >= each.heard + each.patience]
        for each in idle:
            self.close(each, "idle")
        return idle


def patience_of(query: str) -> int:
    """Return how long a socket may be silent by its address (ns): ``max_active_time=45s`` or ``2m``."""
    text = dict(each.split("=", 1) for each in query.split("&") if "=" in each).get("max_active_time", "")
    number, unit = text[:-1], text[-1:]
    if not (number.isascii() and number.isdigit()) or unit not in {"s", "m"}:
        return IDLE_NS
    seconds = int(number) * (60 if unit == "m" else 1)
    return min(max(seconds, SHORTEST_S), LONGEST_S) * SECOND
