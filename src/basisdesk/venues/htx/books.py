"""Channels that tell a book, each a route of one channel and one market.

``depth.step0`` (and, on contracts, ``step6``) and ``mbp.refresh`` send the whole book each time; the other steps merge
prices and are no book.
``depth.size_N.high_freq`` of contracts sends a snapshot and then changes, whose version grows by exactly 1; after a gap
the channel is subscribed again, which brings a new snapshot.
``mbp.N`` of spot sends changes only, each naming the one it follows; the whole book is asked for on the same connection
and tied to the changes by its number.
Changes are absolute, size 0 removes a level, and there is no checksum.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.htx.outbox import key_of_request
from basisdesk.venues.htx.wire import Answer, Book, Push
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market
    from basisdesk.venues.htx.watch import Watch

HELD = 4096  # changes held back for a whole book: minutes of the busiest channel
BEHIND_NS = 30_000_000_000
CROSSES = 2  # what the kernel says of a change by which the book is crossed
_RANK_OF_CHANGES = 1  # of two equally deep channels, the one that sends changes is the quicker

_decode = msgspec.json.Decoder(Push[Book]).decode
_decode_answer = msgspec.json.Decoder(Answer[Book]).decode


class Whole:
    """A channel, or a REST body, that sends the whole book each time."""

    __slots__ = ("channel", "market", "number", "rank", "watch")

    def __init__(self, channel: str, levels: int, watch: Watch) -> None:
        self.channel = channel
        self.rank = 10 * levels
        self.number: int | None = None
        self.market: Market = watch.market
        self.watch = watch

    def restart(self) -> None:
        """Nothing is remembered."""
        self.number = None

    def renew(self, _now: int) -> bool:
        """Every message is a new beginning."""
        return False

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""
        watch = self.watch
        self.market.tally.frames += 1
        try:
            push = _decode(frame)
        except UNREADABLE as error:
            return error
        tick = push.tick
        if watch.outranked(self) or (push.update and watch.depth is not self):
            return None
        sequence = tick.version or tick.sequence or 0
        fault = watch.change(tick, now, sequence) if push.update else watch.replace(self, tick, now, sequence)
        if fault is None:
            self.number = tick.order or tick.sequence
            watch.settle(now)
        return fault

    def doubt(self, now: int) -> None:
        """The next message says everything again."""


class Versions:
    """A ``high_freq`` channel of a contract; `_version` is None while it is not in step."""

    __slots__ = ("_changes", "_topic", "_version", "channel", "market", "number", "rank", "watch")

    def __init__(self, channel: str, topic: str, levels: int, watch: Watch) -> None:
        """`topic` is what was subscribed, which names a future by its standing name."""
        self.channel = channel
        self.rank = 10 * levels + _RANK_OF_CHANGES
        self.number: int | None = None
        self.market: Market = watch.market
        self._topic = topic
        self._changes = watch.desk.versions
        self.watch = watch
        self._version: int | None = None

    def restart(self) -> None:
        """Wait for a snapshot."""
        self.number = self._version = None

    def renew(self, _now: int) -> bool:
        """Subscribe again; what comes before the snapshot is passed over."""
        self._version = None
        self.watch.desk.outbox.renew(self._topic)
        return True

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""
        market, changes, version = self.market, self._changes, self._version
        market.tally.frames += 1
        # A change of the usual shape that follows the book, as nearly all do.
        if version is not None and (taken := market.book.follow_changes(changes, frame, version, now)):
            self.number = changes.extra
            self._version = version + 1
            self.watch.followed(taken == CROSSES, now)
            return None
        try:
            tick = _decode(frame).tick
        except UNREADABLE as error:
            return error
        if tick.version is None or not tick.event:
            return ValueError("a change of a book without an event or a version")
        if tick.event == "snapshot":
            return self._snapshot(tick, tick.version, now)
        return None if self._version is None else self._update(tick, tick.version, now)

    def doubt(self, now: int) -> None:
        """A change that could not be read shows in the version of the next one."""

    def _snapshot(self, tick: Book, version: int, now: int) -> Exception | None:
        watch = self.watch
        watch.desk.outbox.answered(self._topic)
        if watch.outranked(self):
            return None
        fault = watch.replace(self, tick, now, version)
        if fault is None:
            self._version = version
            self.number = tick.order
            watch.settle(now)
        return fault

    def _update(self, tick: Book, version: int, now: int) -> Exception | None:
        if version == self._version:
            return None  # the very change applied last, sent again
        if version - 1 != self._version:
            self._lose(f"version {version} follows {self._version}", now)
            return None
        fault = self.watch.change(tick, now, version)
        if fault is not None:
            self._lose(f"version {version} cannot be read", now)
            return fault
        self._version = version
        self.number = tick.order
        self.watch.settle(now)
        return None

    def _lose(self, why: str, now: int) -> None:
        self.watch.lose(f"{self.channel}: {why}", now)
        self.number = None
        self.renew(now)


class Sequences:
    """An ``mbp`` channel of spot; `number` is the last change in the book, None while it is not in step."""

    __slots__ = ("_behind", "_changes", "_held", "_topic", "channel", "market", "number", "rank", "watch")

    def __init__(self, channel: str, topic: str, levels: int, watch: Watch) -> None:
        self.channel = channel
        self.rank = 10 * levels + _RANK_OF_CHANGES
        self.number: int | None = None
        self.market: Market = watch.market
        self._topic = topic
        self._changes = watch.desk.sequences
        self.watch = watch
        self._held: deque[tuple[int, int, Book]] = deque(maxlen=HELD)
        self._behind: int | None = None

    def restart(self) -> None:
        """Wait for changes and for a whole book."""
        self.number = self._behind = None
        self._held.clear()

    def renew(self, _now: int) -> bool:
        """Ask for the whole book, once for all changes that wait for it."""
        self.number = self._behind = None
        outbox = self.watch.desk.outbox
        if not outbox.waits(key_of_request(self._topic)):
            outbox.request(self._topic)
        return True

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""
        self.market.tally.frames += 1
        changes, last, watch = self._changes, self.number, self.watch
        # A change of the usual shape that follows the book, as nearly all do.
        if last is not None and not watch.outranked(self):
            taken = self.market.book.follow_changes(changes, frame, last, now)
            if taken:
                self.number = changes.last
                self._behind = None
                watch.followed(taken == CROSSES, now)
                return None
        try:
            tick = _decode(frame).tick
        except UNREADABLE as error:
            return error
        if tick.sequence is None or tick.previous is None or tick.sequence < tick.previous:
            return ValueError("a change of a book without its number and the one before")
        return None if self.watch.outranked(self) else self._place(tick.previous, tick.sequence, tick, now)

    def doubt(self, now: int) -> None:
        """A change that could not be read shows in the number that the next one follows."""

    def answer(self, frame: bytes, now: int) -> Exception | None:
        """Take the whole book that was asked for; return what made it unreadable, if anything."""
        self.market.tally.frames += 1
        try:
            tick = _decode_answer(frame).data
        except UNREADABLE as error:
            return error
        if tick.sequence is None:
            return ValueError("a whole book without its number")
        older = bool(self._held) and self._held[0][0] > tick.sequence
        if older or self.number is not None or self.watch.outranked(self):
            return None  # when it is older than what waits for it, another one is asked for in time
        return self._bridge(tick, tick.sequence, now)

    def _bridge(self, tick: Book, sequence: int, now: int) -> Exception | None:
        fault = self.watch.replace(self, tick, now, sequence)
        if fault is not None:
            return fault
        self.watch.desk.outbox.answered(key_of_request(self._topic))
        self.number = sequence
        held = list(self._held)
        self._held.clear()
        self.watch.settle(now)
        for previous, following, change in held:
            if following > sequence and fault is None:
                fault = self._place(previous, following, change, now)
        return fault

    def _place(self, previous: int, sequence: int, tick: Book, now: int) -> Exception | None:
        last = self.number
        if last is None:
            self._hold(previous, sequence, tick, now)
        elif sequence <= last:
            self._repeat(sequence, now)
        elif previous > last:
            self._lose(f"change {sequence} follows {previous}, the book is at {last}", now)
            self._hold(previous, sequence, tick, now)
        else:
            return self._apply(sequence, tick, now)
        return None

    def _apply(self, sequence: int, tick: Book, now: int) -> Exception | None:
        fault = self.watch.change(tick, now, sequence)
        if fault is not None:
            self._lose(f"change {sequence} cannot be read", now)
            return fault
        self.number = sequence
        self._behind = None
        self.watch.settle(now)
        return None

    def _repeat(self, sequence: int, now: int) -> None:
        # Repetitions are harmless, but numbers that stay behind for long mean that the venue began to count anew.
        if self._behind is None:
            self._behind = now
        elif now - self._behind > BEHIND_NS:
            self._lose(f"changes up to {sequence} have stayed behind the book's {self.number}", now)

    def _hold(self, previous: int, sequence: int, tick: Book, now: int) -> None:
        self.watch.promised = True
        newest = self._held[-1][1] if self._held else sequence
        if previous > newest:
            self._held.clear()  # what came before the hole cannot be tied to what comes after
        if sequence >= newest:
            self._held.append((previous, sequence, tick))
        self.renew(now)

    def _lose(self, why: str, now: int) -> None:
        self.watch.lose(f"{self.channel}: {why}", now)
        self._held.clear()
        self.renew(now)
