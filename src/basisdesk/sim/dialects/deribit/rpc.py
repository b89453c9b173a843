"""JSON-RPC as the venue speaks it: requests, results, failures, and parameters with their types.

Over HTTP a request is a path and a query, whose values are all text, or a body; over a WebSocket it is always a body.
In a body a text, a truth value and a count must be what they are; amounts and prices may be written as text, because
clients that work with the venue do so.
A parameter that a method does not know is passed over, because clients that work with the venue send some.
Followed: https://docs.deribit.com/articles/json-rpc-overview and /articles/errors.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Raw, Struct, field
from msgspec.structs import replace

from basisdesk.domain.arithmetic import is_workable
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LONGEST = 32 * 1024
"""Bytes of a request."""

INVALID = (-32602, "Invalid params")
STATUS = {13009: 401, 13004: 401, 10000: 401, 13021: 403, 10028: 429}
"""HTTP status of a failure where it is not 400."""

_encode = msgspec.json.Encoder(decimal_format="number").encode
_T = TypeVar("_T")
_NOTHING = (Raw(b"null"),)


class Wrong(Exception):  # noqa: N818 (it is the answer, not an error of ours)
    """A failure with the venue's code and name; `reason` and `param` go into its data."""

    def __init__(self, code: int, message: str, reason: str = "", param: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.param = param


def invalid(param: str, reason: str = "wrong format") -> Wrong:
    """Return the failure of a parameter."""
    return Wrong(*INVALID, reason, param)


class Rpc(Struct, frozen=True):
    """A request."""

    method: str
    jsonrpc: str = ""
    number: int | str | None = field(name="id", default=None)
    params: dict[str, Raw] | None = None


_decode = msgspec.json.Decoder(Rpc).decode


def read(body: bytes, *, numbered: bool = False) -> Rpc:
    """Read a request; raises `Wrong` for what is none.

    A request over a socket has to be `numbered`; over HTTP clients that work with the venue send no number.
    """
    if len(body) > LONGEST:
        raise Wrong(-32600, "request entity too large")
    try:
        rpc = _decode(body)
    except msgspec.ValidationError as error:
        raise Wrong(-32600, "Invalid request") from error
    except UNREADABLE as error:
        raise Wrong(-32700, "Parse error") from error
    # Clients write the method with a slash in front, too.
    rpc = replace(rpc, method=rpc.method.removeprefix("/"), params=rpc.params or {})
    if rpc.jsonrpc != "2.0":
        raise Wrong(-32600, "Invalid request", "jsonrpc must be 2.0")
    if numbered and rpc.number is None:
        raise Wrong(-32600, "Invalid request", "id is missing")
    return rpc


def result(number: int | str | None, value: object, now: int) -> bytes:
    """Return the message of a result; `now` in ns."""
    return _encode(_envelope(number, now) | {"result": value})


def failure(number: int | str | None, wrong: Wrong, now: int) -> bytes:
    """Return the message of a failure."""
    told: dict[str, object] = {"message": wrong.message, "code": wrong.code}
    if wrong.reason:
        told["data"] = {"reason": wrong.reason} | ({"param": wrong.param} if wrong.param else {})
    return _encode(_envelope(number, now) | {"error": told})


def push(channel: str, data: object) -> bytes:
    """Return the message of a channel."""
    return _encode({"jsonrpc": "2.0", "method": "subscription", "params": {"channel": channel, "data": data}})


def heartbeat(kind: str) -> bytes:
    """Return a heartbeat or a test request."""
    return _encode({"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": kind}})


def _envelope(number: int | str | None, now: int) -> dict[str, object]:
    micros = now // 1000
    head: dict[str, object] = {"jsonrpc": "2.0"}
    if number is not None:
        head["id"] = number
    return head | {"usIn": micros, "usOut": micros, "usDiff": 0, "testnet": False}


class Params:
    """Parameters by name, from a query (text) or from a body (JSON), where null stands for none."""

    def __init__(self, values: Mapping[str, str] | Mapping[str, Raw]) -> None:
        self._values = {name: value for name, value in values.items() if value not in _NOTHING}

    def has(self, name: str) -> bool:
        """Whether a parameter was given at all."""
        return name in self._values

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; `Wrong` where it is missing without a default, or is none."""
        value = self._get(name, str, default)
        return value if isinstance(value, str) else self._read(name, value, str)

    def number(self, name: str) -> Decimal | None:
        """Return an amount or a price, None where it was not given."""
        value = self._values.get(name)
        if value is None:
            return None
        try:
            found = Decimal(value) if isinstance(value, str) else self._read(name, value, Decimal)
        except ArithmeticError:
            raise invalid(name) from None
        if not is_workable(found):
            raise invalid(name)
        return found

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number."""
        value = self._get(name, int, default)
        if isinstance(value, str):
            if not value.removeprefix("-").isdecimal():
                raise invalid(name)
            return int(value)
        return value if isinstance(value, int) else self._read(name, value, int)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a truth value."""
        value = self._get(name, bool, default)
        if isinstance(value, str):
            if value not in {"true", "false"}:
                raise invalid(name)
            return value == "true"
        return value if isinstance(value, bool) else self._read(name, value, bool)

    def choice(self, name: str, known: Collection[str], default: str | None = None) -> str:
        """Return one of the known words."""
        word = self.text(name, default)
        if word not in known:
            raise invalid(name)
        return word

    def names(self, name: str) -> list[str]:
        """Return a list of texts; a query writes it as JSON."""
        value = self._get(name, list, None)
        return self._read(name, Raw(value.encode()) if isinstance(value, str) else value, list[str])

    def several(self, name: str) -> list[str]:
        """Return one text, or a list of them."""
        value = self._get(name, str, "")
        text = value if isinstance(value, str) else bytes(value).decode()
        return self.names(name) if text.startswith("[") else [self.text(name)]

    def _get(self, name: str, _kind: type, default: _T | None) -> str | Raw | _T:
        value = self._values.get(name)
        if value is not None:
            return value
        if default is None:
            raise invalid(name, "value required")
        return default

    def _read(self, name: str, value: object, kind: type[_T]) -> _T:
        try:
            return msgspec.json.decode(value if isinstance(value, Raw) else b"", type=kind)
        except UNREADABLE as error:
            raise invalid(name) from error
