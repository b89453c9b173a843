"""The venue's codes and our symbols.

A code spells its market: BTC-PERPETUAL, BTC-27NOV26, the option BTC-27NOV26-80000-C, and the spot pair BTC_USDC.
A bare coin in front is quoted in USD and settles in that coin (inverse); BTC_USDC in front is quoted and settled in
USDC (linear), and so for any other second coin.
A strike below one is written with a `d` for the point: 1d02 is 1.02.
Anything else is a combination of legs (BTC-FS-27NOV26_PERP) or unknown; such a code keeps its own spelling as symbol.
Followed: https://docs.deribit.com/articles/naming-conventions and the recorded names since 2019.
"""

from __future__ import annotations

import re
from typing import NamedTuple

VENUE_NAME = "deribit"
PERPETUAL = "PERPETUAL"
USD = "USD"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_COIN = "[A-Z0-9]{1,20}"
_CODE = re.compile(
    rf"(?P<base>{_COIN})(_(?P<quote>{_COIN}))?"
    r"(-(PERPETUAL|(?P<day>[0-9]{1,2})(?P<month>[A-Z]{3})(?P<year>[0-9]{2})(-(?P<strike>[0-9]+(d[0-9]+)?)-(?P<right>[CP]))?))?"
)
_WORD = re.compile(r"[A-Za-z0-9_-]{3,64}")


class Name(NamedTuple):
    """What a code says: `settle` is empty for spot, `date` (YYMMDD) for spot and perpetuals, `option` for no option."""

    base: str
    quote: str
    settle: str
    date: str
    option: str

    @property
    def is_perpetual(self) -> bool:
        """Whether the market pays funding."""
        return bool(self.settle) and not self.date

    @property
    def price_index(self) -> str:
        """Name of the price index that the market follows."""
        return f"{self.base}_{self.quote}".lower()


def is_code(text: str) -> bool:
    """Whether a text can be the code of a market at all, be it one that `read_code` understands or not."""
    return _WORD.fullmatch(text) is not None


def read_code(code: str) -> Name | None:
    """Take a code apart; None for a combination, a day that is none, or anything else that is not understood."""
    found = _CODE.fullmatch(code)
    if found is None:
        return None
    base, quote, term = found["base"], found["quote"], code.partition("-")[2]
    if not term:
        return Name(base, quote, "", "", "") if quote else None
    date = "" if term == PERPETUAL else _date(found["day"], found["month"], found["year"])
    if date is None:
        return None
    option = f"{found['strike'].replace('d', '.')}-{found['right']}" if found["strike"] else ""
    return Name(base, quote or USD, quote or base, date, option)


def _date(day: str, month: str, year: str) -> str | None:
    if month not in MONTHS or not 1 <= int(day) <= DAYS[MONTHS.index(month)]:
        return None
    return f"{year}{MONTHS.index(month) + 1:02}{int(day):02}"


def contract_symbol(base: str, quote: str, settle: str, date: str = "") -> str:
    """Return the symbol of a contract; `date` is YYMMDD, empty for a perpetual."""
    return f"{VENUE_NAME}:{base}/{quote}:{settle}" + (f"-{date}" if date else "")


def symbol_of(_line: str, code: str) -> str:
    """Return the unified symbol of a code as far as the code tells; one that is not understood keeps its spelling."""
    name = read_code(code)
    if name is None:
        return f"{VENUE_NAME}:{code}"
    if not name.settle:
        return f"{VENUE_NAME}:{name.base}/{name.quote}"
    return contract_symbol(name.base, name.quote, name.settle, name.date) + (f"-{name.option}" if name.option else "")
