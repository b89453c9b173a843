"""What a trade and what a position brought, as an exchange tells its dialect."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import msgspec


class Gain(msgspec.Struct, frozen=True):
    """What a trade closed: profit before fees, size, and what opening and closing that size cost in fees.

    Money is in the settlement asset; a trade that closed nothing gained nothing.
    """

    profit: Decimal = Decimal(0)
    closed: Decimal = Decimal(0)
    open_fee: Decimal = Decimal(0)
    close_fee: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """Profit less fees."""
        return self.profit - self.open_fee - self.close_fee


@dataclass(slots=True)
class Brought:
    """What a position brought since it was opened, in the settlement asset.

    Attributes:
        opened: when, ns.
        updated: when its size changed last, ns, by the trade `last`.
        size: signed; zero once its life is over.
        profit: realised, before fees.
        fee: paid for trades; negative is a rebate.
        penalty: paid for being liquidated, beside the fee.
        funding: received; negative is paid.
        open_fee: of `fee` and `penalty`, what belongs to the size that is still open.
        earlier: what positions before it realised.
    """

    opened: int
    updated: int = 0
    last: str = ""
    size: Decimal = Decimal(0)
    profit: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    penalty: Decimal = Decimal(0)
    funding: Decimal = Decimal(0)
    open_fee: Decimal = Decimal(0)
    earlier: Decimal = Decimal(0)

    @property
    def realised(self) -> Decimal:
        """Profit less all that was paid."""
        return self.profit - self.fee - self.penalty + self.funding
