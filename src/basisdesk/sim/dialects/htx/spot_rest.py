"""Spot's private interface: accounts, orders, fills, fees, the dead-man switch, transfers.

Followed: https://huobiapi.github.io/docs/spot/v1/en/ (sections on account, trading, fees, conditional orders).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import IncomeKind
from basisdesk.domain.ask import MoveFunds, NewOrder, OrderRef, OrderType, TimeInForce
from basisdesk.domain.order import OrderStatus, Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.htx import spot_rows
from basisdesk.sim.dialects.htx.refuse import DeniedError, Style, denied, malformed, missing
from basisdesk.sim.dialects.htx.text import ms, number, short
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.ids import is_client_id

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.account import OrderUpdate
    from basisdesk.sim.dialects.htx.visit import Visit

LINE = symbols.SPOT
KINDS = ("market", "limit", "limit-maker", "ioc", "limit-fok")
SOURCES = ("", "spot-api", "api")
NS_PER_MS = 1_000_000
WINDOW = 48 * 3_600_000
WALLETS = {"spot": symbols.SPOT, "linear-swap": symbols.LINEAR, "swap": symbols.COIN_SWAP}
MOST_AT_ONCE = 100
LEAST_SWITCH, LONGEST_SWITCH = 5, 86_400
CANCELLING = 10


def accounts(visit: Visit) -> list[dict[str, Any]]:
    """Return the user's accounts."""
    visit.params.done()
    spot, point = spot_rows.account_id(visit.account), int(visit.account) + spot_rows.POINT_OFFSET
    rows = ((point, "point"), (spot, "spot"))
    return [{"id": number, "type": kind, "subtype": "", "state": "working"} for number, kind in rows]


def user(visit: Visit) -> int:
    """Return the number of the user."""
    visit.params.done()
    return int(visit.account)


def keys(visit: Visit) -> list[dict[str, Any]]:
    """Return what the key may do."""
    assert visit.login is not None
    if visit.params.need("uid") != visit.account:
        raise malformed(visit.params.style, "uid")
    wanted = visit.params.text("accessKey")
    visit.params.done()
    key = visit.login.credentials.key
    if wanted not in {"", key}:
        return []
    rights = visit.login.permissions
    words = [("readOnly", rights.read), ("trade", rights.trade), ("withdraw", rights.withdraw)]
    row = {
        "accessKey": key,
        "status": "normal",
        "note": "simulated",
        "permission": ",".join(w for w, may in words if may),
    }
    return [row | {"ipAddresses": "127.0.0.1" if rights.addresses else "", "validDays": -1}]


def balance(visit: Visit) -> dict[str, Any]:
    """Return the balances of an account."""
    visit.params.done()
    number, spot = int(visit.parts[0]), spot_rows.account_id(visit.account)
    if number not in {spot, int(visit.account) + spot_rows.POINT_OFFSET}:
        raise DeniedError("account-get-balance-account-inexistent-error", f"account for id `{number}` does not exist")
    rows = spot_rows.balances(visit.exchange.balances(visit.account, LINE)) if number == spot else []
    kind = "spot" if number == spot else "point"
    return {"id": number, "type": kind, "state": "working", "list": rows}


def place(visit: Visit) -> str:
    """Take an order."""
    params = visit.params
    _own(visit, params.any("account-id"))
    market = visit.market(LINE, "symbol")
    side, _, kind = params.need("type").partition("-")
    params.text("source", among=SOURCES)
    client_id = params.text("client-order-id")
    amount, price = params.amount("amount", as_text=False), params.amount("price", as_text=False)
    params.ignore("self-match-prevent")
    params.done()
    if side not in {"buy", "sell"} or kind not in KINDS:
        raise malformed(params.style, "type")
    if amount is None or (price is None and kind != "market"):
        raise missing(params.style, "amount" if amount is None else "price")
    if client_id and not is_client_id(client_id, spot=True):
        raise DeniedError("invalid-client-order-id", f"invalid client order id {client_id[:64]}")
    money = kind == "market" and side == "buy"
    if money and amount % market.instrument.step:
        raise DeniedError("order-orderamount-precision-error", "order amount precision error")
    order = NewOrder(
        symbol=market.instrument.symbol,
        side=Side(side.upper()),
        type=OrderType.MARKET if kind == "market" else OrderType.LIMIT,
        size=None if money else amount,
        money=amount if money else None,
        price=None if kind == "market" else price,
        client_id=client_id,
        time_in_force={"ioc": TimeInForce.IOC, "limit-fok": TimeInForce.FOK}.get(kind, TimeInForce.GTC),
        post_only=kind == "limit-maker",
    )
    taken = visit.exchange.place(visit.account, order, visit.now)
    if isinstance(taken, Refused):
        raise denied(taken, params.style)
    return taken.venue_id


