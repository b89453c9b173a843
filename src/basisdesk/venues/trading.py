"""The account side of a venue: asks in, signed requests out; replies and private frames in, updates out.

Two pure functions are the heart of it.
`encode(ask, session, now)` gives the signed `Request`, or a `Refusal` where the venue cannot do what is asked.
Where something must be known first (an account id, a token) it gives the request for that instead, recognisable by
its `ask` not being the one passed in: perform it, feed the reply, encode again.
`decode(request, response, session)` gives a `Reply`; it never raises on what a venue sends.

`now` is always the venue's time: the shell measures the offset and adds it, so that a request is signed inside the
venue's window.
Every request that changes state carries the time after which the venue can no longer accept it (`Request.expires`):
only then can absence be proven.
Nothing here ever repeats a request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import msgspec

from basisdesk.domain.account import Update
from basisdesk.domain.ask import Ask
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.outcome import Outcome

MESSAGE_LENGTH = 200
"""How much of a venue's own words is kept."""


class Credentials(msgspec.Struct, frozen=True):
    """An API key; printing it shows nothing of it.  `passphrase` is empty where the venue has none."""

    key: str
    secret: str
    passphrase: str = ""

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(slots=True)
class Session:
    """What one account's conversation with a venue remembers between requests.

    Attributes:
        credentials: the key.
        instruments: by unified symbol; `market_of` finds them by the venue's own names.
        learned: what replies taught (account ids, tokens with their expiry), by names of the venue's own choosing.
        account: the account's id at the venue once known; updates that name another are not ours.
        count: of ids given out, so that none is given twice in a session.
    """

    credentials: Credentials | None = None
    instruments: dict[str, Instrument] = field(default_factory=dict)
    learned: dict[str, str] = field(default_factory=dict)
    account: str = ""
    count: int = 0
    _codes: dict[tuple[str, str], Instrument] = field(default_factory=dict)

    def know(self, instruments: Sequence[Instrument]) -> None:
        """Take instruments, or their new terms."""
        for instrument in instruments:
            self.instruments[instrument.symbol] = instrument
            self._codes[instrument.market, instrument.code] = instrument

    def market_of(self, line: str, code: str) -> Instrument | None:
        """Return the instrument of a line's code, None when it is not known."""
        return self._codes.get((line, code))

    def next_id(self) -> int:
        """Count on and return the new number, beginning with 1."""
        self.count += 1
        return self.count


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request, ready to be sent as it is.

    Attributes:
        ask: what it asks.
        method: GET, POST, PUT or DELETE.
        origin: scheme and host of the live venue, such as ``https://api.binance.com`` (a desk may route it elsewhere).
        path: path and query exactly as signed.
        headers: name and value pairs.
        body: exactly as signed; empty for none.
        changes: whether it can change anything at the venue; such a request is never sent twice.
        costs: (bucket name, units) of the venue's published limits.
        expires: ns after which the venue can no longer accept it; None where nothing of the kind exists.
    """

    ask: Ask
    method: str
    origin: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    changes: bool = False
    costs: tuple[tuple[str, float], ...] = ()
    expires: int | None = None


class Response(msgspec.Struct, frozen=True):
    """What came back: status 0 means that nothing did (then `body` says why), `at` is the local arrival (venue time).

    Header names are lower case.
    """

    status: int
    body: bytes
    headers: dict[str, str]
    at: int


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a response means.

    Attributes:
        outcome: done, rejected, unknown or retry later.
        updates: what it tells of the account.
        learned: what `Session.learned` is to remember.
        further: the ask for the next page, None when this was the last.
        used: (bucket name, units used up in its window) as the venue counts them.
        capacities: (bucket name, units that it holds) as the venue tells them of this account or address.
        held: the buckets that a rate limit closes until `RetryLater.at`, and no others; empty where it closes all.
    """

    outcome: Outcome
    updates: tuple[Update, ...] = ()
    learned: tuple[tuple[str, str], ...] = ()
    further: Ask | None = None
    used: tuple[tuple[str, float], ...] = ()
    capacities: tuple[tuple[str, float], ...] = ()
    held: tuple[str, ...] = ()


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """A published limit: at most `capacity` units in any `window` ns.

    `scope` is what it is counted by: ``ip``, ``account``, ``symbol`` or ``connection``; a bucket by symbol is kept once
    for each symbol.
    """

    name: str
    capacity: float
    window: int
    scope: str = "ip"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A published count: at most `most` connections may stand at once, of those whose address begins with `url`.

    `scope` is what it is counted by: ``ip``, or ``account``, for which those that log in count alone.
    `http` says that connections for requests count, too.
    """

    name: str
    most: int
    scope: str = "ip"
    url: str = ""
    http: bool = False


class Amending(Enum):
    """What an amend is at the venue: nothing, the same order, or another order with another id."""

    NONE = "none"
    IN_PLACE = "in place"
    REPLACES = "replaces"


class MarketBuy(Enum):
    """What the size of a market buy counts."""

    SIZE = "size"
    MONEY = "money"
    EITHER = "either"


class ClientIds(Enum):
    """What a client id is worth: where it is refused when used again."""

    NONE = "no guarantee"
    OPEN = "unique among open orders"
    DAY = "unique for a day"
    ALWAYS = "always unique"


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What one line of a venue can do; declared here, tested against the simulator.

    Attributes:
        line: the product line.
        market_buy: unit of a market buy.
        amend: what an amend is.
        dead_man: smallest and largest seconds of the dead-man switch, None where there is none.
        dead_man_scope: ``symbol``, ``line``, ``account`` or ``connection``.
        socket_orders: whether orders can be entered over a WebSocket.
        private_stream: whether account events are pushed.
        client_id_pattern: regular expression that a client id matches whole; empty where there are no client ids.
        client_ids: how far a client id is unique.
        by_client_id: whether an order can be asked for and cancelled by client id.
        hedge_mode: whether long and short may stand side by side.
        isolated: whether isolated margin can be set.
        borrows: whether spot orders can borrow.
        batch: most orders in one request, 1 where there is no batch.
        order_memory: ns for which an ended order without fills can still be asked for, None where not stated.
        request_life: ns after signing until the venue can no longer accept a request, None where nothing limits it.
        accounts: names that `MoveFunds` takes.
        unconfirmed: what no source states for certain, each with the test that would settle it.
    """

    line: str
    market_buy: MarketBuy = MarketBuy.SIZE
    amend: Amending = Amending.NONE
    post_only: bool = True
    ioc: bool = True
    fok: bool = True
    reduce_only: bool = False
    cancel_all: bool = True
    dead_man: tuple[int, int] | None = None
    dead_man_scope: str = ""
    socket_orders: bool = False
    private_stream: bool = True
    client_id_pattern: str = ""
    client_ids: ClientIds = ClientIds.NONE
    by_client_id: bool = True
    hedge_mode: bool = False
    isolated: bool = False
    borrows: bool = False
    batch: int = 1
    order_memory: int | None = None
    request_life: int | None = None
    accounts: tuple[str, ...] = ()
    unconfirmed: tuple[tuple[str, str], ...] = ()


