"""What a venue is, to the rest of the desk.

A venue is one folder of pure codecs: bytes in, book updates and events out.
A `Feed` speaks one connection of one product line.
It owns subscribe, ping, sequence checks and recovery; it writes market data straight into the books that its `Sink`
gives out, and it reports trouble as values, never as exceptions.
The shell (live) and the player (recordings) drive the very same feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import msgspec

from basisdesk.domain.instrument import Instrument
from basisdesk.kernel.book import Book
from basisdesk.venues.trading import Trading


class Trouble(Enum):
    """What a feed can report of a market or of its connection."""

    GAP = "gap"
    RESYNCED = "resynced"
    CHECKSUM = "checksum mismatch"
    CROSSED = "crossed"
    UNDECODED = "undecoded"
    REFUSED = "refused by the venue"
    SHUTDOWN = "venue asks to reconnect"
    SILENT = "no answer"
    TWICE = "is in two recordings"


class Report(msgspec.Struct, frozen=True):
    """One trouble: when, what, of which market (empty for the connection), and the detail for a person.

    For UNDECODED, `detail` holds the error and the first 200 bytes of the frame, and is given once per kind of frame.
    """

    at: int
    trouble: Trouble
    symbol: str
    detail: str


@dataclass(slots=True)
class Tally:
    """Counts of one market, as a replay reports them."""

    frames: int = 0
    book_updates: int = 0
    trades: int = 0
    gaps: int = 0
    resyncs: int = 0
    checksums_ok: int = 0
    checksums_bad: int = 0
    crossed: int = 0
    undecoded: int = 0
    ticker_agrees: int = 0
    ticker_differs: int = 0


@dataclass(slots=True)
class Carry:
    """Latest mark, index and funding of one market; NaN and 0 where nothing was heard.

    `predicted` is the rate that the coming settlement (at `next_at`, ns) will pay as far as known, `settled` the last
    one paid; `interval` is the hours between settlements where the stream tells them.
    """

    at: int = 0
    mark: float = float("nan")
    index: float = float("nan")
    predicted: float = float("nan")
    settled: float = float("nan")
    next_at: int = 0
    interval: int = 0


@dataclass(slots=True)
class Daily:
    """Figures of the last 24 hours and open interest, as the venue tells them; NaN where nothing was heard.

    `change` is a fraction of the opening price; `volume` and `interest` are in the venue's unit, `turnover` and
    `interest_value` in the currency that the venue counts them in, `volume_usd` in US dollars.
    """

    at: int = 0
    open: float = float("nan")
    high: float = float("nan")
    low: float = float("nan")
    change: float = float("nan")
    volume: float = float("nan")
    volume_usd: float = float("nan")
    turnover: float = float("nan")
    interest: float = float("nan")
    interest_value: float = float("nan")


class Candle(msgspec.Struct, frozen=True):
    """One candle as the venue tells it: times in ns, volume in the venue's unit; NaN and 0 where it tells nothing.

    `version` orders what is told of the same candle.
    """

    begins: int
    ends: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    turnover: float = float("nan")
    trades: int = 0
    version: int = 0


@dataclass(slots=True, eq=False)
class Market:
    """One market while it is watched: its names, its book, its counts, its latest carry and what else the venue tells.

    `rank` says how good a channel the book is of, among those of its venue: the deeper and the finer, the higher, and 0
    for a ticker.
    A feed takes `book`, `tally` and `slot` from here each time: in a replay they may change hands.
    `candles` holds the venue's latest candle of each period that is listened to, by names such as ``1m``, ``4h``.
    """

    symbol: str
    line: str
    code: str
    book: Book
    slot: int = -1
    tally: Tally = field(default_factory=Tally)
    carry: Carry = field(default_factory=Carry)
    daily: Daily = field(default_factory=Daily)
    candles: dict[str, Candle] = field(default_factory=dict)
    rank: int = 0


class Sink(Protocol):
    """Where a feed puts what it hears."""

    def market(self, line: str, code: str) -> Market | None:
        """Return the market to write to, or None when nobody wants it."""

    def touched(self, market: Market, now: int) -> None:
        """The market's book changed (levels or state)."""

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """A trade printed; `buy` says that the taker bought.  The feed has already noted it in the book."""

    def carried(self, market: Market, now: int) -> None:
        """`market.carry` changed."""

    def report(self, report: Report) -> None:
        """Something is wrong, or right again."""


class Channel(Enum):
    """Kinds of public data a feed subscribes to."""

    BOOK = "book"
    TICKER = "ticker"
    TRADES = "trades"
    CARRY = "carry"


class SnapshotRequest(msgspec.Struct, frozen=True):
    """A REST body that the feed needs: `path` (with query) on the line's REST host, for this market's code.

    `costs` are (bucket name, units) of the venue's published limits.
    """

    line: str
    code: str
    path: str
    costs: tuple[tuple[str, float], ...] = ()


