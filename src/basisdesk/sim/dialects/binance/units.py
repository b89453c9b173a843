"""Times of the spot line in microseconds, for requests that ask for them so.

An answer is made in milliseconds and its times are multiplied, so the last three digits are zeros.
Source: "General API Information", header ``X-MBX-TIME-UNIT`` (spot).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.dialects.binance.refuse import Refusal

if TYPE_CHECKING:
    from basisdesk.sim.contract import HttpCall

HEADER = "x-mbx-time-unit"
UNITS = {"": 1, "MILLISECOND": 1, "MICROSECOND": 1000}
TIMES = frozenset(
    {"serverTime", "time", "updateTime", "transactTime", "workingTime", "openTime", "closeTime", "createTime", "T"}
)
CANDLES = ("/api/v3/klines", "/api/v3/uiKlines")
OPENS, CLOSES = 0, 6
"""Where a candle, which is a list, has its times."""


def factor(call: HttpCall) -> int:
    """Return by what times are multiplied; `Refusal` for a unit that is none. Futures know no unit but the one."""
    given = call.headers.get(HEADER, "") if call.host == "spot" and call.path.startswith("/api") else ""
    found = UNITS.get(given.upper())
    if found is None:
        raise Refusal(-1102, "Header 'X-MBX-TIME-UNIT' was malformed: MILLISECOND or MICROSECOND is expected.")
    return found


def scaled(call: HttpCall, answer: object) -> object:
    """Return an answer with its times in the unit that the request asked for."""
    by = factor(call)
    if by == 1:
        return answer
    if call.path.rstrip("/") in CANDLES and isinstance(answer, list):
        return [[cell * by if at in {OPENS, CLOSES} else cell for at, cell in enumerate(row)] for row in answer]
    return _scaled(answer, by)


def _scaled(value: object, by: int) -> object:
    match value:
        case dict():
            return {
                name: each * by if name in TIMES and isinstance(each, int) else _scaled(each, by)
                for name, each in value.items()
            }
        case list():
            return [_scaled(each, by) for each in value]
        case _:
            return value