def _own(visit: Visit, number: str) -> None:
    """Refuse the number of another account."""
    if not number:
        raise missing(visit.params.style, "account-id")
    if number != str(spot_rows.account_id(visit.account)):
        raise DeniedError("account-get-accounts-inexistent-error", f"account for id `{number}` does not exist")


def cancel(visit: Visit) -> str:
    """Cancel an order by its number."""
    visit.params.ignore("symbol", "order-id")
    visit.params.done()
    found = _find(visit, OrderRef(symbol="", venue_id=visit.parts[0]))
    if found is None:
        raise DeniedError("base-record-invalid", "record invalid")
    ended = visit.exchange.cancel(visit.account, OrderRef(symbol=found.symbol, venue_id=found.venue_id), visit.now)
    if isinstance(ended, Refused):
        raise DeniedError("order-orderstate-error", "Incorrect order state")
    return ended.venue_id


def cancel_by_client(visit: Visit) -> int:
    """Cancel an order by its client id; the answer is a number that tells its state."""
    client_id = visit.params.need("client-order-id")
    visit.params.done()
    found = _find(visit, OrderRef(symbol="", client_id=client_id))
    if found is None:
        return 0
    if found.status is OrderStatus.DONE:
        return {"filled": 6, "partial-canceled": 5, "canceled": 7}[spot_rows.state_of(found)]
    visit.exchange.cancel(visit.account, OrderRef(symbol=found.symbol, venue_id=found.venue_id), visit.now)
    return CANCELLING


def cancel_open(visit: Visit) -> dict[str, Any]:
    """Cancel up to a hundred open orders of the account, or of some markets."""
    params = visit.params
    number = params.any("account-id")
    if number:
        _own(visit, number)
    codes = [code for code in params.text("symbol").split(",") if code]
    wanted = {visit.named(LINE, code).instrument.symbol: None for code in codes}
    side = params.text("side", among=("buy", "sell"))
    size = params.whole("size", MOST_AT_ONCE, 1, MOST_AT_ONCE)
    params.done()
    found = [
        each
        for each in visit.exchange.open_orders(visit.account, LINE)
        if (not wanted or each.symbol in wanted) and side in {"", each.side.value.lower()}
    ]
    for each in found[:size]:
        visit.exchange.cancel(visit.account, OrderRef(symbol=each.symbol, venue_id=each.venue_id), visit.now)
    following = int(found[size].venue_id) if len(found) > size else -1
    return {"success-count": min(size, len(found)), "failed-count": 0, "next-id": following}


def order(visit: Visit) -> dict[str, Any]:
    """Return an order by its number."""
    visit.params.done()
    return _told(visit, OrderRef(symbol="", venue_id=visit.parts[0]))


def order_by_client(visit: Visit) -> dict[str, Any]:
    """Return an order by its client id."""
    client_id = visit.params.need("clientOrderId")
    visit.params.done()
    return _told(visit, OrderRef(symbol="", client_id=client_id))


def _told(visit: Visit, ref: OrderRef) -> dict[str, Any]:
    found = _find(visit, ref)
    if found is None:
        raise DeniedError("base-record-invalid", "record invalid")
    return spot_rows.order(visit.exchange, visit.account, found)


