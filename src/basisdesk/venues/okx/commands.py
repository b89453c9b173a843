"""What changes something, as calls.

The venue has no request that cancels every spot and contract order, so `CancelAll` is two steps: the open orders are
asked for first, and what the session learned of them within the last 2 s is cancelled in batches of 20.
It has no margin mode of a market either: an order states its own, so a mode is set together with a leverage and
remembered by the session.
New and amended orders may arrive for 5 s (``expTime``); everything else for as long as its signature lasts.
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade, #trading-account-rest-api and
#funding-account-rest-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import is_workable, plain
from basisdesk.domain.ask import (
    Amend,
    AskOpenOrders,
    Cancel,
    CancelAll,
    DeadMan,
    MarginMode,
    MoveFunds,
    Place,
    PositionMode,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from basisdesk.domain.errors import Refusal
from basisdesk.venues.okx import orders
from basisdesk.venues.okx.calls import Call
from basisdesk.venues.okx.capabilities import (
    ACCOUNTS,
    AMENDING,
    BATCH,
    CANCELLING,
    CAPABILITIES,
    LINE,
    ORDER_LIFE,
    PLACING,
    SECOND,
)
from basisdesk.venues.okx.ids import is_client_id

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session

POSITION_MODE = "position_mode"
"""Word of `Session.learned` for the account's position mode, as the venue spells it."""
MODES = {PositionMode.ONE_WAY: "net_mode", PositionMode.HEDGE: "long_short_mode"}
OPEN_LIFE = 2 * SECOND


class Open(msgspec.Struct, frozen=True):
    """Orders that were open at `at`: (code, venue id); `more` says that there were others, too."""

    at: int
    orders: list[tuple[str, str]]
    more: bool = False


def open_key(symbol: str) -> str:
    """Return the word under which a session remembers the open orders of a market, or of all."""
    return f"open {symbol}"


def open_orders(session: Session, symbol: str, now: int) -> Open | None:
    """Return the open orders as just told, None when that is more than 2 s ago."""
    text = session.learned.get(open_key(symbol))
    if not text:
        return None
    known = msgspec.json.decode(text, type=Open)
    return known if now - known.at <= OPEN_LIFE else None


def place(ask: Place, instrument: Instrument, session: Session) -> Call | Refusal:
    """Send an order."""
    fields = orders.place(ask.order, instrument, session)
    if isinstance(fields, Refusal):
        return fields
    return Call(
        path="/api/v5/trade/order",
        bucket="place",
        body={"instId": instrument.code, **fields},
        life=ORDER_LIFE,
        more=PLACING,
    )


def amend(ask: Amend, instrument: Instrument) -> Call | Refusal:
    """Change an order in place."""
    fields = orders.amend(ask, instrument)
    if isinstance(fields, Refusal):
        return fields
    return Call(
        path="/api/v5/trade/amend-order",
        bucket="amend",
        body={"instId": instrument.code, **fields},
        life=ORDER_LIFE,
        more=AMENDING,
    )


def cancel(ask: Cancel, instrument: Instrument) -> Call | Refusal:
    """Cancel an order."""
    fields = orders.name(ask.order)
    if isinstance(fields, Refusal):
        return fields
    body: dict[str, str | bool] = {"instId": instrument.code, **fields}
    return Call(path="/api/v5/trade/cancel-order", bucket="cancel", body=body, more=CANCELLING)


def cancel_all(ask: CancelAll, session: Session, now: int) -> Call | AskOpenOrders | Refusal:
    """Cancel up to 20 of the orders just told, or say that they must be asked for first."""
    known = open_orders(session, ask.symbol, now)
    if known is None:
        return AskOpenOrders(ask.line, ask.symbol)
    if not known.orders:
        return Refusal("nothing_to_do", f"no order is open on {ask.symbol or 'okx'}: there is nothing to cancel")
    batch = known.orders[:BATCH]
    return Call(
        path="/api/v5/trade/cancel-batch-orders",
        bucket="cancel-batch",
        body=[{"instId": code, "ordId": venue_id} for code, venue_id in batch],
        more=(("cancel-batch", float(len(batch))),),
    )


