"""Where the three product lines live, and which line a recorded URL belongs to.

All lines share their hosts: a stream names its line in the path (`/v5/public/linear`), a REST call in `category`.
A URL that names no line of ours (options, the private streams, the time of day) belongs to none.
The addresses of the interfaces before version 5 are still recognised, so that an old recording is counted as unreadable
instead of being refused.
Followed: https://bybit-exchange.github.io/docs/v5/ws/connect and /docs/v5/guide.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from basisdesk.venues.address import address_of
from basisdesk.venues.bybit.symbols import is_code
from basisdesk.venues.contract import Line, SnapshotRequest

INSTRUMENTS_PATH = "/v5/market/instruments-info"
TIME_PATH = "/v5/market/time"
FUNDING_PATH = "/v5/market/funding/history"
PUBLIC_PATH = "/v5/public/"

_REGIONS = (
    "bybit.com", "bybit.tr", "bybit-tr.com", "bybit.id", "bybit.kz", "bybit.nl", "bybit.eu", "bybitgeorgia.ge",
    "manepa.jp",
)  # fmt: skip
HOSTS = (
    *(f"{name}.{region}" for region in _REGIONS for name in ("stream", "api")),
    "stream-testnet.bybit.com",
    "stream-demo.bybit.com",
    "api-testnet.bybit.com",
    "api-demo.bybit.com",
    "api.bytick.com",
    "stream.bytick.com",
    "ws2.spark-fintech.com",
)
_OLD_PATHS = {
    "/realtime": "inverse",
    "/realtime_public": "linear",
    "/spot/quote/ws/v1": "spot",
    "/spot/quote/ws/v2": "spot",
    "/spot/public/v3": "spot",
    "/contract/usdt/public/v3": "linear",
    "/contract/usdc/public/v3": "linear",
    "/contract/inverse/public/v3": "inverse",
}


def _line(name: str, page: str) -> Line:
    return Line(
        name=name,
        stream_url=f"wss://stream.bybit.com{PUBLIC_PATH}{name}",
        rest_url="https://api.bybit.com",
        instruments_path=f"{INSTRUMENTS_PATH}?category={name}{page}",
        hosts=HOSTS,
    )


# Spot is not paged; the others give 500 rows unless asked for more, and name the next page (`instruments.next_page`).
LINES = {
    line.name: line for line in (_line("spot", ""), _line("linear", "&limit=1000"), _line("inverse", "&limit=1000"))
}


def line_of(url: str) -> str | None:
    """Return the line that a recorded stream or REST URL belongs to, None where it names none of this venue's."""
    host, path, query = address_of(url)
    if host not in HOSTS:
        return None
    if path in _OLD_PATHS:
        return _OLD_PATHS[path]
    line = path.removeprefix(PUBLIC_PATH) if path.startswith(PUBLIC_PATH) else _asked(query).get("category", "")
    return line if line in LINES else None


def instruments_line(url: str) -> str | None:
    """Return the line whose instruments a recorded REST URL returns, None for any other URL."""
    return line_of(url) if address_of(url).path == INSTRUMENTS_PATH else None


def request_of(url: str) -> SnapshotRequest | None:
    """Return the request that a recorded list of funding settlements answers, None for any other URL.

    REST books are not taken: they count their updates with the stream of 1000 levels, and every stream brings its own
    snapshot.
    """
    line = line_of(url)
    _, path, query = address_of(url)
    code = _asked(query).get("symbol", "")
    if line is None or path != FUNDING_PATH or not is_code(code):
        return None
    return SnapshotRequest(line, code, f"{path}?category={line}&symbol={code}")


def _asked(query: str) -> dict[str, str]:
    """What is asked for, by name; the last one counts."""
    return {name: values[-1] for name, values in parse_qs(query).items()}
