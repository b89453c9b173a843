"""Keep-alive: the venue closes a connection that is idle for 10 minutes, and one that leaves its question unanswered.

A heartbeat of 20 s is asked for when the connection stands; from then on the venue speaks at least that often, and its
`test_request` must be answered by `public/test` even while data flows.
When nothing was received for 25 s all the same, `public/test` is sent, and anything received is an answer to it.
The venue sets no age at which a connection ends.
Followed: https://docs.deribit.com/api-reference/session-management/public-set_heartbeat.
"""

from __future__ import annotations

from basisdesk.venues.pulse import QuietPulse

HEARTBEAT_S = 20
QUIET_NS = 25_000_000_000
ANSWER_NS = 5_000_000_000

SET_HEARTBEAT = b'{"jsonrpc":"2.0","id":1,"method":"public/set_heartbeat","params":{"interval":%d}}' % HEARTBEAT_S
TEST = b'{"jsonrpc":"2.0","id":2,"method":"public/test","params":{}}'


class Heartbeat:
    """What is said to be kept alive; `pulse` tells whether the venue lives."""

    __slots__ = ("_greeting", "_owed", "pulse")

    def __init__(self) -> None:
        self.pulse = QuietPulse(TEST, QUIET_NS, ANSWER_NS)
        self._greeting = False  # the heartbeat is to be asked for
        self._owed = False  # the venue asked whether we live

    def start(self, now: int) -> None:
        """A fresh connection stands."""
        self.pulse.start(now)
        self._greeting = True
        self._owed = False

    def stop(self) -> None:
        """There is no connection."""
        self.pulse.stop()
        self._greeting = self._owed = False

    def owe(self) -> None:
        """The venue asked whether we live."""
        self._owed = True

    def take(self, now: int) -> list[bytes]:
        """Take the frames that should be sent now; one `public/test` answers and asks."""
        greeting = [SET_HEARTBEAT] if self._greeting else []
        answer = [TEST] if self._owed else []
        self._greeting = self._owed = False
        return greeting + (self.pulse.take(now) or answer)
