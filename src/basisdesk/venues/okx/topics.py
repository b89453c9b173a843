"""Subscriptions: what is asked of the venue, and what it has not yet granted.

A topic is a channel and a code.
The venue acknowledges each topic on its own; a book is granted with its first snapshot, which is what was asked for.
What is not granted within 5 s is reported and asked for once more.
The wait begins when the frame is taken for sending, so a replay, which sends nothing, waits for nothing.
One request holds at most 50 topics, far below the venue's limit of 64 KB.
A connection takes 480 requests an hour, of which the usual share is used: what waits to be sent goes together, and what
is beyond the share waits for its turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.budget import Budget
from basisdesk.venues.contract import Channel
from basisdesk.venues.okx import symbols
from basisdesk.venues.okx.capabilities import REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Topic = tuple[str, str]

BATCH = 50
GRANT_NS = 5_000_000_000
_COST = ((REQUESTS.name, 1.0),)
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

    __slots__ = ("_budget", "_ends", "_room_at", "_waits", "_wanted")

    def __init__(self) -> None:
        self._budget = Budget((REQUESTS,))
        self._ends: dict[Topic, None] = {}  # to be unsubscribed, before
        self._wanted: dict[Topic, None] = {}  # what is to be subscribed
        self._waits: dict[Topic, _Wait] = {}
        self._room_at: int | None = None

    def clear(self) -> None:
        """Forget everything: the connection is gone."""
        for kept in (self._ends, self._wanted, self._waits):
            kept.clear()
        self._budget = Budget((REQUESTS,))
        self._room_at = None

    def subscribe(self, topics: Sequence[Topic]) -> None:
        """Queue subscriptions."""
        for topic in topics:
            self._wanted[topic] = None
            self._waits[topic] = _Wait()

    def renew(self, topic: Topic) -> None:
        """Queue an end and a new beginning, which brings a new snapshot."""
        self._ends[topic] = None
        self.subscribe([topic])

    def granted(self, topic: Topic) -> None:
        """The venue granted, or refused for good; either way nothing is waited for."""
        self._waits.pop(topic, None)

    def take(self, now: int) -> list[bytes]:
        """Take the frames that should be sent now."""
        self._room_at = None
        frames = [_request("unsubscribe", batch) for batch in self._batches(self._ends, now)]
        if self._ends:
            return frames  # a beginning never goes before its end
        for batch in self._batches(self._wanted, now):
            frames.append(_request("subscribe", batch))
            for topic in batch:
                if topic in self._waits:
                    self._waits[topic].since = now
        return frames

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        times = [wait.since + GRANT_NS for wait in self._waits.values() if wait.since is not None]
        return min(times if self._room_at is None else [*times, self._room_at], default=None)

    def overdue(self, now: int) -> list[tuple[Topic, bool]]:
        """Return each topic whose grant is overdue, and whether it is asked for again (once) or given up."""
        late = [(t, w) for t, w in self._waits.items() if w.since is not None and now >= w.since + GRANT_NS]
        for topic, wait in late:
            if wait.asked > 1:
                del self._waits[topic]
            else:
                self.subscribe([topic])
                self._waits[topic].asked = 2
        return [(topic, wait.asked == 1) for topic, wait in late]

    def _batches(self, topics: dict[Topic, None], now: int) -> list[list[Topic]]:
        """Take what may be sent now out of these topics."""
        batches = []
        while topics:
            wait = self._budget.ask(_COST, False, "", now)  # noqa: FBT003 (not urgent)
            if wait:
                self._room_at = now + wait
                break
            batches.append(list(topics)[:BATCH])
            for topic in batches[-1]:
                del topics[topic]
        return batches


def _request(operation: str, topics: Sequence[Topic]) -> bytes:
    args = [{"channel": channel, "instId": code} for channel, code in topics]
    return msgspec.json.encode({"op": operation, "args": args})
