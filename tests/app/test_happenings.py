from decimal import Decimal

from basisdesk.app.happenings import LINES, Happenings
from basisdesk.domain import effect as effects
from basisdesk.domain import event as events
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.venues.contract import Report, Trouble

SPOT = "binance:BTC/USDT"
BASIS = f"binance:BTC/USDT:USDT-251226~{SPOT}"


def test_the_log_tells_what_feeds_report_and_keeps_the_newest() -> None:
    happenings = Happenings({"S1"}.__contains__)
    happenings.report(Report(1, Trouble.GAP, SPOT, "update 5 is missing"))
    happenings.report(Report(2, Trouble.RESYNCED, SPOT, ""))
    happenings.report(Report(3, Trouble.UNDECODED, "", "no JSON"))
    assert [(row.level, row.text) for row in happenings.rows()] == [
        ("warning", "undecoded (no JSON)"),
        ("info", f"{SPOT}: resynced"),
        ("warning", f"{SPOT}: gap (update 5 is missing)"),
    ]
    for number in range(LINES):
        happenings.say(number, "info", f"{number}")
    assert len(happenings.rows()) == LINES
    assert happenings.rows()[0].text == f"{LINES - 1}"


def test_the_log_tells_of_rejects_doubts_triggers_and_what_stays_unhedged() -> None:
    request = SpreadOrderRequest(
        spread=BASIS, side=Side.SELL, type=SpreadOrderType.AUTO_TRIGGER, size=Decimal(2), trigger=Decimal("1E+2")
    )
    happenings = Happenings({"S1"}.__contains__)
    happenings.heard(events.LegRejected(1, "S1-1-1", "busy", "try later"), [])
    happenings.heard(events.LegUnknown(2, "S1-1-2", "timeout"), [])
    happenings.heard(
        events.TimePassed(3),
        [
            effects.AcceptOrder(3, "S1", "k", request, None),
            effects.Claim(4, "S1", Decimal(-304) / 3),
            effects.AskQuote(5, "S1", 6),
            effects.EndOrder(6, "S1", "gave up", Decimal("-0.5")),
            effects.EndOrder(6, "S2", "filled", Decimal("-1E-9")),
            effects.EndOrder(6, "S1", "filled", Decimal(0)),
            effects.RefuseOrder(7, "k2", request, Refusal("off_step", "size is off the step")),
        ],
    )
    assert [(row.level, row.text) for row in reversed(happenings.rows())] == [
        ("warning", "S1-1-1: rejected by the venue: try later"),
        ("warning", "S1-1-2: not known what became of it: timeout"),
        ("info", f"order S1: SELL 2 of {BASIS}, auto-trigger at 100"),
        ("info", "order S1 goes out, spread \N{MINUS SIGN}101.333333333333"),
        ("warning", "order S1 ended: gave up, \N{MINUS SIGN}0.5 unhedged"),
        ("info", "order S2 ended: filled, \N{MINUS SIGN}0.000000001 left, too little to trade"),
        ("info", "order S1 ended: filled"),
        ("warning", "refused: size is off the step"),
    ]


def test_the_log_writes_fills_without_the_zeros_that_some_venues_put_behind_numbers() -> None:
    happenings = Happenings({"S1"}.__contains__)
    size, price = Decimal("0.16530000"), Decimal("64400.00000000")
    happenings.heard(events.LegFilled(1, "S1-2-1", "t1", price, size, Decimal(0), "USDT"), [])
    happenings.heard(events.LegFilled(2, "S1-2-2", "t2", Decimal(100), Decimal(20), Decimal(0), "USDT"), [])
    assert [row.text for row in happenings.rows()] == ["S1-2-2: 20 filled at 100", "S1-2-1: 0.1653 filled at 64,400"]
