"""The benchmark figures as a page, and the list of promises they miss."""

from __future__ import annotations

from typing import Any

import soak_table


def markdown(figures: dict[str, Any]) -> str:
    """Return `docs/benchmarks.md`."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Written by `make bench` on {figures['date']}, Basisdesk {figures['version']}, {figures['machine']}.",
            "Machines are noisy: contenders take turns in one run, medians are shown, ratios count more than times.",
            "",
            *depth_rows(figures["books"]),
            "",
            *venue_rows(figures["venues"]),
            "",
            *order_rows(figures["orders"]),
            "",
            *soak_rows(figures["soak"]),
            "",
            *board_rows(figures["boards"]),
            "",
            *other_rows(figures),
            "",
        ]
    )


def depth_rows(books: dict[str, Any]) -> list[str]:
    """Rows of decode + book + top of both sides."""
    rows = [
        "## One depth message: decode, apply, read the top of both sides",
        "",
        "The promise of 2.5 µs is asked of the mean message (the last row), the ratio to ccxt of every row.",
        "",
        "| Binance BTC | messages | levels | Basisdesk µs | ccxt µs | Nautilus µs | ccxt / ours | Nautilus / ours |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for market, row in {**books["rows"], "all of them": pooled(books["rows"])}.items():
        name = market if row["recorded"] else f"{market} (invented frames: no recordings here)"
        us, ratio = row["us"], row["ratio"]
        cells = [cell(us.get(key), 2) for key in ("basisdesk", "ccxt", "nautilus")]
        ratios = [cell(ratio.get(key), 1) for key in ("ccxt", "nautilus")]
        rows.append(f"| {name} | {row['messages']:,} | {row['levels']:.1f} | {' | '.join([*cells, *ratios])} |")
    for name, why in {**({"contenders": books["problem"]} if books["problem"] else {}), **books["failures"]}.items():
        rows += ["", f"Not measured: {name}: {why}"]
    return rows


def pooled(rows: dict[str, Any]) -> dict[str, Any]:
    """Return the mean message of all recordings together; contenders that missed one have no figure."""
    count = int(sum(row["messages"] for row in rows.values()))

    def mean(figures: list[float]) -> float:
        return float(sum(row["messages"] * figure for row, figure in zip(rows.values(), figures, strict=True))) / count

    names = [name for name in ("basisdesk", "ccxt", "nautilus") if all(name in row["us"] for row in rows.values())]
    us = {name: mean([row["us"][name] for row in rows.values()]) for name in names}
    return {
        "recorded": all(row["recorded"] for row in rows.values()),
        "messages": count,
        "levels": mean([row["levels"] for row in rows.values()]),
        "us": us,
        "ratio": {name: us[name] / us["basisdesk"] for name in us if name != "basisdesk"},
    }


def venue_rows(venues: dict[str, Any]) -> list[str]:
    """Rows of each venue's book channel."""
    rows = [
        "## Each venue's book channel: decode, apply, read the top of both sides",
        "",
        "Frames are recorded where the channel was recorded, else changes between recorded books, else invented in the",
        "venue's shape.",
        "ccxt streams neither BigONE nor HTX's whole books.",
        "",
        "| channel | frames | messages | Basisdesk µs | ccxt µs | ccxt / ours |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for name, row in venues["rows"].items():
        us = row["us"]
        cells = (cell(us.get("basisdesk"), 2), cell(us.get("ccxt"), 2), cell(row["ratio"], 1))
        rows.append(f"| {name} | {row['origin']} | {row['messages']:,} | {' | '.join(cells)} |")
    for name, why in venues["failures"].items():
        rows += ["", f"Not measured: {name}: {why}"]
    return rows


ORDERS = {
    "durable": "Basisdesk, HTTP, committed to disk first",
    "memory": "Basisdesk, HTTP, journal in memory",
    "durable socket": "Basisdesk, WebSocket, committed to disk first",
    "memory socket": "Basisdesk, WebSocket, journal in memory",
    "ccxt": "ccxt `create_order`, asynchronous",
    "ccxt plain": "ccxt `create_order`, blocking",
}


def order_rows(orders: dict[str, Any]) -> list[str]:
    """Rows of the latency of orders."""
    rows = [
        "## Orders on loopback: from the trigger to the first byte at the server",
        "",
        "Ours begins when the book that a tick was written into is handed to the desk, where it reaches a trigger:",
        "test the trigger, price the size, decide, write the journal, sign, send; ticks are in the tables above.",
        "That of ccxt begins with the call. One server, Binance's USD-M order, which it refuses for want of margin.",
        "The server is awake all the time, so that no row holds how long the machine takes to wake a process.",
        "Where Linux has pages of 2 MiB our process keeps its memory on them, as every desk does (decision 12).",
        "",
        "| what | orders | median µs | p99 µs | p99 / median |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, row in orders["rows"].items():
        tail = row["p99"] / row["p50"]
        rows.append(f"| {ORDERS[name]} | {row['count']:,} | {row['p50']:,.0f} | {row['p99']:,.0f} | {tail:.1f} |")
    for name, why in orders["failures"].items():
        rows += ["", f"Not measured: {ORDERS[name]}: {why}"]
    return rows


def order_misses(orders: dict[str, Any], tail: float) -> list[str]:
    """Name what the orders' latency does not keep; rows that were not measured are misses, too."""
    rows = orders["rows"]
    missed = [f"orders: {ORDERS[name]} was not measured" for name in ORDERS if name not in rows]
    for name in ("memory", "memory socket"):
        if {name, "ccxt"} <= rows.keys() and rows[name]["p50"] > rows["ccxt"]["p50"]:
            ours, theirs = rows[name]["p50"], rows["ccxt"]["p50"]
            missed.append(f"orders: {ORDERS[name]}: {ours:,.0f} µs, ccxt {theirs:,.0f} µs, promised no slower")
    for name, row in rows.items():
        if not name.startswith("ccxt") and row["p99"] > tail * row["p50"]:
            missed.append(
                f"orders: {ORDERS[name]}: p99 is {row['p99'] / row['p50']:.1f} times the median, promised {tail:.0f}"
            )
    return missed


def soak_rows(soak: dict[str, Any] | None) -> list[str]:
    """Rows of the last soak, or that there was none."""
    return ["## Soak", "", "Not measured here: `make soak` does."] if soak is None else soak_table.rows(soak)


def board_rows(boards: dict[str, Any]) -> list[str]:
    """Rows of a board touch and of the columnar replay."""
    touches = boards["touch_ns"]
    rows = [
        "## One touch of a board: every spread of the touched market, both directions, one armed trigger on each",
        "",
        "| markets | spreads touched | ns a touch | ns a spread |",
        "|---:|---:|---:|---:|",
    ]
    rows += [f"| {n} | {int(n) - 1} | {ns:.0f} | {ns / (int(n) - 1):.1f} |" for n, ns in touches.items()]
    rows += ["", "## Columnar replay through a board", "", "| markets | million events a second |", "|---:|---:|"]
    rows += [f"| {n} | {rate / 1e6:.1f} |" for n, rate in boards["columnar_events_per_second"].items()]
    return rows


def other_rows(figures: dict[str, Any]) -> list[str]:
    """Rows of the whole replay and of the command's start."""
    frames = figures["replay_frames_per_second"]
    shown = "not measured: no recordings here" if frames is None else f"{frames:,.0f}"
    return [
        "## Whole commands",
        "",
        "| what | figure |",
        "|---|---:|",
        f"| `basisdesk replay` of the three recordings, frames a second | {shown} |",
        f"| `basisdesk --help`, seconds | {figures['help_seconds']:.3f} |",
    ]


def cell(value: float | None, decimals: int) -> str:
    """Return a number, or a dash where nothing was measured."""
    return "–" if value is None else f"{value:.{decimals}f}"


def misses(figures: dict[str, Any], minimum: dict[str, float]) -> list[str]:
    """Name every promise that the figures do not keep."""
    missed = []
    rows = figures["books"]["rows"]
    ours = pooled(rows)["us"].get("basisdesk")
    if ours is None or ours > minimum["book_us"]:
        missed.append(f"{cell(ours, 2)} µs a depth message, promised {minimum['book_us']}")
    for market, row in rows.items():
        ratio = row["ratio"].get("ccxt")
        if ratio is not None and ratio < minimum["ccxt_ratio"]:
            missed.append(f"{market}: {ratio:.1f} times faster than ccxt, promised {minimum['ccxt_ratio']}")
    missed += order_misses(figures["orders"], minimum["order_tail"])
    missed += venue_misses(figures, minimum["venue_ratio"])
    touch = {int(n): ns for n, ns in figures["boards"]["touch_ns"].items()}
    if touch[30] > minimum["touch_30_us"] * 1000:
        missed.append(f"a touch of 30 markets takes {touch[30]:.0f} ns, promised {minimum['touch_30_us'] * 1000:.0f}")
    # A touch computes the spreads of one market with every other.
    if touch[100] / touch[30] > (100 - 1) / (30 - 1):
        missed.append("a touch grows faster than the number of spreads between 30 and 100 markets")
    slowest = min(figures["boards"]["columnar_events_per_second"].values())
    if slowest < minimum["columnar"]:
        missed.append(f"columnar replay: {slowest / 1e6:.1f} million events a second, promised 10")
    if figures["help_seconds"] > minimum["help_s"]:
        missed.append(f"--help takes {figures['help_seconds']:.3f} s, promised {minimum['help_s']}")
    return missed


def venue_misses(figures: dict[str, Any], least: float) -> list[str]:
    """Name what the venues' book channels and the last soak do not keep."""
    missed = [
        f"{name}: {cell(row['ratio'], 1)} times faster than ccxt, promised {least:.0f}"
        for name, row in figures["venues"]["rows"].items()
        if row["streamed"] and (row["ratio"] is None or row["ratio"] < least)
    ]
    soak = figures["soak"]
    return missed if soak is None else missed + [f"soak: {line}" for line in soak_table.misses(soak)]