def dead_man(ask: DeadMan) -> Call | Refusal:
    """Arm or disarm the switch, which is the whole account's."""
    least, most = CAPABILITIES[LINE].dead_man or (0, 0)
    if ask.symbol:
        return Refusal("unsupported", f"the dead-man switch of okx guards the whole account, not {ask.symbol} alone")
    if ask.seconds != 0 and not least <= ask.seconds <= most:
        return Refusal("bad_seconds", f"{ask.seconds} s is outside {least} to {most} s; 0 turns the switch off")
    return Call(path="/api/v5/trade/cancel-all-after", bucket="dead-man", body={"timeOut": str(ask.seconds)})


def set_leverage(ask: SetLeverage, instrument: Instrument, session: Session) -> Call | Refusal:
    """Set the leverage of a market in one margin mode; CROSS where the ask names none and none was set before."""
    margin = orders.margin_of(session, instrument, ask.margin)
    if ask.margin is None and margin is MarginMode.CASH:
        margin = MarginMode.CROSS
    return _leverage(ask.leverage, margin, instrument, session)


def set_margin_mode(ask: SetMarginMode, instrument: Instrument, session: Session) -> Call | Refusal:
    """Set the leverage of a market in this margin mode, which its orders then state."""
    if ask.leverage is None:
        return Refusal(
            "leverage_needed", f"okx sets a margin mode with a leverage: state the leverage of {ask.symbol}, too"
        )
    return _leverage(ask.leverage, ask.mode, instrument, session)


def _leverage(leverage: Decimal, margin: MarginMode, instrument: Instrument, session: Session) -> Call | Refusal:
    symbol, most = instrument.symbol, instrument.max_leverage
    if margin is MarginMode.CASH:
        return Refusal("bad_margin_mode", f"cash on {symbol} has no leverage: state cross or isolated")
    if not is_workable(leverage) or leverage <= 0:
        return Refusal("bad_leverage", f"{leverage} is no leverage for {symbol}: state a number above 0")
    if most is not None and leverage > most:
        return Refusal("bad_leverage", f"leverage {plain(leverage)} of {symbol} is above its maximum {plain(most)}")
    if margin is MarginMode.ISOLATED and session.learned.get(POSITION_MODE) == MODES[PositionMode.HEDGE]:
        return Refusal(
            "unsupported", f"in hedge mode the long and the short side of {symbol} have isolated leverages of their own"
        )
    return Call(
        path="/api/v5/account/set-leverage",
        bucket="leverage",
        body={"instId": instrument.code, "lever": plain(leverage), "mgnMode": margin.value},
    )


def set_position_mode(ask: SetPositionMode) -> Call | Refusal:
    """Set one-way or hedge mode, which is the whole account's."""
    if ask.symbol:
        return Refusal("unsupported", f"the position mode of okx is the account's, not that of {ask.symbol}")
    return Call(path="/api/v5/account/set-position-mode", bucket="position-mode", body={"posMode": MODES[ask.mode]})


def move_funds(ask: MoveFunds) -> Call | Refusal:
    """Move money between the funding and the trading account."""
    known = " and ".join(ACCOUNTS)
    for account in (ask.source, ask.target):
        if account not in ACCOUNTS:
            return Refusal("bad_account", f"{account[:40]!r} is no account of okx: there are {known}")
    if ask.source == ask.target:
        return Refusal("bad_account", f"money is moved between {known}, not from {ask.source} to itself")
    if not is_workable(ask.amount) or ask.amount <= 0:
        return Refusal("bad_amount", f"{ask.amount} {ask.asset} cannot be moved: state more than 0")
    if ask.client_id and not is_client_id(ask.client_id):
        return Refusal("bad_client_id", f"client id {ask.client_id[:40]!r} is not 1 to 32 letters and digits")
    body: dict[str, str | bool] = {
        "ccy": ask.asset,
        "amt": plain(ask.amount),
        "from": ACCOUNTS[ask.source],
        "to": ACCOUNTS[ask.target],
        "type": "0",
    }
    if ask.client_id:
        body["clientId"] = ask.client_id
    return Call(path="/api/v5/asset/transfer", bucket="transfer", body=body)
