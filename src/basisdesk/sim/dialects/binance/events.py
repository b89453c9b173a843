"""What happens to accounts, as events of the private streams.

A fill is told as `TRADE` with the order that contains it; the first sight of an order is `NEW`, a later one without a
fill a change of it.
Balances and positions that change together are told in one event after the orders.
The exchange does not tell that a leverage was set; the request that set it does.
USD-M tells a trade twice: in short and at once, and with the order that contains it.
A market order by money ends without a further trade; its last trade then says that it is filled.
Source: "User Data Streams" (spot, USD-M, COIN-M).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Fill, Income, IncomeKind, OrderUpdate, Position, Update, Warned
from basisdesk.domain.ask import PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.sim.dialects.binance import spell
from basisdesk.sim.dialects.binance.account import locked
from basisdesk.sim.dialects.binance.cross import crossed
from basisdesk.sim.dialects.binance.holdings import MOVED, Holdings
from basisdesk.sim.dialects.binance.spell import figure, money, ms

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange
    from basisdesk.sim.dialects.binance.visit import Memory

Row = dict[str, object]
Event = tuple[str, str, Row]
"""Account, line, and the event."""
Change = tuple[dict[str, Balance], dict[tuple[str, PositionSide], Position], list[str], dict[str, Decimal]]
"""Balances by coin and positions by market that changed, why, and by how much besides profit and fees."""
Changes = dict[tuple[str, str], Change]
REASONS = {IncomeKind.FUNDING: "FUNDING_FEE", IncomeKind.LIQUIDATION: "INSURANCE_CLEAR"}


class Reporter:
    """Turns updates of the exchange into events."""

    def __init__(self, exchange: Exchange, memory: Memory) -> None:
        self._exchange = exchange
        self._memory = memory
        self._known: dict[tuple[str, str], str] = {}
        self._holdings = Holdings(exchange)

    def events(self, updates: list[tuple[str, Update]], now: int) -> list[Event]:
        """Return the events of what happened since the last time, in order."""
        told: list[Event] = []
        fills: dict[tuple[str, str], Fill] = {}
        changes: Changes = {}
        updates = _joined(updates)
        self._note(updates)
        for account, update in updates:
            self._holdings.note(account, update)
            match update:
                case Fill():
                    fills[account, update.venue_id] = update
                    self._change(changes, account, update.symbol)[2].append("ORDER")
                case OrderUpdate():
                    told += self._order(account, update, fills.pop((account, update.venue_id), None), now)
                case Position():
                    self._change(changes, account, update.symbol)[1][update.symbol, update.side] = update
                case Balance() if update.line != "funding":
                    _of(changes, account, update.line)[0][update.asset] = update
                case Income() | Warned():
                    told += self._other(account, update, changes, now)
                case _:
                    pass
        for (account, line), change in changes.items():
            told += self._changed(account, line, change, now)
        return told

    def _note(self, updates: list[tuple[str, Update]]) -> None:
        """Keep which trade the rows booked after it are of, and what it realised."""
        latest: dict[tuple[str, str], Fill] = {}
        for account, update in updates:
            if isinstance(update, Fill):
                latest[account, update.symbol] = update
            elif isinstance(update, Income) and update.kind in {IncomeKind.TRADE, IncomeKind.FEE, IncomeKind.REBATE}:
                fill = latest.get((account, update.symbol))
                if fill is None:
                    continue
                self._memory.trades[update.id] = fill.trade_id
                if update.kind is IncomeKind.TRADE:
                    self._memory.profits[account, fill.symbol, fill.trade_id] = update.amount

    def _change(
        self,
        changes: Changes,
        account: str,
        symbol: str,
    ) -> Change:
        return _of(changes, account, self._exchange.markets[symbol].instrument.market)

    def _other(
        self,
        account: str,
        update: Income | Warned,
        changes: Changes,
        now: int,
    ) -> list[Event]:
        match update:
            case Income(symbol="", kind=IncomeKind.TRANSFER) if self._is_spot(update):
                return [(account, "spot", _moved(update))]
            case Income() if update.kind in MOVED:
                line = self._holdings.wallet_of(account, update)
                if line:
                    _, _, why, moved = _of(changes, account, line)
                    why.append(REASONS.get(update.kind, "DEPOSIT" if update.amount > 0 else "WITHDRAW"))
                    moved[update.asset] = moved.get(update.asset, spell.ZERO) + update.amount
            case Warned():
                line = self._exchange.markets[update.symbol].instrument.market
                return [(account, line, self._holdings.call(account, update, now))]
            case _:
                pass
        return []

    def _is_spot(self, update: Income) -> bool:
        """Say whether a transfer's row is of the spot wallet: it is in that wallet's bill."""
        return update in self._exchange.income(update.account, "spot", "", update.at)

    def _order(self, account: str, update: OrderUpdate, fill: Fill | None, now: int) -> list[Event]:
        update = self._memory.as_told(update)
        market = self._exchange.markets[update.symbol].instrument
        key = (account, update.venue_id)
        what = _what(update, fill, self._known.get(key), market.market)
        before = self._known.get(key, "")
        self._known[key] = update.client_id
        if market.market == "spot":
            return [(account, "spot", self._report(account, update, fill, what, before, now))]
        event: Row = {"e": "ORDER_TRADE_UPDATE", "E": ms(now), "T": ms(update.at)}
        told: list[Event] = [(account, market.market, event | {"o": self._future(account, update, fill, what, market)})]
        if fill is not None and market.market == "usdm":
            told.insert(0, (account, "usdm", _lite(fill, told[0][2], market, now)))
        return told

    def _report(self, account: str, update: OrderUpdate, fill: Fill | None, what: str, before: str, now: int) -> Row:
        market = self._exchange.markets[update.symbol].instrument
        order = self._exchange.new_order_of(account, update.venue_id)
        row = self._memory.dressed(spell.spot_order(update, order, market))
        created = ms(self._exchange.created_at(account, update.venue_id))
        cancel = self._memory.cancels.get(update.venue_id) if what == "CANCELED" else None
        value = money(fill.price * fill.size if fill is not None else spell.ZERO)
        return {
            "e": "executionReport", "E": ms(now), "s": market.code, "c": cancel or update.client_id,
            "S": row["side"], "o": row["type"], "f": row["timeInForce"], "q": row["origQty"], "p": row["price"],
            "P": "0.00000000", "F": "0.00000000", "g": -1,
            "C": update.client_id if cancel else before if what == "REPLACED" else "", "x": what,
            "X": row["status"], "r": "NONE", "i": row["orderId"],
            "l": money(fill.size if fill is not None else spell.ZERO), "z": row["executedQty"],
            "L": money(fill.price if fill is not None else spell.ZERO),
            "n": money(fill.fee or spell.ZERO) if fill is not None else "0",
            "N": fill.fee_asset if fill is not None else None, "T": ms(update.at),
            "t": int(fill.trade_id) if fill is not None else -1, "I": self._memory.count,
            "w": update.status is OrderStatus.OPEN, "m": fill is not None and fill.maker is True, "M": False,
            "O": created, "Z": row["cummulativeQuoteQty"], "Y": value, "Q": row["origQuoteOrderQty"], "W": created,
            "V": row["selfTradePreventionMode"],
        }  # fmt: skip

    def _future(self, account: str, update: OrderUpdate, fill: Fill | None, what: str, market: Instrument) -> Row:
        order, line = self._exchange.new_order_of(account, update.venue_id), market.market
        row = self._memory.dressed(spell.futures_order(update, order, market))
        told: Row = {
            "s": market.code, "c": spell.name_of(update), "S": row["side"], "o": row["type"], "f": row["timeInForce"],
            "q": row["origQty"], "p": row["price"], "ap": figure(update.average, line), "sp": "0", "x": what,
            "X": row["status"], "i": row["orderId"], "l": figure(fill.size if fill is not None else None, line),
            "z": row["executedQty"], "L": figure(fill.price if fill is not None else None, line),
        }  # fmt: skip
        if fill is not None:
            told |= {"n": money(fill.fee or spell.ZERO), "N": fill.fee_asset}
        return told | {
            "T": ms(update.at), "t": int(fill.trade_id) if fill is not None else 0, "b": "0", "a": "0",
            "m": fill is not None and fill.maker is True, "R": update.reduce_only, "wt": "CONTRACT_PRICE",
            "ot": row["type"], "ps": row["positionSide"], "cp": False,
            "rp": money(self._memory.profit_of(fill)) if fill is not None else "0", "pP": False, "si": 0, "ss": 0,
            "V": row["selfTradePreventionMode"], "pm": row["priceMatch"], "gtd": row["goodTillDate"], "er": "0",
        }  # fmt: skip

    def _changed(self, account: str, line: str, change: Change, now: int) -> list[Event]:
        balances, positions, why, moved = change
        if line == "spot":
            coins = [
                {"a": asset, "f": money(each.available or spell.ZERO), "l": money(locked(each))}
                for asset, each in balances.items()
            ]
            event: Row = {"e": "outboundAccountPosition", "E": ms(now), "u": ms(now), "B": coins}
            return [(account, "spot", event)]
        changes: Row = {
            "m": why[0] if why else "DEPOSIT" if balances else "ORDER",
            "B": [
                {
                    "a": asset,
                    "wb": money(each.total),
                    "cw": money(crossed(self._exchange, account, each)[0]),
                    "bc": money(moved.get(asset, spell.ZERO)),
                }
                for asset, each in balances.items()
            ],
            "P": [self._position(account, each) for each in positions.values()],
        }
        return [(account, line, {"e": "ACCOUNT_UPDATE", "E": ms(now), "T": ms(now), "a": changes})]

    def _position(self, account: str, each: Position) -> Row:
        market = self._exchange.markets[each.symbol].instrument
        isolated = each.mode is not None and each.mode.value == "isolated"
        return {
            "s": market.code,
            "pa": figure(each.size, market.market),
            "ep": figure(each.entry if each.size else None, market.market),
            "bep": figure(each.entry if each.size else None, market.market),
            "cr": money(self._holdings.realised(account, each.symbol, each.side)),
            "up": money(each.unrealised or spell.ZERO),
            "mt": "isolated" if isolated else "cross",
            "iw": money(each.margin or spell.ZERO) if isolated else "0",
            "ps": spell.SIDES[each.side],
        }


def _of(changes: Changes, account: str, line: str) -> Change:
    """Return what changed in a line's wallet and markets."""
    return changes.setdefault((account, line), ({}, {}, [], {}))


