"""What the venue tells when it did what was asked: rows by the fact sheet, pages to their end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.okx.answers import NOW, PLACE, SPOT, SWAP, D, data, told

from basisdesk.domain import ask as asks
from basisdesk.domain.account import (
    Complete,
    Fill,
    Forced,
    Income,
    IncomeKind,
    OrderUpdate,
)
from basisdesk.domain.ask import OrderRef, OrderType, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.trading import Reply, Request, Response, Session

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Trading

ORDER = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "ordId": "9001", "clOrdId": "test1", "tag": "", "px": "50000.1",
    "sz": "2", "side": "buy", "posSide": "net", "tdMode": "cross", "ordType": "limit", "state": "partially_filled",
    "accFillSz": "1", "avgPx": "50000.1", "fillSz": "1", "fillPx": "50000.1", "tradeId": "55",
    "fillTime": "1700000000130", "fillFee": "-0.1", "fillFeeCcy": "USDT", "execType": "M", "fee": "-0.1",
    "feeCcy": "USDT", "lever": "5", "reduceOnly": "false", "cancelSource": "", "amendResult": "", "reqId": "",
    "code": "0", "msg": "", "cTime": "1700000000100", "uTime": "1700000000131",
}  # fmt: skip


def test_an_accepted_order_has_its_number(trading: Trading, session: Session) -> None:
    ack = {"clOrdId": "", "ordId": "9001", "tag": "", "ts": "1700000000123", "sCode": "0", "sMsg": "", "subCode": ""}
    reply = told(trading, session, PLACE, 200, data(ack) | {"inTime": "1", "outTime": "2"})
    assert reply.outcome == Done()
    assert reply.updates == (
        OrderUpdate(
            at=1_700_000_000_123_000_000, symbol=SWAP, venue_id="9001", client_id="test1", status=OrderStatus.OPEN,
            side=Side.BUY, size=D(2),
        ),
    )  # fmt: skip
    for ask in (asks.Cancel(OrderRef(symbol=SWAP, venue_id="9001")),
                asks.Amend(order=OrderRef(symbol=SWAP, venue_id="9001"), size=D(3))):  # fmt: skip
        assert told(trading, session, ask, 200, data(ack)) == Reply(outcome=Done())
    assert told(trading, session, asks.DeadMan("public", 60), 200, data({"triggerTime": "1"})) == Reply(outcome=Done())


def order(trading: Trading, session: Session, **fields: str) -> OrderUpdate:
    reply = told(trading, session, asks.AskOrder(OrderRef(symbol=SWAP, venue_id="9001")), 200, data(ORDER | fields))
    (update,) = reply.updates
    assert isinstance(update, OrderUpdate)
    return update


def test_an_order_that_is_partly_filled_is_open(trading: Trading, session: Session) -> None:
    assert order(trading, session) == OrderUpdate(
        at=1_700_000_000_131_000_000, symbol=SWAP, venue_id="9001", client_id="test1", status=OrderStatus.OPEN,
        side=Side.BUY, type=OrderType.LIMIT, size=D(2), price=D("50000.1"), filled=D(1), average=D("50000.1"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "reason", "words"),
    [
        ({"state": "filled"}, DoneReason.FILLED, ""),
        ({"state": "canceled", "cancelSource": "1"}, DoneReason.CANCELLED, ""),
        ({"state": "canceled", "cancelSource": "20", "ordType": "market"}, DoneReason.CANCELLED, ""),
        ({"state": "canceled"}, DoneReason.CANCELLED, ""),
        ({"state": "mmp_canceled"}, DoneReason.CANCELLED, ""),
        ({"state": "canceled", "ordType": "ioc"}, DoneReason.EXPIRED, ""),
        ({"state": "canceled", "ordType": "ioc", "cancelSource": "1"}, DoneReason.CANCELLED, ""),
        ({"state": "canceled", "cancelSource": "31"}, DoneReason.EXPIRED, "cancelSource 31"),
        ({"state": "canceled", "cancelSource": "3", "cancelSourceReason": "risk"}, DoneReason.EXPIRED, "risk"),
    ],
)
def test_an_order_that_ended_says_why(
    trading: Trading, session: Session, fields: dict[str, str], reason: DoneReason, words: str
) -> None:
    update = order(trading, session, **fields)
    assert (update.status, update.reason, update.refused) == (OrderStatus.DONE, reason, words)


def test_orders_keep_what_else_they_say(trading: Trading, session: Session) -> None:
    money = order(trading, session, sz="100", tgtCcy="quote_ccy", px="", ordType="market", accFillSz="0", avgPx="0")
    assert (money.size, money.price, money.type, money.average) == (None, None, OrderType.MARKET, None)
    forced = order(trading, session, category="full_liquidation", reduceOnly="true", ordType="optimal_limit_ioc")
    assert (forced.forced, forced.reduce_only, forced.type) == (Forced.LIQUIDATION, True, OrderType.MARKET)
    assert order(trading, session, category="adl").forced is Forced.ADL
    assert order(trading, session, instId="NEW-USDT").symbol == "okx:NEW/USDT"


@pytest.mark.parametrize("bad", [{"state": "lost"}, {"side": "up"}, {"sz": "x"}, {"px": "1E999999"}, {"sz": "NaN"}])
def test_an_order_that_cannot_be_read_is_unknown(trading: Trading, session: Session, bad: dict[str, str]) -> None:
    ask = asks.AskOrder(OrderRef(symbol=SWAP, venue_id="9001"))
    assert isinstance(told(trading, session, ask, 200, data(ORDER | bad)).outcome, Unknown)


def test_an_order_nobody_knows_is_said_so(trading: Trading, session: Session) -> None:
    ask = asks.AskOrder(OrderRef(symbol=SWAP, client_id="gone"))
    outcome = told(trading, session, ask, 200, data(code="51603", msg="Order does not exist")).outcome
    assert outcome == Rejected(Reason.UNKNOWN_ORDER, "51603", "Order does not exist")


def test_open_orders_end_or_go_on(trading: Trading, session: Session) -> None:
    ask = asks.AskOpenOrders("public", SWAP)
    reply = told(trading, session, ask, 200, data(ORDER, ORDER | {"ordId": "9000"}))
    assert reply.updates[-1] == Complete(at=NOW, what="open_orders", line="public", symbol=SWAP)
    assert [update.venue_id for update in reply.updates[:-1] if isinstance(update, OrderUpdate)] == ["9001", "9000"]
    assert reply.further is None
    full = told(trading, session, ask, 200, data(*(ORDER | {"ordId": str(n)} for n in range(100))))
    assert full.further == asks.AskOpenOrders("public", SWAP, f"99@{NOW}")
    assert not any(isinstance(update, Complete) for update in full.updates)
    page = told(trading, session, full.further, 200, data(ORDER))
    assert (page.learned, isinstance(page.updates[-1], Complete)) == ((), True)


def test_a_list_is_whole_as_of_when_its_first_page_was_asked_for(trading: Trading, session: Session) -> None:
    ms, second = 1_000_000, 1_000_000_000
    asked = NOW + 123 * ms + 456
    bodies: dict[Ask, Any] = {
        asks.AskOpenOrders("public"): data(ORDER),
        asks.AskPositions("public"): data(),
        asks.AskBalances("public"): data(),
        asks.AskOpenOrders("public", "", f"9000@{NOW}"): data(ORDER),
        asks.AskOpenOrders("public", "", "9000@x"): data(ORDER),
    }
    begun = []
    for ask, body in bodies.items():
        request = trading.encode(ask, session, asked)
        assert isinstance(request, Request)
        assert "%40" not in request.path
        late = Response(200, json.dumps(body).encode(), {}, asked + second)
        told = trading.decode(request, late, session).updates[-1]
        assert isinstance(told, Complete)
        begun.append(told.at)
    assert begun == [NOW + 123 * ms] * 3 + [NOW, NOW + 123 * ms]


def test_cancelling_all_goes_on_until_nothing_is_left(trading: Trading, session: Session) -> None:
    ask = asks.CancelAll("public", SWAP)
    listed = told(trading, session, asks.AskOpenOrders("public", SWAP), 200,
                  data(*(ORDER | {"ordId": str(n)} for n in range(100))))  # fmt: skip
    session.learned.update(listed.learned)
    done = data(*({"ordId": str(n), "sCode": "0"} for n in range(20)))
    for left in (80, 60, 40, 20):
        reply = told(trading, session, ask, 200, done)
        session.learned.update(reply.learned)
        assert (reply.outcome, reply.further) == (Done(), ask)
        assert len(json.loads(session.learned[f"open {SWAP}"])["orders"]) == left
    last = told(trading, session, ask, 200, done)
    assert (last.learned, last.further) == (((f"open {SWAP}", ""),), ask)  # there was more than one page
    session.learned[f"open {SWAP}"] = json.dumps({"at": NOW, "orders": [["BTC-USDT-SWAP", "1"]]})
    assert told(trading, session, ask, 200, data({"ordId": "1", "sCode": "51400"}, code="1")).further is None


def test_a_batch_of_cancels_is_as_good_as_its_worst(trading: Trading, session: Session) -> None:
    ask = asks.CancelAll("public", SWAP)
    session.learned[f"open {SWAP}"] = json.dumps(
        {"at": NOW, "orders": [["BTC-USDT-SWAP", "1"], ["BTC-USDT-SWAP", "2"]]}
    )

    def outcome(body: Any, status: int = 200) -> Any:
        return told(trading, session, ask, status, body).outcome

    assert outcome(data({"sCode": "51400"}, {"sCode": "0"}, code="2")) == Done()
    assert outcome(data({"sCode": "51403", "sMsg": "no"}, {"sCode": "0"}, code="2")) == Rejected(
        Reason.UNSUPPORTED, "51403", "no"
    )
    assert isinstance(outcome(data({"sCode": "51403"}, {"sCode": "50004"}, code="1")), Unknown)
    assert isinstance(outcome(data(5, code="1")), Unknown)
    assert isinstance(outcome(data(code="50011")), RetryLater)
    assert isinstance(outcome(data(), 500), Unknown)
    request = trading.encode(ask, session, NOW)
    assert isinstance(request, Request)
    session.learned.clear()  # forgotten meanwhile
    reply = trading.decode(request, Response(200, json.dumps(data({"sCode": "0"})).encode(), {}, NOW), session)
    assert (reply.outcome, reply.further) == (Done(), None)


FILL = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "tradeId": "55", "ordId": "9001", "clOrdId": "test1",
    "billId": "700", "subType": "1", "tag": "", "fillPx": "50000.1", "fillSz": "1", "side": "sell", "posSide": "long",
    "execType": "T", "feeCcy": "OKB", "fee": "-0.02", "ts": "1700000000140", "fillTime": "1700000000130",
}  # fmt: skip


def test_fills_are_told_oldest_first(trading: Trading, session: Session) -> None:
    ask = asks.AskFills(line="public", symbol=SWAP)
    rebate = FILL | {"tradeId": "54", "fee": "0.01", "execType": "M", "fillTime": "", "posSide": "", "subType": "104"}
    reply = told(trading, session, ask, 200, data(FILL, rebate | {"fee": "", "execType": ""}, rebate))
    third, second, first = reversed(reply.updates)
    assert third == Fill(
        at=1_700_000_000_130_000_000, symbol=SWAP, trade_id="55", venue_id="9001", client_id="test1", side=Side.SELL,
        price=D("50000.1"), size=D(1), fee=D("0.02"), fee_asset="OKB", maker=False, position=PositionSide.LONG,
    )  # fmt: skip
    assert isinstance(first, Fill)
    assert (first.fee, first.maker, first.forced) == (D("-0.01"), True, Forced.LIQUIDATION)
    assert first.at == 1_700_000_000_140_000_000
    assert isinstance(second, Fill)
    assert (second.fee, second.maker) == (None, None)
    assert reply.further is None


def test_pages_of_fills_go_on_to_the_last_kind(trading: Trading, session: Session) -> None:
    rows = data(*(FILL | {"billId": str(900 - n)} for n in range(100)))
    recent = asks.AskFills(line="public", symbol=SWAP)
    assert told(trading, session, recent, 200, rows).further == asks.AskFills(line="public", symbol=SWAP, cursor="801")
    old = NOW - 5 * 86_400_000_000_000
    cursors = []
    ask: asks.Ask | None = asks.AskFills(line="public", since=old)
    for body in (rows, data(FILL), data(), data(FILL), data()):
        assert isinstance(ask, asks.AskFills)
        ask = told(trading, session, ask, 200, body).further
        cursors.append(ask.cursor if isinstance(ask, asks.AskFills) else None)
    assert cursors == ["SPOT:801", "MARGIN:", "SWAP:", "FUTURES:", None]
    spot = told(trading, session, asks.AskFills(line="public", symbol=SPOT, since=old), 200, data()).further
    assert isinstance(spot, asks.AskFills)
    assert spot.cursor == "MARGIN:"
    assert told(trading, session, asks.AskFills(line="public", symbol=SWAP, since=old), 200, data()).further is None


def test_booked_rows_have_their_kind(trading: Trading, session: Session) -> None:
    rows = [
        {"billId": str(n), "type": kind, "ccy": "USDT", "balChg": "-0.5", "ts": "1700000000140", "instId": code}
        for n, (kind, code) in enumerate([("8", "BTC-USDT-SWAP"), ("7", ""), ("2", "BTC-USDT"), ("99", "")])
    ]
    reply = told(trading, session, asks.AskIncome(line="public"), 200, data(*rows))
    assert [row.kind for row in reply.updates if isinstance(row, Income)] == [
        IncomeKind.OTHER, IncomeKind.TRADE, IncomeKind.INTEREST, IncomeKind.FUNDING,
    ]  # fmt: skip
    assert reply.updates[-1] == Income(
        at=1_700_000_000_140_000_000, id="0", kind=IncomeKind.FUNDING, asset="USDT", amount=D("-0.5"), symbol=SWAP
    )
    assert reply.further is None
    full = told(trading, session, asks.AskIncome(line="public"), 200, data(*(rows * 25)))
    assert full.further == asks.AskIncome(line="public", cursor="3")


PAGED: list[tuple[asks.Ask, dict[str, Any]]] = [
    (asks.AskOpenOrders("public"), ORDER),
    (
        asks.AskFills(line="public"),
        {"instId": "BTC-USDT-SWAP", "tradeId": "1", "ordId": "7", "side": "buy", "fillPx": "1", "fillSz": "1"}
        | {"billId": "9", "ts": "1"},
    ),
    (asks.AskIncome(line="public"), {"billId": "9", "type": "8", "ccy": "USDT", "balChg": "1", "ts": "1"}),
]


@pytest.mark.parametrize(("ask", "row"), PAGED)
def test_a_page_that_ends_where_it_began_is_not_read_for_ever(
    ask: Ask, row: dict[str, Any], trading: Trading, session: Session
) -> None:
    further = told(trading, session, ask, 200, data(*[row] * 100)).further
    assert further is not None
    again = told(trading, session, further, 200, data(*[row] * 100))
    assert isinstance(again.outcome, Unknown)
    assert (again.further, again.updates) == (None, ())
