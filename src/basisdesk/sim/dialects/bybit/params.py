"""Parameters as they arrive: text in a query, typed values in a body.

A parameter that is missing, of another type or of a value that there is not is a parameter error; one that nobody
knows is passed over, as the venue does.
Followed: https://bybit-exchange.github.io/docs/v5/guide and the tables of each page.
"""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qsl

import msgspec

from basisdesk.domain.arithmetic import is_workable
from basisdesk.sim.dialects.bybit.codes import parameter

LATEST = 2**63 // 1_000_000 - 1


class Params:
    """The parameters of one request; each reader raises RefusalError."""

    def __init__(self, values: dict[str, object], *, typed: bool) -> None:
        self._values = values
        self._typed = typed

    def text(self, name: str, default: str | None = "") -> str:
        """Return a text; `default` None makes it required."""
        value = self._values.get(name)
        if value is None or value == "":
            if default is None:
                raise parameter(f"params error: {name} is required")
            return default
        if not isinstance(value, str):
            raise parameter(f"params error: {name} must be text")
        return value

    def choice(self, name: str, among: tuple[str, ...], default: str | None = "") -> str:
        """Return one of the texts there are."""
        value = self.text(name, default)
        if value not in (*among, default):
            raise parameter(f"params error: {name} invalid")
        return value

    def whole(self, name: str, default: int | None, least: int = 0, most: int = LATEST) -> int:
        """Return a whole number: digits in a query, a number in a body."""
        value = self._values.get(name)
        if value is None or value == "":
            if default is None:
                raise parameter(f"params error: {name} is required")
            return default
        if self._typed:
            fits = isinstance(value, int) and not isinstance(value, bool)
        else:
            fits = isinstance(value, str) and value.isascii() and value.isdigit()
        if not fits or not least <= int(str(value)) <= most:
            raise parameter(f"params error: {name} invalid")
        return int(str(value))

    def flag(self, name: str) -> bool:
        """Return a boolean of a body, false where it is missing."""
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise parameter(f"params error: {name} must be a boolean")
        return value

    def amount(self, name: str, *, required: bool = False) -> Decimal | None:
        """Return a number spelled as text, None where it is missing."""
        text = self.text(name, None if required else "")
        if not text:
            return None
        value = Decimal(text) if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit() else None
        if value is None or not is_workable(value):
            raise parameter(f"params error: {name} invalid")
        return value

    def row(self, name: str) -> list[Params]:
        """Return a list of objects."""
        value = self._values.get(name)
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise parameter(f"params error: {name} must be a list")
        return [Params(each, typed=True) for each in value]

    def beside(self, **more: object) -> Params:
        """Return the same with these values."""
        return Params({**self._values, **more}, typed=True)


def of_query(query: str) -> Params:
    """Return the parameters of a raw query; the last of a name counts."""
    return Params(dict(parse_qsl(query, keep_blank_values=True)), typed=False)


def of_body(body: bytes) -> Params:
    """Return the parameters of a body."""
    try:
        return Params(msgspec.json.decode(body or b"{}", type=dict[str, object]), typed=True)
    except (msgspec.MsgspecError, RecursionError):
        raise parameter("Request parameter error.") from None
