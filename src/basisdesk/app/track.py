"""One recording turned into steps: who takes which bytes when.

Every connection of a recording has a feed of its own, so a recording of two product lines is two conversations.
Stamped recordings of one market that follow each other (files cut at midnight) share one conversation, because the book
goes on where the first file ends.
A connection to an address that no feed serves is one error; its frames are counted and passed over, the others play.
Snapshots that the recorder took over REST go to the conversation that waits for them; instrument lists go to the desk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from basisdesk.app.origin import Origin, origin_of_url
from basisdesk.domain.errors import DecodeError, RecordingError
from basisdesk.store.recording import STAMPED, Connect, Frame, Reply, Sent
from basisdesk.venues.contract import Channel, Feed, SnapshotRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from basisdesk.app.sources import Source
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.contract import Sink

    Take = Callable[[bytes, int], None]
    Step = tuple[int, int, Take, bytes, int]
    """Time, number of the recording, who takes the bytes, the bytes, the line."""

    SinkOf = Callable[[Origin, str], Sink]
    """Give the sink of a product line; the text names the recording, which owns the markets that it opens."""


FOREIGN = 0.9
"""Share of frames that name no market and cannot be read, from which a recording is another venue's; answers and pongs
look alike at several venues."""
FEW = 10
"""Fewer frames than these are counted as unreadable and prove nothing about where a recording is from."""


class _Named(msgspec.Struct):
    """A snapshot body that names its market, as those of futures do."""

    symbol: str | None = None


_decode_named = msgspec.json.Decoder(_Named).decode


@dataclass(slots=True)
class Conversation:
    """One feed, what takes its frames, and the snapshots that have not found their market yet."""

    origin: Origin
    feed: Feed
    take: Take
    addr: str = ""
    begun: bool = False
    wanted: dict[str, SnapshotRequest] = field(default_factory=dict)
    held: list[bytes] = field(default_factory=list)

    def connected(self, addr: bytes, now: int) -> None:
        """A connection stands."""
        self.begun = True
        self.addr = addr.decode()
        self.feed.connected(now)

    def lost(self, _data: bytes, now: int) -> None:
        """The connection is gone."""
        self.feed.disconnected(now)

    def begin(self, _data: bytes, now: int) -> None:
        """The first, in time, of the recordings that share this conversation begins."""
        if not self.begun:
            self.connected(b"", now)

    def reply(self, request: SnapshotRequest, body: bytes, now: int) -> None:
        """Take the body of a REST request whose URL was recorded."""
        self.wanted.pop(request.code, None)
        self.feed.receive_reply(request, body, now)

    def snapshot(self, body: bytes, now: int) -> None:
        """Take a snapshot without URL: for the market it names, or the one that waits, or hold it until one does."""
        self.wanted.update((request.code, request) for request in self.feed.to_request())
        code = _code_named(body) or next(iter(self.wanted), None)
        if code is None:
            self.held.append(body)
            return
        request = self.wanted.pop(code, None) or SnapshotRequest(self.origin.line, code, "")
        self.feed.receive_reply(request, body, now)

    def again(self, _data: bytes, now: int) -> None:
        """Try what is held once more, after a frame that may have named the market."""
        held, self.held = self.held, []
        for body in held:
            self.snapshot(body, now)


class Track:
    """The steps of one recording."""

    def __init__(
        self,
        number: int,
        source: Source,
        sink_of: SinkOf,
        list_instruments: Callable[[list[Instrument]], None],
        fault: Callable[[RecordingError], None],
        shared: Conversation | None = None,
    ) -> None:
        """`fault` takes errors that do not end the recording; `shared` is the conversation that it goes on with."""
        self.number = number
        self.source = source
        self.frames = 0
        self._fault = fault
        self._sink_of = sink_of
        self._list = list_instruments
        self._talks: dict[str, Conversation] = {}
        self._lines: list[Conversation] = []
        self._early: list[Reply] = []
        self._unserved: dict[str, str] = {}  # connection to the address that it goes to
        self._first = 0
        self._shares = shared is not None
        self.stamped = shared

    @property
    def name(self) -> str:
        """What the recording is called in messages."""
        return self.source.recording.name

    def conversations(self) -> list[Conversation]:
        """Every conversation of this recording so far."""
        return [*self._lines, *([self.stamped] if self.stamped is not None else [])]

    def open_stamped(self) -> Conversation:
        """Return the conversation of a stamped recording, begun by itself unless it is shared."""
        if self.stamped is None:
            assert self.source.given is not None  # stamped recordings without an origin are refused
            self.stamped = self._talk(self.source.given)
        return self.stamped

    def steps(self, progress: Callable[[int], None] | None = None) -> Iterator[Step]:
        """Yield the steps in order; raises RecordingError at the first line that cannot be read or placed."""
        stamped = self.source.recording.form == STAMPED
        yield from self._stamped_steps(progress) if stamped else self._json_steps(progress)
        self._check_heard()

    def _check_heard(self) -> None:
        """Refuse a recording of which its venue's feed understood next to nothing; all of it was played by now."""
        talks = self.conversations()
        strange = sum(talk.feed.undecoded for talk in talks)
        if self._shares or not max(FEW, FOREIGN * self.frames) <= strange <= self.frames:
            return
        names = " or ".join(dict.fromkeys(talk.origin.name for talk in talks))
        raise RecordingError(
            f"is no recording of {names}: {strange:,} of its {self.frames:,} frames are none of that venue or name no "
            "market; put the product line that it is from and a colon in front of the file",
            self.name,
            self._first,
        )

    def _talk(self, origin: Origin, addr: str = "") -> Conversation:
        stream = origin.venue.stream_of(addr)
        codes, channels = ((), tuple(Channel)) if stream is None else (stream.codes, stream.channels)
        feed = origin.venue.feed(origin.line, codes, channels, self._sink_of(origin, self.name))
        return Conversation(origin, feed, feed.receive, addr)

    def _stamped_steps(self, progress: Callable[[int], None] | None) -> Iterator[Step]:
        number, talk = self.number, self.open_stamped()
        receive, is_snapshot = talk.feed.receive, talk.origin.venue.is_snapshot
        begun = False
        for record in self.source.recording.records(progress):
            if not begun:
                begun = True
                self._first = record.line
                yield record.at, number, talk.begin, b"", record.line
            assert isinstance(record, Frame | Reply)
            if type(record) is Reply and is_snapshot(record.data):
                yield record.at, number, talk.snapshot, record.data, record.line
                continue
            self.frames += 1
            yield record.at, number, receive, record.data, record.line
            if talk.held:
                yield record.at, number, talk.again, b"", record.line

    def _json_steps(self, progress: Callable[[int], None] | None) -> Iterator[Step]:
        number, talks = self.number, self._talks
        for record in self.source.recording.records(progress):
            match record:
                case Frame() if record.conn in self._unserved:
                    self.frames += 1
                case Frame():
                    talk = talks.get(record.conn)
                    if talk is None:
                        talk = self._open(record.conn, "", record.line)
                        yield record.at, number, talk.connected, b"", record.line
                        yield from self._catch_up(record.at)
                    self.frames += 1
                    yield record.at, number, talk.take, record.data, record.line
                case Connect() if not self.source.serves(record.addr):
                    yield from self._pass_over(record)
                case Connect():
                    talk = self._open(record.conn, record.addr, record.line)
                    yield record.at, number, talk.connected, record.addr.encode(), record.line
                    yield from self._catch_up(record.at)
                case Reply():
                    take = self._taker(record)
                    if take is not None:
                        yield record.at, number, take, record.data, record.line
                case Sent():
                    pass  # what the recorder asked for shows in what came back

    def _open(self, conn: str, addr: str, line: int) -> Conversation:
        origin = self.source.origin_at(addr, line)
        self._first = self._first or line
        self._unserved.pop(conn, None)
        talk = self._talks.get(conn)
        if talk is None or talk.origin.name != origin.name or _moved(talk, addr):
            talk = self._talks[conn] = self._talk(origin, addr)
            self._lines.append(talk)
        talk.take = _taking(talk.feed, origin.venue.framing_of(addr))
        return talk

    def _pass_over(self, record: Connect) -> Iterator[Step]:
        """Take no frames of a connection, and say why once an address; what it was until now is lost."""
        talk = self._talks.pop(record.conn, None)
        if talk is not None:
            yield record.at, self.number, talk.lost, b"", record.line
        if record.addr not in self._unserved.values():
            try:
                self.source.origin_at(record.addr, record.line)
            except RecordingError as error:
                self._fault(error)
        self._unserved[record.conn] = record.addr

    def _catch_up(self, at: int) -> Iterator[Step]:
        """Give the snapshots that were recorded before there was a conversation of their product line."""
        early, self._early = self._early, []
        for reply in early:
            take = self._taker(reply)
            if take is not None:
                yield at, self.number, take, reply.data, reply.line

    def _taker(self, reply: Reply) -> Take | None:
        """Return who takes a recorded REST body; None for bodies that are of no use here."""
        origin = origin_of_url(reply.url)
        if origin is None:
            return None
        line = origin.venue.instruments_line(reply.url)
        if line is not None:
            return self._lister(origin, line, reply)
        request = origin.venue.request_of(reply.url)
        if request is None:
            return None
        talk = self._waiting(origin, request)
        if talk is None:
            self._early.append(reply)
            return None
        return _Answer(talk, request).take

    def _waiting(self, origin: Origin, request: SnapshotRequest) -> Conversation | None:
        """Return the conversation that a snapshot is for, among those of its product line."""
        talks = [talk for talk in self._lines if (talk.origin.venue, talk.origin.line) == (origin.venue, request.line)]
        for talk in talks:
            talk.wanted.update((wish.code, wish) for wish in talk.feed.to_request())
        asking = [talk for talk in talks if request.code in talk.wanted]
        named = [talk for talk in talks if request.code.lower() in talk.addr.lower()]
        return next(iter([*asking, *named, *talks]), None)

    def _lister(self, origin: Origin, line: str, reply: Reply) -> Take:
        def take(body: bytes, _now: int) -> None:
            try:
                self._list(origin.venue.decode_instruments(line, body))
            except DecodeError as error:
                self._fault(RecordingError(f"the instrument list cannot be read ({error})", self.name, reply.line))

        return take


@dataclass(frozen=True, slots=True)
class _Answer:
    """A REST body on its way to the conversation that asked for it."""

    talk: Conversation
    request: SnapshotRequest

    def take(self, body: bytes, now: int) -> None:
        self.talk.reply(self.request, body, now)


def _taking(feed: Feed, frame: Callable[[bytes], bytes] | None) -> Take:
    """Return what takes a connection's frames, by way of its framing if it has one."""
    if frame is None:
        return feed.receive
    return lambda data, now: feed.receive(frame(data), now)


def _moved(talk: Conversation, addr: str) -> bool:
    """Whether a connection was made again to an address that subscribes to something else."""
    stream_of = talk.origin.venue.stream_of
    return bool(addr) and stream_of(addr) != stream_of(talk.addr)


def _code_named(body: bytes) -> str | None:
    try:
        return _decode_named(body).symbol
    except msgspec.DecodeError:
        return None
