"""Shapes of the account's messages, one struct a row of `data`; the same rows come in replies and in pushes.

Only fields that are used are named; the decoder skips the rest.
Every number is text, and empty text stands for what there is none of.
Followed: https://www.okx.com/docs-v5/en/ (sections Trading Account, and Trade of Order Book Trading).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import msgspec
from msgspec import Raw, Struct

from basisdesk.domain.arithmetic import is_workable
from basisdesk.venues import lenient

Text = str | int
"""Codes are text in replies and numbers in some events."""


class Mark(Struct, frozen=True):
    """What a row says of the fate of its own request; ``sCode`` is "0" where it was done."""

    code: Text = msgspec.field(name="sCode", default="0")
    words: str = msgspec.field(name="sMsg", default="")


class Envelope(Struct, frozen=True):
    """A reply, by HTTP or over the socket; `id` and `op` are the socket's."""

    code: Text
    msg: str = ""
    data: list[Raw] | None = None
    id: str = ""
    op: str = ""

    @property
    def told(self) -> str:
        """Code and words, for a person."""
        code, words = self.reason
        return f"{code} {words}"

    @property
    def reason(self) -> tuple[str, str]:
        """The code and the words that matter: those of the first row that failed, whatever the outer code says."""
        code = str(self.code)
        if code in {"0", "1", "2"}:
            for raw in self.data or ():
                mark = _mark(raw)
                if str(mark.code) != "0":
                    return str(mark.code), mark.words
        return code, self.msg


class Ack(Struct, frozen=True):
    """Place, amend, cancel: accepted."""

    venue_id: str = msgspec.field(name="ordId", default="")
    client_id: str = msgspec.field(name="clOrdId", default="")
    at: str = msgspec.field(name="ts", default="")
    code: Text = msgspec.field(name="sCode", default="0")
    words: str = msgspec.field(name="sMsg", default="")


class OwnRow(Struct, frozen=True, kw_only=True):
    """What an order and a trade of one tell alike."""

    market: str = msgspec.field(name="instId")
    venue_id: str = msgspec.field(name="ordId")
    side: str
    client_id: str = msgspec.field(name="clOrdId", default="")
    position: str = msgspec.field(name="posSide", default="")
    liquidity: str = msgspec.field(name="execType", default="")


class OrderRow(OwnRow, frozen=True):
    """An order, from a query or the orders channel; the fields of the last fill are the channel's."""

    state: str
    type: str = msgspec.field(name="ordType", default="")
    size: str = msgspec.field(name="sz", default="")
    unit: str = msgspec.field(name="tgtCcy", default="")
    price: str = msgspec.field(name="px", default="")
    filled: str = msgspec.field(name="accFillSz", default="")
    average: str = msgspec.field(name="avgPx", default="")
    reduce_only: str = msgspec.field(name="reduceOnly", default="")
    category: str = ""
    cancelled_by: str = msgspec.field(name="cancelSource", default="")
    cancel_words: str = msgspec.field(name="cancelSourceReason", default="")
    at: str = msgspec.field(name="uTime", default="")
    trade_id: str = msgspec.field(name="tradeId", default="")
    fill_size: str = msgspec.field(name="fillSz", default="")
    fill_price: str = msgspec.field(name="fillPx", default="")
    fill_at: str = msgspec.field(name="fillTime", default="")
    fill_fee: str = msgspec.field(name="fillFee", default="")
    fill_fee_coin: str = msgspec.field(name="fillFeeCcy", default="")


class FillRow(OwnRow, frozen=True):
    """A trade of our own; `bill_id` orders the pages."""

    trade_id: str = msgspec.field(name="tradeId")
    price: str = msgspec.field(name="fillPx")
    size: str = msgspec.field(name="fillSz")
    bill_id: str = msgspec.field(name="billId", default="")
    fee: str = ""
    fee_coin: str = msgspec.field(name="feeCcy", default="")
    kind: str = msgspec.field(name="subType", default="")
    at: str = msgspec.field(name="fillTime", default="")
    told_at: str = msgspec.field(name="ts", default="")


