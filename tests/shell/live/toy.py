"""The account side of a venue of few words, as codecs go: what it answers is the test's to say."""

from decimal import Decimal

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Fill, OrderUpdate, StreamEnded, Update
from basisdesk.domain.ask import Ask, NewOrder, OrderRef, OrderType
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.domain.order import OrderStatus, Side
from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.shell.live.asks import is_command, is_public
from basisdesk.venues.trading import Bucket, Capabilities, Reply, Request, Response, Session, Trading

SECOND = 1_000_000_000
SYMBOL = "toy:A/B"
BUCKETS = (
    Bucket(name="weight", capacity=1000, window=60 * SECOND),
    Bucket(name="orders", capacity=10, window=SECOND, scope="account"),
)
INSTRUMENT = Instrument(
    symbol=SYMBOL,
    venue="toy",
    market="spot",
    code="AB",
    kind=Kind.SPOT,
    margin=Margin.SPOT,
    base="A",
    quote="B",
    settle="B",
    contract_size=Decimal(1),
    sized_in_contracts=False,
    tick=Decimal("0.1"),
    step=Decimal(1),
    min_size=Decimal(1),
)
ORDER = NewOrder(
    symbol=SYMBOL, side=Side.BUY, type=OrderType.LIMIT, client_id="1", size=Decimal(1), price=Decimal("1.5")
)
PLACE = asks.Place(ORDER)
CANCEL = asks.Cancel(OrderRef(symbol=SYMBOL, client_id="1"))


def order_update(at: int = 1, account: str = "") -> OrderUpdate:
    return OrderUpdate(
        at=at, symbol=SYMBOL, venue_id="9", client_id="1", status=OrderStatus.OPEN, side=Side.BUY, account=account
    )


def fill(at: int = 1) -> Fill:
    return Fill(
        at=at, symbol=SYMBOL, trade_id="t", venue_id="9", client_id="1", side=Side.BUY, price=Decimal(1),
        size=Decimal(1), fee=None, fee_asset="",
    )  # fmt: skip


class Toy:
    """`updates` are told with the answer to a kind of ask; `learned` by AskAccounts."""

    def __init__(self) -> None:
        self.updates: dict[type, tuple[Update, ...]] = {}
        self.further: dict[str, Ask] = {}
        self.needs_account = False
        self.private = ToyPrivate()
        self.entry: ToyEntry | None = None
        self.refuses: tuple[type, ...] = ()
        self.by_symbol: tuple[type, ...] = ()
        self.signed: list[int] = []
        self.trading = Trading(
            capabilities={"spot": Capabilities(line="spot")},
            buckets=BUCKETS,
            encode=self.encode,
            decode=self.decode,
            privates=lambda _lines, _session: [self.private],
            entry=lambda _line, _session: self.entry,
            client_id=lambda text: text,
            paths=(),
        )

    def encode(self, ask: Ask, session: Session, now: int) -> Request | Refusal:
        if isinstance(ask, self.refuses):
            return Refusal("unsupported", f"no {type(ask).__name__}")
        if isinstance(ask, self.by_symbol) and not getattr(ask, "symbol", ""):
            return Refusal("symbol", "name a market")
        if self.needs_account and "id" not in session.learned and not is_public(ask):
            ask = asks.AskAccounts()
        self.signed.append(now)
        cost = (("orders", 1.0),) if is_command(ask) else (("weight", 10.0),)
        return Request(
            ask=ask, method="GET", origin="https://toy.example", path=f"/{now}", changes=is_command(ask), costs=cost
        )

    def decode(self, request: Request, response: Response, _session: Session) -> Reply:
        later = response.at + 5 * SECOND
        if response.status != 200:
            failures: dict[int, Outcome] = {
                400: Rejected(Reason.CLOCK, "400", "bad clock"),
                401: Rejected(Reason.AUTHENTICATION, "401", "bad key"),
                405: Rejected(Reason.UNSUPPORTED, "405", "not here"),
                429: RetryLater(later, Reason.RATE_LIMIT, "429", "too many"),
                503: RetryLater(later, Reason.MAINTENANCE, "503", "closed"),
            }
            held = ("orders",) if response.status == 429 and request.changes else ()
            return Reply(outcome=failures.get(response.status, Unknown(response.body.decode())), held=held)
        kind = type(request.ask)
        return Reply(
            outcome=Done(),
            updates=self.updates.get(kind, ()),
            learned=(("id", "7"),) if kind is asks.AskAccounts else (),
            further=self.further.get(getattr(request.ask, "cursor", "none")),
            used=(("weight", float(response.headers.get("used", "0"))),),
        )


