import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest

from basisdesk.domain.errors import UsageError
from basisdesk.shell import child as child_module
from basisdesk.shell.child import Child

PATIENT = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@contextlib.asynccontextmanager
async def running(source: str) -> AsyncIterator[tuple[Child, "asyncio.Task[None]"]]:
    child = Child("test", [sys.executable, "-c", source], os.environ)
    task = asyncio.create_task(child.run())
    try:
        yield child, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.asyncio
async def test_its_first_line_is_told_and_it_ends_with_the_task() -> None:
    async with running(PATIENT) as (child, _):
        assert await child.line == "up"
        pid = child.pid
        assert pid is not None
        assert alive(pid)
        assert os.getsid(pid) == pid
    assert child.pid is None
    assert not alive(pid)


@pytest.mark.asyncio
async def test_one_that_does_not_listen_is_killed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "GRACE", 0.1)
    async with running(STUBBORN) as (child, _):
        await child.line
        pid = child.pid
        assert pid is not None
        began = time.monotonic()
    assert not alive(pid)
    assert time.monotonic() - began < 2


@pytest.mark.asyncio
async def test_one_that_dies_starts_again_after_growing_pauses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(child_module, "FIRST_PAUSE", 0.01)
    pauses: list[float] = []
    enough = asyncio.Event()
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            enough.set()
        await real(0)

    monkeypatch.setattr("basisdesk.shell.child.asyncio.sleep", sleep)
    monkeypatch.setattr(child_module, "LONGEST_PAUSE", 0.07)
    with caplog.at_level(logging.WARNING):
        async with running("raise SystemExit(9)") as (child, _):
            await enough.wait()
            assert child.starts >= 4
    assert pauses[:4] == [0.02, 0.04, 0.07, 0.07]
    assert "ended with code 9" in caplog.text


@pytest.mark.asyncio
async def test_one_that_ran_for_long_starts_again_without_the_grown_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(child_module, "STEADY", 0.0)
    async with running("print('hello')") as (child, _):
        while child.starts < 3:  # noqa: ASYNC110 (nothing announces a start)
            await asyncio.sleep(0.005)


@pytest.mark.asyncio
async def test_one_that_says_it_cannot_run_is_not_started_again() -> None:
    async with running("raise SystemExit(3)") as (child, task):
        with pytest.raises(UsageError, match="the test process cannot run"):
            await task
        assert child.starts == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_it_does_not_outlive_a_parent_that_is_killed_outright() -> None:
    source = (
        "import asyncio, os, sys\n"
        "from basisdesk.shell.child import Child\n"
        "async def main():\n"
        f"    child = Child('test', [sys.executable, '-c', {PATIENT!r}], os.environ)\n"
        "    task = asyncio.ensure_future(child.run())\n"
        "    await child.line\n"
        "    print(child.pid, flush=True)\n"
        "    await task\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.read()  # the child held the other end open
    deadline = time.monotonic() + 10
    while _running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _running(pid)


def _running(pid: int) -> bool:
    """Whether the process is there and no zombie that nobody has buried."""
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 (short)
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
