"""What an account holds of a market, as the ledger has it and as the venue tells it (I5).

The ledger's position is the sum of the desk's own fills, in the venue's unit: contracts, coin, or dollars on Deribit's
inverse markets.
What else is there is EXTERNAL: what stood there before the desk began, what others traded since (told by trades), and
what the operator accepted.
The venue's position must be the sum of both, to the last digit; where it is not, the market is frozen and the history
of the ledger stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain, precise
from basisdesk.domain.event import ExternalHeld, ExternalSeen
from basisdesk.domain.instrument import Margin
from basisdesk.engine.state import ZERO, State

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.instrument import Instrument


@precise
def freeze(state: State, seen: ExternalSeen) -> None:
    """Fold what was seen: the market is frozen, trades of others are EXTERNAL, a difference waits for the operator."""
    symbol = seen.symbol
    state.frozen[symbol] = seen.message
    if symbol in state.external:  # before the first reading it is not known what stood there: that will contain it
        state.external[symbol] += seen.traded
    if seen.differs:
        state.differences[symbol] = seen.differs
    elif seen.differs is not None:
        state.differences.pop(symbol, None)


@precise
def thaw(state: State, symbol: str) -> None:
    """Fold the operator's word: the market is traded again, and what differed is EXTERNAL."""
    state.frozen.pop(symbol, None)
    differs = state.differences.pop(symbol, ZERO)
    if differs:
        state.external[symbol] = state.external.get(symbol, ZERO) + differs


def in_ledger(state: State, symbol: str) -> Decimal:
    """Return the sum of the desk's fills on a market, signed, in the venue's unit."""
    held = state.holdings.get(symbol)
    return ZERO if held is None else held.position.size


@precise
def difference(state: State, symbol: str, told: Decimal) -> Decimal | None:
    """Return what a position that a venue told is beyond ledger and EXTERNAL; None before the first reading."""
    external = state.external.get(symbol)
    return None if external is None else told - in_ledger(state, symbol) - external


@precise
def held_besides(state: State, symbol: str, told: Decimal, at: int) -> ExternalHeld:
    """Return what the first reading of a market says: whatever the ledger has not is EXTERNAL."""
    return ExternalHeld(at, symbol, told - in_ledger(state, symbol))


def contracts(state: State, venue: str, line: str, symbol: str = "") -> list[Instrument]:
    """Return the listed contracts of a venue's line, or the one named; spot has balances and no positions."""
    return [
        one
        for one in state.instruments.values()
        if (one.venue, one.market) == (venue, line) and one.margin is not Margin.SPOT and symbol in {"", one.symbol}
    ]


def moved_since(state: State, symbol: str, since: int) -> bool:
    """Say whether a fill of a market was booked after a time (ns)."""
    for fill in reversed(state.fills):
        if fill.at <= since:
            return False
        if fill.symbol == symbol:
            return True
    return False


def is_doubtful(state: State, symbol: str, told: Decimal) -> bool:
    """Say whether a told position is worth looking into: it says other than what is known, shown or accepted."""
    differs = difference(state, symbol, told)
    if differs is None:
        return False
    return differs != state.differences.get(symbol, ZERO) or (
        differs != 0 and state.frozen.get(symbol) != _words(state, symbol, told)
    )


def verdict(state: State, symbol: str, told: Decimal, at: int) -> ExternalSeen | None:
    """Return what is to be told of a position that is proven to be the venue's; None where it is as it should be."""
    differs = difference(state, symbol, told)
    if differs is None or not is_doubtful(state, symbol, told):
        return None
    message = _words(state, symbol, told) if differs else f"its position differed and agrees again ({plain(told)})"
    return ExternalSeen(at, symbol, message, differs=differs)


def _words(state: State, symbol: str, told: Decimal) -> str:
    ledger, external = in_ledger(state, symbol), state.external.get(symbol, ZERO)
    besides = f" and {_read(external)} EXTERNAL" if external else ""
    return (
        f"its position is {_read(told)} at the venue and {_read(ledger)} in the ledger{besides}, and no trade says why"
    )


def _read(size: Decimal) -> str:
    return plain(size.normalize()) if size else "0"
