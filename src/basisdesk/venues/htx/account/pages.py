"""Long lists: which page of which window of which contract is asked for next.

Fills and bookings are told for a window of at most 48 hours at a time (ten days for spot's ledger), a page at a time,
and, on coin-margined lines, one contract or coin at a time.
The mark of a page is ``key|start|from``: contract or coin (empty where the line answers at once), start of the window
in milliseconds (empty for the venue's own latest window), and the venue's own mark in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from basisdesk.domain.ask import AskFills, AskIncome
from basisdesk.domain.errors import Refusal
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.names import coin_of
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

HOUR_MS = 3_600_000
WINDOW = 48 * HOUR_MS
LEDGER_WINDOW = 10 * 24 * HOUR_MS
_PARTS = 3

Long = AskFills | AskIncome


class Page(NamedTuple):
    """A page: contract or coin, start and end of its window in ms (empty for the latest), and the mark in it."""

    key: str
    start: str
    end: str
    mark: str


def window_of(ask: Long) -> int:
    """Return the longest window (ms) that the venue answers at once."""
    return LEDGER_WINDOW if isinstance(ask, AskIncome) and ask.line == symbols.SPOT else WINDOW


def page_of(ask: Long, session: Session, code: str) -> Page | Refusal:
    """Return the page that an ask is about; `code` is that of its symbol, or empty."""
    parts = ask.cursor.split("|")
    if ask.cursor and len(parts) != _PARTS:
        return Refusal("bad_cursor", f"{ask.cursor[:80]!r} is no mark of a page: begin again without one")
    key, start, mark = parts if ask.cursor else (_first(ask, session, code), _start(ask.since), "")
    if not key and ask.line in {symbols.COIN_SWAP, symbols.COIN_FUTURES}:
        return Refusal("unknown_symbol", f"no market of {ask.line} is known: load its instruments first")
    known = not key or key in _keys(ask, session)
    if not known or (start and not (start.isascii() and start.isdigit())):
        return Refusal("bad_cursor", f"{ask.cursor[:80]!r} is no mark of a page: begin again without one")
    return Page(key, start, str(int(start) + window_of(ask)) if start else "", mark)


def following(ask: Long, session: Session, mark: str, now: int) -> Long | None:
    """Return the ask for what comes after a page that ended with this mark (empty for the last of its window)."""
    code = session.instruments[ask.symbol].code if ask.symbol in session.instruments else ""
    page = page_of(ask, session, code)
    assert not isinstance(page, Refusal)  # it was encoded before
    if mark:
        return structs.replace(ask, cursor=f"{page.key}|{page.start}|{mark}")
    if page.end and int(page.end) < now // NS_PER_MS:
        return structs.replace(ask, cursor=f"{page.key}|{page.end}|")
    keys = [] if ask.symbol else _keys(ask, session)
    if page.key in keys and page.key != keys[-1]:
        return structs.replace(ask, cursor=f"{keys[keys.index(page.key) + 1]}|{_start(ask.since)}|")
    return None


def _start(since: int) -> str:
    return str(since // NS_PER_MS) if since > 0 else ""


def _first(ask: Long, session: Session, code: str) -> str:
    if not code or ask.line not in {symbols.COIN_SWAP, symbols.COIN_FUTURES}:
        return next(iter(_keys(ask, session)), "")
    by_coin = isinstance(ask, AskIncome) and ask.line == symbols.COIN_FUTURES
    return coin_of(ask.line, code) if by_coin else code


def _keys(ask: Long, session: Session) -> list[str]:
    """Return what a coin-margined line is asked for one by one; other lines answer at once."""
    if ask.line not in {symbols.COIN_SWAP, symbols.COIN_FUTURES}:
        return []
    codes = sorted(found.code for found in session.instruments.values() if found.market == ask.line)
    if isinstance(ask, AskIncome) and ask.line == symbols.COIN_FUTURES:
        return list(dict.fromkeys(coin_of(ask.line, code) for code in codes))
    return codes
