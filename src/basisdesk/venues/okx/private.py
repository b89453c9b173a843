"""The account's own connection: orders, positions, balances and warnings of every product, after one login.

Orders come one push a change, and a fill comes inside of its order's push; there is no list of them at the beginning,
so the shell asks for the open ones once this is ready.
Balances and positions begin with a whole list, in pages, and go on with changes.
Whatever cannot be answered here (a refused login, a refused subscription, a venue that will hang up in a minute) ends
the stream with a reason.
Followed: https://www.okx.com/docs-v5/en/#overview-websocket-login, #order-book-trading-trade-ws-order-channel and
#trading-account-websocket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import Complete, StreamEnded
from basisdesk.domain.outcome import Reason
from basisdesk.venues import lenient
from basisdesk.venues.okx import reports, rows
from basisdesk.venues.okx.capabilities import LINE
from basisdesk.venues.okx.errors import REASONS
from basisdesk.venues.okx.gate import PONG, Gate, Said, said
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Reply, Session

ORDERS, ACCOUNT, POSITIONS, WARNINGS = "orders", "account", "positions", "liquidation-warning"
LISTS = {ACCOUNT: "balances", POSITIONS: "positions"}
CHANNELS = (
    {"channel": ORDERS, "instType": "ANY"},
    {"channel": ACCOUNT},
    {"channel": POSITIONS, "instType": "ANY"},
    {"channel": WARNINGS, "instType": "ANY"},
)
QUIET_EVENTS = ("unsubscribe", "channel-conn-count")
NO_RIGHT = (Reason.AUTHENTICATION, Reason.PERMISSION, Reason.CLOCK)

_decode_order = lenient.reader(rows.OrderRow)
_decode_account = lenient.reader(rows.AccountRow)
_decode_position = lenient.reader(rows.PositionRow)
_decode_warning = lenient.reader(rows.WarningRow)


class PrivateStream:
    """The conversation of one connection of account events."""

    __slots__ = ("_gate", "_holes", "_session", "_undecoded", "_waits")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._gate = Gate(session)
        self._waits: list[str] = []
        self._holes: dict[str, bool] = {}  # lists of which a row could not be read
        self._undecoded = 0

    @property
    def ready(self) -> bool:
        """Whether login and all subscriptions have been acknowledged."""
        return self._gate.logged_in and not self._waits

    @property
    def undecoded(self) -> int:
        """How many frames or rows could not be read."""
        return self._undecoded

    def to_ask(self) -> list[Ask]:
        """Return nothing: the login is all it needs."""
        return []

    def replied(self, _ask: Ask, _reply: Reply, _now: int) -> list[Update]:
        """Return nothing: nothing was asked."""
        return []

    def url(self, _now: int) -> str | None:
        """Return the address to connect to, None without a key."""
        return None if self._session.credentials is None else self._gate.url

    def headers(self, _now: int) -> tuple[tuple[str, str], ...]:
        """Return none."""
        return ()

    def connected(self, now: int) -> None:
        """Begin with the login."""
        self._gate.start(now)
        self._holes.clear()
        self._waits = [str(argument["channel"]) for argument in CHANNELS]

    def disconnected(self, _now: int) -> None:
        """End."""
        self._gate.stop()

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self._gate.take()

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        return self._gate.next_deadline()

    def on_time(self, now: int) -> list[Update]:
        """Ping, or say that the venue has fallen silent."""
        silent = self._gate.overdue(now)
        return [StreamEnded(at=now, message=silent)] if silent else []

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take one frame."""
        self._gate.heard(now)
        if frame == PONG:
            return []
        try:
            message = said(frame)
        except UNREADABLE:
            self._undecoded += 1
            return []
        return self._happened(message, now) if message.event else self._pushed(message, now)

    def _happened(self, message: Said, now: int) -> list[Update]:
        match message.event:
            case "login" if str(message.code) == "0":
                self._gate.logged_in = True
                self._gate.queue(msgspec.json.encode({"op": "subscribe", "args": CHANNELS}))
            case "subscribe":
                self._granted(message.arg.channel)
            case event if event not in QUIET_EVENTS:
                refused = REASONS.get(str(message.code)) in NO_RIGHT
                words = f"{event} {message.code} {message.channel} {message.msg}"[:MESSAGE_LENGTH]
                return [StreamEnded(at=now, message=words, refused=refused)]
        return []

    def _granted(self, channel: str) -> None:
        if channel in self._waits:
            self._waits.remove(channel)
        if not self._waits:
            self._gate.waits_until = None

    def _pushed(self, message: Said, now: int) -> list[Update]:
        updates: list[Update] = []
        channel, before = message.arg.channel, self._undecoded
        for raw in message.data:
            self._take(channel, raw, message.arg.account, updates)
        if channel in LISTS and message.kind == "snapshot":
            if self._undecoded > before:
                self._holes[channel] = True
            if message.last and not self._holes.pop(channel, False):
                updates.append(Complete(at=now, what=LISTS[channel], line=LINE))
        if not channel:
            self._undecoded += 1
        return updates

    def _take(self, channel: str, raw: msgspec.Raw, account: str, updates: list[Update]) -> None:
        """Read a row, which hides no other when it cannot be read."""
        try:
            updates += self._coins(raw, account) if channel == ACCOUNT else self._read(channel, raw, account)
        except UNREADABLE:
            self._undecoded += 1

    def _coins(self, raw: msgspec.Raw, account: str) -> list[Update]:
        found: list[Update] = []
        for coin in _decode_account(raw).coins:
            try:
                found.append(reports.balance(rows.read_coin(coin), account))
            except UNREADABLE:
                self._undecoded += 1
        return found

    def _read(self, channel: str, raw: msgspec.Raw, account: str) -> list[Update]:
        match channel:
            case "orders":
                row = _decode_order(raw)
                fill = reports.fill_of(row, self._session, account)
                order = reports.order(row, self._session, account)
                return [order] if fill is None else [fill, order]
            case "positions":
                return [reports.position(_decode_position(raw), self._session, account)]
            case "liquidation-warning":
                return [reports.warning(_decode_warning(raw), self._session, account)]
            case _:
                raise ValueError(f"nobody subscribed to {channel[:40]!r}")
