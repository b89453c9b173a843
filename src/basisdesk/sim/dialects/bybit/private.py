"""The private stream: what happened to an account, on the topics that its sockets have subscribed to.

Topics of all categories (``order``) and of one (``order.linear``) may not be mixed in one request.
Nothing is told at the beginning.
Followed: https://bybit-exchange.github.io/docs/v5/websocket/private/*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Fill, Income, IncomeKind, OrderUpdate, Position, Update
from basisdesk.sim.dialects.bybit import accountrows as rows
from basisdesk.sim.dialects.bybit.names import LINES
from basisdesk.sim.dialects.bybit.wallets import wallet_row

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange
    from basisdesk.sim.dialects.bybit.sockets import Sockets

MS = 1_000_000
BY_LINE = ("order", "execution", "position", "execution.fast")
ALONE = ("wallet", "greeks", "dcp.future", "dcp.spot", "dcp.option")
TOPICS = (*BY_LINE, *ALONE, *(f"{topic}.{line}" for topic in BY_LINE for line in LINES))
FAST = (
    "category",
    "symbol",
    "execId",
    "execPrice",
    "execQty",
    "orderId",
    "isMaker",
    "orderLinkId",
    "side",
    "execTime",
    "seq",
)


def fault_of(topics: list[str]) -> str:
    """Return why topics cannot be subscribed to together, empty when they can."""
    unknown = [topic for topic in topics if topic not in TOPICS]
    if unknown:
        return f"error:handler not found,topic:{unknown[0]}"
    for topic in BY_LINE:
        if topic in topics and any(f"{topic}.{line}" in topics for line in LINES):
            return f"error:{topic} and its categories cannot be in the same request"
    return ""


class PrivateStreams:
    """Turns updates into pushes."""

    def __init__(self, exchange: Exchange, sockets: Sockets) -> None:
        self._exchange = exchange
        self._sockets = sockets
        self._count = 0

    def happened(self, account: str, update: Update, now: int) -> None:
        """Tell the sockets of an account what happened to it."""
        match update:
            case OrderUpdate():
                row = rows.pushed_order(self._exchange, account, update, now)
                self._tell(account, "order", update.symbol, row, now)
            case Fill():
                row = rows.pushed_execution(self._exchange, account, update)
                self._tell(account, "execution", update.symbol, row, now)
                fast = {name: value for name, value in row.items() if name in FAST}
                self._tell(account, "execution.fast", update.symbol, fast, now)
            case Income() if update.kind is IncomeKind.FUNDING:
                self._tell(account, "execution", update.symbol, rows.funding_row(self._exchange, update), now)
            case Position():
                row = rows.position_row(self._exchange, account, update.symbol, update.side, update)
                self._tell(account, "position", update.symbol, row, now)
            case Balance() if update.wallet == "unified":
                self._push(account, "wallet", wallet_row(self._exchange, account, [update]), now)
            case _:
                pass

    def _tell(self, account: str, topic: str, symbol: str, row: rows.Row, now: int) -> None:
        line = rows.instrument_of(self._exchange, symbol).market
        told: rows.Row = {"category": line, **row}
        self._push(account, topic, told, now)
        self._push(account, f"{topic}.{line}", told, now)

    def _push(self, account: str, topic: str, row: rows.Row, now: int) -> None:
        for socket in self._sockets.of("private"):
            if socket.account == account and topic in socket.topics:
                self._count += 1
                message = {"topic": topic, "id": f"{account}_{self._count}", "creationTime": now // MS, "data": [row]}
                self._sockets.send(socket, message, "account")
