"""Keep-alive: when to ping, and whether the venue has fallen silent.

Some venues hang up on a connection where nothing was said for a while, so a ping goes out when it has been quiet
(`QuietPulse`); others want one every so often, however busy the stream is (`SteadyPulse`).
For both, anything received after a ping is as good an answer as the pong, and is told by setting `heard`.
An answer is only waited for once the ping was really taken for sending, so a replay, which sends nothing, stays quiet.
Times and spans are in ns.
"""

from __future__ import annotations


class QuietPulse:
    """Pings when nothing was heard for a while; `heard` is when the connection last showed life, None without one."""

    __slots__ = ("_answer", "_asked", "_ping", "_quiet", "_wanted", "heard")

    def __init__(self, ping: bytes, quiet: int, answer: int) -> None:
        """Ping after `quiet`, and wait for the answer for `answer`."""
        self._ping = ping
        self._quiet = quiet
        self._answer = answer
        self.heard: int | None = None
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
        return [self._ping]

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        if self.heard is None or self._wanted:
            return None
        if self._asked is not None and self.heard < self._asked:
            return self._asked + self._answer
        return self.heard + self._quiet

    def overdue(self, now: int) -> bool:
        """Ask for a ping when it is time; return whether the answer to one did not come.

        After that the connection counts as gone until it shows life again.
        """
        deadline = self.next_deadline()
        if self.heard is None or deadline is None or now < deadline:
            return False
        if self._asked is not None and self.heard < self._asked:
            self.stop()
            return True
        self._wanted = True
        return False


class SteadyPulse:
    """Pings every so often; `heard` is when the connection last showed life."""

    __slots__ = ("_answer", "_asked", "_every", "_next", "_ping", "_wanted", "heard")

    def __init__(self, ping: bytes, every: int, answer: int) -> None:
        """Ping `every` so many ns, and wait for the answer for `answer`."""
        self._ping = ping
        self._every = every
        self._answer = answer
        self.heard = 0
        self._wanted = False  # a ping waits to be taken
        self._asked: int | None = None  # when the ping was taken whose answer is waited for
        self._next: int | None = None  # when to ping next, None without a connection

    def start(self, now: int) -> None:
        """A fresh connection stands."""
        self.stop()
        self.heard = now
        self._next = now + self._every

    def stop(self) -> None:
        """There is no connection."""
        self._next = self._asked = None
        self._wanted = False

    def take(self, now: int) -> list[bytes]:
        """Take the ping that should be sent now, if any; the wait for an earlier one goes on."""
        if not self._wanted:
            return []
        self._wanted = False
        self._asked = now if self._asked is None or self.heard >= self._asked else self._asked
        return [self._ping]

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        if self._next is not None and self._asked is not None and self.heard < self._asked:
            return min(self._next, self._asked + self._answer)
        return self._next

    def overdue(self, now: int) -> bool:
        """Ask for a ping when it is time; return whether the answer to one did not come, which is said once a ping."""
        if self._next is not None and now >= self._next:
            self._wanted = True
            self._next = now + self._every
        if self._asked is None or now < self._asked + self._answer:
            return False
        silent = self.heard < self._asked
        self._asked = None
        return silent
