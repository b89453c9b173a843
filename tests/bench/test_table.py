"""The benchmark's page: what misses a promise is named, what was not measured is said."""

import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
KEPT = {
    "seconds": 600.0, "rate": 20_000.0, "cpu": 0.3, "subscriptions": 1008, "sent": 10, "received": 10, "gaps": 0,
    "undecoded": 0, "invalid": 0, "memory_mb": 80.0, "slope_mb_per_minute": 0.01, "lag_p50_ms": 0.5, "lag_p99_ms": 2.0,
    "lag_max_ms": 7.0, "waited": 0.01, "date": "2026-01-01",
}  # fmt: skip


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCH))
    import soak_frames
    import soak_table
    import table

    yield soak_table, table, soak_frames
    for name in ("soak_table", "table", "soak_frames"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"received": 9}, ["1 of 10 messages were lost"]),
        ({"gaps": 2}, ["books did not stay whole: {'gaps': 2}"]),
        ({"cpu": 0.6}, ["the desk takes 60.0% of a core, promised under 60%"]),
        ({"slope_mb_per_minute": 0.2}, ["memory grows by 0.200 MB a minute, promised flat"]),
        ({"rate": 19_000.0}, ["19,000 messages a second came, promised 20,000"]),
        ({"subscriptions": 999}, ["999 subscriptions, promised 1,000"]),
        ({"seconds": 60.0}, ["the soak ran for 60 s, promised 600"]),
    ],
)
def test_a_soak_that_misses_a_promise_says_which(bench: Any, change: dict[str, float], words: list[str]) -> None:
    assert bench[0].misses({**KEPT, **change}) == words


def test_a_venue_that_is_not_five_times_faster_is_named_and_one_that_ccxt_does_not_stream_is_not(bench: Any) -> None:
    row = {"streamed": True, "ratio": 4.94}
    venues = {"rows": {"a": row, "b": {**row, "ratio": 5.0}, "c": {**row, "ratio": None}, "d": {"streamed": False}}}
    missed = bench[1].venue_misses({"venues": venues, "soak": None}, 5.0)
    assert missed == ["a: 4.9 times faster than ccxt, promised 5", "c: – times faster than ccxt, promised 5"]


def test_a_soak_that_was_not_run_is_said_on_the_page(bench: Any) -> None:
    assert "Not measured here" in "\n".join(bench[1].soak_rows(None))
    assert "| 10 | as many |" in "\n".join(bench[1].soak_rows(KEPT))


def test_an_old_soak_that_did_not_measure_how_long_it_waited_is_still_shown(bench: Any) -> None:
    old = {name: figure for name, figure in KEPT.items() if name != "waited"}
    rows = ["\n".join(bench[1].soak_rows(each)) for each in (KEPT, old)]
    assert [row.count("share of the time | 1.0% |") for row in rows] == [1, 0]
    assert "share of the time | – |" in rows[1]


def test_orders_slower_than_ccxt_or_with_a_long_tail_or_not_measured_are_named(bench: Any) -> None:
    rows = {name: {"count": 1000, "p50": 100.0, "p99": 300.0} for name in bench[1].ORDERS}
    assert bench[1].order_misses({"rows": rows, "failures": {}}, 3.0) == []
    rows["memory"] = {"count": 1000, "p50": 101.0, "p99": 310.0}
    rows["memory socket"] = {"count": 1000, "p50": 102.0, "p99": 300.0}
    del rows["durable"]
    assert [line.rpartition(": ")[2] for line in bench[1].order_misses({"rows": rows}, 3.0)] == [
        f"{bench[1].ORDERS['durable']} was not measured",
        "101 µs, ccxt 100 µs, promised no slower",
        "102 µs, ccxt 100 µs, promised no slower",
        "p99 is 3.1 times the median, promised 3",
    ]
