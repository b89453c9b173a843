"""A dialect behind wires that fail: faults that are switched on strike requests and frames on their way.

It offers what a dialect offers, so the server does not know the difference.
What a fault delays is kept here until it is due; what it loses is gone.
Chance comes from a seed, so a run can be repeated.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import msgspec

from basisdesk.sim.contract import Close, Frame, HttpAnswer
from basisdesk.sim.faults import SECOND, Switch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from basisdesk.sim.contract import Dialect, HttpCall

CUT = HttpAnswer(0, b"")
"""An answer that is none: the server closes the connection."""
_UNAVAILABLE = HttpAnswer(
    503, b"<html><body>503 Service Temporarily Unavailable</body></html>", (("content-type", "text/html"),)
)
_CHECKSUM = re.compile(rb'"checksum":(-?\d+)')
_REPLIES = ("lost-reply", "5xx-after-accept", "slow-ack")
"""Faults of what answers an order, over HTTP or, where it was entered over a socket, in a frame."""
_FRAMES = (
    *_REPLIES,
    "drop",
    "malformed",
    "duplicate",
    "reorder",
    "delay",
    "sequence-gap",
    "checksum",
    "stale-snapshot",
)
_EXCHANGE = ("reject", "partial", "maintenance", "revoke")
"""Faults that the exchange does itself, for as long as they are on."""
_CLOCK = "clock-offset"
_READS = "GET"
_CHANGING = (
    "/private/buy",
    "/private/sell",
    "/private/edit",
    "/private/cancel",
    "/private/close_position",
    "/private/submit_transfer",
)
ABNORMAL = 1006


@dataclass(slots=True)
class _On:
    switch: Switch
    until: int | None
    left: int | None


class Faulty:
    """One venue's dialect with the faults that are on.

    `exchange_faults` takes (fault name, switch) of those that the exchange does itself, and the name alone with None
    when they end; `is_spent` says of such a fault whether it has struck as often as it should.
    """

    def __init__(
        self,
        dialect: Dialect,
        exchange_faults: Callable[[str, Switch | None], None],
        seed: int = 0,
        is_spent: Callable[[str], bool] = lambda _name: False,
    ) -> None:
        self._dialect = dialect
        self._exchange = exchange_faults
        self._is_spent = is_spent
        self._luck = Random(seed)  # noqa: S311 (a simulation, seeded on purpose)
        self._on: list[_On] = []
        self._late: list[tuple[int, int, Frame | Close]] = []
        self._inbound: list[tuple[int, int, int, bytes]] = []
        self._held: dict[int, Frame] = {}
        self._first: dict[str, bytes] = {}
        self._sockets: dict[int, None] = {}
        self._cut: list[Close] = []
        self._count = 0
        self._exhausted = 0
        self._now = 0

    @property
    def origins(self) -> Mapping[str, Sequence[str]]:
        """As the dialect's."""
        return self._dialect.origins

    # ------------------------------------------------------------- switching

    def switch(self, switch: Switch, now: int) -> None:
        """Turn a fault on; those that happen at once (cut, expire) happen now."""
        match switch.fault:
            case "cut":
                self._cut += [Close(socket, ABNORMAL, "") for socket in self._sockets]
            case "expire":
                self._dialect.expire(self._venue_time(now))
            case "rate-limit":
                self._exhausted = now + int((switch.lasts or 1.0) * SECOND)
                self._exhaust(now)
            case "adl" | "liquidation":
                self._exchange(switch.fault, switch)
            case name:
                if name in _EXCHANGE:
                    self._on = [on for on in self._on if on.switch.fault != name]
                    self._exchange(name, switch)
                until = None if switch.lasts is None else now + int(switch.lasts * SECOND)
                self._on.append(_On(switch, until, switch.count))
                if name == _CLOCK:
                    self._exhaust(now)

    def clear(self, fault: str = "") -> None:
        """Turn every fault off, or all of one name; what was delayed goes out at its time."""
        for name in _EXCHANGE:
            if fault in {"", name}:
                self._exchange(name, None)
        self._on = [on for on in self._on if fault not in {"", on.switch.fault}]
        if fault in {"", _CLOCK}:
            self._exhaust(self._now)

    def _exhaust(self, now: int) -> None:
        """Say until when limits are used up, in the venue's time: again whenever its clock has been put off."""
        if self._exhausted:
            self._dialect.exhaust(self._venue_time(now), self._venue_time(self._exhausted))

    def active(self) -> list[Switch]:
        """Return what is on."""
        return [each for each in (on.switch for on in self._on) if not self._is_spent(each.fault)]

    # ------------------------------------------------------------- requests

    def hold(self, call: HttpCall, now: int) -> int:
        """Return how long (ns) a request is kept before it is performed."""
        on = self._strikes("delay", _name(call), now)
        return int(on.seconds * SECOND) if on else 0

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer a request, or fail to."""
        name = _name(call)
        if self._strikes("drop", name, now):
            return CUT
        answer = self._dialect.http(call, self._venue_time(now))
        if is_change(call) and self._strikes("lost-reply", name, now):
            return CUT
        if is_change(call) and self._strikes("5xx-after-accept", name, now):
            return _UNAVAILABLE
        if self._strikes("malformed", name, now):
            return msgspec.structs.replace(answer, body=answer.body[: len(answer.body) // 2])
        return self._aged(call, answer, now)

    def late(self, call: HttpCall, now: int) -> int:
        """Return how long (ns) an answer waits after the request was performed."""
        on = self._strikes("slow-ack", _name(call), now) if is_change(call) else None
        return int(on.seconds * SECOND) if on else 0

    def _aged(self, call: HttpCall, answer: HttpAnswer, now: int) -> HttpAnswer:
        """A whole book asked for over HTTP may be one that was true before."""
        if call.method != _READS or not _is_depth(call.path):
            return answer
        first = self._first.setdefault(f"{call.path}?{call.query}", answer.body)
        return (
            msgspec.structs.replace(answer, body=first) if self._strikes("stale-snapshot", "snapshot", now) else answer
        )

    # ------------------------------------------------------------- sockets

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        """A handshake came."""
        refusal = self._dialect.opened(socket, call, self._venue_time(now))
        if refusal is None:
            self._sockets[socket] = None
        return refusal

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        """Take a frame from a client, or lose it, or keep it for a while."""
        if self._is_on("half-open", now) or self._strikes("drop", "inbound", now, exact=True):
            return
        on = self._strikes("delay", "inbound", now, exact=True)
        if on:
            heapq.heappush(self._inbound, (now + int(on.seconds * SECOND), self._next(), socket, frame))
        else:
            self._dialect.receive(socket, frame, self._venue_time(now))

    def closed(self, socket: int, now: int) -> None:
        """A client is gone."""
        if self._sockets.pop(socket, self) is None:
            self._held.pop(socket, None)
            self._dialect.closed(socket, self._venue_time(now))

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent now, after the faults have struck."""
        out: list[Frame | Close] = list(self._cut)
        self._cut.clear()
        while self._late and self._late[0][0] <= self._now:
            out.append(heapq.heappop(self._late)[2])
        frames = self._dialect.take()
        quiet = not self._on and not self._held
        for frame in frames:
            out += [frame] if quiet else self._struck(frame)
            if isinstance(frame, Frame) and frame.topic.startswith("snapshot"):
                self._first.setdefault(frame.topic, frame.body)
        return out

    def next_deadline(self) -> int | None:
        """When something is due."""
        offset = self._offset()
        inner = self._dialect.next_deadline()
        times = [] if inner is None else [inner - offset]
        times += [queue[0][0] for queue in (self._late, self._inbound) if queue]
        times += [on.until for on in self._on if on.until is not None]
        return min(times, default=None)

    def advance(self, now: int) -> None:
        """Go on to `now`."""
        self._now = max(now, self._now)
        for on in [on for on in self._on if on.until is not None and on.until <= now]:
            self._on.remove(on)
            if on.switch.fault in _EXCHANGE:
                self._exchange(on.switch.fault, None)
            elif on.switch.fault == _CLOCK:
                self._exhaust(now)
        while self._inbound and self._inbound[0][0] <= now:
            _, _, socket, frame = heapq.heappop(self._inbound)
            if socket in self._sockets:
                self._dialect.receive(socket, frame, self._venue_time(now))
        self._dialect.advance(self._venue_time(now))

    # ------------------------------------------------------------- striking

    def _struck(self, sent: Frame | Close) -> list[Frame | Close]:
        if isinstance(sent, Close):
            return [sent]
        if self._is_on("half-open", self._now):
            return []
        frame: Frame | None = sent
        copies = 1
        for name in _FRAMES:
            on = self._strikes(name, sent.topic, self._now) if frame and _fits(name, sent) else None
            if on is None or frame is None:
                continue
            match name:
                case "drop" | "sequence-gap" | "lost-reply" | "5xx-after-accept":
                    frame = None
                case "duplicate":
                    copies = 2
                case "delay" | "slow-ack":
                    heapq.heappush(self._late, (self._now + int(on.seconds * SECOND), self._next(), frame))
                    frame = None
                case "reorder":
                    return self._swapped(frame)
                case _:
                    frame = self._changed(name, frame)
        return self._after([frame] * copies if frame else [], sent.socket)

    def _changed(self, name: str, frame: Frame) -> Frame:
        match name:
            case "malformed":
                body = frame.body[: len(frame.body) // 2]
            case "checksum":
                body = _CHECKSUM.sub(lambda found: b'"checksum":%d' % (int(found[1]) + 1), frame.body)
            case _:
                body = self._first.get(frame.topic, frame.body)
        return msgspec.structs.replace(frame, body=body)

    def _swapped(self, frame: Frame) -> list[Frame | Close]:
        """Keep a frame until the next one of its socket has gone; one that was kept goes first."""
        kept = self._held.pop(frame.socket, None)
        self._held[frame.socket] = frame
        return [kept] if kept else []

    def _after(self, frames: list[Frame], socket: int) -> list[Frame | Close]:
        kept = self._held.pop(socket, None) if frames else None
        return [*frames, kept] if kept else [*frames]

    def _strikes(self, name: str, topic: str, now: int, *, exact: bool = False) -> Switch | None:
        """Return the switch that strikes this occasion, and count the strike."""
        for on in self._on:
            switch = on.switch
            if switch.fault != name or not (switch.topic == topic if exact else _matches(switch, topic)):
                continue
            if on.until is not None and on.until <= now:
                continue
            if switch.share < 1 and self._luck.random() >= switch.share:
                continue
            if on.left is not None:
                on.left -= 1
                if not on.left:
                    self._on.remove(on)
            return switch
        return None

    def _is_on(self, name: str, now: int) -> bool:
        return any(on.switch.fault == name and (on.until is None or now < on.until) for on in self._on)

    def _offset(self) -> int:
        return sum(int(on.switch.seconds * SECOND) for on in self._on if on.switch.fault == _CLOCK)

    def _venue_time(self, now: int) -> int:
        return now + self._offset()

    def _next(self) -> int:
        self._count += 1
        return self._count


def _name(call: HttpCall) -> str:
    return f"{'change' if is_change(call) else 'read'} {call.method} {call.path}"


def is_change(call: HttpCall) -> bool:
    """Say whether a request may change something; Deribit's clients send orders with GET too."""
    return call.method != _READS or any(word in call.path for word in _CHANGING)


def _matches(switch: Switch, topic: str) -> bool:
    """An empty topic means every request for faults of requests, and every frame of books, trades and accounts."""
    if switch.topic:
        return topic.startswith(switch.topic)
    return not topic.startswith("control")


def _fits(name: str, frame: Frame) -> bool:
    if name in _REPLIES:
        return frame.topic.startswith("reply")
    match name:
        case "sequence-gap":
            return frame.topic.startswith("book")
        case "stale-snapshot":
            return frame.topic.startswith("snapshot")
        case "checksum":
            return frame.topic.startswith(("book", "snapshot"))
        case _:
            return not frame.ping


def _is_depth(path: str) -> bool:
    return any(word in path for word in ("depth", "orderbook", "order_book", "books"))
