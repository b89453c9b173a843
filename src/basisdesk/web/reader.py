"""One browser's share of the stream.

A reader holds no copy of any message: it holds the names of the topics that changed since they were last sent, so a
slow browser costs nothing and always gets the latest.
Replies, errors and news of the connection are never dropped and never wait for the next step of the clock; a browser
that lets `URGENT_LIMIT` of them pile up is cut off.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from basisdesk.web.series import Mark

PERIOD = 0.1
URGENT_LIMIT = 256


class Reader:
    """What one browser watches, what changed for it, and what it must be told at once."""

    def __init__(self) -> None:
        self.watched: set[str] = set()
        self.marks: dict[str, Mark] = {}
        self._changed: dict[str, None] = {}
        self._urgent: deque[str] = deque()
        self._wake = asyncio.Event()
        self._due = 0.0

    @property
    def overrun(self) -> bool:
        """Whether the browser has let too much pile up."""
        return len(self._urgent) > URGENT_LIMIT

    def changed(self, topic: str) -> None:
        """Note that a topic has a newer message."""
        self._changed[topic] = None
        self._wake.set()

    def forget(self, topic: str) -> None:
        """Drop what is pending of a topic nobody here watches any more."""
        self._changed.pop(topic, None)
        self.marks.pop(topic, None)

    def say(self, text: str) -> None:
        """Send this text as soon as the connection takes it."""
        self._urgent.append(text)
        self._wake.set()

    async def next(self) -> tuple[list[str], list[str]]:
        """Wait for the next step; return texts to send at once, and topics to send, which come every `PERIOD` s."""
        clock = asyncio.get_running_loop().time
        while True:
            wait = self._due - clock() if self._changed else None
            if self._urgent or (wait is not None and wait <= 0):
                break
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), wait)
            except TimeoutError:
                continue
        texts, self._urgent = list(self._urgent), deque()
        if self._due > clock():
            return texts, []
        topics, self._changed = list(self._changed), {}
        if topics:
            self._due = clock() + PERIOD
        return texts, topics
