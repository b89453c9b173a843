"""How an account is set, and where its money lies: leverage, margin mode, position mode, transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.account import Income, IncomeKind
from basisdesk.domain.arithmetic import is_workable, plain, precise
from basisdesk.domain.ask import MarginMode, PositionMode, PositionSide
from basisdesk.domain.instrument import Margin
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.exchange import booking, margin, views
from basisdesk.sim.exchange.state import Account, Floor, Pool, Setting
from basisdesk.sim.tiers import ladder_of

if TYPE_CHECKING:
    from basisdesk.domain.ask import MoveFunds

SECOND = 1_000_000_000
MOST = Decimal(125)
"""Largest leverage where a market states none."""


@precise
def set_leverage(floor: Floor, account: Account, symbol: str, leverage: Decimal) -> Refused | None:
    """Set leverage, unless the market does not have it or the account could not carry its positions with it."""
    pool = floor.pools.get(symbol)
    if pool is None:
        return Refused(Reason.UNKNOWN_SYMBOL, f"there is no market {symbol}")
    most = pool.instrument.max_leverage or MOST
    if pool.instrument.margin is Margin.SPOT or not leverage.is_finite() or not 1 <= leverage <= most:
        return Refused(Reason.RISK_LIMIT, f"leverage {leverage} of {symbol}: give 1 to {plain(most)}", "leverage")
    setting = floor.setting(account, symbol)
    if setting.leverage == leverage:
        return Refused(Reason.UNCHANGED, f"leverage of {symbol} is {plain(leverage)} already")
    instrument = pool.instrument
    highest = _highest(floor, account, pool)
    if leverage > highest:
        words = f"leverage {plain(leverage)} of {symbol}: its position allows {plain(highest)}"
        return Refused(Reason.RISK_LIMIT, words, "position")
    before, setting.leverage = setting.leverage, leverage
    aside = [
        each for each in account.holdings.values() if each.lot.symbol == symbol and each.mode is MarginMode.ISOLATED
    ]
    margins = [each.margin for each in aside]
    for each in aside:
        each.margin *= before / leverage
    if (
        leverage < before
        and margin.available(floor, account, floor.wallet_of(instrument.market), instrument.settle) < 0
    ):
        setting.leverage = before
        for each, was in zip(aside, margins, strict=True):
            each.margin = was
        return Refused(Reason.INSUFFICIENT_MARGIN, f"not enough margin for leverage {plain(leverage)} of {symbol}")
    return None


def _highest(floor: Floor, account: Account, pool: Pool) -> Decimal:
    """Return the most leverage that the tier of an account's largest position of a contract allows."""
    ladder, mark = ladder_of(floor.rules.tiers, pool.instrument), margin.mark_of(pool)
    held = [each.lot.size for each in account.holdings.values() if each.lot.symbol == pool.instrument.symbol]
    return min(
        (ladder.step(margin.measure(ladder, pool.instrument, size, mark)).tier.leverage for size in held), default=MOST
    )


def set_margin_mode(floor: Floor, account: Account, symbol: str, mode: MarginMode) -> Refused | None:
    """Set cross or isolated; refused while there is a position or an order."""
    pool = floor.pools.get(symbol)
    if pool is None:
        return Refused(Reason.UNKNOWN_SYMBOL, f"there is no market {symbol}")
    if pool.instrument.margin is Margin.SPOT or mode is MarginMode.CASH:
        return Refused(Reason.MODE, f"{symbol} has no margin mode {mode.value}")
    setting = floor.setting(account, symbol)
    if setting.mode is mode:
        return Refused(Reason.UNCHANGED, f"{symbol} is {mode.value} already")
    if _busy(floor, account, pool.instrument.market, symbol):
        return Refused(Reason.MODE, f"{symbol} has a position or orders", "busy")
    account.settings[symbol] = Setting(setting.leverage, mode)
    return None


