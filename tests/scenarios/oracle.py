"""What must hold at the end of a scenario, whatever went wrong; compared with the exchanges, never with the desk.

I1: no order reaches a matcher twice.  I2: its intent was on the disk before.  I3: level within one lot, or INCOMPLETE
with the residue shown.  I4: the ledger's fills are the venue's, by trade id.  I5: so are its positions.
I11: what arrived was on the grid.  I13: what the journal tells, told again, is the same state.
"""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import is_on_grid
from basisdesk.domain.instrument import Instrument, Margin, base_of, face_of, unit_worth
from basisdesk.domain.order import SpreadState
from basisdesk.engine import digest, fold_all, order_view, rerun
from basisdesk.engine.state import Unit
from basisdesk.sim.dialects.bigone.spell import trade_id_of
from basisdesk.sim.dialects.bybit.names import identity
from basisdesk.sim.exchange.logins import FIRST

if TYPE_CHECKING:
    from tests.scenarios.stage import Stage

    from basisdesk.domain.account import Fill
    from basisdesk.engine import SpreadOrder

ZERO = Decimal(0)
ROUNDED = Decimal("1E-8")
"""Venues cut what they tell of a fee to so many places."""


async def settled(stage: Stage, *orders: SpreadOrder) -> None:
    """Wait until the desk knows all that the venues know, then check everything."""
    await stage.until(lambda: not missing(stage), "the ledger has the venue's fills")
    check_fills(stage)
    check_positions(stage)
    check_arrivals(stage)
    check_journal(stage)
    for order in orders:
        check_level(stage, order)


def venue_fills(stage: Stage, leg: int) -> list[Fill]:
    """Return the trades of a leg's market as the venue has them."""
    instrument = stage.instruments[stage.legs[leg - 1]]
    return stage.exchange(leg).fills(FIRST, instrument.market, instrument.symbol, 0, time.time_ns())


def at_venues(stage: Stage) -> Counter[tuple[object, ...]]:
    """Return every trade at the venues."""
    return Counter(
        (fill.symbol, spelled(stage, fill), fill.side, fill.size, fill.price, fill.fee_asset)
        for leg in (1, 2)
        for fill in venue_fills(stage, leg)
    )


def in_ledger(stage: Stage) -> Counter[tuple[object, ...]]:
    """Return every trade in the ledger that was not taken back."""
    state = stage.desk.state
    gone = {(row.symbol, row.client_id, row.trade_id) for row in state.fills if row.void}
    return Counter(
        (row.symbol, row.trade_id, row.side, row.size, row.price, row.fee_asset)
        for row in state.fills
        if (row.symbol, row.client_id, row.trade_id) not in gone
    )


def missing(stage: Stage) -> bool:
    """Say whether the venues have another number of trades than the ledger."""
    return at_venues(stage).total() != in_ledger(stage).total()


def check_fills(stage: Stage) -> None:
    """I4."""
    assert in_ledger(stage) == at_venues(stage), stage.told()
    fees = {(fill.symbol, spelled(stage, fill)): fill.fee for leg in (1, 2) for fill in venue_fills(stage, leg)}
    for row in stage.desk.state.fills:
        fee = fees.get((row.symbol, row.trade_id))
        assert row.void or fee is None or abs(row.fee - fee) <= ROUNDED, (row, fee)


def check_positions(stage: Stage) -> None:
    """I5, also by what the desk itself makes of what the venues tell."""
    assert not stage.desk.state.differences, stage.desk.state.frozen
    for leg in (1, 2):
        instrument = stage.instruments[stage.legs[leg - 1]]
        held = stage.desk.state.holdings.get(instrument.symbol)
        ours = ZERO if held is None else held.position.size
        if instrument.margin is Margin.SPOT:
            kept = ZERO if held is None else held.taken
            assert ours - kept == _bought(stage, leg, instrument), stage.told()
        else:
            rows = stage.exchange(leg).positions(FIRST, instrument.market, instrument.symbol)
            assert ours == sum((row.size for row in rows), ZERO), stage.told()


