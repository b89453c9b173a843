"""One vocabulary: whichever venue is asked, the same kind of fault is refused by the same word."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import basisdesk.venues
from basisdesk.domain import ask as asks
from basisdesk.domain.ask import MarginMode, MoveFunds, NewOrder, OrderRef, OrderType, PositionSide, TimeInForce
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Kind
from basisdesk.domain.order import Side
from basisdesk.venues import VENUES
from basisdesk.venues.refusals import REFUSALS
from basisdesk.venues.trading import Credentials, Session

NOW = 1_700_000_000_000_000_000
FOLDER = Path(basisdesk.venues.__file__).parent
GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
D = Decimal
PERPETUALS = {
    "bigone": "bigone:BTC/USDT:USDT", "binance": "binance:BTC/USDT:USDT", "bybit": "bybit:BTC/USDT:USDT",
    "deribit": "deribit:BTC/USD:BTC", "htx": "htx:BTC/USDT:USDT", "okx": "okx:BTC/USDT:USDT",
}  # fmt: skip
ACCOUNTS = {
    "bigone": ("spot", "contract"), "binance": ("spot", "usdm"), "bybit": ("UNIFIED", "FUND"), "deribit": ("1", "2"),
    "htx": ("spot", "linear"), "okx": ("funding", "trading"),
}  # fmt: skip


def session_of(venue: str, *, key: bool = True) -> Session:
    session = Session(Credentials("demoKey", "demoSecret", "demoPass") if key else None)
    session.know(VENUES[venue].well_known())
    session.learned |= {"spot_account": "1", "user": "1"}
    return session


def refusal_of(venue: str, ask: asks.Ask, session: Session | None = None) -> str:
    trading = VENUES[venue].trading
    assert trading is not None
    refused = trading.encode(ask, session or session_of(venue), NOW)
    assert isinstance(refused, Refusal), refused
    assert len(refused.message) > 15
    return refused.code


def order(venue: str, **terms: Any) -> NewOrder:
    market = session_of(venue).instruments[PERPETUALS[venue]]
    given: dict[str, Any] = {
        "symbol": market.symbol, "side": Side.BUY, "type": OrderType.LIMIT, "client_id": "77", "leverage": 5,
        "size": market.min_size * 20, "price": market.tick * 100_000,
    }  # fmt: skip
    return NewOrder(**(given | terms))


def faulty_orders(venue: str) -> list[tuple[str, NewOrder]]:
    market = session_of(venue).instruments[PERPETUALS[venue]]
    return [
        ("unknown_symbol", order(venue, symbol=f"{venue}:NO/SUCH:COIN")),
        ("bad_client_id", order(venue, client_id="no id € of ours")),
        ("bad_client_id", order(venue, client_id="")),
        ("bad_client_id", order(venue, client_id="7" * 65)),
        ("bad_client_id", order(venue, client_id="77\n")),
        ("bad_order", order(venue, price=None)),
        ("bad_order", order(venue, size=None)),
        ("bad_order", order(venue, post_only=True, time_in_force=TimeInForce.IOC)),
        ("bad_order", order(venue, post_only=True, type=OrderType.MARKET, price=None)),
        ("bad_price", order(venue, price=D(-1))),
        ("bad_price", order(venue, price=D("NaN"))),
        ("off_tick", order(venue, price=market.tick * 100_000 + market.tick / 2)),
        ("not_positive", order(venue, size=D(0))),
        ("not_positive", order(venue, size=D(-1))),
        ("off_step", order(venue, size=market.min_size * 20 + market.step / 2)),
    ]


@pytest.mark.parametrize("venue", VENUES)
def test_an_order_with_a_fault_is_refused_by_the_same_word_everywhere(venue: str) -> None:
    for code, faulty in faulty_orders(venue):
        if venue == "bigone" and code == "bad_client_id":
            continue  # its contracts take no ids
        told = refusal_of(venue, asks.Place(faulty))
        assert told == code or (told, code) == ("not_finite", "not_positive"), faulty


@pytest.mark.parametrize("venue", ["bigone", "bybit", "okx", "binance"])
def test_a_margin_mode_that_the_market_has_not_is_refused_by_the_same_word(venue: str) -> None:
    assert refusal_of(venue, asks.Place(order(venue, margin=MarginMode.CASH))) == "bad_margin_mode"


@pytest.mark.parametrize("venue", ["bigone", "deribit"])
def test_a_venue_with_one_net_position_refuses_a_side(venue: str) -> None:
    assert refusal_of(venue, asks.Place(order(venue, position=PositionSide.LONG))) == "unsupported"


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx", "htx"])
def test_a_reduce_only_order_that_opens_a_side_is_refused(venue: str) -> None:
    opens = order(venue, position=PositionSide.LONG, reduce_only=True)
    assert refusal_of(venue, asks.Place(opens)) == "bad_order"


@pytest.mark.parametrize("venue", VENUES)
def test_whatever_names_no_order_is_refused(venue: str) -> None:
    nameless = OrderRef(symbol=PERPETUALS[venue])
    assert refusal_of(venue, asks.Cancel(nameless)) == "no_order_id"
    assert refusal_of(venue, asks.AskOrder(nameless)) == "no_order_id"


@pytest.mark.parametrize("venue", VENUES)
def test_a_transfer_that_cannot_be_is_refused(venue: str) -> None:
    source, target = ACCOUNTS[venue]
    for amount in (D(0), D(-1), D("NaN"), D("Infinity")):
        nothing = MoveFunds(asset="USDT", amount=amount, source=source, target=target, client_id="m1")
        assert refusal_of(venue, nothing) == "bad_amount"
    nowhere = MoveFunds(asset="USDT", amount=D(1), source=source, target="nowhere at all", client_id="m1")
    assert refusal_of(venue, nowhere) == "bad_account"


@pytest.mark.parametrize("venue", VENUES)
def test_what_needs_a_key_says_so(venue: str) -> None:
    assert refusal_of(venue, asks.Place(order(venue)), session_of(venue, key=False)) == "no_key"


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("line", ["", "nope"])
def test_a_line_that_is_none_is_refused_and_never_raises(venue: str, line: str) -> None:
    """A venue of one line may take empty text for it; every other must refuse, because its paths follow the line."""
    trading = VENUES[venue].trading
    assert trading is not None
    lined: list[asks.Ask] = [
        asks.CancelAll(line), asks.DeadMan(line, 30), asks.SetPositionMode(line, asks.PositionMode.HEDGE),
        asks.OpenStream(line), asks.KeepStream(line), asks.AskTime(line), asks.AskInstruments(line),
        asks.AskBalances(line), asks.AskPositions(line), asks.AskPositionMode(line), asks.AskOpenOrders(line),
        asks.AskFills(line=line), asks.AskIncome(line=line),
    ]  # fmt: skip
    for ask in lined:
        made = trading.encode(ask, session_of(venue), NOW)
        if len(VENUES[venue].lines) > 1 or line:
            assert isinstance(made, Refusal), ask
    assert refusal_of(venue, asks.AskTime("nope")) == "unknown_line"
    assert refusal_of(venue, asks.AskOpenOrders("nope")) == "unknown_line"


@pytest.mark.parametrize("venue", VENUES)
def test_only_a_perpetual_is_asked_for_funding(venue: str) -> None:
    spots = [each.symbol for each in VENUES[venue].well_known() if each.kind is Kind.SPOT]
    for symbol in spots[:1]:
        assert refusal_of(venue, asks.AskFunding(symbol)) == "unsupported"


def codes_in(path: Path) -> set[str]:
    """Return the codes of the refusals that a file makes, ``?`` for one that is not spelled there."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    made = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Refusal"]
    first = [call.args[0] for call in made if len(call.args) > 1]
    return {str(code.value) if isinstance(code, ast.Constant) else "?" for code in first}


def test_codecs_use_the_words_of_the_vocabulary_and_no_others() -> None:
    found = {path: codes_in(path) for path in FOLDER.rglob("*.py")}
    spelled = {code for codes in found.values() for code in codes} - {"?"}
    assert spelled <= set(REFUSALS)
    assert not [path for path, codes in found.items() if "?" in codes]
    checked = Path(FOLDER.parent / "domain" / "check.py")
    assert codes_in(checked) - {"?"} <= set(REFUSALS)


def test_the_glossary_lists_the_vocabulary() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", GLOSSARY.read_text(), re.MULTILINE))
    assert {code: rows.get(code) for code in REFUSALS} == REFUSALS
