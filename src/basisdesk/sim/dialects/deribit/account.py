"""Private methods about money, positions, own trades and what was booked.

The simulated wallets are accounts of their own: the trading wallet bears the account's number, the ``funding`` wallet
that of a sub-account.
Trades younger than a day are recent, older ones historical; each list leaves out the other.
Followed: https://docs.deribit.com/api-reference/account-management and /articles/accessing-historical-trades-orders.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Forced, IncomeKind
from basisdesk.domain.ask import MoveFunds
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.deribit.market import KINDS, LINE, currency_of, market_of, numbered, of_currency, page
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS, Row, fill_row, order_number, position_row, summary_row
from basisdesk.sim.dialects.deribit.rpc import Params, Wrong, invalid
from basisdesk.sim.dialects.deribit.trading import Office, living, wrong

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill, Income
    from basisdesk.sim.contract import Login

FUNDING = "funding"
BESIDE = 5_000_000
"""How far the number of the funding sub-account is from its owner's."""

DAY = 86_400 * 1_000_000_000
LOG_MOST = 250
PORTFOLIO = (
    "additional_reserve", "available_funds", "available_withdrawal_funds", "balance", "equity", "initial_margin",
    "maintenance_margin", "margin_balance", "spot_reserve",
)  # fmt: skip
_KINDS = {
    IncomeKind.FUNDING: "settlement",
    IncomeKind.TRADE: "settlement",
    IncomeKind.FEE: "trade",
    IncomeKind.REBATE: "trade",
    IncomeKind.TRANSFER: "transfer",
    IncomeKind.DELIVERY: "delivery",
    IncomeKind.LIQUIDATION: "liquidation",
}


def accounts(login: Login) -> dict[int, str]:
    """Return the wallets by their account numbers: the trading wallet is the main account."""
    own = int(login.account)
    return {own: LINE, own + BESIDE: FUNDING}


def _wallet(login: Login, number: int, param: str) -> str:
    wallet = accounts(login).get(number)
    if wallet is None:
        raise invalid(param, "no such subaccount")
    return wallet


def get_account_summaries(office: Office, login: Login, params: Params, _now: int) -> Row:
    """Answer the money of every currency; with `extended` whose it is."""
    number = params.whole("subaccount_id", int(login.account))
    rows = [
        summary_row(office.exchange, balance)
        for balance in office.exchange.balances(login.account, _wallet(login, number, "subaccount_id"))
    ]
    return (_owner(login, number) if params.flag("extended") else {}) | {"summaries": rows}


def get_account_summary(office: Office, login: Login, params: Params, _now: int) -> Row:
    """Answer the money of one currency; fees are told to accounts with discounts only, and nobody has one."""
    currency = currency_of(office.exchange, params)
    held = [row for row in office.exchange.balances(login.account, LINE) if row.asset == currency]
    none = Balance(at=0, line=LINE, asset=currency, total=Decimal(0))
    row = summary_row(office.exchange, held[0] if held else none)
    return (_owner(login, int(login.account)) if params.flag("extended") else {}) | row


def _owner(login: Login, number: int) -> Row:
    main = number == int(login.account)
    return {
        "id": number, "type": "main" if main else "subaccount", "username": f"sim_{number}",
        "system_name": f"sim_{number}", "email": "sim@example.com", "creation_timestamp": 1687352432143,
        "self_trading_reject_mode": "cancel_maker", "login_enabled": False, "mmp_enabled": False,
        "receive_notifications": False, "security_keys_enabled": False,
    }  # fmt: skip


def get_subaccounts(office: Office, login: Login, params: Params, _now: int) -> list[Row]:
    """Answer the accounts of the owner, with their money where it is asked for."""
    rows = []
    for number, wallet in accounts(login).items():
        row = _owner(login, number) | {"is_password": True, "margin_model": "segregated_sm"}
        if params.flag("with_portfolio"):
            money = [summary_row(office.exchange, each) for each in office.exchange.balances(login.account, wallet)]
            row["portfolio"] = {
                each["currency"].lower(): {name: each[name] for name in PORTFOLIO}
                | {"currency": each["currency"].lower()}
                for each in money
            }
        rows.append(row)
    return rows


def get_subaccounts_details(office: Office, login: Login, params: Params, now: int) -> list[Row]:
    """Answer what the accounts of the owner hold; the trading wallet alone has positions and orders."""
    currency = currency_of(office.exchange, params)
    rows = []
    for number, wallet in accounts(login).items():
        trades = wallet == LINE
        row: Row = {"uid": number, "positions": get_positions(office, login, params, now) if trades else []}
        if params.flag("with_open_orders"):
            row["open_orders"] = [office.row(each) for each in living(office, login, currency)] if trades else []
        rows.append(row)
    return rows


def get_positions(office: Office, login: Login, params: Params, _now: int) -> list[Row]:
    """Answer positions that are not flat."""
    currency = currency_of(office.exchange, params, default="any")
    if params.choice("kind", KINDS, "any") not in {"any", "future"}:
        return []
    held = {position.symbol: position for position in office.exchange.positions(login.account, LINE)}
    return [
        position_row(office.exchange, login.account, market.instrument, held[market.instrument.symbol])
        for market in of_currency(office.exchange, currency)
        if market.instrument.symbol in held
    ]


def get_position(office: Office, login: Login, params: Params, _now: int) -> Row:
    """Answer a market's position, flat or not."""
    instrument = market_of(office.exchange, params).instrument
    held = office.exchange.positions(login.account, LINE, instrument.symbol)
    return position_row(office.exchange, login.account, instrument, held[0] if held else None)


