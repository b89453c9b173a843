"""Measure in one run, as ratios: `make bench`.

Contenders take turns round by round, so that a slow minute of the machine hits all of them; medians are reported.
ccxt and NautilusTrader live in an environment of their own (`.venv-bench`, locked with hashes), made on first use;
where one does not install, its column says so and the rest is measured all the same.
Writes `bench/results/latest.json` and the table in `docs/benchmarks.md`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import venue_frames
from basisdesk import __version__
from frames import MARKETS, ROOT, load, recorded
from orders import orders

BENCH = ROOT / "bench"
OTHERS = ROOT / ".venv-bench"
ROUNDS = 5
VENUE_ROUNDS = 9
CONTENDERS: dict[str, Path | str] = {
    "basisdesk": sys.executable,
    "ccxt": OTHERS / "bin/python",
    "nautilus": OTHERS / "bin/python",
}
MINIMUM = {
    "ccxt_ratio": 7.0,
    "venue_ratio": 5.0,
    "order_tail": 3.0,
    "book_us": 2.5,
    "touch_30_us": 0.4,
    "columnar": 10e6,
    "help_s": 0.25,
}


def others_ready() -> str:
    """Make the contenders' environment; return an empty text, or why it could not be made."""
    if (OTHERS / ".ready").exists():
        return ""
    print("basisdesk bench: installing ccxt and NautilusTrader in .venv-bench (once)", file=sys.stderr)
    steps = (
        [sys.executable, "-m", "venv", str(OTHERS)],
        [str(OTHERS / "bin/pip"), "install", "-q", "--require-hashes", "-r", str(BENCH / "requirements.lock")],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "the installation failed"
    (OTHERS / ".ready").touch()
    return ""


class Contender:
    """A worker process that answers one line a round; after a failure it says why and takes no further part."""

    def __init__(self, name: str, python: Path | str, kind: str = "books") -> None:
        self.name, self.failure = name, ""
        self.process = subprocess.Popen(
            [str(python), str(BENCH / f"{kind}_{name}.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=BENCH,
        )  # fmt: skip

    def round(self, market: str) -> float | None:
        """Run one pass and return nanoseconds per message, or None."""
        if self.failure or self.process.stdin is None or self.process.stdout is None:
            return None
        try:
            self.process.stdin.write(market + "\n")
            self.process.stdin.flush()
            return float(json.loads(self.process.stdout.readline())["ns"])
        except (BrokenPipeError, json.JSONDecodeError):
            lines = self.process.stderr.read().strip().splitlines() if self.process.stderr else []
            self.failure = lines[-1] if lines else "the worker ended"
            return None

    def end(self) -> None:
        """Close the worker's input, which ends it, and wait for it."""
        self.process.communicate(timeout=60)


def books() -> dict[str, Any]:
    """Nanoseconds per depth message of every contender on every recording, and ratios round by round."""
    problem = others_ready()
    workers = [Contender(name, python) for name, python in CONTENDERS.items() if name == "basisdesk" or not problem]
    table: dict[str, Any] = {"problem": problem, "rows": {}}
    for market in MARKETS:
        rounds: dict[str, list[float]] = {worker.name: [] for worker in workers}
        for _ in range(ROUNDS):
            for worker in workers:
                taken = worker.round(market)
                if taken is not None:
                    rounds[worker.name].append(taken)
        _, frames, real = load(market)
        bodies = (json.loads(frame)["data"] for frame in frames)
        levels = statistics.mean(len(body["b"]) + len(body["a"]) for body in bodies)
        ours = rounds["basisdesk"]
        table["rows"][market] = {
            "recorded": real,
            "messages": len(frames),
            "levels": levels,
            "us": {name: statistics.median(taken) / 1000 for name, taken in rounds.items() if taken},
            "ratio": {
                name: statistics.median(other / mine for other, mine in zip(taken, ours, strict=True))
                for name, taken in rounds.items()
                if taken and name != "basisdesk"
            },
        }
    for worker in workers:
        worker.end()
    table["failures"] = {worker.name: worker.failure for worker in workers if worker.failure}
    return table


def venues() -> dict[str, Any]:
    """Nanoseconds per message of each venue's book channel, ours and ccxt's, and the ratio round by round."""
    ready = not others_ready()
    table: dict[str, Any] = {"rows": {}, "failures": {}}
    for row in venue_frames.PLACES:
        workers = [Contender("basisdesk", sys.executable, "venues")]
        if ready and row in venue_frames.STREAMED:
            workers.append(Contender("ccxt", CONTENDERS["ccxt"], "venues"))
        rounds: dict[str, list[float]] = {worker.name: [] for worker in workers}
        for _ in range(VENUE_ROUNDS):
            for worker in workers:
                taken = worker.round(row)
                if taken is not None:
                    rounds[worker.name].append(taken)
        for worker in workers:
            worker.end()
            if worker.failure:
                table["failures"][f"{row}, {worker.name}"] = worker.failure
        frames, origin = venue_frames.load(row)
        pairs = list(zip(rounds.get("ccxt", []), rounds["basisdesk"], strict=False))
        table["rows"][row] = {
            "origin": origin,
            "messages": len(frames) - 1,
            "streamed": row in venue_frames.STREAMED,
            "us": {name: statistics.median(taken) / 1000 for name, taken in rounds.items() if taken},
            "ratio": statistics.median(other / mine for other, mine in pairs) if pairs else None,
        }
    return table


def soaked() -> dict[str, Any] | None:
    """Return what the last `make soak` here wrote, None where there was none."""
    path = BENCH / "results" / "soak.json"
    return dict(json.loads(path.read_text())) if path.exists() else None


def replay_frames() -> float | None:
    """Median frames a second of `basisdesk replay` over the three recordings, None without them."""
    files = [path for market in MARKETS if (path := recorded(market))]
    if len(files) < len(MARKETS):
        return None
    command = [sys.executable, "-m", "basisdesk", "replay", "--json", *map(str, files)]
    taken = []
    for _ in range(3):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        taken.append(float(json.loads(done.stdout)["frames_per_second"]))
    return statistics.median(taken)


def help_seconds() -> float:
    """Median wall seconds of `basisdesk --help`."""
    taken = []
    for _ in range(7):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "basisdesk", "--help"], capture_output=True, check=True)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def measure() -> dict[str, Any]:
    """Run everything and return the figures."""
    boards = subprocess.run(
        [sys.executable, str(BENCH / "boards.py")], capture_output=True, text=True, check=True, cwd=BENCH
    )
    return {
        "version": __version__,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{cpu()}, {os.cpu_count()} cores, {platform.system()}, CPython {platform.python_version()}",
        "books": books(),
        "venues": venues(),
        "orders": orders(others=not others_ready()),
        "soak": soaked(),
        "boards": json.loads(boards.stdout),
        "replay_frames_per_second": replay_frames(),
        "help_seconds": help_seconds(),
    }


def cpu() -> str:
    """Return the processor's name, or the architecture where the system does not tell."""
    cpuinfo = Path("/proc/cpuinfo")
    names = (line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line)
    return next(names, platform.machine()) if cpuinfo.exists() else platform.machine()


def main() -> int:
    """Measure, print, write; exit 1 when a figure misses what the project promises."""
    from table import markdown, misses

    figures = measure()
    (BENCH / "results").mkdir(exist_ok=True)
    (BENCH / "results" / "latest.json").write_text(json.dumps(figures, indent=2) + "\n")
    text = markdown(figures)
    (ROOT / "docs" / "benchmarks.md").write_text(text)
    print(text)
    missed = misses(figures, MINIMUM)
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
