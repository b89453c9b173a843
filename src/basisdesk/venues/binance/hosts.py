"""Where the three product lines live, and which line a recorded URL belongs to.

REST paths name their line (`/api`, `/fapi`, `/dapi`) whatever the host; stream hosts name it by their own name, and the
hosts changed over the years, so both are looked at.
USD-M streams are split since 2026: depth and book ticker live under `/public`, trades and mark prices under `/market`
(`Line.channel_urls`); the other two lines have one address for everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.binance.limits import DEPTH_LIMIT, DEPTH_WEIGHTS, costs
from basisdesk.venues.binance.symbols import is_code
from basisdesk.venues.contract import Channel, Line, SnapshotRequest

if TYPE_CHECKING:
    from collections.abc import Callable

SPOT = Line(
    name="spot",
    stream_url="wss://stream.binance.com:9443/stream",
    rest_url="https://api.binance.com",
    instruments_path="/api/v3/exchangeInfo",
    hosts=(
        "stream.binance.com",
        "data-stream.binance.vision",
        "stream.testnet.binance.vision",
        "demo-stream.binance.com",
        "ws-api.binance.com",
        "ws-api.testnet.binance.vision",
        "demo-ws-api.binance.com",
        "api.binance.com",
        "api1.binance.com",
        "api2.binance.com",
        "api3.binance.com",
        "api4.binance.com",
        "api-gcp.binance.com",
        "data-api.binance.vision",
        "testnet.binance.vision",
        "demo-api.binance.com",
    ),
)
USDM = Line(
    name="usdm",
    stream_url="wss://fstream.binance.com/public/stream",
    rest_url="https://fapi.binance.com",
    instruments_path="/fapi/v1/exchangeInfo",
    hosts=(
        "fstream.binance.com",
        "fstream-auth.binance.com",
        "demo-fstream.binance.com",
        "stream.binancefuture.com",
        "fstream.binancefuture.com",
        "ws-fapi.binance.com",
        "fapi.binance.com",
        "demo-fapi.binance.com",
    ),
    channel_urls=(
        (Channel.TRADES, "wss://fstream.binance.com/market/stream"),
        (Channel.CARRY, "wss://fstream.binance.com/market/stream"),
    ),
)
COINM = Line(
    name="coinm",
    stream_url="wss://dstream.binance.com/stream",
    rest_url="https://dapi.binance.com",
    instruments_path="/dapi/v1/exchangeInfo",
    hosts=(
        "dstream.binance.com",
        "dstream-auth.binance.com",
        "demo-dstream.binance.com",
        "dstream.binancefuture.com",
        "ws-dapi.binance.com",
        "dapi.binance.com",
        "demo-dapi.binance.com",
    ),
)
LINES = {line.name: line for line in (SPOT, USDM, COINM)}

DEPTH_PATHS = {"spot": "/api/v3/depth", "usdm": "/fapi/v1/depth", "coinm": "/dapi/v1/depth"}

_LINE_OF_HOST = {host: line.name for line in LINES.values() for host in line.hosts}
_LINE_OF_PREFIX = {
    "api": "spot",
    "sapi": "spot",
    "fapi": "usdm",
    "dapi": "coinm",
    "ws-fapi": "usdm",
    "ws-dapi": "coinm",
}
_DOMAINS = ("binance.com", "binance.vision", "binancefuture.com")
_PARTIAL = re.compile(r"/ws/((\w+)@depth(?:5|10|20)(?:@\d+ms)?)/?$", re.ASCII | re.IGNORECASE)
_BODY, _CHANGE, _WRAPPED = b'{"lastUpdateId"', b'"depthUpdate"', b'{"stream"'
_REST = re.compile(r"/(api|fapi|dapi)/v\d+/(depth|exchangeInfo)/?")


def snapshot_request(line: str, code: str) -> SnapshotRequest:
    """Ask for the deepest book that costs a moderate request weight."""
    path = f"{DEPTH_PATHS[line]}?symbol={code}&limit={DEPTH_LIMIT}"
    return SnapshotRequest(line, code, path, costs(line, DEPTH_WEIGHTS[line]))


def line_of(url: str) -> str | None:
    """Return the line that a recorded stream or REST URL belongs to, None for another venue's."""
    host, path, _ = _parts(url)
    if not any(host == domain or host.endswith(f".{domain}") for domain in _DOMAINS):
        return None
    prefix = path.lstrip("/").partition("/")[0]
    return _LINE_OF_PREFIX.get(prefix) or _LINE_OF_HOST.get(host)


def request_of(url: str) -> SnapshotRequest | None:
    """Return the request that a recorded depth snapshot URL answers, of any line and API version."""
    line = line_of(url)
    _, path, query = _parts(url)
    match = _REST.fullmatch(path)
    codes = parse_qs(query).get("symbol", [])
    if line is None or match is None or match[2] != "depth" or len(codes) != 1 or not is_code(codes[0]):
        return None
    return SnapshotRequest(line, codes[0].upper(), f"{path}?{query}")


def framing_of(url: str) -> Callable[[bytes], bytes] | None:
    """Return what puts the frames of a raw partial depth stream (`/ws/btcusdt@depth20`) into the combined wrapper.

    Those of spot name no market, and those of futures are spelled like changes, so the address has to tell them apart.
    None for any other address.
    """
    match = _PARTIAL.search(_parts(url)[1]) if line_of(url) is not None else None
    if match is None:
        return None
    before = b'{"stream":"%s","data":' % match[1].lower().encode()
    named = b'"%s"' % match[2].upper().encode()

    def frame(data: bytes) -> bytes:
        whole = data.startswith(_BODY) or (_CHANGE in data and named in data and not data.startswith(_WRAPPED))
        return b"%s%s}" % (before, data) if whole else data

    return frame


def instruments_line(url: str) -> str | None:
    """Return the line whose instrument list a recorded URL returns, None for any other URL."""
    match = _REST.fullmatch(_parts(url)[1])
    return line_of(url) if match is not None and match[2] == "exchangeInfo" else None


def _parts(url: str) -> tuple[str, str, str]:
    """Host in lower case, path and query; empty texts where there are none or the URL is malformed."""
    try:
        split = urlsplit(url if "://" in url else f"//{url}")
        host = split.hostname or ""
    except ValueError:
        return "", "", ""
    return host, split.path, split.query


def known_line(name: str) -> Line:
    """Return the line of this name.

    Raises:
        DecodeError: the venue has no such line.
    """
    if name not in LINES:
        raise DecodeError(f"binance has no product line {name!r} (it has {', '.join(LINES)})")
    return LINES[name]
