"""Orders over the WebSocket: faster than HTTP, and the only place where cancel-on-disconnect can be had.

Asks and answers are matched by number.
An ask is `Unknown` when its connection ends, and when no answer came a while after the venue can no longer take it.
The dead-man switch is two calls: a heartbeat of that many seconds, which finds a dead connection, and
cancel-on-disconnect, which then cancels the orders that were sent over this connection.
It is gone with the connection, so it has to be asked for again on the next.
When the venue says that the login is gone, the connection logs in again.
After 10028 the venue ends the session, and with it cancels what the switch protects.
Followed: https://docs.deribit.com/api-reference/session-management/private-enable_cancel_on_disconnect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.ask import Amend, Ask, Cancel, CancelAll, DeadMan, Place
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Unknown
from basisdesk.venues.deribit.calls import Call
from basisdesk.venues.deribit.capabilities import CALL, HEARTBEAT_S, LIFE_NS, MASS_CANCEL, MATCHING, SECOND
from basisdesk.venues.deribit.errors import outcome_of
from basisdesk.venues.deribit.hosts import PUBLIC
from basisdesk.venues.deribit.replies import UNREADABLE_REPLY, Answer, read
from basisdesk.venues.deribit.requests import call_of
from basisdesk.venues.deribit.talk import LOST, URL, Talk
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import Reply

if TYPE_CHECKING:
    from basisdesk.venues.trading import Entry, Session

PATIENCE_NS = LIFE_NS + 2 * SECOND
CARRIED = (Place, Amend, Cancel, CancelAll)
SCOPE = (("scope", "connection"),)
Answered = tuple[Ask, Reply]


class Waiting(msgspec.Struct, frozen=True):
    """An ask without an answer, and until when (ns) one is waited for."""

    ask: Ask
    until: int
    costs: tuple[tuple[str, float], ...] = ()


class OrderEntry:
    """One connection for orders."""

    __slots__ = ("_beats", "_session", "_talk", "_waiting", "undecoded")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._talk = Talk(session)
        self._waiting: dict[int, Waiting] = {}
        self._beats: dict[int, int] = {}  # number of a heartbeat's request to that of its switch
        self.undecoded = 0

    @property
    def url(self) -> str:
        """The address to connect to."""
        return URL

    def headers(self, _now: int) -> tuple[tuple[str, str], ...]:
        """Return none."""
        return ()

    def connected(self, now: int) -> None:
        """A fresh connection stands: the login is queued."""
        self._talk.connected(now)

    def disconnected(self, _now: int) -> list[Answered]:
        """The connection is gone: whatever was under way is `Unknown`."""
        self._talk.disconnected()
        return self._abandon("the connection ended before the answer came")

    def ready(self, _now: int) -> bool:
        """Whether the login stands."""
        return self._talk.logged_in

    def send(self, ask: Ask, now: int) -> bool | Refusal:
        """Queue an ask; False when this connection does not carry it, or is not logged in."""
        if not self._talk.logged_in:
            return False
        if isinstance(ask, DeadMan):
            return self._arm(ask, now)
        if not isinstance(ask, CARRIED):
            return False
        call = call_of(ask, self._session, now)
        if isinstance(call, Refusal):
            return call
        self._queue(ask, call, now)
        return True

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self._talk.take()

    def receive(self, frame: bytes, now: int) -> list[Answered]:
        """Take one frame; returns the replies that it completes."""
        try:
            heard = self._talk.receive(frame, now)
        except UNREADABLE_REPLY:
            self.undecoded += 1
            return []
        if heard.lost:
            self._talk.log_in(now)
        answer = heard.answer
        number = None if answer is None else answer.request
        if answer is not None and answer.error is not None and isinstance(number, int):
            number = self._beats.pop(number, number)  # a switch without its heartbeat is not what was asked for
        waiting = self._waiting.pop(number, None) if isinstance(number, int) else None
        if answer is None or waiting is None:
            return []
        if answer.error is not None and answer.error.code in LOST:
            self._talk.log_out()
            self._talk.log_in(now)
        reply = self._reply(waiting.ask, answer, now)
        return [(waiting.ask, heed(reply, [name for name, _ in waiting.costs], {}, now))]

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        deadlines = [waiting.until for waiting in self._waiting.values()]
        talk = self._talk.next_deadline()
        return min(deadlines if talk is None else [*deadlines, talk], default=None)

    def on_time(self, now: int) -> list[Answered]:
        """A deadline came: ask whether the venue lives, log in again, or declare asks `Unknown`."""
        trouble = self._talk.overdue(now)
        if trouble:
            self._talk.disconnected()
            return self._abandon(trouble)
        late = [number for number, waiting in self._waiting.items() if now >= waiting.until]
        return [(self._waiting.pop(number).ask, _unknown("no answer came in time")) for number in late]

    def _reply(self, ask: Ask, answer: Answer, now: int) -> Reply:
        if not isinstance(ask, DeadMan):
            return read(ask, answer, now, self._session, changes=True)
        if answer.error is not None:
            return Reply(outcome=outcome_of(answer.error, now, changes=True))
        return Reply(outcome=Done())

    def _arm(self, ask: DeadMan, now: int) -> bool | Refusal:
        if ask.symbol:
            return Refusal("unsupported", "cancel-on-disconnect holds for all markets: leave the symbol out")
        least, most = HEARTBEAT_S
        if ask.seconds and not least <= ask.seconds <= most:
            return Refusal("bad_seconds", f"{ask.seconds} s is outside of {least} to {most} s: choose within")
        if not ask.seconds:
            self._queue(ask, Call(method="private/disable_cancel_on_disconnect", params=SCOPE, costs=(CALL,)), now)
            return True
        beat = self._talk.call("public/set_heartbeat", (("interval", ask.seconds),))
        switch = Call(method="private/enable_cancel_on_disconnect", params=SCOPE, costs=(CALL,))
        self._beats = {beat: self._queue(ask, switch, now)}
        return True

    def _queue(self, ask: Ask, call: Call, now: int) -> int:
        number = self._talk.call(call.method, call.params)
        self._waiting[number] = Waiting(ask, now + PATIENCE_NS, call.costs)
        return number

    def _abandon(self, why: str) -> list[Answered]:
        waiting, self._waiting = self._waiting, {}
        return [(entry.ask, _unknown(why)) for entry in waiting.values()]


def costs(ask: Ask, session: Session, now: int) -> tuple[tuple[str, float], ...]:  # noqa: ARG001 (the contract's)
    """Return what an ask over this connection costs; the switch is two calls to arm, one to disarm."""
    match ask:
        case DeadMan(seconds=seconds):
            return ((CALL[0], 2 * CALL[1]),) if seconds else (CALL,)
        case CancelAll():
            return (MASS_CANCEL,)
        case Place() | Amend() | Cancel():
            return (MATCHING,)
        case _:
            return ()


def _unknown(why: str) -> Reply:
    return Reply(outcome=Unknown(why))


def entry(line: str, session: Session) -> Entry | None:
    """Return the order connection of the line, None without a key."""
    return OrderEntry(session) if line == PUBLIC.name and session.credentials is not None else None
