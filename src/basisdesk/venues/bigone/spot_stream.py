"""Account events of spot: the spot socket after a login.

The login is a frame with a fresh token; orders of every pair and balances are subscribed to once it is granted, and
the stream is ready when both have sent their first message.
The socket tells how much of an order is filled, never by which trades, so a fill that it shows is asked for over REST
(`to_ask`), and again while it has not come.
Neither a lifetime nor an idle limit is documented: a ping goes out when it has been quiet, and a stream that stays
silent after it has ended.
Followed: https://open.bigone.com/docs/spot/pusher and the venue's websocket.proto.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from basisdesk.domain.account import Complete, OrderUpdate, StreamEnded, Update
from basisdesk.domain.ask import Ask, AskFills
from basisdesk.domain.outcome import Done
from basisdesk.venues.bigone.hosts import LINES
from basisdesk.venues.bigone.messages import Failure
from basisdesk.venues.bigone.owed import Owed
from basisdesk.venues.bigone.sign import bearer
from basisdesk.venues.bigone.spot import PING, PING_EVERY_NS, PING_NAME, PONG_NS
from basisdesk.venues.bigone.spot_account import PushedBalance, PushedOrder, balance_of, order_of
from basisdesk.venues.bigone.symbols import SPOT
from basisdesk.venues.bigone.wire import moment, reader
from basisdesk.venues.pulse import QuietPulse
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.venues.trading import Reply, Session

LOGIN = "login"
ORDERS = "orders"
ACCOUNTS = "accounts"
LOGIN_NS = 10_000_000_000
MOST_ORDERS = 10_000


class _Orders(Struct, frozen=True):
    orders: list[PushedOrder] = field(default_factory=list)


class _Order(Struct, frozen=True):
    order: PushedOrder


class _Accounts(Struct, frozen=True):
    accounts: list[PushedBalance] = field(default_factory=list)


class _Account(Struct, frozen=True):
    account: PushedBalance


class _Message(Struct, frozen=True, rename="camel"):
    request_id: str | int = ""
    success: Raw | UnsetType = UNSET
    error: Failure | None = None
    pong: Raw | UnsetType = UNSET
    heartbeat: Raw | UnsetType = UNSET
    orders_snapshot: _Orders | None = None
    order_update: _Order | None = None
    accounts_snapshot: _Accounts | None = None
    account_update: _Account | None = None


_read = reader(_Message)


class SpotStream:
    """The conversation of one connection."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pulse = QuietPulse(PING, PING_EVERY_NS, PONG_NS)
        self._frames: list[bytes] = []
        self._due: int | None = None  # until when login and subscriptions must be granted
        self._granted: dict[str, bool] = {}
        self._filled: dict[str, Decimal] = {}
        self._owed: dict[str, Owed] = {}  # by symbol
        self._now = 0
        self._undecoded = 0

    @property
    def ready(self) -> bool:
        """Whether orders and balances are told."""
        return self._granted.get(ORDERS, False) and self._granted.get(ACCOUNTS, False)

    @property
    def undecoded(self) -> int:
        """How many frames could not be read."""
        return self._undecoded

    def to_ask(self) -> list[Ask]:
        """Take the fills that orders have told of."""
        return [
            AskFills(line=SPOT, symbol=symbol, since=owed.since)
            for symbol, owed in self._owed.items()
            if owed.take(self._now)
        ]

    def replied(self, ask: Ask, reply: Reply, now: int) -> list[Update]:
        """Take the fills; what was not answered is asked for again."""
        self._now = now
        if isinstance(ask, AskFills) and ask.symbol in self._owed and not isinstance(reply.outcome, Done):
            self._owed[ask.symbol].failed(now)
        return list(reply.updates)

    def url(self, now: int) -> str | None:  # noqa: ARG002 (the protocol's)
        """Return the address of the spot socket."""
        return LINES[SPOT].stream_url

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 (the protocol's)
        """Return nothing: the login is a frame."""
        return ()

    def connected(self, now: int) -> None:
        """Log in; without a key nothing is sent, and the stream ends in time."""
        self.disconnected(now)
        self._pulse.start(now)
        self._due = now + LOGIN_NS
        if self._session.credentials is not None:
            self._say(LOGIN, "authenticateCustomerRequest", {"token": bearer(self._session.credentials, now)})

    def disconnected(self, now: int) -> None:
        """Forget what was granted; what was filled stays known."""
        self._now = now
        self._pulse.stop()
        self._frames.clear()
        self._granted.clear()
        self._due = None

    def to_send(self) -> list[bytes]:
        """Take login, subscriptions and ping."""
        frames, self._frames = self._frames, []
        return frames + self._pulse.take(self._now)

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take one frame."""
        self._now = self._pulse.heard = now
        try:
            return self._hear(_read(frame), now)
        except UNREADABLE:
            self._undecoded += 1
            return []

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        owed = (fills.next_deadline() for fills in self._owed.values())
        deadlines = (self._due, self._pulse.next_deadline(), *owed)
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> list[Update]:
        """Ping; say that the stream is dead when login, subscriptions or the answer to a ping do not come."""
        self._now = now
        if self._due is not None and now >= self._due:
            self._due = None
            return [StreamEnded(at=now, message="login or subscriptions were not granted within 10 s")]
        if self._pulse.overdue(now):
            return [StreamEnded(at=now, message="nothing was received since a ping 10 s ago")]
        return []

    def _hear(self, message: _Message, now: int) -> list[Update]:
        name = str(message.request_id)
        if message.error is not None:
            return self._refused(name, message.error, now)
        if message.success is not UNSET and name == LOGIN:
            self._say(ORDERS, "subscribeAllViewerOrdersRequest", {})
            self._say(ACCOUNTS, "subscribeViewerAccountsRequest", {})
        if message.orders_snapshot is not None:
            self._grant(ORDERS)
            orders = [self._order(row) for row in message.orders_snapshot.orders]
            return [*orders, Complete(at=now, what="open_orders", line=SPOT)]
        if message.order_update is not None:
            return [self._order(message.order_update.order)]
        if message.accounts_snapshot is not None:
            self._grant(ACCOUNTS)
            balances = [balance_of(row, SPOT, now) for row in message.accounts_snapshot.accounts]
            return [*balances, Complete(at=now, what="balances", line=SPOT)]
        if message.account_update is not None:
            return [balance_of(message.account_update.account, SPOT, now)]
        return []

    def _refused(self, name: str, failure: Failure, now: int) -> list[Update]:
        if name == PING_NAME:
            self._pulse.stop()  # a venue that knows no ping is not asked again
            return []
        self._due = None
        words = f"{failure.code} {failure.message}"[:MESSAGE_LENGTH]
        return [StreamEnded(at=now, message=words, refused=name == LOGIN)]

    def _order(self, row: PushedOrder) -> OrderUpdate:
        order = order_of(row, self._session)
        before = self._filled.get(order.venue_id)
        if order.filled and (before is None or order.filled > before):
            since = moment(row.created_at or row.updated_at)
            self._owed.setdefault(order.symbol, Owed()).want(since, self._now)
        self._filled[order.venue_id] = max(order.filled, before or order.filled)
        if len(self._filled) > MOST_ORDERS:
            del self._filled[next(iter(self._filled))]
        return order

    def _grant(self, name: str) -> None:
        self._granted[name] = True
        if self.ready:
            self._due = None

    def _say(self, name: str, request: str, body: dict[str, str]) -> None:
        self._frames.append(msgspec.json.encode({"requestId": name, request: body}))
