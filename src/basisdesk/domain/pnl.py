"""Positions and their profit, exactly, for linear and inverse contracts and for spot.

A position keeps what was paid for it rather than an average: quote money on spot and linear markets (sum of q x P),
coin on inverse ones (sum of N V / P), signed like the size.
The average entry follows, arithmetic for the first and harmonic for the second, and so does the profit:
long linear q (Px - Pe) in quote money, long inverse N V (1/Pe - 1/Px) in coin.
Booked amounts are kept to `PLACES` decimals; what that rounds off stays in the open cost, so that
realised + unrealised always equals the value at the mark less all that was paid, to the last digit.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Instrument, Margin, unit_worth

if TYPE_CHECKING:
    from basisdesk.domain.order import Side

PLACES = 20
_BOOKED = Decimal(1).scaleb(-PLACES)
ZERO = Decimal(0)


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A signed position of one market.

    Attributes:
        symbol: the market.
        inverse: whether profit is in coin (else in quote money).
        worth: base coin (spot, linear) or quote face (inverse) per unit of size.
        size: signed size in the venue's unit; negative is short.
        cost: what the open size was entered for, signed alike: quote money, or coin when inverse.
    """

    symbol: str
    inverse: bool
    worth: Decimal
    size: Decimal = ZERO
    cost: Decimal = ZERO

    @precise
    def average(self) -> Decimal | None:
        """Return the average entry price: arithmetic (spot, linear) or harmonic (inverse); None when flat."""
        if not self.size:
            return None
        held = self.size * self.worth
        return held / self.cost if self.inverse else self.cost / held

    @precise
    def applied(self, side: Side, size: Decimal, price: Decimal) -> tuple[Position, Decimal]:
        """Return the position after a fill, and the profit that the fill realised (quote money, or coin if inverse).

        A fill against the position closes at its share of the cost; what goes beyond flat opens the other way.

        Raises:
            ValueError: a size or price that is not a positive number.
        """
        if not (size.is_finite() and size > 0 and price.is_finite() and price > 0):
            raise ValueError(f"a fill of {size} at {price} on {self.symbol} is not a fill")
        signed = size * side.sign
        if self.size * signed >= 0:
            return self._held(self.size + signed, self.cost + self._value(signed, price)), ZERO
        closing = signed if size <= abs(self.size) else -self.size
        entered = self.cost if closing == -self.size else _booked(self.cost * -closing / self.size)
        left = self._value(closing, price)
        realised = entered + left if self.inverse else -(entered + left)
        opening = signed - closing
        if opening:
            return self._held(opening, self._value(signed, price) - left), realised
        return self._held(self.size + closing, self.cost - entered), realised

    @precise
    def unrealised(self, mark: Decimal) -> Decimal:
        """Return the profit of closing all at `mark`, before fees: quote money, or coin when inverse.

        Raises:
            ValueError: a mark that is not a positive number.
        """
        if not (mark.is_finite() and mark > 0):
            raise ValueError(f"a mark of {mark} on {self.symbol} is not a price")
        now = self._value(self.size, mark)
        return self.cost - now if self.inverse else now - self.cost

    def _value(self, size: Decimal, price: Decimal) -> Decimal:
        """Return a signed size at a price, in what profit is counted in, as booked."""
        held = size * self.worth
        return _booked(held / price if self.inverse else held * price)

    def _held(self, size: Decimal, cost: Decimal) -> Position:
        return Position(symbol=self.symbol, inverse=self.inverse, worth=self.worth, size=size, cost=cost)


def flat(instrument: Instrument) -> Position:
    """Return the empty position of an instrument."""
    inverse = instrument.margin is Margin.INVERSE
    return Position(symbol=instrument.symbol, inverse=inverse, worth=unit_worth(instrument))


@precise
def linear_pnl(base: Decimal, entry: Decimal, exit_: Decimal) -> Decimal:
    """Return the profit in quote money of signed `base` coin: q (Px - Pe)."""
    return base * (exit_ - entry)


@precise
def inverse_pnl(face: Decimal, entry: Decimal, exit_: Decimal) -> Decimal:
    """Return the profit in coin of signed quote `face` (N V): NV (1/Pe - 1/Px); negative face is short."""
    return face / entry - face / exit_


@precise
def arithmetic_average(fills: list[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the average price of (size, price) fills of a linear market: sum(q P) / sum(q)."""
    return sum((size * price for size, price in fills), ZERO) / sum((size for size, _ in fills), ZERO)


@precise
def harmonic_average(fills: list[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the average price of (size, price) fills of an inverse market: sum(N) / sum(N / P)."""
    return sum((size for size, _ in fills), ZERO) / sum((size / price for size, price in fills), ZERO)


def _booked(value: Decimal) -> Decimal:
    """Bring an amount onto the ledger's grid; what already lies on it is left as it is written."""
    booked = value.quantize(_BOOKED)
    return value if booked == value else booked
