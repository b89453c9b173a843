"""Balances, positions, fills and income over REST and the WebSocket API.

Source: "Account Endpoints" (spot), "Account" and "Trade" (USD-M, COIN-M).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import IncomeKind
from basisdesk.domain.arithmetic import plain
from basisdesk.domain.ask import MarginMode
from basisdesk.domain.order import Side
from basisdesk.sim.dialects.binance.cross import crossed
from basisdesk.sim.dialects.binance.refuse import Refusal
from basisdesk.sim.dialects.binance.spell import MILLISECOND, SIDES, ZERO, figure, money, ms
from basisdesk.sim.dialects.binance.visit import pair_of

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance, Fill, Income, Position
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
DAY = 86_400_000
MOST = 1000
SETTINGS = ("leverage", "maxNotionalValue", "marginType", "isAutoAddMargin")
KINDS = {
    IncomeKind.FUNDING: "FUNDING_FEE",
    IncomeKind.FEE: "COMMISSION",
    IncomeKind.REBATE: "COMMISSION_REBATE",
    IncomeKind.TRADE: "REALIZED_PNL",
    IncomeKind.TRANSFER: "TRANSFER",
    IncomeKind.LIQUIDATION: "INSURANCE_CLEAR",
    IncomeKind.DELIVERY: "DELIVERED_SETTELMENT",
}


def locked(balance: Balance) -> Decimal:
    """Return what of a spot balance is bound in orders."""
    return max(ZERO, balance.total - (balance.available or ZERO))


def spot_account(visit: Visit) -> Row:
    """Answer with the spot account."""
    held = {row.asset: row for row in visit.exchange.balances(visit.account, "spot")}
    listed = dict.fromkeys(
        asset
        for market in visit.exchange.markets.values()
        if market.instrument.market == "spot"
        for asset in (market.instrument.base, market.instrument.quote)
    )
    names = list(held) if visit.params.flag("omitZeroBalances") else list(dict.fromkeys([*listed, *held]))
    rights = visit.login.permissions if visit.login is not None else None
    trades = rights is not None and rights.trade is True
    return {
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": "0.00100000",
            "taker": "0.00100000",
            "buyer": "0.00000000",
            "seller": "0.00000000",
        },
        "canTrade": trades,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": ms(visit.now),
        "accountType": "SPOT",
        "balances": [
            {
                "asset": name,
                "free": money((held[name].available or ZERO) if name in held else ZERO),
                "locked": money(locked(held[name]) if name in held else ZERO),
            }
            for name in names
        ],
        "permissions": ["SPOT"],
        "uid": int(visit.account),
    }


def futures_balance(visit: Visit) -> list[Row]:
    """Answer with the coins of a futures account."""
    return [_coin(visit, row) for row in visit.exchange.balances(visit.account, visit.line)]


def _coin(visit: Visit, row: Balance) -> Row:
    wallet, profit = crossed(visit.exchange, visit.account, row)
    free = money(row.available or ZERO)
    return {
        "accountAlias": "SgsR",
        "asset": row.asset,
        "balance": money(row.total),
        "crossWalletBalance": money(wallet),
        "crossUnPnl": money(profit),
        "availableBalance": free,
        **(
            {"withdrawAvailable": free}
            if visit.line == "coinm"
            else {"maxWithdrawAmount": free, "marginAvailable": True}
        ),
        "updateTime": ms(visit.now),
    }


def futures_account(visit: Visit) -> Row:
    """Answer with coins and positions of a futures account."""
    rows = visit.exchange.balances(visit.account, visit.line)
    told: Row = {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "updateTime": 0,
        "assets": [_asset(visit, row) for row in rows],
        "positions": _account_positions(visit),
    }
    if visit.line == "coinm":
        return told
    dollars = [row for row in rows if row.asset == "USDT"]
    total = sum((row.total for row in dollars), ZERO)
    equity = sum((row.equity or row.total for row in dollars), ZERO)
    free = sum((row.available or ZERO for row in dollars), ZERO)
    first, least = visit.exchange.needs(dollars[0]) if dollars else (ZERO, ZERO)
    wallet, profit = crossed(visit.exchange, visit.account, dollars[0]) if dollars else (ZERO, ZERO)
    return told | {
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
        "totalInitialMargin": money(max(equity - free, ZERO)),
        "totalMaintMargin": money(least),
        "totalWalletBalance": money(total),
        "totalUnrealizedProfit": money(equity - total),
        "totalMarginBalance": money(equity),
        "totalPositionInitialMargin": money(first),
        "totalOpenOrderInitialMargin": money(max(equity - free - first, ZERO)),
        "totalCrossWalletBalance": money(wallet),
        "totalCrossUnPnl": money(profit),
        "availableBalance": money(free),
        "maxWithdrawAmount": money(free),
    }


def _asset(visit: Visit, row: Balance) -> Row:
    floating = (row.equity or row.total) - row.total
    bound = max(row.total + floating - (row.available or ZERO), ZERO)
    first, least = visit.exchange.needs(row)
    wallet, profit = crossed(visit.exchange, visit.account, row)
    return {
        "asset": row.asset,
        "walletBalance": money(row.total),
        "unrealizedProfit": money(floating),
        "marginBalance": money(row.total + floating),
        "maintMargin": money(least),
        "initialMargin": money(bound),
        "positionInitialMargin": money(first),
        "openOrderInitialMargin": money(max(bound - first, ZERO)),
        "crossWalletBalance": money(wallet),
        "crossUnPnl": money(profit),
        "availableBalance": money(row.available or ZERO),
        "maxWithdrawAmount": money(row.available or ZERO),
        "updateTime": ms(visit.now),
    }


def _account_positions(visit: Visit) -> list[Row]:
    rows = []
    for position in visit.exchange.positions(visit.account, visit.line):
        market = visit.exchange.markets[position.symbol]
        rows.append(_risk(visit, market, position) | {"unrealizedProfit": figure(position.unrealised, "spot")})
    return rows


def position_risk(visit: Visit, *, every: bool) -> list[Row]:
    """Answer with positions; the second version and COIN-M name every market, flat ones too."""
    rows = []
    for market in visit.markets():
        held = visit.exchange.positions(visit.account, visit.line, market.instrument.symbol)
        rows += [_risk(visit, market, position) for position in held]
        if every and not held:
            rows.append(_risk(visit, market, None))
    return rows


def position_risk_all(visit: Visit) -> list[Row]:
    """Answer with every market."""
    return position_risk(visit, every=True)


def position_risk_held(visit: Visit) -> list[Row]:
    """Answer with positions only, without how their markets are set: the third version."""
    return [{name: row[name] for name in row if name not in SETTINGS} for row in position_risk(visit, every=False)]


def _risk(visit: Visit, market: SimMarket, position: Position | None) -> Row:
    each, line = market.instrument, visit.line
    leverage, mode = visit.exchange.leverage(visit.account, each.symbol)
    if position is not None:
        mode = position.mode or mode
    size = position.size if position is not None else ZERO
    mark = Decimal(repr(market.carry.mark)) if market.carry.mark == market.carry.mark else ZERO
    margin = position.margin if position is not None and mode is MarginMode.ISOLATED else ZERO
    worth = size * mark if line == "usdm" else (size * each.contract_size / mark if mark else ZERO)
    return {
        "symbol": each.code,
        "positionAmt": figure(size, line),
        "entryPrice": figure(position.entry if position is not None else None, line),
        "breakEvenPrice": figure(position.entry if position is not None else None, line),
        "markPrice": money(mark),
        "unRealizedProfit": money(position.unrealised or ZERO if position is not None else ZERO),
        "liquidationPrice": figure(position.liquidation if position is not None else None, line),
        "leverage": figure(leverage, line),
        "maxNotionalValue" if line == "usdm" else "maxQty": most_of(visit, each.symbol, leverage),
        "marginType": mode.value,
        "isolatedMargin": money(margin or ZERO),
        "isAutoAddMargin": "false",
        "positionSide": SIDES[position.side] if position is not None else "BOTH",
        "notional" if line == "usdm" else "notionalValue": money(worth),
        "isolatedWallet": money(margin or ZERO),
        "marginAsset": each.settle,
        "initialMargin": money(position.margin or ZERO if position is not None else ZERO),
        "maintMargin": money(visit.exchange.maintenance(position) if position is not None else ZERO),
        "positionInitialMargin": money(position.margin or ZERO if position is not None else ZERO),
        "openOrderInitialMargin": "0",
        "adl": position.adl_rank or 0 if position is not None else 0,
        "updateTime": ms(visit.now) if position is not None else 0,
    }


def most_of(visit: Visit, symbol: str, leverage: Decimal) -> str:
    """Return the largest position of a contract at a leverage, as its brackets count."""
    tiers = visit.exchange.ladder(symbol).tiers
    return plain(max((tier.upto for tier in tiers if tier.leverage >= leverage), default=ZERO))


def symbol_config(visit: Visit) -> list[Row]:
    """Answer with leverage and margin mode of the markets."""
    rows: list[Row] = []
    for market in visit.markets():
        leverage, mode = visit.exchange.leverage(visit.account, market.instrument.symbol)
        kind = "ISOLATED" if mode is MarginMode.ISOLATED else "CROSSED"
        rows.append(
            {
                "symbol": market.instrument.code,
                "marginType": kind,
                "isAutoAddMargin": False,
                "leverage": int(leverage),
                "maxNotionalValue": most_of(visit, market.instrument.symbol, leverage),
            }
        )
    return rows


def brackets(visit: Visit) -> list[Row] | Row:
    """Answer with the leverage brackets of the markets."""
    rows: list[Row] = []
    unit = "notional" if visit.line == "usdm" else "qty"
    for market in visit.markets():
        steps = visit.exchange.ladder(market.instrument.symbol).steps()
        brackets = [
            {
                "bracket": number,
                "initialLeverage": int(step.tier.leverage),
                f"{unit}Cap": int(step.tier.upto),
                f"{unit}Floor": int(step.above),
                "maintMarginRatio": float(step.tier.maintenance),
                "cum": float(step.deduction),
            }
            for number, step in enumerate(steps, 1)
        ]
        rows.append({"symbol": market.instrument.code, "brackets": brackets})
    return rows[0] if "symbol" in visit.params and visit.line == "coinm" else rows


def adl_quantile(visit: Visit) -> list[Row]:
    """Answer with the place of every position in the line of deleveraging, 0 to 4."""
    found: dict[str, dict[str, int]] = {}
    for market in visit.markets():
        for held in visit.exchange.positions(visit.account, visit.line, market.instrument.symbol):
            found.setdefault(market.instrument.code, {})[SIDES[held.side]] = min(held.adl_rank or 0, 4)
    return [{"symbol": code, "adlQuantile": sides} for code, sides in found.items()]


def fills(visit: Visit) -> list[Row]:
    """Answer with own trades of a market, oldest first."""
    params = visit.params
    markets = {market.instrument.symbol: market for market in visit.some()}
    first, limit = params.whole("fromId", 0), min(params.count("limit", 500), MOST)
    since, until = params.whole("startTime", 0), params.whole("endTime", 0)
    longest = DAY if visit.line == "spot" else 7 * DAY
    if since and until and until - since > longest:
        raise Refusal(-1127, "More than the allowed time between startTime and endTime.")
    order = params.maybe("orderId")
    rows = [
        fill
        for fill in visit.exchange.fills(visit.account, visit.line, "", 0, visit.now)
        if fill.symbol in markets
        and int(fill.trade_id) >= first
        and since <= ms(fill.at)
        and (not until or ms(fill.at) <= until)
        and order in {"", fill.venue_id}
    ]
    picked = rows[:limit] if first or since else rows[-limit:]
    return [_fill(visit, fill, markets[fill.symbol]) for fill in picked]


def _fill(visit: Visit, fill: Fill, market: SimMarket) -> Row:
    line = market.instrument.market
    told: Row = {
        "symbol": market.instrument.code,
        "id": int(fill.trade_id),
        "orderId": int(fill.venue_id),
        "price": figure(fill.price, line),
        "qty": figure(fill.size, line),
        "commission": money(fill.fee or ZERO),
        "commissionAsset": fill.fee_asset,
        "time": ms(fill.at),
    }
    bought = fill.side is Side.BUY
    if line == "spot":
        value = money(fill.price * fill.size)
        more = {
            "isBuyer": bought,
            "isMaker": fill.maker is True,
            "isBestMatch": True,
            "quoteQty": value,
            "orderListId": -1,
        }
        return told | more
    inverse = line == "coinm"
    worth = fill.size * market.instrument.contract_size / fill.price if inverse else fill.size * fill.price
    told |= {
        "side": fill.side.value,
        "positionSide": SIDES[fill.position],
        "maker": fill.maker is True,
        "buyer": bought,
        "realizedPnl": money(visit.memory.profit_of(fill)),
        "marginAsset": market.instrument.settle,
        "baseQty" if inverse else "quoteQty": money(worth),
    }
    return told | ({"pair": pair_of(market.instrument)} if inverse else {})


def income(visit: Visit) -> list[Row]:
    """Answer with booked rows, oldest first."""
    params = visit.params
    symbol = visit.market().instrument.symbol if "symbol" in params else ""
    since, until = params.whole("startTime", 0), params.whole("endTime", ms(visit.now))
    kind, limit, page = params.maybe("incomeType"), min(params.count("limit", 100), MOST), params.count("page", 1)
    rows = [
        row
        for row in visit.exchange.income(visit.account, visit.line, symbol, since * MILLISECOND)
        if ms(row.at) <= until and kind in {"", KINDS.get(row.kind)}
    ]
    picked = rows[(page - 1) * limit : page * limit] if since or page > 1 else rows[-limit:]
    return [_income(visit, row) for row in picked]


def _income(visit: Visit, row: Income) -> Row:
    return {
        "symbol": visit.exchange.markets[row.symbol].instrument.code if row.symbol else "",
        "incomeType": KINDS.get(row.kind, "INTERNAL_TRANSFER"),
        "income": money(row.amount),
        "asset": row.asset,
        "info": "",
        "time": ms(row.at),
        "tranId": int(row.id),
        "tradeId": visit.memory.trades.get(row.id, ""),
    }
