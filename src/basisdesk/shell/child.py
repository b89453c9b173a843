"""A process of our own that must live while we do: started, restarted when it dies, ended with us.

It runs in a session of its own, so that Ctrl+C in the terminal reaches only the parent, which ends it in order; where
the system can (Linux), it is told to end when the parent is killed outright.
A child that says it cannot run (a chosen exit code) is not started again; one that dies for any other reason is, after
a pause that doubles with every death that follows too soon.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import signal
import sys
import time
from typing import TYPE_CHECKING

from basisdesk.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
STEADY = 30.0
"""A child that ran this many seconds starts again without the doubled pause."""
LONGEST_LINE = 1024 * 1024
GRACE = 1.0
HOPELESS = 3
"""The exit code by which a child says that starting it again is of no use."""
_PR_SET_PDEATHSIG = 1
_log = logging.getLogger(__name__)


class Child:
    """One supervised process; `line` is completed with the first line that it prints."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._process: asyncio.subprocess.Process | None = None
        self.line: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def run(self) -> None:
        """Keep the process running until cancelled; then end it.

        Raises:
            UsageError: it said that it cannot run.
        """
        pause = FIRST_PAUSE
        try:
            while True:
                began = time.monotonic()
                code = await self._live()
                if code == HOPELESS:
                    raise UsageError(f"the {self._name} process cannot run; its reason is above")
                pause = FIRST_PAUSE if time.monotonic() - began > STEADY else min(LONGEST_PAUSE, 2 * pause)
                _log.warning("the %s process ended with code %s; it starts again in %.1f s", self._name, code, pause)
                await asyncio.sleep(pause)
        finally:
            await self._end()

    async def _live(self) -> int:
        self.starts += 1
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # the parent has one thread, so this is safe, and prctl has no other place
        )
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            text = raw.decode(errors="replace").rstrip()
            _log.debug("%s: %s", self._name, text)
            if not self.line.done():
                self.line.set_result(text)
        return await self._process.wait()

    async def _end(self) -> None:
        if self.pid is None:
            return
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), GRACE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
