"""What an ask means for the shell: how urgent it is, which market it concerns; and an answer that nobody waits for."""

from __future__ import annotations

import asyncio
from typing import TypeVar, get_args

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import Ask, Command

_T = TypeVar("_T")
_COMMANDS: dict[type, None] = dict.fromkeys(get_args(Command))
_PUBLIC = (asks.AskTime, asks.AskInstruments, asks.AskFunding)
_TRADING: dict[type, None] = dict.fromkeys((asks.Place, asks.Amend, asks.Cancel, asks.CancelAll, asks.DeadMan))
_SAFER = (asks.Cancel, asks.CancelAll, asks.DeadMan)
_NAMES: dict[type, str] = {
    asks.OpenStream: "what opens the private stream",
    asks.AskTime: "the venue's time",
    asks.AskInstruments: "the list of instruments",
    asks.AskFunding: "funding",
    asks.AskAccounts: "the account's number and level",
    asks.AskBalances: "balances",
    asks.AskPositions: "positions",
    asks.AskPositionMode: "the position mode",
    asks.AskOpenOrders: "open orders",
    asks.AskOrder: "the state of an order",
    asks.AskFills: "fills",
    asks.AskIncome: "bookings",
    asks.AskFees: "fees",
    asks.AskPermissions: "what the key may do",
}


def is_command(ask: Ask) -> bool:
    """Say whether it changes something at the venue."""
    return type(ask) in _COMMANDS


def is_trading(ask: Ask) -> bool:
    """Say whether it concerns orders, which may go over a connection of their own."""
    return type(ask) in _TRADING


def is_order(ask: Ask) -> bool:
    """Say whether it puts something into the book, which is worse late than never."""
    return isinstance(ask, asks.Place | asks.Amend)


def is_public(ask: Ask) -> bool:
    """Say whether it needs no key."""
    return isinstance(ask, _PUBLIC)


def is_urgent(ask: Ask) -> bool:
    """Say whether it may use the reserve: what takes risk away, as far as can be seen of it."""
    return ask.order.reduce_only if isinstance(ask, asks.Place) else isinstance(ask, _SAFER)


def name_of(ask: Ask) -> str:
    """Return what is asked for in a trader's words, for a sentence; of what changes something, that it was sent."""
    return _NAMES.get(type(ask), "what was sent")


def given(answer: _T) -> asyncio.Future[_T]:
    """Return an answer that is there already."""
    future: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
    future.set_result(answer)
    return future


def symbol_of(ask: Ask) -> str:
    """Return the market that it concerns, empty for none."""
    match ask:
        case asks.Place(order) | asks.Cancel(order) | asks.AskOrder(order):
            return order.symbol
        case asks.Amend():
            return ask.order.symbol
        case _:
            return str(getattr(ask, "symbol", ""))
