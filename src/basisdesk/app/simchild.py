"""The simulator as a child process of the demo: started with the desk, ended with it.

It is told to stop when the desk leaves the block, and when the desk dies without a word it notices that its input has
ended.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from typing import Self

from basisdesk.domain.errors import UsageError

STARTS_WITHIN = 30.0
ENDS_WITHIN = 5.0


class SimulatorChild:
    """`with SimulatorChild(seed, start) as child`; it starts while the desk prepares itself."""

    def __init__(self, seed: int, start: int, venues: str = "") -> None:
        """`start` is when the market opens (ns UTC)."""
        arguments = ["--seed", f"{seed}", "--start", f"{start}", "--venues", venues, "--json", "--until-closed"]
        command = [sys.executable, "-m", "basisdesk", "sim", "serve", *arguments]
        self._process = subprocess.Popen(  # noqa: S603 (our own command)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def control(self) -> str:
        """Return the control address, as soon as the simulator has printed it.

        Raises:
            UsageError: it does not in time.
        """
        stdout = self._process.stdout
        assert stdout is not None
        ready, _, _ = select.select([stdout], [], [], STARTS_WITHIN)
        line = stdout.readline() if ready else b""
        if not line:
            raise UsageError("the simulated venues did not start; `basisdesk sim serve` says why")
        return str(json.loads(line)["control"])
