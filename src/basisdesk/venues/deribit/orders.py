"""Commands: what each is as a call.

Orders are sized in the venue's `amount`, which is the instrument's own unit: US dollars (inverse) or coin (linear).
An order is refused here, before it is sent, where the venue would refuse it or do something else than was asked:
post-only is always sent with `reject_post_only`, because the venue would move the price otherwise.
Every order and edit carries `valid_until`, after which the venue does not take it any more.
Margin, leverage and position mode belong to the account and cannot be set for a market.
Money moves between sub-accounts of one owner only.
Followed: https://docs.deribit.com/api-reference/trading/private-buy, private-edit, private-cancel and
/api-reference/wallet/private-submit_transfer_between_subaccounts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import is_workable
from basisdesk.domain.ask import (
    Amend,
    Cancel,
    CancelAll,
    MarginMode,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    PositionSide,
    TimeInForce,
)
from basisdesk.domain.check import check_price, check_size
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import Side
from basisdesk.venues.deribit.calls import Call, Value
from basisdesk.venues.deribit.capabilities import CALL, LIFE_NS, MASS_CANCEL, MATCHING
from basisdesk.venues.deribit.ids import check_label, check_name
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

LIVES = {
    TimeInForce.GTC: "good_til_cancelled",
    TimeInForce.IOC: "immediate_or_cancel",
    TimeInForce.FOK: "fill_or_kill",
}
WHOLE = Decimal(1)


def find(session: Session, symbol: str) -> Instrument | Refusal:
    """Return the instrument of a symbol, or a refusal."""
    found = session.instruments.get(symbol)
    if found is None:
        return Refusal("unknown_symbol", f"{symbol!r} is no market known here: load the instruments first")
    return found


def place(ask: Place, session: Session, now: int) -> Call | Refusal:
    """Return ``private/buy`` or ``private/sell``."""
    order = ask.order
    instrument = find(session, order.symbol)
    if isinstance(instrument, Refusal):
        return instrument
    refusal = _check(order, instrument)
    if refusal is not None:
        return refusal
    assert order.size is not None  # or it was refused
    params: list[tuple[str, Value]] = [
        ("instrument_name", instrument.code),
        ("amount", order.size),
        ("type", order.type.value),
    ]
    if order.price is not None:
        params.append(("price", order.price))
    if order.reduce_only:
        params.append(("reduce_only", True))
    if order.post_only:
        params += [("post_only", True), ("reject_post_only", True)]
    if order.type is OrderType.LIMIT:
        params.append(("time_in_force", LIVES[order.time_in_force]))
    params.append(("label", order.client_id))
    return _ending("private/buy" if order.side is Side.BUY else "private/sell", params, now)


def _check(order: NewOrder, instrument: Instrument) -> Refusal | None:
    refusal = check_label(order.client_id) or _check_terms(order)
    if refusal is not None:
        return refusal
    if order.size is None:
        return Refusal("bad_order", f"an order on {order.symbol} states no size: futures are never bought for money")
    limit = order.type is OrderType.LIMIT
    if limit and order.price is None:
        return Refusal("bad_order", f"a limit order on {order.symbol} states no price: give one")
    if not limit and order.price is not None:
        return Refusal("bad_order", f"a market order on {order.symbol} states the price {order.price}: leave it out")
    # No market of the venue has a least value, so a market order is checked at any price.
    return check_size(instrument, order.size, WHOLE) or (
        None if order.price is None else check_price(instrument, order.price)
    )


def _check_terms(order: NewOrder) -> Refusal | None:
    if order.money is not None:
        return Refusal("bad_order", f"{order.symbol} is sized in amounts, not in money: state the size instead")
    if order.position is not PositionSide.NET:
        return Refusal("unsupported", "positions are always one-way here: leave the position side out")
    if order.margin is not None and order.margin is not MarginMode.CROSS:
        return Refusal("bad_margin_mode", f"margin {order.margin.value} cannot be chosen for an order: leave it out")
    resting = order.type is OrderType.LIMIT and order.time_in_force is TimeInForce.GTC
    if order.post_only and not resting:
        return Refusal("bad_order", "a post-only order rests until cancelled: make it a limit order that does")
    if order.type is OrderType.MARKET and order.time_in_force is TimeInForce.FOK:
        return Refusal("unsupported", "a market order cannot be fill-or-kill here: use a limit order")
    return None


def amend(ask: Amend, session: Session, now: int) -> Call | Refusal:
    """Return ``private/edit``, or ``private/edit_by_label`` where only our id is known."""
    instrument = find(session, ask.order.symbol)
    if isinstance(instrument, Refusal):
        return instrument
    if ask.size is None and ask.price is None:
        return Refusal("nothing_to_do", f"an amend on {ask.order.symbol} changes nothing: give a size or a price")
    if ask.size is not None and (refusal := check_size(instrument, ask.size, WHOLE)):
        return refusal
    if ask.price is not None and (refusal := check_price(instrument, ask.price)):
        return refusal
    params: list[tuple[str, Value]]
    if ask.order.venue_id:
        method, params = "private/edit", [("order_id", ask.order.venue_id)]
    else:
        method, params = "private/edit_by_label", [("instrument_name", instrument.code)]
    if ask.size is not None:
        params.append(("amount", ask.size))
    if ask.price is not None:
        params.append(("price", ask.price))
    if not ask.order.venue_id:
        if refusal := check_name(ask.order):
            return refusal
        params.append(("label", ask.order.client_id))
    return _ending(method, params, now)


def cancel(ask: Cancel, session: Session, _now: int) -> Call | Refusal:
    """Return ``private/cancel``, or ``private/cancel_by_label`` where only our id is known."""
    named = by_name(ask.order, session)
    if isinstance(named, Refusal):
        return named
    if isinstance(named, Instrument):
        label: tuple[tuple[str, Value], ...] = (("label", ask.order.client_id), ("currency", named.settle))
        return Call(method="private/cancel_by_label", params=label, costs=(MATCHING,), changes=True)
    return Call(method="private/cancel", params=(("order_id", named),), costs=(MATCHING,), changes=True)


def by_name(order: OrderRef, session: Session) -> str | Instrument | Refusal:
    """Return the venue's id of an order, or the market whose orders are asked for our id."""
    if order.venue_id:
        return order.venue_id
    instrument = find(session, order.symbol)
    if isinstance(instrument, Refusal):
        return instrument
    return check_name(order) or instrument


