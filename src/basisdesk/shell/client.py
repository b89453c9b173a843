"""One reader of the bus, and what it still has to be told.

The desk never waits for a reader.
What is not yet sent is kept per topic, the newest replacing the one before, so a slow reader loses steps and never the
end, and the memory it can hold is one message a topic.
Some messages only continue the one before (candles); when such a message would replace one that was not sent, the
whole of the topic takes its place.
Replies are never conflated; a reader that lets too many pile up is dropped.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Never

from basisdesk.domain import stream

if TYPE_CHECKING:
    from collections.abc import Callable

REPLIES = 256
TOPICS = 2048
WRITE_BUFFER = 64 * 1024


class Client:
    """One connection; `number` names it in the log."""

    def __init__(self, number: int, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.watched: dict[str, None] = {}
        self._writer = writer
        self._pending: dict[str, bytes] = {}
        self._replies: list[bytes] = []
        self._wake = asyncio.Event()
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER)

    def tell(self, topic: str, body: bytes) -> None:
        """Queue the whole of a topic; it replaces what was not sent of it."""
        self._pending[topic] = body
        self._wake.set()

    def tell_more(self, topic: str, body: bytes, whole: Callable[[], bytes | None]) -> None:
        """Queue a continuation; when one is still waiting, `whole` is queued in its place."""
        if topic not in self._pending:
            self.tell(topic, body)
        elif (instead := whole()) is not None:
            self.tell(topic, instead)

    def forget(self, topic: str) -> None:
        """Stop telling of a watched topic."""
        self.watched.pop(topic, None)
        self._pending.pop(topic, None)

    def answer(self, reply: stream.Reply) -> bool:
        """Queue a reply; False when the reader has let too many pile up."""
        self._replies.append(stream.pack(reply))
        self._wake.set()
        return len(self._replies) <= REPLIES

    async def write(self) -> Never:
        """Send what is queued, replies first, for as long as the connection stands."""
        while True:
            await self._wake.wait()
            while frame := self._next():
                self._writer.write(frame)
                await self._writer.drain()
            self._wake.clear()

    def close(self) -> None:
        """Close the connection without waiting for the other end."""
        self._writer.transport.abort()

    def _next(self) -> bytes | None:
        if self._replies:
            return self._replies.pop(0)
        if self._pending:
            topic = next(iter(self._pending))
            return stream.pack(stream.Publish(topic, self._pending.pop(topic)))
        return None
