"""Asks that change something, as the venue's requests.

Spot wants every price and amount as text, contracts want JSON numbers; both are written without an exponent.
On contracts the kind of an order is also how long it lives: LIMIT, MARKET, IOC, FOK or POST_ONLY.
What the venue would refuse anyway is refused here, with the limit.
A contract's leverage and margin mode are set together, so the one that is not being set has to be known: it is learned
from the positions (`Unlearned`), and cross margin is what a contract that was never traded has.
Followed: https://open.bigone.com/docs/spot (orders), /docs/contract (orders, positions) and /docs/wallet (transfer).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import msgspec

from basisdesk.domain.arithmetic import is_workable, plain
from basisdesk.domain.ask import Cancel, CancelAll, MarginMode, MoveFunds, OrderType, Place, PositionSide, TimeInForce
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.bigone.capabilities import ACCOUNTS
from basisdesk.venues.bigone.hosts import CONTRACT_REST, SPOT_REST
from basisdesk.venues.bigone.ids import LONGEST, is_client_id
from basisdesk.venues.bigone.symbols import CONTRACT, SPOT
from basisdesk.venues.figures import check_figures

if TYPE_CHECKING:
    from basisdesk.domain.ask import NewOrder, SetLeverage, SetMarginMode
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session

SPOT_ORDERS = f"{SPOT_REST}viewer/orders"
SPOT_CANCEL = f"{SPOT_REST}viewer/order/cancel"
SPOT_CANCEL_ALL = f"{SPOT_REST}viewer/orders/cancel"
TRANSFER = f"{SPOT_REST}viewer/transfer"
CONTRACT_ORDERS = f"{CONTRACT_REST}orders"
POSITIONS = f"{CONTRACT_REST}positions/"
MODES_KNOWN = "modes"
"""Under this name a session remembers that positions were asked for; see `mode_name` and `leverage_name`."""


class Draft(NamedTuple):
    """A request before it is signed."""

    method: str
    path: str
    body: bytes = b""
    public: bool = False


class Unlearned(NamedTuple):
    """The positions must be asked for first."""


def mode_name(code: str) -> str:
    """Return the name under which a session remembers whether a contract is margined cross."""
    return f"cross:{code}"


def leverage_name(code: str) -> str:
    """Return the name under which a session remembers a contract's leverage."""
    return f"leverage:{code}"


def place(ask: Place, market: Instrument) -> Draft | Refusal:
    """Return the request that sends an order."""
    order = ask.order
    refusal = _ill(order, market) or (_ill_spot(order) if market.market == SPOT else _ill_contract(order))
    if refusal is not None:
        return refusal
    return _spot_order(order, market) if market.market == SPOT else _contract_order(order, market)


def cancel(ask: Cancel, market: Instrument) -> Draft | Refusal:
    """Return the request that takes an order out of the book."""
    order = ask.order
    if market.market == CONTRACT:
        if not order.venue_id:
            return Refusal("no_order_id", f"{market.symbol} has no client ids: name the order by the venue's id")
        return Draft("DELETE", f"{CONTRACT_ORDERS}/{_part(order.venue_id)}")
    if order.venue_id:
        return Draft("POST", f"{SPOT_ORDERS}/{_part(order.venue_id)}/cancel", b"{}")
    if not is_client_id(order.client_id):
        return unnamed(order.client_id)
    return Draft("POST", SPOT_CANCEL, msgspec.json.encode({"client_order_id": order.client_id}))


def cancel_all(ask: CancelAll, market: Instrument | None) -> Draft | Refusal:
    """Return the request that takes all orders of a spot pair out of the book; nothing else can be asked for."""
    if ask.line != SPOT:
        return Refusal("unsupported", f"{ask.line} has no cancel-all: cancel its open orders one by one")
    if market is None:
        return Refusal("symbol_needed", "orders of spot are cancelled pair by pair: name the symbol")
    return Draft("POST", SPOT_CANCEL_ALL, msgspec.json.encode({"asset_pair_name": market.code}))