class Feed(Protocol):
    """One connection's conversation with a venue; no clock, no socket."""

    @property
    def undecoded(self) -> int:
        """How many frames could not be read and named no market to count them with."""

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""

    def to_request(self) -> list[SnapshotRequest]:
        """Take the REST requests that should be made now."""

    def connected(self, now: int) -> None:
        """A fresh connection stands: books restart from empty, subscriptions are queued."""

    def disconnected(self, now: int) -> None:
        """The connection is gone: every book becomes CLOSED."""

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame.  Never raises on what the venue sends: it reports UNDECODED and goes on."""

    def receive_reply(self, request: SnapshotRequest, body: bytes, now: int) -> None:
        """Take the body of a REST request asked for by `to_request` (or found in a recording)."""

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called (ns), or None."""

    def on_time(self, now: int) -> None:
        """A deadline came: ping, or ask again for what did not arrive."""


class FeedFactory(Protocol):
    """How a feed is made: for one product line, the wanted codes and channels."""

    def __call__(self, line: str, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> Feed:
        """Make a feed of `line` for these codes; no codes means every market that the sink accepts."""


class Stream(msgspec.Struct, frozen=True):
    """A connection whose address is its subscription: its feed is made for just these codes and channels."""

    url: str
    codes: tuple[str, ...]
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A product line of a venue: where its streams and REST live, and which hosts a recording of it names.

    `hosts` are matched against the host of a recorded URL.
    Where one host serves several lines, `Venue.line_of` settles which.
    `further_instruments` are more such paths, where the venue answers one kind of instrument at a time.
    `channel_urls` names the channels whose streams live under another address than `stream_url`: a live desk makes one
    feed for each address.
    """

    name: str
    stream_url: str
    rest_url: str
    instruments_path: str
    hosts: tuple[str, ...]
    channel_urls: tuple[tuple[Channel, str], ...] = ()
    further_instruments: tuple[str, ...] = ()


def _never(_body: bytes) -> bool:
    return False


def _unknown(_line: str, _code: str) -> Instrument | None:
    return None


def _unsaid(_status: int) -> str:
    return ""


def _shared(_url: str) -> Stream | None:
    return None


def _plain(_url: str) -> Callable[[bytes], bytes] | None:
    return None


def _light(_line: str, _code: str, _channels: Iterable[Channel]) -> float:
    return 0.0


def _none(_line: str, _codes: Sequence[str], _channels: Iterable[Channel]) -> list[Stream]:
    return []


@dataclass(frozen=True, slots=True)
class Venue:
    """One venue.

    Attributes:
        name: as used in symbols.
        lines: its product lines by name.
        feed: makes a feed.
        line_of: recorded URL to line name, None for a URL that is not this venue's.
        request_of: recorded REST URL to the request it answers (depth snapshot), None for any other URL.
        decode_instruments: (line, REST body) to instruments; raises DecodeError.
        instruments_line: recorded REST URL or None; the line whose instrument list the URL returns, else None.
        symbol_of: (line, code) to the unified symbol as well as it can be told without metadata.
        well_known: instruments of well-known markets kept in the package, for recordings without metadata.
        terms_of: (line, code) to the instrument of a well-known family (dated futures), None for any other code.
        is_snapshot: says whether a recorded text without URL is the body of a depth snapshot (`Feed.receive_reply`).
        stream_of: stream URL to what the address alone subscribes to, None where a feed subscribes in frames.
        framing_of: stream URL to what makes a recorded frame name its stream, None where frames say enough.
        meaning_of: HTTP status of a refused stream connection to what it means, empty where the venue says nothing.
        streams_of: (line, codes, channels) to the connections that these need where the address subscribes, else none.
        load_of: (line, code, channels) to the part that a market takes of what one connection may subscribe to, 0 where
            nothing is published.
        trading: accounts and orders.
    """

    name: str
    lines: dict[str, Line]
    feed: FeedFactory
    line_of: Callable[[str], str | None]
    request_of: Callable[[str], SnapshotRequest | None]
    decode_instruments: Callable[[str, bytes], list[Instrument]]
    instruments_line: Callable[[str], str | None]
    symbol_of: Callable[[str, str], str]
    well_known: Callable[[], list[Instrument]]
    is_snapshot: Callable[[bytes], bool] = _never
    terms_of: Callable[[str, str], Instrument | None] = _unknown
    stream_of: Callable[[str], Stream | None] = _shared
    streams_of: Callable[[str, Sequence[str], Iterable[Channel]], list[Stream]] = _none
    framing_of: Callable[[str], Callable[[bytes], bytes] | None] = _plain
    meaning_of: Callable[[int], str] = _unsaid
    load_of: Callable[[str, str, Iterable[Channel]], float] = _light
    trading: Trading | None = None
