"""The account: balances, positions, settings, transfers.

It is a multi-currency account: one purse stands behind everything, spot on cross margin borrows from it without a
position, and there is no isolated spot margin.
Followed: https://www.okx.com/docs-v5/en/#trading-account-rest-api and #funding-account-rest-api.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import MarginMode, MoveFunds, PositionMode, PositionSide
from basisdesk.domain.instrument import Kind, Margin, notional
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.okx import quotes
from basisdesk.sim.dialects.okx.errors import CodeError, failure
from basisdesk.sim.dialects.okx.names import LISTED, family_of, type_of
from basisdesk.sim.dialects.okx.params import Params, count, number, one_of, required, when, word
from basisdesk.sim.dialects.okx.rules import ALL_ORDERS
from basisdesk.sim.dialects.okx.slips import client_id
from basisdesk.sim.dialects.okx.text import booked, ms, text
from basisdesk.sim.gains import Brought

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance, Position
    from basisdesk.sim.contract import Login
    from basisdesk.sim.dialects.okx.office import Office

Rows = list[dict[str, Any]]
UNIFIED, FUNDING = "unified", "funding"
WALLETS = {"6": FUNDING, "18": UNIFIED}
MODES = {PositionMode.ONE_WAY: "net_mode", PositionMode.HEDGE: "long_short_mode"}
MULTI_CURRENCY = "3"
MS = 1_000_000
RATIO = Decimal("0.00000001")


def coin_row(office: Office, held: Balance) -> dict[str, Any]:
    """Return one currency of the trading account; what is owed is taken from what is there."""
    equity = held.equity if held.equity is not None else held.total - held.borrowed
    cash, free = held.total - held.borrowed, held.available if held.available is not None else held.total
    frozen = max(Decimal(0), held.total - free)
    first, least = office.exchange.needs(held)
    return {
        "ccy": held.asset, "accAvgPx": "", "availBal": text(free), "availEq": text(free), "borrowFroz": "0",
        "cashBal": text(cash), "clSpotInUseAmt": "", "colBorrAutoConversion": "0", "collateralEnabled": True,
        "collateralRestrict": False, "crossLiab": text(held.borrowed), "disEq": text(equity),
        "eq": text(equity), "eqUsd": text(equity * office.exchange.dollars(held.asset)), "fixedBal": "0",
        "frozenBal": text(frozen), "imr": text(first), "interest": text(held.interest), "isoEq": "0",
        "isoLiab": "0", "isoUpl": "0", "liab": text(held.borrowed), "maxLoan": "", "maxSpotInUse": "", "mgnRatio": "",
        "mmr": text(least), "notionalLever": "", "openAvgPx": "", "ordFrozen": text(frozen), "rewardBal": "0",
        "smtSyncEq": "0", "spotBal": "", "spotCopyTradingEq": "0", "spotInUseAmt": "", "spotIsoBal": "0",
        "spotUpl": "", "spotUplRatio": "", "stgyEq": "0", "totalPnl": "", "totalPnlRatio": "", "twap": "0",
        "uTime": ms(held.at), "upl": text(equity - cash), "uplLiab": "0",
    }  # fmt: skip


def account_row(office: Office, account: str, shown: list[str] | None, now: int) -> dict[str, Any]:
    """Return the trading account with these currencies (None: with all); its own figures are those of all of them."""
    rows = [coin_row(office, held) for held in office.exchange.balances(account, UNIFIED)]
    total = sum((Decimal(row["eqUsd"]) for row in rows), Decimal(0))
    first, least = (
        sum((Decimal(row[name]) * office.exchange.dollars(row["ccy"]) for row in rows), Decimal(0))
        for name in ("imr", "mmr")
    )
    return {
        "adjEq": text(total), "availEq": text(total), "borrowFroz": "0",
        "details": [row for row in rows if shown is None or row["ccy"] in shown], "imr": text(first), "isoEq": "0",
        "mgnRatio": text((total / least).quantize(RATIO)) if least else "", "mmr": text(least),
        "notionalUsd": "0", "notionalUsdForBorrow": "0", "notionalUsdForFutures": "0", "notionalUsdForOption": "0",
        "notionalUsdForSwap": "0", "ordFroz": "0", "totalEq": text(total), "uTime": ms(now), "upl": "0",
    }  # fmt: skip


def position_row(office: Office, held: Position) -> dict[str, Any]:
    """Return a position; in hedge mode both sides are told as positive sizes."""
    market = office.names.by_symbol[held.symbol]
    instrument = market.instrument
    size = held.size if held.side is PositionSide.NET else abs(held.size)
    price = held.mark if held.mark and held.mark > 0 else Decimal(1)
    value = notional(instrument, abs(held.size), price)
    isolated = held.mode is MarginMode.ISOLATED
    lives = office.exchange.brought(held.account, held.symbol, held.side)
    life = lives[-1] if lives else Brought(opened=held.at, updated=held.at)
    return {
        "adl": str(held.adl_rank or 0), "availPos": text(abs(size)), "avgPx": text(held.entry), "baseBal": "",
        "baseBorrowed": "", "baseInterest": "", "bePx": text(held.entry), "bizRefId": "", "bizRefType": "",
        "cTime": ms(life.opened), "ccy": instrument.settle, "clSpotInUseAmt": "", "closeOrderAlgo": [], "deltaBS": "",
        "deltaPA": "", "fee": booked(-life.fee), "fundingFee": booked(life.funding), "gammaBS": "", "gammaPA": "",
        "idxPx": text(market.carry.index), "imr": "" if isolated else text(held.margin), "instId": instrument.code,
        "instType": type_of(instrument), "interest": "", "last": text(market.book.last), "lever": text(held.leverage),
        "liab": "", "liabCcy": "", "liqPenalty": booked(-life.penalty), "liqPx": text(held.liquidation),
        "margin": text(held.margin) if isolated else "", "markPx": text(held.mark), "maxSpotInUseAmt": "",
        "mgnMode": held.mode.value if held.mode else "cross", "mgnRatio": "",
        "mmr": text(office.exchange.maintenance(held)), "notionalUsd": text(value), "optVal": "",
        "pendingCloseOrdLiabVal": "", "pnl": booked(life.profit), "pos": text(size), "posCcy": "",
        "posId": str(office.names.numbers[instrument.code]), "posSide": held.side.value, "quoteBal": "",
        "quoteBorrowed": "", "quoteInterest": "", "realizedPnl": booked(life.realised), "spotInUseAmt": "",
        "spotInUseCcy": "",
        "thetaBS": "", "thetaPA": "", "tradeId": life.last, "uTime": ms(life.updated), "upl": text(held.unrealised),
        "uplLastPx": text(held.unrealised), "uplRatio": "0", "uplRatioLastPx": "0",
        "usdPx": text(office.exchange.dollars(instrument.settle)), "vegaBS": "", "vegaPA": "",
    }  # fmt: skip


def balance(office: Office, login: Login, params: Params, now: int) -> Rows:
    """The trading account, all of it or some currencies."""
    wanted = word(params, "ccy").split(",") if word(params, "ccy") else None
    return [account_row(office, login.account, wanted, now)]


def position_risk(office: Office, login: Login, params: Params, now: int) -> Rows:
    """The account's equity, coins and positions at one moment."""
    rows = positions(office, login, params, now)
    whole = account_row(office, login.account, None, now)
    names = ("baseBal", "ccy", "instId", "instType", "mgnMode", "notionalUsd", "pos", "posCcy", "posId", "posSide",
             "quoteBal")  # fmt: skip
    return [
        {
            "adjEq": whole["adjEq"], "ts": ms(now),
            "balData": [{name: row[name] for name in ("ccy", "disEq", "eq")} for row in whole["details"]],
            "posData": [{"notionalCcy": ""} | {name: row[name] for name in names} for row in rows],
        }
    ]  # fmt: skip


