import asyncio
import logging
import random

import pytest
from tests.shell.live.fakes import QuickClock, settle

from basisdesk.shell.live.supervisor import STEADY, Supervisor


@pytest.mark.asyncio
async def test_a_task_that_dies_is_told_and_started_again(caplog: pytest.LogCaptureFixture) -> None:
    clock, deaths, starts = QuickClock(), list[str](), 0

    async def work() -> None:
        nonlocal starts
        starts += 1
        if starts < 3:
            raise ArithmeticError(f"fault {starts}")
        await asyncio.Event().wait()

    with caplog.at_level(logging.ERROR):
        async with Supervisor(clock, random.Random(1)) as supervisor:
            supervisor.start("feed", work, deaths.append)
            await settle()
            assert supervisor.running == ["feed"]
    assert starts == 3
    assert deaths == ["ArithmeticError: fault 1", "ArithmeticError: fault 2"]
    assert supervisor.deaths == {"feed": 2}
    assert all(2_000_000_000 <= pause <= 6_000_000_000 for pause in clock.slept)
    assert "fault 1" in caplog.text


@pytest.mark.asyncio
async def test_a_task_that_simply_ends_has_died_too() -> None:
    clock, deaths = QuickClock(), list[str]()

    async def work() -> None:
        if deaths:
            await asyncio.Event().wait()

    async with Supervisor(clock, random.Random(1)) as supervisor:
        supervisor.start("feed", work, deaths.append)
        await settle()
    assert deaths == ["it ended by itself"]


@pytest.mark.asyncio
async def test_something_cancelled_inside_a_task_does_not_end_it_silently() -> None:
    clock, deaths = QuickClock(), list[str]()

    async def work() -> None:
        if deaths:
            await asyncio.Event().wait()
        inner = asyncio.ensure_future(asyncio.sleep(10))
        inner.cancel()
        await inner

    async with Supervisor(clock, random.Random(1)) as supervisor:
        supervisor.start("feed", work, deaths.append)
        await settle()
    assert deaths == ["something that it waited for was cancelled"]


@pytest.mark.asyncio
async def test_leaving_the_block_ends_every_task_in_order() -> None:
    ended = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    async with Supervisor(QuickClock(), random.Random(1)) as supervisor:
        supervisor.start("a", lambda: work("a"))
        supervisor.start("b", lambda: work("b"))
        await settle()
        await supervisor.stop("a")
        await supervisor.stop("a")
        assert (ended, supervisor.running) == (["a"], ["b"])
    assert ended == ["a", "b"]
    assert supervisor.running == []


@pytest.mark.asyncio
async def test_a_fault_of_the_block_goes_on_as_it_is_and_every_task_ends() -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    async def fail() -> None:
        async with Supervisor(QuickClock(), random.Random(1)) as supervisor:
            supervisor.start("a", work)
            await settle()
            raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        await fail()
    assert ended == [1]


@pytest.mark.asyncio
async def test_names_are_unique_and_only_a_running_supervisor_starts_tasks() -> None:
    supervisor = Supervisor(QuickClock(), random.Random(1))

    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="not running"):
        supervisor.start("a", work)
    async with supervisor:
        supervisor.start("a", work)
        with pytest.raises(RuntimeError, match="it runs"):
            supervisor.start("a", work)


@pytest.mark.asyncio
async def test_a_task_that_ran_long_is_started_again_soon() -> None:
    clock, starts = QuickClock(), 0

    async def work() -> None:
        nonlocal starts
        starts += 1
        if starts == 40:
            await asyncio.Event().wait()
        clock.time += STEADY + 1

    async with Supervisor(clock, random.Random(1)) as supervisor:
        supervisor.start("a", work)
        await settle(200)
    assert starts == 40
    assert max(clock.slept) <= 3_000_000_000
