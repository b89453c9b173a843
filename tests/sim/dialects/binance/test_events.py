"""Events that the market of a test rarely brings about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Forced, Income, IncomeKind, Warned
from basisdesk.sim.dialects.binance.events import Reporter
from basisdesk.sim.dialects.binance.spell import force_of
from basisdesk.sim.dialects.binance.visit import Memory
from basisdesk.sim.exchange.logins import FIRST

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

USDM = "binance:BTC/USDT:USDT"


def test_funding_is_the_reason_of_a_changed_balance(stage: Stage) -> None:
    paid = Income(at=1, id="1", kind=IncomeKind.FUNDING, asset="USDT", amount=Decimal(-3), symbol=USDM)
    left = Balance(at=1, line="usdm", asset="USDT", total=Decimal(97))
    ((account, line, event),) = Reporter(stage.exchange, Memory()).events([(FIRST, paid), (FIRST, left)], stage.now)
    assert (account, line, event["e"]) == (FIRST, "usdm", "ACCOUNT_UPDATE")
    changes = event["a"]
    assert isinstance(changes, dict)
    assert (changes["m"], changes["B"][0]["wb"]) == ("FUNDING_FEE", "97.00000000")


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