def check_arrivals(stage: Stage) -> None:
    """I1, I2, I11."""
    names = Counter((each.venue, each.order.symbol, each.order.client_id) for each in stage.arrivals)
    named = {name: count for name, count in names.items() if name[2]}
    assert all(count == 1 for count in named.values()), named
    sent = stage.desk.state.legs.values()
    for symbol in stage.legs:
        came = [each for each in stage.arrivals if each.order.symbol == symbol]
        assert len(came) <= sum(leg.symbol == symbol for leg in sent), stage.told()
    for each in stage.arrivals:
        assert each.journaled, each
        instrument = stage.instruments[each.order.symbol]
        assert each.order.size is not None
        assert each.order.price is not None
        assert each.order.size >= instrument.min_size
        assert is_on_grid(each.order.size, instrument.step), each
        assert is_on_grid(each.order.price, instrument.tick), each


def check_journal(stage: Stage) -> None:
    """The journal, folded again and decided again, is the desk's state."""
    records = [record.value for record in stage.journal.records()]
    assert rerun(records) is None
    assert digest(fold_all(records)) == digest(stage.desk.state)


def check_level(stage: Stage, order: SpreadOrder) -> None:
    """I3: what the venues hold for an order is level within one lot, or the order says what is not."""
    order = stage.order(order)
    gap = delta(stage, order)
    view = order_view(stage.desk.state, order.order_id)
    if stage.state(order) is SpreadState.INCOMPLETE:
        assert view.unhedged, view
        assert abs(abs(view.unhedged) - abs(gap)) <= lot(stage, order) / 100, (gap, view)
    else:
        assert abs(gap) <= lot(stage, order), (gap, stage.told())


def check_once(stage: Stage, order: SpreadOrder) -> None:
    """I1: each leg traded the order's size at the venue, once."""
    for leg in (1, 2):
        instrument = stage.instruments[stage.legs[leg - 1]]
        traded = sum((_worth(instrument, order.unit, fill) for fill in venue_fills(stage, leg)), ZERO)
        assert abs(traded - order.request.size) <= lot(stage, order), (leg, traded, stage.told())


def delta(stage: Stage, order: SpreadOrder) -> Decimal:
    """Return what the venues' trades and fees leave unhedged, in the order's unit (positive is long).

    Counts every trade of both markets, so it speaks of an order only when it is the only one.
    """
    total = ZERO
    for leg in (1, 2):
        instrument = stage.instruments[stage.legs[leg - 1]]
        for fill in venue_fills(stage, leg):
            total += fill.side.sign * _worth(instrument, order.unit, fill)
            if instrument.margin is Margin.SPOT and fill.fee_asset == instrument.base and fill.fee is not None:
                total -= fill.fee
    return total


def lot(stage: Stage, order: SpreadOrder) -> Decimal:
    """Return the larger of both legs' least sizes, in the order's unit."""
    lots = []
    for leg, price in zip(stage.legs, order.prices, strict=True):
        instrument = stage.instruments[leg]
        least = max(instrument.step, instrument.min_size)
        inverse = instrument.margin is Margin.INVERSE
        worth = least * unit_worth(instrument)
        lots.append(worth / price if inverse and order.unit is Unit.BASE else worth)
        if instrument.min_notional and not inverse and price:
            lots.append(instrument.min_notional / price)
    return max(lots)


def spelled(stage: Stage, fill: Fill) -> str:
    """Return a trade's id as its venue writes it."""
    instrument = stage.instruments[fill.symbol]
    match instrument.venue, instrument.market:
        case "bybit", line:
            return identity(fill.trade_id, line)
        case "bigone", "contract":
            return trade_id_of(instrument.code, fill.at, fill.trade_id)
        case "htx", "linear":
            return f"{fill.trade_id}-{fill.venue_id}"
        case "htx", "coin_swap" | "coin_futures":
            return f"{fill.trade_id}-{fill.venue_id}-1"
        case _:
            return fill.trade_id


def _worth(instrument: Instrument, unit: Unit, fill: Fill) -> Decimal:
    if unit is Unit.FACE:
        return face_of(instrument, fill.size)
    return base_of(instrument, fill.size, fill.price)


def _bought(stage: Stage, leg: int, instrument: Instrument) -> Decimal:
    """Return by how much the coin in the purses has changed."""
    before, after = stage.before[stage.venue(leg)], stage.purses(stage.venue(leg))
    return sum(
        (after.get(key, ZERO) - before.get(key, ZERO) for key in {**before, **after} if key[1] == instrument.base), ZERO
    )
