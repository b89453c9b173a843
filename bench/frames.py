"""Depth frames of one recording, for every contender alike; standard library only, it runs in three environments.

Where the recorded data is not on the machine, a seeded stream of the same shape stands in, and the table says so.
"""

import gzip
import json
import os
import random
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDINGS = Path(os.environ.get("BASISDESK_RECORDINGS", ROOT.parent / "shared" / "data"))
MARKETS = {
    "spot": "hftbacktest/binance_spot_btcusdt_20240808.gz",
    "usdm": "hftbacktest/binance_usdm_btcusdt_20240808.gz",
    "coinm": "hftbacktest/binance_coinm_btcusd_perp_20240808.gz",
}
CODES = {"spot": "BTCUSDT", "usdm": "BTCUSDT", "coinm": "BTCUSD_PERP"}


def recorded(market: str) -> Path | None:
    """Return the recording of this market, or None where it is not on the machine."""
    path = RECORDINGS / MARKETS[market]
    return path if path.exists() else None


def load(market: str, limit: int = 30_000) -> tuple[bytes, list[bytes], bool]:
    """Return (REST snapshot, depth frames from the first that bridges it on, whether they are recorded)."""
    path = recorded(market)
    if path is None:
        snapshot, frames = invented(market, limit)
        return snapshot, frames, False
    snapshot = b""
    frames = []
    with gzip.open(path) as lines:
        for line in lines:
            message = line.partition(b" ")[2].rstrip(b"\n")
            if not message.startswith(b'{"stream"'):
                snapshot = message
            elif b"@depth" in message[:48]:
                frames.append(message)
    last = json.loads(snapshot)["lastUpdateId"]
    first = next(i for i, frame in enumerate(frames) if json.loads(frame)["data"]["u"] >= last + (market == "spot"))
    return snapshot, frames[first : first + limit], True


def invented(market: str, count: int) -> tuple[bytes, list[bytes]]:
    """Return a seeded stream: a 1,000-level snapshot and `count` frames of nine levels near the touch."""
    rng = random.Random(7)  # noqa: S311 (a benchmark's input, not a secret)
    level = (
        [[f"{60000 - i / 10:.2f}", "1.000"] for i in range(1, 1001)],
        [[f"{60000 + i / 10:.2f}", "1.000"] for i in range(1, 1001)],
    )
    snapshot = {"lastUpdateId": 1000, "bids": level[0], "asks": level[1]}
    frames = []
    for number in range(count):
        first = 1001 + number
        bids = [[f"{60000 - rng.randint(1, 200) / 10:.2f}", f"{rng.random() * 5:.3f}"] for _ in range(5)]
        asks = [[f"{60000 + rng.randint(1, 200) / 10:.2f}", f"{rng.random() * 5:.3f}"] for _ in range(4)]
        body = {
            "e": "depthUpdate", "E": 1_700_000_000_000 + number, "T": 1_700_000_000_000 + number, "s": CODES[market],
            "U": 1000 if number == 0 else first, "u": first, "pu": first - 1, "b": bids, "a": asks,
        }  # fmt: skip
        if market == "spot":
            del body["pu"], body["T"]
        stream = f"{CODES[market].lower()}@depth@100ms"
        frames.append(json.dumps({"stream": stream, "data": body}, separators=(",", ":")).encode())
    return json.dumps(snapshot).encode(), frames
