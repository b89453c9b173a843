"""Orders: the path and the fields of each, the same over REST and over the trade socket.

Every number is text.
Contracts are always sized in the line's unit; only a spot market order can count money, so its unit is stated each time
instead of left to the venue's default, which is money for buys and coin for sells.
A market order carries no time in force: the venue runs it as IOC with a cap on slippage.
Followed: https://bybit-exchange.github.io/docs/v5/order/create-order, amend-order, cancel-order and cancel-all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.ask import (
    Amend,
    Cancel,
    CancelAll,
    MarginMode,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    PositionSide,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.bybit.ids import LONGEST, is_client_id
from basisdesk.venues.bybit.settle import settles
from basisdesk.venues.figures import check_figures, check_money, check_side

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session

CREATE = "/v5/order/create"
AMEND = "/v5/order/amend"
CANCEL = "/v5/order/cancel"
CANCEL_ALL = "/v5/order/cancel-all"

Fields = dict[str, "str | int | bool"]
SIDES = {Side.BUY: "Buy", Side.SELL: "Sell"}
TYPES = {OrderType.LIMIT: "Limit", OrderType.MARKET: "Market"}
POSITIONS = {PositionSide.LONG: 1, PositionSide.SHORT: 2}
MARGINS = {MarginMode.CROSS: "REGULAR_MARGIN", MarginMode.ISOLATED: "ISOLATED_MARGIN"}
MARGIN = "margin_mode"
"""Name under which a session remembers the account's margin mode."""


def market(symbol: str, session: Session) -> Instrument | Refusal:
    """Return the instrument of a symbol."""
    known = session.instruments.get(symbol)
    if known is None:
        return Refusal("unknown_symbol", f"{symbol} is not among the instruments that were loaded: load the list first")
    return known


def order_fields(ask: Place | Amend | Cancel, session: Session) -> tuple[str, str, Fields] | Refusal:
    """Return line, path and fields of an order, its change or its end."""
    order = ask.order
    instrument = market(order.symbol, session)
    if isinstance(instrument, Refusal):
        return instrument
    match ask:
        case Place(order=new):
            return _at(instrument, CREATE, _create(new, instrument, session))
        case Amend():
            return _at(instrument, AMEND, _amend(ask, instrument))
        case _:
            return _at(instrument, CANCEL, _named(ask.order, instrument))


def _at(instrument: Instrument, path: str, fields: Fields | Refusal) -> tuple[str, str, Fields] | Refusal:
    return fields if isinstance(fields, Refusal) else (instrument.market, path, fields)


def cancel_all_fields(ask: CancelAll, session: Session) -> Fields | Refusal:
    """Return the fields of a cancel-all: contracts are taken one settle coin at a time, `CancelAll.cursor`."""
    fields: Fields = {"category": ask.line}
    if ask.symbol:
        instrument = market(ask.symbol, session)
        if isinstance(instrument, Refusal):
            return instrument
        fields["symbol"] = instrument.code
    elif ask.line != "spot":
        fields["settleCoin"] = ask.cursor or settles(ask.line, session)[0]
    return fields


def _create(order: NewOrder, instrument: Instrument, session: Session) -> Fields | Refusal:
    spot = instrument.market == "spot"
    fault = _unfit(order, instrument, session)
    if fault is not None:
        return fault
    amount = order.size if order.money is None else order.money
    assert amount is not None  # `_unfit` refuses an order without
    fields: Fields = {
        "category": instrument.market,
        "symbol": instrument.code,
        "side": SIDES[order.side],
        "orderType": TYPES[order.type],
        "qty": plain(amount),
    }
    if order.type is OrderType.LIMIT:
        assert order.price is not None  # as above
        fields["price"] = plain(order.price)
        fields["timeInForce"] = "PostOnly" if order.post_only else order.time_in_force.name
    elif spot:
        fields["marketUnit"] = "baseCoin" if order.money is None else "quoteCoin"
    fields["orderLinkId"] = order.client_id
    if order.position in POSITIONS:
        fields["positionIdx"] = POSITIONS[order.position]
    if order.reduce_only:
        fields["reduceOnly"] = True
    if spot and order.margin is not None:
        fields["isLeverage"] = int(order.margin is MarginMode.CROSS)
    return fields


