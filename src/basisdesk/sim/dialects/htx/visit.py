"""One request on its way through the dialect: what it asks, when, and on whose behalf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Exchange, Login, Refused
from basisdesk.sim.dialects.htx.names import find
from basisdesk.sim.dialects.htx.params import Params
from basisdesk.sim.dialects.htx.refuse import denied

if TYPE_CHECKING:
    from basisdesk.sim.contract import SimMarket


@dataclass(slots=True)
class Visit:
    """A request; `login` is None for public ones, `parts` are the numbers in its path."""

    exchange: Exchange
    now: int
    params: Params
    login: Login | None = None
    parts: tuple[str, ...] = ()

    @property
    def account(self) -> str:
        """The number of the account that it is made for."""
        assert self.login is not None  # private endpoints are behind the gate
        return self.login.account

    def market(self, line: str, name: str) -> SimMarket:
        """Return the market that a parameter names; refused when it is missing or unknown."""
        return self.named(line, self.params.need(name))

    def wanted(self, line: str, name: str) -> SimMarket | None:
        """Return the market that a parameter names, None when it is not there."""
        code = self.params.text(name)
        return self.named(line, code) if code else None

    def named(self, line: str, code: str) -> SimMarket:
        """Return a market by its code; refused when there is none."""
        market = find(self.exchange, line, code, self.now)
        if market is None:
            raise denied(Refused(Reason.UNKNOWN_SYMBOL, f"invalid symbol {code[:40]}"), self.params.style)
        return market
