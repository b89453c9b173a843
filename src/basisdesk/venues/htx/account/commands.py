"""The other commands: cancel all, dead-man switch, leverage, position mode, transfers.

Margin modes are stated with each linear order, so there is nothing to set.
Money moves between spot and one contract account at a time; coin-margined futures have an endpoint of their own.
Followed: https://huobiapi.github.io/docs/spot/v1/en/ ("Batch Cancel Orders by Criteria", "Automatically Cancel",
"Transfer Fund Between Spot Account and Future Contract Account") and the contract texts on cancel-after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import is_workable, plain
from basisdesk.domain.ask import AskAccounts, MarginMode, PositionMode
from basisdesk.domain.errors import Refusal
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.capabilities import ACCOUNTS, CAPABILITIES
from basisdesk.venues.htx.account.checks import COINS, check_line, code_of, market_of, unsupported
from basisdesk.venues.htx.account.names import named
from basisdesk.venues.htx.account.queries import ask_query
from basisdesk.venues.htx.account.request import SPOT_ACCOUNT, Body, change

if TYPE_CHECKING:
    from basisdesk.domain.ask import CancelAll, DeadMan, MoveFunds, SetLeverage, SetPositionMode
    from basisdesk.venues.trading import Request, Session

_CANCEL_ALL = {
    symbols.LINEAR: "/v5/trade/cancel_all_orders",
    symbols.COIN_SWAP: "/swap-api/v1/swap_cancelall",
    symbols.COIN_FUTURES: "/api/v1/contract_cancelall",
}
_DEAD_MAN = {
    symbols.LINEAR: "/v5/trade/cancel-after",
    symbols.COIN_SWAP: "/swap-api/v1/swap-cancel-after",
    symbols.COIN_FUTURES: "/api/v1/contract-cancel-after",
}
_LEVERAGE = {
    symbols.LINEAR: "/v5/position/lever",
    symbols.COIN_SWAP: "/swap-api/v1/swap_switch_lever_rate",
    symbols.COIN_FUTURES: "/api/v1/contract_switch_lever_rate",
}
_MODES = {PositionMode.ONE_WAY: "single_side", PositionMode.HEDGE: "dual_side"}
_WALLETS = {symbols.SPOT: "spot", symbols.LINEAR: "linear-swap", symbols.COIN_SWAP: "swap"}


def cancel_all(ask: CancelAll, session: Session, now: int) -> Request | Refusal:
    """Return the request that takes all orders of a line, or of a market, out of the book."""
    code = check_line(ask.line) or code_of(session, ask.line, ask.symbol)
    if isinstance(code, Refusal):
        return code
    if ask.line == symbols.SPOT:
        if SPOT_ACCOUNT not in session.learned:
            return ask_query(AskAccounts(symbols.SPOT), session, now)
        spot: Body = {"account-id": session.learned[SPOT_ACCOUNT], "symbol": code}
        return change(ask, session, now, ask.line, "/v1/order/orders/batchCancelOpenOrders", spot)
    if ask.line in COINS and not code:
        return unsupported(f"cancelling of all orders of {ask.line} at once", "name the market")
    body: Body = {**named(ask.line, code), "contract_code": code}
    return change(ask, session, now, ask.line, _CANCEL_ALL[ask.line], body)


def dead_man(ask: DeadMan, session: Session, now: int) -> Request | Refusal:
    """Return the request that arms the dead-man switch of a line, or turns it off."""
    refused = check_line(ask.line)
    if refused is not None:
        return refused
    if ask.symbol:
        return unsupported("dead-man switch of one market", f"it is for all of {ask.line}: leave the symbol out")
    limits = CAPABILITIES[ask.line].dead_man
    assert limits is not None
    least, most = limits
    if ask.seconds and not least <= ask.seconds <= most:
        return Refusal("bad_seconds", f"{ask.seconds} s is outside {least} to {most} s: use one of these, or 0 for off")
    if ask.line == symbols.SPOT:
        return change(ask, session, now, ask.line, "/v2/algo-orders/cancel-all-after", {"timeout": ask.seconds})
    body: Body = {"on_off": 1, "time_out": ask.seconds * 1000} if ask.seconds else {"on_off": 0}
    return change(ask, session, now, ask.line, _DEAD_MAN[ask.line], body)


def set_leverage(ask: SetLeverage, session: Session, now: int) -> Request | Refusal:
    """Return the request that sets the leverage of a market (of all futures on a coin)."""
    market = market_of(session, ask.symbol)
    if isinstance(market, Refusal):
        return market
    if market.market == symbols.SPOT:
        return unsupported("leverage on spot", f"{ask.symbol} is traded with cash")
    leverage = ask.leverage
    if not is_workable(leverage) or leverage < 1 or leverage != leverage.to_integral_value():
        return Refusal("bad_leverage", f"leverage {leverage} of {ask.symbol} is no whole number from 1: use one")
    body: Body = {**named(market.market, market.code), "lever_rate": int(leverage)}
    if market.market == symbols.LINEAR:
        body["margin_mode"] = "isolated" if ask.margin is MarginMode.ISOLATED else "cross"
    elif ask.margin not in {None, MarginMode.CROSS}:
        return Refusal("bad_margin_mode", f"{market.market} has cross margin alone: leave it out for {ask.symbol}")
    return change(ask, session, now, market.market, _LEVERAGE[market.market], body)


def set_position_mode(ask: SetPositionMode, session: Session, now: int) -> Request | Refusal:
    """Return the request that sets one-way or hedge mode of all linear contracts."""
    if ask.line != symbols.LINEAR:
        why = "coin-margined positions are always long and short beside each other; spot has none"
        return check_line(ask.line) or unsupported(f"position mode to set on {ask.line}", why)
    return change(ask, session, now, ask.line, "/v5/position/mode", {"position_mode": _MODES[ask.mode]})


def move_funds(ask: MoveFunds, session: Session, now: int) -> Request | Refusal:
    """Return the request that moves money between spot and a contract account of the same owner."""
    ends = (ask.source, ask.target)
    if any(end not in ACCOUNTS for end in ends) or symbols.SPOT not in ends or ask.source == ask.target:
        return Refusal(
            "bad_account",
            f"money does not move from {ask.source!r} to {ask.target!r}: one end is spot, the other one of "
            f"{', '.join(ACCOUNTS[1:])}",
        )
    if not is_workable(ask.amount) or ask.amount <= 0:
        return Refusal("bad_amount", f"{ask.amount} {ask.asset} cannot be moved: the amount must be above zero")
    body: Body = {"currency": ask.asset.lower(), "amount": msgspec.Raw(plain(ask.amount).encode())}
    if symbols.COIN_FUTURES in ends:
        body["type"] = "pro-to-futures" if ask.source == symbols.SPOT else "futures-to-pro"
        return change(ask, session, now, symbols.SPOT, "/v1/futures/transfer", body)
    body |= {"from": _WALLETS[ask.source], "to": _WALLETS[ask.target]}
    if symbols.LINEAR in ends:
        # The account of cross margin is named by its currency, that of isolated margin by its contract.
        margin_account = code_of(session, symbols.LINEAR, ask.symbol)
        if isinstance(margin_account, Refusal):
            return margin_account
        body["margin-account"] = margin_account or ask.asset.upper()
    return change(ask, session, now, symbols.SPOT, "/v2/account/transfer", body)