def risk_state(_office: Office, _login: Login, _params: Params, now: int) -> Rows:
    """Whether the account is at risk of having its orders cancelled: here it never is before it is liquidated."""
    return [{"atRisk": False, "atRiskIdx": [], "atRiskMgn": [], "ts": ms(now)}]


def order_limit(_office: Office, _login: Login, _params: Params, now: int) -> Rows:
    """How many orders the account may send in two seconds."""
    most = str(ALL_ORDERS.most)
    return [{"accRateLimit": most, "fillRatio": "", "mainFillRatio": "", "nextAccRateLimit": most, "ts": ms(now)}]


def positions(office: Office, login: Login, params: Params, _now: int) -> Rows:
    """Positions that are not flat."""
    kind = one_of(params, "instType", ("", *LISTED), "")
    codes = word(params, "instId").split(",") if word(params, "instId") else []
    rows = [
        position_row(office, held)
        for line in office.names.lines
        for held in office.exchange.positions(login.account, line)
    ]
    return [row for row in rows if kind in {"", row["instType"]} and (not codes or row["instId"] in codes)]


def config(office: Office, login: Login, _params: Params, _now: int) -> Rows:
    """The account's settings and what the key may do."""
    rights = login.permissions
    has = {"read_only": rights.read, "withdraw": rights.withdraw, "trade": rights.trade}
    mode = office.exchange.position_mode(login.account, office.names.lines[0])
    return [
        {
            "acctLv": MULTI_CURRENCY, "acctStpMode": "cancel_maker", "autoLoan": True, "ctIsoMode": "automatic",
            "enableSpotBorrow": False, "feeType": "0", "greeksType": "PA", "ip": "", "kycLv": "3", "label": "basisdesk",
            "level": "Lv1", "levelTmp": "", "liquidationGear": "-1", "mainUid": login.account,
            "mgnIsoMode": "automatic", "opAuth": "0", "perm": ",".join(name for name in has if has[name]),
            "posMode": MODES[mode],
            "roleType": "0",
            "settleCcy": "USDT", "settleCcyList": ["USDT", "USDC"], "spotBorrowAutoRepay": False,
            "spotOffsetType": "", "spotRoleType": "0", "spotTraderInsts": [], "stgyType": "0", "traderInsts": [],
            "type": "0", "uid": login.account,
        }
    ]  # fmt: skip


