"""Profit of what was closed, a row for each order that closed something, and what was delivered.

It follows from the account's own trades as far back as the exchange remembers them, and has the fees of opening and of
closing taken off.
Followed: https://bybit-exchange.github.io/docs/v5/position/close-pnl and asset/delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Fill, Forced
from basisdesk.domain.arithmetic import plain, precise
from basisdesk.domain.order import Side
from basisdesk.sim.dialects.bybit import accountrows as rows
from basisdesk.sim.dialects.bybit.account import WEEK, paged, span
from basisdesk.sim.dialects.bybit.market import CONTRACTS, market_of
from basisdesk.sim.dialects.bybit.names import MS, identity, milliseconds

if TYPE_CHECKING:
    from basisdesk.domain.ask import PositionSide
    from basisdesk.sim.contract import Exchange, Login
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
ZERO = Decimal(0)


@dataclass(slots=True)
class _Held:
    """A position while its trades are gone through: signed size, what it cost to open, and the fees of that."""

    size: Decimal = ZERO
    value: Decimal = ZERO
    fee: Decimal = ZERO


@dataclass(slots=True)
class _Closed:
    """What an order closed: its last trade, how much, values at entry and exit, fees of both, and how many trades."""

    last: Fill
    size: Decimal = ZERO
    entry: Decimal = ZERO
    exit: Decimal = ZERO
    open_fee: Decimal = ZERO
    close_fee: Decimal = ZERO
    count: int = 0


def closed_pnl(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Return the profit of closing orders of a span, newest first."""
    line = params.choice("category", CONTRACTS, None)
    symbol = market_of(exchange, params).instrument.symbol if params.text("symbol") else ""
    since, until = span(params, now, WEEK)
    found = closings(exchange.fills(login.account, line, symbol, 0, now), inverse=line == "inverse")
    told = sorted((each for each in found if since <= each.last.at // MS <= until), key=lambda each: -each.last.at)
    page, more = paged(told, params, 50, 100)
    return {
        "category": line,
        "list": [_row(exchange, login.account, each, inverse=line == "inverse") for each in page],
        "nextPageCursor": more,
    }


def deliveries(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Return the positions that were delivered in a span, newest first."""
    line = params.choice("category", CONTRACTS, None)
    symbol = market_of(exchange, params).instrument.symbol if params.text("symbol") else ""
    since, until = span(params, now, WEEK)
    found = closings(exchange.fills(login.account, line, symbol, 0, now), inverse=line == "inverse")
    done = [
        each for each in reversed(found) if each.last.forced is Forced.DELIVERY and since <= each.last.at // MS <= until
    ]
    page, more = paged(done, params, 20, 50)
    rows_ = [_delivery(exchange, each, inverse=line == "inverse") for each in page]
    return {"category": line, "list": rows_, "nextPageCursor": more}


@precise
def _delivery(exchange: Exchange, closing: _Closed, *, inverse: bool) -> Row:
    fill = closing.last
    instrument = rows.instrument_of(exchange, fill.symbol)
    gain = (closing.entry - closing.exit) * fill.side.sign * (-1 if inverse else 1)
    entry = closing.size / closing.entry if inverse else closing.entry / closing.size
    return {
        "deliveryTime": fill.at // MS,
        "symbol": instrument.code,
        "side": "Sell" if fill.side is Side.BUY else "Buy",
        "position": plain(closing.size),
        "entryPrice": f"{entry:.8f}",
        "deliveryPrice": plain(fill.price),
        "strike": "",
        "fee": f"{closing.close_fee:.8f}",
        "deliveryRpl": f"{gain:.8f}",
    }


@precise
def closings(fills: list[Fill], *, inverse: bool) -> list[_Closed]:
    """Go through trades, oldest first, and return what each order closed."""
    positions: dict[tuple[str, PositionSide], _Held] = {}
    found: dict[str, _Closed] = {}
    for fill in fills:
        held = positions.setdefault((fill.symbol, fill.position), _Held())
        size, fee = fill.size * fill.side.sign, fill.fee or ZERO
        value = fill.size / fill.price if inverse else fill.size * fill.price
        part = min(abs(held.size), fill.size) if held.size * size < 0 else ZERO
        if part:
            share, closing = part / abs(held.size), found.setdefault(fill.venue_id, _Closed(fill))
            closing.last = fill
            closing.size += part
            closing.entry += held.value * share
            closing.exit += value * part / fill.size
            closing.open_fee += held.fee * share
            closing.close_fee += fee * part / fill.size
            closing.count += 1
            held.value -= held.value * share
            held.fee -= held.fee * share
        held.size += size
        held.value += value * (fill.size - part) / fill.size
        held.fee += fee * (fill.size - part) / fill.size
    return list(found.values())


@precise
def _row(exchange: Exchange, account: str, closing: _Closed, *, inverse: bool) -> Row:
    fill = closing.last
    instrument = rows.instrument_of(exchange, fill.symbol)
    order = exchange.new_order_of(account, fill.venue_id)
    # A sale closes a long: it gains where the exit is worth more, of inverse contracts where it is worth less coin.
    gain = (closing.entry - closing.exit) * fill.side.sign * (-1 if inverse else 1)
    prices = [closing.size / each if inverse else each / closing.size for each in (closing.entry, closing.exit)]
    return {
        "symbol": instrument.code,
        "orderType": "Market" if order is None else rows.TYPES[order.type],
        "leverage": plain(exchange.leverage(account, fill.symbol)[0]),
        "updatedTime": milliseconds(fill.at),
        "side": rows.SIDES[fill.side],
        "orderId": identity(fill.venue_id, instrument.market),
        "closedPnl": f"{gain - closing.open_fee - closing.close_fee:.8f}",
        "openFee": f"{closing.open_fee:.8f}",
        "closeFee": f"{closing.close_fee:.8f}",
        "avgEntryPrice": f"{prices[0]:.8f}",
        "qty": plain(closing.size if order is None or order.size is None else order.size),
        "cumEntryValue": f"{closing.entry:.8f}",
        "createdTime": milliseconds(exchange.created_at(account, fill.venue_id)),
        "orderPrice": "0" if order is None or order.price is None else plain(order.price),
        "closedSize": plain(closing.size),
        "avgExitPrice": f"{prices[1]:.8f}",
        "execType": rows.EXECUTED[fill.forced] if fill.forced else "Trade",
        "fillCount": str(closing.count),
        "cumExitValue": f"{closing.exit:.8f}",
    }
