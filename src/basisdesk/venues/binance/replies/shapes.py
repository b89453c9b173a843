"""Bodies of the private endpoints, as typed structs; only the fields that the desk uses.

Prices and sizes are text, ids and times numbers; a decimal is read exactly and tested to be a number that can be
traded, because text such as "NaN" would decode, too.
Futures leave average price and cumulated quote out of the replies to commands since July 2026, and keep them in
queries; nothing here needs them.
Source: the response examples of each endpoint's page.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import msgspec
from msgspec import Struct, field

from basisdesk.domain.arithmetic import is_workable
from basisdesk.venues import lenient
from basisdesk.venues.wire import LATEST_MS, NS_PER_MS

ZERO = Decimal(0)


class OrderRow(Struct, gc=False, kw_only=True):
    """An order, in replies to commands and queries of all lines."""

    code: str = field(name="symbol")
    venue_id: int = field(name="orderId")
    client_id: str = field(name="clientOrderId", default="")
    own_client_id: str = field(name="origClientOrderId", default="")
    side: str = ""
    kind: str = field(name="type", default="")
    status: str = "NEW"
    price: Decimal = ZERO
    average: Decimal = field(name="avgPrice", default=ZERO)
    size: Decimal = field(name="origQty", default=ZERO)
    filled: Decimal = field(name="executedQty", default=ZERO)
    money: Decimal = field(name="cummulativeQuoteQty", default=ZERO)
    reduce_only: bool = field(name="reduceOnly", default=False)
    transacted: int = field(name="transactTime", default=0)
    updated: int = field(name="updateTime", default=0)
    fills: list[PartRow] = []


class PartRow(Struct, gc=False):
    """A fill in the reply to a spot order."""

    price: Decimal
    size: Decimal = field(name="qty")
    fee: Decimal = field(name="commission")
    fee_asset: str = field(name="commissionAsset")
    trade_id: int = field(name="tradeId")


class AmendedRow(Struct, gc=False):
    """The reply to "Order Amend Keep Priority"."""

    at: int = field(name="transactTime")
    order: AmendedOrder = field(name="amendedOrder")


class AmendedOrder(Struct, gc=False, kw_only=True):
    """The order as it is after the change."""

    code: str = field(name="symbol")
    venue_id: int = field(name="orderId")
    client_id: str = field(name="clientOrderId", default="")
    side: str = ""
    kind: str = field(name="type", default="")
    status: str = "NEW"
    price: Decimal = ZERO
    size: Decimal = field(name="qty", default=ZERO)
    filled: Decimal = field(name="executedQty", default=ZERO)


class TradeRow(Struct, gc=False, kw_only=True):
    """An own trade; spot says whether we bought, futures name the side."""

    code: str = field(name="symbol")
    trade_id: int = field(name="id")
    venue_id: int = field(name="orderId")
    price: Decimal
    size: Decimal = field(name="qty")
    fee: Decimal = field(name="commission")
    fee_asset: str = field(name="commissionAsset")
    at: int = field(name="time")
    bought: bool | None = field(name="isBuyer", default=None)
    side: str = ""
    rested: bool | None = field(name="isMaker", default=None)
    maker: bool | None = None
    position: str = field(name="positionSide", default="BOTH")


class SpotAccount(Struct, gc=False):
    """The spot account: "Account Information"."""

    balances: list[SpotBalance]
    number: int = field(name="uid", default=0)
    updated: int = field(name="updateTime", default=0)


class SpotBalance(Struct, gc=False):
    """A coin of a spot account."""

    asset: str
    free: Decimal
    locked: Decimal


class FuturesBalance(Struct, gc=False):
    """A coin of a futures account."""

    asset: str
    total: Decimal = field(name="balance")
    available: Decimal = field(name="availableBalance")
    unrealised: Decimal = field(name="crossUnPnl", default=ZERO)
    updated: int = field(name="updateTime", default=0)


class PositionRow(Struct, gc=False, kw_only=True):
    """A position; the second version of USD-M and COIN-M tell leverage and margin mode."""

    code: str = field(name="symbol")
    size: Decimal = field(name="positionAmt")
    entry: Decimal = field(name="entryPrice")
    mark: Decimal = field(name="markPrice")
    unrealised: Decimal = field(name="unRealizedProfit")
    liquidation: Decimal = field(name="liquidationPrice", default=ZERO)
    leverage: Decimal | None = None
    mode: str = field(name="marginType", default="")
    margin: Decimal = field(name="isolatedMargin", default=ZERO)
    side: str = field(name="positionSide", default="BOTH")
    rank: int | None = field(name="adl", default=None)
    updated: int = field(name="updateTime", default=0)


class IncomeRow(Struct, gc=False, kw_only=True):
    """A booked row; its number is unique for its kind."""

    kind: str = field(name="incomeType")
    amount: Decimal = field(name="income")
    asset: str
    at: int = field(name="time")
    number: int | str = field(name="tranId")
    code: str = field(name="symbol", default="")


class PremiumIndex(Struct, gc=False):
    """Mark and funding of a future; `lastFundingRate` is the running estimate, despite its name."""

    code: str = field(name="symbol")
    at: int = field(name="time")
    rate: str = field(name="lastFundingRate", default="")
    next_at: int = field(name="nextFundingTime", default=0)


class SettledRate(Struct, gc=False):
    """A funding settlement."""

    code: str = field(name="symbol")
    rate: Decimal = field(name="fundingRate")
    at: int = field(name="fundingTime")


class FundingTerms(Struct, gc=False):
    """How a market's funding differs from the usual."""

    code: str = field(name="symbol")
    hours: int = field(name="fundingIntervalHours")
    cap: Decimal | None = field(name="adjustedFundingRateCap", default=None)
    floor: Decimal | None = field(name="adjustedFundingRateFloor", default=None)