def instruments(office: Office, _login: Login, params: Params, now: int) -> Rows:
    """The instruments that the account may trade."""
    kind, code = one_of(params, "instType", LISTED), word(params, "instId")
    return [
        quotes.terms(market.instrument, office.names.numbers[market.instrument.code], kind, now)
        for market in office.names.of_type(kind)
        if code in {"", market.instrument.code} and not quotes.is_over(market.instrument, now)
    ]


def trade_fee(office: Office, login: Login, params: Params, now: int) -> Rows:
    """The account's fees of a type; negative is a cost."""
    kind = one_of(params, "instType", LISTED)
    code, family = word(params, "instId"), word(params, "instFamily")
    found = [
        market
        for market in office.names.of_type(kind)
        if code in {"", market.instrument.code} and family in {"", family_of(market.instrument)}
    ]
    if not found:
        raise CodeError("51001")
    rates = office.exchange.fees(login.account, found[0].instrument.symbol)
    maker, taker = text(-rates.maker), text(-rates.taker)
    linear = kind in {"SWAP", "FUTURES"} and found[0].instrument.margin is Margin.LINEAR
    return [
        {
            "category": "1", "delivery": "", "exercise": "", "feeGroup": [
                {"elpMaker": "", "groupId": "1", "maker": maker, "taker": taker}
            ], "fiat": [], "instType": kind, "level": "Lv1", "maker": maker, "makerU": maker if linear else "",
            "makerUSDC": "", "ruleType": "normal", "taker": taker, "takerU": taker if linear else "", "takerUSDC": "",
            "ts": ms(now),
        }
    ]  # fmt: skip


