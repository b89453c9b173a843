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
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
TRANSFERS = {
    "MAIN_UMFUTURE": ("spot", "usdm"),
    "UMFUTURE_MAIN": ("usdm", "spot"),
    "MAIN_CMFUTURE": ("spot", "coinm"),
    "CMFUTURE_MAIN": ("coinm", "spot"),
    "MAIN_FUNDING": ("spot", "funding"),
    "FUNDING_MAIN": ("funding", "spot"),
}


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
    kind = visit.params.one_of("type", TRANSFERS, -9000)
    source, _ = TRANSFERS[kind]
    line = "spot" if source == "funding" else source
    rows = [
        {
            "asset": row.asset,
            "amount": format(abs(row.amount), "f"),
            "type": kind,
            "status": "CONFIRMED",
            "tranId": int(row.id),
            "timestamp": ms(row.at),
        }
        for row in reversed(visit.exchange.income(visit.account, line, "", 0))
        if KINDS.get(row.kind) == "TRANSFER" and row.amount < 0
    ]
    return {"total": len(rows), "rows": rows}


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


def no_pairs(_visit: Visit) -> list[Row]:
    """Answer that nothing can be borrowed for."""
    return []