def cancel_all(ask: CancelAll, session: Session, _now: int) -> Call | Refusal:
    """Return ``private/cancel_all``, or ``private/cancel_all_by_instrument``."""
    if not ask.symbol:
        return Call(method="private/cancel_all", costs=(MASS_CANCEL,), changes=True)
    instrument = find(session, ask.symbol)
    if isinstance(instrument, Refusal):
        return instrument
    return Call(
        method="private/cancel_all_by_instrument",
        params=(("instrument_name", instrument.code),),
        costs=(MASS_CANCEL,),
        changes=True,
    )


def move_funds(ask: MoveFunds, _session: Session, _now: int) -> Call | Refusal:
    """Return ``private/submit_transfer_between_subaccounts``; accounts are named by their numbers."""
    for name in (ask.source, ask.target):
        if not (name.isascii() and name.isdigit()):
            return Refusal("bad_account", f"{name[:40]!r} is no account here: name accounts by their numbers")
    if not is_workable(ask.amount) or ask.amount <= 0:
        return Refusal("bad_amount", f"{ask.amount} {ask.asset} cannot be moved: give an amount above zero")
    return Call(
        method="private/submit_transfer_between_subaccounts",
        params=(
            ("currency", ask.asset),
            ("amount", ask.amount),
            ("destination", int(ask.target)),
            ("source", int(ask.source)),
        ),
        costs=(CALL,),
        changes=True,
    )


def _ending(method: str, params: list[tuple[str, Value]], now: int) -> Call:
    until = (now + LIFE_NS) // NS_PER_MS
    return Call(
        method=method,
        params=(*params, ("valid_until", until)),
        costs=(MATCHING,),
        changes=True,
        expires=until * NS_PER_MS,
    )