class ToyPrivate:
    """A stream that needs a key first, logs in, and tells orders by number."""

    def __init__(self) -> None:
        self.key = False
        self.wishes: list[Ask] = [asks.OpenStream("spot")]
        self.replied_to: list[Ask] = []
        self.ready = False
        self.undecoded = 0
        self.out: list[bytes] = []
        self.times: list[int] = []
        self.gone = 0

    def to_ask(self) -> list[Ask]:
        wishes, self.wishes = self.wishes, []
        return wishes

    def replied(self, ask: Ask, reply: Reply, now: int) -> list[Update]:
        self.replied_to.append(ask)
        if isinstance(reply.outcome, Done):
            self.key = True
            return []
        return [StreamEnded(at=now, message="no key", refused=isinstance(reply.outcome, Rejected))]

    def url(self, now: int) -> str | None:
        return "wss://toy.example/private" if self.key else None

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:
        return ()

    def connected(self, now: int) -> None:
        self.out.append(b"login")

    def disconnected(self, now: int) -> None:
        self.ready = self.key = False
        self.wishes = [asks.OpenStream("spot")]
        self.gone += 1

    def to_send(self) -> list[bytes]:
        out, self.out = self.out, []
        return out

    def receive(self, frame: bytes, now: int) -> list[Update]:
        self.times.append(now)
        match frame:
            case b"welcome":
                self.ready = True
                return []
            case b"keep":
                self.wishes.append(asks.KeepStream("spot"))
                return []
            case b"revoked":
                return [StreamEnded(at=now, message="key revoked", refused=True)]
            case b"foreign":
                return [order_update(account="somebody")]
            case _:
                return [order_update(int(frame))]

    def next_deadline(self) -> int | None:
        return None

    def on_time(self, now: int) -> list[Update]:
        return []


class ToyEntry:
    """An order connection that answers ``ok``."""

    def __init__(self) -> None:
        self.url = "wss://toy.example/orders"
        self.logged = False
        self.sent: list[Ask] = []
        self.out: list[bytes] = []
        self.carries: bool | Refusal = True
        self.under_way: list[Ask] = []

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:
        return ()

    def connected(self, now: int) -> None:
        self.out.append(b"login")

    def disconnected(self, now: int) -> list[tuple[Ask, Reply]]:
        self.logged = False
        lost, self.under_way = self.under_way, []
        return [(ask, Reply(outcome=Unknown("the connection was lost"))) for ask in lost]

    def ready(self, now: int) -> bool:
        return self.logged

    def send(self, ask: Ask, now: int) -> bool | Refusal:
        if self.carries is True:
            self.sent.append(ask)
            self.under_way.append(ask)
            self.out.append(b"order")
        return self.carries

    def to_send(self) -> list[bytes]:
        out, self.out = self.out, []
        return out

    def receive(self, frame: bytes, now: int) -> list[tuple[Ask, Reply]]:
        if frame == b"welcome":
            self.logged = True
            return []
        done, self.under_way = self.under_way, []
        return [(ask, Reply(outcome=Done(), used=(("orders", 3.0),))) for ask in done]

    def next_deadline(self) -> int | None:
        return None

    def on_time(self, now: int) -> list[tuple[Ask, Reply]]:
        return []
