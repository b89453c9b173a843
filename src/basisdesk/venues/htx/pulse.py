"""Keep-alive: the venue pings every 5 s, and hangs up when its pings are not answered.

So a connection on which nothing at all was heard for 20 s is dead, whatever the socket says.
That is only judged once frames were taken for sending, so a replay stays quiet.
The venue states no longest life of a connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.htx.wire import echo

if TYPE_CHECKING:
    from msgspec import Raw

QUIET_NS = 20_000_000_000


class Pulse:
    """When the connection last showed life; `live` says that somebody really sends."""

    __slots__ = ("heard", "live")

    def __init__(self) -> None:
        self.heard: int | None = None
        self.live = False

    def start(self, now: int) -> None:
        """A fresh connection stands."""
        self.heard = now
        self.live = False

    def stop(self) -> None:
        """There is no connection."""
        self.heard = None
        self.live = False

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        return self.heard + QUIET_NS if self.live and self.heard is not None else None

    def overdue(self, now: int) -> bool:
        """Say, once, that nothing was heard for too long."""
        deadline = self.next_deadline()
        if deadline is None or now < deadline:
            return False
        self.heard = None
        return True


def market_pong(ping: Raw) -> bytes:
    """Answer ``{"ping":1}`` of the market sockets; raises one of UNREADABLE when it names no time."""
    return b'{"pong":%s}' % echo(ping)


def notice_pong(stamp: Raw) -> bytes:
    """Answer ``{"op":"ping","ts":"1"}`` of the notification sockets; raises one of UNREADABLE as above."""
    return b'{"op":"pong","ts":%s}' % echo(stamp)
