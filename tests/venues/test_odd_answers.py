"""Answers and pushes that no page shows: half a batch, a no with HTTP 200, words nobody has heard, what is null.

None of them may crash a codec, and none may be read as money that is not there: what cannot be read is counted or left
unknown, and what can be read beside it is told all the same.
"""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.test_patience import NOW, SWAPS, desk_of

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Balance, Fill, Income, OrderUpdate, Position, StreamEnded, Terms, Update, Warned
from basisdesk.domain.ask import MarginMode, PositionMode, PositionSide
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues import VENUES

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Private, Reply

D = Decimal


def stream_of(venue: str, line: str) -> Private:
    desk = desk_of(venue)
    (private,) = desk.trading.privates([line], desk.session)
    private.connected(NOW)
    private.to_send()
    return private


def hear(private: Private, message: Any, *, packed: bool = False) -> list[Update]:
    raw = json.dumps(message).encode()
    return private.receive(gzip.compress(raw) if packed else raw, NOW)


def kinds(updates: list[Update]) -> list[type]:
    return [type(update) for update in updates]


# ------------------------------------------------------------------------------------------------------ binance


@pytest.mark.parametrize(
    "ask",
    [
        asks.SetPositionMode("usdm", PositionMode.HEDGE),
        asks.SetMarginMode(SWAPS["binance"], MarginMode.ISOLATED),
        asks.KeepStream("usdm"),
        asks.DeadMan("usdm", 30, SWAPS["binance"]),
        asks.CancelAll("usdm", SWAPS["binance"]),
        asks.SetLeverage(SWAPS["binance"], D(5)),
        asks.AskOpenOrders("usdm"),
    ],
)
def test_binance_a_no_with_http_200_is_a_no(ask: asks.Ask) -> None:
    reply = desk_of("binance").hear(ask, 200, {"code": -4061, "msg": "Order's position side does not match."})
    assert reply.outcome == Rejected(Reason.MODE, "-4061", "Order's position side does not match.")
    assert reply.updates == ()
    unsure = desk_of("binance").hear(ask, 200, {"code": -1007, "msg": "Timeout waiting for response"})
    assert isinstance(unsure.outcome, Unknown)


def test_binance_nothing_to_cancel_with_http_200_is_done() -> None:
    reply = desk_of("binance").hear(
        asks.CancelAll("usdm", SWAPS["binance"]), 200, {"code": -2011, "msg": "Unknown order sent."}
    )
    assert reply.outcome == Done()


@pytest.mark.parametrize(
    ("body", "done"),
    [
        ({"symbol": "BTCUSDT", "countdownTime": "30000"}, True), ({"symbol": "BTCUSDT", "countdownTime": 30000}, True),
        ({"symbol": "BTCUSDT", "countdownTime": "0"}, False), ({}, False), ({"symbol": "BTCUSDT"}, False),
    ],
)  # fmt: skip
def test_binance_a_dead_man_switch_is_armed_only_when_it_says_so(body: Any, done: bool) -> None:
    outcome = desk_of("binance").hear(asks.DeadMan("usdm", 30, SWAPS["binance"]), 200, body).outcome
    assert isinstance(outcome, Done if done else Unknown)


def test_binance_times_as_text_and_lists_that_are_null_are_read() -> None:
    private = stream_of("binance", "usdm")
    (call,) = hear(private, {"e": "MARGIN_CALL", "E": "1700000000123", "p": [{"s": "1000PEPEUSDT", "ps": "LONG"}]})
    assert isinstance(call, Warned)
    assert (call.at, call.symbol) == (1_700_000_000_123_000_000, "binance:1000PEPE/USDT:USDT")
    account = {"e": "ACCOUNT_UPDATE", "E": "1", "T": "2", "a": {"m": "ORDER", "B": None, "P": None}}
    assert hear(private, account) == []
    account["a"] = {"m": "FUNDING_FEE", "B": [{"a": "USDC", "wb": "1E-8", "cw": "1"}]}
    (purse,) = hear(private, account)
    assert isinstance(purse, Balance)
    assert (purse.asset, purse.total) == ("USDC", D("1E-8"))
    assert private.undecoded == 0


