"""Parameters of a request: read by name and type.

What trades may have nothing left over: a term that the simulator does not know would otherwise be ignored without a
word.
What only reads ignores names that it does not have, as the venue does, and a value of nothing counts as not told.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from basisdesk.domain.arithmetic import is_workable
from basisdesk.sim.dialects.htx.refuse import malformed, missing
from basisdesk.venues.htx.account.rows import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from basisdesk.sim.contract import HttpCall
    from basisdesk.sim.dialects.htx.refuse import Style

BATCH = ""
"""The name of a body that is a list."""

MARK = "channel_code"
"""A broker's mark, which clients of others put into every body."""

STAMPS = frozenset({"AccessKeyId", "SignatureMethod", "SignatureVersion", "Timestamp", "Signature"})
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_names = msgspec.json.Decoder(list[str | int]).decode
_nested = msgspec.json.Decoder(list[dict[str, Any]], float_hook=exact).decode


class Params:
    """What a request says besides its signature."""

    def __init__(self, style: Style, told: Mapping[str, Any], *, strict: bool) -> None:
        self.style = style
        self._told = dict(told)
        self._strict = strict
        self._asked: dict[str, None] = {}

    def text(self, name: str, *, among: Iterable[str] = ()) -> str:
        """Return a parameter that is text, empty when it is not there; refused when it is something else."""
        self._asked[name] = None
        found = self._told.get(name)
        if found is None:
            return ""
        allowed = list(among)
        if not isinstance(found, str) or (allowed and found not in allowed):
            raise malformed(self.style, name)
        return found

    def need(self, name: str, *, among: Iterable[str] = ()) -> str:
        """Return the same; refused when it is not there."""
        found = self.text(name, among=among)
        if not found:
            raise missing(self.style, name)
        return found

    def any(self, name: str) -> str:
        """Return a parameter that may be text or a number, as text."""
        self._asked[name] = None
        found = self._told.get(name)
        if found is None:
            return ""
        if isinstance(found, bool) or not isinstance(found, str | int | Decimal):
            raise malformed(self.style, name)
        return str(found)

    def whole(self, name: str, default: int, least: int = 0, most: int = 2**63 - 1) -> int:
        """Return a whole number; text of digits serves too."""
        found = self.any(name)
        if not found:
            return default
        if not (found.isascii() and found.isdigit()) or len(found) > 19 or not least <= int(found) <= most:  # noqa: PLR2004 (digits)
            raise malformed(self.style, name)
        return int(found)

    def amount(self, name: str, *, as_text: bool) -> Decimal | None:
        """Return a number, None when it is not there; `as_text` says that the venue takes it as text only."""
        self._asked[name] = None
        found = self._told.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, str if as_text else str | int | Decimal):
            raise malformed(self.style, name)
        try:
            value = exact(str(found))
        except ValueError as error:
            raise malformed(self.style, name) from error
        if not is_workable(value):
            raise malformed(self.style, name)
        return value

    def rows(self, name: str, most: int) -> list[Params]:
        """Return a list of objects, each as parameters of its own; at least one and at most so many."""
        self._asked[name] = None
        try:
            found = _nested(msgspec.json.encode(self._told.get(name)))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise malformed(self.style, name) from error
        if not 0 < len(found) <= most:
            raise malformed(self.style, name)
        return [Params(self.style, row, strict=self._strict) for row in found]

    def texts(self, name: str, most: int) -> list[str]:
        """Return a list of texts or numbers as texts, empty when it is not there; at most so many."""
        self._asked[name] = None
        found = self._told.get(name)
        try:
            rows = _names(msgspec.json.encode([] if found is None else found))
        except msgspec.MsgspecError as error:
            raise malformed(self.style, name) from error
        if len(rows) > most:
            raise malformed(self.style, name)
        return [str(each) for each in rows]

    def renamed(self, **names: str) -> Params:
        """Return the same parameters with some under another name."""
        told = {names.get(name, name): value for name, value in self._told.items()}
        return Params(self.style, told, strict=self._strict)

    def ignore(self, *names: str) -> None:
        """These may be there, and do not matter."""
        self._asked.update(dict.fromkeys(names))

    def done(self) -> None:
        """Refuse what was not asked for, where something depends on it."""
        for name, value in self._told.items():
            if self._strict and name not in self._asked and name != MARK and value is not None:
                raise malformed(self.style, name)


def params_of(call: HttpCall, style: Style, *, strict: bool) -> Params:
    """Return what a request says: the query of a GET, the JSON body of a POST; a list is called `BATCH`."""
    if call.method == "POST":
        try:
            if call.body.lstrip().startswith(b"["):
                return Params(style, {BATCH: msgspec.Raw(call.body)}, strict=strict)
            raw = _decode(call.body or b"{}")
            told = {name: _value(each) for name, each in raw.items()}
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise malformed(style, "body") from error
        return Params(style, told, strict=strict)
    pairs = parse_qsl(call.query, keep_blank_values=True)
    return Params(style, {name: value for name, value in pairs if name not in STAMPS}, strict=strict)


def _value(raw: msgspec.Raw) -> Any:
    """Return a JSON value with exact numbers; lists stay as they came until they are asked for."""
    told = bytes(raw)
    if told[:1] in b"-0123456789":
        return exact(told.decode())
    return raw.copy() if told[:1] == b"[" else msgspec.json.decode(told)
