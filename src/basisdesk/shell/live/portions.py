"""Keeps what is read from a connection at once small.

The WebSocket library makes a connection's buffer twice as large whenever a read fills it, and never smaller again.
After the desk was held up every socket has much to say: each such moment would leave buffers behind that are as large
as the system's own, and from then on a single read brings thousands of messages that nobody else can come between.
Read in portions, the buffer stays as small as the largest message allows, and a turn ends where the transport ends it
(a quarter of a megabyte).
Reading is not paused for a shorter turn: over TLS the transport may forget what it has decrypted already, or fail.
"""

from __future__ import annotations

import asyncio
from typing import cast

PORTION = 32 * 1024
"""The most that one read brings, bytes."""
BUFFER = 2 * PORTION
"""What the library's buffer begins with: a portion behind the beginning of a usual message does not fill it."""


class Portions(asyncio.BufferedProtocol):
    """Stands between a transport and its protocol, and gives room for one portion at a time."""

    def __init__(self, protocol: asyncio.BufferedProtocol) -> None:
        self._buffer = protocol.get_buffer
        # Bound once: what was read goes straight to the protocol, and so does everything else.
        self.buffer_updated = protocol.buffer_updated  # type: ignore[method-assign]
        self.eof_received = protocol.eof_received  # type: ignore[method-assign]
        self.connection_lost = protocol.connection_lost  # type: ignore[method-assign]
        self.pause_writing = protocol.pause_writing  # type: ignore[method-assign]
        self.resume_writing = protocol.resume_writing  # type: ignore[method-assign]

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next portion goes."""
        return memoryview(self._buffer(sizehint))[:PORTION]


def portioned(transport: asyncio.Transport) -> None:
    """Let a transport whose protocol takes buffers read in portions from now on."""
    transport.set_protocol(Portions(cast("asyncio.BufferedProtocol", transport.get_protocol())))
