"""The local bus: a desk's server on a Unix socket, and the web processes that connect to it.

Frames are those of `domain.stream`: a length and one MessagePack message.
A reader is told the latest of every topic when it connects; topics with a colon in their name are told only to readers
that watch them, beginning with the whole of the topic.
A reader that sends something that is no command is dropped with one line in the log; nothing that a reader does can
stop the desk.
A fault of the desk itself while it answers is another matter: it is kept in `fault`, for the runner to stop on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Protocol

import msgspec

from basisdesk.domain import stream
from basisdesk.domain.errors import UsageError
from basisdesk.shell.client import TOPICS, Client

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_log = logging.getLogger(__name__)


class Dropped(Exception):  # noqa: N818 (an outcome, not an error of ours)
    """The reader broke the rules of the bus."""


class Answers(Protocol):
    """What the bus asks of the desk's side."""

    def command(self, command: stream.Order) -> stream.Reply:
        """Do what a reader asks, and answer it."""

    def whole(self, topic: str) -> bytes | None:
        """Return the whole of a watched topic now, as JSON; None when there is no such topic."""


class Bus:
    """Server side of the bus; make it inside a running event loop and `await start()`."""

    def __init__(self, path: Path, answers: Answers) -> None:
        self._path = path
        self._answers = answers
        self._latest: dict[str, bytes] = {}
        self._clients: dict[int, Client] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._count = 0
        self._server: asyncio.Server | None = None
        self.fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            UsageError: another desk is listening on this path.
        """
        _clear(self._path)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            server.bind(str(self._path))
            self._path.chmod(0o600)
        except OSError as error:
            server.close()
            raise UsageError(f"cannot open the desk's socket {self._path}: {error}") from error
        self._server = await asyncio.start_unix_server(self._serve, sock=server)

    async def close(self) -> None:
        """Drop every reader, stop listening and remove the socket."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients.values()):
            client.close()
        await asyncio.gather(*self._tasks.values())
        self._path.unlink(missing_ok=True)

    @property
    def readers(self) -> int:
        """How many readers are connected."""
        return len(self._clients)

    def watched(self) -> list[str]:
        """Topics that at least one reader watches, in the order in which they were first watched."""
        return list(dict.fromkeys(topic for client in self._clients.values() for topic in client.watched))

    def publish(self, topic: str, body: bytes) -> None:
        """Tell the whole of a topic: to everybody, or to those who watch it when its name has a colon."""
        common = ":" not in topic
        if common:
            self._latest[topic] = body
        for client in self._clients.values():
            if common or topic in client.watched:
                client.tell(topic, body)

    def publish_more(self, topic: str, body: bytes) -> None:
        """Tell those who watch a topic how it goes on; a reader that lags gets the whole instead."""
        for client in self._clients.values():
            if topic in client.watched:
                client.tell_more(topic, body, lambda: self._answers.whole(topic))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        client = Client(self._count, writer)
        task = asyncio.current_task()
        assert task is not None
        self._clients[client.number], self._tasks[client.number] = client, task
        for topic, body in self._latest.items():
            client.tell(topic, body)
        sending = asyncio.ensure_future(client.write())
        hearing = asyncio.ensure_future(self._hear(client, reader))
        try:
            await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._clients[client.number], self._tasks[client.number]
            for each in (sending, hearing):
                each.cancel()
            outcomes = await asyncio.gather(sending, hearing, return_exceptions=True)
            client.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            fault = _blame(client, outcomes)
            if fault is not None and not self.fault.done():
                self.fault.set_exception(fault)

    async def _hear(self, client: Client, reader: asyncio.StreamReader) -> None:
        """Take commands until the reader leaves (or is told to)."""
        while True:
            header = await reader.readexactly(4)
            try:
                length = stream.frame_length(header)
            except ValueError as error:
                raise Dropped(str(error)) from error
            command = stream.unpack_command(await reader.readexactly(length))
            match command:
                case stream.Watch(topic):
                    self._watch(client, topic)
                case stream.Unwatch(topic):
                    client.forget(topic)
                case _:
                    if not client.answer(self._answers.command(command)):
                        raise Dropped("too many replies are waiting to be read")

    def _watch(self, client: Client, topic: str) -> None:
        if ":" not in topic:
            if topic in self._latest:
                client.tell(topic, self._latest[topic])
            return
        if topic not in client.watched and len(client.watched) >= TOPICS:
            raise Dropped(f"more than {TOPICS} topics watched at once")
        body = self._answers.whole(topic)
        if body is not None:
            client.watched[topic] = None
            client.tell(topic, body)


def _blame(client: Client, outcomes: Iterable[BaseException | None]) -> BaseException | None:
    """Log why a reader was dropped (leaving is no news) and return what is the desk's own fault."""
    for outcome in outcomes:
        match outcome:
            case None | asyncio.CancelledError() | asyncio.IncompleteReadError() | ConnectionError():
                continue
            case Dropped() | msgspec.MsgspecError():
                _log.warning("reader %d of the bus dropped: %s", client.number, outcome)
            case _:
                return outcome
    return None


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens on any more."""
    if not path.exists() and not path.is_symlink():
        return
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise UsageError(f"another desk is already listening on {path}")
