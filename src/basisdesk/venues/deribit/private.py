"""The private stream: orders, fills, positions and money of an account, on a connection of its own.

``user.changes`` brings orders, own trades and positions of one event together; ``user.portfolio`` brings money,
``user.liquidation`` forced closes.
Nothing is sent again after a reconnect, so whoever listens asks for what was missed (`ready` again is the sign).
The answer to a subscription lists the channels it granted; the stream is of no use without the first two, while the
third is newer than some accounts.
Followed: https://docs.deribit.com/subscriptions/user and /articles/notifications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from msgspec import Struct

from basisdesk.domain.account import StreamEnded
from basisdesk.venues import lenient
from basisdesk.venues.deribit.account import balance, fills, order_update, position, warned
from basisdesk.venues.deribit.heartbeat import ANSWER_NS
from basisdesk.venues.deribit.replies import UNREADABLE_REPLY, Answer
from basisdesk.venues.deribit.rows import Changes, Liquidation, OrderRow, PositionRow, SummaryRow, TradeRow
from basisdesk.venues.deribit.talk import URL, Talk, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Private, Reply, Session

CHANGES = "user.changes.future.any.raw"
PORTFOLIO = "user.portfolio.any"
LIQUIDATION = "user.liquidation"
CHANNELS = (CHANGES, PORTFOLIO, LIQUIDATION)
NEEDED = (CHANGES, PORTFOLIO)
Row = TypeVar("Row")
Made = TypeVar("Made")


class Params(Struct, Generic[Row], frozen=True):
    """`params` of a push."""

    data: Row


class Push(Struct, Generic[Row], frozen=True):
    """A push."""

    params: Params[Row]


_decode_changes = lenient.reader(Push[Changes])
_decode_summary = lenient.reader(Push[SummaryRow])
_decode_liquidation = msgspec.json.Decoder(Push[Liquidation]).decode
_decode_order = lenient.reader(OrderRow)
_decode_trade = lenient.reader(TradeRow)
_decode_position = lenient.reader(PositionRow)
_decode_names = msgspec.json.Decoder(list[str]).decode


class AccountStream:
    """One connection of account events."""

    __slots__ = ("_asked", "_asked_until", "_session", "_talk", "ready", "undecoded")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._talk = Talk(session)
        self._asked: int | None = None  # number of the subscription that is under way
        self._asked_until: int | None = None
        self.ready = False
        self.undecoded = 0

    def to_ask(self) -> list[Ask]:
        """Return nothing: the login is all that is needed."""
        return []

    def replied(self, _ask: Ask, _reply: Reply, _now: int) -> list[Update]:
        """Do nothing: nothing is asked over HTTP."""
        return []

    def url(self, _now: int) -> str | None:
        """Return the address to connect to, None without a key."""
        return None if self._session.credentials is None else URL

    def headers(self, _now: int) -> tuple[tuple[str, str], ...]:
        """Return none."""
        return ()

    def connected(self, now: int) -> None:
        """A fresh connection stands: the login is queued, subscriptions follow it."""
        self._forget()
        self._talk.connected(now)

    def disconnected(self, _now: int) -> None:
        """The connection is gone."""
        self._forget()
        self._talk.disconnected()

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self._talk.take()

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take one frame; what cannot be read is counted, never raised."""
        try:
            heard = self._talk.receive(frame, now)
            if heard.push is not None:
                return self._pushed(heard.push.channel, frame, now)
        except UNREADABLE_REPLY:
            self.undecoded += 1
            return []
        if heard.lost:
            return self._end(now, heard.lost)
        if heard.refused:
            return self._end(now, heard.refused, refused=True)
        if heard.entered:
            self._asked = self._talk.subscribe(CHANNELS)
            self._asked_until = now + ANSWER_NS
        if heard.answer is not None and heard.answer.request == self._asked and self._asked is not None:
            return self._granted(heard.answer, now)
        return []

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        deadlines = (self._talk.next_deadline(), self._asked_until)
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> list[Update]:
        """A deadline came: ask whether the venue lives, log in again, or give the stream up."""
        trouble = self._talk.overdue(now)
        if not trouble and self._asked_until is not None and now >= self._asked_until:
            trouble = "the subscription was not answered within 5 s"
        return self._end(now, trouble) if trouble else []

    def _forget(self) -> None:
        self._asked = self._asked_until = None
        self.ready = False

    def _granted(self, answer: Answer, now: int) -> list[Update]:
        self._forget()
        if answer.error is not None:
            return self._end(now, words(answer.error), refused=True)
        try:
            names = _decode_names(answer.result or b"")
        except UNREADABLE_REPLY:
            names = []
        missing = [name for name in NEEDED if name not in names]
        if missing:
            return self._end(now, f"not granted: {', '.join(missing)}", refused=True)
        self.ready = True
        return []

    def _end(self, now: int, message: str, *, refused: bool = False) -> list[Update]:
        self._forget()
        return [StreamEnded(at=now, message=message, refused=refused)]

    def _pushed(self, channel: str, frame: bytes, now: int) -> list[Update]:
        match channel.split(".")[:2]:
            case ["user", "changes"]:
                return self._changed(_decode_changes(frame).params.data, now)
            case ["user", "portfolio"]:
                return [balance(_decode_summary(frame).params.data, now, self._session.account)]
            case ["user", "liquidation"]:
                return [warned(self._session, _decode_liquidation(frame).params.data)]
            case _:
                raise ValueError(f"a push of the unknown channel {channel[:60]!r}")

    def _changed(self, row: Changes, now: int) -> list[Update]:
        """Return orders first, then fills, then the position that they led to, as of the last of them."""
        session = self._session
        orders = self._each(row.orders, _decode_order)
        changes = self._told(orders, lambda order: order_update(session, order))
        trades = self._told(self._each(row.trades, _decode_trade), lambda trade: fills(session, [trade], orders)[0])
        at = max([*(told.at for told in changes), *(told.at for told in trades)], default=now)
        held = self._each(row.positions, _decode_position)
        return [*changes, *trades, *self._told(held, lambda each: position(session, each, at))]

    def _each(self, rows: list[msgspec.Raw] | None, decode: Callable[[msgspec.Raw], Row]) -> list[Row]:
        """Read rows one by one: one that cannot be read hides no other."""
        return self._told(rows or [], decode)

    def _told(self, rows: list[Made], read: Callable[[Made], Row]) -> list[Row]:
        found: list[Row] = []
        for row in rows:
            try:
                found.append(read(row))
            except UNREADABLE_REPLY:
                self.undecoded += 1
        return found


def privates(lines: Sequence[str], session: Session) -> list[Private]:
    """Return the one connection that brings every account event."""
    return [AccountStream(session)] if lines else []
