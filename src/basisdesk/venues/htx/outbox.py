"""What waits to be sent, and what the venue has not answered yet.

A topic is subscribed by a frame of its own; the venue answers each by name (or by number, when it refuses).
A whole book that was asked for counts as answered when it arrives.
What is not answered within 5 s (a whole book: 2 s) is reported and asked for again, with a pause that doubles up to a
minute.
Waiting begins when a frame is taken for sending, so a replay, which sends nothing, waits for nothing and stays quiet.
The venue takes 40 subscriptions a second; half of that is used.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

SECOND = 1_000_000_000
BURST = 20
ANSWER_NS = 5 * SECOND
BOOK_NS = 2 * SECOND
LONGEST_NS = 60 * SECOND
MOST_PONGS = 16


class _Wait(msgspec.Struct):
    """A topic that is not answered: the number of its frame, when it was taken (None: not yet), and the patience."""

    frame: bytes
    number: str
    patience: int
    since: int | None = None


class Outbox:
    """Frames to send, oldest first, and topics that wait for their answer."""

    __slots__ = ("_number", "_pongs", "_queue", "_room", "_waits", "_window")

    def __init__(self) -> None:
        self._number = 0
        self._pongs: deque[bytes] = deque(maxlen=MOST_PONGS)
        self._queue: dict[str, bytes] = {}
        self._waits: dict[str, _Wait] = {}
        self._room = BURST
        self._window: int | None = None

    def clear(self) -> None:
        """Forget everything: the connection is new or gone."""
        self._pongs.clear()
        self._queue.clear()
        self._waits.clear()
        self._room = BURST
        self._window = None

    def pong(self, frame: bytes) -> None:
        """Queue the answer to a ping; it overtakes everything else."""
        self._pongs.append(frame)

    def subscribe(self, topic: str) -> None:
        """Queue a subscription of a market channel."""
        extra = ',"data_type":"incremental"' if topic.endswith(".high_freq") else ""
        self._put(topic, ANSWER_NS, f'{{"sub":"{topic}"{extra},"id":"{self._next()}"}}')

    def renew(self, topic: str) -> None:
        """Queue an end and a new beginning, which brings a new snapshot."""
        key = f"- {topic}"
        self._queue.pop(key, None)
        self._queue[key] = f'{{"unsub":"{topic}","id":"{self._next()}"}}'.encode()
        self.subscribe(topic)

    def request(self, topic: str) -> None:
        """Queue the request of a whole book; the key differs from that of the subscription to the same channel."""
        self._put(key_of_request(topic), BOOK_NS, f'{{"req":"{topic}","id":"{self._next()}"}}')

    def answered(self, key: str) -> None:
        """The venue answered, or refused for good; either way nothing is waited for."""
        self._waits.pop(key, None)
        self._queue.pop(key, None)

    def waits(self, key: str) -> bool:
        """Whether an answer to this is waited for."""
        return key in self._waits

    def numbered(self, number: int | str | None) -> str:
        """Return what was asked under this number, empty text when nothing that still waits was."""
        return next((key for key, wait in self._waits.items() if wait.number == str(number)), "")

    def take(self, now: int) -> list[bytes]:
        """Take the frames that may be sent now."""
        frames = list(self._pongs)
        self._pongs.clear()
        if self._window is None or now >= self._window + SECOND:
            self._window, self._room = now, BURST
        for key in list(self._queue)[: self._room]:
            frames.append(self._queue.pop(key))
            self._room -= 1
            if key in self._waits:
                self._waits[key].since = now
        return frames

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or frames may be taken again."""
        ends = [wait.since + wait.patience for wait in self._waits.values() if wait.since is not None]
        if self._queue and self._window is not None:
            ends.append(self._window + SECOND)
        return min(ends, default=None)

    def overdue(self, now: int) -> Sequence[str]:
        """Return what was not answered in time; it is queued again."""
        late = [k for k, w in self._waits.items() if w.since is not None and now >= w.since + w.patience]
        for key in late:
            wait = self._waits[key]
            wait.since = None
            wait.patience = min(2 * wait.patience, LONGEST_NS)
            self._queue[key] = wait.frame
        return late

    def _put(self, key: str, patience: int, text: str) -> None:
        frame = text.encode()
        self._queue.pop(key, None)
        self._queue[key] = frame
        self._waits[key] = _Wait(frame, str(self._number), patience)

    def _next(self) -> int:
        self._number += 1
        return self._number


def key_of_request(topic: str) -> str:
    """Return the key under which the request of a whole book waits."""
    return f"? {topic}"


def topic_of_key(key: str) -> str:
    """Return the topic that a key is about."""
    return key.removeprefix("? ")
