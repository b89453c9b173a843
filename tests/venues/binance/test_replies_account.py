"""Balances, positions, fills, income, settings, clock, instruments and funding, as answers tell them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from tests.venues.binance.answers import AT, COINM, FUTURES_ORDER, MS, NOW, SPOT, TRADING, USDM, D, answered, ref, told

from basisdesk.domain import account as facts
from basisdesk.domain import ask as asks
from basisdesk.domain.ask import MarginMode, PositionMode, PositionSide
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Unknown
from basisdesk.venues.trading import Request, Response, Session


def test_settings_tell_how_the_market_is_set_now(session: Session) -> None:
    leverage = {"leverage": 21, "maxNotionalValue": "1000000", "symbol": "BTCUSDT"}
    yes = {"code": 200, "msg": "success"}
    assert told(asks.SetLeverage(USDM, D(21)), leverage, session) == (
        facts.Mode(line="usdm", symbol=USDM, leverage=D(21)),
    )
    assert told(asks.SetMarginMode(USDM, MarginMode.ISOLATED), yes, session) == (
        facts.Mode(line="usdm", symbol=USDM, margin=MarginMode.ISOLATED),
    )
    assert told(asks.SetPositionMode("coinm", PositionMode.HEDGE), yes, session) == (
        facts.Mode(line="coinm", position=PositionMode.HEDGE),
    )
    assert told(asks.AskPositionMode("usdm"), {"dualSidePosition": False}, session) == (
        facts.Mode(line="usdm", position=PositionMode.ONE_WAY),
    )
    assert told(asks.DeadMan("usdm", 60, USDM), {"symbol": "BTCUSDT", "countdownTime": "60000"}, session) == ()


def test_a_transfer_is_a_booked_row(session: Session) -> None:
    ask = asks.MoveFunds(asset="USDT", amount=D(10), source="spot", target="usdm")
    (row,) = told(ask, {"tranId": 13526853623}, session)
    assert row == facts.Income(
        at=NOW + 50 * MS, id="13526853623", kind=facts.IncomeKind.TRANSFER, asset="USDT", amount=D(-10)
    )


def test_a_listen_key_is_learned_and_kept(session: Session) -> None:
    reply = answered(asks.OpenStream("usdm"), {"listenKey": "pqia91"}, session)
    assert (reply.outcome, reply.learned) == (Done(), (("usdm.listen_key", "pqia91"),))
    assert answered(asks.KeepStream("usdm"), {"listenKey": "pqia91"}, session).outcome == Done()
    assert isinstance(answered(asks.OpenStream("usdm"), {}, session).outcome, Unknown)


def test_balances_of_spot(session: Session) -> None:
    body = {
        "makerCommission": 15, "updateTime": 1700000000123, "accountType": "SPOT", "uid": 354937868,
        "balances": [{"asset": "BTC", "free": "4723846.89208129", "locked": "0.00000001"}],
    }  # fmt: skip
    expected = (
        facts.Balance(at=AT, line="spot", asset="BTC", total=D("4723846.89208130"), available=D("4723846.89208129")),
        facts.Complete(at=NOW, what="balances", line="spot"),
    )
    assert told(asks.AskBalances("spot"), body, session) == expected
    reply = answered(asks.AskAccounts(), body, session)
    assert (reply.updates, reply.learned) == (expected, (("account", "354937868"),))
    assert answered(asks.AskAccounts(), {"balances": []}, session).learned == ()


def test_balances_of_futures(session: Session) -> None:
    row = {
        "accountAlias": "SgsR", "asset": "USDT", "balance": "122607.35", "crossWalletBalance": "23.7",
        "crossUnPnl": "-7.35", "availableBalance": "23.7", "maxWithdrawAmount": "23.7", "marginAvailable": True,
        "updateTime": 1700000000123,
    }  # fmt: skip
    empty = row | {"asset": "BNB", "balance": "0.0", "availableBalance": "0.0"}
    assert told(asks.AskBalances("usdm"), [row, empty], session) == (
        facts.Balance(
            at=AT, line="usdm", asset="USDT", total=D("122607.35"), available=D("23.7"), equity=D("122600.00")
        ),
        facts.Complete(at=NOW, what="balances", line="usdm"),
    )


POSITION = {
    "symbol": "BTCUSDT", "positionAmt": "-0.5", "entryPrice": "50000.0", "markPrice": "49000.0",
    "unRealizedProfit": "500.0", "liquidationPrice": "0", "leverage": "10", "maxNotionalValue": "20000000",
    "marginType": "isolated", "isolatedMargin": "2500.0", "isAutoAddMargin": "false", "positionSide": "SHORT",
    "notional": "-24500", "isolatedWallet": "2000", "updateTime": 1700000000123, "adl": 3,
}  # fmt: skip


def test_positions_come_with_leverage_and_margin_mode(session: Session) -> None:
    flat = POSITION | {"symbol": "ETHUSDT", "positionAmt": "0.000", "marginType": "cross", "positionSide": "BOTH"}
    flat["entryPrice"] = "0.0"
    updates = told(asks.AskPositions("usdm"), [POSITION, flat], session)
    assert updates == (
        facts.Mode(line="usdm", symbol=USDM, leverage=D(10), margin=MarginMode.ISOLATED),
        facts.Position(
            at=AT,
            symbol=USDM,
            size=D("-0.5"),
            entry=D("50000.0"),
            mark=D("49000.0"),
            unrealised=D("500.0"),
            margin=D("2500.0"),
            leverage=D(10),
            mode=MarginMode.ISOLATED,
            side=PositionSide.SHORT,
            adl_rank=3,
        ),
        facts.Mode(line="usdm", symbol="binance:ETH/USDT:USDT", leverage=D(10), margin=MarginMode.CROSS),
        facts.Complete(at=NOW, what="positions", line="usdm"),
    )


def test_positions_of_one_market_of_a_pair_leave_the_others_out(session: Session) -> None:
    bare = {name: POSITION[name] for name in POSITION if name not in {"leverage", "marginType"}}
    rows = [bare | {"symbol": code, "positionAmt": "3"} for code in ("BTCUSD_PERP", "BTCUSD_261225")]
    updates = told(asks.AskPositions("coinm", COINM), rows, session)
    assert [type(update) for update in updates] == [facts.Position, facts.Complete]
    assert isinstance(updates[0], facts.Position)
    assert (updates[0].symbol, updates[0].leverage) == (COINM, None)


def trade(number: int, **terms: Any) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT", "id": number, "orderId": 28, "price": "50000.1", "qty": "0.5", "quoteQty": "25000.05",
        "commission": "0.0005", "commissionAsset": "BTC", "time": 1700000000123,
    } | terms  # fmt: skip


def test_fills_of_spot_and_futures(session: Session) -> None:
    (fill,) = told(
        asks.AskFills(line="spot", symbol=SPOT), [trade(7, isBuyer=False, isMaker=True, isBestMatch=True)], session
    )
    expected = facts.Fill(
        at=AT,
        symbol=SPOT,
        trade_id="7",
        venue_id="28",
        client_id="",
        side=Side.SELL,
        price=D("50000.1"),
        size=D("0.5"),
        fee=D("0.0005"),
        fee_asset="BTC",
        maker=True,
    )
    assert fill == expected
    assert told(asks.AskFills(line="spot", symbol=SPOT), [trade(7, isBuyer=True, isMaker=True)], session) == (
        msgspec.structs.replace(expected, side=Side.BUY),
    )
    row = trade(7, side="BUY", maker=False, buyer=True, positionSide="LONG", realizedPnl="0")
    assert told(asks.AskFills(line="usdm", symbol=USDM), [row], session) == (
        msgspec.structs.replace(expected, symbol=USDM, side=Side.BUY, maker=False, position=PositionSide.LONG),
    )


def test_fills_go_on_by_id_when_the_page_is_full_or_the_window_not_the_last(session: Session) -> None:
    rows = [trade(number, isBuyer=True, isMaker=True) for number in range(1000, 0, -1)]
    ask = asks.AskFills(line="spot", symbol=SPOT, since=NOW - 10**9)
    reply = answered(ask, rows, session)
    assert reply.further == asks.AskFills(line="spot", symbol=SPOT, since=NOW - 10**9, cursor="id:1001")
    assert [fill.trade_id for fill in reply.updates if isinstance(fill, facts.Fill)][:2] == ["1", "2"]
    assert answered(ask, rows[:999], session).further is None
    day = 86_400 * 10**9
    old = asks.AskFills(line="spot", symbol=SPOT, since=NOW - 3 * day)
    assert answered(old, rows[:1], session).further == msgspec.structs.replace(old, cursor="id:1001")
    assert answered(old, [], session).further == msgspec.structs.replace(old, cursor=f"at:{NOW - 2 * day}")
    assert answered(asks.AskFills(line="spot", symbol=SPOT, cursor="id:5"), [], session).further is None


def test_income_rows_have_ids_and_kinds_and_pages(session: Session) -> None:
    row = {
        "symbol": "BTCUSDT", "incomeType": "FUNDING_FEE", "income": "-0.375", "asset": "USDT", "info": "",
        "time": 1700000000123, "tranId": 9689322392, "tradeId": "",
    }  # fmt: skip
    ask = asks.AskIncome(line="usdm")
    other = row | {"symbol": "", "incomeType": "NEW_KIND"}
    assert told(ask, [row, other], session) == (
        facts.Income(
            at=AT,
            id="FUNDING_FEE:9689322392:USDT",
            kind=facts.IncomeKind.FUNDING,
            asset="USDT",
            amount=D("-0.375"),
            symbol=USDM,
        ),
        facts.Income(
            at=AT, id="NEW_KIND:9689322392:USDT", kind=facts.IncomeKind.OTHER, asset="USDT", amount=D("-0.375")
        ),
    )
    assert answered(ask, [row] * 1000, session).further == asks.AskIncome(line="usdm", cursor="2")
    assert answered(ask, [row] * 999, session).further is None


def test_fees_add_up_on_spot(session: Session) -> None:
    body = {
        "symbol": "BTCUSDT",
        "standardCommission": {"maker": "0.00100000", "taker": "0.00110000", "buyer": "0", "seller": "0"},
        "taxCommission": {"maker": "0.00000112", "taker": "0.00000114", "buyer": "0", "seller": "0"},
        "discount": {"enabledForAccount": True, "discountAsset": "BNB", "discount": "0.75"},
    }
    assert told(asks.AskFees(SPOT), body, session) == (
        facts.Fees(symbol=SPOT, maker=D("0.00100112"), taker=D("0.00110114")),
    )
    futures = {"symbol": "BTCUSDT", "makerCommissionRate": "-0.0001", "takerCommissionRate": "0.0004"}
    assert told(asks.AskFees(USDM), futures, session) == (
        facts.Fees(symbol=USDM, maker=D("-0.0001"), taker=D("0.0004")),
    )


def test_what_a_key_may_do(session: Session) -> None:
    body = {
        "ipRestrict": True,
        "createTime": 1,
        "enableReading": True,
        "enableWithdrawals": False,
        "enableFutures": True,
    }
    assert told(asks.AskPermissions(), body, session) == (
        facts.Permissions(at=NOW, read=True, trade=True, withdraw=False, transfer=False, addresses=True),
    )


def test_the_clock(session: Session) -> None:
    assert told(asks.AskTime("usdm"), {"serverTime": 1700000000123}, session) == (facts.ServerTime(AT),)


def test_funding_is_asked_in_two_steps(session: Session) -> None:
    session.know([msgspec.structs.replace(session.instruments[USDM], funding_cap=D("0.02"), funding_floor=D("-0.02"))])
    body = {
        "symbol": "BTCUSDT", "markPrice": "11793.6", "indexPrice": "11781.8", "estimatedSettlePrice": "11781.1",
        "lastFundingRate": "0.00038246", "interestRate": "0.0001", "nextFundingTime": 1700006400000,
        "time": 1700000000123,
    }  # fmt: skip
    first = answered(asks.AskFunding(USDM), body, session)
    assert first.updates == (
        facts.Funding(
            at=AT,
            symbol=USDM,
            predicted=D("0.00038246"),
            next_at=1700006400000 * MS,
            interval=8,
            cap=D("0.02"),
            floor=D("-0.02"),
        ),
    )
    assert first.further == asks.AskFunding(USDM, "settled")
    rows = [
        {"symbol": "BTCUSDT", "fundingRate": rate, "fundingTime": at, "markPrice": "1"}
        for rate, at in (("-0.00001", 1700000000123), ("0.5", 1600000000000))
    ]
    assert told(first.further, rows, session) == (
        facts.Funding(at=AT, symbol=USDM, settled=D("-0.00001"), settled_at=AT, interval=8),
    )
    assert told(first.further, [], session) == ()


def test_funding_of_coin_margined_markets_comes_in_a_list(session: Session) -> None:
    row = {"symbol": "BTCUSD_PERP", "lastFundingRate": "", "nextFundingTime": 0, "time": 1700000000123}
    (update,) = told(asks.AskFunding(COINM), [row], session)
    assert isinstance(update, facts.Funding)
    assert update.predicted is None
    assert isinstance(answered(asks.AskFunding(COINM), [row, row], session).outcome, Unknown)
    request = TRADING.encode(asks.AskFunding(COINM), session, NOW) if TRADING else None
    assert TRADING is not None
    assert isinstance(request, Request)
    reply = TRADING.decode(request, Response(200, json.dumps([row]).encode(), {}, NOW), Session())
    assert reply.outcome == Done()


def listing(*codes: str) -> dict[str, Any]:
    filters = [
        {"filterType": "PRICE_FILTER", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001", "maxQty": "1000"},
    ]
    common = {"quoteAsset": "USDT", "marginAsset": "USDT", "status": "TRADING", "filters": filters}
    return {
        "symbols": [
            common | {"symbol": code, "baseAsset": code[:3], "deliveryDate": 1798185600000 if "_" in code else 0}
            for code in codes
        ]
    }


def test_instruments_keep_their_funding_terms_and_a_second_page_states_them(session: Session) -> None:
    session.instruments.clear()
    first = answered(asks.AskInstruments("usdm"), listing("BTCUSDT", "ETHUSDT", "BTCUSDT_261225"), session)
    assert first.further == asks.AskInstruments("usdm", "funding")
    session.know([update.instrument for update in first.updates if isinstance(update, facts.Terms)])
    rows = [
        {
            "symbol": "BTCUSDT", "adjustedFundingRateCap": "0.025", "adjustedFundingRateFloor": "-0.025",
            "fundingIntervalHours": 4, "disclaimer": False,
        },
        {
            "symbol": "ETHUSDT", "adjustedFundingRateCap": "0.025", "adjustedFundingRateFloor": "-0.025",
            "fundingIntervalHours": 0, "disclaimer": False,
        },
    ]  # fmt: skip
    (terms,) = told(first.further, rows, session)
    assert isinstance(terms, facts.Terms)
    assert (terms.instrument.symbol, terms.instrument.funding_interval) == (USDM, 4)
    assert (terms.instrument.funding_cap, terms.instrument.funding_floor) == (D("0.025"), D("-0.025"))
    session.know([terms.instrument])
    again = told(asks.AskInstruments("usdm"), listing("BTCUSDT", "BTCUSDT_261225"), session)
    assert again[0] == terms
    assert isinstance(again[1], facts.Terms)
    assert again[1].instrument.funding_interval is None
    (back,) = told(first.further, [], session)
    assert isinstance(back, facts.Terms)
    assert back.instrument.funding_interval == 8
    assert back.instrument.funding_cap is None


def test_spot_has_no_funding_page(session: Session) -> None:
    body = listing("BTCUSDT")
    reply = answered(asks.AskInstruments("spot"), body, session)
    assert reply.further is None
    assert len(reply.updates) == 1


def test_used_weight_comes_from_the_headers(session: Session) -> None:
    reply = answered(
        asks.AskOrder(ref(USDM)),
        FUTURES_ORDER,
        session,
        x_mbx_used_weight_1m="17",
        x_mbx_order_count_10s="3",
        x_mbx_order_count_1m="many",
        x_mbx_order_count_1d="4",
    )
    assert reply.used == (("usdm.weight", 17.0), ("usdm.orders.10s", 3.0))
    move = asks.MoveFunds(asset="USDT", amount=D(1), source="spot", target="usdm")
    assert answered(move, {"tranId": 1}, session, x_mbx_used_weight_1m="17").used == ()
