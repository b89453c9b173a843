"""Recordings made by hand in which several connections speak of one market, and the seats that they are given."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from basisdesk.app.replay import Options, Replay
from basisdesk.app.seats import Place, Seat
from basisdesk.app.talk import Talk
from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Market

SECOND = 10**9
START = 1_700_000_000
Said = tuple[str, Any]

ADDRESSES = {
    "okx": "wss://ws.okx.com:8443/ws/v5/public",
    "bybit": "wss://stream.bybit.com/v5/public/linear",
    "deribit": "wss://www.deribit.com/ws/api/v2",
    "htx": "wss://api.hbdm.com/linear-swap-ws",
    "binance": "wss://stream.binance.com:9443/stream",
}


def tape(path: Path, venue: str, said: list[Said], every: float = 0.1) -> Path:
    """Write a recording of connections a, b, ...: frames, and None for one that is made again."""
    known = dict.fromkeys(name for name, _ in said)
    lines = [{"t": "connect", "conn": name, "ts": START, "addr": ADDRESSES[venue]} for name in known]
    for number, (name, frame) in enumerate(said, 1):
        when = round(START + number * every, 6)
        if frame is None:
            lines.append({"t": "connect", "conn": name, "ts": when, "addr": ADDRESSES[venue]})
        elif isinstance(frame, tuple):
            lines.append({"t": "http", "conn": name, "ts": when, "url": frame[0], "data": json.dumps(frame[1])})
        else:
            text = json.dumps(frame, separators=(",", ":"))
            lines.append({"t": "recv", "conn": name, "ts": when, "data": text})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def played(*paths: Path) -> Iterator[Market]:
    """Yield the only market after each step."""
    with ExitStack() as stack:
        options = Options(files=[str(path) for path in paths], stale_after=0)
        replay = Replay(options, Talk(quiet=True), stack)
        player = replay.player
        while (at := player.next_at()) is not None:
            player.advance(at)
            yield from replay.desk.markets.values()
        assert not replay.errors


def a_place() -> tuple[Place, Seat, Seat]:
    place = Place(Market("x:A/B", "spot", "AB", Book()), set())
    first, second = place.join("spot", "AB", "one"), place.join("spot", "AB", "two")
    return place, first, second