def _find(visit: Visit, ref: OrderRef) -> OrderUpdate | None:
    found = visit.exchange.order(visit.account, ref, visit.now)
    if isinstance(found, Refused):
        return None
    return found if visit.exchange.markets[found.symbol].instrument.market == LINE else None


def open_orders(visit: Visit) -> list[dict[str, Any]]:
    """Return open orders, newest first."""
    params = visit.params
    number = params.any("account-id")
    wanted = visit.wanted(LINE, "symbol")
    if number or wanted:  # both or neither
        _own(visit, number)
    side = params.text("side", among=("buy", "sell"))
    size = params.whole("size", 100, 1, 500)
    before = params.whole("from", 2**62)
    params.text("direct", among=("next", "prev"))
    params.done()
    rows = [
        each
        for each in visit.exchange.open_orders(visit.account, LINE, wanted.instrument.symbol if wanted else "")
        if side in {"", each.side.value.lower()} and int(each.venue_id) < before
    ]
    return [spot_rows.order(visit.exchange, visit.account, each, opens=True) for each in reversed(rows)][:size]


def past_orders(visit: Visit) -> list[dict[str, Any]]:
    """Return orders of some states, newest first, of a window of at most 48 hours."""
    since, until = _window(visit)
    return _past(visit, since, until)


def late_orders(visit: Visit) -> list[dict[str, Any]]:
    """Return orders of the last 48 hours, newest first."""
    now, params = ms(visit.now), visit.params
    return _past(visit, max(params.whole("start-time", 0), now - WINDOW), params.whole("end-time", now))


def _past(visit: Visit, since: int, until: int) -> list[dict[str, Any]]:
    """Return the orders created between two times (ms)."""
    params = visit.params
    wanted = visit.wanted(LINE, "symbol")
    states = [each for each in params.text("states").split(",") if each]
    size = params.whole("size", 100, 1, 1000)
    params.ignore("types", "from", "direct")
    params.done()
    symbol = wanted.instrument.symbol if wanted else ""
    found = visit.exchange.past_orders(visit.account, LINE, symbol, since * NS_PER_MS, visit.now)
    rows = [spot_rows.order(visit.exchange, visit.account, each) for each in reversed(found)]
    return [row for row in rows if (not states or row["state"] in states) and row["created-at"] <= until][:size]


def _window(visit: Visit) -> tuple[int, int]:
    """Return the two times that are asked for, the last 48 hours where nothing is said (ms)."""
    until = visit.params.whole("end-time", 0) or ms(visit.now)
    since = visit.params.whole("start-time", 0) or until - WINDOW
    if not 0 <= until - since <= WINDOW:
        raise DeniedError("invalid_interval", "start-time and end-time are more than 48 hours apart")
    return since, until


def fills(visit: Visit) -> list[dict[str, Any]]:
    """Return own trades, newest first, of a window of at most 48 hours."""
    params = visit.params
    wanted = visit.wanted(LINE, "symbol")
    size = params.whole("size", 100, 1, 500)
    since, until = _window(visit)
    before = params.whole("from", 2**62)
    params.text("direct", among=("next", "prev"))
    params.ignore("types")
    params.done()
    symbol = wanted.instrument.symbol if wanted else ""
    rows = [
        spot_rows.fill(visit.exchange, each, visit.account)
        for each in visit.exchange.fills(visit.account, LINE, symbol, since * NS_PER_MS, visit.now)
        if ms(each.at) <= until and spot_rows.row_id(each) < before
    ]
    return rows[::-1][:size]


def order_fills(visit: Visit) -> list[dict[str, Any]]:
    """Return the trades of one order."""
    visit.params.done()
    rows = visit.exchange.fills(visit.account, LINE, "", 0, visit.now)
    return [spot_rows.fill(visit.exchange, each, visit.account) for each in rows if each.venue_id == visit.parts[0]]


