"""Replies that tell facts: time, instruments, funding, account numbers, rights, fees, modes.

The list of linear contracts does not say how often funding is settled, so it is followed by a second page that does.
What the last settlement of a swap paid is a second request too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from basisdesk.domain.account import Fees, Funding, Mode, Permissions, ServerTime, Terms
from basisdesk.domain.ask import (
    AskAccounts,
    AskFees,
    AskFunding,
    AskInstruments,
    AskPermissions,
    AskTime,
    MarginMode,
    PositionMode,
)
from basisdesk.domain.outcome import Done, Reason, Rejected
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.names import leverage_name
from basisdesk.venues.htx.account.queries import FUNDING, PAST
from basisdesk.venues.htx.account.request import SPOT_ACCOUNT, USER
from basisdesk.venues.htx.clock import decode_time
from basisdesk.venues.htx.instruments import decode_instruments
from basisdesk.venues.rights import may_withdraw, rights_in
from basisdesk.venues.trading import Reply
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import SetLeverage
    from basisdesk.venues.htx.account.rows import Row
    from basisdesk.venues.trading import Response, Session

HOUR = 3_600_000_000_000
LONGEST = 24
_MODES = {"single_side": PositionMode.ONE_WAY, "dual_side": PositionMode.HEDGE}

Fact = AskTime | AskInstruments | AskFunding | AskAccounts | AskPermissions | AskFees


def read(ask: Fact, response: Response, row: Row, session: Session) -> Reply:
    """Return the reply to one of these asks; raises one of UNREADABLE or DecodeError."""
    match ask:
        case AskTime(line):
            return Reply(outcome=Done(), updates=(ServerTime(decode_time(line, response.body)),))
        case AskInstruments():
            return _instruments(ask, response.body, row, session)
        case AskFunding():
            return _funding(ask, row, response.at)
        case AskAccounts():
            return _accounts(ask, row)
        case AskPermissions():
            return _permissions(row, session, response.at)
        case _:
            return _fees(ask, row)


def mode_set(line: str, data: Row) -> Reply:
    """Return the reply that tells the position mode."""
    mode = data.need("position_mode")
    if mode not in _MODES:
        raise ValueError(f"a position mode was expected, not {mode[:40]!r}")
    return Reply(outcome=Done(), updates=(Mode(line=line, position=_MODES[mode]),))


def leverage_set(ask: SetLeverage, data: Row, session: Session) -> Reply:
    """Return the reply that tells the leverage that was set; coin-margined orders will state it."""
    market = session.instruments[ask.symbol]
    rate = data.number("lever_rate") or ask.leverage
    margin = ask.margin if market.market == symbols.LINEAR else MarginMode.CROSS
    told = Mode(line=market.market, symbol=ask.symbol, leverage=rate, margin=margin or MarginMode.CROSS)
    name = leverage_name(market.market, market.code)
    return Reply(outcome=Done(), updates=(told,), learned=((name, str(int(rate))),))


def _instruments(ask: AskInstruments, body: bytes, row: Row, session: Session) -> Reply:
    updates: list[Update]
    if ask.cursor:
        updates = [terms for each in row.rows("data") if (terms := _settled_every(each, session)) is not None]
        return Reply(outcome=Done(), updates=tuple(updates))
    updates = [Terms(found) for found in decode_instruments(ask.line, body)]
    further = structs.replace(ask, cursor=FUNDING) if ask.line == symbols.LINEAR else None
    return Reply(outcome=Done(), updates=tuple(updates), further=further)


def _settled_every(row: Row, session: Session) -> Terms | None:
    """Return the terms of a contract with its interval, None where that is no news, or cannot be read."""
    try:
        hours = _interval(row)
        found = session.market_of(symbols.LINEAR, row.text("contract_code").upper())
    except UNREADABLE:
        return None
    if found is None or hours is None or hours == found.funding_interval:
        return None
    return Terms(structs.replace(found, funding_interval=hours))


def _interval(row: Row) -> int | None:
    length = row.time("next_funding_time") - row.time("funding_time")
    hours, rest = divmod(length, HOUR)
    return hours if 0 < hours <= LONGEST and not rest else None


def _funding(ask: AskFunding, row: Row, now: int) -> Reply:
    if ask.cursor == PAST:
        rows = row.either("data", "data")
        if not rows:
            return Reply(outcome=Done(), updates=(Funding(at=now, symbol=ask.symbol),))
        last = max(rows, key=lambda each: each.time("funding_time"))
        settled = last.number("realized_rate", "funding_rate")
        told = Funding(at=now, symbol=ask.symbol, settled=settled, settled_at=last.time("funding_time"))
        return Reply(outcome=Done(), updates=(told,))
    rows = row.either("data")
    if not rows:
        raise ValueError("no funding in the answer")
    coming = rows[0]
    told = Funding(
        at=now,
        symbol=ask.symbol,
        predicted=coming.number("funding_rate"),
        next_at=coming.time("funding_time"),
        interval=_interval(coming),
        cap=coming.number("max_funding_rate"),
        floor=coming.number("min_funding_rate"),
    )
    return Reply(outcome=Done(), updates=(told,), further=structs.replace(ask, cursor=PAST))


def _accounts(ask: AskAccounts, row: Row) -> Reply:
    if ask.line != symbols.SPOT:
        return Reply(outcome=Done(), learned=((USER, row.need("data")),))
    for account in row.rows("data"):
        if account.text("type") == "spot":
            return Reply(outcome=Done(), learned=((SPOT_ACCOUNT, account.need("id")),))
    return Reply(outcome=Rejected(Reason.MODE, "no-spot-account", "the key's user has no spot account"))


def _permissions(row: Row, session: Session, now: int) -> Reply:
    key = session.credentials.key if session.credentials is not None else ""
    for each in row.either("data"):
        if each.text("accessKey") in {key, ""}:
            rights = rights_in(each.need("permission"))
            told = Permissions(
                at=now,
                read="readonly" in rights,
                trade="trade" in rights,
                withdraw=may_withdraw(rights),
                addresses=bool(each.text("ipAddresses")),
                account=session.learned.get(USER, ""),
            )
            return Reply(outcome=Done(), updates=(told,))
    raise ValueError("the key is not among those in the answer")


def _fees(ask: AskFees, row: Row) -> Reply:
    rows = row.either("data")
    if not rows:
        raise ValueError("no fees in the answer")
    told = Fees(
        symbol=ask.symbol,
        maker=rows[0].amount("actualMakerRate", "makerFeeRate", "open_maker_fee"),
        taker=rows[0].amount("actualTakerRate", "takerFeeRate", "open_taker_fee"),
    )
    return Reply(outcome=Done(), updates=(told,))
