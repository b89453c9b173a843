"""What accounts hold as the private streams last told it: realised profit, balances, positions near liquidation.

By the time a warning is told the position can be gone already, so it is told as it was before.
Source: "Event: Balance and Position Update", "Event: Margin Call" (USD-M, COIN-M).
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.account import Balance, Fill, Income, IncomeKind, Position
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import MarginMode, PositionSide
from basisdesk.domain.instrument import Margin, unit_worth
from basisdesk.sim.dialects.binance import spell
from basisdesk.sim.dialects.binance.cross import crossed
from basisdesk.sim.dialects.binance.spell import figure, money, ms

if TYPE_CHECKING:
    from basisdesk.domain.account import Update, Warned
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange

Row = dict[str, object]
FUTURES = ("usdm", "coinm")
MOVED = frozenset({IncomeKind.FUNDING, IncomeKind.TRANSFER, IncomeKind.LIQUIDATION})
"""What changes a balance and is neither profit nor fee."""


class Holdings:
    """Money and positions of all accounts, as far as they were told."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._realised: dict[tuple[str, str, PositionSide], Decimal] = {}
        self._totals: dict[tuple[str, str, str], Decimal] = {}
        self._held: dict[tuple[str, str], dict[PositionSide, Position]] = {}
        self._latest: dict[tuple[str, str], Fill] = {}

    def note(self, account: str, update: Update) -> None:
        """Keep what an update says."""
        match update:
            case Fill():
                self._latest[account, update.symbol] = update
            case Income(kind=IncomeKind.TRADE) if (account, update.symbol) in self._latest:
                key = (account, update.symbol, self._latest[account, update.symbol].position)
                self._realised[key] = self._realised.get(key, spell.ZERO) + update.amount
            case Balance():
                self._totals[account, update.line, update.asset] = crossed(self._exchange, account, update)[0]
            case Position():
                self._held.setdefault((account, update.symbol), {})[update.side] = update
            case _:
                pass

    def realised(self, account: str, symbol: str, side: PositionSide) -> Decimal:
        """Return what a market's positions of a side have realised in all, before fees."""
        return self._realised.get((account, symbol, side), spell.ZERO)

    def wallet_of(self, account: str, moved: Income) -> str:
        """Return in which line's wallet money was booked, empty for one without such streams."""
        if moved.symbol:
            return self._exchange.markets[moved.symbol].instrument.market
        return next((line for line in FUTURES if moved in self._exchange.income(account, line, "", moved.at)), "")

    def call(self, account: str, warned: Warned, now: int) -> Row:
        """Return the event of positions of a market that are near liquidation."""
        market = self._exchange.markets[warned.symbol].instrument
        known = self._held.get((account, warned.symbol), {}).values()
        held = [each for each in known if each.size] or [Position(at=now, symbol=warned.symbol, size=spell.ZERO)]
        event: Row = {"e": "MARGIN_CALL", "E": ms(now)}
        if any(each.mode is not MarginMode.ISOLATED for each in held):
            event["cw"] = money(self._totals.get((account, market.market, market.settle), spell.ZERO))
        return event | {"p": [self._threatened(market, each) for each in held]}

    def _threatened(self, market: Instrument, held: Position) -> Row:
        isolated = held.mode is MarginMode.ISOLATED
        mark = self._exchange.markets[held.symbol].carry.mark
        at_mark = replace(held, mark=Decimal(repr(mark)) if isfinite(mark) else held.mark)
        return {
            "s": market.code,
            "ps": spell.SIDES[held.side],
            "pa": figure(held.size, market.market),
            "mt": "ISOLATED" if isolated else "CROSSED",
            "iw": money(held.margin or spell.ZERO) if isolated else "0",
            "mp": money(at_mark.mark or spell.ZERO),
            "up": money(_profit(market, at_mark)),
            "mm": money(self._exchange.maintenance(at_mark)),
        }


@precise
def _profit(market: Instrument, held: Position) -> Decimal:
    """Return what a position would realise at its mark."""
    if not held.entry or not held.mark:
        return spell.ZERO
    apart = 1 / held.entry - 1 / held.mark if market.margin is Margin.INVERSE else held.mark - held.entry
    return held.size * unit_worth(market) * apart
