"""Balances: the one purse behind all lines, and the funding account beside it.

Coins that are not named have no balance.
Followed: https://bybit-exchange.github.io/docs/v5/account/wallet-balance and /docs/v5/asset/balance/all-balance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import Balance, Complete, Update
from basisdesk.domain.outcome import Done
from basisdesk.venues import lenient
from basisdesk.venues.bybit.capabilities import FUND
from basisdesk.venues.bybit.rows import WalletRow, amount
from basisdesk.venues.bybit.tell import coin_update
from basisdesk.venues.trading import Reply
from basisdesk.venues.wire import LATEST_MS, NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.domain.ask import AskBalances
    from basisdesk.venues.trading import Response


class _Wallets(msgspec.Struct, frozen=True):
    rows: list[WalletRow] = msgspec.field(name="list")


class _Coin(msgspec.Struct, frozen=True, rename="camel"):
    coin: str
    wallet_balance: str
    transfer_balance: str


class _Coins(msgspec.Struct, frozen=True):
    balance: list[_Coin]


class _Stamp(msgspec.Struct, frozen=True):
    time: int = 0


def balances_told(ask: AskBalances, result: bytes, response: Response) -> Reply:
    """Return the balances of the account that was asked for."""
    at = told_at(response)
    updates: list[Update] = []
    if ask.account == FUND:
        for each in lenient.decode(result, _Coins).balance:
            total, free = amount(each.wallet_balance or "0"), amount(each.transfer_balance or "0")
            updates.append(Balance(at=at, line=ask.line, asset=each.coin, total=total, available=free, wallet=FUND))
    else:
        for row in lenient.decode(result, _Wallets).rows:
            updates += [coin_update(coin, at, ask.line, row.account_type) for coin in row.coin]
    updates.append(Complete(at=at, what="balances", line=ask.line))
    return Reply(outcome=Done(), updates=tuple(updates))


def told_at(response: Response) -> int:
    """Return the venue's time of an answer (ns), 0 where it tells none."""
    time = msgspec.json.decode(response.body, type=_Stamp).time
    return time * NS_PER_MS if 0 <= time <= LATEST_MS else 0
