"""Spot's private socket (`/ws/v2`): plain text, an action in every message, a ping every 20 s.

Followed: https://huobiapi.github.io/docs/spot/v1/en/#websocket-asset-and-order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.domain.account import Balance, Fill, OrderUpdate
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.sim.dialects.htx import spot_rows
from basisdesk.sim.dialects.htx.gate import admit_socket
from basisdesk.sim.dialects.htx.names import find
from basisdesk.sim.dialects.htx.refuse import DeniedError, Style
from basisdesk.sim.dialects.htx.text import ms, short, text
from basisdesk.sim.dialects.htx.wire_out import SECOND, Outbox
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.account import Update
    from basisdesk.sim.contract import Exchange, HttpCall

EVERY, PATIENCE = 20 * SECOND, 2
MOST = 10
"""Most sockets of a key that may be logged in at once."""
NOT_LOGGED_IN, BAD_SYMBOL, BAD_CHANNEL, BAD_LOGIN = 2002, 2001, 2021, 2002
_CHANNEL = re.compile(
    r"(?:(orders)#([a-z0-9]+|\*)|(trade\.clearing)#([a-z0-9]+|\*)#[01]|(accounts\.update)(?:#[012])?)"
)
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class SpotSocket:
    """One client of spot's account events."""

    def __init__(
        self, exchange: Exchange, call: HttpCall, where: tuple[int, int], standing: Callable[[str], int]
    ) -> None:
        """`where` is the socket's number and the time; `standing` counts the sockets of a key that are logged in."""
        socket, now = where
        self.out = Outbox(socket, call, plain=True, every=EVERY, patience=PATIENCE, now=now)
        self._exchange = exchange
        self._account = ""
        self.key = ""
        self._standing = standing
        self._channels: dict[str, tuple[str, str]] = {}
        self._last: dict[str, Fill] = {}

    def receive(self, frame: bytes, now: int) -> None:
        """Take a frame of the client."""
        try:
            told = _decode(frame)
        except (msgspec.MsgspecError, RecursionError):
            self._say("error", BAD_CHANNEL, "", "invalid.json")
            return
        action, channel = told.get("action"), told.get("ch")
        channel = channel if isinstance(channel, str) else ""
        match action:
            case "pong":
                self.out.answered()
            case "ping":
                self.out.say({"action": "pong", "data": told.get("data")}, "control")
            case "req" if channel == "auth":
                self._log_in(told.get("params"), now)
            case "sub":
                self._subscribe(channel, now)
            case "unsub":
                self._channels.pop(channel, None)
                self._say("unsub", 200, channel)
            case _:
                self._say(str(action), BAD_CHANNEL, channel, "invalid.action")

    def on_time(self, now: int) -> None:
        """Ping when it is time."""
        self.out.ping_at(now, "action")

    def expire(self) -> None:
        """The login has come to its end: say so and hang up."""
        if self._account:
            self._say("error", NOT_LOGGED_IN, "", "invalid.auth.state")
            self.out.close("login expired")

    def _say(self, action: str, code: int, channel: str, words: str = "") -> None:
        told: dict[str, Any] = {"action": action, "code": code, "ch": channel}
        more: dict[str, Any] = {"message": words} if words else {"data": {}}
        self.out.say(told | more, "control")

    def _log_in(self, told: Any, now: int) -> None:
        given: dict[str, Any] = told if isinstance(told, dict) else {}
        fields = {name: value for name, value in given.items() if isinstance(value, str)}
        try:
            login = admit_socket(fields, self.out.call, self._exchange, Style.SPOT, now)
        except DeniedError as error:
            self._say("req", BAD_LOGIN, "auth", f"auth.fail: {error.words}")
            return
        key = login.credentials.key
        if self.key != key and self._standing(key) >= MOST:
            self._say("req", BAD_LOGIN, "auth", "too many connection")
            return
        self._account, self.key = login.account, key
        self._say("req", 200, "auth")

    def _subscribe(self, channel: str, now: int) -> None:
        match = _CHANNEL.fullmatch(channel)
        if not self._account or self._exchange.login(self.key) is None:
            self._say("sub", NOT_LOGGED_IN, channel, "invalid.auth.state")
            return
        if match is None:
            self._say("sub", BAD_CHANNEL, channel, "invalid.channel")
            return
        kind = match[1] or match[3] or match[5]
        code = match[2] or match[4] or "*"
        market = None if code == "*" else find(self._exchange, symbols.SPOT, code, now)
        if code != "*" and market is None:
            self._say("sub", BAD_SYMBOL, channel, "invalid.symbol")
            return
        self._channels[channel] = (kind, "" if market is None else market.instrument.symbol)
        self._say("sub", 200, channel)
        if kind == "accounts.update":
            for row in self._exchange.balances(self._account, symbols.SPOT):
                self._push(channel, self._balance(row) | {"changeType": None, "changeTime": None})

    # ------------------------------------------------------------- what happened

    def told(self, account: str, update: Update, fills: list[Fill]) -> None:
        """Something happened to an account; `fills` are those that an order's update contains."""
        if account != self._account:
            return
        match update:
            case OrderUpdate(symbol=symbol):
                self._each("orders", symbol, self._order(update, fills))
            case Fill(symbol=symbol):
                self._each("trade.clearing", symbol, self._cleared(update))
            case Balance(line=symbols.SPOT):
                self._each("accounts.update", "", self._balance(update))
            case _:
                pass

    def _each(self, kind: str, symbol: str, data: dict[str, Any] | None) -> None:
        for channel, (of, wanted) in self._channels.items():
            if of == kind and wanted in {"", symbol} and data is not None:
                self._push(channel, data)

    def _push(self, channel: str, data: dict[str, Any]) -> None:
        self.out.say({"action": "push", "ch": channel, "data": data}, "account")

    def _code(self, symbol: str) -> str:
        """Return a spot market's code, empty for a market of another line."""
        instrument = self._exchange.markets[symbol].instrument
        return instrument.code if instrument.market == symbols.SPOT else ""

    def _order(self, update: OrderUpdate, fills: list[Fill]) -> dict[str, Any] | None:
        code, asked = self._code(update.symbol), self._exchange.new_order_of(self._account, update.venue_id)
        if not code or asked is None:
            return None
        money = asked.type is OrderType.MARKET and asked.side is Side.BUY
        data: dict[str, Any] = {
            "symbol": code,
            "accountId": spot_rows.account_id(self._account),
            "orderId": int(update.venue_id),
            "clientOrderId": update.client_id,
            "orderSource": "spot-api",
            "orderStatus": spot_rows.state_of(update),
            "orderValue" if money else "orderSize": short(spot_rows.amount_of(asked)),
            "type": spot_rows.kind_of(asked),
        }
        if asked.price is not None:
            data["orderPrice"] = short(asked.price)
        # A market buy of money is found to be filled after its last trade, which is then told again.
        last = fills[-1] if fills else self._last.get(update.venue_id)
        if fills:
            self._last[update.venue_id] = fills[-1]
        if last is not None and (fills or update.reason is DoneReason.FILLED):
            return data | self._traded(update, last)
        if update.status is OrderStatus.DONE:
            left = "0" if update.size is None else short(update.size - update.filled)
            data |= {"execAmt": short(update.filled), "remainAmt": left, "lastActTime": ms(update.at)}
            return data | {"eventType": "cancellation"}
        created = ms(self._exchange.created_at(self._account, update.venue_id))
        return data | {"eventType": "creation", "orderCreateTime": created, "totalTradeAmount": "0"}

    def _traded(self, update: OrderUpdate, fill: Fill) -> dict[str, Any]:
        return {
            "eventType": "trade",
            "tradePrice": short(fill.price),
            "tradeVolume": short(fill.size),
            "tradeTime": ms(fill.at),
            "tradeId": spot_rows.row_id(fill),
            "aggressor": not fill.maker,
            "execAmt": short(update.filled),
            "remainAmt": "0" if update.size is None else short(update.size - update.filled),
        }

    def _cleared(self, fill: Fill) -> dict[str, Any] | None:
        code, asked = self._code(fill.symbol), self._exchange.new_order_of(self._account, fill.venue_id)
        if not code or asked is None:
            return None
        return {
            "eventType": "trade",
            "symbol": code,
            "orderId": int(fill.venue_id),
            "orderSide": fill.side.value.lower(),
            "orderType": spot_rows.kind_of(asked),
            "accountId": spot_rows.account_id(self._account),
            "source": "spot-api",
            "orderPrice": text(asked.price),
            "orderSize": text(asked.size),
            "orderCreateTime": ms(self._exchange.created_at(self._account, fill.venue_id)),
            "clientOrderId": fill.client_id,
            "tradePrice": short(fill.price),
            "tradeVolume": short(fill.size),
            "tradeTime": ms(fill.at),
            "tradeId": spot_rows.row_id(fill),
            "aggressor": not fill.maker,
            "transactFee": text(fill.fee) or "0",
            "feeCurrency": fill.fee_asset.lower(),
            "feeDeduct": "0",
            "feeDeductType": "",
        }

    def _balance(self, row: Balance) -> dict[str, Any]:
        free = row.total if row.available is None else row.available
        return {
            "currency": row.asset.lower(),
            "accountId": spot_rows.account_id(self._account),
            "balance": short(row.total),
            "available": short(free),
            "changeType": "order.match",
            "accountType": "trade",
            "seqNum": str(ms(row.at)),
            "changeTime": ms(row.at),
        }
