"""Keep-alive: the venue closes a connection on which nothing was said for 30 s.

When nothing was received for 25 s the text ``ping`` is sent; the venue answers the text ``pong``, and anything else it
sends is as good an answer.
An answer is only waited for once the ping was really taken for sending, so a replay, which sends nothing, stays quiet.
"""

from __future__ import annotations

PING = b"ping"
PONG = b"pong"
QUIET_NS = 25_000_000_000
ANSWER_NS = 5_000_000_000


class Pulse:
    """When to ping, and whether the answer is overdue."""

    __slots__ = ("_asked", "_wanted", "heard")

    def __init__(self) -> None:
        self.heard: int | None = None  # when the connection last showed life
        self._wanted = False  # a ping waits to be taken
        self._asked: int | None = None  # when the ping was taken

    def start(self, now: int) -> None:
        """A fresh connection stands."""
        self.stop()
        self.heard = now

    def stop(self) -> None:
        """There is no connection."""
        self.heard = self._asked = None
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
        if self.heard is None or self._wanted:
            return None
        if self._waits():
            return (self._asked or 0) + ANSWER_NS
        return self.heard + QUIET_NS

    def overdue(self, now: int) -> bool:
        """Ask for a ping when it is time; return whether the answer to one did not come.

        After that the connection counts as gone until it shows life again.
        """
        deadline = self.next_deadline()
        if deadline is None or now < deadline:
            return False
        if self._waits():
            self.stop()
            return True
        self._wanted = True
        self._asked = None
        return False

    def _waits(self) -> bool:
        return self._asked is not None and self.heard is not None and self.heard < self._asked