def set_leverage(office: Office, login: Login, params: Params, now: int) -> Rows:
    """Set the leverage of a contract, or of a margin pair or currency, which is only noted."""
    leverage = number(params, "lever", text_only=False)
    mode = one_of(params, "mgnMode", ("cross", "isolated"))
    code, asset = word(params, "instId"), word(params, "ccy")
    if not code and not asset:
        raise CodeError("50015", "instId", "ccy")
    position = one_of(params, "posSide", ("", "net", "long", "short"), "")
    market = office.names.find(code) if code else None
    if market is None or market.instrument.kind is Kind.SPOT:
        office.spot_leverage[login.account, code or asset, mode] = text(leverage)
    else:
        refused = office.exchange.set_leverage(login.account, market.instrument.symbol, leverage, now)
        office.drain(now)
        if refused is not None and refused.reason is not Reason.UNCHANGED:
            raise failure(refused, None, c51008="59108", c51004="59102")
    return [{"lever": text(leverage), "mgnMode": mode, "instId": code, "posSide": position}]


def leverage_info(office: Office, login: Login, params: Params, _now: int) -> Rows:
    """The leverage of some markets."""
    mode = one_of(params, "mgnMode", ("cross", "isolated"))
    rows = []
    for code in required(params, "instId").split(","):
        market = office.names.find(code)
        if market.instrument.kind is Kind.SPOT:
            lever = office.spot_leverage.get((login.account, code, mode), "3")
        else:
            lever = text(office.exchange.leverage(login.account, market.instrument.symbol)[0])
        rows.append({"ccy": "", "instId": code, "lever": lever, "mgnMode": mode, "posSide": "net"})
    return rows


def set_position_mode(office: Office, login: Login, params: Params, now: int) -> Rows:
    """Set one-way or hedge mode of the whole account."""
    wanted = one_of(params, "posMode", tuple(MODES.values()))
    mode = next(mode for mode, spelled in MODES.items() if spelled == wanted)
    for line in office.names.lines:
        refused = office.exchange.set_position_mode(login.account, line, mode, now)
        if refused is not None and refused.reason is not Reason.UNCHANGED:
            raise failure(refused)
    office.drain(now)
    return [{"posMode": wanted}]


def funding_balances(office: Office, login: Login, params: Params, _now: int) -> Rows:
    """The funding account."""
    wanted = word(params, "ccy").split(",") if word(params, "ccy") else []
    return [
        {"ccy": held.asset, "bal": text(held.total), "availBal": text(held.available), "frozenBal": "0"}
        for held in office.exchange.balances(login.account, FUNDING)
        if not wanted or held.asset in wanted
    ]


def transfer(office: Office, login: Login, params: Params, now: int) -> Rows:
    """Move money between the funding and the trading account."""
    asset, amount = required(params, "ccy"), number(params, "amt")
    source, target = required(params, "from"), required(params, "to")
    one_of(params, "type", ("0",), "0")
    for name, given in (("from", source), ("to", target)):
        if given not in WALLETS:
            raise CodeError("58129", name, name)
    if source == target:
        raise CodeError("58123")
    own = client_id(params, "clientId")
    move = MoveFunds(asset=asset, amount=amount, source=WALLETS[source], target=WALLETS[target], client_id=own)
    done = office.exchange.move(login.account, move, now)
    if isinstance(done, Refused):
        raise failure(done, None, c51008="58350")
    office.drain(now)
    row = {
        "transId": done.id, "clientId": own, "ccy": asset, "amt": text(amount), "from": source, "to": target,
        "state": "success", "type": "0", "instId": "", "toInstId": "", "subAcct": "",
    }  # fmt: skip
    known = office.moves.setdefault(login.account, [])
    if all(each["transId"] != done.id for each in known):
        known.append(row | {"ts": ms(done.at)})
    return [{"transId": done.id, "ccy": asset, "clientId": own, "from": source, "amt": text(amount), "to": target}]


