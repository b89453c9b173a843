"""The private stream: one connection tells everything of the unified account.

After the login the topics of all categories are subscribed to together, since they may not be mixed with those of one
category; rows of other categories (options) are passed over.
Nothing is told at the beginning, so the account has to be asked for over REST once the stream is ready.
The topics of the dead-man switch are added once it was set: a connection that subscribed to them is one of those whose
loss pulls the orders.
Each row is read by itself, so a strange one costs no other.
Followed: https://bybit-exchange.github.io/docs/v5/ws/connect and /docs/v5/websocket/private/*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import StreamEnded, Update
from basisdesk.domain.errors import DecodeError
from basisdesk.venues import lenient
from basisdesk.venues.bybit.link import Link, Stage
from basisdesk.venues.bybit.results import SWITCHED
from basisdesk.venues.bybit.rows import ExecutionRow, OrderRow, PositionRow, WalletRow
from basisdesk.venues.bybit.tell import coin_update, execution_update, order_update, position_updates
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import LATEST_MS, NS_PER_MS, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Reply, Session

URL = "wss://stream.bybit.com/v5/private"
TOPICS = ("order", "execution", "position", "wallet")
SWITCH_TOPICS = {"DERIVATIVES": "dcp.future", "SPOT": "dcp.spot"}
SILENT_OPERATIONS = ("ping", "pong", "unsubscribe")


class _Message(msgspec.Struct, frozen=True):
    """A push names a topic, an answer an operation."""

    topic: str = ""
    data: list[msgspec.Raw] = []
    created: int = msgspec.field(name="creationTime", default=0)
    operation: str = msgspec.field(name="op", default="")
    success: bool | None = None
    message: str | None = msgspec.field(name="ret_msg", default="")
    request: str = msgspec.field(name="req_id", default="")


class _Category(msgspec.Struct, frozen=True):
    category: str = ""


_decode = msgspec.json.Decoder(_Message).decode
_category = msgspec.json.Decoder(_Category).decode
_order = lenient.reader(OrderRow)
_execution = lenient.reader(ExecutionRow)
_position = lenient.reader(PositionRow)
_wallet = lenient.reader(WalletRow)


class PrivateStream:
    """The conversation of one private connection, for these lines of one account."""

    def __init__(self, lines: Sequence[str], session: Session) -> None:
        self._lines = dict.fromkeys(lines)
        self._session = session
        self._link = Link(session)
        self._wanted: dict[str, None] = {}  # topics to be subscribed to with the next request
        self._asked: dict[str, list[str]] = {}  # requests without an answer, by their id
        self._granted: dict[str, None] = {}
        self._undecoded = 0

    @property
    def ready(self) -> bool:
        """Whether login and subscriptions have been acknowledged."""
        return all(topic in self._granted for topic in TOPICS)

    @property
    def undecoded(self) -> int:
        """How many frames and rows could not be read."""
        return self._undecoded

    def to_ask(self) -> list[Ask]:
        """Nothing has to be asked over HTTP first."""
        return []

    def replied(self, ask: Ask, reply: Reply, now: int) -> list[Update]:  # noqa: ARG002 (the contract's)
        """Nothing was asked."""
        return []

    def url(self, now: int) -> str | None:  # noqa: ARG002 (the contract's)
        """Return the address to connect to, None without a key."""
        return None if self._session.credentials is None else URL

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 (the contract's)
        """The login is a message, so the handshake has no headers of its own."""
        return ()

    def connected(self, now: int) -> None:
        """A fresh connection stands: the login is queued."""
        self._forget()
        self._link.open(now)

    def disconnected(self, now: int) -> None:
        """The connection is gone."""
        self._forget()
        self._link.close(now)

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        frames = self._link.take()
        if self._link.stage is Stage.GRANTED:
            self._want_switch()
            if self._wanted:
                topics = list(self._wanted)
                self._wanted.clear()
                name = f"topics {self._session.next_id()}"
                self._asked[name] = topics
                frames.append(msgspec.json.encode({"req_id": name, "op": "subscribe", "args": topics}))
        return frames

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take one frame; what cannot be read is counted, never raised."""
        self._link.hear(now)
        try:
            message = _decode(frame)
        except UNREADABLE:
            self._undecoded += 1
            return []
        if not message.topic:
            return self._answered(message, now)
        updates: list[Update] = []
        for raw in message.data:
            try:
                updates += self._row(message, bytes(raw))
            except (*UNREADABLE, DecodeError):
                self._undecoded += 1
        return updates

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        return self._link.next_deadline()

    def on_time(self, now: int) -> list[Update]:
        """Ping, or say that the stream is dead."""
        fault = self._link.overdue(now)
        return self._ended(fault, now) if fault else []

    def _forget(self) -> None:
        for kept in (self._wanted, self._asked, self._granted):
            kept.clear()

    def _want_switch(self) -> None:
        for product in self._session.learned.get(SWITCHED, "").split():
            topic = SWITCH_TOPICS.get(product, "")
            asked = any(topic in topics for topics in self._asked.values())
            if topic and topic not in self._granted and not asked:
                self._wanted[topic] = None

    def _ended(self, message: str, now: int, *, refused: bool = False) -> list[Update]:
        self._forget()
        self._link.end()
        return [StreamEnded(at=now, message=message[:MESSAGE_LENGTH], refused=refused)]

    def _answered(self, message: _Message, now: int) -> list[Update]:
        words = message.message or ""
        if message.operation == "auth":
            if not message.success:
                return self._ended(f"the login was refused: {words}", now, refused=True)
            self._link.grant()
            self._wanted.update(dict.fromkeys(TOPICS))
        elif message.operation == "subscribe":
            topics = self._asked.pop(message.request, [])
            if not message.success and any(topic in TOPICS for topic in topics):
                return self._ended(f"{', '.join(topics)} were refused: {words}", now, refused=True)
            self._granted.update(dict.fromkeys(topics))
        elif message.operation not in SILENT_OPERATIONS:
            self._undecoded += 1
        return []

    def _row(self, message: _Message, raw: bytes) -> Sequence[Update]:
        topic = message.topic.partition(".")[0]
        if topic == "wallet":
            wallet = _wallet(raw)
            at = message.created * NS_PER_MS if 0 <= message.created <= LATEST_MS else 0
            line = next(iter(self._lines))
            return [coin_update(coin, at, line, wallet.account_type) for coin in wallet.coin]
        if topic not in TOPICS:
            raise ValueError(f"unknown topic {message.topic[:40]!r}")
        line = _category(raw).category
        if line not in self._lines:
            return []
        match topic:
            case "order":
                return [order_update(_order(raw), line, self._session)]
            case "execution":
                return [execution_update(_execution(raw), line, self._session)]
            case _:
                return position_updates(_position(raw), line, self._session)
