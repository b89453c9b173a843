"""The ledger's position, what is EXTERNAL, and what a venue tells: hand-made figures (I5, DB7)."""

from __future__ import annotations

from decimal import localcontext

import pytest
from tests.engine.desk import COIN, PERP, PERP2, SPOT, D, Desk, ready, request

from basisdesk.domain.account import Fill, OrderUpdate
from basisdesk.domain.event import ExternalHeld, ExternalSeen, LegVoided, Thawed
from basisdesk.domain.order import OrderStatus, Side
from basisdesk.engine import decode, digest, encode, external
from basisdesk.engine.strangers import External, note

AT = 5_000


def holding(size: str = "0.3") -> Desk:
    """A desk that bought so much of the perpetual and sold it on the other venue (0.01 coin a contract)."""
    desk = ready()
    first, second = desk.market(request(f"{PERP}~{PERP2}", size=size))
    desk.fill(first, first.size)
    desk.fill(second, second.size)
    return desk


def seen(desk: Desk, symbol: str, told: str) -> ExternalSeen | None:
    return external.verdict(desk.state, symbol, D(told), AT)


def test_the_ledger_counts_in_the_unit_of_the_venue() -> None:
    desk = holding("0.3")
    assert external.in_ledger(desk.state, PERP) == D("0.3")
    assert external.in_ledger(desk.state, PERP2) == D(-30)
    assert external.in_ledger(desk.state, COIN) == 0


def test_before_the_first_reading_nothing_differs_and_that_reading_is_what_is_external() -> None:
    desk = holding()
    assert external.difference(desk.state, PERP, D(7)) is None
    assert not external.is_doubtful(desk.state, PERP, D(7))
    assert seen(desk, PERP, "7") is None
    began = external.held_besides(desk.state, PERP, D("7.3"), AT)
    assert began == ExternalHeld(AT, PERP, D(7))
    desk.step(began)
    assert external.difference(desk.state, PERP, D("7.3")) == 0
    assert external.difference(desk.state, PERP, D("7.2")) == D("-0.1")
    desk.check()


def test_a_difference_is_exact_whatever_the_context_says() -> None:
    desk = holding()
    desk.step(ExternalHeld(AT, PERP, D("12345678901234567890.123456789012345")))
    with localcontext() as context:
        context.prec = 6
        told = D("12345678901234567890.423456789012345")
        assert external.difference(desk.state, PERP, told) == 0
        assert external.difference(desk.state, PERP, told.next_plus()) != 0


def test_what_differs_freezes_with_both_figures_and_is_external_once_it_is_accepted() -> None:
    desk = holding()
    desk.step(ExternalHeld(AT, PERP2, D(0)))
    found = seen(desk, PERP2, "-10.0")
    assert found is not None
    assert found.message == "its position is -10 at the venue and -30 in the ledger, and no trade says why"
    assert (found.symbol, found.differs, found.traded) == (PERP2, D(20), D(0))
    desk.step(found)
    assert desk.state.frozen == {PERP2: found.message}
    assert desk.state.differences == {PERP2: D(20)}
    assert desk.state.external == {PERP2: D(0)}
    assert seen(desk, PERP2, "-10") is None, "it is shown already"
    fills = list(desk.state.fills)
    desk.step(Thawed(AT, PERP2))
    assert (desk.state.frozen, desk.state.differences, desk.state.external) == ({}, {}, {PERP2: D(20)})
    assert external.difference(desk.state, PERP2, D(-10)) == 0
    assert desk.state.fills == fills, "the ledger's history stays as it is"
    again = seen(desk, PERP2, "0")
    assert again is not None
    assert (
        again.message == "its position is 0 at the venue and -30 in the ledger and 20 EXTERNAL, and no trade says why"
    )
    desk.check()


def test_a_difference_that_changes_is_told_anew_and_one_that_is_gone_is_not_accepted() -> None:
    desk = holding()
    desk.step(ExternalHeld(AT, PERP, D(0)))
    for told, differs in (("0.1", "-0.2"), ("0", "-0.3")):
        found = seen(desk, PERP, told)
        assert found is not None
        assert found.differs == D(differs)
        desk.step(found)
    gone = seen(desk, PERP, "0.3")
    assert gone is not None
    assert (gone.differs, gone.message) == (D(0), "its position differed and agrees again (0.3)")
    desk.step(gone)
    assert seen(desk, PERP, "0.3") is None
    assert desk.state.frozen == {PERP: gone.message}, "a person still has to look"
    desk.step(Thawed(AT, PERP))
    assert desk.state.external == {PERP: 0}
    desk.check()


