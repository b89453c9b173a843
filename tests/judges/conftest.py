"""Clients that others wrote, against the simulator, unchanged but for the base URL.

They run in an environment of their own (`make judges`); the simulator runs in the desk's.
`src` is put on the path so that our codecs' signed requests can be compared with theirs; they need no more than isal
and msgspec.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src"))

DESK = ROOT / ".venv" / "bin" / "python"
STARTS_WITHIN = 60


class Simulator:
    """A running `basisdesk sim serve`; `told` is what it printed: addresses, keys, the control address."""

    def __init__(self, venues: str, *more: str) -> None:
        self.process = subprocess.Popen(
            [str(DESK), "-m", "basisdesk", "sim", "serve", "--venues", venues, "--json", *more],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], STARTS_WITHIN)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            raise AssertionError(f"the simulator of {venues} printed nothing within {STARTS_WITHIN} s")
        self.told: dict[str, Any] = json.loads(line)

    def url(self, venue: str, host: str = "") -> str:
        """Return an address of a venue (``http://127.0.0.1:PORT``); it has several where paths collide."""
        hosts: dict[str, str] = self.told["venues"][venue]
        return hosts[host] if host else next(iter(hosts.values()))

    def key(self, venue: str, rights: str = "trade") -> dict[str, str]:
        """Return key, secret and passphrase of the account with these rights."""
        found: dict[str, str] = self.told["keys"][venue][rights]
        return found

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="session")
def simulator() -> Iterator[Callable[[str], Simulator]]:
    """Give the running simulator of one venue, started when first asked for."""
    running: dict[str, Simulator] = {}

    def of(venue: str) -> Simulator:
        if venue not in running:
            running[venue] = Simulator(venue)
        return running[venue]

    yield of
    for one in running.values():
        one.stop()
