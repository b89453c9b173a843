"""Parameters of a request: text over HTTP, JSON values over a WebSocket.

What an endpoint does not know is refused, and so is a parameter that is given twice, empty, or of the wrong type.
Source: "General Information on Endpoints", error codes -1100 to -1106.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from basisdesk.sim.dialects.binance.refuse import Refusal, illegal, missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DECIMAL = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_WHOLE = re.compile(r"[0-9]{1,20}")
USUAL = 500
"""How many rows are told where nothing is said, on most lists."""
COMMON = frozenset({"timestamp", "recvWindow", "signature", "apiKey"})


class Params:
    """Parameters by name, read with their types."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return bool(self._values.get(name))

    def check(self, known: Iterable[str]) -> None:
        """Refuse parameters that the endpoint does not know."""
        allowed = (*known, *COMMON)
        for name, value in self._values.items():
            if not value and name in allowed:
                raise Refusal(-1105, f"Parameter '{name}' was empty.")
        read = sum(name in allowed for name in self._values)
        if read < len(self._values):
            raise Refusal(
                -1104,
                f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{len(self._values)}'.",
            )

    def text(self, name: str) -> str:
        """Return a text that must be there."""
        if name not in self:
            raise missing(name)
        return self._values[name]

    def maybe(self, name: str, other: str = "") -> str:
        """Return a text, or something else."""
        return self._values.get(name) or other

    def one_of(self, name: str, words: Iterable[str], code: int, other: str = "") -> str:
        """Return a word of a few, or `other` where it is not there; none of them is refused with `code`."""
        word = self.maybe(name, other)
        if not word:
            raise missing(name)
        if word not in words:
            raise Refusal(code, f"Invalid {name}.")
        return word

    def whole(self, name: str, other: int | None = None) -> int:
        """Return a whole number, or `other`; without one it must be there."""
        if name not in self:
            if other is None:
                raise missing(name)
            return other
        text = self._values[name]
        if _WHOLE.fullmatch(text) is None:
            raise illegal(name, "^[0-9]{1,20}$")
        return int(text)

    def count(self, name: str, other: int) -> int:
        """Return how many rows are wanted, at least one, or `other` where nothing is said."""
        wanted = self.whole(name, other)
        if not wanted:
            raise Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")
        return wanted

    def rows(self) -> int:
        """Return how many rows a request of books or candles weighs as; what cannot be read is refused later."""
        text = self._values.get("limit", "")
        return int(text) if _WHOLE.fullmatch(text) else USUAL

    def amount(self, name: str) -> Decimal | None:
        """Return an exact number, None where it is not there."""
        if name not in self:
            return None
        text = self._values[name]
        if _DECIMAL.fullmatch(text) is None:
            raise illegal(name, "^([0-9]{1,20})(\\.[0-9]{1,20})?$")
        return Decimal(text)

    def flag(self, name: str, *, other: bool = False) -> bool:
        """Return a boolean, written in any case."""
        word = self.maybe(name).lower()
        if word not in {"", "true", "false"}:
            raise illegal(name, "true|false")
        return word == "true" if word else other


def from_form(query: str, body: bytes) -> Params:
    """Read the parameters of a query and a form."""
    values: dict[str, str] = {}
    for part in (*query.split("&"), *body.decode("utf-8", "replace").split("&")):
        if not part:
            continue
        name, _, value = part.partition("=")
        name = unquote_plus(name)
        if name in values:
            raise Refusal(-1101, f"Duplicate values for parameter '{name}' were detected.")
        values[name] = unquote_plus(value)
    return Params(values)


def from_json(given: Mapping[str, object]) -> Params:
    """Read the parameters of a WebSocket request or a row of a batch: text, numbers and booleans."""
    values: dict[str, str] = {}
    for name, value in given.items():
        if isinstance(value, bool):
            values[name] = "true" if value else "false"
        elif isinstance(value, str | int):
            values[name] = str(value)
        elif isinstance(value, float):
            values[name] = format(Decimal(repr(value)), "f").removesuffix(".0")
        else:
            raise illegal(name, "a text or a number")
    return Params(values)
