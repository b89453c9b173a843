"""Coin-margined contracts' private interface: swaps by their code, futures by their coin.

Positions are always long and short beside each other, so an order says whether it opens or closes.
The first interface of linear contracts is the same but for some fields, and is built on this one.
Followed: https://huobiapi.github.io/docs/coin_margined_swap/v1/en/ and https://huobiapi.github.io/docs/dm/v1/en/.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import NewOrder, OrderRef, OrderType, PositionMode, PositionSide, TimeInForce
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.htx import coin_rows
from basisdesk.sim.dialects.htx.linear_rest import record_type
from basisdesk.sim.dialects.htx.refuse import DeniedError, denied, malformed, missing
from basisdesk.sim.dialects.htx.text import ms, number
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.ids import is_client_id

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill, OrderUpdate, Position
    from basisdesk.domain.ask import MarginMode
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.htx.visit import Visit

NS_PER_MS = 1_000_000
WINDOW = 48 * 3_600_000
MOST_AT_ONCE = 10
TAKING = ("opponent", "lightning", "market", "optimal_5", "optimal_10", "optimal_20")
MARKETS = tuple(f"{name}{life}" for name in TAKING for life in ("", "_ioc", "_fok"))
TERMS = {"this_week": "CW", "next_week": "NW", "quarter": "CQ", "next_quarter": "NQ"}
LIMITS = {"limit": TimeInForce.GTC, "post_only": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}


@dataclass(frozen=True, slots=True)
class Coins:
    """The endpoints of one coin-margined line."""

    line: str

    def place(self, visit: Visit) -> dict[str, Any]:
        """Take an order."""
        params = visit.params
        market = self._ordered(visit)
        side = Side(params.need("direction", among=("buy", "sell")).upper())
        position, reduce_only = self._meant(visit, side)
        kind = params.need("order_price_type", among=(*LIMITS, *MARKETS))
        leverage, volume = params.whole("lever_rate", 0), params.amount("volume", as_text=False)
        price, client_id = params.amount("price", as_text=False), params.any("client_order_id")
        params.ignore("channel_code", "symbol", "contract_type", "self_match_prevent", "pair", "price_protect")
        params.done()
        if not leverage:
            raise DeniedError("1094", "The leverage cannot be empty, please switch the leverage")
        if volume is None or (price is None and kind in LIMITS):
            raise missing(params.style, "volume" if volume is None else "price")
        if client_id and not is_client_id(client_id, spot=False):
            raise DeniedError("1067", "The client_order_id field is invalid. Please re-enter.")
        return self._send(
            visit,
            NewOrder(
                symbol=market.instrument.symbol,
                side=side,
                type=OrderType.LIMIT if kind in LIMITS else OrderType.MARKET,
                size=volume,
                price=price if kind in LIMITS else None,
                client_id=client_id,
                time_in_force=LIMITS.get(kind, TimeInForce.GTC),
                post_only=kind == "post_only",
                reduce_only=reduce_only,
                margin=self._margin(),
                position=position,
                leverage=leverage,
            ),
        )

    def _meant(self, visit: Visit, side: Side) -> tuple[PositionSide, bool]:
        """Return which position an order is for, and whether it may only reduce it."""
        opens = visit.params.need("offset", among=("open", "close")) == "open"
        visit.params.ignore("reduce_only")
        if visit.exchange.position_mode(visit.account, self.line) is not PositionMode.HEDGE:
            # Long and short stand beside each other here, whatever the exchange begins with.
            visit.exchange.set_position_mode(visit.account, self.line, PositionMode.HEDGE, visit.now)
        return PositionSide.LONG if (side is Side.BUY) == opens else PositionSide.SHORT, False

    def _margin(self) -> MarginMode | None:
        """Return the margin mode that orders name, None where there is one for all."""
        return None

    def _send(self, visit: Visit, order: NewOrder) -> dict[str, Any]:
        taken = visit.exchange.place(visit.account, order, visit.now)
        if isinstance(taken, Refused):
            raise denied(taken, visit.params.style)
        told: dict[str, Any] = {"order_id": int(taken.venue_id), "order_id_str": taken.venue_id}
        return told | ({"client_order_id": int(order.client_id)} if order.client_id else {})

    def place_many(self, visit: Visit) -> dict[str, Any]:
        """Take up to ten orders; what is refused is listed in an answer that says "ok"."""
        orders = visit.params.rows("orders_data", MOST_AT_ONCE)
        visit.params.done()
        errors: list[dict[str, Any]] = []
        taken: list[dict[str, Any]] = []
        for index, params in enumerate(orders, 1):
            try:
                taken.append(self.place(replace(visit, params=params)) | {"index": index})
            except DeniedError as error:
                errors.append({"index": index, "err_code": int(error.code), "err_msg": error.words})
        return {"errors": errors, "success": taken}

    def _ordered(self, visit: Visit) -> SimMarket:
        """Return the contract of an order; a future may be named by its coin and which of the futures it is."""
        coin, kind = visit.params.text("symbol").upper(), visit.params.text("contract_type", among=TERMS)
        if self.line == symbols.COIN_FUTURES and coin and kind and not visit.params.text("contract_code"):
            return visit.named(self.line, f"{coin}_{TERMS[kind]}")
        return visit.market(self.line, "contract_code")

    def _wanted(self, visit: Visit) -> SimMarket | None:
        """Return the contract that is asked for, None for all."""
        return visit.wanted(self.line, "contract_code")

    def _past(self, visit: Visit) -> tuple[str, str]:
        """Return the symbol of the contract whose past is asked for, or no symbol and a coin."""
        wanted = visit.wanted(self.line, "contract") or visit.wanted(self.line, "contract_code")
        if wanted is not None:
            return wanted.instrument.symbol, wanted.instrument.base
        return "", visit.params.need("symbol" if self.line == symbols.COIN_FUTURES else "contract").upper()

    def _is_of(self, visit: Visit, told: OrderUpdate | Fill, coin: str) -> bool:
        own = visit.exchange.markets[told.symbol].instrument
        return coin in {"", own.base} and self._has(visit, told)

    def _has(self, visit: Visit, told: OrderUpdate | Fill) -> bool:
        """Whether an order or a fill belongs to these endpoints."""
        return visit.exchange.markets[told.symbol].instrument.market == self.line

    def _holds(self, held: Position) -> bool:
        """Whether a position belongs to these endpoints."""
        return bool(held.symbol)

    def _order_row(self, visit: Visit, told: OrderUpdate) -> dict[str, Any]:
        return coin_rows.order(visit.exchange, visit.account, told, visit.now)

    def _fill_row(self, visit: Visit, told: Fill) -> dict[str, Any]:
        return coin_rows.fill(visit.exchange, told, visit.now)

    def _position_row(self, visit: Visit, held: Position) -> dict[str, Any]:
        return coin_rows.position(visit.exchange, held)

    def cancel(self, visit: Visit) -> dict[str, Any]:
        """Cancel up to ten orders; what cannot be cancelled is listed in an answer that says "ok"."""
        self._scope(visit)
        refs = self._refs(visit)
        visit.params.done()
        errors: list[dict[str, Any]] = []
        done: list[str] = []
        for name, ref in refs:
            ended = visit.exchange.cancel(visit.account, ref, visit.now)
            if isinstance(ended, Refused):
                errors.append({"order_id": name, "err_code": 1061, "err_msg": "The order does not exist."})
            else:
                done.append(name)
        return {"errors": errors, "successes": ",".join(done)}

    def _refs(self, visit: Visit) -> list[tuple[str, OrderRef]]:
        numbers, clients = visit.params.any("order_id"), visit.params.any("client_order_id")
        if not numbers and not clients:
            raise missing(visit.params.style, "order_id")
        if numbers:
            return [(each, OrderRef(symbol="", venue_id=each)) for each in numbers.split(",")]
        return [(each, OrderRef(symbol="", client_id=each)) for each in clients.split(",")]

    def _scope(self, visit: Visit) -> str:
        """Read what says which contracts are meant: a swap's code, or a coin; returns the coin of futures."""
        if self.line == symbols.COIN_SWAP:
            visit.market(self.line, "contract_code")
            return ""
        coin = visit.params.need("symbol").upper()
        known = {market.instrument.base: None for market in self._listed(visit)}
        if coin not in known:
            raise DeniedError("1013", "This contract symbol doesnt exist.")
        return coin

    def _listed(self, visit: Visit) -> list[SimMarket]:
        return [market for market in visit.exchange.markets.values() if market.instrument.market == self.line]

    def cancel_all(self, visit: Visit) -> dict[str, Any]:
        """Cancel all orders of a contract, or of a coin's futures."""
        coin = self._scope(visit)
        wanted = self._wanted(visit)
        visit.params.ignore("contract_type", "direction", "offset", "symbol", "pair")
        visit.params.done()
        meant = [wanted] if wanted else [each for each in self._listed(visit) if coin == each.instrument.base]
        ended: list[OrderUpdate] = []
        for market in meant:
            ended += visit.exchange.cancel_all(visit.account, self.line, market.instrument.symbol, visit.now)
        if not ended:
            raise DeniedError("1051", "No orders to cancel.")
        return {"errors": [], "successes": ",".join(each.venue_id for each in ended)}

    def orders(self, visit: Visit) -> list[dict[str, Any]]:
        """Return orders by their numbers or client ids."""
        self._scope(visit)
        refs = self._refs(visit)
        visit.params.done()
        rows = []
        for _, ref in refs:
            found = visit.exchange.order(visit.account, ref, visit.now)
            if not isinstance(found, Refused) and self._has(visit, found):
                rows.append(self._order_row(visit, found))
        if not rows:
            raise DeniedError("1017", "Order doesnt exist.")
        return rows

    def open_orders(self, visit: Visit) -> dict[str, Any]:
        """Return open orders by pages, newest first."""
        params = visit.params
        wanted, coin = self._wanted(visit), params.text("symbol").upper()
        page, size = params.whole("page_index", 1, 1), params.whole("page_size", 20, 1, 50)
        params.ignore("sort_by", "trade_type")
        params.done()
        found = [
            each
            for each in visit.exchange.open_orders(visit.account, self.line, wanted.instrument.symbol if wanted else "")
            if coin in {"", visit.exchange.markets[each.symbol].instrument.base} and self._has(visit, each)
        ][::-1]
        return by_page("orders", [self._order_row(visit, each) for each in found], page, size)

    def past_orders(self, visit: Visit) -> list[dict[str, Any]]:
        """Return ended orders of a contract, newest first."""
        params = visit.params
        symbol, coin = self._past(visit)
        since = params.whole("start_time", 0)
        params.ignore("symbol", "trade_type", "type", "status", "end_time", "direct", "from_id", "order_type", "limit")
        params.done()
        found = visit.exchange.past_orders(visit.account, self.line, symbol, since * NS_PER_MS, visit.now)
        ended = [
            each for each in found[::-1] if each.status is OrderStatus.DONE and each.reason is not DoneReason.REJECTED
        ]
        return [
            self._order_row(visit, each) | {"query_id": int(each.venue_id)}
            for each in ended
            if self._is_of(visit, each, coin)
        ][:50]

    def fills(self, visit: Visit) -> dict[str, Any]:
        """Return own trades of a contract within 48 hours, oldest first, from a number on."""
        params = visit.params
        symbol, coin = self._past(visit)
        params.whole("trade_type", -1, 0, 99)
        since, until, start = self._window(visit)
        size = params.whole("page_size", 50, 1, 50)
        params.ignore("symbol", "direct", "contract_code", "size")
        params.done()
        rows = [
            self._fill_row(visit, each)
            for each in visit.exchange.fills(visit.account, self.line, symbol, since * NS_PER_MS, visit.now)
            if ms(each.at) <= until and coin_rows.row_id(each) > start and self._is_of(visit, each, coin)
        ]
        return paged("trades", rows, size)

    def _window(self, visit: Visit) -> tuple[int, int, int]:
        params = visit.params
        until = params.whole("end_time", 0) or ms(visit.now)
        since = params.whole("start_time", 0) or until - WINDOW
        start = params.whole("from_id", 0)
        if not 0 <= until - since <= WINDOW:
            raise malformed(params.style, "start_time")
        return since, until, start

    def records(self, visit: Visit) -> dict[str, Any]:
        """Return bookings of a contract, or of a coin's futures, oldest first, from a number on."""
        params = visit.params
        coin = self._past(visit)[1]
        types = [each for each in params.any("type").split(",") if each]
        since, until, start = self._window(visit)
        params.ignore("direct", "contract_code", "start_date")
        params.done()
        rows = []
        for row in visit.exchange.income(visit.account, self.line, "", since * NS_PER_MS):
            kind = record_type(row.kind, row.amount)
            if row.asset == coin and ms(row.at) <= until and int(row.id) > start and (not types or kind in types):
                code = visit.exchange.markets[row.symbol].instrument.code if row.symbol else ""
                told = {"query_id": int(row.id), "id": int(row.id), "type": int(kind), "amount": number(row.amount)}
                rows.append(told | {"ts": ms(row.at), "contract_code": code, "asset": row.asset, "symbol": row.asset})
        return paged("financial_record", rows, 50)

    def positions(self, visit: Visit) -> list[dict[str, Any]]:
        """Return positions."""
        wanted, coin = self._wanted(visit), visit.params.text("symbol").upper()
        visit.params.ignore("subType", "type")
        visit.params.done()
        found = visit.exchange.positions(visit.account, self.line, wanted.instrument.symbol if wanted else "")
        return [
            self._position_row(visit, each)
            for each in found
            if coin in {"", visit.exchange.markets[each.symbol].instrument.base} and self._holds(each)
        ]

    def accounts(self, visit: Visit) -> list[dict[str, Any]]:
        """Return the account of each coin."""
        wanted = visit.wanted(self.line, "contract_code")
        coin = visit.params.text("symbol").upper() or (wanted.instrument.base if wanted else "")
        visit.params.ignore("subType", "type")
        visit.params.done()
        rows = [
            coin_rows.account(visit.exchange, visit.account, self.line, row)
            for row in visit.exchange.balances(visit.account, self.line)
            if coin in {"", row.asset}
        ]
        return [row for row in rows if row is not None]

    def set_leverage(self, visit: Visit) -> dict[str, Any]:
        """Set the leverage of a swap, or of all futures on a coin."""
        coin = self._scope(visit)
        rate = visit.params.whole("lever_rate", 0)
        wanted = self._wanted(visit)
        meant = [wanted] if wanted else [each for each in self._listed(visit) if each.instrument.base == coin]
        self._set_leverage(visit, meant, rate)
        named = {"symbol": coin} if coin else {"contract_code": meant[0].instrument.code}
        return {**named, "lever_rate": rate}

    def _set_leverage(self, visit: Visit, meant: list[SimMarket], rate: int) -> None:
        visit.params.done()
        for market in meant:
            refused = visit.exchange.set_leverage(visit.account, market.instrument.symbol, Decimal(rate), visit.now)
            if refused is not None and refused.reason is not Reason.UNCHANGED:
                raise denied(refused, visit.params.style)


def by_page(name: str, rows: list[dict[str, Any]], page: int, size: int) -> dict[str, Any]:
    """Return one page of so many rows."""
    shown = rows[(page - 1) * size : page * size]
    return {name: shown, "total_page": -(-len(rows) // size), "current_page": page, "total_size": len(rows)}


def paged(name: str, rows: list[dict[str, Any]], size: int) -> dict[str, Any]:
    """Return the first so many rows, and the number from which to go on."""
    shown = rows[:size]
    following = shown[-1]["query_id"] if shown else None
    return {name: shown, "remain_size": len(rows) - len(shown), "next_id": following}
