"""Everything an account changes beside orders: leverage, modes, transfers, the dead-man switch.

Margin mode is the whole account's; position mode is set for a market or a settle coin, and only USDT perpetuals have
two.
A transfer is named by a UUID, so the same one is never made twice.
The dead-man switch cannot be turned off over this interface; institutional accounts alone have it.
Followed: https://bybit-exchange.github.io/docs/v5/position/leverage, /position/position-mode,
/account/set-margin-mode, /asset/transfer/create-inter-transfer and /order/dcp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import is_workable, plain
from basisdesk.domain.ask import DeadMan, MoveFunds, PositionMode, SetLeverage, SetMarginMode, SetPositionMode
from basisdesk.domain.errors import Refusal
from basisdesk.venues.bybit.capabilities import DEAD_MAN, FUND, UNIFIED
from basisdesk.venues.bybit.ids import uuid_of
from basisdesk.venues.bybit.limits import TRANSFER
from basisdesk.venues.bybit.orders import MARGINS, Fields, market

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

LEVERAGE = "/v5/position/set-leverage"
MARGIN_MODE = "/v5/account/set-margin-mode"
POSITION_MODE = "/v5/position/switch-mode"
DEAD_MAN_SWITCH = "/v5/order/disconnected-cancel-all"

Setting = SetLeverage | SetMarginMode | SetPositionMode | MoveFunds | DeadMan
MODES = {PositionMode.ONE_WAY: 0, PositionMode.HEDGE: 3}
PRODUCTS = {"spot": "SPOT", "linear": "DERIVATIVES", "inverse": "DERIVATIVES"}


def setting_fields(ask: Setting, session: Session, now: int) -> tuple[str, str, Fields] | Refusal:
    """Return line, path and fields of a setting."""
    match ask:
        case SetLeverage():
            return _leverage(ask, session)
        case SetMarginMode(mode=mode):
            if mode not in MARGINS:
                return Refusal(
                    "bad_margin_mode", "an account of this venue is in cross or isolated margin: choose one of them"
                )
            return "", MARGIN_MODE, {"setMarginMode": MARGINS[mode]}
        case SetPositionMode():
            return _position_mode(ask, session)
        case MoveFunds():
            return _transfer(ask, session, now)
        case _:
            return _dead_man(ask)


def _leverage(ask: SetLeverage, session: Session) -> tuple[str, str, Fields] | Refusal:
    instrument = market(ask.symbol, session)
    if isinstance(instrument, Refusal):
        return instrument
    if instrument.market == "spot":
        return Refusal("unsupported", f"{ask.symbol} is spot: leverage is set for contracts alone")
    most = instrument.max_leverage
    if not is_workable(ask.leverage) or ask.leverage < 1 or (most is not None and ask.leverage > most):
        return Refusal(
            "bad_leverage", f"leverage {ask.leverage} is not from 1 to {most} of {ask.symbol}: choose one that is"
        )
    leverage = plain(ask.leverage)
    fields: Fields = {
        "category": instrument.market,
        "symbol": instrument.code,
        "buyLeverage": leverage,
        "sellLeverage": leverage,
    }
    return instrument.market, LEVERAGE, fields


def _position_mode(ask: SetPositionMode, session: Session) -> tuple[str, str, Fields] | Refusal:
    if ask.line != "linear":
        return Refusal("unsupported", f"{ask.line} has one position a market: only USDT perpetuals have two")
    fields: Fields = {"category": ask.line}
    if ask.symbol:
        instrument = market(ask.symbol, session)
        if isinstance(instrument, Refusal):
            return instrument
        fields["symbol"] = instrument.code
    else:
        fields["coin"] = "USDT"
    return ask.line, POSITION_MODE, {**fields, "mode": MODES[ask.mode]}


def _transfer(ask: MoveFunds, session: Session, now: int) -> tuple[str, str, Fields] | Refusal:
    for name in (ask.source, ask.target):
        if name not in {UNIFIED, FUND}:
            return Refusal(
                "bad_account", f"there is no account {name!r} to move money to or from: use {UNIFIED} or {FUND}"
            )
    if ask.source == ask.target:
        return Refusal("bad_account", f"money from {ask.source} to {ask.target} does not move: name two accounts")
    if not is_workable(ask.amount) or ask.amount <= 0:
        return Refusal("bad_amount", f"{ask.amount} {ask.asset} cannot be moved: give an amount above zero")
    name = ask.client_id or f"{now} {session.next_id()}"
    fields: Fields = {
        "transferId": uuid_of(name),
        "coin": ask.asset,
        "amount": plain(ask.amount),
        "fromAccountType": ask.source,
        "toAccountType": ask.target,
    }
    return "", TRANSFER, fields


def _dead_man(ask: DeadMan) -> tuple[str, str, Fields] | Refusal:
    least, most = DEAD_MAN
    if ask.seconds == 0:
        return Refusal(
            "unsupported", "the dead-man switch is turned off by the venue's account manager alone: ask there"
        )
    if not least <= ask.seconds <= most:
        return Refusal("bad_seconds", f"{ask.seconds} s is not from {least} to {most} s: choose a window that is")
    return ask.line, DEAD_MAN_SWITCH, {"product": PRODUCTS[ask.line], "timeWindow": ask.seconds}
