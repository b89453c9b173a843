"""`basisdesk record`: what venues send, word for word, into a compressed file that `replay` reads.

The live shell does the talking, so connections, snapshots and reconnects are recorded as a desk would have seen them.
Only public data is asked for, so nothing that is recorded is secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from basisdesk import __version__
from basisdesk.app.reach import reach
from basisdesk.app.talk import Talk
from basisdesk.app.visit import visiting
from basisdesk.app.watching import Watching, has_venue, venue_of
from basisdesk.domain.errors import RecordingError, UsageError
from basisdesk.shell.live.health import Capability, Health
from basisdesk.store.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.app.reach import Reach
    from basisdesk.shell.live.clock import LocalClock
    from basisdesk.shell.live.health import Condition
    from basisdesk.shell.live.transport import Listener, Socket, Transport
    from basisdesk.venues.trading import Request, Response

TIMEOUT = 10.0
OK = 200
LONGEST = 7 * 86_400.0
MEGABYTE = 1e6
LARGEST = 1e6
LATE = 10.0
"""Seconds after which data that has not come is missing."""
LOOK = 0.2
"""How often (seconds) a recording looks whether it should end."""


class News:
    """Says when the data of a venue that is recorded goes away, and when it comes back.

    That it is not there yet when a recording begins is said only after `LATE` seconds.
    """

    def __init__(self, talk: Talk) -> None:
        self.begun = False
        self._talk = talk
        self._missing: dict[str, str] = {}
        self._told: set[str] = set()
        self._seen: set[str] = set()

    def begin(self, text: str) -> None:
        """From here on everything counts."""
        self.begun = True
        self._seen.clear()  # what was up so far were venues of which nothing was wanted
        self._talk.say(text)

    def changed(self, venue: str, capability: Capability, condition: Condition) -> None:
        """Take a change of health."""
        if capability is not Capability.DATA:
            return
        if condition.health is Health.UP:
            self._seen.add(venue)
            self._missing.pop(venue, None)
            if venue in self._told:
                self._told.remove(venue)
                self._talk.say(f"{venue}: data comes again")
            return
        self._missing[venue] = condition.reason
        if self.begun and venue in self._seen:
            self._tell(venue)

    def tell_missing(self) -> None:
        """Say whose data has never come."""
        for venue in self._missing:
            self._tell(venue)

    def _tell(self, venue: str) -> None:
        if venue not in self._told:
            self._told.add(venue)
            reason = self._missing[venue]
            self._talk.say(f"{venue}: data is missing ({reason}); it goes on when the venue is back")


class _Limits(NamedTuple):
    """When a recording ends by itself: seconds and bytes, 0 for never."""

    seconds: float
    size: float

    def is_full(self, recorder: Recorder) -> bool:
        return 0 < self.size <= recorder.size


class _Ear:
    """Hears a connection for the recorder and for whoever opened it."""

    def __init__(self, recorder: Recorder, name: str, listener: Listener) -> None:
        self._recorder = recorder
        self._name = name
        self._listener = listener

    def heard(self, message: bytes, now: int) -> None:
        self._recorder.received(now, self._name, bytes(message))
        self._listener.heard(message, now)

    def closed(self, reason: str) -> None:
        self._listener.closed(reason)


class _Mouth:
    """Speaks on a connection, and notes what it said."""

    def __init__(self, tap: Tap, name: str, url: str, socket: Socket) -> None:
        self._tap = tap
        self._name = name
        self._url = url
        self._socket = socket

    def send(self, frame: bytes) -> None:
        self._tap.recorder.sent(self._tap.clock.now(), self._name, self._url, frame)
        self._socket.send(frame)

    def close(self) -> None:
        self._socket.close()


class Tap:
    """A transport that writes down what passes through it (`shell.live.transport.Transport`)."""

    def __init__(self, inner: Transport, recorder: Recorder, clock: LocalClock) -> None:
        self.recorder = recorder
        self.clock = clock
        self._inner = inner
        self._count = 0

    async def request(self, request: Request, timeout: float = TIMEOUT) -> Response:  # noqa: ASYNC109 (a limit of the wire)
        """Ask over HTTP."""
        response = await self._inner.request(request, timeout)
        if response.status == OK:
            self.recorder.replied(self.clock.now(), "http", request.origin + request.path, response.body)
        return response

    async def connect(self, url: str, headers: Sequence[tuple[str, str]], listener: Listener) -> Socket:
        """Open a WebSocket connection."""
        self._count += 1
        name = f"ws.{self._count}"
        ear = _Ear(self.recorder, name, listener)
        # The line comes before the first message of the connection, which may be heard before `connect` returns.
        self.recorder.connected(self.clock.now(), name, url)
        return _Mouth(self, name, url, await self._inner.connect(url, headers, ear))


def run(
    venues: str,
    symbols: Sequence[str],
    target: Path | None,
    seconds: float,
    sim: str = "",
    megabytes: float = 0.0,
    *,
    as_json: bool = False,
) -> int:
    """Record until stopped, for so many seconds or until the file has a size; return the exit code.

    `venues` (comma-separated) may be empty: the markets name theirs.
    A market without its venue is recorded at each of `venues`.

    Raises:
        UsageError: no such venue or market, or a time that makes no sense.
        RecordingError: the file cannot be written, or not to the end.
        BasisdeskError: a venue did not list its markets.
    """
    if not 0 <= seconds <= LONGEST:
        raise UsageError(f"--seconds {seconds:g} is refused: give more than 0 and at most {LONGEST:g}, or leave it out")
    if not 0 <= megabytes <= LARGEST:
        raise UsageError(
            f"--megabytes {megabytes:g} is refused: give more than 0 and at most {LARGEST:g}, or leave it out"
        )
    named = [name.strip() for name in venues.split(",") if name.strip()]
    markets = _written_out(symbols, named)
    found = reach(sim, None, ",".join(named or dict.fromkeys(venue_of(each) for each in markets)), public=True)
    path = target or Path(f"{'-'.join(found.venues)}_{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jsonl.gz")
    about: dict[str, object] = {"recorder": f"basisdesk {__version__}", "symbols": markets, "recorded": time.time()}
    news = News(Talk())
    with Recorder(path, about) as recorder:
        try:
            asyncio.run(_record(found, markets, _Limits(seconds, megabytes * MEGABYTE), recorder, news))
        finally:
            if not news.begun:
                path.unlink()  # nothing was recorded: the file would only be in the way of the next attempt
    if recorder.fault:
        raise RecordingError(f"{recorder.fault}; what was recorded before is kept", str(path))
    done = {"file": str(path), "lines": recorder.lines, "bytes": path.stat().st_size}
    if as_json:
        print(msgspec.json.encode(done).decode())  # noqa: T201 (the command's answer)
    else:
        print(f"{path}: {recorder.lines:,} lines, {done['bytes']:,} bytes; play it with: basisdesk replay {path}")  # noqa: T201
    return 0


def _written_out(symbols: Sequence[str], venues: Sequence[str]) -> list[str]:
    """Return markets with their venues; one that is written without means that of each venue named."""
    found: dict[str, None] = {}
    for symbol in symbols:
        bare = venues and not has_venue(symbol)
        found.update(dict.fromkeys(f"{venue}:{symbol}" for venue in venues) if bare else {symbol: None})
    return list(found)


async def _record(found: Reach, symbols: Sequence[str], limits: _Limits, recorder: Recorder, news: News) -> None:
    watching = Watching()

    def tap(inner: Transport, clock: LocalClock) -> Tap:
        return Tap(inner, recorder, clock)

    async with visiting(found, watching, tap, changed=news.changed) as visit:
        await visit.loaded()
        watching.open(visit.live, symbols, visit.why)
        ended = asyncio.Event()
        # Only from here on is Ctrl+C how a recording ends; before, it interrupts the command as it does any other.
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        news.begin(f"recording {', '.join(symbols)} into {recorder.path} (Ctrl+C ends it)")
        began = time.monotonic()
        until = began + limits.seconds if limits.seconds else math.inf
        while not (recorder.fault or ended.is_set() or limits.is_full(recorder)) and time.monotonic() < until:
            if time.monotonic() > began + LATE:
                news.tell_missing()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), min(LOOK, until - time.monotonic()))
