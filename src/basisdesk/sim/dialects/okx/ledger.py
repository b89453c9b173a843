"""What is pushed of accounts: orders, balances, positions, warnings, to those who logged in as them.

An order is told with the fill that changed it; balances and positions once all that happened at a time is over.
Followed: https://www.okx.com/docs-v5/en/#trading-account-websocket and #order-book-trading-trade-ws-order-channel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position, Warned
from basisdesk.sim.dialects.okx.account import FUNDING, UNIFIED, account_row, position_row
from basisdesk.sim.dialects.okx.names import LISTED
from basisdesk.sim.dialects.okx.office import ZERO
from basisdesk.sim.dialects.okx.rules import LISTENERS
from basisdesk.sim.dialects.okx.slips import order_row
from basisdesk.sim.dialects.okx.text import booked, ms, text

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.sim.dialects.okx.feeds import Post
    from basisdesk.sim.dialects.okx.office import Office

Argument = dict[str, str]
ORDERS, ACCOUNT, POSITIONS, BOTH, WARNINGS = (
    "orders", "account", "positions", "balance_and_position", "liquidation-warning",
)  # fmt: skip
ALGOS, GREEKS = ("orders-algo", "algo-advance"), "account-greeks"
"""Nothing is ever told there: no order waits for a price, and there are no options."""
CHANNELS = (ORDERS, ACCOUNT, POSITIONS, BOTH, WARNINGS, GREEKS, *ALGOS)
TYPED = (ORDERS, POSITIONS, WARNINGS, *ALGOS)


def is_argument(argument: Argument) -> bool:
    """Whether the argument of a private channel names the type that it needs."""
    return argument["channel"] not in TYPED or argument.get("instType") in ("ANY", *LISTED)


def covers(argument: Argument, row: dict[str, Any]) -> bool:
    """Whether a row is among what an argument asks for."""
    kind, family = argument.get("instType", "ANY"), argument.get("instFamily", "")
    return (
        kind in {"ANY", row["instType"]}
        and argument.get("instId", "") in {"", row["instId"]}
        and (not family or row["instId"].startswith(f"{family}-"))
    )


class Ledger:
    """Every subscription to account data of a venue."""

    def __init__(self, office: Office, post: Post) -> None:
        self._office = office
        self._post = post
        self._listeners: dict[int, tuple[str, list[Argument]]] = {}
        self._fills: dict[str, Fill] = {}
        self._balances: dict[tuple[str, str], Balance] = {}
        self._positions: dict[tuple[str, str, str], Position] = {}
        self._trades: dict[str, list[dict[str, str]]] = {}

    def subscribe(self, socket: int, account: str, argument: Argument, now: int) -> None:
        """Begin to tell a socket of its account, with what is so now."""
        _, arguments = self._listeners.setdefault(socket, (account, []))
        if argument not in arguments:
            arguments.append(argument)
        exchange = self._office.exchange
        coins = exchange.balances(account, UNIFIED)
        held = [each for line in self._office.names.lines for each in exchange.positions(account, line)]
        match argument["channel"]:
            case "account":
                shown = [argument["ccy"]] if argument.get("ccy") else None
                row = account_row(self._office, account, shown, now)
                self._send(socket, account, argument, [row], now, first=True)
            case "positions":
                rows = [row for row in (position_row(self._office, each) for each in held) if covers(argument, row)]
                self._send(socket, account, argument, rows, now, first=True)
            case "balance_and_position":
                self._send(socket, account, argument, [self._both(coins, held, "snapshot", [], now)], now)

    def crowded(self, socket: int, account: str, channel: str) -> bool:
        """Whether as many other sockets of an account listen to a channel as may."""
        others = sum(
            owner == account and any(argument["channel"] == channel for argument in arguments)
            for number, (owner, arguments) in self._listeners.items()
            if number != socket
        )
        return others >= LISTENERS

    def unsubscribe(self, socket: int, argument: Argument) -> None:
        """Tell a socket no more of something."""
        _, arguments = self._listeners.get(socket, ("", []))
        if argument in arguments:
            arguments.remove(argument)

    def forget(self, socket: int) -> None:
        """A socket is gone."""
        self._listeners.pop(socket, None)

    def told(self, account: str, update: Update, now: int) -> None:
        """Tell orders and warnings; keep the rest until all is told."""
        match update:
            case Fill():
                self._fills[update.venue_id] = update
                code = self._office.names.by_symbol[update.symbol].instrument.code
                self._trades.setdefault(account, []).append({"instId": code, "tradeId": update.trade_id})
            case OrderUpdate():
                row = self._order(account, update, self._fills.pop(update.venue_id, None))
                self._tell(account, ORDERS, [row], now)
            case Balance() if update.wallet != FUNDING:
                self._balances[account, update.asset] = update
            case Position():
                self._positions[account, update.symbol, update.side.value] = update
            case Warned():
                self._warn(account, update, now)
            case _:
                pass

    def settled(self, now: int) -> None:
        """Tell the balances and positions that changed."""
        balances, self._balances = self._balances, {}
        positions, self._positions = self._positions, {}
        trades, self._trades = self._trades, {}
        for account in dict.fromkeys([key[0] for key in balances] + [key[0] for key in positions]):
            coins = [each for key, each in balances.items() if key[0] == account]
            held = [each for key, each in positions.items() if key[0] == account]
            self._account(account, [each.asset for each in coins], now)
            self._tell(account, POSITIONS, [position_row(self._office, each) for each in held], now)
            done = trades.get(account, [])
            event = "filled" if done else "transferred"
            self._tell(account, BOTH, [self._both(coins, held, event, done, now)], now)

    def _account(self, account: str, changed: list[str], now: int) -> None:
        """Tell the currencies that changed, each listener those that it asked for."""
        for socket, (owner, arguments) in self._listeners.items():
            for argument in arguments if owner == account else ():
                shown = [asset for asset in changed if argument.get("ccy", "") in {"", asset}]
                if argument["channel"] == ACCOUNT and shown:
                    self._send(socket, account, argument, [account_row(self._office, account, shown, now)], now)

    def _order(self, account: str, update: OrderUpdate, fill: Fill | None) -> dict[str, Any]:
        """Return an order with the fill that changed it, and with what came of an amend."""
        note = self._office.note(update.venue_id)
        amended, note.amended = note.amended, None
        fee = None if fill is None or fill.fee is None else -fill.fee
        gain = ZERO if fill is None else self._office.exchange.gain(account, fill).profit
        return order_row(self._office, account, update) | {
            "amendResult": "" if amended is None else "0", "amendSource": "" if amended is None else "1", "code": "0",
            "execType": "" if fill is None else "M" if fill.maker else "T",
            "fillFee": "0" if fill is None else text(fee), "fillFeeCcy": "" if fill is None else fill.fee_asset,
            "fillFwdPx": "", "fillMarkPx": "", "fillMarkVol": "", "fillNotionalUsd": "", "fillPnl": booked(gain),
            "fillPx": "" if fill is None else text(fill.price), "fillPxUsd": "", "fillPxVol": "",
            "fillSz": "0" if fill is None else text(fill.size), "fillTime": "" if fill is None else ms(fill.at),
            "lastPx": "", "msg": "", "notionalUsd": "", "reqId": amended or "",
            "tradeId": "" if fill is None else fill.trade_id,
        }  # fmt: skip

    def _both(
        self, coins: list[Balance], held: list[Position], event: str, trades: list[dict[str, str]], now: int
    ) -> dict[str, Any]:
        rows = [position_row(self._office, each) for each in held]
        kept = (
            "posId",
            "tradeId",
            "instId",
            "instType",
            "mgnMode",
            "posSide",
            "pos",
            "ccy",
            "posCcy",
            "avgPx",
            "uTime",
        )
        return {
            "pTime": ms(now), "eventType": event,
            "balData": [
                {"ccy": each.asset, "cashBal": text(each.total - each.borrowed), "uTime": ms(each.at)} for each in coins
            ],
            "posData": [{name: row[name] for name in kept} for row in rows],
            "trades": trades,
        }  # fmt: skip

    def _warn(self, account: str, warned: Warned, now: int) -> None:
        exchange = self._office.exchange
        for line in self._office.names.lines:
            held = exchange.positions(account, line, warned.symbol)
            rows = [position_row(self._office, each) | {"pTime": ms(now), "mgnRatio": "1"} for each in held]
            self._tell(account, WARNINGS, rows, now)

    def _tell(self, account: str, channel: str, rows: list[dict[str, Any]], now: int) -> None:
        for socket, (owner, arguments) in self._listeners.items():
            if owner != account:
                continue
            for argument in arguments:
                if argument["channel"] == channel:
                    kept = [row for row in rows if channel not in TYPED or covers(argument, row)]
                    if kept:
                        self._send(socket, account, argument, kept, now)

    def _send(
        self,
        socket: int,
        account: str,
        argument: Argument,
        rows: list[dict[str, Any]],
        now: int,
        *,
        first: bool = False,
    ) -> None:
        frame: dict[str, Any] = {"arg": argument | {"uid": account}}
        if argument["channel"] in {ACCOUNT, POSITIONS}:
            frame |= {"eventType": "snapshot" if first else "event_update", "curPage": 1, "lastPage": True}
        self._post(socket, msgspec.json.encode(frame | {"data": rows}), "account", now)