def fees(visit: Visit) -> list[dict[str, Any]]:
    """Return the account's fees of some markets."""
    codes = visit.params.need("symbols").split(",")
    visit.params.done()
    rows = []
    for code in codes:
        market = visit.named(LINE, code)
        own = visit.exchange.fees(visit.account, market.instrument.symbol)
        maker, taker = short(own.maker), short(own.taker)
        row = {"symbol": market.instrument.code, "actualMakerRate": maker, "actualTakerRate": taker}
        rows.append(row | {"takerFeeRate": taker, "makerFeeRate": maker})
    return rows


def dead_man(visit: Visit) -> dict[str, Any]:
    """Arm the switch that cancels all spot orders, or turn it off."""
    seconds = visit.params.whole("timeout", -1)
    visit.params.done()
    if seconds < 0:
        raise missing(visit.params.style, "timeout")
    if seconds and not LEAST_SWITCH <= seconds <= LONGEST_SWITCH:
        raise malformed(visit.params.style, "timeout")
    visit.exchange.dead_man(visit.account, LINE, "", seconds, visit.now)
    current = ms(visit.now)
    return {"currentTime": current, "triggerTime": current + seconds * 1000 if seconds else 0}


def ledger(visit: Visit) -> dict[str, Any]:
    """Return transfers in and out of the spot account, newest first."""
    params = visit.params
    _own(visit, params.any("accountId"))
    coin = params.text("currency").upper()
    limit = params.whole("limit", 100, 1, 500)
    since, until = params.whole("startTime", 0), params.whole("endTime", 2**62)
    before = params.whole("fromId", 2**62)
    params.ignore("transactTypes", "sort")
    params.done()
    rows = [
        {
            "accountId": spot_rows.account_id(visit.account),
            "currency": row.asset.lower(),
            "transactAmt": number(row.amount),
            "transactType": "transfer",
            "transferType": "transfer-out" if row.amount < 0 else "transfer-in",
            "transactId": int(row.id),
            "transactTime": ms(row.at),
            "transferer": int(visit.account),
            "transferee": int(visit.account),
        }
        for row in visit.exchange.income(visit.account, LINE, "", since * NS_PER_MS)
        if row.kind is IncomeKind.TRANSFER and coin in {"", row.asset} and ms(row.at) <= until and int(row.id) <= before
    ][::-1]
    told: dict[str, Any] = {"code": 200, "message": "success", "data": rows[:limit], "ok": True}
    return told | ({"nextId": rows[limit]["transactId"]} if len(rows) > limit else {})


def transfer(visit: Visit) -> int:
    """Move money between spot and a contract account."""
    params = visit.params
    ends = [WALLETS.get(params.need(name), "") for name in ("from", "to")]
    asset, amount = params.need("currency").upper(), params.amount("amount", as_text=False)
    margin_account = params.text("margin-account")
    params.done()
    if "" in ends or symbols.SPOT not in ends:
        raise malformed(params.style, "from")
    if symbols.LINEAR in ends and not margin_account:
        raise missing(params.style, "margin-account")
    return _move(visit, asset, amount, ends[0], ends[1])


def futures_transfer(visit: Visit) -> int:
    """Move money between spot and coin-margined futures."""
    params = visit.params
    kind = params.need("type", among=("pro-to-futures", "futures-to-pro"))
    asset, amount = params.need("currency").upper(), params.amount("amount", as_text=False)
    params.done()
    ends = (symbols.SPOT, symbols.COIN_FUTURES)
    source, target = ends if kind == "pro-to-futures" else ends[::-1]
    return _move(visit, asset, amount, source, target)


def _move(visit: Visit, asset: str, amount: Decimal | None, source: str, target: str) -> int:
    if amount is None:
        raise missing(visit.params.style, "amount")
    moved = visit.exchange.move(
        visit.account, MoveFunds(asset=asset, amount=amount, source=source, target=target), visit.now
    )
    if not isinstance(moved, Refused):
        return int(moved.id)
    if visit.params.style is Style.SPOT_NEW:
        raise DeniedError("1303" if moved.reason is Reason.INSUFFICIENT_MARGIN else "2002", moved.message)
    words = "dw-insufficient-balance" if moved.reason is Reason.INSUFFICIENT_MARGIN else "bad-request"
    raise DeniedError(words, moved.message)
