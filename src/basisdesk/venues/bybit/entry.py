"""Order entry over the trade socket: the same fields and codes as over REST, without a signature for each message.

A request carries its own time and window, so it has an end like a REST request has; one that has no answer well after
that is Unknown, as is everything under way when the connection is lost.
A venue that restarts says so (10019) and takes no more over this connection; the caller goes on over HTTP meanwhile.
Request ids never come twice, also not over two connections.
Followed: https://bybit-exchange.github.io/docs/v5/websocket/trade/guideline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.ask import Amend, Ask, Cancel, Place
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Outcome, Unknown
from basisdesk.venues.bybit.errors import outcome_of
from basisdesk.venues.bybit.limits import TRADE_SOCKET, bucket_of, closed_by, costs, counted
from basisdesk.venues.bybit.link import ANSWER_NS, Link, Stage
from basisdesk.venues.bybit.marks import milliseconds
from basisdesk.venues.bybit.orders import AMEND, CANCEL, CREATE, order_fields
from basisdesk.venues.bybit.results import done
from basisdesk.venues.bybit.sign import RECV_WINDOW_MS, TIME, WINDOW
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import MESSAGE_LENGTH, Reply
from basisdesk.venues.wire import NS_PER_MS, UNREADABLE, nanoseconds

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

URL = "wss://stream.bybit.com/v5/trade"
OPERATIONS = {CREATE: "order.create", AMEND: "order.amend", CANCEL: "order.cancel"}
_PATHS: dict[type, str] = {Place: CREATE, Amend: AMEND, Cancel: CANCEL}
RESTARTING = 10019
PATIENCE_NS = RECV_WINDOW_MS * NS_PER_MS + ANSWER_NS


class _Limits(msgspec.Struct, frozen=True):
    limit: str = msgspec.field(name="X-Bapi-Limit", default="")
    left: str = msgspec.field(name="X-Bapi-Limit-Status", default="")
    reset: str = msgspec.field(name="X-Bapi-Limit-Reset-Timestamp", default="")


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    op: str = ""
    ret_code: int = 0
    ret_msg: str | None = ""
    req_id: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")
    header: _Limits = _Limits()


class _Waiting(msgspec.Struct, frozen=True):
    ask: Ask
    bucket: str
    since: int


_decode = msgspec.json.Decoder(_Answer).decode


class TradeSocket:
    """The conversation of one order-entry connection of one line."""

    def __init__(self, line: str, session: Session) -> None:
        self._line = line
        self._session = session
        self._link = Link(session)
        self._frames: list[bytes] = []
        self._waiting: dict[str, _Waiting] = {}

    @property
    def url(self) -> str:
        """The address to connect to."""
        return URL

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 (the contract's)
        """The login is a message, so the handshake has no headers of its own."""
        return ()

    def connected(self, now: int) -> None:
        """A fresh connection stands: the login is queued."""
        self._link.open(now)

    def disconnected(self, now: int) -> list[tuple[Ask, Reply]]:
        """The connection is gone: whatever was under way is `Unknown`."""
        self._link.close(now)
        self._frames.clear()
        lost = [(each.ask, _lost("the connection was lost before an answer came")) for each in self._waiting.values()]
        self._waiting.clear()
        return lost

    def ready(self, now: int) -> bool:  # noqa: ARG002 (the contract's)
        """Whether asks can be sent; while not, the caller uses HTTP."""
        return self._link.stage is Stage.GRANTED

    def send(self, ask: Ask, now: int) -> bool | Refusal:
        """Queue an ask; False when this connection does not carry it (use HTTP)."""
        if not isinstance(ask, Place | Amend | Cancel) or not self.ready(now):
            return False
        what = order_fields(ask, self._session)
        if isinstance(what, Refusal):
            return what
        line, path, fields = what
        if line != self._line:
            return False
        time = milliseconds(now)
        name = f"{time}-{self._session.next_id()}"
        header = {TIME: str(time), WINDOW: str(RECV_WINDOW_MS)}
        self._waiting[name] = _Waiting(ask, bucket_of(path, line), now)
        self._frames.append(
            msgspec.json.encode({"reqId": name, "header": header, "op": OPERATIONS[path], "args": [fields]})
        )
        return True

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        frames = self._link.take() + self._frames
        self._frames.clear()
        return frames

    def receive(self, frame: bytes, now: int) -> list[tuple[Ask, Reply]]:
        """Take one frame; returns the replies that it completes."""
        self._link.hear(now)
        try:
            answer = _decode(frame)
        except UNREADABLE:
            return []
        if answer.op == "auth":
            if answer.ret_code == 0:
                self._link.grant()
            else:
                self._link.end()
            return []
        if answer.ret_code == RESTARTING:
            self._link.end()
        waiting = self._waiting.pop(answer.req_id, None)
        return [] if waiting is None else [(waiting.ask, self._reply(waiting, answer, now))]

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""
        deadlines = [each.since + PATIENCE_NS for each in self._waiting.values()]
        own = self._link.next_deadline()
        return min(deadlines if own is None else [*deadlines, own], default=None)

    def on_time(self, now: int) -> list[tuple[Ask, Reply]]:
        """Ping, declare asks without an answer `Unknown`, and stop taking asks over a connection that is silent."""
        if self._link.overdue(now):
            self._link.end()
        late = [name for name, each in self._waiting.items() if now >= each.since + PATIENCE_NS]
        return [(self._waiting.pop(name).ask, _lost("no answer came")) for name in late]

    def _reply(self, waiting: _Waiting, answer: _Answer, now: int) -> Reply:
        told = answer.header
        return counted(self._read(waiting, answer, now), waiting.bucket, told.limit, told.left)

    def _read(self, waiting: _Waiting, answer: _Answer, now: int) -> Reply:
        if answer.ret_code != 0:
            words = answer.ret_msg or ""
            reset = _reset(answer.header.reset)
            outcome = outcome_of(answer.ret_code, words, changes=True, now=now, reset=reset)
            spent = ((TRADE_SOCKET, 1.0), (waiting.bucket, 1.0))
            return heed(Reply(outcome=outcome), closed_by(outcome, spent), {}, now)
        try:
            return done(waiting.ask, bytes(answer.data), self._session)
        except UNREADABLE as error:
            return Reply(outcome=_uncertain(f"unreadable: {error}"))


def costs_of(ask: Ask, session: Session, now: int) -> tuple[tuple[str, float], ...]:  # noqa: ARG001 (the contract's)
    """Return what an ask over the trade socket costs, nothing for one that goes over HTTP.

    It is counted with those over REST by account, but by address among the messages of trade sockets.
    """
    if not isinstance(ask, Place | Amend | Cancel):
        return ()
    instrument = session.instruments.get(ask.order.symbol)
    return costs(_PATHS[type(ask)], instrument.market, TRADE_SOCKET) if instrument is not None else ()


def _uncertain(words: str) -> Outcome:
    return Unknown(words[:MESSAGE_LENGTH])


def _lost(words: str) -> Reply:
    return Reply(outcome=_uncertain(words))


def _reset(text: str) -> int:
    try:
        return nanoseconds(text)
    except ValueError:
        return 0
