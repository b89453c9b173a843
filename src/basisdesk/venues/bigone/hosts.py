"""Where the two product lines live, and what an address says.

Spot has one socket for everything, on which markets are asked for in frames.
A contract stream is its address: `/ws/contract/v2/depth@BTCUSD` is subscribed to by connecting, nothing is ever sent,
and its frames do not name what the address has said already.
So an address is turned into the codes and channels that a feed is made for (`stream_of`), and codes and channels into
the addresses that a desk connects to (`streams_of`).
REST paths name their line: `/api/v3` is spot, `/api/contract/v2` contracts.
Followed: https://open.bigone.com/docs/general-info, /docs/spot/pusher and /docs/contract/introduction.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.address import address_of
from basisdesk.venues.bigone.capabilities import REST as REST_BUCKET
from basisdesk.venues.bigone.symbols import CONTRACT, SPOT, VENUE_NAME, is_code
from basisdesk.venues.contract import Channel, Line, SnapshotRequest, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SPOT_STREAM = "/ws/v2"
CONTRACT_STREAMS = "/ws/contract/v2/"
SPOT_REST = "/api/v3/"
CONTRACT_REST = "/api/contract/v2/"
TIME_PATH = f"{SPOT_REST}ping"
HOSTS = tuple(f"{name}{domain}" for domain in ("big.one", "bigone.com") for name in ("api.", "", "www."))
_ORIGIN = "api.big.one"

CANDLE_PERIODS = {
    "1MIN": "1m", "5MIN": "5m", "15MIN": "15m", "30MIN": "30m", "1H": "1h", "4H": "4h", "6H": "6h", "12H": "12h",
    "1D": "1d",
}  # fmt: skip
_CHANNELS: dict[str, tuple[Channel, ...]] = {
    "depth": (Channel.BOOK, Channel.TICKER),
    "trades": (Channel.TRADES,),
    "instruments": (Channel.CARRY, Channel.TICKER),
}
_PAIR_PATH = re.compile(r"asset_pairs/(?P<code>[^/]+)/(?P<what>depth|ticker|trades|candles)")
_DEPTH_PATH = re.compile(r"depth@(?P<code>[^/]+)/snapshot")

LINES = {
    SPOT: Line(
        name=SPOT,
        stream_url=f"wss://{_ORIGIN}{SPOT_STREAM}",
        rest_url=f"https://{_ORIGIN}",
        instruments_path=f"{SPOT_REST}asset_pairs",
        hosts=HOSTS,
    ),
    CONTRACT: Line(
        name=CONTRACT,
        stream_url=f"wss://{_ORIGIN}{CONTRACT_STREAMS}instruments",
        rest_url=f"https://{_ORIGIN}",
        instruments_path=f"{CONTRACT_REST}symbols",
        hosts=HOSTS,
    ),
}


_HANDSHAKES = {
    400: "the address names no contract or no stream that there is",
    401: "the login is missing, wrong or out of date",
    500: "trouble on the venue's side",
}


def meaning_of(status: int) -> str:
    """Return what the HTTP status of a refused stream connection means, empty where no page says.

    101 is success and never comes here.
    """
    return _HANDSHAKES.get(status, "")


def known_line(line: str) -> str:
    """Return the line's name.

    Raises:
        DecodeError: there is no such line.
    """
    if line not in LINES:
        raise DecodeError(f"{VENUE_NAME} has no product line {line!r} (it has {', '.join(LINES)})")
    return line


def line_of(url: str) -> str | None:
    """Return the line that a recorded URL belongs to, None for a URL of someone else."""
    path, _ = _parts(url)
    if path == SPOT_STREAM or path.startswith(SPOT_REST):
        return SPOT
    return CONTRACT if f"{path}/".startswith((CONTRACT_STREAMS, CONTRACT_REST)) else None


def instruments_line(url: str) -> str | None:
    """Return the line whose instruments a recorded REST URL returns, None for any other URL."""
    path, _ = _parts(url)
    return next((line.name for line in LINES.values() if line.instruments_path == path), None)


def stream_of(url: str) -> Stream | None:
    """Return what a contract stream's address subscribes to, None for any other URL.

    Candles are of no channel: a feed keeps the candles that it hears.
    """
    path, _ = _parts(url)
    if not path.startswith(CONTRACT_STREAMS):
        return None
    kind, _, code = path.removeprefix(CONTRACT_STREAMS).partition("@")
    codes = (code,) if is_code(code) else ()
    return Stream(url, codes, _CHANNELS.get(kind, ()))


def streams_of(line: str, codes: Sequence[str], channels: Iterable[Channel]) -> list[Stream]:
    """Return the contract streams that carry these channels, one connection each; none for spot, which has one socket.

    Best prices come with the depth.
    Without codes there is the one stream of all instruments, because the others are of one market each.
    """
    if line != CONTRACT:
        return []
    wanted = frozenset(channels)
    streams = []
    for kind, carried in _CHANNELS.items():
        if wanted & set(carried):
            markets = [(code,) for code in dict.fromkeys(codes)] if codes else [()] if kind == "instruments" else []
            streams += [_stream(kind, market) for market in markets]
    return streams


def candle_stream(code: str, period: str) -> Stream:
    """Return the stream of one contract's candles; `period` is one of `CANDLE_PERIODS`.

    Raises:
        DecodeError: the venue has no such period.
    """
    if period not in CANDLE_PERIODS:
        raise DecodeError(f"{VENUE_NAME} has no candles of {period[:20]!r} (it has {', '.join(CANDLE_PERIODS)})")
    return _stream(f"candlesticks/{period}", (code,))


def snapshot_request(code: str) -> SnapshotRequest:
    """Return the request for the whole book of a contract."""
    return SnapshotRequest(CONTRACT, code, f"{CONTRACT_REST}depth@{code}/snapshot", ((REST_BUCKET, 1.0),))


def request_of(url: str) -> SnapshotRequest | None:
    """Return the request of market data that a recorded REST URL answers, None for any other URL.

    The code is empty where the body names its markets itself.
    """
    path, query = _parts(url)
    if path.startswith(SPOT_REST):
        line, rest = SPOT, path.removeprefix(SPOT_REST)
        named, every = _PAIR_PATH.fullmatch(rest), rest == "asset_pairs/tickers"
    else:
        line, rest = CONTRACT, path.removeprefix(CONTRACT_REST)
        named, every = _DEPTH_PATH.fullmatch(rest), rest == "instruments"
    code = named["code"] if named else ""
    if not every and not is_code(code):
        return None
    return SnapshotRequest(line, code, f"{path}?{query}" if query else path)


def _stream(kind: str, codes: tuple[str, ...]) -> Stream:
    name = "@".join((kind, *codes))
    return Stream(f"wss://{_ORIGIN}{CONTRACT_STREAMS}{name}", codes, _CHANNELS.get(kind, ()))


def _parts(url: str) -> tuple[str, str]:
    """Path (without a slash at its end) and query of a URL of this venue; empty texts for one of someone else."""
    address = address_of(url)
    return (unquote(address.path), address.query) if address.host in HOSTS else ("", "")
