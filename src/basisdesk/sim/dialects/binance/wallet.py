"""The wallet endpoints (`/sapi`): transfers between own accounts, coins, rights of the key, fees of all markets.

Nothing withdraws; the coins are listed because clients load them with the markets.
Source: "User Universal Transfer", "All Coins' Information", "Get API Key Permission", "Trade Fee".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.ask import MoveFunds
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.binance.account import KINDS, locked
from basisdesk.sim.dialects.binance.refuse import Refusal, missing
from basisdesk.sim.dialects.binance.spell import ZERO, money, ms

if TYPE_CHECKING:
    from basisdesk.domain.account import Income
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
WALLETS = {"MAIN": "spot", "UMFUTURE": "usdm", "CMFUTURE": "coinm", "FUNDING": "funding"}
TRANSFERS = {
    f"{source}_{target}": (WALLETS[source], WALLETS[target])
    for source in WALLETS
    for target in WALLETS
    if source != target and {source, target} != {"UMFUTURE", "CMFUTURE"}
}
"""What can be asked for: there is no direct way between the two futures wallets."""


def move(visit: Visit) -> Row:
    """Move money between two accounts of the same owner."""
    params = visit.params
    source, target = TRANSFERS[params.one_of("type", TRANSFERS, -9000)]
    amount = params.amount("amount")
    if amount is None:
        raise missing("amount")
    wish = MoveFunds(asset=params.text("asset"), amount=amount, source=source, target=target)
    row = visit.exchange.move(visit.account, wish, visit.now)
    if not isinstance(row, Refused):
        return {"tranId": int(row.id)}
    if row.reason is Reason.INSUFFICIENT_MARGIN:
        raise Refusal(-5013, "Asset transfer failed: insufficient balance")
    raise Refusal(-9000, row.message)


def transfers(visit: Visit) -> Row:
    """Answer with past transfers of a kind, newest first."""
    params = visit.params
    kind = params.one_of("type", TRANSFERS, -9000)
    source, target = TRANSFERS[kind]
    size, page = min(params.count("size", 10), 100), params.count("current", 1)
    since, until = params.whole("startTime", 0), params.whole("endTime", ms(visit.now))
    rows = [
        {
            "asset": row.asset,
            "amount": format(abs(row.amount), "f"),
            "type": kind,
            "status": "CONFIRMED",
            "tranId": int(row.id),
            "timestamp": ms(row.at),
        }
        for row in reversed(visit.exchange.income(visit.account, source, "", 0))
        if KINDS.get(row.kind) == "TRANSFER"
        and row.amount < 0
        and since <= ms(row.at) <= until
        and _arrived(visit, row, target)
    ]
    return {"total": len(rows), "rows": rows[(page - 1) * size : page * size]}


def _arrived(visit: Visit, row: Income, wallet: str) -> bool:
    """Say whether a transfer went into a wallet."""
    there = visit.exchange.income(visit.account, wallet, "", row.at)
    return any(other.id == row.id and other.amount > 0 for other in there)


def funding_assets(visit: Visit) -> list[Row]:
    """Answer with what lies in the funding wallet."""
    return [each | {"btcValuation": "0"} for each in _held(visit, "funding")]


def user_assets(visit: Visit) -> list[Row]:
    """Answer with the coins of the spot wallet that are there."""
    return [each | {"ipoable": "0", "btcValuation": "0"} for each in _held(visit, "spot")]


def _held(visit: Visit, wallet: str) -> list[Row]:
    asked = visit.params.maybe("asset")
    return [
        {
            "asset": row.asset,
            "free": format(row.available or ZERO, "f"),
            "locked": format(locked(row), "f"),
            "freeze": "0",
            "withdrawing": "0",
        }
        for row in visit.exchange.balances(visit.account, wallet)
        if asked in {"", row.asset}
    ]


def standing(_visit: Visit) -> Row:
    """Answer that nothing is held against the account."""
    return {"data": "Normal"}


def trading_status(_visit: Visit) -> Row:
    """Answer that the account's orders broke no rule."""
    return {"data": {"isLocked": False, "plannedRecoverTime": 0, "triggerCondition": {}, "updateTime": 0}}


def coins(visit: Visit) -> list[Row]:
    """Answer with every coin and what is held of it; no network takes deposits or withdrawals."""
    held = {row.asset: row for row in visit.exchange.balances(visit.account, "spot")}
    names = dict.fromkeys(
        name
        for market in visit.exchange.markets.values()
        for name in (market.instrument.base, market.instrument.quote)
        if name != "USD"
    )
    return [
        {
            "coin": name,
            "depositAllEnable": False,
            "withdrawAllEnable": False,
            "name": name,
            "free": money(held[name].available or ZERO) if name in held else "0",
            "locked": money(locked(held[name])) if name in held else "0",
            "freeze": "0",
            "withdrawing": "0",
            "ipoing": "0",
            "ipoable": "0",
            "storage": "0",
            "isLegalMoney": False,
            "trading": True,
            "networkList": [],
        }
        for name in names
    ]


def rights(visit: Visit) -> Row:
    """Answer with what the key may do."""
    assert visit.login is not None
    told = visit.login.permissions
    trades = told.trade is True
    return {
        "ipRestrict": told.addresses is True,
        "createTime": ms(visit.now),
        "enableReading": told.read is True,
        "enableWithdrawals": told.withdraw is True,
        "enableInternalTransfer": told.transfer is True,
        "enableMargin": False,
        "enableFutures": trades,
        "permitsUniversalTransfer": told.transfer is True,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": False,
        "enableSpotAndMarginTrading": trades,
        "enablePortfolioMarginTrading": False,
    }


def trade_fees(visit: Visit) -> list[Row]:
    """Answer with the account's fees of the spot markets."""
    rows: list[Row] = []
    for market in visit.markets():
        fees = visit.exchange.fees(visit.account, market.instrument.symbol)
        rows.append(
            {
                "symbol": market.instrument.code,
                "makerCommission": format(fees.maker, "f"),
                "takerCommission": format(fees.taker, "f"),
            }
        )
    return rows


def status(_visit: Visit) -> Row:
    """Answer that the system works."""
    return {"status": 0, "msg": "normal"}


def none(_visit: Visit) -> list[Row]:
    """Answer that there is none: no pair to borrow for, no list of orders or conditional one, no prevented match."""
    return []