def _unfit(order: NewOrder, instrument: Instrument, session: Session) -> Refusal | None:
    if not is_client_id(order.client_id):  # the venue takes orders without one, which could never be found again
        return Refusal(
            "bad_client_id",
            f"client id {order.client_id[:60]!r} of {len(order.client_id)} characters is not 1 to {LONGEST} letters, "
            "digits, - and _: use such",
        )
    return (
        check_side(order)
        or _misfit_margin(order, instrument, session)
        or _misfit_type(order)
        or _misfit_size(order, instrument)
    )


def _misfit_margin(order: NewOrder, instrument: Instrument, session: Session) -> Refusal | None:
    if instrument.market == "spot":
        if order.margin is MarginMode.ISOLATED:
            return Refusal(
                "bad_margin_mode", "spot orders borrow from the whole account: ask for cross margin, not isolated"
            )
        if order.reduce_only or order.position in POSITIONS:
            return Refusal("unsupported", f"{order.symbol} is spot, which has no positions to reduce: leave that out")
        return None
    if order.margin is MarginMode.CASH:
        return Refusal(
            "bad_margin_mode", f"{order.symbol} is a contract, which is not traded for cash: use cross or isolated"
        )
    known = session.learned.get(MARGIN, "")
    if order.margin is not None and known and known != MARGINS[order.margin]:
        return Refusal(
            "bad_margin_mode", f"the account is in {known}, not {MARGINS[order.margin]}: set its margin mode first"
        )
    return None


def _misfit_type(order: NewOrder) -> Refusal | None:
    limit = order.type is OrderType.LIMIT
    if limit is (order.price is None):
        return Refusal(
            "bad_order",
            f"a limit order on {order.symbol} states no price: give one"
            if limit
            else f"a market order on {order.symbol} takes no price: leave {order.price} out",
        )
    if order.post_only and (not limit or order.time_in_force.name != "GTC"):
        return Refusal("bad_order", "a post-only order is a limit order that is good till cancelled: make it one")
    return None


def _misfit_size(order: NewOrder, instrument: Instrument) -> Refusal | None:
    if order.money is not None:
        if instrument.market != "spot" or order.type is OrderType.LIMIT or order.size is not None:
            return Refusal(
                "bad_order", "only a spot market order is sized in money, and then not in coin: give one of both"
            )
        return check_money(instrument, order.money)
    if order.size is None:
        return Refusal("bad_order", f"the order on {order.symbol} has neither size nor money: give one")
    # What closes a position may be worth less than the least value; whether it is too little the venue decides.
    return check_figures(instrument, order.size, order.price, free=order.reduce_only)


def _amend(ask: Amend, instrument: Instrument) -> Fields | Refusal:
    fields = _named(ask.order, instrument)
    if isinstance(fields, Refusal):
        return fields
    if ask.size is None and ask.price is None:
        return Refusal("nothing_to_do", "an amend without size and price changes nothing: give at least one")
    fault = check_figures(instrument, ask.size, ask.price, free=True)  # the order may be reduce-only
    if fault is not None:
        return fault
    if ask.size is not None:
        fields["qty"] = plain(ask.size)
    if ask.price is not None:
        fields["price"] = plain(ask.price)
    return fields


def _named(order: OrderRef, instrument: Instrument) -> Fields | Refusal:
    fields: Fields = {"category": instrument.market, "symbol": instrument.code}
    name = named(order)
    if isinstance(name, Refusal):
        return name
    fields.update([name])
    return fields


def named(order: OrderRef) -> tuple[str, str] | Refusal:
    """Return the field that names an order; the venue's own id counts where there are both."""
    if order.venue_id:
        return "orderId", order.venue_id
    if order.client_id:
        return "orderLinkId", order.client_id
    return Refusal("no_order_id", "the order is named neither by the venue's id nor by a client id: give one")
