"""Which streams a feed wants, and the conversation by which it gets them.

Streams are subscribed in batches; a connection may carry 1024 of them and send 5 messages a second (spot; futures 10),
pongs included, so batches go out three at a time, 60 % of that.
Every batch is acknowledged by `{"result":null,"id":n}`; one that is not acknowledged is sent again.
Source: "Live Subscribing/Unsubscribing to streams", "WebSocket Limits".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.binance.asking import SECOND
from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BATCH = 200
MOST_STREAMS = 1024
BURST = 3
BURST_PAUSE = 1 * SECOND
ANSWER_WAIT = 10 * SECOND

_ORDER = (Channel.BOOK, Channel.TICKER, Channel.TRADES, Channel.CARRY)
_STREAMS = {
    ("spot", Channel.BOOK): ("{code}@depth@100ms",),
    ("spot", Channel.TICKER): ("{code}@bookTicker",),
    ("spot", Channel.TRADES): ("{code}@trade",),
    ("usdm", Channel.BOOK): ("{code}@depth@100ms",),
    ("usdm", Channel.TICKER): ("{code}@bookTicker",),
    ("usdm", Channel.TRADES): ("{code}@aggTrade",),
    ("usdm", Channel.CARRY): ("{code}@markPrice@1s",),
    ("coinm", Channel.BOOK): ("{code}@depth@100ms",),
    ("coinm", Channel.TICKER): ("{code}@bookTicker",),
    ("coinm", Channel.TRADES): ("{code}@aggTrade",),
    ("coinm", Channel.CARRY): ("{code}@markPrice@1s", "{pair}@indexPrice@1s"),
}


def stream_names(line: str, codes: Sequence[str], channels: frozenset[Channel]) -> list[str]:
    """Name the streams of these markets and channels, each once, channel by channel.

    Raises:
        ValueError: they are more than one connection may carry; the caller has to split the codes.
    """
    wanted = dict.fromkeys(
        pattern.format(code=code.lower(), pair=code.lower().partition("_")[0])
        for channel in _ORDER
        if channel in channels
        for pattern in _STREAMS.get((line, channel), ())
        for code in codes
    )
    if len(wanted) > MOST_STREAMS:
        raise ValueError(f"{len(wanted)} streams are more than the {MOST_STREAMS} that one connection may carry")
    return list(wanted)


def load_of(line: str, code: str, channels: Iterable[Channel]) -> float:
    """Return the part that a market takes of what one connection may subscribe to."""
    return len(stream_names(line, [code], frozenset(channels))) / MOST_STREAMS


class Subscribing:
    """The batches that are still to be sent, and those that wait for their acknowledgement."""

    __slots__ = ("allowance", "batches", "deadline", "number", "queue", "waiting")

    def __init__(self, streams: list[str]) -> None:
        self.batches = [streams[at : at + BATCH] for at in range(0, len(streams), BATCH)]
        self.number = 0
        self.queue: dict[int, bytes] = {}
        self.waiting: dict[int, bytes] = {}
        self.allowance = 0
        self.deadline: int | None = None

    def open(self, now: int) -> None:
        """A fresh connection stands: queue every batch."""
        self.close()
        for params in self.batches:
            self.number += 1
            frame = {"method": "SUBSCRIBE", "params": params, "id": self.number}
            self.queue[self.number] = msgspec.json.encode(frame)
        self.allowance = BURST
        if self.queue:
            self.deadline = now + (BURST_PAUSE if len(self.queue) > BURST else ANSWER_WAIT)

    def close(self) -> None:
        """Forget everything under way."""
        self.queue = {}
        self.waiting = {}
        self.allowance = 0
        self.deadline = None

    def take(self) -> list[bytes]:
        """Take the frames that may be sent now."""
        numbers = list(self.queue)[: self.allowance]
        self.allowance -= len(numbers)
        for number in numbers:
            self.waiting[number] = self.queue.pop(number)
        return [self.waiting[number] for number in numbers]

    def answered(self, number: int | str | None) -> bool:
        """Note the answer to a batch, be it yes or no; False when none of ours waits under this number."""
        if not isinstance(number, int) or self.waiting.pop(number, None) is None:
            return False
        if not self.waiting and not self.queue:
            self.deadline = None
        return True

    def on_time(self, now: int) -> int:
        """Allow the next burst, or queue again what was not answered; return how many batches that were."""
        if self.deadline is None or now < self.deadline:
            return 0
        again = 0
        if not self.queue:
            again = len(self.waiting)
            self.queue, self.waiting = self.waiting, {}
        self.allowance = BURST
        self.deadline = now + (BURST_PAUSE if len(self.queue) > BURST else ANSWER_WAIT)
        return again
