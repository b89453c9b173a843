"""Where the orders of the latency benchmark arrive: stamps the first byte of each by the machine's monotonic clock.

One process answers Binance's USD-M order over HTTP and over its WebSocket API as the venue refuses an order for want
of margin, so that nothing has to be tidied up afterwards.
It never sleeps while it serves: a process that sleeps is woken some hundred microseconds later on a virtual machine, as
chance has it, and that would be stamped instead of the byte.
``GET /stamps`` returns what was stamped so far, by client id, and forgets it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import time

REFUSED = b'{"code":-2019,"msg":"Margin is insufficient."}'
ID = re.compile(rb'newClientOrderId(?:=|":")([\w-]+)')
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
KEY = re.compile(rb"sec-websocket-key: *(\S+)", re.IGNORECASE)
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
FINAL, TEXT, CLOSE, LONG = 0x80, 1, 8, 126
"""The bit of a last frame, kinds of frames, and the length that says that two bytes of length follow (RFC 6455)."""
stamps: dict[str, int] = {}


def stamp(text: bytes, at: int) -> None:
    """Note when the order in this text began to arrive."""
    found = ID.search(text)
    if found is not None:
        stamps[found.group(1).decode()] = at


class Http(asyncio.Protocol):
    """One kept-alive connection of a client that sends a request and waits for its answer."""

    def __init__(self) -> None:
        self._wire: asyncio.WriteTransport | None = None
        self._held = b""
        self._first = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the wire."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._wire = transport

    def data_received(self, data: bytes) -> None:
        """Stamp the first byte of a request; answer when it is whole."""
        now = time.monotonic_ns()
        if not self._held:
            self._first = now
        self._held += data
        head, gap, body = self._held.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not gap or len(body) < (int(length.group(1)) if length else 0):
            return
        self._held = b""
        status, answer = "400 Bad Request", REFUSED
        if head.startswith(b"GET /stamps"):
            status, answer = "200 OK", json.dumps(stamps).encode()
            stamps.clear()
        else:
            stamp(head + body, self._first)
        headers = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        assert self._wire is not None
        self._wire.write(headers.encode() + answer)


class Socket(asyncio.Protocol):
    """One connection of the venue's WebSocket API; read by hand, so that its bytes are stamped where HTTP's are."""

    def __init__(self) -> None:
        self._wire: asyncio.WriteTransport | None = None
        self._held = b""
        self._first = 0
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the wire."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._wire = transport

    def data_received(self, data: bytes) -> None:
        """Stamp the first byte of a frame, and refuse the order that is in it; a close is answered with the end."""
        now = time.monotonic_ns()
        if not self._held:
            self._first = now
        self._held += data
        assert self._wire is not None
        if not self._open:
            head, gap, rest = self._held.partition(b"\r\n\r\n")
            key = KEY.search(head)
            if not gap or key is None:
                return
            self._open, self._held = True, rest
            accept = base64.b64encode(hashlib.sha1(key.group(1) + GUID, usedforsecurity=False).digest())
            self._wire.write(SWITCH + accept + b"\r\n\r\n")
        while (frame := taken(self._held)) is not None:
            kind, text, self._held = frame
            self._first, first = now, self._first
            if kind == CLOSE:
                self._wire.close()
            elif kind == TEXT:
                stamp(text, first)
                answer = {"id": json.loads(text)["id"], "status": 400, "error": json.loads(REFUSED)}
                body = json.dumps(answer).encode()
                self._wire.write(bytes((FINAL | TEXT, len(body))) + body)  # shorter than 126 bytes


def taken(held: bytes) -> tuple[int, bytes, bytes] | None:
    """Return kind and text of the first masked frame, and what follows it; None while it is not whole."""
    if len(held) < 2:  # noqa: PLR2004 (the head of a frame)
        return None
    length, at = held[1] & 0x7F, 2
    if length == LONG:
        length, at = int.from_bytes(held[2:4], "big"), 4
    end = at + 4 + length
    if len(held) < end:
        return None
    mask, body = held[at : at + 4], held[at + 4 : end]
    return held[0] & 0xF, bytes(byte ^ mask[place & 3] for place, byte in enumerate(body)), held[end:]


async def serve() -> None:
    """Listen, print both ports, and look for bytes without ever sleeping, until ended from outside."""
    http = await asyncio.get_running_loop().create_server(Http, "127.0.0.1", 0)
    sockets = await asyncio.get_running_loop().create_server(Socket, "127.0.0.1", 0)
    ports = {"http": http.sockets[0].getsockname()[1], "ws": sockets.sockets[0].getsockname()[1]}
    print(json.dumps(ports), flush=True)
    while True:  # noqa: ASYNC110 (it is not to sleep: see the module)
        await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(serve())
