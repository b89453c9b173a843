"""What the venue answers, as outcomes and updates.

Nothing here raises on what the venue sends: an answer that cannot be read leaves everything open, for a question as for
an order.
A list that is whole ends with `Complete`, as of when its first page was asked for, because what came to be while it was
read may be missing; a page that is full names the next one (`Reply.further`).
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade and #trading-account-rest-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Complete, Income, IncomeKind, Mode, Permissions, Terms
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.outcome import Done, RetryLater, Unknown
from basisdesk.venues import lenient
from basisdesk.venues.okx import commands, orders, queries, reports, rows, sign
from basisdesk.venues.okx.capabilities import LINE
from basisdesk.venues.okx.errors import judge, outcome_of
from basisdesk.venues.okx.instruments import decode_instruments
from basisdesk.venues.okx.market_replies import fees_of, funding_of, time_of
from basisdesk.venues.patience import heed
from basisdesk.venues.rights import may_withdraw, rights_in
from basisdesk.venues.trading import MESSAGE_LENGTH, Reply
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.domain.outcome import Outcome
    from basisdesk.venues.okx.rows import Envelope
    from basisdesk.venues.trading import Request, Response, Session

Row = TypeVar("Row")

_decode_envelope = msgspec.json.Decoder(rows.Envelope).decode
TOGETHER, ORDERS = "50061", "orders"
"""The code by which all new and amended orders of the account are too many, and the bucket that counts them."""
GONE = ("51400", "51401", "51402", "51410", "51603")
"""A cancel of one of many that finds the order ended, or ending, has what it wants."""
POSITION_MODES = {text: mode for mode, text in commands.MODES.items()}


def envelope_of(body: bytes) -> Envelope | None:
    """Return the reply that a body is, None when it is none."""
    try:
        return _decode_envelope(body)
    except UNREADABLE:
        return None


def decode(request: Request, response: Response, session: Session) -> Reply:
    """Return what a response means; it never raises."""
    reply = _decoded(request, response, session)
    return heed(reply, closed_by(reply.outcome, request.costs), response.headers, response.at)


def judged(request: Request, response: Response) -> Reply:
    """Return what came of a request whose body another reads."""
    envelope = envelope_of(response.body) if response.status else None
    outcome = judge(response.status, envelope, response.body, response.at, changes=request.changes)
    return heed(Reply(outcome=outcome), closed_by(outcome, request.costs), response.headers, response.at)


def closed_by(outcome: Outcome, costs: Sequence[tuple[str, float]]) -> list[str]:
    """Return the buckets that a rate limit closes: what the account counts together, or the request's own.

    `costs` names the request's own bucket first.
    """
    together = isinstance(outcome, RetryLater) and outcome.code == TOGETHER
    return [ORDERS] if together else [name for name, _ in costs[:1]]


def _decoded(request: Request, response: Response, session: Session) -> Reply:
    envelope = envelope_of(response.body) if response.status else None
    if isinstance(request.ask, asks.CancelAll) and envelope is not None and response.status == 200:  # noqa: PLR2004
        return _cancelled(request.ask, request, envelope, response.at, session)
    outcome = judge(response.status, envelope, response.body, response.at, changes=request.changes)
    if envelope is None or not isinstance(outcome, Done):
        return Reply(outcome=outcome)
    try:
        return commanded(request.ask, envelope) or _told(request, envelope, response, session)
    except (*UNREADABLE, DecodeError) as error:
        return Reply(outcome=Unknown(message=f"the answer cannot be read: {error}"[:MESSAGE_LENGTH]))


def decoded(envelope: Envelope, kind: type[Row]) -> list[Row]:
    """Return the rows of a reply; raises one of UNREADABLE."""
    return [lenient.decode(raw, kind) for raw in envelope.data or ()]


def first(envelope: Envelope, kind: type[Row]) -> Row:
    """Return the first row of a reply; raises one of UNREADABLE, ValueError where there is none."""
    found = decoded(envelope, kind)
    if not found:
        raise ValueError("a row was expected, not none")
    return found[0]


def commanded(  # noqa: PLR0911 (one answer an ask)
    ask: Ask, envelope: Envelope
) -> Reply | None:
    """Return the reply to a command that was done, None for a query; raises one of UNREADABLE."""
    match ask:
        case asks.Place(order=order):
            ack = first(envelope, rows.Ack)
            update = reports.accepted(
                order.symbol, order.side, ack.venue_id, ack.client_id or order.client_id, ack.at, order.size
            )
            return Reply(outcome=Done(), updates=(update,))
        case asks.Amend() | asks.Cancel():
            first(envelope, rows.Ack)  # accepted; what comes of it is told by the orders channel
            return Reply(outcome=Done())
        case asks.SetPositionMode(mode=mode):
            learned = ((commands.POSITION_MODE, commands.MODES[mode]),)
            return Reply(outcome=Done(), updates=(Mode(line=LINE, position=mode),), learned=learned)
        case asks.SetLeverage():
            update_ = Mode(line=LINE, symbol=ask.symbol, leverage=ask.leverage, margin=ask.margin)
            return Reply(outcome=Done(), updates=(update_,))
        case asks.SetMarginMode():
            update_ = Mode(line=LINE, symbol=ask.symbol, leverage=ask.leverage, margin=ask.mode)
            learned = ((orders.margin_key(ask.symbol), ask.mode.value),)
            return Reply(outcome=Done(), updates=(update_,), learned=learned)
        case asks.MoveFunds():
            amount = ask.amount if ask.target == "trading" else -ask.amount
            made = first(envelope, rows.TransferRow)
            income = Income(at=0, id=made.id, kind=IncomeKind.TRANSFER, asset=ask.asset, amount=amount)
            return Reply(outcome=Done(), updates=(income,))
        case asks.DeadMan():
            return Reply(outcome=Done())
        case _:
            return None


def _told(  # noqa: C901, PLR0911 (one answer an ask)
    request: Request, envelope: Envelope, response: Response, session: Session
) -> Reply:
    """Return the reply to a query."""
    at = response.at
    match request.ask:
        case asks.AskInstruments() as ask:
            return _instruments(ask, response.body)
        case asks.AskFunding(symbol=symbol):
            return _of(funding_of(first(envelope, rows.FundingRow), symbol))
        case asks.AskFees(symbol=symbol):
            return _of(fees_of(first(envelope, rows.FeeRow), session.instruments.get(symbol), symbol))
        case asks.AskTime():
            return _of(time_of(first(envelope, rows.TimeRow)))
        case asks.AskBalances() as ask:
            return _balances(ask, envelope, sign.signed_at(request.headers))
        case asks.AskPositions(symbol=symbol):
            held = [reports.position(row, session) for row in decoded(envelope, rows.PositionRow)]
            begun = sign.signed_at(request.headers)
            return _of(*held, Complete(at=begun, what="positions", line=LINE, symbol=symbol))
        case asks.AskOpenOrders() as ask:
            begun = queries.begun(ask) or sign.signed_at(request.headers)
            return _open_orders(ask, envelope, at, begun, session)
        case asks.AskOrder():
            return _of(reports.order(first(envelope, rows.OrderRow), session))
        case asks.AskFills() as ask:
            return _fills(ask, request.path, decoded(envelope, rows.FillRow), session)
        case asks.AskIncome() as ask:
            bills = decoded(envelope, rows.BillRow)
            full = len(bills) >= queries.PAGE
            further = msgspec.structs.replace(ask, cursor=_behind(bills[-1].bill_id, ask.cursor)) if full else None
            return Reply(
                outcome=Done(), updates=tuple(reports.income(row, session) for row in reversed(bills)), further=further
            )
        case _:
            return _config(first(envelope, rows.ConfigRow), at)


def _of(*updates: Update) -> Reply:
    return Reply(outcome=Done(), updates=updates)


def _instruments(ask: asks.AskInstruments, body: bytes) -> Reply:
    found = decode_instruments(LINE, body)
    place = queries.LISTED.index(ask.cursor or queries.LISTED[0]) + 1
    further = msgspec.structs.replace(ask, cursor=queries.LISTED[place]) if place < len(queries.LISTED) else None
    return Reply(outcome=Done(), updates=tuple(Terms(instrument) for instrument in found), further=further)


def _balances(ask: asks.AskBalances, envelope: Envelope, at: int) -> Reply:
    whole = Complete(at=at, what="balances", line=LINE)
    if ask.account == queries.FUNDING_WALLET:
        return _of(*(reports.funding_balance(row) for row in decoded(envelope, rows.CoinRow)), whole)
    coins = [coin for account in decoded(envelope, rows.AccountRow) for coin in account.coins]
    return _of(*(reports.balance(rows.read_coin(coin)) for coin in coins), whole)


def _open_orders(ask: asks.AskOpenOrders, envelope: Envelope, at: int, begun: int, session: Session) -> Reply:
    """Return a page of open orders; `begun` is when the first one was asked for."""
    found = decoded(envelope, rows.OrderRow)
    full = len(found) >= queries.PAGE
    updates: list[Update] = [reports.order(row, session) for row in found]
    if not full:
        updates.append(Complete(at=begun, what="open_orders", line=LINE, symbol=ask.symbol))
    learned: tuple[tuple[str, str], ...] = ()
    if not ask.cursor:
        known = commands.Open(at, [(row.market, row.venue_id) for row in found], more=full)
        learned = ((commands.open_key(ask.symbol), msgspec.json.encode(known).decode()),)
    further = None
    if full:
        last = _behind(found[-1].venue_id, ask.cursor.partition(queries.SINCE)[0])
        further = msgspec.structs.replace(ask, cursor=queries.mark(last, begun))
    return Reply(outcome=Done(), updates=tuple(updates), learned=learned, further=further)


def _cancelled(ask: asks.CancelAll, request: Request, envelope: Envelope, at: int, session: Session) -> Reply:
    """Return what became of a batch of cancels, and that the rest is still to be cancelled."""
    if str(envelope.code) not in {"0", "1", "2"}:
        return Reply(outcome=judge(200, envelope, b"", at, changes=True))
    try:
        marks = decoded(envelope, rows.Ack)
    except UNREADABLE as error:
        return Reply(outcome=Unknown(message=f"the answer cannot be read: {error}"[:MESSAGE_LENGTH]))
    outcomes = [
        outcome_of(str(mark.code), mark.words, at, changes=True) for mark in marks if str(mark.code) not in ("0", *GONE)
    ]
    unknown = next((outcome for outcome in outcomes if isinstance(outcome, Unknown)), None)
    asked = {row["ordId"] for row in msgspec.json.decode(request.body, type=list[dict[str, str]])}
    text = session.learned.get(commands.open_key(ask.symbol))
    known = msgspec.json.decode(text, type=commands.Open) if text else commands.Open(at, [])
    rest = [(code, venue_id) for code, venue_id in known.orders if venue_id not in asked]
    left = msgspec.json.encode(commands.Open(at, rest, more=known.more)).decode() if rest else ""
    return Reply(
        outcome=unknown or (outcomes[0] if outcomes else Done()),
        learned=((commands.open_key(ask.symbol), left),),
        further=ask if rest or known.more else None,
    )


def _fills(ask: asks.AskFills, path: str, found: list[rows.FillRow], session: Session) -> Reply:
    """Return trades oldest first; the longer list is told one kind of instrument after the other."""
    full = len(found) >= queries.PAGE
    _, _, rest = path.partition("instType=")
    kind = rest.partition("&")[0]
    after = _behind(found[-1].bill_id, ask.cursor.rpartition(":")[2]) if full else ""
    if kind and not full:
        kinds = queries.filled_kinds(session.instruments.get(ask.symbol))
        kind = next(iter(kinds[kinds.index(kind) + 1 :]), "")
    cursor = f"{kind}:{after}" if kind else after
    further = msgspec.structs.replace(ask, cursor=cursor) if cursor else None
    return Reply(outcome=Done(), updates=tuple(reports.fill(row, session) for row in reversed(found)), further=further)


def _behind(last: str, before: str) -> str:
    """Return the mark of the next page; ValueError where it is this one's, so that no list is read for ever."""
    if last == before:
        raise ValueError(f"the page behind {before[:40]} ends where it began")
    return last


def _config(row: rows.ConfigRow, at: int) -> Reply:
    rights = rights_in(row.rights)
    permissions = Permissions(
        at=at,
        read=bool(rights) or None,
        trade="trade" in rights if rights else None,
        withdraw=may_withdraw(rights) if rights else None,
        transfer="trade" in rights if rights else None,
        addresses=bool(row.addresses),
        account=row.uid,
    )
    mode = Mode(line=LINE, position=POSITION_MODES.get(row.position_mode))
    learned = (("account", row.uid), ("level", row.level), (commands.POSITION_MODE, row.position_mode))
    return Reply(outcome=Done(), updates=(permissions, mode), learned=learned)
