"""Answers that speak of one thing: an order, a transfer, the clock, funding, fees, a key's rights.

Fees are told only for an account with discounts; all others pay what the instrument list says.
A key's rights are words: `trade:read_write` places orders, `wallet:read_write` moves money, out of the venue as well as
between accounts, so a key with it counts as one that may withdraw.
Followed: https://docs.deribit.com/articles/access-scope and /api-reference/market-data/public-ticker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import (
    Fees,
    Funding,
    Income,
    IncomeKind,
    Permissions,
    ServerTime,
    Terms,
    Update,
)
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import AskFees, AskFunding, AskInstruments, AskPermissions, AskTime
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind
from basisdesk.domain.outcome import Done, Reason, Rejected, Unknown
from basisdesk.venues import lenient
from basisdesk.venues.deribit.account import exact, fills, order_update
from basisdesk.venues.deribit.clock import decode_time
from basisdesk.venues.deribit.instruments import decode_instruments
from basisdesk.venues.deribit.rows import FeeGroup, FeeRow, FeeSummary, Moved, OrderRow, Placed, Ticker, Token
from basisdesk.venues.deribit.symbols import read_code
from basisdesk.venues.deribit.tickers import FUNDING_HOURS
from basisdesk.venues.trading import Reply
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from decimal import Decimal

    from msgspec import Raw

    from basisdesk.domain.account import Fill, OrderUpdate
    from basisdesk.domain.ask import Ask, OrderRef
    from basisdesk.venues.trading import Session

_decode_placed = lenient.reader(Placed)
_decode_order = lenient.reader(OrderRow)
_decode_orders = lenient.reader(list[OrderRow])
_decode_count = msgspec.json.Decoder(int).decode
_decode_moved = msgspec.json.Decoder(Moved).decode
_decode_ticker = lenient.reader(Ticker)
_decode_fees = msgspec.json.Decoder(FeeSummary).decode
_decode_group = msgspec.json.Decoder(FeeGroup).decode
_decode_token = msgspec.json.Decoder(Token).decode

MOVED = ("confirmed",)
MOVING = ("prepared", "waiting_for_admin")
_REFUSED = {"insufficient_funds": Reason.INSUFFICIENT_MARGIN, "withdrawal_limit": Reason.RISK_LIMIT}


def placed(session: Session, result: Raw) -> list[OrderUpdate | Fill]:
    """Return an order and the trades that it made at once."""
    row = _decode_placed(result)
    return [order_update(session, row.order), *fills(session, row.trades, [row.order])]


def orders(session: Session, ref: OrderRef, result: Raw) -> list[OrderUpdate]:
    """Return the order, or those of a market that have the label; a label may name several."""
    if ref.venue_id:
        return [order_update(session, _decode_order(result))]
    found = [order_update(session, row) for row in _decode_orders(result) if row.label == ref.client_id]
    return [update for update in found if update.symbol == ref.symbol]


def count(result: Raw) -> int:
    """Return how many orders were cancelled."""
    return _decode_count(result)


def moved(result: Raw, now: int) -> Reply:
    """Return what became of a transfer; the account that it left is told."""
    row = _decode_moved(result)
    if row.state in MOVING:
        return Reply(outcome=Unknown(f"transfer {row.number} is {row.state}"))
    if row.state not in MOVED:
        return Reply(outcome=Rejected(_REFUSED.get(row.state, Reason.OTHER), row.state, f"transfer {row.number}"))
    income = Income(
        at=row.at * NS_PER_MS or now,
        id=f"transfer-{row.number}",
        kind=IncomeKind.TRANSFER,
        asset=row.currency.upper(),
        amount=-exact(row.amount),
    )
    return Reply(outcome=Done(), updates=(income,))


def answered(session: Session, ask: Ask, result: Raw, at: int, body: bytes) -> Reply:
    """Return what a question about the venue, its terms or the key was answered; `body` is the whole message."""
    match ask:
        case AskTime():
            return _done(ServerTime(decode_time(body)))
        case AskInstruments():
            return _done(*(Terms(found) for found in decode_instruments(ask.line, body)))
        case AskFunding():
            return _done(_funding(ask, result))
        case AskFees():
            return _done(_fees(session, ask, result))
        case AskPermissions():
            return _done(_permissions(result, at))
        case _:
            raise DecodeError(f"nothing was asked that this could answer: {type(ask).__name__}")


def _done(*updates: Update) -> Reply:
    return Reply(outcome=Done(), updates=updates)


def _funding(ask: AskFunding, result: Raw) -> Funding:
    row = _decode_ticker(result)
    return Funding(
        at=row.at * NS_PER_MS,
        symbol=ask.symbol,
        predicted=None if row.current is None else exact(row.current),
        settled=None if row.eight_hours is None else exact(row.eight_hours),
        interval=FUNDING_HOURS,
    )


def _fees(session: Session, ask: AskFees, result: Raw) -> Fees:
    instrument = session.instruments[ask.symbol]
    groups = _decode_fees(result).fees.get(_index(instrument), {})
    found = groups.get("perpetual" if instrument.kind is Kind.PERPETUAL else "future")
    row = None if found is None else _decode_group(found).default
    if row is None:
        return Fees(symbol=ask.symbol, maker=instrument.maker_fee, taker=instrument.taker_fee)
    return Fees(
        symbol=ask.symbol,
        maker=_fee(row, row.maker, instrument.maker_fee),
        taker=_fee(row, row.taker, instrument.taker_fee),
    )


def _index(instrument: Instrument) -> str:
    name = read_code(instrument.code)
    return "" if name is None else name.price_index


@precise
def _fee(row: FeeRow, told: Decimal, listed: Decimal) -> Decimal:
    return exact(told) * listed if row.kind == "relative" else exact(told)


def _permissions(result: Raw, at: int) -> Permissions:
    words = dict(word.partition(":")[::2] for word in _decode_token(result).scope.split())
    wallet = words.get("wallet", words.get("wallets"))
    writes = None if wallet is None else wallet not in {"none", "read"}  # whatever else may let money leave
    trade = words.get("trade")
    return Permissions(
        at=at,
        read=None if "account" not in words else words["account"] != "none",
        trade=None if trade is None else trade == "read_write",
        withdraw=writes,
        transfer=writes,
    )
