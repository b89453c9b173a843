"""Between one desk and many browsers.

The hub holds the process's only connection to the desk and opens it again whenever it is lost.
It keeps the latest message of each topic, so that a browser which joins gets the full state at once, and counts who
watches what, so that the desk composes ladders and candles only while somebody looks at them.
A browser is told within the same turn of the loop when the desk goes away: the numbers stay, and the page greys them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import UsageError
from basisdesk.domain.stream import Cancel, Command, Order, Place, Publish, Reply, Said, Thaw, Unwatch, Watch
from basisdesk.web.bus import Lost, Wire, connect
from basisdesk.web.pending import Pending
from basisdesk.web.protocol import ALWAYS
from basisdesk.web.series import Series

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.web.reader import Reader

WATCH_LIMIT = 16
TOPIC_LIMIT = 60  # the desk drops a reader that watches more than 64
READER_LIMIT = 64
RETRY = 0.25
_log = logging.getLogger(__name__)


class Link(msgspec.Struct, frozen=True):
    """Whether the desk is connected, and if not, why."""

    desk: bool
    reason: str = ""


class Hub:
    """The latest of every topic, the browsers, and the way to the desk."""

    def __init__(self, path: Path) -> None:
        self.link = Link(desk=False, reason="not connected yet")
        self._path = path
        self._wire: Wire | None = None
        self._latest: dict[str, tuple[int, bytes]] = {}
        self._series: dict[str, Series] = {}
        self._steps: Counter[str] = Counter()
        self._watchers: Counter[str] = Counter()
        self._readers: dict[int, Reader] = {}
        self._pending = Pending()

    async def run(self) -> None:
        """Keep the connection to the desk until cancelled."""
        while True:
            try:
                await self._serve(await connect(self._path))
            except Lost as lost:
                self._lost(str(lost))
            await asyncio.sleep(RETRY)

    def join(self, reader: Reader) -> None:
        """Take in a browser, and tell it everything that is always told.

        Raises:
            UsageError: too many browsers are connected.
        """
        if len(self._readers) >= READER_LIMIT:
            raise UsageError(f"{READER_LIMIT} pages are open already, which is the limit: close one")
        self._readers[id(reader)] = reader
        reader.say(_text(link=self.link))
        for topic in ALWAYS:
            if topic in self._latest:
                reader.changed(topic)

    def leave(self, reader: Reader) -> None:
        """Forget a browser and what only it watched."""
        self._readers.pop(id(reader), None)
        self._pending.leave(reader)
        for topic in sorted(reader.watched):
            self._unwatch(reader, topic)

    def take(self, reader: Reader, command: Command) -> None:
        """Do what a browser asks.

        Raises:
            UsageError: it cannot be done; nothing was sent.
        """
        match command:
            case Watch(topic):
                self._watch(reader, topic)
            case Unwatch(topic):
                self._unwatch(reader, topic)
            case Place() | Cancel() | Thaw():
                self._command(reader, command)

    def message(self, reader: Reader, topic: str) -> str:
        """Return the text that brings this browser up to date on a topic, or an empty text."""
        if topic in self._series:
            body, reader.marks[topic] = self._series[topic].since(reader.marks.get(topic))
            return _topic_text(topic, self._steps[topic], body)
        if topic not in self._latest:
            return ""
        return _topic_text(topic, *self._latest[topic])

    async def _serve(self, wire: Wire) -> None:
        self._wire = wire
        self._latest.clear()
        self._series.clear()
        try:
            for topic in self._watchers:
                wire.send(Watch(topic))
            self._announce(Link(desk=True))
            async for said in wire.said():
                self._hear(said)
        finally:
            self._wire = None
            wire.close()

    def _hear(self, said: Said) -> None:
        match said:
            case Publish(topic, body):
                self._publish(topic, body)
            case Reply(key=key):
                for reader in self._pending.answered(key):
                    reader.say(_text(reply=said))

    def _publish(self, topic: str, body: bytes) -> None:
        if topic not in ALWAYS and not self._watchers[topic]:
            return  # it was on its way when the last browser looked elsewhere
        self._steps[topic] += 1
        if topic.startswith("candles:"):
            try:
                self._series.setdefault(topic, Series()).apply(body)
            except msgspec.DecodeError as error:
                raise Lost(f"the desk sent {topic} in a shape that is not candles: {error}") from error
        else:
            self._latest[topic] = (self._steps[topic], body)
        for reader in self._readers.values():
            if topic in ALWAYS or topic in reader.watched:
                reader.changed(topic)

    def _watch(self, reader: Reader, topic: str) -> None:
        if topic in reader.watched:
            return
        if len(reader.watched) >= WATCH_LIMIT:
            raise UsageError(f"{topic} is not watched: one page watches at most {WATCH_LIMIT} topics")
        if topic not in self._watchers and len(self._watchers) >= TOPIC_LIMIT:
            raise UsageError(
                f"{topic} is not watched: all pages together watch {TOPIC_LIMIT} topics already; close one"
            )
        reader.watched.add(topic)
        self._watchers[topic] += 1
        if self._watchers[topic] == 1:
            self._send(Watch(topic))
        elif topic in self._latest or topic in self._series:
            reader.changed(topic)

    def _unwatch(self, reader: Reader, topic: str) -> None:
        if topic not in reader.watched:
            return
        reader.watched.discard(topic)
        reader.forget(topic)
        self._watchers[topic] -= 1
        if not self._watchers[topic]:
            del self._watchers[topic]
            self._latest.pop(topic, None)
            self._series.pop(topic, None)
            self._send(Unwatch(topic))

    def _command(self, reader: Reader, command: Order) -> None:
        if self._wire is None or not self._send(command):
            raise UsageError("the desk is not connected: nothing was sent; try again when the page is live")
        self._pending.asked(command.key, reader)

    def _send(self, command: Command) -> bool:
        if self._wire is None:
            return False
        try:
            self._wire.send(command)
        except Lost as lost:
            _log.warning("%s", lost)
            self._wire.close()
            return False
        return True

    def _lost(self, reason: str) -> None:
        for key, reader in self._pending.abandoned():
            reader.say(_text(reply=_no_answer(key)))
        if self.link.reason != reason:
            self._announce(Link(desk=False, reason=reason))

    def _announce(self, link: Link) -> None:
        self.link = link
        for reader in self._readers.values():
            reader.marks.clear()
            reader.say(_text(link=link))


def _no_answer(key: str) -> Reply:
    return Reply(
        key=key,
        ok=False,
        code="no_answer",
        message="The desk went away before it answered: it may have taken the order. "
        "Sending again with the same key cannot double it.",
    )


def _text(**parts: Link | Reply) -> str:
    return msgspec.json.encode(parts).decode()


def _topic_text(topic: str, step: int, body: bytes) -> str:
    return f'{{"topic":{msgspec.json.encode(topic).decode()},"seq":{step},"body":{body.decode()}}}'
