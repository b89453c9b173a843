"""Keep-alive: the venue closes a connection that is idle for 10 minutes, and one that leaves its question unanswered.

A heartbeat of 20 s is asked for when the connection stands; from then on the venue speaks at least that often, and its
`test_request` must be answered by `public/test` even while data flows.
When nothing was received for 25 s all the same, `public/test` is sent, and anything received is an answer to it.
An answer is only waited for once the question was really taken for sending, so a replay, which sends nothing, stays
quiet.
The venue sets no age at which a connection ends.
Followed: https://docs.deribit.com/api-reference/session-management/public-set_heartbeat.
"""

from __future__ import annotations

HEARTBEAT_S = 20
QUIET_NS = 25_000_000_000
ANSWER_NS = 5_000_000_000

SET_HEARTBEAT = b'{"jsonrpc":"2.0","id":1,"method":"public/set_heartbeat","params":{"interval":%d}}' % HEARTBEAT_S
TEST = b'{"jsonrpc":"2.0","id":2,"method":"public/test","params":{}}'


class Pulse:
    """When to speak, and whether the venue has fallen silent."""

    __slots__ = ("_asked", "_greeting", "_owed", "_wanted", "heard")

    def __init__(self) -> None:
        self.heard: int | None = None  # when the connection last showed life
        self._greeting = False  # the heartbeat is to be asked for
        self._owed = False  # the venue asked whether we live
        self._wanted = False  # we are to ask whether it lives
        self._asked: int | None = None  # when our question was taken

    def start(self, now: int) -> None:
        """A fresh connection stands."""
        self.stop()
        self.heard = now
        self._greeting = True

    def stop(self) -> None:
        """There is no connection."""
        self.heard = self._asked = None
        self._greeting = self._owed = self._wanted = False

    def owe(self) -> None:
        """The venue asked whether we live."""
        self._owed = True

    def take(self, now: int) -> list[bytes]:
        """Take the frames that should be sent now."""
        frames = [SET_HEARTBEAT] if self._greeting else []
        if self._wanted:
            self._asked = now
        if self._wanted or self._owed:
            frames.append(TEST)
        self._greeting = self._owed = self._wanted = False
        return frames

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        if self.heard is None or self._wanted:
            return None
        return (self._asked or 0) + ANSWER_NS if self._waits() else self.heard + QUIET_NS

    def overdue(self, now: int) -> bool:
        """Ask whether the venue lives when it is time; return whether the answer did not come.

        After that the connection counts as gone until it shows life again.
        """
        deadline = self.next_deadline()
        if deadline is None or now < deadline:
            return False
        if self._waits():
            self.stop()
            return True
        self._wanted = True
        return False

    def _waits(self) -> bool:
        return self._asked is not None and self.heard is not None and self.heard < self._asked
