"""Linear contracts' private interface of the newer kind (`/v5`): all numbers are text.

The first interface serves here for fees alone.
Followed: https://www.htx.com/en-us/opend/newApiPages/ (USDT-margined contracts, v5).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import IncomeKind
from basisdesk.domain.ask import MarginMode, NewOrder, OrderRef, OrderType, PositionMode, PositionSide, TimeInForce
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.htx import linear_rows
from basisdesk.sim.dialects.htx.refuse import DeniedError, denied, malformed, missing
from basisdesk.sim.dialects.htx.text import ms, short
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.ids import is_client_id

if TYPE_CHECKING:
    from basisdesk.domain.account import OrderUpdate
    from basisdesk.sim.dialects.htx.visit import Visit

LINE = symbols.LINEAR
NS_PER_MS = 1_000_000
MARGINS = {"cross": MarginMode.CROSS, "isolated": MarginMode.ISOLATED}
SIDES = {"both": PositionSide.NET, "long": PositionSide.LONG, "short": PositionSide.SHORT}
TYPES = ("limit", "market", "post_only")
MODES = {"single_side": PositionMode.ONE_WAY, "dual_side": PositionMode.HEDGE}
TAGS = ("channel_code", "self_match_prevent", "price_protect")
LEAST_SWITCH = 5000
FUNDING_TYPES = {True: "30", False: "31"}
OTHER_TYPES = {IncomeKind.FEE: "5", IncomeKind.TRADE: "3", IncomeKind.LIQUIDATION: "12", IncomeKind.DELIVERY: "11"}


def record_type(kind: IncomeKind, amount: Decimal) -> str:
    """Return the number of a kind of booking."""
    if kind is IncomeKind.FUNDING:
        return FUNDING_TYPES[amount >= 0]
    if kind is IncomeKind.TRANSFER:
        return "14" if amount >= 0 else "15"
    return OTHER_TYPES.get(kind, "26")


def place(visit: Visit) -> dict[str, str]:
    """Take an order."""
    params = visit.params
    market = visit.market(LINE, "contract_code")
    margin = MARGINS[params.need("margin_mode", among=MARGINS)]
    side = Side(params.need("side", among=("buy", "sell")).upper())
    position = SIDES[params.text("position_side", among=SIDES) or "both"]
    kind = params.need("type", among=TYPES)
    life = TimeInForce(params.text("time_in_force", among=("gtc", "ioc", "fok")) or "gtc")
    volume, price = params.amount("volume", as_text=True), params.amount("price", as_text=True)
    client_id = client_id_of(visit)
    reduce_only = params.whole("reduce_only", 0, 0, 1) == 1
    params.ignore(*TAGS)
    params.done()
    if volume is None or (price is None and kind != "market"):
        raise missing(params.style, "volume" if volume is None else "price")
    order = NewOrder(
        symbol=market.instrument.symbol,
        side=side,
        type=OrderType.MARKET if kind == "market" else OrderType.LIMIT,
        size=volume,
        price=None if kind == "market" else price,
        client_id=client_id,
        time_in_force=TimeInForce.GTC if kind == "market" else life,
        post_only=kind == "post_only",
        reduce_only=reduce_only,
        margin=margin,
        position=position,
    )
    taken = visit.exchange.place(visit.account, order, visit.now)
    if isinstance(taken, Refused):
        raise denied(taken, params.style)
    return named(taken)


def client_id_of(visit: Visit) -> str:
    """Return the client id that an order states, empty for none."""
    found = visit.params.any("client_order_id")
    if found and not is_client_id(found, spot=False):
        raise DeniedError("1067", "The client_order_id field is invalid. Please re-enter.")
    return found


def named(order: OrderUpdate) -> dict[str, str]:
    """Return the ids of an order."""
    return {"order_id": order.venue_id, "client_order_id": order.client_id or order.venue_id}


def _ref(visit: Visit, symbol: str) -> OrderRef:
    number, client_id = visit.params.any("order_id"), visit.params.any("client_order_id")
    if not number and not client_id:
        raise missing(visit.params.style, "order_id")
    return OrderRef(symbol=symbol, venue_id=number, client_id=client_id)


def cancel(visit: Visit) -> dict[str, str]:
    """Cancel an order."""
    market = visit.market(LINE, "contract_code")
    ref = _ref(visit, market.instrument.symbol)
    visit.params.done()
    ended = visit.exchange.cancel(visit.account, ref, visit.now)
    if isinstance(ended, Refused):
        raise DeniedError("1061", "The order does not exist.")
    return named(ended)


def cancel_all(visit: Visit) -> list[dict[str, Any]]:
    """Cancel every order, or those of a contract."""
    wanted = visit.wanted(LINE, "contract_code")
    visit.params.ignore("side", "position_side")
    visit.params.done()
    ended = visit.exchange.cancel_all(visit.account, LINE, wanted.instrument.symbol if wanted else "", visit.now)
    return [{"code": 200, "message": "Success", **named(each)} for each in ended]


def dead_man(line: str, visit: Visit) -> dict[str, str]:
    """Arm the switch that cancels all orders of a line, or turn it off; all contract lines take the same."""
    params = visit.params
    turned = params.whole("on_off", -1, 0, 1)
    length = params.whole("time_out", LEAST_SWITCH, LEAST_SWITCH, 86_400_000)
    params.done()
    if turned < 0:
        raise missing(params.style, "on_off")
    visit.exchange.dead_man(visit.account, line, "", length // 1000 if turned else 0, visit.now)
    now = ms(visit.now)
    return {"current_time": str(now)} | ({"trigger_time": str(now + length)} if turned else {})


def order(visit: Visit) -> dict[str, Any]:
    """Return an order."""
    market = visit.market(LINE, "contract_code")
    ref = _ref(visit, market.instrument.symbol)
    visit.params.text("margin_mode", among=MARGINS)
    visit.params.done()
    found = visit.exchange.order(visit.account, ref, visit.now)
    if isinstance(found, Refused):
        raise denied(found, visit.params.style)
    return linear_rows.order(visit.exchange, visit.account, found, visit.now)


def open_orders(visit: Visit) -> list[dict[str, Any]]:
    """Return open orders, newest first."""
    params = visit.params
    wanted = visit.wanted(LINE, "contract_code")
    limit, mark = params.whole("limit", 10, 1, 100), params.whole("from", 0)
    params.ignore("margin_mode", "direct")
    params.done()
    found = visit.exchange.open_orders(visit.account, LINE, wanted.instrument.symbol if wanted else "")
    rows = [linear_rows.order(visit.exchange, visit.account, each, visit.now) for each in found[::-1]]
    return _page(rows, mark, limit)


def past_orders(visit: Visit) -> list[dict[str, Any]]:
    """Return ended orders of a contract, newest first."""
    params = visit.params
    market = visit.market(LINE, "contract_code")
    params.text("margin_mode", among=MARGINS)
    limit, mark = params.whole("limit", 10, 1, 100), params.whole("from", 0)
    since = params.whole("start_time", 0)
    params.ignore("state", "type", "price_match", "end_time", "direct")
    params.done()
    symbol = market.instrument.symbol
    found = visit.exchange.past_orders(visit.account, LINE, symbol, since * NS_PER_MS, visit.now)
    rows = [linear_rows.order(visit.exchange, visit.account, each, visit.now) for each in found[::-1]]
    return _page([row for row in rows if row["state"] not in {"new", "partially_filled"}], mark, limit)


def fills(visit: Visit) -> list[dict[str, Any]]:
    """Return own trades, newest first."""
    params = visit.params
    wanted = visit.wanted(LINE, "contract_code")
    number = params.any("order_id")
    limit, mark = params.whole("limit", 10, 1, 100), params.whole("from", 0)
    since, until = params.whole("start_time", 0), params.whole("end_time", 2**62)
    params.ignore("direct")
    params.done()
    symbol = wanted.instrument.symbol if wanted else ""
    rows = [
        linear_rows.fill(visit.exchange, visit.account, each)
        for each in visit.exchange.fills(visit.account, LINE, symbol, since * NS_PER_MS, visit.now)
        if ms(each.at) <= until and number in {"", each.venue_id}
    ]
    return _page(rows[::-1], mark, limit)


def _page(rows: list[dict[str, Any]], mark: int, limit: int) -> list[dict[str, Any]]:
    """Return the rows behind the one of this number (0: from the first), newest first as they came."""
    begins = next((place + 1 for place, row in enumerate(rows) if row["id"] == str(mark)), len(rows)) if mark else 0
    return rows[begins : begins + limit]


def positions(visit: Visit) -> list[dict[str, Any]]:
    """Return positions."""
    wanted = visit.wanted(LINE, "contract_code")
    visit.params.ignore("subType")
    visit.params.done()
    symbol = wanted.instrument.symbol if wanted else ""
    found = visit.exchange.positions(visit.account, LINE, symbol)
    return [linear_rows.position(visit.exchange, each, visit.now) for each in found]


def balance(visit: Visit) -> dict[str, Any]:
    """Return the account."""
    visit.params.ignore("subType", "type", "marginMode")
    visit.params.done()
    return linear_rows.account(visit.exchange, visit.account, visit.now)


def bills(visit: Visit) -> list[dict[str, Any]]:
    """Return bookings, newest first."""
    params = visit.params
    wanted = visit.wanted(LINE, "contract_code")
    types = [each for each in params.text("type").split(",") if each]
    limit, mark = params.whole("limit", 10, 1, 100), params.whole("from", 0)
    since, until = params.whole("start_time", 0), params.whole("end_time", 2**62)
    params.ignore("margin_mode", "direct")
    params.done()
    symbol = wanted.instrument.symbol if wanted else ""
    rows = []
    for row in visit.exchange.income(visit.account, LINE, symbol, since * NS_PER_MS):
        kind = record_type(row.kind, row.amount)
        if ms(row.at) <= until and (not types or kind in types):
            code = visit.exchange.markets[row.symbol].instrument.code if row.symbol else ""
            told = {"id": row.id, "type": kind, "currency": row.asset, "amount": short(row.amount)}
            rows.append(told | {"contract_code": code, "margin_mode": "cross", "created_time": str(ms(row.at))})
    return _page(rows[::-1], mark, limit)


def set_leverage(visit: Visit) -> dict[str, Any]:
    """Set the leverage of a contract."""
    market = visit.market(LINE, "contract_code")
    margin = visit.params.need("margin_mode", among=MARGINS)
    rate = visit.params.whole("lever_rate", 0)
    visit.params.ignore("position_side")
    visit.params.done()
    refused = visit.exchange.set_leverage(visit.account, market.instrument.symbol, Decimal(rate), visit.now)
    if refused is not None and refused.reason is not Reason.UNCHANGED:
        raise denied(refused, visit.params.style)
    return {"contract_code": market.instrument.code, "margin_mode": margin, "lever_rate": rate}


def set_mode(visit: Visit) -> dict[str, str]:
    """Set one-way or hedge mode."""
    mode = visit.params.need("position_mode", among=MODES)
    visit.params.done()
    refused = visit.exchange.set_position_mode(visit.account, LINE, MODES[mode], visit.now)
    if refused is not None and refused.reason is not Reason.UNCHANGED:
        raise denied(refused, visit.params.style)
    return {"position_mode": mode}


def mode(visit: Visit) -> dict[str, str]:
    """Return one-way or hedge mode."""
    visit.params.done()
    hedge = visit.exchange.position_mode(visit.account, LINE) is PositionMode.HEDGE
    return {"position_mode": "dual_side" if hedge else "single_side"}


def fees(line: str, visit: Visit) -> list[dict[str, Any]]:
    """Return the account's fees, of one contract or all; the first interface serves every contract line."""
    params = visit.params
    coin = params.text("symbol").upper()
    wanted = None if line == symbols.COIN_FUTURES else visit.wanted(line, "contract_code")
    params.ignore("pair", "contract_type", "business_type")
    params.done()
    rows = []
    for market in visit.exchange.markets.values():
        instrument = market.instrument
        if instrument.market == line and (wanted is None or wanted is market) and coin in {"", instrument.base}:
            own = visit.exchange.fees(visit.account, instrument.symbol)
            maker, taker = short(own.maker), short(own.taker)
            row = {"symbol": instrument.base, "contract_code": instrument.code, "fee_asset": instrument.settle}
            row |= {"open_maker_fee": maker, "open_taker_fee": taker, "close_maker_fee": maker}
            rows.append(row | {"close_taker_fee": taker, "delivery_fee": short(visit.exchange.rules.delivery_fee)})
    if not rows:
        raise malformed(params.style, "symbol")
    return rows
