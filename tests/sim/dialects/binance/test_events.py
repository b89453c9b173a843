"""Events that the market of a test rarely brings about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from basisdesk.domain.account import Balance, Forced, Income, IncomeKind, Position, Warned
from basisdesk.domain.ask import MarginMode, MoveFunds, NewOrder, OrderType
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.binance.events import Reporter
from basisdesk.sim.dialects.binance.spell import force_of
from basisdesk.sim.dialects.binance.visit import Memory
from basisdesk.sim.exchange.logins import FIRST

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

USDM, COINM = "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"
Row = dict[str, Any]


def test_funding_is_the_reason_of_a_changed_balance(stage: Stage) -> None:
    paid = Income(at=1, id="1", kind=IncomeKind.FUNDING, asset="USDT", amount=Decimal(-3), symbol=USDM)
    left = Balance(at=1, line="usdm", asset="USDT", total=Decimal(97))
    ((account, line, event),) = Reporter(stage.exchange, Memory()).events([(FIRST, paid), (FIRST, left)], stage.now)
    assert (account, line, event["e"]) == (FIRST, "usdm", "ACCOUNT_UPDATE")
    changes = event["a"]
    assert isinstance(changes, dict)
    assert (changes["m"], changes["B"][0]["wb"]) == ("FUNDING_FEE", "97.00000000")
    assert changes["B"][0]["bc"] == "-3.00000000"


def test_what_was_moved_is_told_beside_what_is_left(stage: Stage) -> None:
    move = MoveFunds(asset="BTC", amount=Decimal("0.5"), source="coinm", target="spot")
    assert stage.exchange.move(FIRST, move, stage.now).amount == Decimal("-0.5")
    reporter = Reporter(stage.exchange, Memory())
    told = reporter.events(stage.exchange.take_updates(), stage.now)
    ((line, changes),) = [(line, event["a"]) for _, line, event in told if event["e"] == "ACCOUNT_UPDATE"]
    assert isinstance(changes, dict)
    assert (line, changes["m"], changes["B"][0]["bc"]) == ("coinm", "WITHDRAW", "-0.50000000")
    assert stage.exchange.move(FIRST, replace(move, source="spot", target="coinm"), stage.now).amount
    told = reporter.events(stage.exchange.take_updates(), stage.now)
    (changes,) = [event["a"] for _, line, event in told if line == "coinm"]
    assert isinstance(changes, dict)
    assert (changes["m"], changes["B"][0]["bc"]) == ("DEPOSIT", "0.50000000")
    assert stage.exchange.move(FIRST, replace(move, source="spot", target="funding"), stage.now).amount
    lines = {line for _, line, _ in reporter.events(stage.exchange.take_updates(), stage.now)}
    assert lines == {"spot"}


@pytest.mark.parametrize("symbol", [USDM, COINM])
def test_a_position_tells_what_it_realised_and_is_warned_of_with_its_amounts(stage: Stage, symbol: str) -> None:
    line = stage.exchange.markets[symbol].instrument.market
    reporter = Reporter(stage.exchange, Memory())

    def trade(side: Side, size: str, **more: Any) -> Row:
        order = NewOrder(symbol=symbol, side=side, type=OrderType.MARKET, size=Decimal(size), client_id="", **more)
        assert not isinstance(stage.exchange.place(FIRST, order, stage.now), Refused)
        updates = stage.exchange.take_updates()
        profits.extend(each.amount for _, each in updates if isinstance(each, Income) and each.kind is IncomeKind.TRADE)
        (event,) = [each["a"] for _, _, each in reporter.events(updates, stage.now) if each["e"] == "ACCOUNT_UPDATE"]
        assert isinstance(event, dict)
        return event

    profits: list[Decimal] = []
    first = trade(Side.BUY, "3")
    assert (first["P"][0]["cr"], first["B"][0]["bc"]) == ("0.00000000", "0.00000000")
    trade(Side.SELL, "1")
    last = trade(Side.SELL, "1")
    assert len(profits) > 1
    assert float(last["P"][0]["cr"]) == pytest.approx(float(sum(profits)), abs=1e-8)
    (held,) = stage.exchange.positions(FIRST, line, symbol)
    warned = Warned(at=stage.now, forced=Forced.LIQUIDATION, symbol=symbol)
    ((_, _, event),) = reporter.events([(FIRST, warned)], stage.now)
    rows = event["p"]
    assert isinstance(rows, list)
    (row,) = rows
    assert (row["pa"], row["mt"], row["iw"], event["cw"]) == (last["P"][0]["pa"], "CROSSED", "0", last["B"][0]["wb"])
    assert float(row["mp"]) == pytest.approx(stage.exchange.markets[symbol].carry.mark)
    assert float(row["up"]) == pytest.approx(float(held.unrealised), rel=1e-3, abs=1e-8)
    assert float(row["mm"]) == pytest.approx(float(stage.exchange.maintenance(held)), rel=1e-6, abs=1e-8) != 0


def test_an_isolated_position_is_warned_of_with_its_own_margin(stage: Stage) -> None:
    held = Position(
        at=1, symbol=USDM, size=Decimal(-1), entry=Decimal(50_000), margin=Decimal(700), mode=MarginMode.ISOLATED
    )
    reporter = Reporter(stage.exchange, Memory())
    reporter.events([(FIRST, held)], stage.now)
    warned = Warned(at=1, forced=Forced.LIQUIDATION, symbol=USDM)
    ((_, _, event),) = reporter.events([(FIRST, warned)], stage.now)
    rows = event["p"]
    assert isinstance(rows, list)
    (row,) = rows
    assert (row["mt"], row["iw"], row["pa"], "cw" in event) == ("ISOLATED", "700.00000000", "-1", False)


def test_a_fee_without_a_trade_of_the_order_book_names_none(stage: Stage) -> None:
    memory = Memory()
    fee = Income(at=1, id="9", kind=IncomeKind.FEE, asset="USDT", amount=Decimal(-3), symbol=USDM)
    Reporter(stage.exchange, memory).events([(FIRST, fee)], stage.now)
    assert memory.trades == {}


def test_a_warning_is_a_margin_call(stage: Stage) -> None:
    warned = Warned(at=1, forced=Forced.LIQUIDATION, symbol=USDM)
    ((_, line, event),) = Reporter(stage.exchange, Memory()).events([(FIRST, warned)], stage.now)
    assert (line, event["e"]) == ("usdm", "MARGIN_CALL")


def test_what_a_line_has_no_event_for_is_passed_over(stage: Stage) -> None:
    reporter = Reporter(stage.exchange, Memory())
    interest = Income(at=1, id="1", kind=IncomeKind.INTEREST, asset="USDT", amount=Decimal(-3), account=FIRST)
    funding = Balance(at=1, line="funding", asset="USDT", total=Decimal(97))
    assert reporter.events([(FIRST, interest), (FIRST, funding)], stage.now) == []


def test_an_order_whose_terms_are_not_known_was_the_venues_own() -> None:
    assert force_of(None, "usdm") == "IOC"
