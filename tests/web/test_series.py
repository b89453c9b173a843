import msgspec
import pytest

from basisdesk.domain.stream import Candles
from basisdesk.web.series import KEPT, Bar, Mark, Series


def bar(opened: int, close: float = 1.0) -> Bar:
    return (opened, 1.0, 2.0, 0.5, close, 3)


def body(*bars: Bar, whole: bool = False) -> bytes:
    return msgspec.json.encode(
        Candles(at=1, spread="a~b", source="LAST", period="1s", whole=whole, bars=list(bars)),
    )


def bars_since(series: Series, mark: Mark | None) -> tuple[bool, list[Bar], Mark]:
    text, mark = series.since(mark)
    candles = msgspec.json.decode(text, type=Candles)
    return candles.whole, candles.bars, mark


def test_a_browser_that_joins_late_gets_the_whole_series() -> None:
    series = Series()
    series.apply(body(bar(1), bar(2), whole=True))
    series.apply(body(bar(2, 9.0), bar(3)))
    assert bars_since(series, None)[:2] == (True, [bar(1), bar(2, 9.0), bar(3)])


def test_a_slow_browser_misses_no_bar() -> None:
    series = Series()
    series.apply(body(bar(1), bar(2), whole=True))
    mark = bars_since(series, None)[2]
    for opened in range(3, 8):
        series.apply(body(bar(opened)))
    whole, bars, _ = bars_since(series, mark)
    assert not whole
    assert [each[0] for each in bars] == [2, 3, 4, 5, 6, 7]


def test_a_series_that_begins_anew_is_sent_whole() -> None:
    series = Series()
    series.apply(body(bar(1), whole=True))
    mark = bars_since(series, None)[2]
    series.apply(body(bar(50), whole=True))
    assert bars_since(series, mark)[:2] == (True, [bar(50)])


def test_an_empty_series_is_sent_as_empty() -> None:
    series = Series()
    series.apply(body(whole=True))
    whole, bars, mark = bars_since(series, None)
    assert (whole, bars) == (True, [])
    series.apply(body(bar(5)))
    assert bars_since(series, mark)[1] == [bar(5)]


def test_only_the_newest_bars_are_kept() -> None:
    series = Series()
    series.apply(body(*(bar(opened) for opened in range(KEPT + 10)), whole=True))
    bars = bars_since(series, None)[1]
    assert (len(bars), bars[0][0]) == (KEPT, 10)


def test_what_holds_no_candles_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        Series().apply(b'{"rows": []}')