def test_binance_names_of_no_line_make_no_stream() -> None:
    desk = desk_of("binance")
    assert desk.trading.privates(["", "nope"], desk.session) == []
    assert len(desk.trading.privates(["spot", "", "usdm"], desk.session)) == 2


# -------------------------------------------------------------------------------------------------------- bybit

EXECUTION = {
    "category": "linear", "symbol": "1000PEPEUSDT", "execId": "e-1", "execPrice": "0.00001", "execQty": "400",
    "execType": "Trade", "execFee": "1E-8", "feeRate": "0.0001", "orderId": "u-1", "orderLinkId": "x", "side": "Sell",
    "isMaker": False, "execTime": "1700000000123",
}  # fmt: skip


def test_bybit_an_execution_of_an_unheard_kind_is_no_fill() -> None:
    private = stream_of("bybit", "linear")
    kinds_of_execution = ["Trade", "AdlTrade", "SessionSettlePnL", "Funding", "BustTrade"]
    data = [EXECUTION | {"execType": kind} for kind in kinds_of_execution]
    told = hear(private, {"topic": "execution", "creationTime": 1, "data": data})
    assert kinds(told) == [Fill, Fill, Income, Fill]
    assert private.undecoded == 1
    body = {"retCode": 0, "retMsg": "OK", "result": {"list": [data[2]], "nextPageCursor": ""}, "time": 1}
    assert isinstance(desk_of("bybit").hear(asks.AskFills(line="linear"), 200, body).outcome, Unknown)


@pytest.mark.parametrize(("side", "size", "read"), [("Buy", "5", D(5)), ("Sell", "5", D(-5)), ("", "0", D(0))])
def test_bybit_a_position_has_the_sign_of_its_side(side: str, size: str, read: Decimal) -> None:
    private = stream_of("bybit", "linear")
    row = {"category": "linear", "symbol": "1000PEPEUSDT", "side": side, "size": size, "updatedTime": "1"}
    (held,) = hear(private, {"topic": "position", "data": [row]})
    assert isinstance(held, Position)
    assert held.size == read


@pytest.mark.parametrize("side", ["", "None", "LONG", "buy"])
def test_bybit_a_position_without_a_side_is_not_taken_for_a_long_one(side: str) -> None:
    private = stream_of("bybit", "linear")
    row = {"category": "linear", "symbol": "1000PEPEUSDT", "side": side, "size": "5", "updatedTime": "1"}
    assert hear(private, {"topic": "position", "data": [row]}) == []
    assert private.undecoded == 1


def listed(venue: str, line: str, body: Any) -> list[Instrument]:
    return VENUES[venue].decode_instruments(line, json.dumps(body).encode())


def test_bybit_an_instrument_with_null_for_what_it_has_not_is_listed() -> None:
    row = {
        "symbol": "1000PEPEUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "1000PEPE",
        "quoteCoin": "USDT", "settleCoin": "USDT", "deliveryTime": None, "fundingInterval": 240,
        "leverageFilter": {"maxLeverage": None}, "priceFilter": {"tickSize": "1E-7"},
        "lotSizeFilter": {"minOrderQty": "100", "qtyStep": "100", "maxOrderQty": None, "minNotionalValue": None},
        "upperFundingRate": None, "lowerFundingRate": None, "isPreListing": False,
    }  # fmt: skip
    body = {"retCode": 0, "retMsg": "", "result": {"category": "linear", "list": [row], "nextPageCursor": None}}
    (market,) = listed("bybit", "linear", body)
    assert (market.symbol, market.tick, market.max_size) == ("bybit:1000PEPE/USDT:USDT", D("1E-7"), None)
    assert (market.funding_cap, market.min_notional, market.max_leverage) == (None, D(0), None)


# ------------------------------------------------------------------------------------------------------ deribit

