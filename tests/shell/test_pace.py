import pytest

from basisdesk.shell.pace import SECOND, Pace


def test_market_time_runs_with_the_wall_clock_times_the_speed() -> None:
    pace = Pace(1000 * SECOND, 5 * SECOND, 2.0)
    assert pace.market(5 * SECOND) == 1000 * SECOND
    assert pace.market(8 * SECOND) == 1006 * SECOND
    assert pace.wait(1007 * SECOND, 8 * SECOND) == 0.5
    assert pace.wait(1001 * SECOND, 8 * SECOND) == 0.0


def test_a_small_lag_is_caught_up_and_a_long_one_is_forgotten() -> None:
    pace = Pace(0, 0, 1.0)
    pace.reached(9 * SECOND + SECOND // 2, 10 * SECOND)
    assert pace.market(10 * SECOND) == 10 * SECOND
    pace.reached(10 * SECOND, 3600 * SECOND)
    assert pace.market(3600 * SECOND) == 10 * SECOND
    assert pace.market(3601 * SECOND) == 11 * SECOND


@pytest.mark.parametrize("speed", [0.0, -1.0, float("inf"), float("nan")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="not a number above zero"):
        Pace(0, 0, speed)
