"""Private REST about money: the unified account with its value in dollars, the coins of each account, and transfers.

Figures in dollars are at the index; what was borrowed for spot is in the wallet balances, and is not available.
Followed: https://bybit-exchange.github.io/docs/v5/account/wallet-balance, asset/balance/*,
asset/transfer/transferable-coin and asset/coin-info.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain, precise
from basisdesk.sim.dialects.bybit import accountrows as rows
from basisdesk.sim.dialects.bybit.codes import parameter

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance
    from basisdesk.sim.contract import Exchange, Login
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
WALLETS = {"UNIFIED": "unified", "FUND": "funding"}
ZERO = Decimal(0)
CENTS, SHARE = Decimal("0.00000001"), Decimal("0.0001")


def wallet_balance(exchange: Exchange, login: Login, params: Params, _now: int) -> Row:
    """Return the unified account."""
    params.choice("accountType", ("UNIFIED",), None)
    coins = [each for each in params.text("coin").split(",") if each]
    found = [each for each in exchange.balances(login.account, "unified") if not coins or each.asset in coins]
    return {"list": [wallet_row(exchange, login.account, found)]}


@precise
def wallet_row(exchange: Exchange, account: str, shown: list[Balance]) -> Row:
    """Return the account around some of its coins; its figures are those of all of them."""
    equity = balance = floating = initial = least = ZERO
    for each in exchange.balances(account, "unified"):
        price, (first, need) = exchange.dollars(each.asset), exchange.needs(each)
        own = each.equity if each.equity is not None else each.total
        equity += own * price
        balance += each.total * price
        floating += (own - each.total + each.borrowed) * price
        initial += first * price
        least += need * price
    margin = balance + floating
    told = {
        "totalEquity": equity, "totalWalletBalance": balance, "totalMarginBalance": margin,
        "totalAvailableBalance": max(ZERO, equity - initial), "totalPerpUPL": floating,
        "totalInitialMargin": initial, "totalMaintenanceMargin": least,
    }  # fmt: skip
    shares = {"accountIMRate": initial, "accountMMRate": least}
    return {
        "accountType": "UNIFIED",
        **{name: plain(value.quantize(CENTS)) for name, value in told.items()},
        **{name: plain((value / margin).quantize(SHARE)) if margin > 0 else "0" for name, value in shares.items()},
        "accountLTV": "0",
        "coin": [rows.coin_row(exchange, each) for each in shown],
    }


def coin_balances(exchange: Exchange, login: Login, params: Params, _now: int) -> Row:
    """Return the coins of one account."""
    kind = params.choice("accountType", tuple(WALLETS), None)
    coins = [each for each in params.text("coin").split(",") if each]
    if kind == "UNIFIED" and not coins:
        raise parameter("params error: coin is required for UNIFIED")
    found = exchange.balances(login.account, WALLETS[kind])
    told = [_held(each) for each in found if not coins or each.asset in coins]
    return {"memberId": login.account, "accountType": kind, "balance": told}


def coin_balance(exchange: Exchange, login: Login, params: Params, _now: int) -> Row:
    """Return one coin of one account, zero where there is none of it."""
    kind, coin = params.choice("accountType", tuple(WALLETS), None), params.text("coin", None)
    found = [_held(each) for each in exchange.balances(login.account, WALLETS[kind]) if each.asset == coin]
    nothing = {"coin": coin, "walletBalance": "0", "transferBalance": "0", "bonus": ""}
    more = {"transferSafeAmount": "", "ltvTransferSafeAmount": ""}
    return {
        "accountId": login.account, "bizType": 1, "accountType": kind, "memberId": login.account,
        "balance": (found[0] if found else nothing) | more,
    }  # fmt: skip


def transfer_coins(exchange: Exchange, _login: Login, params: Params, _now: int) -> Row:
    """Return the coins that can be moved between the two accounts."""
    for name in ("fromAccountType", "toAccountType"):
        params.choice(name, tuple(WALLETS), None)
    return {"list": _names(exchange)}


def coins(exchange: Exchange, _login: Login, params: Params, _now: int) -> Row:
    """Return the coins there are."""
    wanted = params.text("coin")
    return {"rows": [_coin(name) for name in _names(exchange) if wanted in {"", name}]}


def _names(exchange: Exchange) -> list[str]:
    every = {name for each in exchange.markets.values() for name in (each.instrument.base, each.instrument.settle)}
    return sorted(every)


def _held(held: Balance) -> dict[str, str]:
    free = held.available if held.available is not None else held.total
    return {
        "coin": held.asset, "walletBalance": plain(held.total), "transferBalance": plain(free), "bonus": "",
    }  # fmt: skip


def _coin(name: str) -> Row:
    chain = {
        "chain": name,
        "chainType": name,
        "confirmation": "2",
        "withdrawFee": "",
        "depositMin": "0",
        "withdrawMin": "0",
        "chainDeposit": "0",
        "chainWithdraw": "0",
        "minAccuracy": "8",
        "withdrawPercentageFee": "0",
    }
    return {"name": name, "coin": name, "remainAmount": "0", "chains": [chain]}


PATHS = {
    "/v5/account/wallet-balance": wallet_balance,
    "/v5/asset/transfer/query-account-coins-balance": coin_balances,
    "/v5/asset/transfer/query-account-coin-balance": coin_balance,
    "/v5/asset/transfer/query-transfer-coin-list": transfer_coins,
    "/v5/asset/coin/query-info": coins,
}
