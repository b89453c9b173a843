"""Book frames of each venue's recordings, for every contender alike; standard library only.

A recording that is not on the machine is replaced by seeded frames of the same shape, and the table says so.
HTX's stream of changes was not recorded, but its whole books were, every 50 ms: the frames are the changes from each
recorded book to the next (10 levels in the mean, 8 in the median), written, ordered and compressed as the venue does.
Deribit's recordings are of options, which change a level or two at a time, so a perpetual's changes are invented: keys,
their order, ids and numbers as in a recorded frame of BTC-PERPETUAL at 100 ms, and nine levels, which lies between the
four of that frame, the ten of HTX's books and the eleven of Binance's perpetual in coin.
"""

import base64
import gzip
import json
import random
import re
import zlib
from pathlib import Path

from frames import RECORDINGS

OKX = "cryptofeed/okx_v5_spot_future_swap_20220513.jsonl.gz"
BYBIT = "cryptofeed/bybit_v5_linear_and_spot_btc_doge_20260809.jsonl.gz"
HTX = "cryptofeed/htx_linear_swap_btcusdt_20220217.jsonl.gz"
PLACES = {
    "okx, checksums verified": ("public", "BTC-USDT", "BTC/USDT", OKX, "OKX.ws.1"),
    "okx, checksum 0 as today": ("public", "BTC-USDT", "BTC/USDT", OKX, "OKX.ws.1"),
    "bybit": ("linear", "BTCUSDT", "BTC/USDT:USDT", BYBIT, "BYBIT.ws.2"),
    "deribit": ("public", "BTC-PERPETUAL", "BTC/USD:BTC", "", ""),
    "htx": ("linear", "BTC-USDT", "BTC/USDT:USDT", HTX, "HUOBI_LINEAR_SWAP.ws"),
    "htx, whole books": ("linear", "BTC-USDT", "BTC/USDT:USDT", HTX, "HUOBI_LINEAR_SWAP.ws"),
    "bigone": ("contract", "BTCUSD", "BTC/USD:BTC", "", ""),
}  # fmt: skip
"""By row of the table: line, code, ccxt's symbol, recording, connection."""
WORDS = {"okx": b'"channel":"books"', "bybit": b"orderbook.200.BTCUSDT", "htx": b"depth.step0"}
CHECKSUM = re.compile(rb'"checksum":-?\d+')
INVENTED = 5_000
TURNS = 20
AT_LEAST = 2_000
"""Messages of a pass: a short recording is played again, whole book and all, until so many were heard.  A pass of one
millisecond says more about what else the machine does than about the program."""
SIZES = (0.0, 0.0, 0.0, 10.0, 190.0, 2960.0, 6530.0, 14500.0, 42670.0, 254870.0)
"""0 and amounts of recorded frames of Deribit's perpetual."""
TODAY = "okx, checksum 0 as today"
STREAMED = ("okx, checksums verified", "okx, checksum 0 as today", "bybit", "deribit", "htx")
"""Rows whose channel ccxt streams."""


def venue_of(row: str) -> str:
    """Return the venue of a row."""
    return row.partition(",")[0]