def transfer_state(office: Office, login: Login, params: Params, _now: int) -> Rows:
    """One transfer, by the venue's id or one's own."""
    name, own = word(params, "transId"), word(params, "clientId")
    if not name and not own:
        raise CodeError("50015", "transId", "clientId")
    found = [
        {key: value for key, value in each.items() if key != "ts"}
        for each in office.moves.get(login.account, [])
        if name == each["transId"] or (not name and own == each["clientId"])
    ]
    if not found:
        raise CodeError("58129", "transId", "transId")
    return found[-1:]


def funding_bills(office: Office, login: Login, params: Params, _now: int) -> Rows:
    """What came to the funding account and left it, the latest first."""
    asset, kind = word(params, "ccy"), word(params, "type")
    after, before = when(params, "after"), when(params, "before")
    rows = [
        {
            "billId": each["transId"], "ccy": each["ccy"], "clientId": each["clientId"], "bal": "", "notes": "",
            "balChg": each["amt"] if each["to"] == "6" else f"-{each['amt']}",
            "type": "130" if each["to"] == "6" else "131", "ts": each["ts"],
        }
        for each in reversed(office.moves.get(login.account, []))
        if (not after or int(each["ts"]) * MS < after) and int(each["ts"]) * MS > before
    ]  # fmt: skip
    kept = [row for row in rows if asset in {"", row["ccy"]} and kind in {"", row["type"]}]
    return kept[: count(params, "limit", 100, 100)]


def valuation(office: Office, login: Login, params: Params, now: int) -> Rows:
    """What both accounts are worth in one currency, bitcoin unless another is named."""
    asset = word(params, "ccy", "BTC")
    price = office.exchange.dollars(asset)
    if not price:
        raise CodeError("51000", "ccy")
    worth = {
        name: _worth(office, held) / price
        for name, held in (
            ("funding", office.exchange.balances(login.account, FUNDING)),
            ("trading", office.exchange.balances(login.account, UNIFIED)),
        )
    }
    details = {name: text(value.quantize(RATIO)) for name, value in worth.items()}
    whole = sum(worth.values(), Decimal(0)).quantize(RATIO)
    return [{"details": details | {"classic": "0", "earn": "0"}, "totalBal": text(whole), "ts": ms(now)}]


def _worth(office: Office, held: list[Balance]) -> Decimal:
    """Return what balances are worth in dollars."""
    zero = Decimal(0)
    return sum(((each.equity or zero) * office.exchange.dollars(each.asset) for each in held), zero)


def currencies(office: Office, _login: Login, _params: Params, _now: int) -> Rows:
    """The currencies; nothing is paid in or out here."""
    coins = dict.fromkeys(
        coin for market in office.names.by_symbol.values() for coin in (market.instrument.base, market.instrument.quote)
    )
    return [
        {
            "ccy": coin, "name": coin, "chain": f"{coin}-{coin}", "canDep": False, "canInternal": False,
            "canWd": False, "fee": "0", "minFee": "0", "maxFee": "0", "mainNet": True, "minDep": "0", "minWd": "0",
            "maxWd": "0", "wdTickSz": "8", "wdQuota": "0", "usedWdQuota": "0", "logoLink": "", "ctAddr": "",
            "depQuotaFixed": "", "usedDepQuotaFixed": "", "depQuoteDailyLayer2": "", "minDepArrivalConfirm": "1",
            "minWdUnlockConfirm": "1", "needTag": False, "burningFeeRate": "",
        }
        for coin in coins
        if coin != "USD"
    ]  # fmt: skip
