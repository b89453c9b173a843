"""From what is asked to the request that asks it.

Every ask ends in one of the calls of `commands` and `queries`, or in a sentence that says why the venue cannot do it.
A market must be among the session's instruments, because its grid and kind decide what is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain import ask as asks
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Kind
from basisdesk.venues.okx import commands, queries
from basisdesk.venues.okx.calls import Call, request_of
from basisdesk.venues.okx.capabilities import LINE

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Request, Session


def encode(ask: Ask, session: Session, now: int) -> Request | Refusal:
    """Return the signed request of an ask at `now` (ns, the venue's time), or why there is none.

    For `CancelAll` it may be the request for the open orders, which come first.
    """
    line, symbol = names_of(ask)
    if line not in {"", LINE}:
        return Refusal("unknown_line", f"okx has no line {line[:40]!r}: everything is on {LINE!r}")
    instrument = session.instruments.get(symbol)
    if instrument is None and symbol:
        return Refusal(
            "unknown_symbol", f"{symbol[:60]!r} is not among the known instruments of okx: ask for them first"
        )
    call = _of_market(ask, instrument, session, now) if instrument else _of_account(ask, session, now)
    if isinstance(call, asks.AskOpenOrders):
        return encode(call, session, now)
    return call if isinstance(call, Refusal) else request_of(call, ask, session, now)


def names_of(ask: Ask) -> tuple[str, str]:
    """Return line and symbol that an ask names, empty texts where it names none."""
    match ask:
        case asks.Place(order=order) | asks.Amend(order=order) | asks.Cancel(order=order) | asks.AskOrder(order=order):
            return "", order.symbol
        case asks.SetLeverage() | asks.SetMarginMode() | asks.AskFunding() | asks.AskFees():
            return "", ask.symbol
        case asks.MoveFunds() | asks.AskPermissions():
            return "", ""
        case (
            asks.CancelAll()
            | asks.DeadMan()
            | asks.SetPositionMode()
            | asks.AskPositions()
            | asks.AskOpenOrders()
            | asks.AskFills()
            | asks.AskIncome()
        ):
            return ask.line, ask.symbol
        case _:
            return ask.line, ""


def _of_market(  # noqa: PLR0911 (one answer an ask)
    ask: Ask, instrument: Instrument, session: Session, now: int
) -> Call | asks.AskOpenOrders | Refusal:
    """Return the call of an ask that names this market."""
    match ask:
        case asks.Place():
            return commands.place(ask, instrument, session)
        case asks.Amend():
            return commands.amend(ask, instrument)
        case asks.Cancel():
            return commands.cancel(ask, instrument)
        case asks.AskOrder():
            return queries.order(ask, instrument)
        case asks.SetLeverage():
            return commands.set_leverage(ask, instrument, session)
        case asks.SetMarginMode():
            return commands.set_margin_mode(ask, instrument, session)
        case asks.AskFees():
            return queries.fees(ask, instrument)
        case asks.AskFunding():
            if instrument.funding_interval is None:
                return Refusal("unsupported", f"{instrument.symbol} pays no funding: ask for a {Kind.PERPETUAL.value}")
            return queries.funding(instrument)
        case _:
            return _of_line(ask, instrument, session, now)


def _of_line(  # noqa: PLR0911 (one answer an ask)
    ask: Ask, instrument: Instrument | None, session: Session, now: int
) -> Call | asks.AskOpenOrders | Refusal:
    """Return the call of an ask of the line, or of one market of it."""
    code = instrument.code if instrument else ""
    match ask:
        case asks.AskOpenOrders():
            return queries.open_orders(ask, code)
        case asks.AskPositions():
            return queries.positions(code)
        case asks.AskFills():
            return queries.fills(ask, instrument, now)
        case asks.AskIncome():
            return queries.income(ask, code, now)
        case asks.CancelAll():
            return commands.cancel_all(ask, session, now)
        case asks.DeadMan():
            return commands.dead_man(ask)
        case asks.SetPositionMode():
            return commands.set_position_mode(ask)
        case _:
            return Refusal("symbol_needed", f"{type(ask).__name__} needs a symbol of okx")


def _of_account(  # noqa: PLR0911 (one answer an ask)
    ask: Ask, session: Session, now: int
) -> Call | asks.AskOpenOrders | Refusal:
    """Return the call of an ask that names no market."""
    match ask:
        case asks.AskTime():
            return queries.TIME
        case asks.AskInstruments():
            return queries.instruments(ask)
        case asks.AskAccounts() | asks.AskPositionMode() | asks.AskPermissions():
            return queries.CONFIG
        case asks.AskBalances():
            return queries.balances(ask)
        case asks.MoveFunds():
            return commands.move_funds(ask)
        case asks.OpenStream() | asks.KeepStream():
            return Refusal("unsupported", "the private stream of okx needs no key beforehand: it logs in by itself")
        case _:
            return _of_line(ask, None, session, now)
