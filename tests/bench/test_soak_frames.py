"""What the soak's venues answer has the shape of what the simulator's dialects answer to the same frames."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.shell.live.scene import Books
from tests.sim.exchange.hall import START, Script

from basisdesk.shell.live.plan import plan
from basisdesk.sim.contract import Frame, HttpCall
from basisdesk.sim.dialects import dialect_of, rules_of
from basisdesk.sim.exchange import listed
from basisdesk.venues import venue_named
from basisdesk.venues.contract import Channel

BENCH = Path(__file__).resolve().parents[2] / "bench"
CHANNELS = (Channel.BOOK, Channel.TICKER, Channel.TRADES)
CONTROL = ("control",)
ACKNOWLEDGING = {
    "binance": CONTROL, "bybit": CONTROL, "okx": CONTROL, "deribit": CONTROL, "htx": CONTROL,
    "bigone": ("ticker", "trades"),
}  # fmt: skip
"""What a subscription is acknowledged with: BigONE's snapshots stand for it."""


@pytest.fixture
def venues(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(BENCH))
    import soak_frames

    yield soak_frames
    sys.modules.pop("soak_frames", None)


def spoken(name: str, venues: Any) -> Iterator[tuple[str, list[bytes]]]:
    """Addresses and what the desk's feeds say there of one market."""
    venue, line = venue_named(name), venues.LINES[name]
    code = next(each.code for each in venue.well_known() if each.market == line)
    for planned in plan(venue, line, [code], CHANNELS):
        feed = venue.feed(line, planned.codes, planned.channels, Books())
        feed.connected(START)
        yield planned.url, feed.to_send()


def alike(ours: Any, theirs: Any) -> bool:
    """Whether names and kinds are the same, whatever they say; of lists, what both have."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return all(alike(*pair) for pair in zip(ours, theirs, strict=False))
    return type(ours) is type(theirs)


def read(frame: bytes) -> Any:
    return json.loads(gzip.decompress(frame) if frame[:2] == b"\x1f\x8b" else frame)


def answers(name: str, url: str, frames: list[bytes]) -> list[Any]:
    """What the simulator acknowledges."""
    instruments = [each for each in venue_named(name).well_known() if each.base == "BTC"]
    exchange = listed(Script(instruments), [name], {name: rules_of(name)}, 1, START)[name]
    wire = dialect_of(name, exchange, START)
    origin, _, path = url.removeprefix("wss://").partition("/")
    host = next(host for host, origins in wire.origins.items() if f"wss://{origin}" in origins)
    call = HttpCall(host=host, authority=origin, method="GET", path=f"/{path}", query="", headers={}, body=b"")
    assert wire.opened(1, call, START) is None
    for frame in frames:
        wire.receive(1, frame, START)
    return [read(each.body) for each in wire.take() if isinstance(each, Frame) and each.topic in ACKNOWLEDGING[name]]


@pytest.mark.parametrize("name", ACKNOWLEDGING)
def test_acknowledgements_are_those_of_the_simulated_venue(name: str, venues: Any) -> None:
    kinds = set()
    for url, frames in spoken(name, venues):
        told = [venues.answer(name, frame) for frame in frames]
        kinds |= {kind for _, flows in told for kind, _ in flows}
        ours = [read(body) for bodies, _ in told for body in bodies]
        theirs = answers(name, url, frames)
        assert len(ours) == len(theirs) > 0
        assert all(map(alike, ours, theirs)), (ours, theirs)
    assert kinds == {"book", "ticker", "trade"}
