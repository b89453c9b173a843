"""Commands as requests.

Spot wants texts, and quote money as the amount of a market buy; the newer linear interface wants texts too;
coin-margined contracts want numbers, whether a position is opened or closed, and the leverage.
A market order of a coin-margined contract takes the twenty best prices and is cancelled for the rest.
Followed: https://huobiapi.github.io/docs/spot/v1/en/#place-a-new-order, .../coin_margined_swap/v1/en/#place-an-order,
.../dm/v1/en/#place-an-order and, for linear contracts, https://www.htx.com/en-us/opend/newApiPages/ ("Place An Order").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import Rounding, on_grid, plain
from basisdesk.domain.ask import AskAccounts, AskBalances, MarginMode, OrderType, Place, PositionSide, TimeInForce
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.checks import COINS, check_order, check_ref, market_of
from basisdesk.venues.htx.account.names import identity, leverage_name, named
from basisdesk.venues.htx.account.queries import ask_query
from basisdesk.venues.htx.account.request import SPOT_ACCOUNT, Body, change

if TYPE_CHECKING:
    from basisdesk.domain.ask import Cancel, NewOrder
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Request, Session

_PREFIX = {symbols.COIN_SWAP: "/swap-api/v1/swap", symbols.COIN_FUTURES: "/api/v1/contract"}
_POSITIONS = {PositionSide.NET: "both", PositionSide.LONG: "long", PositionSide.SHORT: "short"}
MARKET_PRICE = "optimal_20_ioc"


def place(ask: Place, session: Session, now: int) -> Request | Refusal:
    """Return the request of a new order, or of what must be known before (account number, leverage)."""
    order = ask.order
    market = market_of(session, order.symbol)
    if isinstance(market, Refusal):
        return market
    refused = check_order(order, market)
    if refused is not None:
        return refused
    if market.market == symbols.SPOT:
        return _place_spot(ask, market, session, now)
    if market.market in COINS:
        return _place_coin(ask, market, session, now)
    return change(ask, session, now, symbols.LINEAR, "/v5/trade/order", _linear_body(order, market))


def cancel(ask: Cancel, session: Session, now: int) -> Request | Refusal:
    """Return the request that takes one order out of the book."""
    order = ask.order
    market = market_of(session, order.symbol)
    if isinstance(market, Refusal):
        return market
    line = market.market
    refused = check_ref(order, spot=line == symbols.SPOT)
    if refused is not None:
        return refused
    if line == symbols.SPOT:
        if order.venue_id:
            return change(ask, session, now, line, f"/v1/order/orders/{order.venue_id}/submitcancel", {})
        body: Body = {"client-order-id": order.client_id}
        return change(ask, session, now, line, "/v1/order/orders/submitCancelClientOrder", body)
    body = {**named(line, market.code), **identity(order)}
    path = "/v5/trade/cancel_order" if line == symbols.LINEAR else f"{_PREFIX[line]}_cancel"
    return change(ask, session, now, line, path, body)


def _place_spot(ask: Place, market: Instrument, session: Session, now: int) -> Request | Refusal:
    order = ask.order
    if order.margin not in {None, MarginMode.CASH}:
        return Refusal("bad_margin_mode", f"{order.symbol} is traded with cash: leave the margin mode out")
    if SPOT_ACCOUNT not in session.learned:
        return ask_query(AskAccounts(symbols.SPOT), session, now)
    amount = order.size
    if order.type is OrderType.MARKET and order.side is Side.BUY:
        assert order.money is not None  # checked
        # The venue reads the money of a market buy in the decimals of sizes; no more is spent than was said.
        amount = on_grid(order.money, market.step, Rounding.DOWN)
    assert amount is not None  # checked
    body: Body = {
        "account-id": session.learned[SPOT_ACCOUNT],
        "symbol": market.code,
        "type": f"{order.side.value.lower()}-{_spot_type(order)}",
        "amount": plain(amount),
        "price": plain(order.price) if order.type is OrderType.LIMIT and order.price is not None else "",
        "source": "spot-api",
        "client-order-id": order.client_id,
    }
    return change(ask, session, now, symbols.SPOT, "/v1/order/orders/place", body)


def _spot_type(order: NewOrder) -> str:
    if order.type is OrderType.MARKET:
        return "market"
    if order.post_only:
        return "limit-maker"
    return {TimeInForce.GTC: "limit", TimeInForce.IOC: "ioc", TimeInForce.FOK: "limit-fok"}[order.time_in_force]


def _linear_body(order: NewOrder, market: Instrument) -> Body:
    assert order.size is not None  # checked
    limit = order.type is OrderType.LIMIT
    body: Body = {
        "contract_code": market.code,
        "margin_mode": "isolated" if order.margin is MarginMode.ISOLATED else "cross",
        "side": order.side.value.lower(),
        "position_side": _POSITIONS[order.position],
        "type": "post_only" if order.post_only else order.type.value,
        "price": plain(order.price) if limit and order.price is not None else "",
        "volume": plain(order.size),
        "time_in_force": order.time_in_force.value if limit else "",
        "client_order_id": int(order.client_id),
    }
    if order.reduce_only:
        body["reduce_only"] = 1
    return body


def _place_coin(ask: Place, market: Instrument, session: Session, now: int) -> Request | Refusal:
    order, line = ask.order, market.market
    leverage = str(order.leverage or session.learned.get(leverage_name(line, market.code), ""))
    if not leverage:
        if f"leverage:{line}" not in session.learned:
            return ask_query(AskBalances(line), session, now)
        return Refusal("leverage_needed", f"{order.symbol} wants a leverage with every order: state it or set it first")
    if order.margin not in {None, MarginMode.CROSS}:
        return Refusal("bad_margin_mode", f"{line} has cross margin alone: leave the margin mode of {order.symbol} out")
    assert order.size is not None  # checked
    body: Body = {
        "contract_code": market.code,
        "client_order_id": int(order.client_id),
        "volume": int(order.size),
        "direction": order.side.value.lower(),
        "offset": _offset(order),
        "lever_rate": int(leverage),
        "order_price_type": _coin_type(order),
    }
    if order.type is OrderType.LIMIT and order.price is not None:
        body["price"] = msgspec.Raw(plain(order.price).encode())
    return change(ask, session, now, line, f"{_PREFIX[line]}_order", body)


def _coin_type(order: NewOrder) -> str:
    if order.type is OrderType.MARKET:
        return MARKET_PRICE
    if order.post_only:
        return "post_only"
    return "limit" if order.time_in_force is TimeInForce.GTC else order.time_in_force.value


def _offset(order: NewOrder) -> str:
    """Return whether an order opens or closes: buys close shorts, sells close longs, and reduce-only always closes."""
    if order.position is PositionSide.NET:
        return "close" if order.reduce_only else "open"
    return "open" if (order.side is Side.BUY) == (order.position is PositionSide.LONG) else "close"
