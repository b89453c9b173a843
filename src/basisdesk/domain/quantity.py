"""Amounts that know what they are amounts of.

A size of 25 000 may be contracts, coin or money, and adding the wrong two is the classic loss of this trade.
A `Quantity` carries its unit in its type, so mypy rejects ``contracts + base``, and in its value, so that running
code does too; it also carries the asset, so that BTC is never added to ETH nor USDT to USD.
Amounts are `Decimal`: a float, NaN or infinity cannot become a quantity.
Conversion from one unit to another is the business of `instrument` alone, where price and rounding are in the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Generic, Literal, TypeAlias, TypeVar

from basisdesk.domain.arithmetic import plain, precise


class Unit(Enum):
    """What is counted: contracts (the size unit of one market), base coin, or quote money."""

    CONTRACTS = "contracts"
    BASE = "base"
    QUOTE = "quote"


U = TypeVar("U", bound=Unit)


@dataclass(frozen=True, slots=True)
class Quantity(Generic[U]):
    """An exact, signed amount of one thing.

    Attributes:
        amount: how much.
        asset: of what: a market's symbol for contracts, a currency code for coins and money.
        unit: the kind of thing.

    Adding, subtracting, comparing and dividing take a quantity of the same unit and asset and raise TypeError on
    anything else; multiplying takes a Decimal or an int.
    """

    amount: Decimal
    asset: str
    unit: U

    def __post_init__(self) -> None:
        """Refuse what is no exact amount: TypeError for other number types, ValueError for NaN and infinity."""
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"{self.amount!r} is of type {type(self.amount).__name__}: a quantity takes Decimal")
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is not an amount of {self.asset}")

    @precise
    def __add__(self, other: Quantity[U]) -> Quantity[U]:
        return self._with(self.amount + self._like(other))

    @precise
    def __sub__(self, other: Quantity[U]) -> Quantity[U]:
        return self._with(self.amount - self._like(other))

    @precise
    def __mul__(self, factor: Decimal | int) -> Quantity[U]:
        if isinstance(factor, bool) or not isinstance(factor, Decimal | int):
            raise TypeError(f"a quantity is multiplied by a Decimal or an int, not by {factor!r}")
        return self._with(self.amount * factor)

    __rmul__ = __mul__

    @precise
    def __truediv__(self, other: Quantity[U]) -> Decimal:
        return self.amount / self._like(other)

    @precise
    def __neg__(self) -> Quantity[U]:
        return self._with(-self.amount)

    @precise
    def __abs__(self) -> Quantity[U]:
        return self._with(abs(self.amount))

    def __lt__(self, other: Quantity[U]) -> bool:
        return self.amount < self._like(other)

    def __le__(self, other: Quantity[U]) -> bool:
        return self.amount <= self._like(other)

    def __gt__(self, other: Quantity[U]) -> bool:
        return self.amount > self._like(other)

    def __ge__(self, other: Quantity[U]) -> bool:
        return self.amount >= self._like(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.asset}"

    def _with(self, amount: Decimal) -> Quantity[U]:
        return Quantity(amount, self.asset, self.unit)

    def _like(self, other: Quantity[U]) -> Decimal:
        if not isinstance(other, Quantity):
            raise TypeError(f"{self} and {other!r} are not amounts of the same thing")
        if other.unit is not self.unit or other.asset != self.asset:
            raise TypeError(
                f"{self.unit.value} {self} and {other.unit.value} {other} are not amounts of the same thing"
            )
        return other.amount


Contracts: TypeAlias = Quantity[Literal[Unit.CONTRACTS]]
Base: TypeAlias = Quantity[Literal[Unit.BASE]]
Quote: TypeAlias = Quantity[Literal[Unit.QUOTE]]


def contracts(amount: Decimal, symbol: str) -> Contracts:
    """Return a size in the unit of the market `symbol` (whatever its venue counts there)."""
    return Quantity(amount, symbol, Unit.CONTRACTS)


def base(amount: Decimal, asset: str) -> Base:
    """Return an amount of base coin."""
    return Quantity(amount, asset, Unit.BASE)


def quote(amount: Decimal, currency: str) -> Quote:
    """Return an amount of quote money."""
    return Quantity(amount, currency, Unit.QUOTE)