ORDER = {
    "order_id": "BTC-1", "order_state": "cancelled", "order_type": "limit", "time_in_force": "good_til_cancelled",
    "instrument_name": "BTC_USDC-PERPETUAL", "last_update_timestamp": 1700000000123, "direction": "sell",
    "price": 50000.5, "label": "x", "amount": 0.001, "filled_amount": 0.0004, "average_price": 50000.5,
    "cancel_reason": "user_request",
}  # fmt: skip
TRADE = {
    "trade_id": "BTC_USDC-9", "instrument_name": "BTC_USDC-PERPETUAL", "timestamp": 1700000000123, "order_id": "BTC-1",
    "order_type": "limit", "direction": "sell", "price": 50000.5, "amount": 0.0004, "liquidity": "T", "fee": 1e-8,
    "fee_currency": "USDC", "label": "x",
}  # fmt: skip
HELD = {"instrument_name": "BTC_USDC-PERPETUAL", "direction": "sell", "size": 0.0004, "average_price": 50000.5}


def changes(**rows: Any) -> dict[str, Any]:
    params = {"channel": "user.changes.future.any.raw", "data": rows}
    return {"jsonrpc": "2.0", "method": "subscription", "params": params}


def test_deribit_an_order_in_an_unheard_state_hides_no_fill_and_no_position() -> None:
    private = stream_of("deribit", "public")
    told = hear(private, changes(orders=[ORDER | {"order_state": "frozen"}], trades=[TRADE], positions=[HELD]))
    assert kinds(told) == [Fill, Position]
    assert private.undecoded == 1
    told = hear(private, changes(orders=[ORDER], trades=[TRADE | {"price": None}], positions=[{}, HELD]))
    assert kinds(told) == [OrderUpdate, Position]
    assert private.undecoded == 3


def test_deribit_what_is_null_is_not_told() -> None:
    private = stream_of("deribit", "public")
    bare = ORDER | {"label": None, "filled_amount": None, "cancel_reason": None, "price": None}
    (order,) = hear(private, changes(orders=[bare], trades=None, positions=None))
    assert isinstance(order, OrderUpdate)
    assert (order.client_id, order.filled, order.refused, order.price, order.average) == ("", D(0), "", None, None)
    (fill,) = hear(private, changes(trades=[TRADE | {"label": None, "liquidation": None, "fee": None}]))
    assert isinstance(fill, Fill)
    assert (fill.client_id, fill.forced, fill.fee) == ("", None, None)
    assert private.undecoded == 0


def test_deribit_a_price_may_be_text_but_no_word() -> None:
    private = stream_of("deribit", "public")
    (order,) = hear(private, changes(orders=[ORDER | {"price": "50000.5"}]))
    assert isinstance(order, OrderUpdate)
    assert order.price == D("50000.5")
    assert hear(private, changes(orders=[ORDER | {"price": "about right"}])) == []
    assert private.undecoded == 1


# ---------------------------------------------------------------------------------------------------------- htx


def linear_position(**fields: Any) -> list[Update]:
    private = stream_of("htx", "linear")
    row = {"contract_code": "PEPE-USDT", "volume": "4", "margin_mode": "cross"} | fields
    return hear(private, {"op": "notify", "topic": "positions", "ts": "1", "uid": "9", "data": [row]}, packed=True)


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"direction": "sell"}, -4), ({"direction": "SELL"}, -4), ({"direction": "buy", "position_side": "both"}, 4),
        ({"position_side": "short"}, -4), ({"position_side": "long"}, 4), ({"volume": "0"}, 0),
    ],
)  # fmt: skip
def test_htx_a_position_has_the_sign_of_its_direction_or_side(fields: dict[str, str], size: int) -> None:
    (held,) = linear_position(**fields)
    assert isinstance(held, Position)
    assert held.size == size


@pytest.mark.parametrize("fields", [{}, {"direction": "up"}, {"position_side": "both"}])
def test_htx_a_position_without_direction_is_not_taken_for_a_long_one(fields: dict[str, str]) -> None:
    assert linear_position(**fields) == []


def test_htx_a_coin_margined_position_needs_its_direction() -> None:
    for direction, size in (("sell", -3), ("BUY", 3), ("up", None)):
        private = stream_of("htx", "coin_swap")
        row = {"contract_code": "BTC-USD", "volume": 3, "direction": direction}
        told = hear(private, {"op": "notify", "topic": "positions.btc-usd", "ts": 1, "data": [row]}, packed=True)
        assert [update.size for update in told if isinstance(update, Position)] == ([] if size is None else [size])
        assert [update.side for update in told if isinstance(update, Position)] == (
            [] if size is None else [PositionSide.SHORT if size < 0 else PositionSide.LONG]
        )


