"""Start the web process: ``python -m basisdesk.web``.

The address is printed once the port is ours, so that whoever starts the process can wait for that line.
"""

from __future__ import annotations

import os
import socket
import sys

from basisdesk.domain.errors import ConfigurationError
from basisdesk.web.options import Options, address, read_options

_BACKLOG = 128
_LARGEST_FRAME = 64 * 1024


def main() -> int:
    """Serve until stopped; 3 when the configuration does not allow it."""
    try:
        options = read_options(os.environ)
        listener = _listen(options)
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 (the one sentence a person sees)
        return 3
    with listener:
        return _serve(options, listener)


def _listen(options: Options) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        where = address(options.host, options.port)
        raise ConfigurationError(
            f"{where} cannot be opened ({error.strerror}): another program may use the port; set BASISDESK_PORT",
        ) from error
    return listener


def _serve(options: Options, listener: socket.socket) -> int:
    import uvicorn

    from basisdesk.web.asgi import application
    from basisdesk.web.hub import Hub
    from basisdesk.web.secret import install_key

    try:
        install_key()
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 (as above)
        return 3
    config = uvicorn.Config(
        application(Hub(options.bus)),
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=_LARGEST_FRAME,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    print(f"terminal on {address(options.host, listener.getsockname()[1])}", flush=True)  # noqa: T201 (as above)
    uvicorn.Server(config).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
