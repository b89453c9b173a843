"""Subscriptions: what is asked of the venue, and what it has not yet granted.

A topic is text: its kind, perhaps a depth or a period, and a code.
A request of many topics gets one answer; when that is a refusal it is not said which topic was bad, nor what became of
the others, so each topic is then asked for alone.
A book is granted with its first snapshot, every other topic with the answer to its request.
What is not granted is asked for again with doubling patience, after it was unsubscribed, because the venue refuses what
it believes to be subscribed already.
The wait begins when a request is taken for sending, so a replay, which sends nothing, waits for nothing.
Followed: https://bybit-exchange.github.io/docs/v5/ws/connect (How to Subscribe to Topics, Args limits).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BOOK = "orderbook."
BOOK_DEPTH = 200  # of 1, 50, 200 and 1000: deep enough to walk, every 100 ms
BATCHES = {"spot": 10}  # the venue's limit; the other lines have none
BATCH = 100
MOST_TEXT = 21_000  # characters of topics that one connection may carry
GRANT_NS = 5_000_000_000
DOUBLINGS = 4
ALREADY = "already subscribed"


def topics_of(line: str, codes: Sequence[str], channels: Iterable[Channel]) -> list[str]:
    """Return what to subscribe to, once each.

    Spot tickers show no best prices, so a spot ticker without a book brings the book of depth 1 along; they show no
    carry either.

    Raises:
        ValueError: one connection may not carry that many; the caller has to split the codes.
    """
    wanted = frozenset(channels)
    topics: dict[str, None] = {}
    for code in codes:
        if Channel.BOOK in wanted:
            topics[f"{BOOK}{BOOK_DEPTH}.{code}"] = None
        elif Channel.TICKER in wanted and line == "spot":
            topics[f"{BOOK}1.{code}"] = None
        if Channel.TICKER in wanted or (Channel.CARRY in wanted and line != "spot"):
            topics[f"tickers.{code}"] = None
        if Channel.TRADES in wanted:
            topics[f"publicTrade.{code}"] = None
    length = _length(topics)
    if length > MOST_TEXT:
        raise ValueError(f"{len(topics)} topics ({length} characters) are more than the {MOST_TEXT} of one connection")
    return list(topics)


def load_of(line: str, code: str, channels: Iterable[Channel]) -> float:
    """Return the part that a market takes of what one connection may subscribe to."""
    return _length(topics_of(line, [code], channels)) / MOST_TEXT


def _length(topics: Iterable[str]) -> int:
    """Return the characters of topics, with their quotes and commas."""
    return sum(len(topic) + 3 for topic in topics)


class _Wait(msgspec.Struct):
    """A topic that is not granted: since when (None: the request was not taken yet), and how often it was asked for."""

    since: int | None = None
    asked: int = 1

    def until(self) -> int | None:
        """When patience ends."""
        return None if self.since is None else self.since + (GRANT_NS << min(self.asked - 1, DOUBLINGS))


class Topics:
    """Outgoing subscription requests, and the topics that wait for the venue."""

    __slots__ = ("_alone", "_batch", "_ends", "_number", "_requests", "_waits", "_wanted")

    def __init__(self, line: str) -> None:
        self._batch = BATCHES.get(line, BATCH)
        self._number = 0
        self._waits: dict[str, _Wait] = {}
        self._wanted: dict[str, None] = {}  # to be subscribed with the next request
        self._ends: dict[str, None] = {}  # to be unsubscribed before that
        self._alone: dict[str, None] = {}  # to be asked for in a request of their own
        self._requests: dict[str, tuple[int, list[str]]] = {}  # sent and not answered

    def clear(self) -> None:
        """Forget everything: the connection is gone."""
        for kept in (self._waits, self._wanted, self._ends, self._alone, self._requests):
            kept.clear()

    def subscribe(self, topics: Iterable[str]) -> None:
        """Ask for topics."""
        for topic in topics:
            self._wanted[topic] = None
            self._waits[topic] = _Wait()

    def renew(self, topic: str) -> None:
        """Ask for an end and a new beginning, which brings a new snapshot."""
        self._ends[topic] = None
        self.subscribe([topic])

    def granted(self, topic: str) -> None:
        """What was asked for has come."""
        self._waits.pop(topic, None)

    def take(self, now: int) -> list[bytes]:
        """Take the frames that should be sent now."""
        self._requests = {name: sent for name, sent in self._requests.items() if now < sent[0] + GRANT_NS}
        frames = [self._spell("unsubscribe", topics)[1] for topics in self._batches(self._ends)]
        alone = [[topic] for topic in self._wanted if topic in self._alone]
        together = self._batches([topic for topic in self._wanted if topic not in self._alone])
        for topics in together + alone:
            name, frame = self._spell("subscribe", topics)
            frames.append(frame)
            self._requests[name] = now, topics
            for topic in topics:
                if topic in self._waits:
                    self._waits[topic].since = now
        self._wanted.clear()
        self._ends.clear()
        self._alone.clear()
        return frames

    def answered(self, name: str, *, success: bool, message: str) -> list[str] | None:
        """Note the answer to a request; return the topics that the venue refuses for good, None for no request of ours.

        Of a refused request of many topics nothing is known yet: those not granted meanwhile are asked for one by one.
        """
        sent = self._requests.pop(name, None)
        if sent is None:
            return None
        topics = sent[1]
        open_ = [topic for topic in topics if topic in self._waits]
        if success or (len(topics) == 1 and ALREADY in message):
            for topic in open_:
                if not topic.startswith(BOOK):
                    self.granted(topic)
            return []
        if len(topics) > 1:
            self.subscribe(open_)
            self._alone.update(dict.fromkeys(open_))
            return []
        for topic in open_:
            self.granted(topic)
        return open_

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        return min((until for wait in self._waits.values() if (until := wait.until()) is not None), default=None)

    def overdue(self, now: int) -> list[tuple[str, int]]:
        """Ask again for each topic whose grant is overdue; return them with the ns they have waited."""
        late = [
            (topic, wait, now - wait.since)
            for topic, wait in self._waits.items()
            if wait.since is not None and now >= (wait.until() or now)
        ]
        for topic, wait, _ in late:
            self.renew(topic)
            self._waits[topic].asked = wait.asked + 1
        return [(topic, waited) for topic, _, waited in late]

    def _batches(self, topics: Iterable[str]) -> list[list[str]]:
        every = list(topics)
        return [every[start : start + self._batch] for start in range(0, len(every), self._batch)]

    def _spell(self, operation: str, topics: list[str]) -> tuple[str, bytes]:
        self._number += 1
        name = str(self._number)
        return name, msgspec.json.encode({"req_id": name, "op": operation, "args": topics})
