"""Keep-alive of the spot socket.

No idle limit is documented; a request `ping` goes out every 20 s, however busy the stream is, and is answered `pong`;
anything else received after it is as good an answer.
The shape of the request is not documented either, so a venue that refuses it is not asked again on this connection.
An answer is only waited for once the ping was really taken for sending, so a replay, which sends nothing, stays quiet.
Followed: https://open.bigone.com/docs/spot/pusher.
"""

from __future__ import annotations

NAME = "ping"
PING = b'{"requestId":"ping","ping":{}}'
EVERY_NS = 20_000_000_000
ANSWER_NS = 10_000_000_000


class Pulse:
    """When to ping, and whether the answer is overdue; `heard` is when the connection last showed life."""

    __slots__ = ("_asked", "_next", "_wanted", "heard")

    def __init__(self) -> None:
        self.heard = 0
        self._next: int | None = None  # when to ping next, None without a connection
        self._asked: int | None = None  # when the ping was taken whose answer is waited for
        self._wanted = False  # a ping waits to be taken

    def start(self, now: int) -> None:
        """A fresh connection stands."""
        self.stop()
        self.heard = now
        self._next = now + EVERY_NS

    def stop(self) -> None:
        """There is no connection, or it takes no pings."""
        self._next = self._asked = None
        self._wanted = False

    def take(self, now: int) -> list[bytes]:
        """Take the ping that should be sent now, if any."""
        if not self._wanted:
            return []
        self._wanted = False
        self._asked = now
        return [PING]

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        if self._next is not None and self._asked is not None and self.heard < self._asked:
            return min(self._next, self._asked + ANSWER_NS)
        return self._next

    def overdue(self, now: int) -> bool:
        """Ask for a ping when it is time; return whether the answer to one did not come, which is said once a ping."""
        if self._next is not None and now >= self._next:
            self._wanted = True
            self._next = now + EVERY_NS
        if self._asked is None or now < self._asked + ANSWER_NS:
            return False
        silent = self.heard < self._asked
        self._asked = None
        return silent
