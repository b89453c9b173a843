"""Borrowed coin: what it cost, and paying it back.

Followed: https://bybit-exchange.github.io/docs/v5/account/borrow-history, borrow, no-convert-repay and
repay-liability, and spot-margin-uta/*.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import IncomeKind
from basisdesk.domain.arithmetic import plain, precise
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bybit.codes import parameter, refusal
from basisdesk.sim.dialects.bybit.names import DOLLARS, MS
from basisdesk.sim.exchange.logins import UNIFIED

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, Login
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
HOURS_A_YEAR = 8760
HOUR_MS = 3_600_000
MOST_DAYS = 30
LEVEL = "No VIP"
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


def borrow(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Borrow coin by hand."""
    coin, amount = _asked(exchange, params)
    refused = exchange.borrow(login.account, UNIFIED, coin, amount, now)
    if refused is not None:
        raise refusal(refused, "spot")
    return {"coin": coin, "amount": plain(amount)}


def repay_coin(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Pay back one coin out of what there is of it, all of it where no amount is given."""
    coin, amount = params.text("coin", None), params.amount("amount")
    paid = exchange.repay(login.account, UNIFIED, coin, amount, now)
    if isinstance(paid, Refused):
        raise refusal(paid, "spot")
    return {"resultStatus": "SU"}


@precise
def effective(exchange: Exchange, login: Login) -> Decimal:
    """Return the leverage of the account's spot: what it owns over what is its own."""
    held = exchange.balances(login.account, UNIFIED)
    whole = sum((each.total * exchange.dollars(each.asset) for each in held), Decimal(0))
    owed = sum((each.borrowed * exchange.dollars(each.asset) for each in held), Decimal(0))
    return (whole / (whole - owed)).quantize(Decimal("0.01")) if whole > owed else Decimal(0)


def margin_data(exchange: Exchange, params: Params, _now: int) -> Row:
    """Return on which terms coin is lent."""
    wanted, level = params.text("currency"), params.text("vipLevel", LEVEL)
    coins = [
        {
            "borrowable": True, "collateralRatio": "1" if asset in DOLLARS else plain(exchange.rules.haircut),
            "currency": asset, "hourlyBorrowRate": plain(_hourly(exchange)), "liquidationOrder": str(place),
            "marginCollateral": True, "maxBorrowingAmount": "",
        }
        for place, asset in enumerate(_lent(exchange), 1)
        if wanted in {"", asset}
    ]  # fmt: skip
    return {"vipCoinList": [{"list": coins, "vipLevel": level}]}


def rate_history(exchange: Exchange, _login: Login, params: Params, now: int) -> Row:
    """Return what a coin cost in each hour, the latest first; the rate here never changes."""
    asset = params.text("currency", None)
    if asset not in _lent(exchange):
        raise parameter("params error: currency invalid")
    until = params.whole("endTime", now // MS)
    since = params.whole("startTime", max(0, until - 7 * 24 * HOUR_MS))
    if not 0 <= until - since <= MOST_DAYS * 24 * HOUR_MS:
        raise parameter("params error: time range exceeds 30 days")
    first, last = -(-since // HOUR_MS), min(until, now // MS) // HOUR_MS
    rate = plain(_hourly(exchange))
    return {"list": [
        {"timestamp": hour * HOUR_MS, "currency": asset, "hourlyBorrowRate": rate, "vipLevel": LEVEL}
        for hour in range(last, first - 1, -1)
    ]}  # fmt: skip


def _hourly(exchange: Exchange) -> Decimal:
    return (exchange.rules.interest_rate / HOURS_A_YEAR).quantize(PLACES)


def _lent(exchange: Exchange) -> list[str]:
    spot = [each.instrument for each in exchange.markets.values() if each.instrument.market == "spot"]
    return list(dict.fromkeys(asset for each in spot for asset in (each.base, each.quote)))


def _asked(exchange: Exchange, params: Params) -> tuple[str, Decimal]:
    coin, amount = params.text("coin", None), params.amount("amount", required=True)
    if coin not in _lent(exchange) or not amount:
        raise parameter("params error: coin or amount invalid")
    return coin, amount
