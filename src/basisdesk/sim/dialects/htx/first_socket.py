"""Linear contracts' older notification socket: its topics name the margin mode, then the contract or the currency.

``orders_cross.btc-usdt`` and ``accounts_cross.usdt`` beside ``orders.btc-usdt`` and ``accounts.btc-usdt`` of isolated
margin.
Followed: https://huobiapi.github.io/docs/usdt_swap/v1/en/#orders-and-accounts-websocket-interfaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.ask import MarginMode
from basisdesk.sim.dialects.htx import first_rows
from basisdesk.sim.dialects.htx.contract_socket import COIN, ContractSocket
from basisdesk.sim.dialects.htx.names import listed
from basisdesk.sim.dialects.htx.text import ms

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position

CROSS = "_cross"
KINDS = (*COIN, *(f"{kind}{CROSS}" for kind in COIN))


class FirstSocket(ContractSocket):
    """One client of it."""

    def _kinds(self) -> tuple[str, ...]:
        return KINDS

    def _scopes(self, kind: str) -> set[str]:
        if kind == f"accounts{CROSS}":
            return {market.instrument.settle.lower() for market in listed(self._exchange, self.line)}
        return super()._scopes(kind)

    def _coin_order(self, update: OrderUpdate, fills: list[Fill], now: int) -> None:
        mode = _ending(first_rows.margin_of(self._exchange, self._account, update))
        row = first_rows.order(self._exchange, self._account, update, now)
        self._tell_order(update, row, [first_rows.trade(self._exchange, each) for each in fills], mode, now)

    def _coin_account(self, row: Balance, event: str, now: int) -> None:
        said = {"ts": ms(now), "event": event, "uid": self._account}
        markets = [each for each in listed(self._exchange, self.line) if each.instrument.settle == row.asset]
        if markets:
            told = first_rows.cross(self._exchange, self._account, row, now)
            self._scoped(f"accounts{CROSS}", row.asset.lower(), said | {"data": [told]})
        for market in markets:
            own = first_rows.isolated(self._exchange, self._account, row, market.instrument.symbol)
            self._coin_notify("accounts", market.instrument, said | {"data": [own]})

    def _coin_position(self, held: Position, event: str, now: int) -> None:
        row = first_rows.position(self._exchange, self._account, held, now)
        said = {"ts": ms(now), "event": event, "data": [row], "uid": self._account}
        kind = f"positions{_ending(held.mode or MarginMode.CROSS)}"
        self._coin_notify(kind, self._exchange.markets[held.symbol].instrument, said)


def _ending(margin: MarginMode) -> str:
    return CROSS if margin is MarginMode.CROSS else ""