class PositionRow(Struct, frozen=True):
    """A position, or a margin pair with a debt (`debt` is then what is owed)."""

    market: str = msgspec.field(name="instId")
    size: str = msgspec.field(name="pos")
    kind: str = msgspec.field(name="instType", default="")
    side: str = msgspec.field(name="posSide", default="")
    held: str = msgspec.field(name="posCcy", default="")
    debt: str = msgspec.field(name="liab", default="")
    entry: str = msgspec.field(name="avgPx", default="")
    mark: str = msgspec.field(name="markPx", default="")
    liquidation: str = msgspec.field(name="liqPx", default="")
    unrealised: str = msgspec.field(name="upl", default="")
    own_margin: str = msgspec.field(name="margin", default="")
    initial_margin: str = msgspec.field(name="imr", default="")
    leverage: str = msgspec.field(name="lever", default="")
    mode: str = msgspec.field(name="mgnMode", default="")
    adl: str = ""
    at: str = msgspec.field(name="uTime", default="")


class CoinRow(Struct, frozen=True):
    """One currency of the trading account, or (`whole`, `free`) of the funding account."""

    asset: str = msgspec.field(name="ccy")
    cash: str = msgspec.field(name="cashBal", default="")
    available: str = msgspec.field(name="availBal", default="")
    available_equity: str = msgspec.field(name="availEq", default="")
    equity: str = msgspec.field(name="eq", default="")
    debt: str = msgspec.field(name="liab", default="")
    interest: str = ""
    at: str = msgspec.field(name="uTime", default="")
    whole: str = msgspec.field(name="bal", default="")


class AccountRow(Struct, frozen=True):
    """The trading account."""

    coins: list[Raw] = msgspec.field(name="details")
    at: str = msgspec.field(name="uTime", default="")


class BillRow(Struct, frozen=True):
    """A booked row."""

    bill_id: str = msgspec.field(name="billId")
    type: str
    asset: str = msgspec.field(name="ccy")
    amount: str = msgspec.field(name="balChg")
    market: str = msgspec.field(name="instId", default="")
    at: str = msgspec.field(name="ts", default="")


class ConfigRow(Struct, frozen=True):
    """The account and what the key may do; `rights` and `addresses` are lists with commas."""

    uid: str
    level: str = msgspec.field(name="acctLv", default="")
    position_mode: str = msgspec.field(name="posMode", default="")
    rights: str = msgspec.field(name="perm", default="")
    addresses: str = msgspec.field(name="ip", default="")


class FeeRates(Struct, frozen=True):
    """Rates of one fee group; negative is a cost."""

    maker: str = ""
    taker: str = ""


class FeeRow(Struct, frozen=True):
    """The account's fees; the fields beside `groups` are the older form."""

    maker: str = ""
    taker: str = ""
    linear_maker: str = msgspec.field(name="makerU", default="")
    linear_taker: str = msgspec.field(name="takerU", default="")
    groups: list[FeeRates] = msgspec.field(name="feeGroup", default_factory=list)


class FundingRow(Struct, frozen=True):
    """Funding of a perpetual: `rate` is the one expected for `at`."""

    at: str = msgspec.field(name="fundingTime")
    rate: str = msgspec.field(name="fundingRate", default="")
    after: str = msgspec.field(name="nextFundingTime", default="")
    before: str = msgspec.field(name="prevFundingTime", default="")
    settled: str = msgspec.field(name="settFundingRate", default="")
    state: str = msgspec.field(name="settState", default="")
    cap: str = msgspec.field(name="maxFundingRate", default="")
    floor: str = msgspec.field(name="minFundingRate", default="")
    told_at: str = msgspec.field(name="ts", default="")


class TimeRow(Struct, frozen=True):
    """The clock."""

    at: str = msgspec.field(name="ts")


class TransferRow(Struct, frozen=True):
    """A transfer that was made."""

    id: str = msgspec.field(name="transId")


class WarningRow(Struct, frozen=True):
    """A position that is near its end."""

    market: str = msgspec.field(name="instId", default="")
    at: str = msgspec.field(name="pTime", default="")
    ratio: str = msgspec.field(name="mgnRatio", default="")


read_coin = lenient.reader(CoinRow)
_decode_mark = msgspec.json.Decoder(Mark).decode


def _mark(raw: Raw) -> Mark:
    try:
        return _decode_mark(raw)
    except msgspec.MsgspecError:
        return Mark()


def exact(text: str) -> Decimal | None:
    """Return the number that text spells, None for empty text.

    Raises:
        ValueError: it spells none that can be traded.
    """
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not is_workable(value):
        raise ValueError(f"a number was expected, not {text[:40]!r}")
    return value


def exact_or_zero(text: str) -> Decimal:
    """Return `exact`, or zero for empty text."""
    return exact(text) or Decimal(0)


def needed(text: str) -> Decimal:
    """Return `exact`; raises ValueError for empty text, too."""
    value = exact(text)
    if value is None:
        raise ValueError("a number was expected, not empty text")
    return value
