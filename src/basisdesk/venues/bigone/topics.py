"""Subscriptions of the spot socket: what is asked of the venue, and what it has not yet granted.

Depth and trades are asked for market by market, tickers of all markets in one request (an empty list means every one).
A book is granted with its first snapshot, anything else with the first message that carries the request's number.
What is not granted is asked for again with doubling pauses, after it was unsubscribed.
Followed: https://open.bigone.com/docs/spot/pusher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.venues.bigone.asking import Asking
from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Topic = tuple[str, str]

DEPTH = "Depth"
TRADES = "Trades"
TICKER: Topic = ("Ticker", "")
RECENT_TRADES = 20


def topics_of(codes: Sequence[str], channels: Iterable[Channel]) -> list[Topic]:
    """Return what to subscribe to, once each; spot has nothing to carry, and only tickers of every market at once."""
    wanted = frozenset(channels)
    topics = [TICKER] if Channel.TICKER in wanted else []
    for channel, kind in ((Channel.BOOK, DEPTH), (Channel.TRADES, TRADES)):
        if channel in wanted:
            topics += [(kind, code) for code in dict.fromkeys(codes)]
    return topics


class Topics:
    """Outgoing requests, and the topics that wait for the venue."""

    __slots__ = ("_askings", "_codes", "_names", "_number", "_sent")

    def __init__(self, codes: Sequence[str]) -> None:
        self._codes = list(dict.fromkeys(codes))
        self._number = 0
        self._askings: dict[Topic, Asking] = {}
        self._names: dict[str, Topic] = {}  # request numbers, of each topic the last
        self._sent: dict[Topic, str] = {}

    def clear(self) -> None:
        """Forget everything: the connection is gone."""
        self._askings.clear()
        self._names.clear()
        self._sent.clear()

    def want(self, topic: Topic, now: int) -> None:
        """Ask for a topic, anew if it was asked for before, which brings a new snapshot."""
        self._askings.setdefault(topic, Asking()).want(now)

    def granted(self, topic: Topic) -> None:
        """What was asked for has come."""
        asking = self._askings.get(topic)
        if asking is not None:
            asking.settle()

    def named(self, name: str) -> Topic | None:
        """Return the topic that a request of this number asked for."""
        return self._names.get(name)

    def take(self, now: int) -> list[bytes]:
        """Take the frames that should be sent now."""
        frames: list[bytes] = []
        for topic, asking in self._askings.items():
            if asking.take(now):
                if topic in self._sent:
                    self._names.pop(self._sent[topic], None)
                    frames.append(self._spell("unsubscribe", topic)[1])
                name, frame = self._spell("subscribe", topic)
                self._names[name] = topic
                self._sent[topic] = name
                frames.append(frame)
        return frames

    def next_deadline(self, now: int) -> int | None:
        """When `overdue` wants to be called, or None."""
        deadlines = (asking.next_deadline(now) for asking in self._askings.values())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def overdue(self, now: int) -> list[Topic]:
        """Return the topics that were not granted in time, which are asked for again."""
        return [topic for topic, asking in self._askings.items() if asking.overdue(now)]

    def _spell(self, verb: str, topic: Topic) -> tuple[str, bytes]:
        self._number += 1
        name = str(self._number)
        kind, code = topic
        body: dict[str, Any] = {"markets": self._codes} if topic == TICKER else {"market": code}
        if kind == TRADES and verb == "subscribe":
            body["limit"] = RECENT_TRADES
        market = "Markets" if topic == TICKER else "Market"
        return name, msgspec.json.encode({"requestId": name, f"{verb}{market}{kind}Request": body})
