"""Borrowed coin: interest, its rate, and borrowing and paying back by hand.

Followed: https://www.okx.com/docs-v5/en/#trading-account-rest-api.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import IncomeKind
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Kind
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.okx.errors import CodeError, failure
from basisdesk.sim.dialects.okx.params import Params, count, number, one_of, required, when, word
from basisdesk.sim.dialects.okx.text import ms, text
from basisdesk.sim.exchange.logins import UNIFIED

if TYPE_CHECKING:
    from basisdesk.sim.contract import Login
    from basisdesk.sim.dialects.okx.office import Office

Rows = list[Any]
HOURS_A_YEAR, DAYS_A_YEAR = 8760, 365
PLACES = Decimal(1).scaleb(-10)


def _hourly(office: Office) -> Decimal:
    return (office.exchange.rules.interest_rate / HOURS_A_YEAR).quantize(PLACES)


@precise
def interest_accrued(office: Office, login: Login, params: Params, now: int) -> Rows:
    """Interest as it was charged each hour, the latest first."""
    one_of(params, "type", ("2",), "2")
    asset, after, before = word(params, "ccy"), when(params, "after") or now + 1, when(params, "before")
    booked = {
        row.id: row
        for line in office.names.lines
        for row in office.exchange.income(login.account, line, "", 0)
        if row.kind is IncomeKind.INTEREST and asset in {"", row.asset} and before < row.at < after
    }
    rate = office.exchange.rules.interest_rate / HOURS_A_YEAR
    rows = [
        {
            "type": "2", "ccy": row.asset, "instId": "", "mgnMode": "cross", "interest": text(-row.amount),
            "interestRate": text(_hourly(office)), "liab": text((-row.amount / rate).quantize(PLACES)),
            "totalLiab": text((-row.amount / rate).quantize(PLACES)), "interestFreeLiab": "0", "ts": ms(row.at),
        }
        for row in reversed(booked.values())
    ]  # fmt: skip
    return rows[: count(params, "limit", 100, 100)]


def interest_rate(office: Office, _login: Login, params: Params, _now: int) -> Rows:
    """The hourly rate of every currency that is lent."""
    wanted = word(params, "ccy")
    return [{"ccy": coin, "interestRate": text(_hourly(office))} for coin in _lent(office) if wanted in {"", coin}]


def quota(office: Office, _params: Params, _now: int) -> Rows:
    """The daily rate of every currency that is lent; there is no limit but the account's own."""
    daily = (office.exchange.rules.interest_rate / DAYS_A_YEAR).quantize(PLACES)
    basic = [{"ccy": coin, "quota": "", "rate": text(daily)} for coin in _lent(office)]
    return [{"basic": basic, "regular": [], "vip": [], "config": [], "configCcyList": []}]


def max_loan(office: Office, login: Login, params: Params, _now: int) -> Rows:
    """What may be borrowed to buy and to sell on cross margin."""
    one_of(params, "mgnMode", ("cross",))
    rows = []
    for code in required(params, "instId").split(","):
        instrument = office.names.find(code).instrument
        if instrument.kind is not Kind.SPOT:
            raise CodeError("51000", "instId")
        for asset, side in ((instrument.base, "sell"), (instrument.quote, "buy")):
            most = office.exchange.borrowable(login.account, UNIFIED, asset).quantize(Decimal("0.00000001"))
            rows.append({"instId": code, "mgnMode": "cross", "mgnCcy": "", "maxLoan": text(most), "ccy": asset,
                         "side": side})  # fmt: skip
    return rows


def _lent(office: Office) -> list[str]:
    spot = [market.instrument for market in office.names.of_type("SPOT")]
    return list(dict.fromkeys(coin for each in spot for coin in (each.base, each.quote)))


def borrow_repay(office: Office, login: Login, params: Params, now: int) -> Rows:
    """Borrow, or pay back."""
    asset, side, amount = required(params, "ccy"), one_of(params, "side", ("borrow", "repay")), number(params, "amt")
    act = office.exchange.borrow if side == "borrow" else office.exchange.repay
    done = act(login.account, UNIFIED, asset, amount, now)
    if isinstance(done, Refused):
        raise failure(done)
    office.drain(now)
    return [{"ccy": asset, "side": side, "amt": text(done if isinstance(done, Decimal) else amount)}]
