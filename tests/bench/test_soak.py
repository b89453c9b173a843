"""The soak, small: 1,000 subscriptions of six venues over real sockets, nothing lost, every book whole."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from basisdesk.shell.live import snapshots

BENCH = Path(__file__).resolve().parents[2] / "bench"
SECONDS, RATE, MARKETS = 6.0, 4_000.0, 56
VENUES = 6


@pytest.fixture
def soak(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(BENCH))
    import soak

    yield soak
    for name in ("soak", "soak_table", "soak_frames"):
        sys.modules.pop(name, None)


def test_a_thousand_subscriptions_lose_nothing_and_every_book_stays_whole(
    soak: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Binance's whole books come over HTTP, a second apart for the sake of its limits, which nobody keeps here.
    monkeypatch.setattr(snapshots, "UNSTATED", snapshots.SECOND // 100)
    monkeypatch.setattr(soak, "BOOKS_WITHIN", 15.0)
    figures = asyncio.run(soak.soak(SECONDS, RATE, MARKETS, 0.5, pinned=False))
    assert figures["subscriptions"] == 3 * MARKETS * VENUES
    assert figures["sent"] == figures["received"] == sum(figures["sent_by_kind"].values()) > RATE
    assert min(figures["sent_by_kind"].values()) > figures["sent"] / 4
    assert (figures["gaps"], figures["undecoded"], figures["invalid"]) == (0, 0, 0)
    assert figures["books"] > figures["sent"] / 4
    assert figures["trades"] == figures["sent_by_kind"]["trade"]
    assert 0 < figures["cpu"] < 1
