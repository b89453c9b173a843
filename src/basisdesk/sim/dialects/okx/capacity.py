"""How much an account can still buy and sell: sizes of orders, and the money behind them.

Contracts are told from the margin that is free at the mark, less the taker's fee, up to the tier that the leverage
allows; what a position gives back when it is turned round counts, open orders on its other side do not.
Followed: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-maximum-order-quantity.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.arithmetic import Rounding, on_grid, precise
from basisdesk.domain.ask import PositionSide
from basisdesk.domain.instrument import Kind, Margin, base_of, notional, unit_worth
from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.params import Params, flag, number, one_of, required, word
from basisdesk.sim.dialects.okx.text import text
from basisdesk.sim.exchange.logins import UNIFIED

if TYPE_CHECKING:
    from basisdesk.sim.contract import Login, SimMarket
    from basisdesk.sim.dialects.okx.office import Office

Rows = list[dict[str, Any]]
Pair = tuple[Decimal, Decimal]
ZERO = Decimal(0)
SMALL = Decimal("0.00000001")
MODES = ("cash", "cross", "isolated")
MOST = 5
"""Markets in one request."""


def max_size(office: Office, login: Login, params: Params, _now: int) -> Rows:
    """The largest orders that the account can pay for: coin on spot, contracts elsewhere."""
    rows = []
    for market in _markets(office, params):
        instrument = market.instrument
        spot = instrument.kind is Kind.SPOT
        buy, sell = _spot_sizes(office, login, market, params) if spot else _sizes(office, login, market, params)
        asset = instrument.base if spot else instrument.settle
        rows.append({"ccy": asset, "instId": instrument.code, "maxBuy": text(buy), "maxSell": text(sell)})
    return rows


def max_available(office: Office, login: Login, params: Params, _now: int) -> Rows:
    """The money or coin that an order can use; of an order that only reduces, the contracts that it can close."""
    reduces = flag(params, "reduceOnly")
    rows = []
    for market in _markets(office, params):
        instrument = market.instrument
        if instrument.kind is Kind.SPOT:
            buy, sell = _coins(office, login, market, params)
        elif reduces:
            held = _held(office, login, market)
            buy, sell = max(-held, ZERO), max(held, ZERO)
        else:
            buy = sell = on_grid(
                max(office.exchange.free(login.account, instrument.symbol), ZERO), SMALL, Rounding.DOWN
            )
        rows.append({"instId": instrument.code, "availBuy": text(buy), "availSell": text(sell)})
    return rows


def _markets(office: Office, params: Params) -> list[SimMarket]:
    mode, codes = one_of(params, "tdMode", MODES), required(params, "instId").split(",")
    if len(codes) > MOST:
        raise CodeError("51000", "instId")
    markets = [office.names.find(code) for code in codes]
    for market in markets:
        spot = market.instrument.kind is Kind.SPOT
        if spot and mode == "isolated":
            raise CodeError("50072")
        if not spot and mode == "cash":
            raise CodeError("51000", "tdMode")
    return markets


def _held(office: Office, login: Login, market: SimMarket) -> Decimal:
    """Return the one-way position of a contract."""
    instrument = market.instrument
    rows = office.exchange.positions(login.account, instrument.market, instrument.symbol)
    return sum((held.size for held in rows if held.side is PositionSide.NET), ZERO)


def _coins(office: Office, login: Login, market: SimMarket, params: Params) -> Pair:
    """Return the quote money and the base coin that there is, on margin with what may be borrowed."""
    free = {held.asset: held.available or ZERO for held in office.exchange.balances(login.account, UNIFIED)}
    pair = [market.instrument.quote, market.instrument.base]
    money, coin = (
        free.get(asset, ZERO)
        + (office.exchange.borrowable(login.account, UNIFIED, asset) if params["tdMode"] == "cross" else ZERO)
        for asset in pair
    )
    return money, coin


@precise
def _spot_sizes(office: Office, login: Login, market: SimMarket, params: Params) -> Pair:
    money, coin = _coins(office, login, market, params)
    best = market.book.levels(1, 1)
    if word(params, "px"):
        price = number(params, "px")
    elif best:
        price = Decimal(repr(best[0][0]))
    else:
        return ZERO, coin
    return on_grid(money / price, market.instrument.step, Rounding.DOWN), coin


@precise
def _sizes(office: Office, login: Login, market: SimMarket, params: Params) -> Pair:
    instrument, account = market.instrument, login.account
    mark = Decimal(repr(market.carry.mark))
    price = number(params, "px") if word(params, "px") else mark
    given = word(params, "leverage")
    leverage = number(params, "leverage") if given else office.exchange.leverage(account, instrument.symbol)[0]
    worth = base_of if instrument.margin is Margin.INVERSE else notional
    unit = worth(instrument, Decimal(1), mark) / leverage
    unit += worth(instrument, Decimal(1), price) * instrument.taker_fee
    most = office.exchange.free(account, instrument.symbol) / unit
    tiers = office.exchange.ladder(instrument.symbol).tiers
    cap = max((tier.upto for tier in tiers if tier.leverage >= leverage), default=ZERO) / unit_worth(instrument)
    held = _held(office, login, market)
    buy, sell = (min(most + max(-2 * side, ZERO), cap - side) for side in (held, -held))
    return (
        on_grid(max(buy, ZERO), instrument.step, Rounding.DOWN),
        on_grid(max(sell, ZERO), instrument.step, Rounding.DOWN),
    )
