"""The built terminal, served by the web process itself.

WhiteNoise reads the build folder once at start and answers with content types, caching and conditional requests; the
names under ``assets/`` carry a hash of their content and are cached for ever.
Its answers are turned into plain responses here because the server is asynchronous and the files are small.
When the terminal has not been built, every page says which command builds it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.decorators import async_only_middleware
from whitenoise import WhiteNoise  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest

TERMINAL = Path(__file__).parent / "static" / "terminal"
NOT_BUILT = (
    "The terminal has not been built yet. In the checkout, run `make demo`, or build it alone with\n\n"
    "    cd ui && npm ci && npm run build\n\nand start the web process again.\n"
)


@async_only_middleware
def terminal_files(
    answer: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    """Answer for the files of the built terminal, and pass every other request on."""
    root = str(TERMINAL) if TERMINAL.is_dir() else None
    shelf = WhiteNoise(
        None, root=root, index_file=True, max_age=0, allow_all_origins=False, immutable_file_test=_is_hashed
    )

    async def served(request: HttpRequest) -> HttpResponse:
        file = shelf.files.get(request.path_info)
        if file is None:
            return await answer(request)
        found = file.get_response(request.method, request.META)
        content = b"" if found.file is None else found.file.read()
        if found.file is not None:
            found.file.close()
        response = HttpResponse(content, status=int(found.status))
        del response.headers["Content-Type"]
        for name, value in found.headers:
            response.headers[name] = value
        return response

    return served


def _is_hashed(_path: str, url: str) -> bool:
    return url.startswith("/assets/")
