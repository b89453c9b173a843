"""Private REST that sets: leverage, modes, transfers and the dead-man switch.

The margin mode is the whole account's; here every contract is set, and none is where one cannot be.
The exchange keeps position mode by line, so a mode set for a market or a coin is that of its line.
The dead-man switch is granted to every account; it acts when the last socket that subscribed to its topic is gone.
Followed: https://bybit-exchange.github.io/docs/v5/position/leverage, position/position-mode, account/set-margin-mode,
account/account-info, asset/transfer/create-inter-transfer and order/dcp.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.ask import MarginMode, MoveFunds, PositionMode
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bybit import lending
from basisdesk.sim.dialects.bybit.account import paged, span
from basisdesk.sim.dialects.bybit.codes import RefusalError, parameter, refusal
from basisdesk.sim.dialects.bybit.market import CONTRACTS, market_of
from basisdesk.sim.dialects.bybit.names import MS
from basisdesk.sim.dialects.bybit.orders import of_coin, refuse_conditions
from basisdesk.sim.dialects.bybit.wallets import WALLETS

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, Login
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
MODES = {"REGULAR_MARGIN": MarginMode.CROSS, "ISOLATED_MARGIN": MarginMode.ISOLATED}
POSITION_MODES = {0: PositionMode.ONE_WAY, 3: PositionMode.HEDGE}
PRODUCTS = {"DERIVATIVES": CONTRACTS, "SPOT": ("spot",), "OPTIONS": ()}
FAILED = 3400045
WEEK = 7 * 86_400_000
BALANCE = 131212
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Settings:
    """What is set by account and not by market: the margin mode, and windows of the dead-man switch (s) by product."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._margins: dict[str, str] = {}
        self._moves: dict[str, dict[str, Row]] = {}
        self.windows: dict[tuple[str, str], int] = {}

    def info(self, login: Login, _params: Params, now: int) -> Row:
        """Return how the account is set."""
        return {
            "marginMode": self._margins.get(login.account, "REGULAR_MARGIN"),
            "updatedTime": str(now // 1_000_000),
            "unifiedMarginStatus": 6,
            "dcpStatus": "OFF",
            "timeWindow": 0,
            "smpGroup": 0,
            "isMasterTrader": False,
            "spotHedgingStatus": "OFF",
        }

    def leverage(self, login: Login, params: Params, now: int) -> Row:
        """Set the leverage of a market, the same for both sides."""
        market = market_of(self._exchange, params, CONTRACTS)
        buy, sell = params.amount("buyLeverage", required=True), params.amount("sellLeverage", required=True)
        if buy != sell or buy is None:
            raise parameter("params error: buyLeverage must equal sellLeverage")
        refused = self._exchange.set_leverage(login.account, market.instrument.symbol, buy, now)
        if refused is not None:
            raise refusal(refused, market.instrument.market, "leverage")
        return {}

    def margin(self, login: Login, params: Params, now: int) -> Row:
        """Set the account's margin mode."""
        name = params.choice("setMarginMode", (*MODES, "PORTFOLIO_MARGIN"), None)
        contracts = [each.instrument for line in CONTRACTS for each in of_coin(self._exchange, line, "", "")]
        busy = any(
            self._exchange.positions(login.account, line) or self._exchange.open_orders(login.account, line)
            for line in CONTRACTS
        )
        if name not in MODES or (busy and name != self._margins.get(login.account, "REGULAR_MARGIN")):
            why = {
                "reasonCode": "3400139",
                "reasonMsg": "There are positions or orders, or the account does not qualify.",
            }
            raise MarginError([why])
        for instrument in contracts:
            refused = self._exchange.set_margin_mode(login.account, instrument.symbol, MODES[name], now)
            assert refused is None or refused.reason is Reason.UNCHANGED  # nothing is busy
        self._margins[login.account] = name
        return {"reasons": []}

    def position_mode(self, login: Login, params: Params, now: int) -> Row:
        """Set one-way or hedge mode."""
        line = params.choice("category", ("linear",), None)
        if params.text("symbol"):
            market_of(self._exchange, params, ("linear",))
        elif not params.text("coin"):
            raise parameter("params error: symbol or coin is required")
        mode = POSITION_MODES.get(params.whole("mode", None, 0, 3))
        if mode is None:
            raise parameter("params error: mode invalid")
        refused = self._exchange.set_position_mode(login.account, line, mode, now)
        if refused is not None:
            raise refusal(refused, line, "mode")
        return {}

    def transfer(self, login: Login, params: Params, now: int) -> Row:
        """Move money between the two accounts."""
        name = params.text("transferId", None)
        if not _UUID.fullmatch(name):
            raise RefusalError(131203, "Request parameter error: transferId must be a UUID")
        source = params.choice("fromAccountType", tuple(WALLETS), None)
        target = params.choice("toAccountType", tuple(WALLETS), None)
        if source == target:
            raise RefusalError(131211, "fromAccountType can't be the same as toAccountType")
        amount = params.amount("amount", required=True)
        assert amount is not None  # it is required
        move = MoveFunds(
            asset=params.text("coin", None),
            amount=amount,
            source=WALLETS[source],
            target=WALLETS[target],
            client_id=name,
        )
        told = self._exchange.move(login.account, move, now)
        if isinstance(told, Refused):
            short = told.reason is Reason.INSUFFICIENT_MARGIN
            raise RefusalError(BALANCE, "Insufficient balance") if short else RefusalError(131215, "Amount error")
        row: Row = {
            "transferId": name, "coin": move.asset, "amount": plain(amount), "fromAccountType": source,
            "toAccountType": target, "timestamp": str(told.at // MS), "status": "SUCCESS",
        }  # fmt: skip
        self._moves.setdefault(login.account, {}).setdefault(name, row)
        return {"transferId": name, "status": "SUCCESS"}

    def transfers(self, login: Login, params: Params, now: int) -> Row:
        """Return the transfers of a span, the latest first."""
        name, coin = params.text("transferId"), params.text("coin")
        params.choice("status", ("SUCCESS", "PENDING", "FAILED"))
        since, until = span(params, now, WEEK)
        every = reversed(self._moves.get(login.account, {}).values())
        found = [
            row
            for row in every
            if name in {"", row["transferId"]}
            and coin in {"", row["coin"]}
            and since <= int(str(row["timestamp"])) <= until
        ]
        page, more = paged(found, params, 20, 50)
        return {"list": page, "nextPageCursor": more}

    def margin_state(self, login: Login, _params: Params, _now: int) -> Row:
        """Return how spot is traded with borrowed coin."""
        return {
            "spotLeverage": plain(self._exchange.rules.borrow_leverage), "spotMarginMode": "1",
            "effectiveLeverage": plain(lending.effective(self._exchange, login)),
        }  # fmt: skip

    def trading_stop(self, login: Login, params: Params, _now: int) -> Row:  # noqa: ARG002 (each setter's)
        """Refuse to close a position at a price; taking away what is not there changes nothing."""
        refuse_conditions(params, market_of(self._exchange, params, CONTRACTS).instrument.market)
        raise RefusalError(34040, "not modified")

    def closed_to_unified(self, _login: Login, _params: Params, _now: int) -> Row:
        """Refuse what accounts had before they were unified."""
        raise RefusalError(100028, "unified account is forbidden")

    def dead_man_windows(self, login: Login, _params: Params, _now: int) -> Row:
        """Return the windows of the dead-man switch as they were set."""
        windows = {product: seconds for (account, product), seconds in self.windows.items() if account == login.account}
        return {"dcpInfos": [
            {"product": product, "dcpStatus": "ON", "timeWindow": str(seconds)} for product, seconds in windows.items()
        ]}  # fmt: skip

    def repay(self, login: Login, params: Params, now: int) -> Row:
        """Pay back what was borrowed."""
        return lending.repay(self._exchange, login, params, now)

    def borrow(self, login: Login, params: Params, now: int) -> Row:
        """Borrow coin."""
        return lending.borrow(self._exchange, login, params, now)

    def repay_coin(self, login: Login, params: Params, now: int) -> Row:
        """Pay back one coin out of what there is of it."""
        return lending.repay_coin(self._exchange, login, params, now)

    def dead_man(self, login: Login, params: Params, _now: int) -> Row:
        """Set the window of the dead-man switch."""
        product = params.choice("product", tuple(PRODUCTS), "OPTIONS")
        self.windows[login.account, product] = params.whole("timeWindow", None, 3, 300)
        return {}


class MarginError(RefusalError):
    """The margin mode was not set; `reasons` tell why."""

    def __init__(self, reasons: list[dict[str, str]]) -> None:
        super().__init__(FAILED, "Set margin mode failed")
        self.reasons = reasons
