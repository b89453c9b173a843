from collections.abc import Callable
from decimal import Decimal
from typing import get_args

import msgspec
import pytest

from basisdesk.domain import effect, event
from basisdesk.domain.effect import AcceptOrder, AskQuote, Claim, Effect, EndOrder, RefuseOrder, SendLeg
from basisdesk.domain.errors import Refusal
from basisdesk.domain.event import (
    CancelAsked,
    Event,
    ExternalHeld,
    ExternalSeen,
    LegAccepted,
    LegDone,
    LegFilled,
    LegQuote,
    LegRejected,
    LegUnknown,
    LegVoided,
    Listed,
    Placed,
    Quoted,
    SpreadQuote,
    Thawed,
    TimePassed,
)
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import DoneReason, Side, SpreadOrderRequest, SpreadOrderType

D = Decimal
Make = Callable[..., Instrument]
REQUEST = SpreadOrderRequest(spread="a:B/C:C~a:B/C", side=Side.BUY, type=SpreadOrderType.MARKET, size=D("0.10"))
LEG = LegQuote(symbol="a:B/C", average=D("1.5"), worst=D(2), mid=D("1.25"), size=D("0.10"), age=5, state="valid")
QUOTE = SpreadQuote(
    spread="a:B/C:C~a:B/C",
    side=Side.BUY,
    size=D("0.10"),
    price=D("0.5"),
    touch=D("0.4"),
    leg1=LEG,
    leg2=LEG,
    complete=True,
)
EVENTS: list[Event] = [
    Placed(1, "k", REQUEST, QUOTE),
    Placed(1, "k", REQUEST, None),
    CancelAsked(2, "o1"),
    Quoted(3, "o1", QUOTE),
    LegAccepted(4, "c1", "v1"),
    LegRejected(5, "c1", "-2010", "no"),
    LegFilled(6, "c1", "t1", D("1.50"), D("0.1"), D("-1E-8"), "BTC"),
    LegVoided(6, "c1", "t1"),
    ExternalHeld(7, "a:B/C", D("-0.10")),
    ExternalSeen(7, "a:B/C", "seen"),
    ExternalSeen(7, "a:B/C", "differs", D("0.1"), D("-1E-8")),
    Thawed(8, "a:B/C"),
    LegDone(7, "c1", DoneReason.FILLED),
    LegUnknown(8, "c1", "timeout"),
    TimePassed(9),
]
EFFECTS: list[Effect] = [
    AcceptOrder(1, "o1", "k", REQUEST, D("0.5")),
    AcceptOrder(1, "o1", "k", REQUEST, None),
    RefuseOrder(2, "k", REQUEST, Refusal("off_step", "use 0.1")),
    Claim(3, "o1", D("-0.5")),
    SendLeg(4, "c1", "o1", 1, "a:B/C", Side.SELL, D("0.10"), D("1.50"), "open"),
    AskQuote(5, "o1", 6),
    EndOrder(6, "o1", "filled", D(0)),
]


def kinds(values: list[Event] | list[Effect]) -> set[type]:
    return {type(value) for value in values}


@pytest.mark.parametrize("happened", EVENTS, ids=lambda value: type(value).__name__)
def test_an_event_survives_the_journal(happened: Event) -> None:
    assert msgspec.json.decode(msgspec.json.encode(happened), type=event.Event) == happened


@pytest.mark.parametrize("decided", EFFECTS, ids=lambda value: type(value).__name__)
def test_an_effect_survives_the_journal(decided: Effect) -> None:
    assert msgspec.json.decode(msgspec.json.encode(decided), type=effect.Effect) == decided


@pytest.mark.parametrize("name", ["spot", "linear", "inverse", "deribit"])
def test_an_instrument_survives_the_journal(make: Make, name: str) -> None:
    listed = Listed(1, make(name))
    back = msgspec.json.decode(msgspec.json.encode(listed), type=event.Event)
    assert back == listed
    assert isinstance(back, Listed)
    assert str(back.instrument.tick) == str(listed.instrument.tick)


def test_every_kind_is_covered_here() -> None:
    assert kinds(EVENTS) | {Listed} == set(get_args(Event))
    assert kinds(EFFECTS) == set(get_args(Effect))


def test_what_was_seen_before_positions_were_compared_is_read_as_it_was_meant() -> None:
    old = b'{"type":"ExternalSeen","at":7,"symbol":"a:B/C","message":"seen"}'
    assert msgspec.json.decode(old, type=event.Event) == ExternalSeen(7, "a:B/C", "seen")


def test_money_is_written_as_text_with_every_digit() -> None:
    written = msgspec.json.encode(LegFilled(6, "c1", "t1", D("0.10"), D("123456789.123456789123456789"), D(0), "X"))
    assert b'"0.10"' in written
    assert b'"123456789.123456789123456789"' in written
