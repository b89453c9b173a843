"""What a request says: the query of a GET, the JSON of a POST.

The venue wants text for everything and takes whole numbers where only those make sense (leverage, seconds); sizes and
prices must be text.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from basisdesk.domain.arithmetic import is_workable
from basisdesk.sim.dialects.okx.errors import CodeError

Params = dict[str, Any]
LONGEST = 19  # digits


def query_of(raw: str) -> Params:
    """Return the parameters of a query."""
    return dict(parse_qsl(raw, keep_blank_values=True))


def body_of(raw: bytes) -> Params | list[Params]:
    """Return the parameters of a body, or the list of them that a batch is; raises CodeError for anything else."""
    if not raw:
        raise CodeError("50000")
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        raise CodeError("50002") from None
    if isinstance(found, list) and all(isinstance(row, dict) for row in found):
        return found
    if not isinstance(found, dict):
        raise CodeError("50002")
    return found


def word(params: Params, name: str, default: str = "") -> str:
    """Return a text, or a whole number as text; raises CodeError for another type."""
    value = params.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise CodeError("51000", name)
    return str(value)


def required(params: Params, name: str) -> str:
    """Return `word`; raises CodeError where there is none."""
    value = word(params, name)
    if not value:
        raise CodeError("50014", name)
    return value


def one_of(params: Params, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """Return one of some words; raises CodeError for another one, and where there is none and no default."""
    value = required(params, name) if default is None else word(params, name, default)
    if value not in allowed:
        raise CodeError("51000", name)
    return value


def number(params: Params, name: str, *, text_only: bool = True) -> Decimal:
    """Return a number above zero; raises CodeError for anything else."""
    given = params.get(name)
    value = repr(given) if isinstance(given, float) and not text_only else required(params, name)
    if text_only and not isinstance(given, str):
        raise CodeError("51000", name)
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise CodeError("51000", name) from None
    if "e" in value.lower() or not is_workable(found) or found <= 0:
        raise CodeError("51000", name)
    return found


def flag(params: Params, name: str) -> bool:
    """Return a truth value, written as such or as text; raises CodeError for anything else."""
    value = params.get(name, False)
    if value in (True, False):
        return bool(value)
    if value not in ("true", "false", ""):
        raise CodeError("51000", name)
    return bool(value == "true")


def count(params: Params, name: str, default: int, most: int) -> int:
    """Return a count from 1 to `most`, of which more is taken as `most`; raises CodeError for anything else."""
    value = word(params, name, str(default))
    if not _is_digits(value) or int(value) < 1:
        raise CodeError("51000", name)
    return min(int(value), most)


def when(params: Params, name: str) -> int:
    """Return milliseconds as ns, 0 where there are none; raises CodeError for anything else."""
    value = word(params, name, "0")
    if not _is_digits(value):
        raise CodeError("51000", name)
    return int(value) * 1_000_000


def _is_digits(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= LONGEST
