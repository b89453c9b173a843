"""Standing names of futures, and the contracts they mean at a given time.

Futures are delivered on Fridays at 08:00 UTC.
CW and NW are those of this Friday and the next one; CQ is the one of the first quarter's last Friday after NW, and NQ
the one of the quarter after that.
So a quarterly contract becomes NW two weeks before its end, and CQ moves on to the next quarter at that moment.
Streams name coin-margined futures only in this way; the instrument list names them by date.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from basisdesk.venues.htx import symbols

SECOND = 1_000_000_000
NEVER = 1 << 62
TERMS = ("CW", "NW", "CQ", "NQ")
DELIVERY_HOUR = 8
WEEK = timedelta(days=7)
_FRIDAY = 4
_EARLIEST, _LATEST = 946_684_800 * SECOND, 4_000_000_000 * SECOND


def delivery(day: str) -> int:
    """Return the delivery time (ns) of a date written YYMMDD; raises ValueError when it is no date."""
    when = datetime.strptime(f"20{day}", "%Y%m%d").replace(hour=DELIVERY_HOUR, tzinfo=UTC)
    return int(when.timestamp()) * SECOND


def next_delivery(now: int) -> int:
    """Return the first delivery time (ns) after `now`, at which the standing names change their meaning."""
    return int(_friday(now).timestamp()) * SECOND


def dates(now: int) -> dict[str, str]:
    """Return the date (YYMMDD) that each of CW, NW, CQ, NQ means at `now`."""
    this = _friday(now)
    following = this + WEEK
    quarter = _quarter_after(following)
    days = (this, following, quarter, _quarter_after(quarter))
    return {term: f"{day:%y%m%d}" for term, day in zip(TERMS, days, strict=True)}


def contract_of(line: str, code: str, now: int) -> str:
    """Return the dated code that a standing name means at `now`; any other code is returned as it is."""
    term = symbols.term_of(line, code)[2] if line != symbols.SPOT else ""
    return code.removesuffix(term).removesuffix("_") + dates(now)[term] if term in TERMS else code


def name_of(line: str, code: str, now: int) -> str:
    """Return the standing name by which a coin-margined future is streamed at `now`; other codes name themselves."""
    if line != symbols.COIN_FUTURES:
        return code
    base, _, day = symbols.term_of(line, code)
    return next((f"{base}_{term}" for term, date in dates(now).items() if date == day), code)


def is_standing(line: str, code: str) -> bool:
    """Whether a code is a standing name."""
    return line != symbols.SPOT and symbols.term_of(line, code)[2] in TERMS


def _friday(now: int) -> datetime:
    """Return the first Friday 08:00 UTC after `now`."""
    when = datetime.fromtimestamp(min(max(now, _EARLIEST), _LATEST) // SECOND, tz=UTC)
    days = (_FRIDAY - when.weekday()) % 7
    friday = (when + timedelta(days=days)).replace(hour=DELIVERY_HOUR, minute=0, second=0)
    return friday if friday > when else friday + WEEK


def _quarter_after(day: datetime) -> datetime:
    """Return the first Friday after `day` that is the last one of March, June, September or December."""
    day += WEEK
    while day.month % 3 or (day + WEEK).month == day.month:
        day += WEEK
    return day
