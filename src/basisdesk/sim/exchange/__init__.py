"""The simulated exchange: accounts, matching, margin and funding, without a wire.

`exchanges(venues, rules, seed, start)` makes one exchange a venue in front of one generated market; `listed` does the
same in front of any `Source`, such as a recording.
Keys and starting money are in `logins`.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Margin
from basisdesk.sim.exchange import logins, pools
from basisdesk.sim.exchange.control import Faults
from basisdesk.sim.exchange.exchange import SimExchange
from basisdesk.sim.exchange.faults import ExchangeFaults
from basisdesk.sim.exchange.history import EVERY, remember
from basisdesk.sim.exchange.recorded import Recorded
from basisdesk.sim.exchange.source import Broadcast, Source
from basisdesk.sim.exchange.state import Account, Floor
from basisdesk.sim.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.sim.contract import VenueRules

DAY = 86_400 * 1_000_000_000
MILLION = 1_000_000
"""Ids begin at the start's milliseconds, so that they grow from run to run."""

__all__ = ["Recorded", "SimExchange", "Source", "exchanges", "listed"]


def exchanges(
    venues: Sequence[str], rules: Mapping[str, VenueRules], seed: int, start: int, history: int = DAY
) -> dict[str, SimExchange]:
    """Return the exchange of each venue, all in front of the same generated market.

    `start` is ns UTC; candles and funding go back `history` ns before it.
    """
    generator = Generator(seed, start - history, venues)
    generator.rehearse(start, EVERY, lambda *_: None)
    return listed(generator, venues, rules, seed, start)


def listed(
    source: Source, venues: Sequence[str], rules: Mapping[str, VenueRules], seed: int, start: int
) -> dict[str, SimExchange]:
    """Return the exchange of each venue in front of a source, which is opened here.

    What a generator rehearsed before is the past of its markets.
    """
    broadcast = Broadcast(source, venues)
    made = {venue: _exchange(venue, rules[venue], broadcast, seed, start) for venue in venues}
    for symbol, past in source.past().items():
        venue = symbol.partition(":")[0]
        if venue in made:
            remember(made[venue].floor.pools[symbol], past)
    broadcast.open()
    for exchange in made.values():
        exchange.advance(start)
    return made


def _exchange(venue: str, rules: VenueRules, broadcast: Broadcast, seed: int, start: int) -> SimExchange:
    chance = Random(f"{seed} {venue}")  # noqa: S311 (a simulation, seeded on purpose)
    floor = Floor(venue, rules, ExchangeFaults(chance), start, count=start // MILLION)
    for instrument in broadcast.instruments:
        if instrument.venue == venue:
            pools.make(floor, instrument)
    for login in logins.LOGINS:
        floor.logins[login.credentials.key] = login
        if login.account not in floor.accounts:
            floor.accounts[login.account] = _account(floor, login.account)
    return SimExchange(floor, broadcast, Faults(floor))


def _account(floor: Floor, number: str) -> Account:
    account = Account(number)
    wallets = dict.fromkeys(floor.wallet_of(pool.instrument.market) for pool in floor.pools.values())
    for wallet in (*wallets, logins.FUNDING):
        for asset, amount in logins.MONEY.items():
            account.purse(wallet, asset).total = amount
    for instrument in (pool.instrument for pool in floor.pools.values()):
        spot = instrument.margin is Margin.SPOT
        for asset in (instrument.base, instrument.quote) if spot else (instrument.settle,):
            if asset not in logins.MONEY:
                account.purse(floor.wallet_of(instrument.market), asset).total = logins.OTHER
    return account
