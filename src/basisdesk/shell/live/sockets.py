"""WebSocket connections.

Messages are handed over whole: fragments are put together under the same limit as a single frame, and a frame that
cannot stand where it stands ends the connection, because nobody can tell what was meant.
No compression is offered, so a frame that claims to be compressed is a breach of the protocol.
Pings of the other side are answered unless it leaves the answers unread, which would fill the memory; a close is
answered and ends the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from picows import (
    WSCloseCode,
    WSError,
    WSFrame,
    WSHandshakeError,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,
)

from basisdesk.shell.live.portions import BUFFER, portioned
from basisdesk.shell.live.transport import CONNECT_TIMEOUT, LARGEST_BODY, NotSent
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import again_at

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from basisdesk.shell.live.routes import Routes
    from basisdesk.shell.live.transport import Listener


MOST_UNREAD = 1024 * 1024
"""Bytes that the other side may leave unread before its pings are no sign of life."""
_DATA = (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION)


class Connection(WSListener):  # the library takes nothing but a kind of its own listener
    """One connection: frames in, whole messages out to the listener."""

    def __init__(self, listener: Listener, now: Callable[[], int], largest: int) -> None:
        super().__init__()
        self._listener = listener
        self._now = now
        self._largest = largest
        self._parts = bytearray()
        self._begun = False
        self._reason = "the connection was lost"
        self._wire: WSTransport | None = None
        self.ending: asyncio.Task[None] | None = None

    def send(self, frame: bytes) -> None:
        """Send a text frame."""
        if self._wire is not None:
            self._wire.send(WSMsgType.TEXT, frame)

    def close(self) -> None:
        """Close it now."""
        self._end(WSCloseCode.OK, "closed by us")

    async def watch(self, wire: WSTransport) -> None:
        """Wait for the end and tell it, with the library's reason where it has one."""
        try:
            await wire.wait_disconnected()
        except (WSError, OSError) as error:
            self._reason = f"{_words(error)}"
        finally:
            self._listener.closed(self._reason)

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Keep the wire."""
        self._wire = transport
        portioned(transport.underlying_transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a frame."""
        kind = frame.msg_type
        if transport.is_close_frame_sent or frame.payload_size > self._largest:
            return  # the library still hands over what it has refused already
        if frame.rsv1:
            self._end(WSCloseCode.PROTOCOL_ERROR, "a compressed frame came though no compression was agreed on")
        elif kind in (WSMsgType.TEXT, WSMsgType.BINARY) and frame.fin and not self._begun:
            self._listener.heard(frame.get_payload_as_bytes(), self._now())
        elif kind is WSMsgType.CLOSE:
            code, words = frame.get_close_code(), frame.get_close_message()
            text = bytes(words or b"").decode(errors="replace")[:MESSAGE_LENGTH]
            self._end(WSCloseCode.OK, f"closed by the venue: {getattr(code, 'value', code)} {text}".rstrip())
        elif (kind is WSMsgType.CONTINUATION) is self._begun and kind in _DATA:
            self._collect(frame)
        elif kind in _DATA:
            self._end(WSCloseCode.PROTOCOL_ERROR, "a fragment came that belongs to no message")
        elif kind is WSMsgType.PING:
            self._answer(transport, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 (the library's call)
        """Forget the wire; `watch` tells that it is over."""
        self._wire = None
        self._parts.clear()

    def _answer(self, transport: WSTransport, ping: WSFrame) -> None:
        if transport.underlying_transport.get_write_buffer_size() > MOST_UNREAD:
            self._end(WSCloseCode.GOING_AWAY, "the other side pings, and reads no answer")
        else:
            transport.send_pong(ping.get_payload_as_bytes())

    def _collect(self, frame: WSFrame) -> None:
        """Take a fragment."""
        if len(self._parts) + frame.payload_size > self._largest:
            self._end(WSCloseCode.MESSAGE_TOO_BIG, f"a message is larger than {self._largest:,} bytes")
            return
        self._parts += frame.get_payload_as_bytes()
        self._begun = not frame.fin
        if frame.fin:
            message = bytes(self._parts)
            self._parts.clear()
            self._listener.heard(message, self._now())

    def _end(self, code: WSCloseCode, reason: str) -> None:
        if self._wire is None or self._wire.is_disconnected:
            return
        self._reason = reason
        self._wire.send_close(code)
        self._wire.disconnect(graceful=False)


async def open_socket(
    routes: Routes,
    url: str,
    headers: Sequence[tuple[str, str]],
    listener: Listener,
    now: Callable[[], int],
    context: ssl.SSLContext,
    largest: int = LARGEST_BODY,
    abandoned: dict[asyncio.Future[None], None] | None = None,
) -> Connection:
    """Open a connection; raises NotSent when that fails, whatever the reason.

    Who is cancelled meanwhile leaves the closing of what was begun in `abandoned`, because the library drops it open.
    """
    routed = routes.url(url)
    connection = Connection(listener, now, largest)
    opening = asyncio.ensure_future(
        ws_connect(
            lambda: connection,
            routed,
            ssl_context=context,
            websocket_handshake_timeout=CONNECT_TIMEOUT,
            enable_auto_pong=False,
            max_frame_size=largest,
            extra_headers=list(headers),
            max_redirects=0,
            read_buffer_init_size=BUFFER,
        )
    )
    try:
        wire, _ = await asyncio.shield(opening)
    except asyncio.CancelledError:
        closing = asyncio.ensure_future(_close(opening))
        if abandoned is not None:
            abandoned[closing] = None
            closing.add_done_callback(lambda _: abandoned.pop(closing, None))
        raise
    except WSHandshakeError as error:
        told = error.response
        if told is None:
            raise NotSent(f"no connection: {_words(error)}") from error
        again = again_at({"retry-after": told.headers.get("retry-after", "")}, 0, 0)
        raise NotSent(f"no connection: {_words(error)}", int(told.status), again) from error
    except (WSError, OSError, TimeoutError, ValueError) as error:
        raise NotSent(f"no connection: {_words(error)}") from error
    connection.ending = asyncio.ensure_future(connection.watch(wire))
    return connection


async def _close(opening: asyncio.Future[tuple[WSTransport, WSListener]]) -> None:
    """Wait for a connection that nobody wants any more, and close it."""
    with contextlib.suppress(WSError, OSError, TimeoutError, ValueError):
        wire, _ = await opening
        wire.disconnect(graceful=False)
        await wire.wait_disconnected()


def _words(error: Exception) -> str:
    return (f"{error}" or type(error).__name__)[:MESSAGE_LENGTH]
