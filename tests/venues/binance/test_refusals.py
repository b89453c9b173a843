"""What the venue would not take is refused before anything is sent; client ids fit every line."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.venues.binance.orders import COINM, NOW, SPOT, TRADING, USDM, encoded, market, new, ref

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import MarginMode, PositionMode, PositionSide, TimeInForce
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.binance.ids import client_id, is_client_id

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

REFUSED: list[tuple[asks.Ask, str, str]] = [
    (asks.Place(new("binance:XYZ/USDT")), "unknown_symbol", "load its instruments"),
    (asks.Place(new(SPOT, client_id="a b")), "bad_client_id", "'a b'"),
    (asks.Place(new(SPOT, client_id="a/b")), "bad_client_id", "'a/b'"),
    (asks.Place(new(SPOT, margin=MarginMode.CROSS)), "bad_margin_mode", "margin mode cross"),
    (asks.Place(new(USDM, margin=MarginMode.CASH)), "bad_margin_mode", "margin mode cash"),
    (asks.Place(new(SPOT, reduce_only=True)), "unsupported", "spot"),
    (asks.Place(new(USDM, reduce_only=True, position=PositionSide.LONG)), "bad_order", "BUY opens the long side"),
    (
        asks.Place(new(COINM, side=Side.SELL, reduce_only=True, position=PositionSide.SHORT)),
        "bad_order",
        "SELL opens the short side",
    ),
    (asks.Place(new(SPOT, position=PositionSide.LONG)), "unsupported", "spot"),
    (asks.Place(new(SPOT, size=None)), "bad_order", "size and price"),
    (asks.Place(new(SPOT, price=None)), "bad_order", "size and price"),
    (asks.Place(new(SPOT, money=Decimal(5))), "bad_order", "size and price"),
    (asks.Place(new(SPOT, post_only=True, time_in_force=TimeInForce.IOC)), "bad_order", "use gtc"),
    (asks.Place(market(SPOT, price=Decimal(1))), "bad_order", "no price"),
    (asks.Place(market(SPOT, post_only=True)), "bad_order", "post-only"),
    (asks.Place(market(SPOT, size=None)), "bad_order", "either"),
    (asks.Place(market(SPOT, money=Decimal(10))), "bad_order", "either"),
    (asks.Place(market(USDM, size=None, money=Decimal(10))), "bad_order", "only a spot market buy"),
    (asks.Place(market(SPOT, size=None, money=Decimal(10), side=Side.SELL)), "bad_order", "SELL"),
    (asks.Place(market(SPOT, size=None, money=Decimal(4))), "below_min_notional", "4 USDT"),
    (asks.Place(market(SPOT, size=None, money=Decimal("NaN"))), "not_positive", "NaN"),
    (asks.Place(new(SPOT, price=Decimal("0.001"))), "off_tick", "0.01"),
    (asks.Place(new(SPOT, size=Decimal("0.000001"))), "below_minimum", "0.00001"),
    (asks.Place(new(USDM, size=Decimal("0.001"))), "below_min_notional", "100"),
    (asks.Amend(order=ref("x:y"), size=Decimal(1)), "unknown_symbol", "x:y"),
    (asks.Amend(order=ref(SPOT), size=Decimal(1)), "no_order_id", "give one"),
    (asks.Amend(order=ref(SPOT, venue_id="1"), size=Decimal(1), price=Decimal(1)), "unsupported", "smaller"),
    (asks.Amend(order=ref(SPOT, venue_id="1")), "unsupported", "smaller"),
    (asks.Amend(order=ref(USDM, venue_id="1"), size=Decimal(1), price=Decimal(1)), "bad_order", "all three"),
    (
        asks.Amend(order=ref(USDM, venue_id="1"), size=Decimal(1), price=Decimal("1.01"), side=Side.BUY),
        "off_tick",
        "1.01",
    ),
    (asks.Amend(order=ref(SPOT, venue_id="1"), size=Decimal("0.000001")), "below_minimum", "0.00001"),
    (asks.Amend(order=ref(USDM), size=Decimal(1), price=Decimal(9000), side=Side.BUY), "no_order_id", "give one"),
    (asks.Cancel(ref("nothing", venue_id="1")), "unknown_symbol", "nothing"),
    (asks.Cancel(ref(SPOT, venue_id="abc")), "bad_order_id", "abc"),
    (asks.Cancel(ref(SPOT)), "no_order_id", "give one"),
    (asks.CancelAll("spot"), "symbol_needed", "name the symbol"),
    (asks.CancelAll("options", SPOT), "unknown_line", "options"),
    (asks.CancelAll("usdm", SPOT), "unknown_symbol", "not of usdm"),
    (asks.DeadMan("spot", 10, SPOT), "unsupported", "dead-man"),
    (asks.DeadMan("usdm", 10), "symbol_needed", "name the symbol"),
    (asks.DeadMan("usdm", -1, USDM), "bad_seconds", "-1 s"),
    (asks.SetLeverage(USDM, Decimal("1E+30")), "bad_leverage", "not a whole number"),
    (asks.SetLeverage("none", Decimal(2)), "unknown_symbol", "none"),
    (asks.SetLeverage(SPOT, Decimal(2)), "unsupported", "no leverage"),
    (asks.SetLeverage(USDM, Decimal("2.5")), "bad_leverage", "from 1 to 125"),
    (asks.SetLeverage(USDM, Decimal("Infinity")), "bad_leverage", "Infinity"),
    (asks.SetLeverage(USDM, Decimal(126)), "bad_leverage", "126"),
    (asks.SetMarginMode("none", MarginMode.CROSS), "unknown_symbol", "none"),
    (asks.SetMarginMode(SPOT, MarginMode.CROSS), "unsupported", "futures are"),
    (asks.SetMarginMode(USDM, MarginMode.CASH), "unsupported", "cash"),
    (asks.SetMarginMode(USDM, MarginMode.CROSS, Decimal(3)), "unsupported", "by itself"),
    (asks.SetPositionMode("spot", PositionMode.HEDGE), "unsupported", "position mode"),
    (asks.SetPositionMode("moon", PositionMode.HEDGE), "unknown_line", "moon"),
    (asks.MoveFunds(asset="USDT", amount=Decimal(1), source="usdm", target="coinm"), "bad_account", "one of them"),
    (asks.MoveFunds(asset="USDT", amount=Decimal(0), source="usdm", target="spot"), "bad_amount", "above zero"),
    (asks.OpenStream("spot"), "unsupported", "no listen key"),
    (asks.KeepStream("x"), "unknown_line", "'x'"),
    (asks.AskTime("x"), "unknown_line", "'x'"),
    (asks.AskInstruments("x"), "unknown_line", "'x'"),
    (asks.AskInstruments("spot", "funding"), "bad_cursor", "funding"),
    (asks.AskInstruments("usdm", "2"), "bad_cursor", "'2'"),
    (asks.AskFunding("x"), "unknown_symbol", "'x'"),
    (asks.AskFunding(SPOT), "unsupported", "no funding"),
    (asks.AskFunding(USDM, "2"), "bad_cursor", "'2'"),
    (asks.AskBalances("x"), "unknown_line", "'x'"),
    (asks.AskBalances("spot", "funding"), "bad_account", "funding"),
    (asks.AskPositions("spot"), "unsupported", "positions"),
    (asks.AskPositions("usdm", SPOT), "unknown_symbol", "not of usdm"),
    (asks.AskPositionMode("spot"), "unsupported", "position mode"),
    (asks.AskOpenOrders("x"), "unknown_line", "'x'"),
    (asks.AskOpenOrders("spot", USDM), "unknown_symbol", "not of spot"),
    (asks.AskOrder(ref("x", venue_id="1")), "unknown_symbol", "'x'"),
    (asks.AskOrder(ref(SPOT)), "no_order_id", "give one"),
    (asks.AskFills(line="spot"), "symbol_needed", "name the symbol"),
    (asks.AskFills(line="spot", symbol=SPOT, cursor="id:x"), "bad_cursor", "id:x"),
    (asks.AskIncome(line="spot"), "unsupported", "income"),
    (asks.AskIncome(line="usdm", cursor="x"), "bad_cursor", "'x'"),
    (asks.AskIncome(line="usdm", symbol=SPOT), "unknown_symbol", "not of usdm"),
    (asks.AskFees("x"), "unknown_symbol", "'x'"),
]


@pytest.mark.parametrize(("ask", "code", "words"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_the_venue_would_not_take_is_refused_with_a_reason(
    ask: asks.Ask, code: str, words: str, session: Session
) -> None:
    assert TRADING is not None
    refusal = TRADING.encode(ask, session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert words in refusal.message


def test_a_reduce_only_order_may_be_worth_less_than_the_minimum(session: Session) -> None:
    encoded(asks.Place(new(USDM, size=Decimal("0.001"), reduce_only=True)), session)


@pytest.mark.parametrize(("side", "position"), [(Side.SELL, PositionSide.LONG), (Side.BUY, PositionSide.SHORT)])
def test_a_side_that_closes_may_be_reduce_only(side: Side, position: PositionSide, session: Session) -> None:
    request = encoded(asks.Place(new(USDM, side=side, reduce_only=True, position=position)), session)
    assert f"positionSide={position.name}&" in request.body.decode()
    assert "reduceOnly" not in request.body.decode()


def test_what_needs_a_key_is_refused_without_one_and_the_rest_is_not(session: Session) -> None:
    assert TRADING is not None
    session.credentials = None
    refusal = TRADING.encode(asks.AskBalances("spot"), session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no_key"
    encoded(asks.AskTime("spot"), session)


def test_a_market_of_another_venue_is_not_ours(session: Session) -> None:
    assert TRADING is not None
    foreign = msgspec.structs.replace(session.instruments[SPOT], venue="okx", symbol="okx:BTC/USDT")
    session.know([foreign])
    refusal = TRADING.encode(asks.AskFees("okx:BTC/USDT"), session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "unknown_symbol"


@pytest.mark.parametrize("own", ["o-1", "a" * 36, "a" * 37, "ünïcode", "under_score", "autoclose-1", "adl-1", ""])
def test_client_ids_fit_every_line_and_stay_the_same(own: str) -> None:
    made = client_id(own)
    assert all(is_client_id(line, made) for line in ("spot", "usdm", "coinm"))
    assert made == client_id(own)
    assert made == own or made.startswith("_")
    assert re.match("autoclose|adl_autoclose", made) is None


def test_different_ids_stay_different() -> None:
    owns = ["x" * length for length in range(30, 80)] + ["autoclose-1", "autoclose-2"]
    assert len({client_id(own) for own in owns}) == len(owns)
