"""Borrowed coin: what it cost, and paying it back.

Followed: https://bybit-exchange.github.io/docs/v5/account/borrow-history and /repay-liability.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import IncomeKind
from basisdesk.domain.arithmetic import plain, precise
from basisdesk.sim.dialects.bybit.names import MS
from basisdesk.sim.exchange.logins import UNIFIED

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, Login
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
HOURS_A_YEAR = 8760
PLACES = Decimal(1).scaleb(-10)


@precise
def borrow_history(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Return what borrowed coin cost in each hour, the latest first."""
    asset = params.text("currency")
    since, until = params.whole("startTime", 0), params.whole("endTime", now // MS)
    limit = params.whole("limit", 20, 1, 50)
    rate = exchange.rules.interest_rate / HOURS_A_YEAR
    found = [
        row
        for row in exchange.income(login.account, "spot", "", since * MS)
        if row.kind is IncomeKind.INTEREST and asset in {"", row.asset} and row.at // MS <= until
    ]
    rows = []
    for row in reversed(found[-limit:]):
        owed = plain((-row.amount / rate).quantize(PLACES).normalize())
        rows.append({
            "currency": row.asset, "createdTime": row.at // MS, "borrowCost": plain(-row.amount),
            "hourlyBorrowRate": plain(rate.quantize(PLACES)), "InterestBearingBorrowSize": owed,
            "costExemption": "0", "borrowAmount": owed, "unrealisedLoss": "0", "freeBorrowedAmount": "0",
        })  # fmt: skip
    return {"rows": rows, "nextPageCursor": ""}


def repay(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Pay back one coin, or every coin, as far as there is any."""
    wanted = params.text("coin")
    owed = [each for each in exchange.balances(login.account, UNIFIED) if each.borrowed]
    paid = {
        each.asset: exchange.repay(login.account, UNIFIED, each.asset, None, now)
        for each in owed
        if wanted in {"", each.asset}
    }
    told = {asset: amount for asset, amount in paid.items() if isinstance(amount, Decimal)}
    return {"list": [{"coin": asset, "repaymentQty": plain(amount)} for asset, amount in told.items()]}
