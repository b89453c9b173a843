"""What a replay found, as one JSON object.

`markets`, `spreads`, `orders`, `fills`, `positions`, `frames`, `frames_per_second` and `errors` are the promise;
`checks` holds what else was compared: whether books equalled the book ticker, and frames that named no market.
Statistics are numbers, money and sizes of orders are decimal text, and what is not known is null.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.app.desk import Desk
from basisdesk.app.options import Entry, Period
from basisdesk.app.quotes import decimal_of
from basisdesk.app.samples import REPORTED, Column, Sampler
from basisdesk.domain.arithmetic import plain
from basisdesk.domain.errors import RecordingError, Refusal
from basisdesk.engine.profit import spread_positions
from basisdesk.engine.view import order_view, shown
from basisdesk.kernel.book import VALID

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.engine.profit import HoldingView, SpreadHoldingView
    from basisdesk.engine.state import Fill
    from basisdesk.engine.view import LegView, OrderView
    from basisdesk.venues.contract import Market

COUNTS = (
    "frames",
    "book_updates",
    "trades",
    "gaps",
    "resyncs",
    "checksums_ok",
    "checksums_bad",
    "crossed",
    "undecoded",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything a report is made of; `elapsed` wall seconds, `span` ns of market time."""

    desk: Desk
    sampler: Sampler
    periods: Sequence[Period]
    entries: Sequence[Entry]
    refused: Mapping[str, Refusal]
    frames: int
    undecoded: int
    elapsed: float
    span: int
    errors: Sequence[RecordingError]

    @property
    def frames_per_second(self) -> float | None:
        """None where nothing was played."""
        return round(self.frames / self.elapsed, 1) if self.frames and self.elapsed > 0 else None


def as_object(outcome: Outcome) -> dict[str, Any]:
    """Return the report as plain values."""
    markets = outcome.desk.markets
    return {
        "markets": {
            symbol: {name: getattr(market.tally, name) for name in COUNTS} for symbol, market in markets.items()
        },
        "spreads": spread_summaries(outcome),
        "orders": order_rows(outcome),
        "fills": [_fill(fill) for fill in outcome.desk.state.fills],
        "positions": [_position(view) for view in position_views(outcome)],
        "frames": outcome.frames,
        "frames_per_second": outcome.frames_per_second,
        "errors": [{"file": each.file, "line": each.line, "message": str(each)} for each in outcome.errors],
        "checks": {
            "ticker_agrees": {symbol: market.tally.ticker_agrees for symbol, market in markets.items()},
            "ticker_differs": {symbol: market.tally.ticker_differs for symbol, market in markets.items()},
            "undecoded_without_market": outcome.undecoded,
        },
    }


def print_json(outcome: Outcome) -> None:
    """Write the report to stdout as one JSON object."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(as_object(outcome)), indent=2).decode() + "\n")


def spread_summaries(outcome: Outcome, columns: tuple[str, ...] = REPORTED) -> dict[str, dict[str, Any]]:
    """Return statistics of these columns and candle counts by spread: those asked for, or all that there are."""
    wanted = outcome.sampler.wanted
    names = list(outcome.desk.spreads) if wanted is None else wanted
    found = {}
    for name in names:
        column = outcome.sampler.columns.get(name) or Column()
        found[name] = {**column.summary(columns), "candles": _candles(outcome, name)}
    return found


def position_views(outcome: Outcome) -> list[SpreadHoldingView]:
    """Return every spread that was traded, valued at the middle of its books as they stand."""
    return spread_positions(outcome.desk.state, marks(outcome.desk.markets))


def marks(markets: Mapping[str, Market]) -> dict[str, Decimal]:
    """Return the middle of every market whose book is valid, else its last trade, as far as there is one."""
    found = {}
    for symbol, market in markets.items():
        book = market.book
        mark = decimal_of(book.mid() if book.state(0) == VALID else book.last)
        if mark.is_finite():
            found[symbol] = mark
    return found


def order_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Return every order that was given, refused ones too, in the order given."""
    state = outcome.desk.state
    rows = []
    for entry in outcome.entries:
        order_id = state.keys.get(entry.key)
        if order_id is not None:
            rows.append(_order(order_view(state, order_id)))
            continue
        refusal = state.refusals.get(entry.key) or outcome.refused.get(entry.key)
        if refusal is not None:
            rows.append(_refused(entry, refusal))
    return rows


def _candles(outcome: Outcome, name: str) -> dict[str, int]:
    spread = outcome.desk.spreads.get(name)
    bars = spread.bars if spread is not None else None
    return {
        period.name: max(bars.count(source, place) for source in range(3)) if bars is not None else 0
        for place, period in enumerate(outcome.periods)
    }