def _lite(fill: Fill, event: Row, market: Instrument, now: int) -> Row:
    """Return the short notice of a trade that goes before the whole one."""
    order = event["o"]
    assert isinstance(order, dict)
    return {
        "e": "TRADE_LITE", "E": ms(now), "T": ms(fill.at), "s": market.code, "q": order["q"], "p": order["p"],
        "m": fill.maker is True, "c": order["c"], "S": order["S"], "L": order["L"], "l": order["l"],
        "t": int(fill.trade_id), "i": order["i"],
    }  # fmt: skip


def _moved(update: Income) -> Row:
    at = ms(update.at)
    return {"e": "balanceUpdate", "E": at, "a": update.asset, "d": money(update.amount), "T": at}


def _what(update: OrderUpdate, fill: Fill | None, before: str | None, line: str) -> str:
    """Return what happened to an order."""
    if fill is not None:
        return "CALCULATED" if update.forced is not None and update.forced.name != "DELIVERY" else "TRADE"
    if update.status is OrderStatus.DONE:
        return spell.ENDED[update.reason or DoneReason.CANCELLED]
    if before is None:
        return "NEW"
    return "REPLACED" if line == "spot" else "AMENDMENT"


def _joined(updates: list[tuple[str, Update]]) -> list[tuple[str, Update]]:
    """Let the last trade of an order say that it is filled, where that comes as a further update without a trade."""
    kept: list[tuple[str, Update]] = []
    latest: dict[tuple[str, str], int] = {}
    for account, update in updates:
        if isinstance(update, OrderUpdate):
            key = (account, update.venue_id)
            at = latest.get(key)
            if update.reason is DoneReason.FILLED and at is not None:
                before = kept[at][1]
                if isinstance(before, OrderUpdate) and before.filled == update.filled:
                    kept[at] = (account, update)
                    continue
            latest[key] = len(kept)
        kept.append((account, update))
    return kept
