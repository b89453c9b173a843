"""Contracts' notification sockets: compressed, an ``op`` in every message, a ping every 5 s.

Linear contracts have a newer one, whose topics name the contract apart, and an older one besides.
Coin-margined ones have the contract (futures: the coin) in the topic, and their fills inside the orders.
Followed: https://huobiapi.github.io/docs/coin_margined_swap/v1/en/#orders-and-accounts-websocket-interfaces and
https://www.htx.com/en-us/opend/newApiPages/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position
from basisdesk.sim.dialects.htx import coin_rows, linear_rows
from basisdesk.sim.dialects.htx.gate import admit_socket
from basisdesk.sim.dialects.htx.names import find
from basisdesk.sim.dialects.htx.notices import Notices
from basisdesk.sim.dialects.htx.refuse import DeniedError, Style
from basisdesk.sim.dialects.htx.text import ms
from basisdesk.sim.dialects.htx.wire_out import SECOND, Outbox
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Carried, Exchange, HttpCall, Relisted
    from basisdesk.sim.dialects.htx.notices import Said

EVERY, PATIENCE = 5 * SECOND, 5
NOT_LOGGED_IN, BAD_SYMBOL, BAD_TOPIC, MISSING = 2002, 2011, 2030, 2040
NEWER = ("orders", "trade", "account", "positions")
COIN = ("orders", "matchOrders", "accounts", "positions")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class ContractSocket:
    """One client of a contract line's account events and of public funding."""

    def __init__(self, line: str, exchange: Exchange, call: HttpCall, where: tuple[int, int], *, newer: bool) -> None:
        socket, now = where
        self.line = line
        self.out = Outbox(socket, call, plain=False, every=EVERY, patience=PATIENCE, now=now)
        self._exchange = exchange
        self._newer = newer
        self._account = ""
        self._key = ""
        self._topics: dict[str, tuple[str, str]] = {}
        self._notices = Notices(line, exchange)

    def receive(self, frame: bytes, now: int) -> None:
        """Take a frame of the client."""
        try:
            told = _decode(frame)
        except (msgspec.MsgspecError, RecursionError):
            self.out.say({"op": "error", "err-code": BAD_TOPIC, "err-msg": "invalid json", "ts": ms(now)}, "control")
            return
        match told.get("op"):
            case "pong":
                self.out.answered()
            case "ping":
                self.out.say({"op": "pong", "ts": told.get("ts")}, "control")
            case "auth":
                self._log_in(told, now)
            case "sub":
                self._subscribe(told, now)
            case "unsub":
                topic = str(told.get("topic"))
                self._topics.pop(topic, None)
                self._notices.leave(topic)
                self._say(told, 0, "", now)
            case _:
                self._say(told, BAD_TOPIC, "invalid op", now)

    def on_time(self, now: int) -> None:
        """Ping when it is time."""
        self.out.ping_at(now, "op")

    def expire(self, now: int) -> None:
        """The login has come to its end: say so and hang up."""
        if self._account:
            self.out.say({"op": "close", "ts": ms(now)}, "control")
            self.out.close("login expired")

    def _say(self, told: dict[str, Any], code: int, words: str, now: int) -> None:
        answer: dict[str, Any] = {name: told[name] for name in ("op", "cid", "topic", "contract_code") if name in told}
        answer |= {"ts": ms(now), "err-code": code}
        self.out.say(answer | ({"err-msg": words} if words else {}), "control")

    def _log_in(self, told: dict[str, Any], now: int) -> None:
        fields = {name: value for name, value in told.items() if isinstance(value, str)}
        try:
            login = admit_socket(fields, self.out.call, self._exchange, Style.CONTRACT, now)
        except DeniedError as error:
            self._say(told, NOT_LOGGED_IN, f"auth fail: {error.words}", now)
            return
        self._account, self._key = login.account, login.credentials.key
        said = {"op": "auth", "type": "api", "err-code": 0, "ts": ms(now), "data": {"user-id": login.account}}
        self.out.say(said, "control")

    # ------------------------------------------------------------- subscribing

    def _subscribe(self, told: dict[str, Any], now: int) -> None:
        topic = told.get("topic")
        if not isinstance(topic, str):
            self._say(told, MISSING, "Missing required parameter.", now)
        elif topic.startswith("public."):
            self._subscribe_public(told, topic, now)
        elif not self._account or self._exchange.login(self._key) is None:
            self._say(told, NOT_LOGGED_IN, "invalid.auth.state", now)
        elif self._newer:
            self._subscribe_newer(told, topic, now)
        else:
            self._subscribe_coin(told, topic, now)

    def _subscribe_public(self, told: dict[str, Any], topic: str, now: int) -> None:
        if not self._notices.join(topic, now):
            self._say(told, BAD_SYMBOL, "Contract doesn't exist.", now)
            return
        self._say(told, 0, "", now)
        self._notify_all(self._notices.first(topic, now))

    def _notify_all(self, said: list[Said]) -> None:
        for message, topic in said:
            self.out.say(message, topic)

    def _subscribe_newer(self, told: dict[str, Any], topic: str, now: int) -> None:
        code = told.get("contract_code", "*")
        market = find(self._exchange, self.line, code, now) if isinstance(code, str) and code != "*" else None
        if topic not in NEWER or (code != "*" and market is None):
            self._say(told, BAD_SYMBOL if topic in NEWER else BAD_TOPIC, "Contract doesn't exist.", now)
            return
        self._topics[topic] = (topic, "" if market is None else market.instrument.symbol)
        self._say(told, 0, "", now)
        if topic == "account":
            self._newer_account(now)
        elif topic == "positions":
            for held in self._exchange.positions(self._account, self.line):
                self._newer_position(held, now)

    def _subscribe_coin(self, told: dict[str, Any], topic: str, now: int) -> None:
        kind, _, name = topic.partition(".")
        if kind not in self._kinds() or not name:
            self._say(told, BAD_TOPIC, "Topic doesn't exist.", now)
            return
        if name != "*" and name.lower() not in self._scopes(kind):
            self._say(told, BAD_SYMBOL, "Contract doesn't exist.", now)
            return
        self._topics[topic] = (kind, "" if name == "*" else name.lower())
        self._say(told, 0, "", now)
        if kind.startswith("accounts"):
            for row in self._exchange.balances(self._account, self.line):
                self._coin_account(row, "init", now)
        elif kind.startswith("positions"):
            for held in self._exchange.positions(self._account, self.line):
                self._coin_position(held, "init", now)

    def _kinds(self) -> tuple[str, ...]:
        """Return the kinds of private topics."""
        return COIN

    def _scopes(self, kind: str) -> set[str]:
        """Return what a topic of a kind may name."""
        del kind
        return {scope_of(each.instrument) for each in self._exchange.markets.values() if self._mine(each.instrument)}

    def _mine(self, instrument: Instrument) -> bool:
        return instrument.market == self.line

    # ------------------------------------------------------------- what happened

    def carried(self, carried: Carried, now: int) -> None:
        """Funding may have changed."""
        self._notify_all(self._notices.carried(carried.symbol, now))

    def relisted(self, relisted: Relisted, now: int) -> None:
        """Terms or status of a market changed."""
        self._notify_all(self._notices.relisted(relisted.symbol, now))

    def liquidated(self, fill: Fill, now: int) -> None:
        """A position of anybody was closed by force."""
        self._notify_all(self._notices.liquidated(fill, now))

    def told(self, account: str, update: Update, fills: list[Fill], now: int) -> None:
        """Something happened to an account; `fills` are those that an order's update contains."""
        if account != self._account:
            return
        match update:
            case OrderUpdate(symbol=symbol) if self._mine(self._exchange.markets[symbol].instrument):
                self._order(update, fills, now)
            case Fill(symbol=symbol) if self._newer and self._mine(self._exchange.markets[symbol].instrument):
                row = linear_rows.pushed_trade(self._exchange, update)
                self._notify("trade", symbol, [row], now)
            case Position(symbol=symbol) if self._mine(self._exchange.markets[symbol].instrument):
                if self._newer:
                    self._newer_position(update, now)
                else:
                    self._coin_position(update, "order.match", now)
            case Balance(line=line) if line == self.line:
                if self._newer:
                    self._newer_account(now)
                else:
                    self._coin_account(update, "order.match", now)
            case _:
                pass

    def _order(self, update: OrderUpdate, fills: list[Fill], now: int) -> None:
        if self._newer:
            row = linear_rows.order(self._exchange, self._account, update, now)
            del row["id"]
            self._notify("orders", update.symbol, row, now)
            return
        self._coin_order(update, fills, now)

    def _coin_order(self, update: OrderUpdate, fills: list[Fill], now: int) -> None:
        row = coin_rows.order(self._exchange, self._account, update, now)
        self._tell_order(update, row, [coin_rows.trade(each) for each in fills], "", now)

    def _tell_order(
        self, update: OrderUpdate, row: dict[str, Any], trades: list[dict[str, Any]], mode: str, now: int
    ) -> None:
        """Say what an order has become, and apart from that what it has matched; `mode` ends the kinds' names."""
        said = row | {"uid": self._account, "ts": ms(now), "trade": trades}
        instrument = self._exchange.markets[update.symbol].instrument
        self._coin_notify(f"orders{mode}", instrument, said)
        if trades:
            self._coin_notify(f"matchOrders{mode}", instrument, said)

    def _notify(self, topic: str, symbol: str, data: Any, now: int, event: str = "") -> None:
        if topic not in self._topics or self._topics[topic][1] not in {"", symbol}:
            return
        code = self._exchange.markets[symbol].instrument.code if symbol else ""
        said = {"op": "notify", "topic": topic, "contract_code": code, "ts": ms(now), "uid": self._account}
        self.out.say(said | ({"event": event} if event else {}) | {"data": data}, "account")

    def _newer_account(self, now: int) -> None:
        data = linear_rows.account(self._exchange, self._account, now)
        self._notify("account", "", data, now, "snapshot")

    def _newer_position(self, held: Position, now: int) -> None:
        row = linear_rows.position(self._exchange, held, now)
        self._notify("positions", held.symbol, [row], now, "snapshot")

    def _coin_account(self, row: Balance, event: str, now: int) -> None:
        told = coin_rows.account(self._exchange, self._account, self.line, row)
        if told is not None:
            code = told.get("contract_code", row.asset)
            market = self._exchange.market_of(self.line, code)
            name = scope_of(market.instrument) if market is not None else row.asset.lower()
            said = {"ts": ms(now), "event": event, "data": [told], "uid": self._account}
            self._scoped("accounts", name, said)

    def _coin_position(self, held: Position, event: str, now: int) -> None:
        row = coin_rows.position(self._exchange, held)
        said = {"ts": ms(now), "event": event, "data": [row], "uid": self._account}
        self._coin_notify("positions", self._exchange.markets[held.symbol].instrument, said)

    def _coin_notify(self, kind: str, instrument: Instrument, said: dict[str, Any]) -> None:
        self._scoped(kind, scope_of(instrument), said)

    def _scoped(self, kind: str, name: str, said: dict[str, Any]) -> None:
        for of, wanted in self._topics.values():
            if of == kind and wanted in {"", name}:
                self.out.say({"op": "notify", "topic": f"{kind}.{name}"} | said, "account")


def scope_of(instrument: Instrument) -> str:
    """Return what a topic names: a contract's code, or a coin-margined future's coin, in small letters."""
    return instrument.base.lower() if instrument.market == symbols.COIN_FUTURES else instrument.code.lower()
