"""Keeps the tasks of the live desk alive, or says that they are not.

A task that ends without being asked to is a fault, whether it raised or simply returned: it is logged with its reason,
told to whoever started it, and started again after a pause.
Nothing that runs here can end silently, and nothing is left running when the block is left.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from basisdesk.shell.live.backoff import Backoff

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from basisdesk.shell.live.clock import Clock

_log = logging.getLogger(__name__)
STEADY = 60 * 1_000_000_000
"""A task that ran this long (ns) is started again without a grown pause."""


class Supervisor:
    """Use as ``async with Supervisor(...) as supervisor``; tasks live until the block is left."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._group: asyncio.TaskGroup | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.deaths: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        group, self._group = self._group, None
        for task in list(self._tasks.values()):
            task.cancel()
        if group is not None:
            # The block's own error goes on as it is: a group would wrap it.
            await group.__aexit__(None, None, None)

    @property
    def running(self) -> list[str]:
        """Names of the tasks that are kept alive."""
        return list(self._tasks)

    def start(
        self,
        name: str,
        work: Callable[[], Coroutine[object, object, None]],
        died: Callable[[str], None] | None = None,
    ) -> None:
        """Keep `work()` running under a name of its own; `died` hears why it ended, each time that it does.

        Raises:
            RuntimeError: outside the block, or the name is taken.
        """
        if self._group is None or name in self._tasks:
            raise RuntimeError(f"task {name!r} cannot be started: " + ("it runs" if self._group else "not running"))
        task = self._tasks[name] = self._group.create_task(self._keep(name, work, died), name=name)
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def stop(self, name: str) -> None:
        """End one task and wait until it has ended."""
        task = self._tasks.get(name)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _keep(
        self, name: str, work: Callable[[], Coroutine[object, object, None]], died: Callable[[str], None] | None
    ) -> None:
        backoff = Backoff(self._rng)
        while True:
            began = self._clock.now()
            try:
                await work()
                reason = "it ended by itself"
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                reason = "something that it waited for was cancelled"
            except Exception as error:  # noqa: BLE001 (whatever it is, it must not pass unseen)
                _log.exception("task %s died", name)
                reason = f"{type(error).__name__}: {error}"
            if self._clock.now() - began > STEADY:
                backoff.reset()
            pause = backoff.pause()
            self.deaths[name] = self.deaths.get(name, 0) + 1
            _log.error("task %s: %s; it starts again in %.1f s", name, reason, pause / 1e9)
            if died is not None:
                died(reason)
            await self._clock.sleep(pause)
