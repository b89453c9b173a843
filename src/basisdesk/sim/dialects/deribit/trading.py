"""Private methods about orders.

An order answers with itself and the trades that it made at once.
Post-only moves the price to just before the other side, unless `reject_post_only` asks for a refusal.
A label is no key: what goes by label reaches every order that bears it, and an edit refuses where there are several.
Followed: https://docs.deribit.com/api-reference/trading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.ask import Amend, NewOrder, OrderRef, OrderType, TimeInForce
from basisdesk.domain.order import OrderStatus, Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Exchange, Refused, SimMarket
from basisdesk.sim.dialects.deribit.market import KINDS, LINE, currency_of, market_of
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS, Row, fill_row, order_number, order_row
from basisdesk.sim.dialects.deribit.rpc import Params, Wrong, invalid

if TYPE_CHECKING:
    from collections.abc import Collection

    from basisdesk.domain.account import OrderUpdate
    from basisdesk.sim.contract import Login

LABEL_LENGTH = 64
CLOSED = (11044, "not_open_order")
LIVES = {
    "good_til_cancelled": TimeInForce.GTC,
    "good_til_day": TimeInForce.GTC,
    "immediate_or_cancel": TimeInForce.IOC,
    "fill_or_kill": TimeInForce.FOK,
}
TYPES = (
    "all", "limit", "trigger_all", "stop_all", "stop_limit", "stop_market", "take_all", "take_limit", "take_market",
    "trailing_all", "trailing_stop",
)  # fmt: skip
"""What open orders may be picked by."""

TRIGGERED = ("stop_limit", "take_limit", "stop_market", "take_market", "market_limit", "trailing_stop")
CODES = {
    Reason.INSUFFICIENT_MARGIN: (10009, "not_enough_funds"),
    Reason.BELOW_MINIMUM: (10002, "qty_too_low"),
    Reason.ABOVE_MAXIMUM: (10021, "invalid_amount"),
    Reason.OFF_GRID: (10021, "invalid_amount"),
    Reason.WOULD_CROSS: (11054, "post_only_reject"),
    Reason.UNKNOWN_ORDER: (10004, "order_not_found"),
    Reason.UNKNOWN_SYMBOL: (13020, "not_found"),
    Reason.NOT_TRADABLE: (10012, "book_closed"),
    Reason.SELF_MATCH: (10003, "order_overlap"),
    Reason.RISK_LIMIT: (10018, "non_pme_max_future_position_size"),
    Reason.RATE_LIMIT: (10028, "too_many_requests"),
    Reason.OVERLOADED: (10047, "matching_engine_queue_full"),
    Reason.MAINTENANCE: (11051, "system_maintenance"),
    Reason.MALFORMED: (-32602, "Invalid params"),
    Reason.PERMISSION: (13021, "forbidden"),
}


@dataclass(slots=True)
class Office:
    """What the venue remembers beside the exchange.

    `ends` says why an order ended where the exchange does not know, `edited` names the orders that were changed.
    """

    exchange: Exchange
    ends: dict[str, str] = field(default_factory=dict)
    edited: dict[str, None] = field(default_factory=dict)

    def row(self, update: OrderUpdate) -> Row:
        """Return an order as the venue tells it."""
        row = order_row(self.exchange, update, self.ends.get(update.venue_id, ""))
        return row | {"replaced": update.venue_id in self.edited}


def wrong(refused: Refused, side: Side | None = None) -> Wrong:
    """Return the failure for what the exchange refused."""
    if refused.reason is Reason.OFF_GRID and refused.detail == "price":
        return Wrong(10043, "price_wrong_tick", refused.message)
    if refused.reason is Reason.PRICE_BAND:
        high = side is Side.BUY
        return Wrong(10007 if high else 10005, "price_too_high" if high else "price_too_low", refused.message)
    code, message = CODES.get(refused.reason, (11030, "other_reject"))
    reason = "reduce_only order would not reduce" if refused.reason is Reason.REDUCE_ONLY else refused.message
    return Wrong(code, message, reason)


def buy(office: Office, login: Login, params: Params, now: int) -> Row:
    """Place a buy order."""
    return _place(office, login, Side.BUY, params, now)


def sell(office: Office, login: Login, params: Params, now: int) -> Row:
    """Place a sell order."""
    return _place(office, login, Side.SELL, params, now)


def _place(office: Office, login: Login, side: Side, params: Params, now: int) -> Row:
    _in_time(params, now)
    market = market_of(office.exchange, params)
    size = _amount(market, params)
    if size is None:
        raise invalid("amount", "amount or contracts required")
    order = _order(market, side, size, params)
    answer = office.exchange.place(login.account, order, now)
    if isinstance(answer, Refused) and answer.reason is Reason.WOULD_CROSS and not params.flag("reject_post_only"):
        answer = office.exchange.place(login.account, replace(order, price=_beside(market, side)), now)
    return _answered(office, login, answer, now, side)


def _order(market: SimMarket, side: Side, size: Decimal, params: Params) -> NewOrder:
    kind = params.choice("type", ("limit", "market", *TRIGGERED), "limit")
    if kind in TRIGGERED:
        raise Wrong(10033, "not_implemented", f"{kind} orders are not simulated", "type")
    price = params.number("price")
    limit = kind == "limit"
    if limit != (price is not None):
        raise invalid("price", "required for limit orders, and for them alone")
    post_only = params.flag("post_only")
    life = LIVES[params.choice("time_in_force", LIVES, "good_til_cancelled")]
    if post_only and (not limit or life is not TimeInForce.GTC):
        raise invalid("post_only")
    return NewOrder(
        symbol=market.instrument.symbol,
        side=side,
        type=OrderType.LIMIT if limit else OrderType.MARKET,
        client_id=label_of(params, ""),
        size=size,
        price=price,
        time_in_force=life,
        post_only=post_only,
        reduce_only=params.flag("reduce_only"),
    )


def label_of(params: Params, default: str | None = None) -> str:
    """Return a label."""
    label = params.text("label", default)
    if len(label) > LABEL_LENGTH:
        raise invalid("label", "too long")
    return label


def _amount(market: SimMarket, params: Params) -> Decimal | None:
    """Return the size by amount or by contracts; both must agree."""
    amount, contracts = params.number("amount"), params.number("contracts")
    by_contracts = None if contracts is None else contracts * market.instrument.step
    if amount is not None and by_contracts not in {None, amount}:
        raise Wrong(11029, "invalid_arguments", "amount and contracts do not agree", "contracts")
    return by_contracts if amount is None else amount


def _beside(market: SimMarket, side: Side) -> Decimal:
    """Return the best price of a side at which nothing is taken: a tick before the other side."""
    other = market.book.ask if side is Side.BUY else market.book.bid
    return Decimal(repr(other)) - market.instrument.tick * side.sign


def _in_time(params: Params, now: int) -> None:
    until = params.whole("valid_until", 0)
    if until and now > until * NS_PER_MS:
        raise Wrong(13888, "timed_out", "valid_until has passed")


def _answered(office: Office, login: Login, answer: OrderUpdate | Refused, now: int, side: Side | None = None) -> Row:
    if isinstance(answer, Refused):
        raise wrong(answer, side)
    fills = office.exchange.fills(login.account, LINE, answer.symbol, now, now)
    made = [fill_row(office.exchange, fill, int(fill.trade_id)) for fill in fills if fill.venue_id == answer.venue_id]
    return {"order": office.row(answer), "trades": made}


def edit(office: Office, login: Login, params: Params, now: int) -> Row:
    """Change an order."""
    update = found(office, login, params, now)
    return _edit(office, login, update, params, now)


def edit_by_label(office: Office, login: Login, params: Params, now: int) -> Row:
    """Change the one order of a market that bears a label."""
    market, label = market_of(office.exchange, params), label_of(params)
    alive = [
        update
        for update in office.exchange.open_orders(login.account, LINE, market.instrument.symbol)
        if update.client_id == label
    ]
    match alive:
        case []:
            raise Wrong(10004, "order_not_found")
        case [update]:
            return _edit(office, login, update, params, now)
        case _:
            raise Wrong(13032, "non_unique_order_label")


def _edit(office: Office, login: Login, update: OrderUpdate, params: Params, now: int) -> Row:
    _in_time(params, now)
    if update.status is OrderStatus.DONE:
        raise Wrong(*CLOSED)
    market = office.exchange.markets[update.symbol]
    size, price = _amount(market, params), params.number("price")
    ref = OrderRef(symbol=update.symbol, venue_id=update.venue_id)
    answer = office.exchange.amend(login.account, Amend(order=ref, size=size, price=price), now)
    if isinstance(answer, Refused) and answer.reason is Reason.UNCHANGED:
        answer = update
    if not isinstance(answer, Refused):
        office.edited[update.venue_id] = None
    return _answered(office, login, answer, now, update.side)


def found(office: Office, login: Login, params: Params, now: int) -> OrderUpdate:
    """Return the order that `order_id` names."""
    ref = OrderRef(symbol="", venue_id=order_number(params.text("order_id")))
    answer = office.exchange.order(login.account, ref, now)
    if isinstance(answer, Refused):
        raise Wrong(10004, "order_not_found")
    return answer


def close_position(office: Office, login: Login, params: Params, now: int) -> Row:
    """Close a position with an order that only reduces."""
    market = market_of(office.exchange, params)
    held = office.exchange.positions(login.account, LINE, market.instrument.symbol)
    if not held:
        raise Wrong(11030, "other_reject", "already_closed")
    side = Side.SELL if held[0].size > 0 else Side.BUY
    order = _order(market, side, abs(held[0].size), params)
    answer = office.exchange.place(login.account, replace(order, reduce_only=True), now)
    return _answered(office, login, answer, now, side)


def living(office: Office, login: Login, currency: str) -> list[OrderUpdate]:
    """Return the orders of a currency that live."""
    markets = office.exchange.markets
    return [
        update
        for update in office.exchange.open_orders(login.account, LINE)
        if currency == "any" or markets[update.symbol].instrument.settle == currency
    ]


def shows(params: Params, types: Collection[str]) -> bool:
    """Whether `kind` and `type` leave limit orders of futures in; nothing else is here."""
    kind, word = params.choice("kind", KINDS, "any"), params.choice("type", types, "all")
    return kind in {"any", "future"} and word in {"all", "limit"}


def get_order_state(office: Office, login: Login, params: Params, now: int) -> Row:
    """Answer an order."""
    return office.row(found(office, login, params, now))


def get_order_state_by_label(office: Office, login: Login, params: Params, now: int) -> list[Row]:
    """Answer every remembered order of a currency that bears a label, newest first."""
    currency, label = currency_of(office.exchange, params), label_of(params)
    past = _past(office, login, currency, "", now)
    return [office.row(update) for update in past if update.client_id == label]


def get_open_orders(office: Office, login: Login, params: Params, _now: int) -> list[Row]:
    """Answer every order that lives."""
    return _listed(office, living(office, login, "any"), params)


def get_open_orders_by_currency(office: Office, login: Login, params: Params, _now: int) -> list[Row]:
    """Answer every order of a currency that lives."""
    return _listed(office, living(office, login, currency_of(office.exchange, params)), params)


def get_open_orders_by_instrument(office: Office, login: Login, params: Params, _now: int) -> list[Row]:
    """Answer every order of a market that lives."""
    symbol = market_of(office.exchange, params).instrument.symbol
    return _listed(office, office.exchange.open_orders(login.account, LINE, symbol), params)


def _listed(office: Office, updates: list[OrderUpdate], params: Params) -> list[Row]:
    return [office.row(update) for update in updates] if shows(params, TYPES) else []


def get_open_orders_by_label(office: Office, login: Login, params: Params, _now: int) -> list[Row]:
    """Answer every order of a currency that lives and bears a label."""
    currency, label = currency_of(office.exchange, params), label_of(params)
    return [office.row(update) for update in living(office, login, currency) if update.client_id == label]


def get_trigger_order_history(office: Office, _login: Login, params: Params, _now: int) -> Row:
    """Answer that no order waited for a trigger."""
    currency_of(office.exchange, params)
    return {"entries": [], "continuation": None}


def get_order_history_by_currency(office: Office, login: Login, params: Params, now: int) -> list[Row]:
    """Answer ended orders of a currency, newest first."""
    return _history(office, login, currency_of(office.exchange, params), "", params, now)


def get_order_history_by_instrument(office: Office, login: Login, params: Params, now: int) -> list[Row]:
    """Answer ended orders of a market, newest first."""
    symbol = market_of(office.exchange, params).instrument.symbol
    return _history(office, login, "any", symbol, params, now)


def _history(office: Office, login: Login, currency: str, symbol: str, params: Params, now: int) -> list[Row]:
    unfilled = params.flag("include_unfilled")
    skip, count = params.whole("offset", 0), params.whole("count", 20)
    past = [
        update
        for update in _past(office, login, currency, symbol, now)
        if update.status is OrderStatus.DONE and (update.filled or unfilled)
    ]
    return [office.row(update) for update in past[skip : skip + count]]


def _past(office: Office, login: Login, currency: str, symbol: str, now: int) -> list[OrderUpdate]:
    markets = office.exchange.markets
    return [
        update
        for update in office.exchange.past_orders(login.account, LINE, symbol, 0, now)[::-1]
        if currency == "any" or markets[update.symbol].instrument.settle == currency
    ]