def test_htx_orders_that_were_not_cancelled_are_told() -> None:
    desk = desk_of("htx")
    every = asks.CancelAll("coin_swap", "htx:BTC/USD:BTC")

    def outcome(*errors: dict[str, Any]) -> object:
        return desk.hear(every, 200, {"status": "ok", "data": {"errors": list(errors), "successes": "8,9"}}).outcome

    over = {"order_id": "7", "err_code": 1061, "err_msg": "The order does not exist."}
    closed = {"order_id": "6", "err_code": 1058, "err_msg": "Trading is closed."}
    assert outcome(over) == Done()
    assert outcome(over, closed) == Rejected(Reason.NOT_TRADABLE, "1058", "Trading is closed.")
    assert isinstance(outcome({"order_id": "6", "err_code": 1004, "err_msg": "busy"}), Unknown)


def test_htx_cancelling_all_where_there_is_nothing_is_done() -> None:
    desk = desk_of("htx")
    nothing = {"status": "error", "err_code": 1051, "err_msg": "No orders to cancel.", "ts": 1}
    assert desk.hear(asks.CancelAll("coin_swap", "htx:BTC/USD:BTC"), 200, nothing).outcome == Done()
    one = asks.Cancel(asks.OrderRef(symbol="htx:BTC/USD:BTC", venue_id="9"))
    assert isinstance(desk.hear(one, 200, nothing).outcome, Rejected)


def test_htx_spot_orders_that_were_not_cancelled_are_told_at_the_end() -> None:
    desk = desk_of("htx")

    def said(**counts: int) -> Reply:
        data = {name.replace("_", "-"): value for name, value in counts.items()}
        return desk.hear(asks.CancelAll("spot"), 200, {"status": "ok", "data": data})

    more = said(success_count=100, failed_count=2, next_id=5)
    assert (more.outcome, more.further) == (Done(), asks.CancelAll("spot", cursor="5"))
    end = said(success_count=0, failed_count=2, next_id=5)
    assert (end.outcome, end.further) == (Rejected(Reason.OTHER, "failed-count", "2 orders were not cancelled"), None)
    assert said(success_count=3, failed_count=0, next_id=-1).outcome == Done()


# ------------------------------------------------------------------------------------------------------- bigone


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        ({"cancelled": [10, 11], "failed": []}, Done()),
        ({"cancelled": [10]}, Done()),
        ({"cancelled": [], "failed": [12, "13"]}, Rejected(Reason.OTHER, "failed", "not cancelled: 12, 13")),
    ],
)
def test_bigone_orders_that_were_not_cancelled_are_told(data: Any, outcome: object) -> None:
    desk = desk_of("bigone")
    assert desk.hear(asks.CancelAll("spot", "bigone:BTC/USDT"), 200, {"code": 0, "data": data}).outcome == outcome


@pytest.mark.parametrize("body", [{}, {"message": "done?"}, {"code": 0, "data": {}}, {"code": 0, "data": []}])
def test_bigone_an_answer_that_names_no_order_cancels_none(body: Any) -> None:
    desk = desk_of("bigone")
    assert isinstance(desk.hear(asks.CancelAll("spot", "bigone:BTC/USDT"), 200, body).outcome, Unknown)


def test_bigone_a_leverage_is_told_in_plain_digits() -> None:
    row = {
        "symbol": "BTCUSD", "baseCurrency": "BTC", "quoteCurrency": "USD", "settleCurrency": "BTC", "isInverse": True,
        "multiplier": 1, "priceStep": 0.5, "initialMargin": 0.01, "enable": True,
    }  # fmt: skip
    (market,) = listed("bigone", "contract", [row])
    assert str(market.max_leverage) == "100"


# ---------------------------------------------------------------------------------------------------------- okx


def test_okx_a_reply_without_rows_has_its_code() -> None:
    desk = desk_of("okx")
    refused = desk.hear(asks.AskPositions("public"), 200, {"code": "50113", "msg": "Invalid Sign", "data": None})
    assert refused.outcome == Rejected(Reason.AUTHENTICATION, "50113", "Invalid Sign")
    assert isinstance(desk.hear(asks.AskTime("public"), 200, {"code": "0", "msg": "", "data": None}).outcome, Unknown)