def test_a_stranger_seen_meanwhile_does_not_hide_what_differs() -> None:
    desk = holding()
    desk.step(ExternalHeld(AT, PERP, D(0)))
    found = seen(desk, PERP, "0.1")
    assert found is not None
    desk.step(found)
    desk.step(ExternalSeen(AT, PERP, "strangers", D("-0.1")))
    assert desk.state.differences == {PERP: D("-0.2")}
    again = seen(desk, PERP, "0")
    assert again is not None
    assert (again.differs, desk.state.frozen[PERP]) == (D("-0.2"), "strangers")
    desk.step(again)
    desk.step(Thawed(AT, PERP))
    assert external.difference(desk.state, PERP, D(0)) == 0
    desk.check()


def test_trades_of_strangers_are_external_once_it_is_known_what_stood_there() -> None:
    desk = ready()
    desk.step(ExternalSeen(AT, PERP, "strangers", D(2)))
    assert desk.state.external == {}, "the first reading contains it"
    desk.step(ExternalHeld(AT, PERP, D(2)))
    desk.step(ExternalSeen(AT, PERP, "strangers", D("-0.5")))
    assert external.difference(desk.state, PERP, D("1.5")) == 0
    desk.step(Thawed(AT, PERP))
    assert desk.state.external == {PERP: D("1.5")}
    desk.check()


def test_a_thaw_before_any_reading_takes_what_was_said_to_differ() -> None:
    desk = ready()
    desk.step(ExternalSeen(AT, PERP, "differs", differs=D(3)))
    desk.step(Thawed(AT, PERP))
    assert desk.state.external == {PERP: D(3)}


def test_contracts_of_a_line_are_compared_and_spot_is_not() -> None:
    desk = ready()
    named = [one.symbol for one in external.contracts(desk.state, "binance", "usdm")]
    assert PERP in named
    assert SPOT not in named
    assert [one.symbol for one in external.contracts(desk.state, "binance", "coinm", COIN)] == [COIN]
    assert external.contracts(desk.state, "binance", "spot") == []
    assert external.contracts(desk.state, "binance", "usdm", "binance:X/USDT:USDT") == []


def test_a_fill_or_a_trade_taken_back_is_a_move_of_its_market_only() -> None:
    desk = holding()
    (first, second) = desk.state.fills
    assert external.moved_since(desk.state, PERP, first.at - 1)
    assert not external.moved_since(desk.state, COIN, first.at - 1)
    assert not external.moved_since(desk.state, PERP, second.at)
    assert not external.moved_since(ready().state, PERP, 0)
    desk.step(LegVoided(second.at + 10, first.client_id, first.trade_id))
    assert external.moved_since(desk.state, PERP, second.at)
    assert external.in_ledger(desk.state, PERP) == 0


def test_what_is_external_survives_the_journal() -> None:
    desk = holding()
    desk.step(ExternalHeld(AT, PERP, D("-0.10")))
    desk.step(ExternalSeen(AT, PERP, "differs", D("0.2"), D("1E-8")))
    assert decode(encode(desk.state)) == desk.state
    assert digest(decode(encode(desk.state))) == digest(desk.state)
    desk.check()


@pytest.mark.parametrize("side", Side)
def test_strangers_are_counted_by_what_their_trades_moved(side: Side) -> None:
    fill = Fill(
        at=AT, symbol=PERP, trade_id="t1", venue_id="9", client_id="", side=side, price=D(60000), size=D("0.2"),
        fee=None, fee_asset="USDT",
    )  # fmt: skip
    update = OrderUpdate(at=AT, symbol=PERP, venue_id="9", client_id="", status=OrderStatus.OPEN, side=side)
    known: dict[str, External] = {}
    assert note(known, {(PERP, "9"): [fill, update], (PERP, "8"): [fill], (COIN, "7"): [update]}, AT) == [PERP, COIN]
    assert known[PERP] == External(orders=1, fills=2, traded=side.sign * D("0.4"), last_at=AT)
    assert known[COIN] == External(orders=1, last_at=AT)
    assert note(known, {(PERP, "9"): [update]}, AT + 1) == [PERP]
    assert known[PERP] == External(orders=2, fills=2, traded=D(0), last_at=AT + 1)
