"""Orders over the private WebSocket: place, amend and cancel, matched by a number of our own.

The market is named by its number (`instIdCode`), which the instrument list tells; an order on a market without one goes
over HTTP.
The limits and the fields are those of HTTP, and so are the replies; ``expTime`` stands beside `args`.
What is not answered a second after the venue could last have taken it is `Unknown`, as is everything under way when the
connection ends.
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade-ws-place-order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.ask import Amend, Cancel, Place
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Unknown
from basisdesk.venues.okx import orders
from basisdesk.venues.okx.capabilities import AMENDING, CANCELLING, ORDER_LIFE, PLACING, SECOND
from basisdesk.venues.okx.errors import outcome_of
from basisdesk.venues.okx.gate import PONG, Gate, said
from basisdesk.venues.okx.replies import closed_by, commanded, envelope_of
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import MESSAGE_LENGTH, Reply
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.okx.rows import Envelope
    from basisdesk.venues.trading import Session

NS_PER_MS = 1_000_000
ANSWER_NS = ORDER_LIFE + SECOND
_COSTS: dict[type, tuple[tuple[str, float], ...]] = {Place: PLACING, Amend: AMENDING, Cancel: CANCELLING}


class OrderEntry:
    """The conversation of one connection for orders."""

    __slots__ = ("_gate", "_over", "_session", "_under_way")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._gate = Gate(session)
        self._under_way: dict[str, tuple[Ask, int]] = {}
        self._over = False  # the venue fell silent, or refused the login

    @property
    def url(self) -> str:
        """The address to connect to."""
        return self._gate.url

    def headers(self, _now: int) -> tuple[tuple[str, str], ...]:
        """Return none."""
        return ()

    def connected(self, now: int) -> None:
        """Begin with the login."""
        self._over = False
        self._gate.start(now)

    def disconnected(self, _now: int) -> list[tuple[Ask, Reply]]:
        """End: nobody knows what became of what was under way."""
        self._gate.stop()
        return self._lost(list(self._under_way), "the connection ended before an answer came")

    def ready(self, _now: int) -> bool:
        """Whether asks can be sent."""
        return self._gate.logged_in and not self._over

    def send(self, ask: Ask, now: int) -> bool | Refusal:
        """Queue an order, an amend or a cancel; False for anything else, and on a market without a number."""
        if not self.ready(now):
            return False
        if not isinstance(ask, Place | Amend | Cancel):
            return False
        instrument = self._session.instruments.get(ask.order.symbol)
        if instrument is None or not instrument.number:
            return False
        operation, fields = _operation(ask, instrument, self._session)
        if isinstance(fields, Refusal):
            return fields
        number = str(self._session.next_id())
        frame = {"id": number, "op": operation, "args": [{"instIdCode": instrument.number, **fields}]}
        if operation != "cancel-order":
            frame["expTime"] = str((now + ORDER_LIFE) // NS_PER_MS)
        self._gate.queue(msgspec.json.encode(frame))
        self._under_way[number] = (ask, now + ANSWER_NS)
        return True

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self._gate.take()

    def receive(self, frame: bytes, now: int) -> list[tuple[Ask, Reply]]:
        """Take one frame; a reply to nothing that is under way is passed over."""
        self._gate.heard(now)
        if frame == PONG:
            return []
        try:
            message = said(frame)
        except UNREADABLE:
            return []
        if message.event:
            self._happened(message.event, str(message.code))
            return []
        envelope = envelope_of(frame)
        if envelope is None or envelope.id not in self._under_way:
            return []
        ask, _ = self._under_way.pop(envelope.id)
        return [(ask, _reply(ask, envelope, now))]

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        times = [until for _, until in self._under_way.values()]
        gate = self._gate.next_deadline()
        return min(times if gate is None else [*times, gate], default=None)

    def on_time(self, now: int) -> list[tuple[Ask, Reply]]:
        """Ping, stop being ready when the venue has fallen silent, and give up what was not answered."""
        self._over = bool(self._gate.overdue(now)) or self._over
        late = [number for number, (_, until) in self._under_way.items() if now >= until]
        return self._lost(late, f"no answer within {ANSWER_NS // SECOND} s")

    def _happened(self, event: str, code: str) -> None:
        match event:
            case "login" if code == "0":
                self._gate.logged_in = True
                self._gate.waits_until = None
            case "error" if self._gate.logged_in:
                pass  # it names nothing that is under way, so the one it means runs into its time limit
            case "error" | "login" | "notice":
                self._over = True
            case _:
                pass

    def _lost(self, numbers: list[str], words: str) -> list[tuple[Ask, Reply]]:
        return [(self._under_way.pop(number)[0], Reply(outcome=Unknown(message=words))) for number in numbers]


def costs(ask: Ask, session: Session, now: int) -> tuple[tuple[str, float], ...]:  # noqa: ARG001 (the contract's)
    """Return what an ask over this connection costs, nothing for one that goes over HTTP (see `OrderEntry.send`)."""
    if not isinstance(ask, Place | Amend | Cancel):
        return ()
    instrument = session.instruments.get(ask.order.symbol)
    return _COSTS[type(ask)] if instrument is not None and instrument.number else ()


def _operation(
    ask: Place | Amend | Cancel, instrument: Instrument, session: Session
) -> tuple[str, orders.Fields | Refusal]:
    match ask:
        case Place():
            return "order", orders.place(ask.order, instrument, session)
        case Amend():
            return "amend-order", orders.amend(ask, instrument)
        case _:
            return "cancel-order", orders.name(ask.order)


def _reply(ask: Ask, envelope: Envelope, now: int) -> Reply:
    code, words = envelope.reason
    if code != "0":
        outcome = outcome_of(code, words, now, changes=True)
        own = "place" if isinstance(ask, Place) else "amend" if isinstance(ask, Amend) else "cancel"
        return heed(Reply(outcome=outcome), closed_by(outcome, ((own, 1.0),)), {}, now)
    try:
        return commanded(ask, envelope) or Reply(outcome=Done())
    except UNREADABLE as error:
        return Reply(outcome=Unknown(message=f"the answer cannot be read: {error}"[:MESSAGE_LENGTH]))
