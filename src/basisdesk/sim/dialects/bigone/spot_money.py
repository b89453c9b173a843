"""Spot's money over REST: balances of two accounts, fees, and transfers between the three.

There is no withdrawal here either.
Followed: https://open.bigone.com/docs/spot (accounts, trading fees) and /docs/wallet.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.ask import MoveFunds
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bigone import refuse
from basisdesk.sim.dialects.bigone.spell import short, stamp
from basisdesk.sim.dialects.bigone.spot_market import spot_markets
from basisdesk.sim.dialects.bigone.visit import decimal

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance
    from basisdesk.sim.dialects.bigone.visit import Visit

WALLETS = {"SPOT": "spot", "FUND": "funding", "CONTRACT": "contract"}
_LONGEST_ID = 36


class Transfer(msgspec.Struct):
    """A transfer as it is sent."""

    symbol: str
    amount: str
    source: Literal["SPOT", "FUND", "CONTRACT"] = msgspec.field(name="from")
    target: Literal["SPOT", "FUND", "CONTRACT"] = msgspec.field(name="to")
    guid: str
    type: Literal["NORMAL", "MASTER_TO_SUB", "SUB_TO_MASTER", "SUB_INTERNAL"] = "NORMAL"
    sub_account: str | None = None


def accounts(visit: Visit) -> object:
    """Tell the balances of the spot account."""
    return [balance_of(row) for row in visit.exchange.balances(visit.account, WALLETS["SPOT"])]


def account(visit: Visit) -> object:
    """Tell one balance of the spot account."""
    return _one(visit, WALLETS["SPOT"])


def fund_accounts(visit: Visit) -> object:
    """Tell the balances of the funding account."""
    return [balance_of(row) for row in visit.exchange.balances(visit.account, WALLETS["FUND"])]


def fund_account(visit: Visit) -> object:
    """Tell one balance of the funding account."""
    return _one(visit, WALLETS["FUND"])


def fees(visit: Visit) -> object:
    """Tell the account's fees of some pairs, or of all."""
    names = visit.query.get("asset_pair_names", "")
    markets = [visit.pair(name) for name in names.split(",")] if names else spot_markets(visit)
    rows = [(market.instrument, visit.exchange.fees(visit.account, market.instrument.symbol)) for market in markets]
    return [
        {
            "asset_pair_name": instrument.code,
            "maker_fee_rate": short(fees.maker),
            "taker_fee_rate": short(fees.taker),
        }
        for instrument, fees in rows
    ]


def transfer(visit: Visit) -> object:
    """Move money between two accounts of the same owner; the same guid is one transfer."""
    wanted = visit.read(Transfer)
    amount = decimal(wanted.amount)
    if amount is None or not 0 < len(wanted.guid) <= _LONGEST_ID or wanted.type != "NORMAL" or wanted.sub_account:
        raise refuse.spot(refuse.PARAMETER)
    move = MoveFunds(
        asset=wanted.symbol, amount=amount, source=WALLETS[wanted.source], target=WALLETS[wanted.target],
        client_id=wanted.guid,
    )  # fmt: skip
    moved = visit.exchange.move(visit.account, move, visit.now)
    if isinstance(moved, Refused):
        raise refuse.of_spot(moved)
    at = stamp(moved.at)
    row: dict[str, object] = {
        "guid": wanted.guid, "symbol": moved.asset, "amount": plain(abs(moved.amount)), "state": "SUCCEED",
        "created_at": at, "updated_at": at,
    }  # fmt: skip
    visit.notes.transfers.setdefault((visit.account, wanted.guid), row)
    return None


def transferred(visit: Visit) -> object:
    """Tell what became of a transfer."""
    row = visit.notes.transfers.get((visit.account, visit.query.get("guid", "")))
    if row is None:
        raise refuse.spot(refuse.NOT_FOUND)
    return row


def balance_of(row: Balance) -> dict[str, object]:
    """Write a balance; the whole of it, and what of it is locked."""
    locked = row.total - row.available if row.available is not None else Decimal(0)
    return {"asset_symbol": row.asset, "balance": short(row.total), "locked_balance": short(locked)}


def _one(visit: Visit, wallet: str) -> dict[str, object]:
    name = visit.parts["asset"]
    rows = [row for row in visit.exchange.balances(visit.account, wallet) if row.asset == name]
    if rows:
        return balance_of(rows[0])
    if not any(name in {market.instrument.base, market.instrument.quote} for market in spot_markets(visit)):
        raise refuse.spot(refuse.NOT_FOUND)
    return {"asset_symbol": name, "balance": "0", "locked_balance": "0"}
