"""The private connections of contracts: compressed frames, ``op`` messages, one socket a line.

Linear contracts use the newer socket (`/ws/v5/notification`), whose topics are asked for by contract, ``*`` for all;
coin-margined ones use one socket each, with the contract in the topic, and fills inside the orders.
Frames may come twice (snapshots are repeated about every five seconds); whoever folds them goes by ids and quantities.
Followed: https://huobiapi.github.io/docs/coin_margined_swap/v1/en/#orders-and-accounts-websocket-interfaces,
.../dm/v1/en/ alike, and https://www.htx.com/en-us/opend/newApiPages/ for the newer one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account import told_coin, told_linear
from basisdesk.venues.htx.account.request import CONTRACT_HOST
from basisdesk.venues.htx.account.rows import Row, read_row
from basisdesk.venues.htx.account.sign import contract_login
from basisdesk.venues.htx.account.talk import SECOND
from basisdesk.venues.htx.inflate import inflate

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.venues.htx.account.talk import Talk
    from basisdesk.venues.trading import Credentials

QUIET = 20 * SECOND
PATHS = {
    symbols.LINEAR: "/ws/v5/notification",
    symbols.COIN_SWAP: "/swap-notification",
    symbols.COIN_FUTURES: "/notification",
}
TOPICS = {
    symbols.LINEAR: ("orders", "trade", "account", "positions"),
    symbols.COIN_SWAP: ("orders.*", "accounts.*", "positions.*"),
    symbols.COIN_FUTURES: ("orders.*", "accounts.*", "positions.*"),
}
_ENDS = frozenset({"close", "error"})


class ContractSpeech:
    """What the socket of one contract line says."""

    quiet = QUIET

    def __init__(self, line: str) -> None:
        self._line = line
        self.url = f"wss://{CONTRACT_HOST}{PATHS[line]}"

    def login(self, credentials: Credentials, now: int) -> bytes:
        """Return the frame that logs in."""
        return msgspec.json.encode(contract_login(credentials, CONTRACT_HOST, PATHS[self._line], now))

    def read(self, frame: bytes) -> Row:
        """Return the message of a compressed frame; raises ValueError, or what `read_row` raises."""
        return read_row(inflate(frame))

    def hear(self, row: Row, talk: Talk, now: int) -> list[Update]:
        """Take a message."""
        op, topic = row.need("op"), row.text("topic")
        talk.heard(now)
        if op == "ping":
            talk.outbox.append(msgspec.json.encode({"op": "pong", "ts": row.need("ts")}))
            return []
        if op == "notify":
            return self._linear(topic, row, now) if self._line == symbols.LINEAR else self._coin(topic, row, now)
        code, words = row.text("err-code"), row.text("err-msg")
        if op in _ENDS or (op in {"auth", "sub"} and code not in {"0", ""}):
            return [*talk.end(f"{topic or op}: {code} {words}", now, refused=op == "auth")]
        if op == "auth":
            talk.subscribe({name: self._subscription(name) for name in TOPICS[self._line]}, now)
        elif op == "sub":
            talk.subscribed(topic, now)
        else:
            raise ValueError(f"an operation was expected, not {op[:40]!r}")
        return []

    def _subscription(self, topic: str) -> bytes:
        message = {"op": "sub", "cid": topic, "topic": topic}
        if self._line == symbols.LINEAR and topic != "account":
            message["contract_code"] = "*"
        return msgspec.json.encode(message)

    def _linear(self, topic: str, row: Row, now: int) -> list[Update]:
        account, at = row.text("uid"), row.time("ts") or now
        match topic:
            case "orders":
                return [told_linear.order(each, account) for each in row.either("data")]
            case "trade":
                return [told_linear.fill(each, account) for each in row.either("data")]
            case "positions":
                return [told_linear.position(each, at, account) for each in row.either("data")]
            case "account":
                return [*told_linear.balances(row.row("data"), at, account)]
            case _:
                raise ValueError(f"nobody subscribed to {topic[:40]!r}")

    def _coin(self, topic: str, row: Row, now: int) -> list[Update]:
        account, at = row.text("uid"), row.time("ts") or now
        match topic.partition(".")[0]:
            case "orders":
                return [told_coin.order(self._line, row), *told_coin.fills(self._line, row)]
            case "positions":
                return [told_coin.position(self._line, each, at, account) for each in row.rows("data")]
            case "accounts":
                return [told_coin.balance(self._line, each, at, account) for each in row.rows("data")]
            case _:
                raise ValueError(f"nobody subscribed to {topic[:40]!r}")
