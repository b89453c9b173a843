"""Answers that are not files: health, readiness, and what to do when the terminal is not built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse

from basisdesk.web.files import NOT_BUILT

if TYPE_CHECKING:
    from django.core.handlers.asgi import ASGIRequest


async def not_built(_request: ASGIRequest) -> HttpResponse:
    """Say how to build the terminal; reached only while there is no index.html."""
    return HttpResponse(NOT_BUILT, content_type="text/plain; charset=utf-8", status=503)


async def healthz(_request: ASGIRequest) -> JsonResponse:
    """Say that the process lives."""
    return JsonResponse({"live": True})


async def readyz(request: ASGIRequest) -> JsonResponse:
    """Say whether the desk is connected; 503 with the reason when it is not."""
    link = request.scope["basisdesk.hub"].link
    return JsonResponse({"ready": link.desk, "reason": link.reason}, status=200 if link.desk else 503)
