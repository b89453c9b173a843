"""WebSocket connections: market streams, private streams and the WebSocket API.

The path says what a connection is: `/ws` brings bare events, `/stream` wraps them with the stream's name, `/ws-api/v3`
and its kin take requests.
USD-M splits its streams into `/public`, `/market` and `/private`; without any of them everything is heard, as before.
A connection may say so many messages a second, ends after 24 hours, and is pinged by the venue.
Source: "WebSocket Streams", "Live Subscribing/Unsubscribing to streams", "WebSocket Limits".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from basisdesk.sim.contract import HttpCall

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
PINGS = {"spot": 20 * SECOND, "usdm": 3 * MINUTE, "coinm": 3 * MINUTE}
MESSAGES = {"spot": 5, "usdm": 10, "coinm": 10}
MOST_STREAMS = 1024
API = {"spot": "/ws-api/v3", "usdm": "/ws-fapi/v1", "coinm": "/ws-dapi/v1"}
GROUPS = ("public", "market", "private")


@dataclass(slots=True)
class Socket:
    """One connection.

    Attributes:
        subscriptions: private streams of the spot WebSocket API: number to account.
        events: the private events that the address asks for, none for all of them.
    """

    number: int
    line: str
    source: str
    opened: int
    ends: int
    pinged: int
    api: bool = False
    combined: bool = False
    group: str = ""
    streams: dict[str, None] = field(default_factory=dict)
    subscriptions: dict[int, str] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    second: int = 0
    heard: int = 0

    def wants(self, event: object) -> bool:
        """Say whether a private event was asked for."""
        return not self.events or event in self.events

    def is_flooding(self, now: int) -> bool:
        """Count a message; say whether there are too many in this second."""
        second = now // SECOND
        self.second, self.heard = second, self.heard + 1 if second == self.second else 1
        return not self.api and self.heard > MESSAGES[self.line]


def opened(number: int, call: HttpCall, now: int) -> Socket | None:
    """Return the connection that a handshake makes, with the streams in its address; None where there is none."""
    line = call.host
    socket = Socket(number, line, call.source, now, now + DAY, now + PINGS[line])
    if call.path.rstrip("/") == API[line]:
        socket.api = True
        return socket
    parts = [unquote(part) for part in call.path.strip("/").split("/")]
    if line == "usdm" and parts[0] in GROUPS:
        socket.group = parts.pop(0)
    if not parts or parts[0] not in {"ws", "stream"}:
        return None
    socket.combined = parts[0] == "stream"
    asked = parse_qs(call.query)
    names = [*parts[1:], *asked.get("streams", [""])[0].split("/"), *asked.get("listenKey", [])]
    socket.streams = {name: None for name in names if name}
    socket.events = tuple(name for name in asked.get("events", [""])[0].split("/") if name)
    return socket
