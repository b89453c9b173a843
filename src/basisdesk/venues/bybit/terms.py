"""Terms: instruments, funding, fees, the account's modes and what the key may do.

The unified account alone is spoken of; an account of the old kind is told apart by its status, and refused.
The account's margin mode holds for all contracts, so the session remembers it for the positions, which do not tell.
Followed: https://bybit-exchange.github.io/docs/v5/market/tickers, market/history-fund-rate, account/fee-rate,
account/account-info, user/apikey-info and position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from basisdesk.domain.account import Fees, Funding, Mode, Permissions, Terms
from basisdesk.domain.ask import AskFunding, AskInstruments, PositionMode
from basisdesk.domain.outcome import Done, Reason, Rejected
from basisdesk.venues import lenient
from basisdesk.venues.bybit.instruments import decode_instruments, next_cursor
from basisdesk.venues.bybit.orders import MARGIN
from basisdesk.venues.bybit.queries import SETTLED
from basisdesk.venues.bybit.rows import Text, amount, symbol_for, told
from basisdesk.venues.bybit.tell import margin_mode
from basisdesk.venues.rights import may_withdraw
from basisdesk.venues.trading import Reply, Session
from basisdesk.venues.wire import nanoseconds

if TYPE_CHECKING:
    from basisdesk.domain.ask import AskAccounts, AskFees, AskPositionMode

_Row = TypeVar("_Row")

CLASSIC = 1
STATUS = "unified_status"
MOST_HOURS = 24 * 366
UNBOUND = "*"


class _Ticker(msgspec.Struct, frozen=True, rename="camel"):
    funding_rate: Text = ""
    next_funding_time: Text = ""
    funding_interval_hour: Text = ""
    funding_cap: Text = ""


class _Paid(msgspec.Struct, frozen=True, rename="camel"):
    funding_rate: str
    funding_rate_timestamp: str


class _Fee(msgspec.Struct, frozen=True, rename="camel"):
    symbol: str
    taker_fee_rate: str
    maker_fee_rate: str


class _Tickers(msgspec.Struct, frozen=True):
    rows: list[_Ticker] = msgspec.field(name="list")


class _Settlements(msgspec.Struct, frozen=True):
    rows: list[_Paid] = msgspec.field(name="list")


class _Fees(msgspec.Struct, frozen=True):
    rows: list[_Fee] = msgspec.field(name="list")


class _Account(msgspec.Struct, frozen=True, rename="camel"):
    unified_margin_status: int
    margin_mode: str = ""


class _Key(msgspec.Struct, frozen=True, rename="camel"):
    read_only: int
    permissions: dict[str, list[str] | None]
    ips: list[str] | None = None
    user_id: int | str = msgspec.field(name="userID", default=0)


class _Leg(msgspec.Struct, frozen=True, rename="camel"):
    symbol: str
    position_idx: int


class _Legs(msgspec.Struct, frozen=True):
    rows: list[_Leg] = msgspec.field(name="list")


def instruments_told(ask: AskInstruments, body: bytes) -> Reply:
    """Return one page of the list."""
    terms = tuple(Terms(each) for each in decode_instruments(ask.line, body))
    cursor = next_cursor(ask.line, body)
    further = AskInstruments(ask.line, cursor) if cursor and cursor != ask.cursor else None
    return Reply(outcome=Done(), updates=terms, further=further)


def funding_told(ask: AskFunding, result: bytes, now: int) -> Reply:
    """Return what the ticker says of the coming settlement, then what the history says of the last one."""
    if ask.cursor == SETTLED:
        rows = lenient.decode(result, _Settlements).rows
        if not rows:
            return Reply(outcome=Done())
        paid = rows[0]
        at = nanoseconds(paid.funding_rate_timestamp)
        update = Funding(at=at, symbol=ask.symbol, settled=amount(paid.funding_rate), settled_at=at)
        return Reply(outcome=Done(), updates=(update,))
    row = _only(lenient.decode(result, _Tickers).rows)
    hours = told(row.funding_interval_hour)
    whole = hours is not None and hours == int(hours) and 0 < hours <= MOST_HOURS
    update = Funding(
        at=now,
        symbol=ask.symbol,
        predicted=told(row.funding_rate),
        next_at=nanoseconds(row.next_funding_time or ""),
        interval=int(hours) if hours is not None and whole else None,
        cap=told(row.funding_cap),
    )
    return Reply(outcome=Done(), updates=(update,), further=AskFunding(ask.symbol, SETTLED))


def fees_told(ask: AskFees, result: bytes, session: Session) -> Reply:
    """Return the account's fees of a market."""
    instrument = session.instruments.get(ask.symbol)
    for row in lenient.decode(result, _Fees).rows:
        if instrument is not None and row.symbol == instrument.code:
            fees = Fees(symbol=ask.symbol, maker=amount(row.maker_fee_rate), taker=amount(row.taker_fee_rate))
            return Reply(outcome=Done(), updates=(fees,))
    raise ValueError(f"no fees of {ask.symbol} in the answer")


def account_told(ask: AskAccounts, result: bytes) -> Reply:
    """Return the account's margin mode; refuse an account that is not unified."""
    account = lenient.decode(result, _Account)
    learned = ((MARGIN, account.margin_mode), (STATUS, str(account.unified_margin_status)))
    if account.unified_margin_status == CLASSIC:
        why = "a classic account: upgrade it to the unified trading account"
        return Reply(outcome=Rejected(Reason.MODE, str(CLASSIC), why), learned=learned)
    mode = margin_mode(Session(learned=dict(learned)))
    return Reply(outcome=Done(), updates=(Mode(line=ask.line, margin=mode),), learned=learned)


def key_told(result: bytes, now: int) -> Reply:
    """Return what the key may do: to withdraw counts as granted even where the key reads only.

    Of a key whose rights to the wallet are not told it is not known.
    """
    key = lenient.decode(result, _Key)
    granted = {right for rights in key.permissions.values() for right in rights or ()}
    writes = key.read_only == 0
    addresses = [each for each in key.ips or () if each != UNBOUND]
    account = str(key.user_id or "")
    permissions = Permissions(
        at=now,
        read=True,
        trade=writes and not granted.isdisjoint({"Order", "SpotTrade", "DerivativesTrade"}),
        withdraw=may_withdraw(granted) or (None if key.permissions.get("Wallet") is None else False),
        transfer=writes and not granted.isdisjoint({"AccountTransfer", "SubMemberTransfer"}),
        addresses=bool(addresses),
        account=account,
    )
    return Reply(outcome=Done(), updates=(permissions,), learned=(("account", account),))


def mode_told(ask: AskPositionMode, result: bytes, session: Session) -> Reply:
    """Return the position mode that the rows of one market show."""
    rows = lenient.decode(result, _Legs).rows
    legs = [row.position_idx for row in rows]
    first = _only(rows[:1])
    mode = PositionMode.HEDGE if max(legs) > 0 else PositionMode.ONE_WAY
    update = Mode(line=ask.line, symbol=symbol_for(ask.line, first.symbol, session), position=mode)
    return Reply(outcome=Done(), updates=(update,))


def _only(rows: list[_Row]) -> _Row:
    if len(rows) != 1:
        raise ValueError(f"one row was expected, not {len(rows)}")
    return rows[0]