# --------------------------------------------------------------------------------------------------------- all


@pytest.mark.parametrize("venue", VENUES)
def test_a_frame_that_says_nothing_ends_no_stream_and_crashes_none(venue: str) -> None:
    frames = [b"", b'""', b"\n", b"\r\n", b"null", b"[]", b"{}", b"0", b"\xff\xfe", b"<html></html>", b"[" * 5000]
    for line in VENUES[venue].lines:
        private = stream_of(venue, line)
        for frame in frames:
            for raw in (frame, gzip.compress(frame)):
                assert not [each for each in private.receive(raw, NOW) if not isinstance(each, StreamEnded)]


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("status", [200, 302, 400, 403, 500, 502, 503, 504, 520])
@pytest.mark.parametrize("body", [b"<html><body>502 Bad Gateway</body></html>", b"", b"null", b'""', b"[]", b"{}"])
def test_an_order_that_was_answered_by_no_answer_is_unknown(venue: str, status: int, body: bytes) -> None:
    desk = desk_of(venue)
    cancel = asks.Cancel(asks.OrderRef(symbol=SWAPS[venue], venue_id="9"))
    outcome = desk.hear(cancel, status, body).outcome
    if venue == "bigone" and body in {b"", b"{}", b"null"} and status == 200:
        return  # its contracts answer a cancel without a body
    if status < 500 and status >= 400 and body in {b"{}", b"null"}:
        assert isinstance(outcome, Unknown | Rejected)
        return
    assert isinstance(outcome, Unknown), outcome
    assert not isinstance(outcome, RetryLater)


# ------------------------------------------------------------------------------------------------ funding terms


def test_binance_funding_terms_with_a_strange_row_tell_the_others() -> None:
    def row(code: str, **fields: Any) -> dict[str, Any]:
        terms = {"symbol": code, "adjustedFundingRateCap": "0.005", "adjustedFundingRateFloor": "-0.005"}
        return terms | {"fundingIntervalHours": 4, "disclaimer": False} | fields

    strange = [row("ETHUSDT", adjustedFundingRateCap=[]), row("XRPUSDT", fundingIntervalHours="often"), None, 5]
    page = asks.AskInstruments("usdm", "funding")
    reply = desk_of("binance").hear(page, 200, [*strange, row("LTCUSDT", adjustedFundingRateCap="NaN"), row("BTCUSDT")])
    assert reply.outcome == Done()
    (told,) = reply.updates
    assert isinstance(told, Terms)
    market = told.instrument
    assert (market.symbol, market.funding_interval) == ("binance:BTC/USDT:USDT", 4)
    assert (market.funding_cap, market.funding_floor) == (D("0.005"), D("-0.005"))


def test_htx_funding_times_with_a_strange_row_tell_the_others() -> None:
    def row(code: str, at: Any) -> dict[str, Any]:
        return {"contract_code": code, "funding_time": at, "next_funding_time": "1700014400000"}

    rows = [row("ETH-USDT", "soon"), row("LTC-USDT", {}), row("BTC-USDT", "1700000000000")]
    reply = desk_of("htx").hear(asks.AskInstruments("linear", "funding"), 200, {"status": "ok", "data": rows, "ts": 1})
    assert reply.outcome == Done()
    assert [
        (each.instrument.code, each.instrument.funding_interval) for each in reply.updates if isinstance(each, Terms)
    ] == [("BTC-USDT", 4)]


def test_binance_a_fill_on_an_unheard_side_of_a_position_is_not_read() -> None:
    row = {
        "symbol": "BTCUSDT", "id": 1, "orderId": 2, "side": "BUY", "price": "1", "qty": "1", "commission": "0",
        "commissionAsset": "USDT", "time": 1, "maker": False, "positionSide": "UPPER",
    }  # fmt: skip
    ask = asks.AskFills(line="usdm", symbol=SWAPS["binance"])
    assert isinstance(desk_of("binance").hear(ask, 200, [row]).outcome, Unknown)
    (fill,) = desk_of("binance").hear(ask, 200, [row | {"positionSide": "SHORT"}]).updates
    assert isinstance(fill, Fill)
    assert fill.position is PositionSide.SHORT
