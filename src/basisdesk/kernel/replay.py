"""Columnar replay: ticks in arrays, driven through a board without touching Python objects.

A day of ticks is five columns, one row per tick in the order of time.
Everything is checked before the first row, so that a run either happens whole or not at all.
"""

from __future__ import annotations

import cython  # noqa: TC002 (the compiler reads it)

from basisdesk.kernel.board import Board  # noqa: TC001 (the compiler reads it)


def run(
    board: Board,
    times: cython.const[cython.longlong][::1],
    markets: cython.const[cython.int][::1],
    bids: cython.const[cython.double][::1],
    asks: cython.const[cython.double][::1],
    lasts: cython.const[cython.double][::1],
):
    i: cython.Py_ssize_t
    market: cython.Py_ssize_t
    events: cython.Py_ssize_t = len(times)
    fired: cython.Py_ssize_t = 0
    if len(markets) != events or len(bids) != events or len(asks) != events or len(lasts) != events:
        raise ValueError(
            f"columns differ in length: {events} times, {len(markets)} markets, "
            f"{len(bids)} bids, {len(asks)} asks, {len(lasts)} lasts"
        )
    for i in range(events):
        market = markets[i]
        board.check_market(market)
        if board.books[market] is not None:
            raise ValueError(f"market {market} has a book, which its prices come from")
    for i in range(events):
        market = markets[i]
        board.put_top(market, times[i], bids[i], asks[i], lasts[i])
        fired += board.scan(market, times[i])
    return events, fired
