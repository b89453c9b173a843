"""Fees, settings, the dead-man switch and listen keys over REST and the WebSocket API.

Source: "Change Initial Leverage", "Change Margin Type", "Change Position Mode", "Auto-Cancel All Open Orders",
"User Data Streams" (USD-M, COIN-M), "Query Commission Rates" (spot).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.ask import MarginMode, PositionMode
from basisdesk.domain.outcome import Reason
from basisdesk.sim.dialects.binance import listing
from basisdesk.sim.dialects.binance.account import most_of
from basisdesk.sim.dialects.binance.refuse import Refusal, missing, said
from basisdesk.sim.dialects.binance.spell import money, ms

if TYPE_CHECKING:
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
YES: Row = {"code": 200, "msg": "success"}


def commission(visit: Visit) -> Row:
    """Answer with the account's own fees."""
    market = visit.market()
    fees = visit.exchange.fees(visit.account, market.instrument.symbol)
    if visit.line != "spot":
        return {
            "symbol": market.instrument.code,
            "makerCommissionRate": format(fees.maker, "f"),
            "takerCommissionRate": format(fees.taker, "f"),
        }
    none = {"maker": "0.00000000", "taker": "0.00000000", "buyer": "0.00000000", "seller": "0.00000000"}
    return {
        "symbol": market.instrument.code,
        "standardCommission": none | {"maker": money(fees.maker), "taker": money(fees.taker)},
        "specialCommission": none,
        "taxCommission": none,
        "discount": {"enabledForAccount": False, "enabledForSymbol": False, "discountAsset": "BNB", "discount": "0.75"},
    }


def order_counts(visit: Visit) -> list[Row]:
    """Answer with how many orders the account has used up of each limit."""
    return listing.order_counts(visit.counted)


def order_ceilings(visit: Visit) -> list[Row]:
    """Answer with the limits of orders."""
    return listing.order_limits(visit.line)


def set_leverage(visit: Visit) -> Row:
    """Set the leverage of a market; the same once more is no fault."""
    market, leverage = visit.market(), visit.params.whole("leverage")
    refused = visit.exchange.set_leverage(visit.account, market.instrument.symbol, Decimal(leverage), visit.now)
    if refused is not None and refused.reason is not Reason.UNCHANGED:
        raise said(visit.line, refused)
    at = ms(visit.now)
    event: Row = {"e": "ACCOUNT_CONFIG_UPDATE", "E": at, "T": at}
    event["ac"] = {"s": market.instrument.code, "l": leverage}
    visit.memory.events.append((visit.account, visit.line, event))
    most = "maxNotionalValue" if visit.line == "usdm" else "maxQty"
    limit = most_of(visit, market.instrument.symbol, Decimal(leverage))
    return {"leverage": leverage, most: limit, "symbol": market.instrument.code}


def set_margin(visit: Visit) -> Row:
    """Set cross or isolated margin of a market."""
    market = visit.market()
    kind = visit.params.one_of("marginType", ("ISOLATED", "CROSSED"), -1106)
    mode = MarginMode.ISOLATED if kind == "ISOLATED" else MarginMode.CROSS
    refused = visit.exchange.set_margin_mode(visit.account, market.instrument.symbol, mode, visit.now)
    if refused is None:
        return YES
    if refused.reason is Reason.UNCHANGED:
        raise Refusal(-4046, "No need to change margin type.")
    raise Refusal(-4048, "Margin type cannot be changed if there exists position.")


def set_position(visit: Visit) -> Row:
    """Set one-way or hedge mode of the line."""
    if "dualSidePosition" not in visit.params:
        raise missing("dualSidePosition")
    mode = PositionMode.HEDGE if visit.params.flag("dualSidePosition") else PositionMode.ONE_WAY
    refused = visit.exchange.set_position_mode(visit.account, visit.line, mode, visit.now)
    if refused is None:
        return YES
    if refused.reason is Reason.UNCHANGED:
        raise Refusal(-4059, "No need to change position side.")
    raise Refusal(-4068, "Position side cannot be changed if there exists position.")


def position_mode(visit: Visit) -> Row:
    """Answer with one-way or hedge."""
    return {"dualSidePosition": visit.exchange.position_mode(visit.account, visit.line) is PositionMode.HEDGE}


def account_config(visit: Visit) -> Row:
    """Answer with how the line is set for the account."""
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        **position_mode(visit),
        "updateTime": 0,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
    }


def assets_mode(_visit: Visit) -> Row:
    """Answer that every asset stands for itself."""
    return {"multiAssetsMargin": False}


def set_assets_mode(visit: Visit) -> Row:
    """Refuse to join assets: each stands for itself here."""
    if "multiAssetsMargin" not in visit.params:
        raise missing("multiAssetsMargin")
    if visit.params.flag("multiAssetsMargin"):
        words = "Unable to adjust to Multi-Assets mode with symbols of USD-M Futures under isolated-margin mode."
        raise Refusal(-4167, words)
    raise Refusal(-4171, "Adjusted asset mode is currently set and does not need to be adjusted repeatedly")


def fee_burn(_visit: Visit) -> Row:
    """Answer that fees are not paid in another coin."""
    return {"feeBurn": False}


def dead_man(visit: Visit) -> Row:
    """Arm the countdown of a market, or turn it off with 0."""
    market, wait = visit.market(), visit.params.whole("countdownTime")
    seconds = -(-wait // 1000)
    visit.exchange.dead_man(visit.account, visit.line, market.instrument.symbol, seconds, visit.now)
    return {"symbol": market.instrument.code, "countdownTime": str(wait)}


def listen_key(visit: Visit) -> Row:
    """Give the account's listen key, or keep it alive."""
    return {"listenKey": visit.memory.key_of(visit.line, visit.account, visit.now)}


def keep_listen_key(visit: Visit) -> Row:
    """Keep the account's listen key alive; there must be one."""
    key, until = visit.memory.keys.get((visit.line, visit.account), ("", 0))
    if not key or visit.now >= until:
        raise Refusal(-1125, "This listenKey does not exist.")
    return listen_key(visit)


def drop_listen_key(visit: Visit) -> Row:
    """Forget the account's listen key."""
    visit.memory.keys.pop((visit.line, visit.account), None)
    return {}
