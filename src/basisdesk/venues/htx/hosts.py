"""Where the product lines live, and what a recorded URL is about.

Spot has hosts of its own; contracts share one, on which the first part of the path tells the line.
The socket for mark and index (`/ws_index`) speaks of all contracts at once and counts as linear in a recording, where
the code of each message says which line it is about.
Spot books of 150 levels live at `/feed`, other spot data at `/ws`; prices of contracts for carry at `/ws_index`.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.address import address_of
from basisdesk.venues.contract import Channel, Line, SnapshotRequest
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.funding import PAST_PATHS, PATHS

SPOT_HOSTS = ("api.huobi.pro", "api-aws.huobi.pro", "api.huobi.com", "api.htx.com", "api-aws.htx.com", "www.huobi.pro")
CONTRACT_HOSTS = (
    "api.hbdm.com",
    "api.hbdm.vn",
    "www.hbdm.com",
    "api.btcgateway.pro",
    "futures.huobi.com",
    "futures.htx.com",
)
_INDEX_STREAM = ((Channel.CARRY, "wss://api.hbdm.com/ws_index"),)

SPOT = Line(
    name=symbols.SPOT,
    stream_url="wss://api.huobi.pro/ws",
    rest_url="https://api.huobi.pro",
    instruments_path="/v1/settings/common/market-symbols",
    hosts=SPOT_HOSTS,
    channel_urls=((Channel.BOOK, "wss://api.huobi.pro/feed"),),
)
LINEAR = Line(
    name=symbols.LINEAR,
    stream_url="wss://api.hbdm.com/linear-swap-ws",
    rest_url="https://api.hbdm.com",
    instruments_path="/linear-swap-api/v1/swap_contract_info?business_type=all",
    hosts=CONTRACT_HOSTS,
    channel_urls=_INDEX_STREAM,
)
COIN_SWAP = Line(
    name=symbols.COIN_SWAP,
    stream_url="wss://api.hbdm.com/swap-ws",
    rest_url="https://api.hbdm.com",
    instruments_path="/swap-api/v1/swap_contract_info",
    hosts=CONTRACT_HOSTS,
    channel_urls=_INDEX_STREAM,
)
COIN_FUTURES = Line(
    name=symbols.COIN_FUTURES,
    stream_url="wss://api.hbdm.com/ws",
    rest_url="https://api.hbdm.com",
    instruments_path="/api/v1/contract_contract_info",
    hosts=CONTRACT_HOSTS,
    channel_urls=_INDEX_STREAM,
)
LINES = {line.name: line for line in (SPOT, LINEAR, COIN_SWAP, COIN_FUTURES)}

_LINE_OF_PART = {
    "linear-swap-ws": symbols.LINEAR,
    "linear-swap-notification": symbols.LINEAR,
    "linear-swap-api": symbols.LINEAR,
    "linear-swap-ex": symbols.LINEAR,
    "v5": symbols.LINEAR,
    "ws_index": symbols.LINEAR,
    "swap-ws": symbols.COIN_SWAP,
    "swap-notification": symbols.COIN_SWAP,
    "swap-api": symbols.COIN_SWAP,
    "swap-ex": symbols.COIN_SWAP,
    "ws": symbols.COIN_FUTURES,
    "notification": symbols.COIN_FUTURES,
    "api": symbols.COIN_FUTURES,
    "market": symbols.COIN_FUTURES,
}
_LISTS = {
    "/v1/common/symbols": symbols.SPOT,
    "/v1/settings/common/market-symbols": symbols.SPOT,
    "/linear-swap-api/v1/swap_contract_info": symbols.LINEAR,
    "/swap-api/v1/swap_contract_info": symbols.COIN_SWAP,
    "/api/v1/contract_contract_info": symbols.COIN_FUTURES,
}
_FUNDING = {
    "/v5/market/funding_rate": symbols.LINEAR,
    "/linear-swap-api/v1/swap_funding_rate": symbols.LINEAR,
    PATHS[symbols.COIN_SWAP]: symbols.COIN_SWAP,
    PAST_PATHS[symbols.LINEAR]: symbols.LINEAR,
    PAST_PATHS[symbols.COIN_SWAP]: symbols.COIN_SWAP,
}


def line_of(url: str) -> str | None:
    """Return the line that a recorded URL belongs to, None for a URL of someone else or of no line."""
    host, path, _ = address_of(url)
    if host in SPOT_HOSTS:
        return symbols.SPOT
    if host not in CONTRACT_HOSTS:
        return None
    parts = path.strip("/").split("/")
    return symbols.LINEAR if parts[:2] == ["ws", "v5"] else _LINE_OF_PART.get(parts[0])


def instruments_line(url: str) -> str | None:
    """Return the line whose instruments a recorded REST URL returns, None for any other URL."""
    line = _LISTS.get(address_of(url).path)
    return line if line is not None and line_of(url) == line else None


def request_of(url: str) -> SnapshotRequest | None:
    """Return the request of funding terms that a recorded URL answers, None for any other URL."""
    _, path, query = address_of(url)
    line = _FUNDING.get(path)
    codes = [code.upper() for code in parse_qs(query).get("contract_code", [])]
    if line is None or line_of(url) != line or len(codes) != 1 or not symbols.is_code(line, codes[0]):
        return None
    return SnapshotRequest(line, codes[0], f"{path}?{query}")


def known_line(name: str) -> Line:
    """Return the line of this name.

    Raises:
        DecodeError: the venue has no such line.
    """
    if name not in LINES:
        raise DecodeError(f"{symbols.VENUE_NAME} has no product line {name!r} (it has {', '.join(LINES)})")
    return LINES[name]
