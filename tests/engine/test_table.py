import pytest

from basisdesk.domain.order import OrderStatus
from basisdesk.engine.table import TABLE, Happening, follow, printed

INFLIGHT, OPEN, CANCELING, UNKNOWN, DONE = OrderStatus


def test_every_pair_of_status_and_happening_is_in_the_table() -> None:
    assert set(TABLE) == {(status, happening) for status in OrderStatus for happening in Happening}


@pytest.mark.parametrize("happening", Happening)
def test_nothing_that_is_heard_reopens_a_done_order(happening: Happening) -> None:
    assert follow(DONE, happening) is DONE


@pytest.mark.parametrize("happening", [Happening.DOUBTED, Happening.CANCEL_SENT])
def test_unknown_is_not_left_without_evidence(happening: Happening) -> None:
    assert follow(UNKNOWN, happening) is UNKNOWN


@pytest.mark.parametrize(
    ("happening", "status"),
    [
        (Happening.ACCEPTED, OPEN), (Happening.PART_FILLED, OPEN), (Happening.WHOLLY_FILLED, DONE),
        (Happening.ENDED, DONE), (Happening.REJECTED, DONE),
    ],
)  # fmt: skip
def test_unknown_is_left_by_evidence(happening: Happening, status: OrderStatus) -> None:
    assert follow(UNKNOWN, happening) is status


@pytest.mark.parametrize("status", [INFLIGHT, OPEN, CANCELING])
def test_a_living_order_becomes_unknown_by_doubt_and_done_by_an_end(status: OrderStatus) -> None:
    assert follow(status, Happening.DOUBTED) is UNKNOWN
    assert follow(status, Happening.ENDED) is DONE
    assert follow(status, Happening.REJECTED) is DONE
    assert follow(status, Happening.CANCEL_SENT) is CANCELING


def test_an_acceptance_while_canceling_does_not_forget_the_cancel() -> None:
    assert follow(CANCELING, Happening.ACCEPTED) is CANCELING
    assert follow(CANCELING, Happening.PART_FILLED) is CANCELING


def test_the_table_prints_one_line_a_status_with_a_column_a_happening() -> None:
    lines = printed().splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["INFLIGHT", "OPEN", "CANCELING", "UNKNOWN", "DONE"]
    assert lines[0].split("  ")[0] == "status"
    assert lines[1].split() == ["INFLIGHT", "OPEN", "OPEN", "DONE", "CANCELING", "UNKNOWN", "DONE", "DONE"]
