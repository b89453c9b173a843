"""Order latency on loopback: from the trigger to the first byte of an order at the server, all contenders in one run.

Contenders take turns, a batch each; the first batch of each warms up and is not counted.
Both ends read the machine's monotonic clock, so the times of two processes can be subtracted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
OTHERS = BENCH.parent / ".venv-bench" / "bin" / "python"
BATCHES = 20
BATCH = 51
WARM = 50
ROWS: dict[str, tuple[Path | str, list[str]]] = {
    "durable": (sys.executable, ["orders_basisdesk.py", "disk", "http"]),
    "memory": (sys.executable, ["orders_basisdesk.py", "memory", "http"]),
    "durable socket": (sys.executable, ["orders_basisdesk.py", "disk", "ws"]),
    "memory socket": (sys.executable, ["orders_basisdesk.py", "memory", "ws"]),
    "ccxt": (OTHERS, ["orders_ccxt.py", "async"]),
    "ccxt plain": (OTHERS, ["orders_ccxt.py", "plain"]),
}
"""By row: the program and its arguments, the ports to be put between them."""


class Worker:
    """One contender's process."""

    def __init__(self, name: str, ports: dict[str, int]) -> None:
        python, (script, *words) = ROWS[name]
        self.failure = ""
        self._process = subprocess.Popen(
            [str(python), str(BENCH / script), json.dumps(ports), *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=BENCH,
        )  # fmt: skip

    def batch(self, count: int) -> dict[str, int]:
        """Send so many orders; return the time of each trigger by client id."""
        if self.failure or self._process.stdin is None or self._process.stdout is None:
            return {}
        try:
            self._process.stdin.write(f"{count}\n")
            self._process.stdin.flush()
            return dict(json.loads(self._process.stdout.readline()))
        except (BrokenPipeError, json.JSONDecodeError):
            lines = self._process.stderr.read().strip().splitlines() if self._process.stderr else []
            self.failure = lines[-1] if lines else "the worker ended"
            return {}

    def end(self) -> None:
        """Close its input, which ends it."""
        self._process.communicate(timeout=60)


def stamps(port: int) -> dict[str, int]:
    """Return when orders arrived, by client id."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stamps", timeout=10) as answer:
        return dict(json.loads(answer.read()))


def orders(*, others: bool = True) -> dict[str, Any]:
    """Measure every row; `others` says whether the contenders' environment is there."""
    server = subprocess.Popen(
        [sys.executable, str(BENCH / "order_server.py")], stdout=subprocess.PIPE, text=True, cwd=BENCH
    )
    assert server.stdout is not None
    ports = json.loads(server.stdout.readline())
    workers = {name: Worker(name, ports) for name in ROWS if others or not name.startswith("ccxt")}
    taken: dict[str, list[float]] = {name: [] for name in workers}
    try:
        for number in range(BATCHES + 1):
            for name, worker in workers.items():
                began = worker.batch(BATCH if number else WARM)
                arrived = stamps(ports["http"])
                if number:
                    taken[name] += [(arrived[key] - at) / 1000 for key, at in began.items()]
        for worker in workers.values():
            worker.end()
    finally:
        server.terminate()
        server.wait()
    rows = {name: figures(times) for name, times in taken.items() if times}
    return {"rows": rows, "failures": {name: worker.failure for name, worker in workers.items() if worker.failure}}


def figures(times: list[float]) -> dict[str, float]:
    """Return how many there are, and median and p99 in µs."""
    ordered = sorted(times)
    return {"count": len(ordered), "p50": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)]}


if __name__ == "__main__":
    print(json.dumps(orders(), indent=2))
