"""The simulated exchange of one venue: the calls that a dialect makes, in front of the rules beside this module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.account import Fees
from basisdesk.domain.ask import PositionMode
from basisdesk.sim.contract import Relisted
from basisdesk.sim.course import Course
from basisdesk.sim.exchange import booking, clockwork, lending, margin, matching, orders, pools, settings, views
from basisdesk.sim.exchange.source import Listed, Marks
from basisdesk.sim.exchange.state import ZERO
from basisdesk.sim.gains import Gain
from basisdesk.sim.tiers import ladder_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from basisdesk.domain.account import Balance, Fill, Income, OrderUpdate, Position, Update
    from basisdesk.domain.ask import Amend, MarginMode, MoveFunds, NewOrder, OrderRef, PositionSide
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Happening, Login, Refused, SimMarket, VenueRules
    from basisdesk.sim.exchange.control import Faults
    from basisdesk.sim.exchange.source import Broadcast
    from basisdesk.sim.exchange.state import Account, Floor
    from basisdesk.sim.gains import Brought
    from basisdesk.sim.tiers import Ladder
    from basisdesk.venues.contract import Candle

__all__ = ["SimExchange"]
NOTHING = Gain()


class SimExchange:
    """One venue's dealings, in front of a market that it may share with others (`basisdesk.sim.contract.Exchange`).

    Every call that changes something first lets everything happen that was due by its time.
    A fill is told as its `Fill`, then the `OrderUpdate` that contains it, then position (contracts) and balances.
    """

    def __init__(self, floor: Floor, broadcast: Broadcast, faults: Faults) -> None:
        self.floor = floor
        self.faults = faults
        self._due: int | None = None
        self._broadcast = broadcast
        self._inbox = broadcast.inboxes[floor.venue]
        self._markets = {symbol: pool.market for symbol, pool in floor.pools.items()}
        self.markets: Mapping[str, SimMarket] = self._markets

    @property
    def venue(self) -> str:
        """The venue's name."""
        return self.floor.venue

    @property
    def rules(self) -> VenueRules:
        """How it deals."""
        return self.floor.rules

    def market_of(self, line: str, code: str) -> SimMarket | None:
        """Return a market by the venue's own names."""
        pool = self.floor.codes.get((line, code))
        return None if pool is None else pool.market

    def login(self, key: str) -> Login | None:
        """Return whose key this is, None for a key nobody has (or one that was revoked)."""
        return None if self.floor.faults.revoked else self.floor.logins.get(key)

    def place(self, account: str, order: NewOrder, now: int) -> OrderUpdate | Refused:
        """Take an order; the update says what has become of it by the end of this call."""
        self.advance(now)
        return orders.place(self.floor, self._account(account), order)

    def amend(self, account: str, amend: Amend, now: int) -> OrderUpdate | Refused:
        """Change an order."""
        self.advance(now)
        return orders.amend(self.floor, self._account(account), amend)

    def cancel(self, account: str, order: OrderRef, now: int) -> OrderUpdate | Refused:
        """Cancel an order."""
        self.advance(now)
        return orders.cancel(self.floor, self._account(account), order)

    def cancel_all(self, account: str, line: str, symbol: str, now: int) -> list[OrderUpdate]:
        """Cancel all orders of a line, or of a market."""
        self.advance(now)
        return orders.cancel_all(self.floor, self._account(account), line, symbol)

    def dead_man(self, account: str, line: str, symbol: str, seconds: int, now: int) -> None:
        """Arm or disarm the dead-man switch."""
        self.advance(now)
        switches = self._account(account).switches
        if seconds:
            switches[line, symbol] = now + seconds * settings.SECOND
        else:
            switches.pop((line, symbol), None)

    def order(self, account: str, order: OrderRef, now: int) -> OrderUpdate | Refused:
        """Return an order, as long as the venue remembers it."""
        self.advance(now)
        live = orders.find(self._account(account), order)
        if live is None:
            return orders.unknown(order)
        if not orders.remembered(self.floor, live):
            return orders.unknown(order, "archived")
        return views.order_of(live)

    def new_order_of(self, account: str, venue_id: str) -> NewOrder | None:
        """Return an order as it was asked for, for answers that repeat its terms."""
        live = self._account(account).orders.get(venue_id)
        return None if live is None else live.order

    def created_at(self, account: str, venue_id: str) -> int:
        """Return when an order was taken (ns), 0 for an unknown one."""
        live = self._account(account).orders.get(venue_id)
        return 0 if live is None else live.created

    def open_orders(self, account: str, line: str, symbol: str = "") -> list[OrderUpdate]:
        """Return orders that live, oldest first."""
        found = [
            live
            for live in self._account(account).open.values()
            if live.instrument.market == line and symbol in ("", live.order.symbol)
        ]
        return [views.order_of(live) for live in sorted(found, key=lambda live: live.created)]

    def past_orders(self, account: str, line: str, symbol: str, since: int, now: int) -> list[OrderUpdate]:
        """Return all remembered orders created since, oldest first."""
        self.advance(now)
        return [
            views.order_of(live)
            for live in self._account(account).orders.values()
            if live.instrument.market == line
            and symbol in ("", live.order.symbol)
            and live.created >= since
            and orders.remembered(self.floor, live)
        ]

    def fills(self, account: str, line: str, symbol: str, since: int, now: int) -> list[Fill]:
        """Return remembered fills, oldest first."""
        self.advance(now)
        first = max(since, now - self.rules.fill_memory)
        rows = self._account(account).fills
        return [fill for of, fill in rows if of == line and symbol in ("", fill.symbol) and fill.at >= first]

    def positions(self, account: str, line: str, symbol: str = "") -> list[Position]:
        """Return positions that are not flat."""
        owner = self._account(account)
        return [
            views.position_of(self.floor, owner, holding)
            for (of, _), holding in owner.holdings.items()
            if self.floor.pools[of].instrument.market == line and symbol in ("", of)
        ]

    def gain(self, account: str, fill: Fill) -> Gain:
        """Return what a trade closed."""
        return self.floor.accounts[account].gains.get((fill.symbol, fill.trade_id), NOTHING)

    def brought(self, account: str, symbol: str, side: PositionSide) -> list[Brought]:
        """Return what every position of a market and side brought, the present or latest one last."""
        return self.floor.accounts[account].brought.get((symbol, side), [])

    def ladder(self, symbol: str) -> Ladder:
        """Return the tiers of a contract."""
        return ladder_of(self.rules.tiers, self.markets[symbol].instrument)

    def maintenance(self, held: Position) -> Decimal:
        """Return the maintenance margin of a position at its mark, in its settlement asset."""
        pool = self.floor.pools[held.symbol]
        need = margin.maintenance_at(self.floor, pool.instrument, held.size, held.mark or margin.mark_of(pool))
        return booking.cash(need)

    def needs(self, held: Balance) -> tuple[Decimal, Decimal]:
        """Return initial and maintenance margin of the positions that settle in a balance."""
        owner = self.floor.accounts.get(held.account)
        return (ZERO, ZERO) if owner is None else margin.needs(self.floor, owner, held.wallet, held.asset)

    def dollars(self, asset: str) -> Decimal:
        """Return what one unit of an asset is worth in US dollars, zero for one that no market prices."""
        return margin.dollars(self.floor, asset)

    def position_mode(self, account: str, line: str) -> PositionMode:
        """Return one-way or hedge."""
        return self._account(account).modes.get(line, PositionMode.ONE_WAY)

    def leverage(self, account: str, symbol: str) -> tuple[Decimal, MarginMode]:
        """Return leverage and margin mode of a market."""
        setting = self.floor.setting(self._account(account), symbol)
        return setting.leverage, setting.mode

    def balances(self, account: str, wallet: str) -> list[Balance]:
        """Return the balances of a wallet, zero ones left out."""
        owner = self._account(account)
        assets = [
            asset for (of, asset), purse in owner.purses.items() if of == wallet and (purse.total or purse.borrowed)
        ]
        return [views.balance_of(self.floor, owner, wallet, asset) for asset in assets]

    def wallets(self, account: str) -> list[str]:
        """Return the names of an account's wallets."""
        return list(dict.fromkeys(wallet for wallet, _ in self._account(account).purses))

    def income(self, account: str, line: str, symbol: str, since: int) -> list[Income]:
        """Return booked rows, oldest first; those of a wallet (interest, transfers) with every line behind it."""
        wallet = self.floor.wallet_of(line)
        rows = self._account(account).income
        return [row for of, row in rows if of in (line, wallet) and symbol in ("", row.symbol) and row.at >= since]

    def accrued(self, account: str, symbol: str) -> Decimal:
        """Return the funding that has accrued and is not booked yet."""
        return self._account(account).accrued.get(symbol, ZERO)

    def fees(self, account: str, symbol: str) -> Fees:  # noqa: ARG002 (every account pays the same)
        """Return the account's own fees."""
        instrument = self.floor.pools[symbol].instrument
        return Fees(symbol=symbol, maker=instrument.maker_fee, taker=instrument.taker_fee)

    def set_leverage(self, account: str, symbol: str, leverage: Decimal, now: int) -> Refused | None:
        """Set leverage."""
        self.advance(now)
        return settings.set_leverage(self.floor, self._account(account), symbol, leverage)

    def set_margin_mode(self, account: str, symbol: str, mode: MarginMode, now: int) -> Refused | None:
        """Set cross or isolated; refused while there is a position or an order."""
        self.advance(now)
        return settings.set_margin_mode(self.floor, self._account(account), symbol, mode)

    def set_position_mode(self, account: str, line: str, mode: PositionMode, now: int) -> Refused | None:
        """Set one-way or hedge; refused while there is a position or an order."""
        self.advance(now)
        return settings.set_position_mode(self.floor, self._account(account), line, mode)

    def adjust_margin(self, account: str, symbol: str, side: PositionSide, change: Decimal, now: int) -> Refused | None:
        """Put margin to an isolated position, or take some away (negative), in its settlement asset."""
        self.advance(now)
        return settings.adjust_margin(self.floor, self._account(account), symbol, side, change)

    def move(self, account: str, move: MoveFunds, now: int) -> Income | Refused:
        """Move money between wallets (`source` and `target` are wallet names); the row's id is the transfer's."""
        self.advance(now)
        return settings.move(self.floor, self._account(account), move)

    def free(self, account: str, symbol: str) -> Decimal:
        """Return what new positions of a contract may use, in its settlement asset; below zero when margin is short."""
        return margin.free(self.floor, self._account(account), self.markets[symbol].instrument)

    def borrowable(self, account: str, wallet: str, asset: str) -> Decimal:
        """Return how much more of an asset an account may borrow."""
        return lending.borrowable(self.floor, self._account(account), wallet, asset)

    def borrow(self, account: str, wallet: str, asset: str, amount: Decimal, now: int) -> Refused | None:
        """Put borrowed coin into a wallet."""
        self.advance(now)
        return lending.borrow(self.floor, self._account(account), wallet, asset, amount)

    def repay(self, account: str, wallet: str, asset: str, amount: Decimal | None, now: int) -> Decimal | Refused:
        """Pay back up to an amount, or all that is owed; return what was paid."""
        self.advance(now)
        return lending.repay(self.floor, self._account(account), wallet, asset, amount)

    def candles(self, symbol: str, period: int, since: int, limit: int) -> list[Candle]:
        """Return candles of `period` ns made from the market's own trades, oldest first."""
        pool = self.floor.pools[symbol]
        return pool.chart.candles(period, since, limit, pool.market.trades)

    def price_candles(self, symbol: str, course: Course, period: int, since: int, limit: int) -> list[Candle]:
        """Return candles of a contract's mark, index or premium, without volume, oldest first.

        Where the source tells no mark or index they are those of its trades; a premium there is none then.
        """
        pool = self.floor.pools[symbol]
        found = pool.courses[course].candles(period, since, limit)
        if found or course is Course.PREMIUM:
            return found
        return [
            replace(each, volume=0.0, turnover=0.0, trades=0) for each in self.candles(symbol, period, since, limit)
        ]

    def relist(self, instrument: Instrument, now: int) -> None:
        """Give a market new terms (tick, step, limits, tradable or not); resting orders stay as they are."""
        self.advance(now)
        pool = self.floor.pools[instrument.symbol]
        pools.regrid(pool, instrument, now)
        if instrument.tradable:
            matching.cross(self.floor, pool)
            pools.publish(self.floor, pool, now)
        self.floor.happenings.append(Relisted(instrument.symbol, now))

    def delist(self, symbol: str, now: int) -> None:
        """End a market for good: orders are cancelled, positions closed at the index."""
        self.advance(now)
        clockwork.deliver(self.floor, self.floor.pools[symbol])
        self._due = None

    def take_updates(self) -> list[tuple[str, Update]]:
        """Take what happened to accounts since the last call: (account, update), in order."""
        taken, self.floor.updates = self.floor.updates, []
        return taken

    def take_happenings(self) -> list[Happening]:
        """Take what happened to markets since the last call, in order."""
        taken, self.floor.happenings = self.floor.happenings, []
        return taken

    def next_deadline(self) -> int | None:
        """When `advance` has something to do (ns), or None."""
        soon = self._soon()
        if self._inbox:
            soon = min(soon, self._inbox[0].at)
        source = self._broadcast.next_at(self.floor.venue)
        if source is not None:
            soon = min(soon, source)
        return None if soon == clockwork.NEVER else soon

    def advance(self, now: int) -> None:
        """Let everything due happen: market moves, funding, interest, liquidation, delivery, dead-man switches."""
        self._broadcast.advance(now)
        floor, inbox = self.floor, self._inbox
        due = self._soon()
        while True:
            at = inbox[0].at if inbox else clockwork.NEVER
            if min(at, due) > now:
                break
            floor.now = max(floor.now, min(at, due))
            if at < due:
                move = inbox.popleft()
                clockwork.apply(floor, move)
                if isinstance(move, Listed):
                    self._markets[move.symbol] = floor.pools[move.symbol].market
                if not isinstance(move, Marks):
                    continue
            else:
                clockwork.strike(floor)
            self._due = None
            due = self._soon()
        floor.now = max(floor.now, now)
        clockwork.roll(floor)

    def _account(self, number: str) -> Account:
        """Return an account that something is asked of, which may change what is due."""
        self._due = None
        return self.floor.accounts[number]

    def _soon(self) -> int:
        """Return when something is due by itself, worked out again only after something has happened."""
        if self._due is None:
            self._due = clockwork.deadline(self.floor)
        return self._due
