"""The web application in this process: Django set up once, and a desk's end of the bus that a test speaks for."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Self

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "basisdesk.web.settings")

import django

django.setup()

from basisdesk.domain.stream import Command, Said, frame_length, pack, unpack_command  # noqa: E402 (after set-up)
from basisdesk.web.hub import Hub  # noqa: E402 (after set-up)

if TYPE_CHECKING:
    from pathlib import Path


class Desk:
    """A desk's end of the bus: `said` what it tells, `heard` what it was asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.hub = Hub(path)
        self.heard: list[Command] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        await self.appear()
        self._task = asyncio.ensure_future(self.hub.run())
        await until(lambda: self.hub.link.desk)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.vanish()

    async def appear(self) -> None:
        self._server = await asyncio.start_unix_server(self._client, path=self.path)

    async def vanish(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        self.path.unlink(missing_ok=True)
        await asyncio.sleep(0)

    def say(self, *said: Said) -> None:
        for writer in self._writers:
            writer.write(b"".join(pack(one) for one in said))

    def babble(self, raw: bytes) -> None:
        for writer in self._writers:
            writer.write(raw)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            while True:
                header = await reader.readexactly(4)
                self.heard.append(unpack_command(await reader.readexactly(frame_length(header))))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def until(true: object, limit: float = 15.0) -> None:
    """Wait until the callable says so."""
    assert callable(true)
    async with asyncio.timeout(limit):
        while not true():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.005)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk that a test starts with `async with desk`."""
    return Desk(tmp_path / "bus")