def get_user_trades_by_instrument(office: Office, login: Login, params: Params, now: int) -> Row:
    """Answer own trades of a market."""
    symbol = market_of(office.exchange, params).instrument.symbol
    return _trades(office, _own(office, login, symbol, "any", params, now), params)


def get_user_trades_by_currency(office: Office, login: Login, params: Params, now: int) -> Row:
    """Answer own trades of a currency."""
    currency = currency_of(office.exchange, params)
    return _trades(office, _own(office, login, "", currency, params, now), params)


def get_user_trades_by_order(office: Office, login: Login, params: Params, now: int) -> list[Row]:
    """Answer the trades of an order."""
    number = order_number(params.text("order_id"))
    fills = [fill for fill in office.exchange.fills(login.account, LINE, "", 0, now) if fill.venue_id == number]
    return [fill_row(office.exchange, fill, int(fill.trade_id)) for fill in fills]


def _trades(office: Office, fills: list[Fill], params: Params) -> Row:
    names = ("start_seq", "end_seq") if params.has("instrument_name") else ("start_id", "end_id")
    found, more = page(params, numbered(params, fills, names, lambda fill: int(fill.trade_id)))
    return {"trades": [fill_row(office.exchange, fill, int(fill.trade_id)) for fill in found], "has_more": more}


def _own(office: Office, login: Login, symbol: str, currency: str, params: Params, now: int) -> list[Fill]:
    """Return own trades, oldest first; a delivery is no trade."""
    old, any_age = params.flag("historical"), params.flag("include_old")
    return [
        fill
        for fill in office.exchange.fills(login.account, LINE, symbol, 0, now)
        if fill.forced is not Forced.DELIVERY
        and (any_age or (fill.at < now - DAY) is old)
        and (currency == "any" or office.exchange.markets[fill.symbol].instrument.settle == currency)
    ]


def get_transaction_log(office: Office, login: Login, params: Params, _now: int) -> Row:
    """Answer booked rows of a currency, newest first; `continuation` is the number of the next one."""
    currency = currency_of(office.exchange, params)
    first, last = params.whole("start_timestamp") * NS_PER_MS, params.whole("end_timestamp") * NS_PER_MS
    count, onward = params.whole("count", 100), params.whole("continuation", 0)
    if not 1 <= count <= LOG_MOST:
        raise invalid("count")
    rows = [
        row
        for row in office.exchange.income(login.account, LINE, "", max(first, 0))[::-1]
        if row.at < last + NS_PER_MS and row.asset == currency and (not onward or int(row.id) <= onward)
    ]
    held = {balance.asset: balance.total for balance in office.exchange.balances(login.account, LINE)}
    logs = [_logged(office, login, row, held.get(currency, Decimal(0))) for row in rows[:count]]
    return {"logs": logs, "continuation": int(rows[count].id) if len(rows) > count else None}


def _logged(office: Office, login: Login, row: Income, balance: Decimal) -> Row:
    funding = row.amount if row.kind is IncomeKind.FUNDING else None
    paid = row.kind in {IncomeKind.FEE, IncomeKind.REBATE}
    return {
        "id": int(row.id), "user_id": int(login.account), "user_seq": int(row.id), "username": f"sim_{login.account}",
        "timestamp": row.at // NS_PER_MS, "type": _KINDS.get(row.kind, "correction"), "currency": row.asset,
        "change": row.amount, "cashflow": row.amount, "balance": balance, "equity": balance,
        "commission": -row.amount if paid else None, "interest_pl": funding, "total_interest_pl": funding,
        "instrument_name": office.exchange.markets[row.symbol].instrument.code if row.symbol else None,
        "trade_id": None, "order_id": None, "position": None, "price": None, "side": "-", "info": {},
    }  # fmt: skip


def submit_transfer_between_subaccounts(office: Office, login: Login, params: Params, now: int) -> Row:
    """Move money between the accounts of the owner."""
    own = int(login.account)
    source, target = params.whole("source", own), params.whole("destination")
    amount = params.number("amount")
    if amount is None:
        raise invalid("amount", "value required")
    move = MoveFunds(
        asset=currency_of(office.exchange, params),
        amount=amount,
        source=_wallet(login, source, "source"),
        target=_wallet(login, target, "destination"),
    )
    answer = office.exchange.move(login.account, move, now)
    if isinstance(answer, Refused):
        if answer.reason is Reason.INSUFFICIENT_MARGIN:
            raise wrong(answer)
        raise Wrong(12100, "transfer_not_allowed", answer.message)
    return _transfer(answer, target)


def _transfer(row: Income, target: int) -> Row:
    return {
        "id": int(row.id), "state": "confirmed", "type": "subaccount", "currency": row.asset, "amount": -row.amount,
        "direction": "payment", "other_side": f"sim_{target}", "created_timestamp": row.at // NS_PER_MS,
        "updated_timestamp": row.at // NS_PER_MS,
    }  # fmt: skip


def get_transfers(office: Office, login: Login, params: Params, _now: int) -> Row:
    """Answer what was moved out of the trading wallet, newest first."""
    currency = currency_of(office.exchange, params)
    rows = [
        row
        for row in office.exchange.income(login.account, LINE, "", 0)[::-1]
        if row.kind is IncomeKind.TRANSFER and row.asset == currency and row.amount < 0
    ]
    return {"count": len(rows), "data": [_transfer(row, int(login.account) + BESIDE) for row in rows]}