def _order(view: OrderView) -> dict[str, Any]:
    shown_at = view.fired if view.fired is not None else view.displayed
    slippage = None
    if view.achieved is not None and shown_at is not None:
        slippage = (view.achieved - shown_at) * view.side.sign
    return {
        "key": view.key,
        "order_id": view.order_id,
        "spread": view.spread,
        "side": view.side.value,
        "type": view.type,
        "sequence": view.sequence,
        "size": plain(view.size),
        "unit": view.unit,
        "trigger": text(view.trigger),
        "state": view.state.value,
        "active": view.active,
        "filled": plain(view.filled),
        "displayed": text(view.displayed),
        "fired": text(view.fired),
        "achieved": text(view.achieved),
        "slippage": text(slippage),
        "unhedged": plain(view.unhedged),
        "fees": _total([leg.fees for leg in view.legs]),
        "legs": [_leg(leg) for leg in view.legs],
        "code": None,
        "reason": view.reason,
        "created": view.created,
        "updated": view.updated,
    }


def _refused(entry: Entry, refusal: Refusal) -> dict[str, Any]:
    request = entry.request
    empty = dict.fromkeys(("order_id", "unit", "displayed", "fired", "achieved", "slippage", "created", "updated"))
    return {
        "key": entry.key,
        **empty,
        "spread": request.spread,
        "side": request.side.value,
        "type": request.type.value,
        "sequence": request.sequence.value,
        "size": str(request.size),
        "trigger": None if request.trigger is None else str(request.trigger),
        "state": "REJECTED",
        "active": False,
        "filled": "0",
        "unhedged": "0",
        "fees": {},
        "legs": [],
        "code": refusal.code,
        "reason": refusal.message,
    }


def _leg(leg: LegView) -> dict[str, Any]:
    return {
        "leg": leg.leg,
        "symbol": leg.symbol,
        "side": leg.side.value,
        "sent": plain(leg.sent),
        "filled": plain(leg.filled),
        "unit": leg.unit,
        "unwound": plain(leg.unwound),
        "average": text(leg.average),
        "status": None if leg.status is None else leg.status.value,
        "fees": _total([leg.fees]),
        "message": leg.message,
    }


def _fill(fill: Fill) -> dict[str, Any]:
    return {
        "at": fill.at,
        "order_id": fill.order_id,
        "client_id": fill.client_id,
        "trade_id": fill.trade_id,
        "leg": fill.leg,
        "symbol": fill.symbol,
        "side": fill.side.value,
        "purpose": fill.purpose,
        "price": plain(fill.price),
        "size": plain(fill.size),
        "base": plain(shown(fill.base)),
        "fee": plain(shown(fill.fee)),
        "fee_asset": fill.fee_asset,
    }


def _position(view: SpreadHoldingView) -> dict[str, Any]:
    return {
        "spread": view.spread,
        "size": plain(shown(view.size)),
        "unit": view.unit,
        "entry": text(view.entry),
        "mark": text(view.mark),
        "pnl": text(view.pnl),
        "pnl_asset": view.pnl_asset,
        "pnl_quote": text(view.pnl_quote),
        "fees": _total([view.fees]),
        "fees_quote": text(view.fees_quote),
        "net": text(view.net),
        "net_delta": plain(shown(view.net_delta)),
        "legs": [_holding(leg) for leg in view.legs],
    }


def _holding(leg: HoldingView) -> dict[str, Any]:
    return {
        "symbol": leg.symbol,
        "size": plain(leg.size),
        "base": plain(shown(leg.base)),
        "entry": text(leg.entry),
        "mark": text(leg.mark),
        "realised": text(leg.realised),
        "unrealised": text(leg.unrealised),
        "pnl": text(leg.pnl),
        "pnl_asset": leg.pnl_asset,
        "pnl_quote": text(leg.pnl_quote),
        "fees": _total([leg.fees]),
        "fees_quote": text(leg.fees_quote),
        "net": text(leg.net),
    }


def _total(tables: Sequence[Mapping[str, Decimal]]) -> dict[str, str]:
    total: dict[str, Decimal] = {}
    for table in tables:
        for asset, amount in table.items():
            total[asset] = total[asset] + amount if asset in total else amount
    return {asset: plain(shown(amount)) for asset, amount in total.items()}


def text(value: Decimal | None) -> str | None:
    """Return decimal text with at most 12 places, None for None."""
    return None if value is None else plain(shown(value))
