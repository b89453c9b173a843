"""The soak's figures as rows of the page, and the promises they miss."""

from __future__ import annotations

from typing import Any

CPU = 0.60
RATE = 20_000
SUBSCRIPTIONS = 1_000
SECONDS = 600
SLOPE = 0.1
"""MB a minute that still count as flat."""
RATE_KEPT = 0.995
ROUNDING = 0.5


def rows(figures: dict[str, Any]) -> list[str]:
    """Return the section of the page."""
    wrong = f"{figures['gaps']}, {figures['undecoded']}, {figures['invalid']}"
    waited = f"{figures['waited']:.1%}" if "waited" in figures else "–"
    lags = ", ".join(f"{figures[f'lag_{name}_ms']:.2f}" for name in ("p50", "p99", "max"))
    return [
        f"## Soak: {figures['subscriptions']:,} subscriptions over six simulated venues",
        "",
        f"Written by `make soak` on {figures['date']}: {figures['seconds']:.0f} s measured after the warm-up.",
        "The desk has one core, the venues another process; real sockets, real subscriptions, prepared frames.",
        "",
        "| what | figure | promised |",
        "|---|---:|---:|",
        f"| messages a second, received | {figures['rate']:,.0f} | {RATE:,} |",
        f"| share of one core of the desk's process | {figures['cpu']:.1%} | under {CPU:.0%} |",
        f"| messages sent, all of the run | {figures['sent']:,} | |",
        f"| messages received | {figures['received']:,} | as many |",
        f"| gaps, unreadable messages, books not valid at the end | {wrong} | none |",
        f"| memory, MB | {figures['memory_mb']:.1f} | |",
        f"| growth, MB a minute | {figures['slope_mb_per_minute']:+.3f} | under {SLOPE} |",
        f"| waiting for a core that others were using, share of the time | {waited} | |",
        f"| the loop runs late by, ms: median, p99, worst | {lags} | |",
    ]


def misses(figures: dict[str, Any], *, whole: bool = True) -> list[str]:
    """Name every promise that the figures do not keep; those of size and length only of a `whole` soak."""
    missed = []
    if figures["received"] != figures["sent"]:
        missed.append(f"{figures['sent'] - figures['received']:,} of {figures['sent']:,} messages were lost")
    wrong = {name: figures[name] for name in ("gaps", "undecoded", "invalid") if figures[name]}
    if wrong:
        missed.append(f"books did not stay whole: {wrong}")
    if figures["cpu"] >= CPU:
        missed.append(f"the desk takes {figures['cpu']:.1%} of a core, promised under {CPU:.0%}")
    if not whole:
        return missed
    if figures["slope_mb_per_minute"] >= SLOPE:
        missed.append(f"memory grows by {figures['slope_mb_per_minute']:.3f} MB a minute, promised flat")
    if figures["rate"] < RATE * RATE_KEPT:
        missed.append(f"{figures['rate']:,.0f} messages a second came, promised {RATE:,}")
    if figures["subscriptions"] < SUBSCRIPTIONS:
        missed.append(f"{figures['subscriptions']:,} subscriptions, promised {SUBSCRIPTIONS:,}")
    if figures["seconds"] < SECONDS - ROUNDING:
        missed.append(f"the soak ran for {figures['seconds']:.0f} s, promised {SECONDS}")
    return missed
