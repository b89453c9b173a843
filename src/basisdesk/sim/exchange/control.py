"""What tests and the simulator's control can do to an exchange: `SimExchange.faults`.

`switch` takes the faults of `sim.faults` that are the exchange's own by name; the other calls do the same and more to a
single account.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.account import FillVoided, IncomeKind
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Margin, notional
from basisdesk.domain.outcome import Reason
from basisdesk.sim.exchange import booking, liquidation, results, views
from basisdesk.sim.exchange.faults import MANY
from basisdesk.sim.exchange.state import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.exchange.state import Account, Floor, Holding
    from basisdesk.sim.faults import Switch


class Faults:
    """Faults of one exchange."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._on = floor.faults

    def reject(
        self,
        count: int = 1,
        reason: Reason = Reason.INSUFFICIENT_MARGIN,
        share: float = 0.0,
        most: int = MANY,
    ) -> None:
        """Refuse the next `count` orders, and a `share` of all after them, but at most so many."""
        self._on.reject, self._on.reason, self._on.reject_share, self._on.reject_most = count, reason, share, most

    def partial(self, count: int = 1, size: Decimal = Decimal("0.5"), share: float = 0.0, most: int = MANY) -> None:
        """Fill only `size` of the next `count` orders, and of a `share` of those after them; cancel the rest."""
        self._on.partial, self._on.partial_size = count, size
        self._on.partial_share, self._on.partial_most = share, most

    def is_spent(self, fault: str) -> bool:
        """Say whether a fault that strikes so many orders has struck them all."""
        on = self._on
        left = {
            "reject": on.reject or (on.reject_share and on.reject_most),
            "partial": on.partial or (on.partial_share and on.partial_most),
        }
        return not left.get(fault, 1)

    def maintain(self, *, on: bool) -> None:
        """Take no orders, or take them again."""
        self._on.maintenance = on

    def revoke(self, *, on: bool) -> None:
        """Know no key any more, or know them again."""
        self._on.revoked = on

    def overfill(self, count: int = 1) -> None:
        """Let the next `count` orders that fill whole fill once more by their last trade."""
        self._on.overfill = count

    def liquidate(self, account: str, symbol: str, share: Decimal = Decimal(1)) -> bool:
        """Liquidate a share of an account's positions of a market; False when it has none."""
        return self._each(account, symbol, lambda who, held: liquidation.force_out(self._floor, who, held, share))

    def deleverage(self, account: str, symbol: str, share: Decimal = Decimal(1)) -> bool:
        """Deleverage a share of an account's positions of a market; False when it has none."""
        return self._each(account, symbol, lambda who, held: liquidation.deleverage(self._floor, who, held, share))

    @precise
    def void(self, account: str, trade_id: str, symbol: str) -> bool:
        """Take a trade back: position, money and fee as if it had not been; False when there is no such trade."""
        floor, who = self._floor, self._floor.accounts[account]
        for row in who.fills:
            line, fill = row
            if (fill.trade_id, fill.symbol) != (trade_id, symbol):
                continue
            pool = floor.pools[symbol]
            instrument, wallet = pool.instrument, floor.wallet_of(line)
            back = fill.side.opposite
            if instrument.margin is Margin.SPOT:
                booking.pay(who, wallet, instrument.base, fill.size * back.sign)
                booking.pay(who, wallet, instrument.quote, -notional(instrument, fill.size, fill.price) * back.sign)
                assets = [instrument.base, instrument.quote]
            else:
                realised = booking.move_position(floor, who, pool, back, fill.size, fill.price, fill.position)
                realised = booking.pay_profit(floor, who, wallet, instrument.settle, realised, ZERO)
                undone = replace(fill, at=floor.now, side=back, fee=-(fill.fee or ZERO))
                results.book(who, instrument, undone, realised, ZERO)
                who.gains.pop((symbol, trade_id), None)
                back_again = realised + (fill.fee or 0)
                booking.book_income(floor, who, line, IncomeKind.OTHER, instrument.settle, back_again, symbol)
                assets = [instrument.settle]
            assert fill.fee is not None  # the exchange knows every fee
            booking.pay(who, wallet, fill.fee_asset, fill.fee)
            booking.earn(floor, fill.fee_asset, -fill.fee)
            who.fills.remove(row)
            floor.tell(who, FillVoided(at=floor.now, symbol=symbol, trade_id=trade_id, account=account))
            booking.tell_position(floor, who, pool, fill.position)
            for asset in assets:
                floor.tell(who, views.balance_of(floor, who, wallet, asset))
            return True
        return False

    def switch(self, name: str, switch: Switch | None) -> None:
        """Switch a fault of `sim.faults` on, or off with None; the forced closes strike every account at once."""
        most = 0 if switch is None else MANY if switch.count is None else switch.count
        share = 0.0 if switch is None else switch.share
        match name:
            case "reject":
                self.reject(0, share=share, most=most)
            case "partial":
                self.partial(0, share=share, most=most)
            case "maintenance":
                self.maintain(on=switch is not None)
            case "revoke":
                self.revoke(on=switch is not None)
            case "adl" | "liquidation" if switch is not None:
                close = self.deleverage if name == "adl" else self.liquidate
                for number, account in self._floor.accounts.items():
                    for symbol in dict.fromkeys(of for of, _ in account.holdings):
                        close(number, symbol)
            case _:
                return

    def _each(self, number: str, symbol: str, close: Callable[[Account, Holding], None]) -> bool:
        account = self._floor.accounts[number]
        held = [each for (of, _), each in account.holdings.items() if of == symbol]
        for each in held:
            close(account, each)
        return bool(held)
