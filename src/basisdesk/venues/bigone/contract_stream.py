"""Account events of contracts: one stream whose address and `Authorization` header are the whole subscription.

The token counts at the handshake alone, so a fresh one is made for every connection, and a refused login shows as a
handshake that is answered with 401.
Each message holds any of cash, positions, orders and trades; every row is read by itself, so that one which cannot be
read hides no other.
Nothing is ever sent, and no idle limit is documented: pings are the transport's.
Followed: https://open.bigone.com/docs/contract (WebSocket: private stream).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, Raw, Struct, UnsetType

from basisdesk.venues.bigone import contract_account as account
from basisdesk.venues.bigone.hosts import CONTRACT_STREAMS, LINES
from basisdesk.venues.bigone.sign import AUTHORIZATION, bearer
from basisdesk.venues.bigone.symbols import CONTRACT
from basisdesk.venues.bigone.wire import reader
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Reply, Session

STREAM = f"{LINES[CONTRACT].stream_url.partition(CONTRACT_STREAMS)[0]}{CONTRACT_STREAMS}stream"

_NOTHING = b"null"


class _Message(Struct, frozen=True):
    cash: Raw | UnsetType = UNSET
    positions: list[Raw] | None = None
    orders: list[Raw] | None = None
    trades: list[Raw] | None = None


_read = reader(_Message)
_read_purses = reader(list[account.Cash])
_read_order = account.read_order


class ContractStream:
    """The conversation of one connection."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stands = False
        self._undecoded = 0

    @property
    def ready(self) -> bool:
        """Whether the connection stands: it would not, had the login been refused."""
        return self._stands

    @property
    def undecoded(self) -> int:
        """How many frames, or rows of them, could not be read."""
        return self._undecoded

    def to_ask(self) -> list[Ask]:
        """Return nothing: no key is needed for the stream."""
        return []

    def replied(self, ask: Ask, reply: Reply, now: int) -> list[Update]:  # noqa: ARG002 (the protocol's)
        """Return nothing: nothing was asked."""
        return []

    def url(self, now: int) -> str | None:  # noqa: ARG002 (the protocol's)
        """Return the address."""
        return STREAM

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:
        """Return the login, made for this moment; nothing without a key."""
        credentials = self._session.credentials
        return () if credentials is None else ((AUTHORIZATION, bearer(credentials, now)),)

    def connected(self, now: int) -> None:  # noqa: ARG002 (the protocol's)
        """The login was taken with the handshake."""
        self._stands = True

    def disconnected(self, now: int) -> None:  # noqa: ARG002 (the protocol's)
        """Nothing is told any more."""
        self._stands = False

    def to_send(self) -> list[bytes]:
        """Return nothing: the address is the subscription."""
        return []

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take one frame."""
        try:
            message = _read(frame)
        except UNREADABLE:
            self._undecoded += 1
            return []
        updates: list[Update] = []
        if message.cash is not UNSET and bytes(message.cash) != _NOTHING:
            self._cash(bytes(message.cash), updates, now)
        for raw in message.positions or ():
            self._position(bytes(raw), updates, now)
        for raw in message.orders or ():
            self._order(bytes(raw), updates)
        for raw in message.trades or ():
            self._trade(bytes(raw), updates)
        return updates

    def next_deadline(self) -> int | None:
        """Return None: nothing is due."""
        return None

    def on_time(self, now: int) -> list[Update]:  # noqa: ARG002 (the protocol's)
        """Return nothing."""
        return []

    def _cash(self, raw: bytes, updates: list[Update], now: int) -> None:
        """Take a purse, or several of them."""
        try:
            rows = _read_purses(raw) if raw[:1] == b"[" else [account.read_cash(raw)]
            updates += [account.balance_of(row, now) for row in rows]
        except UNREADABLE:
            self._undecoded += 1

    def _position(self, raw: bytes, updates: list[Update], now: int) -> None:
        try:
            updates.append(account.position_of(account.read_holding(raw), self._session, now))
        except UNREADABLE:
            self._undecoded += 1

    def _order(self, raw: bytes, updates: list[Update]) -> None:
        try:
            updates.append(account.order_of(_read_order(raw), self._session))
        except UNREADABLE:
            self._undecoded += 1

    def _trade(self, raw: bytes, updates: list[Update]) -> None:
        try:
            updates.append(account.trade_of(account.read_trade(raw), self._session))
        except UNREADABLE:
            self._undecoded += 1
