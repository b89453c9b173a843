"""The pure machine: folds events, decides effects, keeps every spread order balanced until it ends.

Public API (all times are nanoseconds UTC, all amounts Decimal)::

    state = State()                          tables; State(rules=Rules(...)) for other limits
    step(state, event) -> list[Effect]       fold the event, decide, fold what was decided
    wants(state, order_id, quote) -> bool    would Quoted(order_id, quote) do anything?  ask before journaling one
    next_deadline(state) -> int | None       when a TimePassed is due
    armed(state) -> list[str]                auto-triggers that wait
    asks(state) -> list[(str, int)]          quotes awaited: (order id, not before), for the desk after a restart
    fold(state, event_or_effect)             the only writer; for recovery use fold_all
    fold_all(records) -> State               a journal folded again
    rerun(records) -> Mismatch | None        a journal's events decided again
    digest(state) -> str                     SHA-256 of the state

    order_view(state, order_id) -> OrderView spread order with legs, filled, achieved, unhedged
    spread_state(state, order_id)            one of the six states
    fills_of(state, order_id) -> list[Fill]  its trades; state.fills has all
    positions(state, marks)                  HoldingView per market; marks: symbol to quote money per coin
    spread_positions(state, marks)           SpreadHoldingView per spread, with both legs
    fees_by_asset(state)                     all fees paid
    status_table()                           the printed leg order table

After a `Placed`, `state.keys[key]` is the order id, or `state.refusals[key]` the refusal; the same key given again
changes nothing and is answered from there.
For an `AskQuote` the desk composes the order's `SpreadQuote` (for `order.request.size` and side), no sooner than
`not_before`, and gives it as `Quoted` as soon as `wants` says so; an ask is void once `asks` no longer lists it.
"""

from basisdesk.engine.fold import fold
from basisdesk.engine.profit import HoldingView, SpreadHoldingView, fees_by_asset, positions, spread_positions
from basisdesk.engine.replay import Mismatch, digest, fold_all, rerun
from basisdesk.engine.state import Fill, Holding, LegOrder, Phase, Rules, SpreadOrder, State, decode, encode
from basisdesk.engine.step import armed, asks, next_deadline, step, wants
from basisdesk.engine.table import printed as status_table
from basisdesk.engine.view import LegView, OrderView, fills_of, order_view, spread_state

__all__ = [
    "Fill",
    "Holding",
    "HoldingView",
    "LegOrder",
    "LegView",
    "Mismatch",
    "OrderView",
    "Phase",
    "Rules",
    "SpreadHoldingView",
    "SpreadOrder",
    "State",
    "armed",
    "asks",
    "decode",
    "digest",
    "encode",
    "fees_by_asset",
    "fills_of",
    "fold",
    "fold_all",
    "next_deadline",
    "order_view",
    "positions",
    "rerun",
    "spread_positions",
    "spread_state",
    "status_table",
    "step",
    "wants",
]
