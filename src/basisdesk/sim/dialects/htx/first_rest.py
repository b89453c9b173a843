"""Linear contracts' private interface of the first kind (`/linear-swap-api`), cross and isolated.

It stands beside the newer one: the same orders, positions and money, in the words of the coin-margined contracts.
An account that holds one position each way takes "open" for any order and "close" for one that only reduces; the venue
would send such a client to change its position mode first.
Followed: https://huobiapi.github.io/docs/usdt_swap/v1/en/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import MarginMode, NewOrder, OrderType, PositionMode, PositionSide
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.dialects.htx import first_rows
from basisdesk.sim.dialects.htx.coin_rest import NS_PER_MS, TERMS, paged
from basisdesk.sim.dialects.htx.contract_lists import Lists, third
from basisdesk.sim.dialects.htx.linear_rest import MODES, record_type
from basisdesk.sim.dialects.htx.names import listed
from basisdesk.sim.dialects.htx.refuse import DeniedError, denied, missing
from basisdesk.sim.dialects.htx.terms import offered
from basisdesk.sim.dialects.htx.text import ms, number
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.htx.visit import Visit

LINE = symbols.LINEAR
MOST_RECORDS = 50


@dataclass(frozen=True, slots=True)
class First(Lists):
    """The endpoints of one margin mode."""

    margin: MarginMode = MarginMode.CROSS

    # ------------------------------------------------------------- which ones

    def _ordered(self, visit: Visit) -> SimMarket:
        found = self._named(visit)
        if found is None:
            raise missing(visit.params.style, "contract_code")
        return found

    def _named(self, visit: Visit) -> SimMarket | None:
        """Return the contract that is named by its code, or by its pair and which of the contracts it is."""
        params = visit.params
        wanted = visit.wanted(LINE, "contract_code") or visit.wanted(LINE, "contract")
        couple, kind = params.text("pair"), params.text("contract_type")
        if wanted is not None or not couple:
            return wanted
        return visit.named(LINE, f"{couple}-{TERMS[kind]}" if kind in TERMS else couple)

    def _scope(self, visit: Visit) -> str:
        self._named(visit)
        return ""

    def _wanted(self, visit: Visit) -> SimMarket | None:
        return self._named(visit)

    def _past(self, visit: Visit) -> tuple[str, str]:
        return self._ordered(visit).instrument.symbol, ""

    def _margin(self) -> MarginMode | None:
        return self.margin

    def _has(self, visit: Visit, told: OrderUpdate | Fill) -> bool:
        own = visit.exchange.markets[told.symbol].instrument.market == LINE
        return own and first_rows.margin_of(visit.exchange, visit.account, told) is self.margin

    def _holds(self, held: Position) -> bool:
        return (held.mode or MarginMode.CROSS) is self.margin

    # ------------------------------------------------------------- rows

    def _order_row(self, visit: Visit, told: OrderUpdate) -> dict[str, Any]:
        return first_rows.order(visit.exchange, visit.account, told, visit.now)

    def _fill_row(self, visit: Visit, told: Fill) -> dict[str, Any]:
        return first_rows.fill(visit.exchange, visit.account, told, visit.now)

    def _trade_row(self, visit: Visit, told: Fill) -> dict[str, Any]:
        return first_rows.trade(visit.exchange, told)

    def _position_row(self, visit: Visit, held: Position) -> dict[str, Any]:
        return first_rows.position(visit.exchange, visit.account, held, visit.now)

    # ------------------------------------------------------------- orders

    def _meant(self, visit: Visit, side: Side) -> tuple[PositionSide, bool]:
        offset = visit.params.text("offset", among=("open", "close", "both")) or "both"
        reduces = visit.params.whole("reduce_only", 0, 0, 1) == 1
        return self._stance(visit, side, offset, reduces=reduces)

    def _stance(self, visit: Visit, side: Side, offset: str, *, reduces: bool) -> tuple[PositionSide, bool]:
        if visit.exchange.position_mode(visit.account, LINE) is PositionMode.ONE_WAY:
            return PositionSide.NET, reduces or offset == "close"
        if offset == "both":
            raise DeniedError("1030", "In dual-side mode an order has to say whether it opens or closes.")
        return (PositionSide.LONG if (side is Side.BUY) == (offset == "open") else PositionSide.SHORT), False

    def close(self, visit: Visit) -> dict[str, Any]:
        """Close a position at the market."""
        params = visit.params
        market = self._ordered(visit)
        side = Side(params.need("direction", among=("buy", "sell")).upper())
        volume, client_id = params.amount("volume", as_text=False), params.any("client_order_id")
        params.ignore("order_price_type")
        params.done()
        if volume is None:
            raise missing(params.style, "volume")
        position, reduces = self._stance(visit, side, "close", reduces=True)
        order = NewOrder(
            symbol=market.instrument.symbol,
            side=side,
            type=OrderType.MARKET,
            size=volume,
            client_id=client_id,
            reduce_only=reduces,
            margin=self.margin,
            position=position,
        )
        return self._send(visit, order)

    def past_exact(self, visit: Visit) -> dict[str, Any]:
        """Return ended orders from a number on."""
        return {"orders": self.past_orders(visit), "remain_size": 0, "next_id": None}

    # ------------------------------------------------------------- money

    def accounts(self, visit: Visit) -> list[dict[str, Any]]:
        """Return the cross account of each currency, or the isolated one of each contract."""
        wanted, purse = self._named(visit), visit.params.text("margin_account").upper()
        rows = []
        for row in self._purses(visit):
            if self.margin is MarginMode.CROSS:
                if purse in {"", row.asset}:
                    rows.append(first_rows.cross(visit.exchange, visit.account, row, visit.now))
                continue
            meant = [wanted] if wanted else listed(visit.exchange, LINE)
            rows += [
                first_rows.isolated(visit.exchange, visit.account, row, market.instrument.symbol)
                for market in meant
                if market.instrument.settle == row.asset
            ]
        return rows

    def _purses(self, visit: Visit) -> list[Balance]:
        settles = {market.instrument.settle for market in listed(visit.exchange, LINE)}
        return [row for row in visit.exchange.balances(visit.account, LINE) if row.asset in settles]

    def accounts_and_positions(self, visit: Visit) -> Any:
        """Return accounts with the positions in them; there is one cross account and one for each isolated contract."""
        told = Lists.accounts_and_positions(self, visit)
        return told[0] if self.margin is MarginMode.CROSS and told else told

    def _inside(self, account: dict[str, Any], position: dict[str, Any]) -> bool:
        return bool(account["margin_account"] == position["margin_account"])

    def whole_account(self, visit: Visit) -> dict[str, Any]:
        """Return the account over both margin modes as the third version wraps it."""
        rows = []
        for row in self._purses(visit):
            told = first_rows.cross(visit.exchange, visit.account, row, visit.now)
            swaps, futures = told.pop("contract_detail"), told.pop("futures_contract_detail")
            more = {"cross_swap": swaps, "cross_future": futures, "isolated_swap": []}
            rows.append(
                told | more | {"cross_risk_rate": told["risk_rate"], "cross_margin_static": told["margin_static"]}
            )
        return third(rows, visit)

    def records(self, visit: Visit) -> dict[str, Any]:
        """Return bookings, oldest first, from a number on."""
        params = visit.params
        purse = (params.text("mar_acct") or params.text("margin_account")).upper()
        types = [each for each in params.any("type").split(",") if each]
        since, until, start = self._window(visit)
        rows: list[dict[str, Any]] = []
        for row in visit.exchange.income(visit.account, LINE, "", since * NS_PER_MS):
            kind = record_type(row.kind, row.amount)
            code = visit.exchange.markets[row.symbol].instrument.code if row.symbol else ""
            told: dict[str, Any] = {
                "query_id": int(row.id),
                "id": int(row.id),
                "type": int(kind),
                "amount": number(row.amount),
            }
            told |= {"ts": ms(row.at), "contract_code": code, "asset": row.asset, "symbol": code.partition("-")[0]}
            asked = purse in {"", row.asset, code} and kind in (types or [kind])
            if asked and start < int(row.id) and ms(row.at) <= until:
                rows.append(told | {"margin_account": row.asset, "face_margin_account": ""})
        return paged("financial_record", rows, MOST_RECORDS)

    # ------------------------------------------------------------- settings

    def set_leverage(self, visit: Visit) -> dict[str, Any]:
        """Set the leverage of a contract."""
        market, rate = self._ordered(visit), visit.params.whole("lever_rate", 0)
        visit.params.ignore("business_type", "symbol")
        self._set_leverage(visit, [market], rate)
        return {"margin_mode": self.margin.value, "contract_code": market.instrument.code, "lever_rate": rate}

    def leverages(self, visit: Visit) -> list[dict[str, Any]]:
        """Return which leverages contracts allow."""
        wanted = self._named(visit)
        rows = []
        for market in [wanted] if wanted else listed(visit.exchange, LINE):
            allowed = ",".join(str(each) for each in offered(market))
            row = {"contract_code": market.instrument.code, "margin_mode": self.margin.value}
            rows.append(row | {"available_level_rate": allowed})
        return rows

    def set_mode(self, visit: Visit) -> list[dict[str, Any]]:
        """Set one-way or hedge mode; it is one for all contracts here."""
        purse = visit.params.need("margin_account").upper()
        mode = visit.params.need("position_mode", among=MODES)
        visit.params.done()
        refused = visit.exchange.set_position_mode(visit.account, LINE, MODES[mode], visit.now)
        if refused is not None and refused.reason is not Reason.UNCHANGED:
            raise denied(refused, visit.params.style)
        return [{"margin_account": purse, "position_mode": mode}]

    def mode(self, visit: Visit) -> list[dict[str, Any]]:
        """Return one-way or hedge mode."""
        purse = visit.params.need("margin_account").upper()
        mode = first_rows.MODES[visit.exchange.position_mode(visit.account, LINE)]
        return [{"margin_mode": self.margin.value, "margin_account": purse, "position_mode": mode}]
