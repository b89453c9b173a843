"""Subscriptions: what is asked of the venue, and what it has not yet granted.

A topic is a channel and a code.
The venue acknowledges each topic on its own; a book is granted with its first snapshot, which is what was asked for.
What is not granted within 5 s is reported and asked for once more.
The wait begins when the frame is taken for sending, so a replay, which sends nothing, waits for nothing.
One request holds at most 50 topics, far below the venue's limit of 64 KB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.contract import Channel
from basisdesk.venues.okx import symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Topic = tuple[str, str]

BATCH = 50
GRANT_NS = 5_000_000_000
CHANNELS = {Channel.BOOK: "books", Channel.TICKER: "tickers", Channel.TRADES: "trades"}


def topics_of(codes: Sequence[str], channels: Iterable[Channel]) -> list[Topic]:
    """Return what to subscribe to, once each: for carry the mark, the index of a contract and a perpetual's funding."""
    topics: dict[Topic, None] = {}
    for channel in channels:
        for code in codes:
            if channel is not Channel.CARRY:
                topics[CHANNELS[channel], code] = None
            elif underlying := symbols.underlying_of(code):
                topics["mark-price", code] = None
                topics["index-tickers", underlying] = None
                if symbols.is_perpetual(code):
                    topics["funding-rate", code] = None
    return list(topics)


class _Wait(msgspec.Struct):
    """One topic that is not granted: since when (None: the frame was not taken yet), and how often it was asked for."""

    since: int | None = None
    asked: int = 1


class Topics:
    """Outgoing subscription frames, and the topics that wait for the venue."""

    __slots__ = ("_frames", "_waits")

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._waits: dict[Topic, _Wait] = {}

    def clear(self) -> None:
        """Forget everything: the connection is gone."""
        self._frames.clear()
        self._waits.clear()

    def subscribe(self, topics: Sequence[Topic]) -> None:
        """Queue subscriptions."""
        for start in range(0, len(topics), BATCH):
            self._queue("subscribe", topics[start : start + BATCH])
        for topic in topics:
            self._waits[topic] = _Wait()

    def renew(self, topic: Topic) -> None:
        """Queue an end and a new beginning, which brings a new snapshot."""
        self._queue("unsubscribe", [topic])
        self.subscribe([topic])

    def granted(self, topic: Topic) -> None:
        """The venue granted, or refused for good; either way nothing is waited for."""
        self._waits.pop(topic, None)

    def take(self, now: int) -> list[bytes]:
        """Take the frames that should be sent now."""
        frames, self._frames = self._frames, []
        if frames:
            for wait in self._waits.values():
                wait.since = now if wait.since is None else wait.since
        return frames

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        return min((wait.since + GRANT_NS for wait in self._waits.values() if wait.since is not None), default=None)

    def overdue(self, now: int) -> list[tuple[Topic, bool]]:
        """Return each topic whose grant is overdue, and whether it is asked for again (once) or given up."""
        late = [(t, w) for t, w in self._waits.items() if w.since is not None and now >= w.since + GRANT_NS]
        for topic, wait in late:
            if wait.asked > 1:
                del self._waits[topic]
            else:
                self._queue("subscribe", [topic])
                self._waits[topic] = _Wait(asked=2)
        return [(topic, wait.asked == 1) for topic, wait in late]

    def _queue(self, operation: str, topics: Sequence[Topic]) -> None:
        args = [{"channel": channel, "instId": code} for channel, code in topics]
        self._frames.append(msgspec.json.encode({"op": operation, "args": args}))
