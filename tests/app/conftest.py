"""Hand-made recordings: two Binance markets whose books hold a few levels, in both formats."""

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basisdesk.app.cli import app

START = 1_700_000_000_000_000_000
MS = 1_000_000
STREAMS = {"spot": "wss://stream.binance.com:9443/stream", "usdm": "wss://fstream.binance.com/stream"}
DEPTH = {
    "spot": "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000",
    "usdm": "https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000",
}
SPREAD = "binance:BTC/USDT:USDT~binance:BTC/USDT"


class Made:
    """Writes one market's frames, 100 ms apart, and keeps them as (ns, kind, text)."""

    def __init__(self, line: str, mid: float, start: int = START) -> None:
        self.line = line
        self.mid = mid
        self.at = start
        self.update = 100
        self.entries: list[tuple[int, str, str]] = []

    def depth(self, bids: list[list[str]], asks: list[list[str]], *, skip: int = 0) -> "Made":
        before = self.update
        first = self.update + 1 + skip
        self.update = first + 1
        data = {"e": "depthUpdate", "E": self.at // MS, "s": "BTCUSDT", "U": first, "u": self.update}
        if self.line == "usdm":
            data |= {"T": self.at // MS, "pu": before + skip}
        return self.stream("btcusdt@depth@100ms", data | {"b": bids, "a": asks})

    def trade(self, price: float) -> "Made":
        data = {
            "e": "trade",
            "E": self.at // MS,
            "T": self.at // MS,
            "s": "BTCUSDT",
            "t": self.at // MS,
            "p": str(price),
        }
        return self.stream("btcusdt@trade", data | {"q": "0.5", "X": "MARKET", "m": False})

    def stream(self, name: str, data: dict[str, object]) -> "Made":
        return self.raw("recv", json.dumps({"stream": name, "data": data}, separators=(",", ":")))

    def raw(self, kind: str, text: str) -> "Made":
        self.entries.append((self.at, kind, text))
        self.at += 100 * MS
        return self

    def snapshot(self, size: str = "5") -> "Made":
        body: dict[str, object] = {"lastUpdateId": self.update}
        if self.line == "usdm":
            body |= {"E": self.at // MS, "T": self.at // MS}
        prices = [self.mid + step * 0.5 for step in range(1, 6)]
        body |= {
            "bids": [[f"{2 * self.mid - price:.2f}", size] for price in prices],
            "asks": [[f"{price:.2f}", size] for price in prices],
        }
        return self.raw("http", json.dumps(body, separators=(",", ":")))

    def running(self, count: int) -> "Made":
        """Frames that change a far level and nothing else, a trade every fifth."""
        for number in range(count):
            if number % 5:
                self.depth([[f"{self.mid - 20:.2f}", str(number + 1)]], [])
            else:
                self.trade(self.mid)
        return self

    def stamped(self, path: Path, *, zipped: bool = True) -> Path:
        text = "".join(f"{at} {body}\n" for at, _, body in self.entries).encode()
        path.write_bytes(gzip.compress(text) if zipped else text)
        return path

    def json_lines(self, path: Path, *, binary: bool = False, connect: bool = True) -> Path:
        lines: list[dict[str, object]] = [{"t": "header", "format": 2}]
        if connect:
            addr = STREAMS[self.line]
            lines.append({"t": "connect", "conn": "ws", "ts": self.entries[0][0] / 1e9, "addr": addr})
        for at, kind, body in self.entries:
            line: dict[str, object] = {"t": kind, "conn": "ws" if kind == "recv" else "http", "ts": at / 1e9}
            if kind == "http":
                line["url"] = DEPTH[self.line]
            line |= {"b64": base64.b64encode(body.encode()).decode()} if binary else {"data": body}
            lines.append(line)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path


def market(line: str, mid: float, count: int = 40, size: str = "5", start: int = START) -> Made:
    """A whole recording: an update that precedes the snapshot, the snapshot, and `count` frames."""
    made = Made(line, mid, start)
    made.depth([[f"{mid - 20:.2f}", "1"]], [])
    made.snapshot(size)
    return made.running(count)


class Ran:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def report(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def basisdesk(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process."""

    def run(*arguments: object) -> Ran:
        code = 0
        try:
            app([str(argument) for argument in arguments])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return run


@pytest.fixture
def made() -> Callable[..., Made]:
    """Make a recording of a line at a middle price; ``made(..., start=ns)`` begins elsewhere."""
    return market


@pytest.fixture
def pair(tmp_path: Path) -> list[Path]:
    """A spot market at 60,000 and a perpetual at 59,970."""
    return [
        market("usdm", 59_970.0).stamped(tmp_path / "binance_usdm_btcusdt.gz"),
        market("spot", 60_000.0).stamped(tmp_path / "binance_spot_btcusdt.gz"),
    ]
