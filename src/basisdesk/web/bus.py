"""The web process's end of the local socket to the desk.

Frames are those of `basisdesk.domain.stream`.
A desk that vanishes, sends nonsense, or stops reading what we send is one and the same case: `Lost`, with a sentence
for the page.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import BasisdeskError
from basisdesk.domain.stream import Command, Said, frame_length, pack, unpack_said

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_HEADER = 4
_UNREAD_LIMIT = 1024 * 1024


class Lost(BasisdeskError):  # noqa: N818 (reads as what happened)
    """The desk cannot be reached or went away."""


class Wire:
    """One connection to the desk."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, command: Command) -> None:
        """Pass a command to the desk.

        Raises:
            Lost: the connection is closing, or the desk has not read for so long that commands pile up.
        """
        if self._writer.is_closing():
            raise Lost("the desk has closed the connection")
        if self._writer.transport.get_write_buffer_size() > _UNREAD_LIMIT:
            raise Lost("the desk has stopped reading")
        self._writer.write(pack(command))

    async def said(self) -> AsyncIterator[Said]:
        """Yield what the desk says until it goes away.

        Raises:
            Lost: the desk went away or sent something that is no frame.
        """
        while True:
            try:
                header = await self._reader.readexactly(_HEADER)
                yield unpack_said(await self._reader.readexactly(frame_length(header)))
            except (asyncio.IncompleteReadError, OSError) as error:
                raise Lost("the desk has closed the connection") from error
            except (msgspec.DecodeError, ValueError) as error:
                raise Lost(f"the desk sent something that is no message: {error}") from error

    def close(self) -> None:
        """End the connection at once: a desk that does not read would never take what is still to be sent."""
        self._writer.transport.abort()


async def connect(path: Path) -> Wire:
    """Open the desk's local socket.

    Raises:
        Lost: nobody listens there.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=1024 * 1024)
    except OSError as error:
        raise Lost(f"no desk listens on {path} ({error.strerror or error})") from error
    return Wire(reader, writer)
