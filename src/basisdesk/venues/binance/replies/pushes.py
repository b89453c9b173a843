"""Events of the private streams, from frames to the common updates.

Spot says in `c` the id of the request that changed the order and in `C` the order's own id where the two differ, except
for an amend, after which `c` is the order's id; futures always name the order in `c`.
A trade's fee may be in any coin; `TRADE_LITE` tells a fill early and without its fee.
Funding that `ACCOUNT_UPDATE` books is not told here, because the row of the income list has its number.
Source: "User Data Streams" (spot, USD-M, COIN-M).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field

from basisdesk.domain.account import (
    Balance,
    Fill,
    Forced,
    Income,
    IncomeKind,
    Mode,
    OrderUpdate,
    Position,
    Update,
    Warned,
)
from basisdesk.domain.arithmetic import plain, precise
from basisdesk.venues.binance.ids import forced_by
from basisdesk.venues.binance.replies.account import MODES
from basisdesk.venues.binance.replies.orders import POSITIONS, TYPES, ratio, side_of, status_of, symbol
from basisdesk.venues.binance.replies.shapes import ZERO, exact, known, ns

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

TRADED = frozenset({"TRADE", "CALCULATED"})


class Order(Struct, gc=False, kw_only=True):
    """One change of an order: "executionReport" of spot, `o` of "ORDER_TRADE_UPDATE"; keys mean the same in both."""

    code: str = field(name="s")
    client_id: str = field(name="c")
    original: str = field(name="C", default="")
    side: str = field(name="S")
    kind: str = field(name="o", default="")
    size: Decimal = field(name="q", default=ZERO)
    price: Decimal = field(name="p", default=ZERO)
    average: Decimal = field(name="ap", default=ZERO)
    what: str = field(name="x")
    status: str = field(name="X")
    refused: str = field(name="r", default="")
    venue_id: int = field(name="i")
    last_size: Decimal = field(name="l", default=ZERO)
    filled: Decimal = field(name="z", default=ZERO)
    last_price: Decimal = field(name="L", default=ZERO)
    money: Decimal = field(name="Z", default=ZERO)
    fee: Decimal | None = field(name="n", default=None)
    fee_asset: str | None = field(name="N", default=None)
    at: int = field(name="T")
    trade_id: int = field(name="t", default=-1)
    maker: bool | None = field(name="m", default=None)
    reduce_only: bool = field(name="R", default=False)
    position: str = field(name="ps", default="BOTH")
    expired: int | str = field(name="er", default="")


class OrderEvent(Struct, gc=False):
    """The frame of "ORDER_TRADE_UPDATE"."""

    order: Order = field(name="o")


class SpotCoin(Struct, gc=False):
    """A changed coin of a spot account."""

    asset: str = field(name="a")
    free: Decimal = field(name="f")
    locked: Decimal = field(name="l")


class SpotPosition(Struct, gc=False):
    """The event "outboundAccountPosition": the changed coins."""

    at: int = field(name="u")
    coins: list[SpotCoin] = field(name="B")


class BalanceChange(Struct, gc=False):
    """The event "balanceUpdate": money that came or went by other ways than trading."""

    asset: str = field(name="a")
    change: Decimal = field(name="d")
    at: int = field(name="T")


class FuturesCoin(Struct, gc=False):
    """A changed coin of a futures account: its wallet balance."""

    asset: str = field(name="a")
    total: Decimal = field(name="wb")


class FuturesPosition(Struct, gc=False):
    """A changed position."""

    code: str = field(name="s")
    size: Decimal = field(name="pa")
    entry: Decimal = field(name="ep", default=ZERO)
    unrealised: Decimal = field(name="up", default=ZERO)
    mode: str = field(name="mt", default="")
    margin: Decimal = field(name="iw", default=ZERO)
    side: str = field(name="ps", default="BOTH")


class Changes(Struct, gc=False):
    """What "ACCOUNT_UPDATE" lists."""

    coins: list[FuturesCoin] | None = field(name="B", default=None)
    positions: list[FuturesPosition] | None = field(name="P", default=None)


class AccountEvent(Struct, gc=False):
    """The frame of "ACCOUNT_UPDATE"."""

    at: int = field(name="T")
    changes: Changes = field(name="a")


class LeverageChange(Struct, gc=False):
    """A market's new leverage."""

    code: str = field(name="s")
    leverage: Decimal = field(name="l")


class ConfigEvent(Struct, gc=False):
    """The frame of "ACCOUNT_CONFIG_UPDATE"."""

    change: LeverageChange | None = field(name="ac", default=None)


class Threatened(Struct, gc=False):
    """A position near liquidation."""

    code: str = field(name="s")


class MarginCall(Struct, gc=False):
    """The frame of "MARGIN_CALL"."""

    at: int = field(name="E")
    positions: list[Threatened] = field(name="p")


class Lite(Struct, gc=False, kw_only=True):
    """The event "TRADE_LITE": a fill, early and without fee."""

    code: str = field(name="s")
    client_id: str = field(name="c")
    side: str = field(name="S")
    venue_id: int = field(name="i")
    size: Decimal = field(name="l")
    price: Decimal = field(name="L")
    trade_id: int = field(name="t")
    maker: bool = field(name="m")
    at: int = field(name="T")