class Private(Protocol):
    """One connection of account events; no clock, no socket.

    The shell asks `to_ask` for what must be done over HTTP first, feeds the replies into the session and to `replied`,
    connects to `url` with `headers`, and goes on as with a public feed.
    """

    def to_ask(self) -> list[Ask]:
        """Take what should be asked now (a listen key, its keep-alive)."""

    def replied(self, ask: Ask, reply: Reply, now: int) -> list[Update]:
        """Take the reply to something from `to_ask`; a failed keep-alive is a `StreamEnded`."""

    def url(self, now: int) -> str | None:
        """Return the address to connect to, None while something must be asked first."""

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:
        """Return the headers of the handshake."""

    def connected(self, now: int) -> None:
        """A fresh connection stands: login and subscriptions are queued."""

    def disconnected(self, now: int) -> None:
        """The connection is gone."""

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take one frame; what cannot be read is counted in `undecoded`, never raised."""

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""

    def on_time(self, now: int) -> list[Update]:
        """A deadline came: ping, keep alive, log in again, or say that the stream is dead (`StreamEnded`)."""

    @property
    def ready(self) -> bool:
        """Whether login and subscriptions have been acknowledged."""

    @property
    def undecoded(self) -> int:
        """How many frames could not be read."""


class Entry(Protocol):
    """One connection for orders: asks out, replies in, matched by the venue's request id."""

    @property
    def url(self) -> str:
        """The address to connect to."""

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:
        """Return the headers of the handshake."""

    def connected(self, now: int) -> None:
        """A fresh connection stands: login is queued."""

    def disconnected(self, now: int) -> list[tuple[Ask, Reply]]:
        """The connection is gone: whatever was under way is `Unknown`."""

    def ready(self, now: int) -> bool:
        """Whether asks can be sent; while not, the caller uses HTTP."""

    def send(self, ask: Ask, now: int) -> bool | Refusal:
        """Queue an ask; False when this connection does not carry it (use HTTP)."""

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""

    def receive(self, frame: bytes, now: int) -> list[tuple[Ask, Reply]]:
        """Take one frame; returns the replies that it completes."""

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""

    def on_time(self, now: int) -> list[tuple[Ask, Reply]]:
        """A deadline came: ping, or declare asks without an answer `Unknown`."""


@dataclass(frozen=True, slots=True)
class Trading:
    """The account side of one venue.

    Attributes:
        capabilities: by line.
        buckets: every published limit.
        encode: ask to signed request; see the module.
        decode: response to reply.
        privates: session to the connections that bring every account event of these lines.
        entry: (line, session) to an order-entry connection, None where the line has none.
        client_id: the desk's own id (letters, digits, ``-``) in the venue's alphabet and length; the same id always
            gives the same text, different ids different texts.
        costs: what an ask over an order connection costs, as `Request.costs`, without signing it for HTTP first;
            nothing for an ask that such a connection does not carry; None where that is not known apart from `encode`.
        judge: what came of a request whose content is read elsewhere (the body that a public feed asked for), with what
            it says of the limits, as `decode` would have it; `Reply.updates` stay empty.
        connects: the bucket of attempts to connect, empty where the venue publishes none that one a second could break.
        standing: every published count of connections that stand at once.
        paths: every (method, path) that `encode` may use, without query, ids in braces; none of them withdraws.
    """

    capabilities: dict[str, Capabilities]
    buckets: tuple[Bucket, ...]
    encode: Callable[[Ask, Session, int], Request | Refusal]
    decode: Callable[[Request, Response, Session], Reply]
    privates: Callable[[Sequence[str], Session], list[Private]]
    entry: Callable[[str, Session], Entry | None]
    client_id: Callable[[str], str]
    paths: tuple[tuple[str, str], ...]
    costs: Callable[[Ask, Session, int], tuple[tuple[str, float], ...] | Refusal] | None = None
    judge: Callable[[Request, Response], Reply] | None = None
    connects: str = ""
    standing: tuple[Standing, ...] = ()
