"""What the older versions of the contracts' private interface list by pages, and an order with its fills.

Coin-margined contracts and the first interface of linear ones have the same lists; the third version wraps its own in
code and msg.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import NewOrder, OrderType, PositionSide
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.htx import coin_rows
from basisdesk.sim.dialects.htx.coin_rest import Coins, by_page
from basisdesk.sim.dialects.htx.refuse import DeniedError, missing
from basisdesk.sim.dialects.htx.text import ms

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill
    from basisdesk.sim.dialects.htx.visit import Visit

PAGE, MOST = 20, 50


@dataclass(frozen=True, slots=True)
class Lists(Coins):
    """The lists of one line."""

    def _trade_row(self, visit: Visit, told: Fill) -> dict[str, Any]:
        """Return a fill inside an order."""
        del visit
        return coin_rows.trade(told)

    def order_with_fills(self, visit: Visit) -> dict[str, Any]:
        """Return an order with its fills."""
        refs = self._refs(visit)
        self._wanted(visit)
        found = visit.exchange.order(visit.account, refs[0][1], visit.now)
        if isinstance(found, Refused) or not self._has(visit, found):
            raise DeniedError("1017", "Order doesnt exist.")
        fills = [
            self._trade_row(visit, each)
            for each in visit.exchange.fills(visit.account, self.line, found.symbol, 0, visit.now)
            if each.venue_id == found.venue_id
        ]
        told = self._order_row(visit, found)
        return told | {"trades": fills, "total_page": 1, "current_page": 1, "total_size": len(fills)}

    def close(self, visit: Visit) -> dict[str, Any]:
        """Close a position at the market; selling closes a long one."""
        params = visit.params
        market = self._ordered(visit)
        side = Side(params.need("direction", among=("buy", "sell")).upper())
        volume, client_id = params.amount("volume", as_text=False), params.any("client_order_id")
        params.ignore("order_price_type", "symbol", "contract_type")
        params.done()
        if volume is None:
            raise missing(params.style, "volume")
        order = NewOrder(
            symbol=market.instrument.symbol,
            side=side,
            type=OrderType.MARKET,
            size=volume,
            client_id=client_id,
            position=PositionSide.LONG if side is Side.SELL else PositionSide.SHORT,
        )
        return self._send(visit, order)

    def past_pages(self, visit: Visit) -> dict[str, Any]:
        """Return ended orders by pages, newest first."""
        page, size = _page(visit)
        return by_page("orders", self.past_orders(visit), page, size)

    def past_list(self, visit: Visit) -> dict[str, Any]:
        """Return ended orders as the third version wraps them."""
        return third(self.past_orders(visit), visit)

    def fill_pages(self, visit: Visit) -> dict[str, Any]:
        """Return own trades by pages, newest first."""
        page, size = _page(visit)
        return by_page("trades", self.fills(visit)["trades"][::-1], page, size)

    def fill_list(self, visit: Visit) -> dict[str, Any]:
        """Return own trades as the third version wraps them, newest first."""
        return third(self.fills(visit)["trades"][::-1], visit)

    def record_list(self, visit: Visit) -> dict[str, Any]:
        """Return bookings as the third version wraps them, newest first."""
        return third(self.records(visit)["financial_record"][::-1], visit)

    def record_pages(self, visit: Visit) -> dict[str, Any]:
        """Return bookings by pages, newest first."""
        page, size = _page(visit)
        return by_page("financial_record", self.records(visit)["financial_record"][::-1], page, size)

    def accounts_and_positions(self, visit: Visit) -> Any:
        """Return accounts with the positions in them."""
        held = self.positions(visit)
        return [row | {"positions": [each for each in held if self._inside(row, each)]} for row in self.accounts(visit)]

    def _inside(self, account: dict[str, Any], position: dict[str, Any]) -> bool:
        return bool(account["symbol"] == position["symbol"])


def _page(visit: Visit) -> tuple[int, int]:
    return visit.params.whole("page_index", 1, 1), visit.params.whole("page_size", PAGE, 1, MOST)


def third(rows: list[dict[str, Any]], visit: Visit) -> dict[str, Any]:
    """Wrap rows as the third version does."""
    return {"code": 200, "msg": "ok", "data": rows, "ts": ms(visit.now)}
