"""Balances, positions, income and settings, from bodies of the venue to the common updates.

A list is whole as of the moment it was asked for, which is the latest moment that is certain.
What spot calls locked is owned too; futures tell the wallet balance, to which unrealised profit comes as equity.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import (
    Balance,
    Complete,
    Fees,
    Income,
    IncomeKind,
    Mode,
    Permissions,
    Position,
    Update,
)
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import AskIncome, AskPositions, MarginMode, MoveFunds, PositionMode
from basisdesk.venues.binance.replies import shapes
from basisdesk.venues.binance.replies.orders import POSITIONS, done, symbol
from basisdesk.venues.binance.replies.shapes import exact, known, ns

if TYPE_CHECKING:
    from basisdesk.venues.trading import Reply, Session

MODES = {"cross": MarginMode.CROSS, "crossed": MarginMode.CROSS, "isolated": MarginMode.ISOLATED}
KINDS = {
    "FUNDING_FEE": IncomeKind.FUNDING,
    "COMMISSION": IncomeKind.FEE,
    "COMMISSION_REBATE": IncomeKind.REBATE,
    "API_REBATE": IncomeKind.REBATE,
    "REFERRAL_KICKBACK": IncomeKind.REBATE,
    "FEE_RETURN": IncomeKind.REBATE,
    "REALIZED_PNL": IncomeKind.TRADE,
    "TRANSFER": IncomeKind.TRANSFER,
    "INTERNAL_TRANSFER": IncomeKind.TRANSFER,
    "CROSS_COLLATERAL_TRANSFER": IncomeKind.TRANSFER,
    "COIN_SWAP_DEPOSIT": IncomeKind.TRANSFER,
    "COIN_SWAP_WITHDRAW": IncomeKind.TRANSFER,
    "STRATEGY_UMFUTURES_TRANSFER": IncomeKind.TRANSFER,
    "INSURANCE_CLEAR": IncomeKind.LIQUIDATION,
    "DELIVERED_SETTELMENT": IncomeKind.DELIVERY,  # the venue's own spelling
}


@precise
def spot_account(body: bytes, at: int) -> Reply:
    """Read the balances of spot, and the account's number."""
    told = shapes.spot_account(body)
    changed = ns(told.updated)
    updates: list[Update] = [
        Balance(
            at=changed,
            line="spot",
            asset=row.asset,
            total=exact(row.free) + exact(row.locked),
            available=row.free,
        )
        for row in told.balances
    ]
    learned = (("account", str(told.number)),) if told.number else ()
    return done(*updates, Complete(at=at, what="balances", line="spot"), learned=learned)


@precise
def futures_balances(line: str, body: bytes, at: int) -> Reply:
    """Read the balances of a futures account; coins that were never there are left out."""
    updates: list[Update] = [
        Balance(
            at=ns(row.updated),
            line=line,
            asset=row.asset,
            total=exact(row.total),
            available=exact(row.available),
            equity=row.total + exact(row.unrealised),
        )
        for row in shapes.futures_balances(body)
        if row.total or row.available
    ]
    return done(*updates, Complete(at=at, what="balances", line=line))


def positions(ask: AskPositions, body: bytes, session: Session, at: int) -> Reply:
    """Read positions, and for every market named how it is set."""
    updates: list[Update] = []
    for row in shapes.position_rows(body):
        name = symbol(session, ask.line, row.code)
        if ask.symbol and name != ask.symbol:
            continue
        mode = MODES.get(row.mode.lower())
        if row.leverage is not None or mode is not None:
            leverage = None if row.leverage is None else exact(row.leverage)
            updates.append(Mode(line=ask.line, symbol=name, leverage=leverage, margin=mode))
        if row.size:
            updates.append(_position(row, name, mode))
    return done(*updates, Complete(at=at, what="positions", line=ask.line, symbol=ask.symbol))


def _position(row: shapes.PositionRow, name: str, mode: MarginMode | None) -> Position:
    return Position(
        at=ns(row.updated),
        symbol=name,
        size=exact(row.size),
        entry=known(row.entry),
        mark=known(row.mark),
        liquidation=known(row.liquidation),
        unrealised=exact(row.unrealised),
        margin=known(row.margin),
        leverage=row.leverage,
        mode=mode,
        side=POSITIONS[row.side],
        adl_rank=row.rank,
    )


def position_mode(line: str, body: bytes) -> Reply:
    """Read one-way or hedge."""
    return done(mode_of(line, dual=shapes.dual_side.decode(body).dual))


def mode_of(line: str, *, dual: bool) -> Mode:
    """Return the position mode of a line."""
    return Mode(line=line, position=PositionMode.HEDGE if dual else PositionMode.ONE_WAY)


def leverage(line: str, body: bytes, session: Session) -> Reply:
    """Read the leverage that was set."""
    told = shapes.leverage.decode(body)
    return done(Mode(line=line, symbol=symbol(session, line, told.code), leverage=exact(told.leverage)))


def income(ask: AskIncome, body: bytes, session: Session, page: int) -> Reply:
    """Read a page of booked rows; `page` is the length of a full one, after which there may be another."""
    rows = shapes.income_rows(body)
    updates = [
        Income(
            at=ns(row.at),
            id=f"{row.kind}:{row.number}:{row.asset}",
            kind=KINDS.get(row.kind, IncomeKind.OTHER),
            asset=row.asset,
            amount=exact(row.amount),
            symbol=symbol(session, ask.line, row.code) if row.code else "",
        )
        for row in rows
    ]
    further = None
    if len(rows) >= page:
        following = str(int(ask.cursor or "1") + 1)
        further = AskIncome(line=ask.line, symbol=ask.symbol, since=ask.since, cursor=following)
    return done(*updates, further=further)


def moved(ask: MoveFunds, body: bytes, at: int) -> Reply:
    """Read the number of a transfer; what it took from the source came to the target."""
    number = shapes.transfer.decode(body).number
    return done(Income(at=at, id=str(number), kind=IncomeKind.TRANSFER, asset=ask.asset, amount=-ask.amount))


@precise
def fees(name: str, line: str, body: bytes) -> Reply:
    """Read the account's own fees of a market; on spot several parts add up."""
    if line != "spot":
        told = shapes.futures_commission(body)
        return done(Fees(symbol=name, maker=exact(told.maker), taker=exact(told.taker)))
    spot = shapes.spot_commission(body)
    parts = (spot.standard, spot.tax, spot.special)
    maker = sum((exact(part.maker) for part in parts), Decimal(0))
    taker = sum((exact(part.taker) for part in parts), Decimal(0))
    return done(Fees(symbol=name, maker=maker, taker=taker))


def permissions(body: bytes, at: int) -> Reply:
    """Read what the key may do; it trades when it may trade on any of the lines."""
    told = shapes.key_rights(body)
    return done(
        Permissions(
            at=at,
            read=told.reads,
            trade=told.spot or told.futures,
            withdraw=told.withdraws,
            transfer=told.transfers,
            addresses=told.restricted,
        )
    )
