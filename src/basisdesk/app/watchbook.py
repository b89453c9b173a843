"""`basisdesk book SYMBOL`: the book of a market as a venue has it now, once or for as long as somebody looks."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.app.reach import reach
from basisdesk.app.sheet import open_console
from basisdesk.app.visit import visiting
from basisdesk.app.watching import Watching, venue_of
from basisdesk.domain.arithmetic import plain
from basisdesk.domain.check import size_unit
from basisdesk.domain.errors import UsageError, VenueError
from basisdesk.kernel.book import VALID, state_name

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.kernel.book import Book
    from basisdesk.shell.live.live import Live
    from basisdesk.venues.contract import Market

SECOND = 1_000_000_000
PATIENCE = 15.0
EVERY = 0.2
MOST = 100
_AROUND = 4
"""Lines of a screen that are no levels: what is shown, the names of the columns, the spread, and an empty one."""


def run(symbol: str, depth: int = 10, sim: str = "", *, watch: bool = False, as_json: bool = False) -> int:
    """Show a book once it is valid, or keep showing it until Ctrl+C; 1 when it did not become valid.

    Raises:
        UsageError: an unknown venue or market, or a depth that cannot be shown.
        VenueError: the venue did not list its markets, or gave no valid book in time.
    """
    if not 1 <= depth <= MOST:
        raise UsageError(f"--depth {depth} is refused: give 1 to {MOST} levels")
    return asyncio.run(_run(symbol, venue_of(symbol), depth, sim, watch=watch, as_json=as_json))


async def _run(symbol: str, venue: str, depth: int, sim: str, *, watch: bool, as_json: bool) -> int:
    found = reach(sim, None, venue, public=True)
    watching = Watching()
    async with visiting(found, watching) as visit:
        await visit.loaded()
        live = visit.live
        watching.open(live, [symbol], visit.why)
        instrument, market = live.instruments()[symbol], watching.markets[symbol]
        show = _lines if as_json else _screen
        if watch and not as_json:
            depth = min(depth, _room())
        if not await _valid(market, live):
            show(instrument, market, depth, live.clock.now())
            raise VenueError(f"no valid book of {symbol} within {PATIENCE:g} s: {visit.why(venue)}")
        show(instrument, market, depth, live.clock.now())
        while watch:
            await asyncio.sleep(EVERY)
            show(instrument, market, depth, live.clock.now(), again=True)
    return 0


def _room() -> int:
    """Return how many levels of each side a terminal can be shown again and again without scrolling."""
    console = open_console()
    return max(1, (console.height - _AROUND - 1) // 2) if console.is_terminal else MOST


async def _valid(market: Market, live: Live) -> bool:
    for _ in range(int(PATIENCE / EVERY)):
        if market.book.state(live.clock.now()) == VALID:
            return True
        await asyncio.sleep(EVERY)
    return False


def row_of(instrument: Instrument, market: Market, depth: int, now: int) -> dict[str, Any]:
    """Return a book as JSON values: best levels first, prices and sizes as the venue's decimals."""
    book = market.book
    state = book.state(now)
    return {
        "symbol": instrument.symbol,
        "at": now,
        "state": "valid" if state == VALID else state_name(state),
        "age_s": round((now - book.seen) / SECOND, 3) if book.seen else None,
        "sequence": book.sequence,
        "size_unit": size_unit(instrument),
        "bids": [[price, size] for price, size in book.levels(0, depth)],
        "asks": [[price, size] for price, size in book.levels(1, depth)],
        "spread": _spread(instrument, book),
        "last": None if book.last != book.last else book.last,
    }


def _lines(instrument: Instrument, market: Market, depth: int, now: int, *, again: bool = False) -> None:  # noqa: ARG001 (one shape)
    print(msgspec.json.encode(row_of(instrument, market, depth, now)).decode(), flush=True)  # noqa: T201 (the answer)


def _screen(instrument: Instrument, market: Market, depth: int, now: int, *, again: bool = False) -> None:
    row = row_of(instrument, market, depth, now)
    console = open_console()
    places = max(0, -int(instrument.tick.as_tuple().exponent))
    digits = max(0, -int(instrument.step.as_tuple().exponent))
    if again and console.is_terminal:
        console.file.write(f"\x1b[{2 * depth + _AROUND}A\x1b[J")
    age = "" if row["age_s"] is None else f", {row['age_s']:.1f} s old, sequence {row['sequence']}"
    head = f"{instrument.symbol}   {row['state']}{age}"
    # A head of two lines would not be overwritten by the next one.
    print(head[: console.width] if console.is_terminal else head)  # noqa: T201 (the answer)
    print(f"{'size (' + row['size_unit'] + ')':>22} {'price':>16}")  # noqa: T201 (the answer)
    empty = ["" for _ in range(depth)]
    asks = [f"{size:22,.{digits}f} {price:16,.{places}f}" for price, size in reversed(row["asks"])]
    bids = [f"{size:22,.{digits}f} {price:16,.{places}f}" for price, size in row["bids"]]
    spread = f"{'spread':>22} {row['spread'] or '-':>16}"
    for line in [*empty[len(asks) :], *asks, spread, *bids, *empty[len(bids) :]]:
        print(line)  # noqa: T201 (the answer)
    sys.stdout.write("\n")
    sys.stdout.flush()


def _spread(instrument: Instrument, book: Book) -> str | None:
    """Return best ask minus best bid in quote money; None where a side is empty."""
    bids, asks = book.levels(0, 1), book.levels(1, 1)
    if not bids or not asks:
        return None
    return plain(instrument.tick * round((asks[0][0] - bids[0][0]) / float(instrument.tick)))