class Rates(Struct, gc=False):
    """Maker and taker fee of one part of the spot commission."""

    maker: Decimal = ZERO
    taker: Decimal = ZERO


class SpotCommission(Struct, gc=False):
    """Fees of a spot market: the account's own, plus tax and special ones."""

    standard: Rates = field(name="standardCommission")
    tax: Rates = field(name="taxCommission", default_factory=Rates)
    special: Rates = field(name="specialCommission", default_factory=Rates)


class FuturesCommission(Struct, gc=False):
    """Fees of a futures market."""

    maker: Decimal = field(name="makerCommissionRate")
    taker: Decimal = field(name="takerCommissionRate")


class KeyRights(Struct, gc=False, kw_only=True):
    """What a key may do: "Get API Key Permission"."""

    reads: bool = field(name="enableReading")
    withdraws: bool = field(name="enableWithdrawals")
    spot: bool = field(name="enableSpotAndMarginTrading", default=False)
    futures: bool = field(name="enableFutures", default=False)
    transfers: bool = field(name="permitsUniversalTransfer", default=False)
    restricted: bool = field(name="ipRestrict", default=False)


class Clock(Struct, gc=False):
    """The venue's time."""

    at: int = field(name="serverTime")


class ListenKey(Struct, gc=False):
    """What a futures private stream is opened with."""

    key: str = field(name="listenKey", default="")


class DualSide(Struct, gc=False):
    """Whether long and short stand side by side."""

    dual: bool = field(name="dualSidePosition")


class Leverage(Struct, gc=False):
    """The leverage that was set."""

    code: str = field(name="symbol")
    leverage: Decimal


class Transfer(Struct, gc=False):
    """The number of a transfer."""

    number: int = field(name="tranId")


class Countdown(Struct, gc=False):
    """The dead-man switch as it is set now."""

    milliseconds: int | str = field(name="countdownTime")


class Agreed(Struct, gc=False):
    """A yes that tells nothing else; a code below zero would be a no."""

    code: int = 200


order_row = lenient.reader(OrderRow)
order_rows = lenient.reader(list[OrderRow])
amended = lenient.reader(AmendedRow)
trade_rows = lenient.reader(list[TradeRow])
spot_account = lenient.reader(SpotAccount)
futures_balances = lenient.reader(list[FuturesBalance])
position_rows = lenient.reader(list[PositionRow])
income_rows = lenient.reader(list[IncomeRow])
premium = lenient.reader(PremiumIndex)
premiums = lenient.reader(list[PremiumIndex])
settled_rates = lenient.reader(list[SettledRate])
funding_rows = msgspec.json.Decoder(list[msgspec.Raw])
funding_row = lenient.reader(FundingTerms)
spot_commission = lenient.reader(SpotCommission)
futures_commission = lenient.reader(FuturesCommission)
key_rights = lenient.reader(KeyRights)
clock = msgspec.json.Decoder(Clock)
listen_key = msgspec.json.Decoder(ListenKey)
dual_side = msgspec.json.Decoder(DualSide)
leverage = msgspec.json.Decoder(Leverage)
transfer = msgspec.json.Decoder(Transfer)
countdown = msgspec.json.Decoder(Countdown)
_agreed = msgspec.json.Decoder(Agreed)


def agreed(body: bytes) -> None:
    """Read a yes; raises one of UNREADABLE for anything else."""
    if _agreed.decode(body).code < 0:
        raise ValueError("the venue says no")


def counting(body: bytes, seconds: int) -> None:
    """Read that the dead-man switch counts down from so many seconds; raises one of UNREADABLE when it does not."""
    told = countdown.decode(body).milliseconds
    if str(told) != str(seconds * 1000):
        raise ValueError(f"a countdown of {seconds * 1000} ms was expected, not of {str(told)[:40]}")


def exact(value: Decimal) -> Decimal:
    """Return a decimal that is a number of sane size.

    Raises:
        ValueError: it is not.
    """
    if not is_workable(value):
        raise ValueError(f"{str(value)[:40]} is no price, size or amount")
    return value


def known(value: Decimal) -> Decimal | None:
    """Return a decimal, None for the zero that stands for none; raises as `exact`."""
    return exact(value) or None


def ns(milliseconds: int) -> int:
    """Return a time of the venue in nanoseconds.

    Raises:
        ValueError: it is no time.
    """
    if not 0 <= milliseconds <= LATEST_MS:
        raise ValueError(f"{str(milliseconds)[:40]} is no time in milliseconds")
    return milliseconds * NS_PER_MS


def number(text: str) -> Decimal:
    """Return the decimal that a text spells.

    Raises:
        ValueError: it spells none.
    """
    try:
        return exact(Decimal(text))
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is no number") from None
