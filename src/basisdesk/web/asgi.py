"""The web process as one ASGI application: pages through Django, live sockets through Channels, one hub for both.

The hub starts and ends with the server (the lifespan protocol) and travels in the scope, so that nothing is global.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from basisdesk.web.hub import Hub

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def application(hub: Hub) -> Application:
    """Build the application around a hub; Django is set up as a side effect."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "basisdesk.web.settings")
    from django.core.asgi import get_asgi_application

    pages = cast("Application", get_asgi_application())
    from basisdesk.web.routing import sockets

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope = {**scope, "basisdesk.hub": hub}
        match scope["type"]:
            case "lifespan":
                await _live(hub.run, receive, send)
            case "http":
                await pages(scope, receive, send)
            case _ if scope["path"] == "/ws":
                await sockets(scope, receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1008})

    return app


async def _live(run: Callable[[], Awaitable[None]], receive: Receive, send: Send) -> None:
    await receive()
    task = asyncio.ensure_future(run())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await send({"type": "lifespan.shutdown.complete"})
