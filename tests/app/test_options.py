import math
from decimal import Decimal

import pytest

from basisdesk.app.options import Period, duration, paper_terms, parse_order, parse_periods, parse_speed
from basisdesk.domain.errors import UsageError
from basisdesk.domain.order import Sequence, Side, SpreadOrderType

ORDER = '{"spread": "a:B/C:C~a:B/C", "side": "BUY", "type": "market", "size": 0.5'


def test_periods_are_read_once_each_in_the_order_given() -> None:
    assert parse_periods("1s, 500ms,1m,60s,2H,1d") == [
        Period("1s", 10**9),
        Period("500ms", 5 * 10**8),
        Period("1m", 60 * 10**9),
        Period("2h", 7_200 * 10**9),
        Period("1d", 86_400 * 10**9),
    ]


@pytest.mark.parametrize("text", ["", "1", "s", "0s", "-1s", "1.5s", "1s,", "1w", "nan"])
def test_a_period_that_is_none_is_refused_with_the_units(text: str) -> None:
    with pytest.raises(UsageError, match="ms, s, m, h, d"):
        parse_periods(text)


def test_speed_is_a_number_above_zero_or_max() -> None:
    assert parse_speed("max") is None
    assert parse_speed("MAX") is None
    assert parse_speed("0.5") == 0.5
    for text in ("0", "-1", "nan", "inf", "fast", ""):
        with pytest.raises(UsageError, match="above zero"):
            parse_speed(text)


def test_durations_are_finite_and_not_negative() -> None:
    assert duration("--stale", 1.5, 10**9) == 1_500_000_000
    assert duration("--latency", 0.0, 10**6) == 0
    for value in (-1.0, math.nan, math.inf):
        with pytest.raises(UsageError, match="--stale"):
            duration("--stale", value, 10**9)


def test_rates_are_shares() -> None:
    terms = paper_terms(20.0, 0.25, 1.0, 7)
    assert (terms.latency, terms.reject_rate, terms.partial_rate, terms.seed) == (20_000_000, 0.25, 1.0, 7)
    for rates in ((1.5, 0.0), (0.0, -0.1), (math.nan, 0.0)):
        with pytest.raises(UsageError, match="from 0 to 1"):
            paper_terms(0.0, *rates, 0)


def test_an_order_is_read_with_exact_decimals() -> None:
    entry = parse_order(
        '{"spread": "a:B/C:C~a:B/C", "side": "SELL", "type": "auto_trigger", "size": 0.1, "trigger": "-3.30", '
        '"sequence": "contract_first", "at": 1.5}',
        3,
    )
    assert (entry.key, entry.at) == ("order-3", 1_500_000_000)
    request = entry.request
    assert (request.side, request.type, request.sequence) == (
        Side.SELL,
        SpreadOrderType.AUTO_TRIGGER,
        Sequence.CONTRACT_FIRST,
    )
    assert (request.size, request.trigger) == (Decimal("0.1"), Decimal("-3.30"))


def test_an_order_without_a_time_waits_for_its_books() -> None:
    assert parse_order(ORDER + "}", 1).at is None
    assert parse_order(ORDER + ', "at": null}', 1).at is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        (ORDER + ', "triger": 1}', r"unknown key 'triger' \(did you mean trigger\?\)"),
        (ORDER + ', "at": -1}', "from 0 on"),
        (ORDER + ', "at": "NaN"}', "from 0 on"),
        (ORDER + ', "at": {}}', "seconds after the start"),
        (ORDER.replace("BUY", "BYU") + "}", r"must be one of BUY, SELL \(did you mean BUY\?\)"),
        (ORDER.replace("BUY", "buy") + "}", r"did you mean BUY"),
        (ORDER.replace('"BUY"', "1") + "}", "must be one of BUY, SELL"),
        (ORDER.replace("market", "marked") + "}", r"did you mean market"),
        (ORDER.replace(', "size": 0.5', "") + "}", "missing required field `size`"),
        (ORDER.replace("0.5", '"half"') + "}", r'size is "half", and it must be a number'),
        (ORDER.replace("0.5", '"0_5"') + "}", r'size is "0_5", and it must be a number'),
        (ORDER.replace("0.5", '"\u0665"') + "}", "and it must be a number"),
        (ORDER.replace("0.5", '" 1"') + "}", "and it must be a number"),
        (ORDER.replace("0.5", "true") + "}", "size is true, and it must be a number"),
        (ORDER.replace("0.5", "null") + "}", "size is null, and it must be a number"),
        (ORDER + ', "trigger": []}', r"trigger is \[\], and it must be a number"),
        (ORDER.replace("~", "-") + "}", "is not a spread"),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused_with_what_would_be_right(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_order(text, 1)


@pytest.mark.parametrize("size", ['"1E-2"', "1e-2", '"-0.01"', '"NaN"', '"-Infinity"', '"+.5"'])
def test_a_number_in_any_usual_spelling_goes_to_the_engine(size: str) -> None:
    found = parse_order(ORDER.replace("0.5", size) + "}", 1).request.size
    assert str(found) == str(Decimal(size.strip('"')))


def test_a_trigger_of_null_is_none() -> None:
    assert parse_order(ORDER + ', "trigger": null}', 1).request.trigger is None


def test_speeds_and_periods_that_no_clock_can_count_are_refused_with_the_limit() -> None:
    with pytest.raises(UsageError, match="up to 1e\\+09"):
        parse_speed("1e308")
    with pytest.raises(UsageError, match="at most 366d"):
        parse_periods("1s,367d")
    assert parse_periods("366d")[0].length == 366 * 86400 * 10**9
