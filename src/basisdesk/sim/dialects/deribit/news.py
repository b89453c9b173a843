"""What is told to an account: its orders, trades, positions and money, by channel.

All that one event did to a market goes out together on ``user.changes``; where an order changed more than once, its
last state is told there, and each one on ``user.orders``.
Followed: https://docs.deribit.com/subscriptions/user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Fill, Forced, OrderUpdate, Position, Warned
from basisdesk.sim.dialects.deribit.names import ANY
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS, Row, fill_row, position_row, summary_row
from basisdesk.sim.dialects.deribit.rpc import push

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.domain.account import Update
    from basisdesk.sim.dialects.deribit.names import Named
    from basisdesk.sim.dialects.deribit.trading import Office

_FORCED = {Forced.LIQUIDATION: "liquidation_completed", Forced.ADL: "adl_transfer"}


def bodies(office: Office, channels: Iterable[Named], updates: Sequence[Update]) -> list[bytes]:
    """Return the frames of what happened to one account, for someone who listens to these channels."""
    orders = [update for update in updates if isinstance(update, OrderUpdate)]
    fills = [update for update in updates if isinstance(update, Fill) and update.forced is not Forced.DELIVERY]
    held = {(update.symbol, update.side): update for update in updates if isinstance(update, Position)}
    money = {update.asset: update for update in updates if isinstance(update, Balance) and update.wallet == "public"}
    told = []
    for named in channels:
        match named.topic:
            case "orders":
                told += _orders(office, named, orders)
            case "trades":
                mine = [fill for fill in fills if _concerns(office, named, fill.symbol)]
                rows = [fill_row(office.exchange, fill, int(fill.trade_id)) for fill in mine]
                told += [push(named.name, rows)] if rows else []
            case "changes":
                told += _changes(office, named, orders, fills, list(held.values()))
            case "portfolio":
                wanted = named.rest[0].upper()
                rows = [
                    summary_row(office.exchange, row) for asset, row in money.items() if wanted in {ANY.upper(), asset}
                ]
                told += [push(named.name, row) for row in rows]
            case "liquidation":
                told += _liquidations(office, named, updates)
    return told


def _orders(office: Office, named: Named, orders: Sequence[OrderUpdate]) -> list[bytes]:
    rows = [office.row(update) for update in orders if _concerns(office, named, update.symbol)]
    if named.rest[0] == "raw":
        return [push(named.name, row) for row in rows]
    return [push(named.name, rows)] if rows else []


def _changes(
    office: Office, named: Named, orders: Sequence[OrderUpdate], fills: Sequence[Fill], held: Sequence[Position]
) -> list[bytes]:
    told = []
    for symbol in dict.fromkeys(
        [*(row.symbol for row in orders), *(row.symbol for row in fills), *(row.symbol for row in held)]
    ):
        if not _concerns(office, named, symbol):
            continue
        market = office.exchange.markets[symbol]
        last = {update.venue_id: update for update in orders if update.symbol == symbol}
        row: Row = {
            "instrument_name": market.instrument.code,
            "orders": [office.row(update) for update in last.values()],
            "trades": [fill_row(office.exchange, fill, int(fill.trade_id)) for fill in fills if fill.symbol == symbol],
            "positions": [
                position_row(office.exchange, each.account, market.instrument, each)
                for each in held
                if each.symbol == symbol
            ],
        }
        told.append(push(named.name, row))
    return told


def _liquidations(office: Office, named: Named, updates: Sequence[Update]) -> list[bytes]:
    """Return that a forced close begins (a warning), and each trade that it made."""
    told = []
    for update in updates:
        match update:
            case Warned(symbol=symbol, at=at, account=account):
                state = "liquidation_started"
            case Fill(forced=Forced.LIQUIDATION | Forced.ADL as forced, symbol=symbol, at=at, account=account):
                state = _FORCED[forced]
            case _:
                continue
        code = office.exchange.markets[symbol].instrument.code
        row = {"state": state, "instrument_name": code, "timestamp": at // NS_PER_MS, "user_id": int(account)}
        told.append(push(named.name, row))
    return told


def _concerns(office: Office, named: Named, symbol: str) -> bool:
    instrument = office.exchange.markets[symbol].instrument
    if named.market is not None:
        return named.market.instrument.symbol == symbol
    return named.rest[1] in {ANY, instrument.settle}
