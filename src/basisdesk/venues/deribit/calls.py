"""A call as JSON-RPC knows it: a method and parameters by name, the same over HTTP and over a WebSocket.

Over HTTP the method is the end of the path and the parameters are its query, in the order given, which is signed.
Over a WebSocket they are a JSON object, where amounts and prices are numbers and never text; they are written in plain
digits from the decimal itself, so nothing is lost in a float.
A request must stay below 32 kB.
Followed: https://docs.deribit.com/articles/json-rpc-overview.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from basisdesk.domain.arithmetic import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = str | int | bool | Decimal
Params = tuple[tuple[str, Value], ...]
ROOT = "/api/v2/"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call.

    Attributes:
        method: such as ``private/buy``.
        params: by name, in the order in which they are signed.
        costs: (bucket, units).
        changes: whether it can change anything.
        expires: ns after which the venue does not take it any more, None where it cannot be limited.
    """

    method: str
    params: Params = ()
    costs: tuple[tuple[str, float], ...] = ()
    changes: bool = False
    expires: int | None = None

    @property
    def private(self) -> bool:
        """Whether it needs a key."""
        return self.method.startswith("private/")


def path_of(method: str, params: Params) -> str:
    """Return path and query."""
    query = "&".join(f"{name}={quote(_text(value), safe='')}" for name, value in params)
    return f"{ROOT}{method}?{query}" if query else f"{ROOT}{method}"


def frame_of(number: int, method: str, params: Params) -> bytes:
    """Return the JSON text of a call with this request number."""
    return msgspec.json.encode(
        {"jsonrpc": "2.0", "id": number, "method": method, "params": {name: _json(value) for name, value in params}}
    )


def channels_frame(number: int, method: str, channels: Sequence[str]) -> bytes:
    """Return the JSON text of a call that names channels."""
    return msgspec.json.encode(
        {"jsonrpc": "2.0", "id": number, "method": method, "params": {"channels": list(channels)}}
    )


def _text(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain(value)
        case _:
            return str(value)


def _json(value: Value) -> str | int | bool | msgspec.Raw:
    return msgspec.Raw(plain(value).encode()) if isinstance(value, Decimal) else value
