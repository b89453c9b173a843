"""Addresses of live sockets."""

from channels.routing import URLRouter  # type: ignore[import-untyped]
from django.urls import path

from basisdesk.web.consumers import TerminalConsumer

sockets = URLRouter([path("ws", TerminalConsumer.as_asgi())])