def set_position_mode(floor: Floor, account: Account, line: str, mode: PositionMode) -> Refused | None:
    """Set one-way or hedge; refused while there is a position or an order."""
    if account.modes.get(line, PositionMode.ONE_WAY) is mode:
        return Refused(Reason.UNCHANGED, f"{line} is {mode.value} already")
    if _busy(floor, account, line, ""):
        return Refused(Reason.MODE, f"{line} has positions or orders", "busy")
    account.modes[line] = mode
    return None


@precise
def adjust_margin(floor: Floor, account: Account, symbol: str, which: PositionSide, change: Decimal) -> Refused | None:
    """Put margin to an isolated position, or take away (negative) what its leverage does not need."""
    holding, pool = account.holdings.get((symbol, which)), floor.pools[symbol]
    if floor.setting(account, symbol).mode is not MarginMode.ISOLATED:
        return Refused(Reason.MODE, f"{symbol} is not isolated")
    if holding is None:
        return Refused(Reason.REDUCE_ONLY, f"there is no position of {symbol}")
    if not is_workable(change) or not change:
        return Refused(Reason.MALFORMED, f"an amount of {change}", "amount")
    wallet, asset = margin.settles_in(floor, holding)
    if change > margin.available(floor, account, wallet, asset):
        return Refused(Reason.INSUFFICIENT_MARGIN, f"{plain(change)} {asset} is more than is available", "wallet")
    entry = holding.lot.average()
    assert entry is not None
    least = booking.cash(
        margin.worth(pool.instrument, holding.lot.size, entry) / floor.setting(account, symbol).leverage
    )
    if change < 0 and booking.cash(holding.margin + change) < least:
        return Refused(Reason.INSUFFICIENT_MARGIN, f"{symbol} needs {least:f} {asset}", "position")
    holding.margin += booking.cash(change)
    booking.tell_position(floor, account, pool, which)
    floor.tell(account, views.balance_of(floor, account, wallet, asset))
    return None


@precise
def move(floor: Floor, account: Account, move: MoveFunds) -> Income | Refused:
    """Move money between wallets; a transfer whose client id was used before is answered as it was then."""
    if move.client_id in account.moves:
        return account.moves[move.client_id]
    names = dict.fromkeys(wallet for wallet, _ in account.purses)
    for name in (move.source, move.target):
        if name not in names:
            return Refused(Reason.UNSUPPORTED, f"there is no wallet {name!r}: give one of {', '.join(names)}", "wallet")
    if move.source == move.target:
        return Refused(Reason.MALFORMED, f"from {move.source} to itself", "wallet")
    if not is_workable(move.amount) or move.amount <= 0:
        return Refused(Reason.MALFORMED, f"an amount of {move.amount}", "amount")
    have = margin.available(floor, account, move.source, move.asset)
    if move.amount > have:
        return Refused(Reason.INSUFFICIENT_MARGIN, f"{plain(move.amount)} {move.asset} wanted, {have:f} available")
    booking.pay(account, move.source, move.asset, -move.amount)
    booking.pay(account, move.target, move.asset, move.amount)
    row = Income(
        at=floor.now, id=str(floor.next_number()), kind=IncomeKind.TRANSFER, asset=move.asset, amount=-move.amount,
        account=account.number,
    )  # fmt: skip
    for wallet, each in ((move.source, row), (move.target, replace(row, amount=move.amount))):
        account.income.append((wallet, each))
        floor.tell(account, each)
        floor.tell(account, views.balance_of(floor, account, wallet, move.asset))
    if move.client_id:
        account.moves[move.client_id] = row
    return row


def _busy(floor: Floor, account: Account, line: str, symbol: str) -> bool:
    """Whether there are orders or positions of a line, or of one market of it."""
    held = [floor.pools[of].instrument for of, _ in account.holdings]
    held += [live.instrument for live in account.open.values() if live.instrument.margin is not Margin.SPOT]
    return any(each.market == line and symbol in ("", each.symbol) for each in held)