def set_leverage(ask: SetLeverage, market: Instrument, session: Session) -> Draft | Refusal | Unlearned:
    """Return the request that sets the leverage of a contract, in the margin mode stated or in the one it has."""
    refusal = _ill_leverage(ask.leverage, market)
    if refusal is not None:
        return refusal
    if ask.margin is not None:
        cross = ask.margin is MarginMode.CROSS
    elif MODES_KNOWN not in session.learned:
        return Unlearned()
    else:
        cross = session.learned.get(mode_name(market.code), "1") == "1"
    return _margin(market, ask.leverage, cross=cross)


def set_margin_mode(ask: SetMarginMode, market: Instrument, session: Session) -> Draft | Refusal | Unlearned:
    """Return the request that sets the margin mode of a contract, at the leverage stated or at the one it has."""
    if ask.mode is MarginMode.CASH:
        return Refusal("bad_margin_mode", f"{market.symbol} is margined: CROSS or ISOLATED")
    leverage = ask.leverage
    if leverage is None:
        if MODES_KNOWN not in session.learned:
            return Unlearned()
        known = session.learned.get(leverage_name(market.code))
        if known is None:
            return Refusal("leverage_needed", f"{market.symbol} has no leverage yet: state it with the margin mode")
        leverage = Decimal(known)
    return _ill_leverage(leverage, market) or _margin(market, leverage, cross=ask.mode is MarginMode.CROSS)


def move(ask: MoveFunds) -> Draft | Refusal:
    """Return the request that moves money between two of the owner's accounts."""
    unknown = next((name for name in (ask.source, ask.target) if name not in ACCOUNTS), None)
    if unknown is not None or ask.source == ask.target:
        which = f"{ask.source!r} and {ask.target!r}" if unknown is None else repr(unknown)
        return Refusal("bad_account", f"money is moved between two of {', '.join(ACCOUNTS)}, not {which}")
    if not is_workable(ask.amount) or ask.amount <= 0:
        return Refusal("bad_amount", f"an amount of {ask.amount} cannot be moved: it has to be above zero")
    if not is_client_id(ask.client_id):
        return _ill_id(ask.client_id)
    body = {
        "symbol": ask.asset,
        "amount": plain(ask.amount),
        "from": ACCOUNTS[ask.source],
        "to": ACCOUNTS[ask.target],
        "guid": ask.client_id,
    }
    return Draft("POST", TRANSFER, msgspec.json.encode(body))


def _spot_order(order: NewOrder, market: Instrument) -> Draft:
    assert order.size is not None  # _ill has seen to it
    body: dict[str, str | bool] = {
        "asset_pair_name": market.code,
        "side": "BID" if order.side is Side.BUY else "ASK",
        "amount": plain(order.size),
    }
    if order.price is not None:
        body["price"] = plain(order.price)
        if order.time_in_force is TimeInForce.IOC:
            body["immediate_or_cancel"] = True
        if order.post_only:
            body["post_only"] = True
    body["type"] = "MARKET" if order.type is OrderType.MARKET else "LIMIT"
    body["client_order_id"] = order.client_id
    return Draft("POST", SPOT_ORDERS, msgspec.json.encode(body))


def _contract_order(order: NewOrder, market: Instrument) -> Draft:
    assert order.size is not None  # _ill has seen to it
    if order.type is OrderType.MARKET:
        kind = "MARKET"
    elif order.post_only:
        kind = "POST_ONLY"
    else:
        kind = "LIMIT" if order.time_in_force is TimeInForce.GTC else order.time_in_force.value.upper()
    body: dict[str, str | bool | msgspec.Raw] = {
        "symbol": market.code,
        "side": order.side.value,
        "type": kind,
        "size": _number(order.size),
    }
    if order.price is not None:
        body["price"] = _number(order.price)
    body["reduceOnly"] = order.reduce_only
    return Draft("POST", CONTRACT_ORDERS, msgspec.json.encode(body))


