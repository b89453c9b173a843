"""What the operator typed, checked and turned into values, each refusal naming what would be right.

Durations are ns inside; the command line speaks of seconds, milliseconds and periods such as 1s, 5m or 1h.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import UsageError, nearest
from basisdesk.domain.order import Sequence as LegSequence
from basisdesk.domain.order import Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.domain.spread import spread_legs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.sim.paper import PaperTerms

SECOND = 1_000_000_000
LONGEST = 1e9
_UNITS = {"ms": 1_000_000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND}
_LONGEST_PERIOD = 366 * 86400 * SECOND
_FASTEST = 1e9
_PERIOD = re.compile(r"([1-9]\d{0,5})(ms|s|m|h|d)")
_NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?|s?nan)", re.ASCII | re.IGNORECASE)
_ENUMS = {"side": Side, "type": SpreadOrderType, "sequence": LegSequence}
_KEYS = (*SpreadOrderRequest.__struct_fields__, "at")


@dataclass(frozen=True, slots=True)
class Period:
    """A candle period: as written, and in ns."""

    name: str
    length: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An order to enter while replaying: `at` ns after the start, None for when both books are first valid."""

    key: str
    request: SpreadOrderRequest
    at: int | None


def parse_periods(text: str) -> list[Period]:
    """Read ``1s,1m``; raises UsageError."""
    found: dict[int, Period] = {}
    for word in text.split(","):
        match = _PERIOD.fullmatch(word.strip().lower())
        if match is None:
            raise UsageError(
                f"--candles: {word.strip()!r} is not a period: write a whole number and one of "
                f"{', '.join(_UNITS)}, such as 1s,1m"
            )
        length = int(match[1]) * _UNITS[match[2]]
        if length > _LONGEST_PERIOD:
            raise UsageError(f"--candles: {match[0]} is longer than a candle may be: write at most 366d")
        found.setdefault(length, Period(match[0], length))
    return list(found.values())


def parse_speed(text: str) -> float | None:
    """Read ``--speed``: a number above zero, or ``max`` (None); raises UsageError."""
    if text.strip().lower() == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 < speed <= _FASTEST:
        raise UsageError(
            f"--speed: {text!r} is not a speed: give a number above zero (1 is as recorded) up to {_FASTEST:g}, or max"
        )
    return speed


def duration(option: str, value: float, unit: int) -> int:
    """Return a duration in ns; raises UsageError when it is negative or not finite."""
    if not (math.isfinite(value) and 0 <= value <= LONGEST):
        raise UsageError(f"{option}: {value:g} is not a duration: give a number from 0 to {LONGEST:g}")
    return round(value * unit)


def check_spreads(names: Sequence[str]) -> list[str]:
    """Return the spreads asked for, once each; raises UsageError on a name that is no spread."""
    for name in names:
        spread_legs(name)
    return list(dict.fromkeys(names))


def parse_order(text: str, number: int) -> Entry:
    """Read one ``--order`` object; `number` tells orders apart and makes the key.

    Raises:
        UsageError: not JSON, an unknown key or word (the nearest is named), a missing key or a value of the wrong kind.
    """
    try:
        fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UsageError(f"--order: {text[:80]!r} is not a JSON object ({error})") from error
    for key in fields:
        if key not in _KEYS:
            raise UsageError(f"--order: unknown key {key!r}{nearest(key, _KEYS)}; known are {', '.join(_KEYS)}")
    at = _seconds(fields.pop("at", None))
    for key, kind in _ENUMS.items():
        if key in fields:
            _check_word(key, bytes(fields[key]), [each.value for each in kind])
    for key in ("size", "trigger"):
        if key in fields:
            _check_number(key, bytes(fields[key]))
    try:
        request = msgspec.json.decode(msgspec.json.encode(fields), type=SpreadOrderRequest)
    except msgspec.DecodeError as error:
        raise UsageError(f"--order: {error}") from error
    spread_legs(request.spread)
    return Entry(f"order-{number}", request, at)


def _check_word(key: str, raw: bytes, known: list[str]) -> None:
    word = msgspec.json.decode(raw)
    if not isinstance(word, str) or word not in known:
        hint = nearest(word, known) or nearest(word.upper(), known) if isinstance(word, str) else ""
        raise UsageError(f"--order: {key} is {word!r}, and it must be one of {', '.join(known)}{hint}")


def _check_number(key: str, raw: bytes) -> None:
    """Refuse what is no decimal number; whether the number makes sense is for the engine to say."""
    text = raw.decode()
    word = text[1:-1] if text.startswith('"') else text
    if not (_NUMBER.fullmatch(word) or (key == "trigger" and text == "null")):
        raise UsageError(f"--order: {key} is {text[:40]}, and it must be a number, such as 0.5")


def _seconds(raw: msgspec.Raw | None) -> int | None:
    if raw is None:
        return None
    try:
        value = msgspec.json.decode(raw, type=Decimal | None)
    except msgspec.DecodeError as error:
        raise UsageError(
            f"--order: at is {bytes(raw).decode()[:40]}, and it must be seconds after the start"
        ) from error
    if value is None:
        return None
    if not (value.is_finite() and 0 <= value < 10**9):
        raise UsageError(f"--order: at is {value:.12g}, and it must be seconds after the start, from 0 on, below 1e9")
    return int(value * SECOND)


def paper_terms(latency: float, reject_rate: float, partial_rate: float, seed: int) -> PaperTerms:
    """Return how the paper venue behaves (`latency` in ms); raises UsageError on a rate outside 0..1."""
    from basisdesk.sim.paper import PaperTerms

    for option, rate in (("--reject-rate", reject_rate), ("--partial-rate", partial_rate)):
        if not 0 <= rate <= 1:
            raise UsageError(f"{option}: {rate:g} is not a share: give a number from 0 to 1")
    return PaperTerms(
        latency=duration("--latency", latency, 1_000_000),
        seed=seed,
        reject_rate=reject_rate,
        partial_rate=partial_rate,
    )