def turns_of(frames: list[bytes]) -> int:
    """Return how often a pass plays the frames."""
    return -(-AT_LEAST // len(frames))


def recorded(row: str) -> Path | None:
    """Return the recording of a row, None where there is none or it is not on this machine."""
    name = PLACES[row][3]
    path = RECORDINGS / name
    return path if name and path.exists() else None


def load(row: str) -> tuple[list[bytes], str]:
    """Return the book frames of a row, whole book first, and where they come from."""
    path = recorded(row)
    if path is None:
        return invented(row), "invented"
    if row == "htx":
        return between(read(row, path)), "between recorded books"
    return read(row, path), "recorded"


def read(row: str, path: Path) -> list[bytes]:
    """Return the book frames that were recorded."""
    connection = PLACES[row][4]
    frames = []
    with gzip.open(path) as lines:
        for line in lines:
            record = json.loads(line)
            if record.get("t") != "recv" or record.get("conn") != connection:
                continue
            frame = record["data"].encode() if "data" in record else base64.b64decode(record["b64"])
            text = zlib.decompress(frame, 31) if frame[:2] == b"\x1f\x8b" else frame
            code = PLACES[row][1].encode()
            if (
                WORDS[venue_of(row)] in text
                and code in text
                and b'"event"' not in text[:20]
                and b'"subbed"' not in text
            ):
                frames.append(frame if row != TODAY else CHECKSUM.sub(b'"checksum":0', frame))
    return frames


def between(frames: list[bytes]) -> list[bytes]:
    """Return HTX's first recorded book, and the changes to the next ones and back again, in turns."""
    books = []
    for frame in frames:
        tick = json.loads(zlib.decompress(frame, 31))["tick"]
        books.append([dict(map(tuple, tick[side])) for side in ("bids", "asks")])
    way = [*books[1:], *books[-2::-1]] * TURNS
    told = [frame_of("htx", 0, *(list(side.items()) for side in books[0]))]
    for number, (old, new) in enumerate(zip([books[0], *way], way, strict=False), 1):
        bids, asks = (changed(side, after) for side, after in zip(old, new, strict=True))
        told.append(frame_of("htx", number, bids[::-1], asks))
    return told


def changed(old: dict[float, float], new: dict[float, float]) -> list[tuple[float, float]]:
    """Return the levels that differ, the lowest price first; a size of 0 removes."""
    return [(price, new.get(price, 0)) for price in sorted(old | new) if old.get(price) != new.get(price)]


def invented(row: str) -> list[bytes]:
    """Return seeded frames in the venue's shape: a whole book, then nine changed levels a frame near the touch."""
    rng = random.Random(7)  # noqa: S311 (a benchmark's input, not a secret)
    whole = [[60000 - i / 2 for i in range(1, 151)], [60000 + i / 2 for i in range(1, 151)]]
    return [frame_of(row, 0, *([(price, 1000.0) for price in side] for side in whole))] + [
        frame_of(
            row,
            number,
            [(60000 - rng.randint(1, 100) / 2, rng.choice(SIZES)) for _ in range(5)],
            [(60000 + rng.randint(1, 100) / 2, rng.choice(SIZES)) for _ in range(4)],
        )
        for number in range(1, INVENTED)
    ]


def frame_of(row: str, number: int, bids: list[tuple[float, float]], asks: list[tuple[float, float]]) -> bytes:
    """Return one frame: number 0 is the whole book, a size of 0 removes a level."""
    bids, asks = list(dict(bids).items()), list(dict(asks).items())
    at = 1_700_000_000_000 + number * 100
    body: dict[str, object]
    match venue_of(row):
        case "deribit":
            whole = number == 0
            rows = [
                [["new" if whole else "change" if size else "delete", price, size] for price, size in side]
                for side in (bids, asks)
            ]
            data = {
                "type": "snapshot" if whole else "change", "timestamp": at, "prev_change_id": 31479598064 + number,
                "instrument_name": "BTC-PERPETUAL", "change_id": 31479598065 + number,
                "bids": rows[0], "asks": rows[1],
            }  # fmt: skip
            if whole:
                del data["prev_change_id"]
            params = {"channel": "book.BTC-PERPETUAL.100ms", "data": data}
            body = {"jsonrpc": "2.0", "method": "subscription", "params": params}
        case "htx":
            channel = "market.BTC-USDT.depth.size_150.high_freq"
            tick = {
                "asks": asks, "bids": bids, "ch": channel, "event": "update" if number else "snapshot",
                "id": 96710414537 + number, "mrid": 96710414537 + number, "ts": at, "version": 709648689 + number,
            }  # fmt: skip
            return gzip.compress(json.dumps({"ch": channel, "tick": tick, "ts": at}, separators=(",", ":")).encode())
        case _:
            body = {
                "bids": {f"{price:g}": size for price, size in bids},
                "asks": {f"{price:g}": size for price, size in asks},
                "from": 1000 + number if number else 0, "to": 1000 + number, "lastPrice": 60000,
                "bestPrices": {"ask": 60000.5, "bid": 59999.5},
            }  # fmt: skip
    return json.dumps(body, separators=(",", ":")).encode()
