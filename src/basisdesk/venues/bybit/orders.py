"""Orders: the path and the fields of each, the same over REST and over the trade socket.

Every number is text.
Contracts are always sized in the line's unit; only a spot market order can count money, so its unit is stated each time
instead of left to the venue's default, which is money for buys and coin for sells.
A market order carries no time in force: the venue runs it as IOC with a cap on slippage.
Followed: https://bybit-exchange.github.io/docs/v5/order/create-order, amend-order, cancel-order and cancel-all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import is_on_grid, is_workable, plain
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

if TYPE_CHECKING:
    from decimal import Decimal

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
    if order.client_id:
        fields["orderLinkId"] = order.client_id
    if order.position in POSITIONS:
        fields["positionIdx"] = POSITIONS[order.position]
    if order.reduce_only:
        fields["reduceOnly"] = True
    if spot and order.margin is not None:
        fields["isLeverage"] = int(order.margin is MarginMode.CROSS)
    return fields


def _unfit(order: NewOrder, instrument: Instrument, session: Session) -> Refusal | None:
    if order.client_id and not is_client_id(order.client_id):
        return Refusal(
            "bad_client_id",
            f"client id {order.client_id!r} must have 1 to {LONGEST} letters, digits, - and _: take another",
        )
    return (
        _misfit_margin(order, instrument, session) or _misfit_type(order, instrument) or _misfit_size(order, instrument)
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


def _misfit_type(order: NewOrder, instrument: Instrument) -> Refusal | None:
    limit = order.type is OrderType.LIMIT
    if limit is (order.price is None):
        return Refusal(
            "bad_order", "a limit order needs a price" if limit else "a market order takes no price: leave it out"
        )
    if order.post_only and (not limit or order.time_in_force.name != "GTC"):
        return Refusal("bad_order", "a post-only order is a limit order that is good till cancelled: make it one")
    return None if order.price is None else _misfit_price(order.price, instrument)


def _misfit_price(price: Decimal, instrument: Instrument) -> Refusal | None:
    if not is_workable(price) or price <= 0:
        return Refusal("bad_price", f"price {price} is not a number above zero: give one that is")
    if is_on_grid(price, instrument.tick):
        return None
    return Refusal("off_tick", f"price {price} is not a multiple of {instrument.tick}: round it to the tick")


def _misfit_size(order: NewOrder, instrument: Instrument) -> Refusal | None:
    if order.money is not None:
        if instrument.market != "spot" or order.type is OrderType.LIMIT or order.size is not None:
            return Refusal(
                "bad_order", "only a spot market order is sized in money, and then not in coin: give one of both"
            )
        if is_workable(order.money) and order.money > 0:
            return None
        return Refusal("not_positive", f"{order.money} is nothing to spend: give more than zero")
    return (
        Refusal("bad_order", "the order has neither size nor money: give one")
        if order.size is None
        else misfit(order.size, instrument)
    )


def misfit(size: Decimal, instrument: Instrument) -> Refusal | None:
    """Return why a size cannot be sent, None when it can."""
    if not is_workable(size) or size <= 0:
        return Refusal("not_positive", f"size {size} is not a number above zero: give one that is")
    if not is_on_grid(size, instrument.step):
        return Refusal("off_step", f"size {size} is not a multiple of {instrument.step}: round it to the step")
    if size < instrument.min_size:
        return Refusal(
            "below_minimum", f"size {size} is below the {instrument.min_size} of {instrument.symbol}: raise it"
        )
    if instrument.max_size is not None and size > instrument.max_size:
        return Refusal(
            "above_maximum", f"size {size} is above the {instrument.max_size} of {instrument.symbol}: split it"
        )
    return None


def _amend(ask: Amend, instrument: Instrument) -> Fields | Refusal:
    fields = _named(ask.order, instrument)
    if isinstance(fields, Refusal):
        return fields
    if ask.size is None and ask.price is None:
        return Refusal("nothing_to_do", "an amend without size and price changes nothing: give at least one")
    if ask.size is not None:
        fault = misfit(ask.size, instrument)
        if fault is not None:
            return fault
        fields["qty"] = plain(ask.size)
    if ask.price is not None:
        fault = _misfit_price(ask.price, instrument)
        if fault is not None:
            return fault
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