_order = msgspec.json.Decoder(Order, strict=False)
_order_event = msgspec.json.Decoder(OrderEvent, strict=False)
_spot_position = msgspec.json.Decoder(SpotPosition, strict=False)
_balance_change = msgspec.json.Decoder(BalanceChange, strict=False)
_account_event = msgspec.json.Decoder(AccountEvent, strict=False)
_config_event = msgspec.json.Decoder(ConfigEvent, strict=False)
_margin_call = msgspec.json.Decoder(MarginCall, strict=False)
_lite = msgspec.json.Decoder(Lite, strict=False)


def read(kind: str, body: bytes, line: str, session: Session) -> list[Update]:
    """Return what an event of this kind tells; nothing for a kind that the desk has no use for.

    Raises:
        what decoding and reading odd figures raises: the event is not what the venue documents.
    """
    match kind:
        case "executionReport":
            return _ordered(_order.decode(body), line, session)
        case "ORDER_TRADE_UPDATE":
            return _ordered(_order_event.decode(body).order, line, session)
        case "TRADE_LITE":
            return [_fill_early(_lite.decode(body), line, session)]
        case "outboundAccountPosition":
            return _spot_balances(_spot_position.decode(body))
        case "balanceUpdate":
            return [_moved(_balance_change.decode(body))]
        case _:
            return _read_settings(kind, body, line, session)


def _read_settings(kind: str, body: bytes, line: str, session: Session) -> list[Update]:
    match kind:
        case "ACCOUNT_UPDATE":
            return _account(_account_event.decode(body), line, session)
        case "ACCOUNT_CONFIG_UPDATE":
            change = _config_event.decode(body).change
            if change is None:
                return []
            return [Mode(line=line, symbol=symbol(session, line, change.code), leverage=exact(change.leverage))]
        case "MARGIN_CALL":
            call = _margin_call.decode(body)
            return [
                Warned(
                    at=ns(call.at),
                    forced=Forced.LIQUIDATION,
                    symbol=symbol(session, line, each.code),
                    message="the venue asks for margin",
                )
                for each in call.positions
            ]
        case _:
            return []


def _ordered(told: Order, line: str, session: Session) -> list[Update]:
    own = told.client_id if told.what == "REPLACED" else told.original or told.client_id
    forced = forced_by(own)
    if forced is None and told.what == "CALCULATED":
        forced = Forced.LIQUIDATION
    status, reason = status_of(told.status)
    update = OrderUpdate(
        at=ns(told.at),
        symbol=symbol(session, line, told.code),
        venue_id=str(told.venue_id),
        client_id=own,
        status=status,
        reason=reason,
        side=side_of(told.side),
        type=TYPES.get(told.kind),
        size=known(told.size),
        price=known(told.price),
        filled=exact(told.filled),
        average=known(told.average) or ratio(told.money, told.filled),
        reduce_only=told.reduce_only,
        forced=forced,
        refused="" if told.refused in {"", "NONE"} else told.refused[:200],
    )
    if told.what not in TRADED or told.trade_id < 0 or exact(told.last_size) <= 0:
        return [update]
    fill = Fill(
        at=update.at,
        symbol=update.symbol,
        trade_id=str(told.trade_id),
        venue_id=update.venue_id,
        client_id=own,
        side=update.side,
        price=exact(told.last_price),
        size=told.last_size,
        fee=None if told.fee is None or not told.fee_asset else exact(told.fee),
        fee_asset=told.fee_asset or "",
        maker=told.maker,
        position=POSITIONS[told.position],
        forced=forced,
    )
    return [fill, update]


def _fill_early(told: Lite, line: str, session: Session) -> Fill:
    return Fill(
        at=ns(told.at),
        symbol=symbol(session, line, told.code),
        trade_id=str(told.trade_id),
        venue_id=str(told.venue_id),
        client_id=told.client_id,
        side=side_of(told.side),
        price=exact(told.price),
        size=exact(told.size),
        fee=None,
        fee_asset="",
        maker=told.maker,
        forced=forced_by(told.client_id),
    )


@precise
def _spot_balances(told: SpotPosition) -> list[Update]:
    return [
        Balance(
            at=ns(told.at),
            line="spot",
            asset=coin.asset,
            total=exact(coin.free) + exact(coin.locked),
            available=coin.free,
        )
        for coin in told.coins
    ]


def _moved(told: BalanceChange) -> Income:
    return Income(
        at=ns(told.at),
        id=f"balance:{told.at}:{told.asset}:{plain(exact(told.change))}",
        kind=IncomeKind.TRANSFER,
        asset=told.asset,
        amount=told.change,
    )


def _account(told: AccountEvent, line: str, session: Session) -> list[Update]:
    at = ns(told.at)
    balances = [
        Balance(at=at, line=line, asset=coin.asset, total=exact(coin.total)) for coin in told.changes.coins or ()
    ]
    positions = [
        Position(
            at=at,
            symbol=symbol(session, line, each.code),
            size=exact(each.size),
            entry=known(each.entry),
            unrealised=exact(each.unrealised),
            margin=known(each.margin),
            mode=MODES.get(each.mode),
            side=POSITIONS[each.side],
        )
        for each in told.changes.positions or ()
    ]
    return [*balances, *positions]