def _margin(market: Instrument, leverage: Decimal, *, cross: bool) -> Draft:
    body = {"isCross": cross, "leverage": _number(leverage), "margin": 0}
    return Draft("PUT", f"{POSITIONS}{market.code}/margin", msgspec.json.encode(body))


def _ill(order: NewOrder, market: Instrument) -> Refusal | None:
    """Say what is wrong with an order on either line."""
    if order.position is not PositionSide.NET:
        return Refusal("unsupported", f"{market.symbol} has one net position: leave {order.position.value} out")
    return _ill_size(order, market) or _ill_kind(order) or check_figures(market, order.size, order.price)


def _ill_size(order: NewOrder, market: Instrument) -> Refusal | None:
    if order.size is None:
        return Refusal("bad_order", f"{market.symbol} is bought by size, not by money: state the size")
    buys = market.market == SPOT and order.type is OrderType.MARKET and order.side is Side.BUY
    if order.money is not None and not buys:
        return Refusal("bad_order", f"only a spot market buy may state money: leave {order.money} out")
    return None


def _ill_kind(order: NewOrder) -> Refusal | None:
    if order.type is OrderType.MARKET:
        whole = order.price is None and not order.post_only and order.time_in_force is TimeInForce.GTC
        told = f"a market order on {order.symbol} has no price, lifetime or post-only: leave them out"
        return None if whole else Refusal("bad_order", told)
    if order.price is None:
        return Refusal("bad_order", f"a limit order on {order.symbol} states no price: give one")
    if order.post_only and order.time_in_force is not TimeInForce.GTC:
        lives = order.time_in_force.value
        return Refusal("bad_order", f"a post-only order on {order.symbol} cannot be {lives}: use gtc")
    return None


def _ill_spot(order: NewOrder) -> Refusal | None:
    if order.reduce_only:
        return Refusal("unsupported", f"{order.symbol} is spot and has no positions: leave reduce-only out")
    if order.margin not in {None, MarginMode.CASH}:
        return Refusal("bad_margin_mode", f"an order on {order.symbol} cannot borrow: use the margin mode cash")
    if order.time_in_force is TimeInForce.FOK:
        return Refusal("unsupported", f"there is no fill-or-kill on {order.symbol}: send it as ioc")
    if not is_client_id(order.client_id):
        return _ill_id(order.client_id)
    return None


def _ill_contract(order: NewOrder) -> Refusal | None:
    return (
        Refusal("bad_margin_mode", f"an order on {order.symbol} cannot be margined in cash: use cross or isolated")
        if order.margin is MarginMode.CASH
        else None
    )


def _ill_leverage(leverage: Decimal, market: Instrument) -> Refusal | None:
    if market.market != CONTRACT:
        return Refusal("unsupported", f"{market.symbol} is spot, which has no leverage")
    most = market.max_leverage
    if not is_workable(leverage) or leverage < 1 or (most is not None and leverage > most):
        limit = "any number from 1" if most is None else f"1 to {plain(most)}"
        return Refusal("bad_leverage", f"a leverage of {leverage} cannot be set for {market.symbol}: use {limit}")
    return None


def unnamed(client_id: str) -> Refusal:
    """Refuse a reference to an order that has neither the venue's id nor one that could be ours."""
    if not client_id:
        return Refusal("no_order_id", "neither the venue's id nor one of ours is given: give one")
    return _ill_id(client_id)


def _ill_id(text: str) -> Refusal:
    wanted = f"1 to {LONGEST} letters, digits, - and _"
    return Refusal("bad_client_id", f"client id {text[:60]!r} of {len(text)} characters is not {wanted}: use such")


def _number(value: Decimal) -> msgspec.Raw:
    """Return a JSON number in plain digits."""
    return msgspec.Raw(plain(value).encode())


def _part(text: str) -> str:
    return quote(text, safe="")
