"""Streams are subscribed in batches, a few at a time, and until they are acknowledged."""

from __future__ import annotations

import json

import pytest

from basisdesk.venues.binance.subscribing import ANSWER_WAIT, BATCH, BURST, BURST_PAUSE, Subscribing, stream_names
from basisdesk.venues.contract import Channel

EVERY = frozenset(Channel)


def sent(frames: list[bytes]) -> list[tuple[int, int]]:
    """Number and count of streams of each frame."""
    told = [json.loads(frame) for frame in frames]
    assert all(frame["method"] == "SUBSCRIBE" for frame in told)
    return [(frame["id"], len(frame["params"])) for frame in told]


@pytest.mark.parametrize(
    ("line", "code", "names"),
    [
        ("spot", "BTCUSDT", ["btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@trade"]),
        ("usdm", "BTCUSDT", ["btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@aggTrade", "btcusdt@markPrice@1s"]),
        (
            "coinm",
            "BTCUSD_PERP",
            [
                "btcusd_perp@depth@100ms",
                "btcusd_perp@bookTicker",
                "btcusd_perp@aggTrade",
                "btcusd_perp@markPrice@1s",
                "btcusd@indexPrice@1s",
            ],
        ),
    ],
)
def test_each_line_has_its_streams(line: str, code: str, names: list[str]) -> None:
    assert stream_names(line, [code], EVERY) == names


def test_only_the_wanted_channels_are_subscribed_and_a_shared_stream_once() -> None:
    codes = ["BTCUSD_PERP", "BTCUSD_261225"]
    names = stream_names("coinm", codes, frozenset({Channel.CARRY}))
    assert names == ["btcusd_perp@markPrice@1s", "btcusd_261225@markPrice@1s", "btcusd@indexPrice@1s"]


def test_more_streams_than_a_connection_may_carry_are_refused() -> None:
    codes = [f"C{number}USDT" for number in range(513)]
    with pytest.raises(ValueError, match="1026 streams are more than the 1024"):
        stream_names("spot", codes, frozenset({Channel.BOOK, Channel.TICKER}))


def test_batches_go_out_a_few_at_a_time() -> None:
    talk = Subscribing([f"s{number}" for number in range(BATCH * 5 + 1)])
    assert talk.take() == []
    talk.open(0)
    assert sent(talk.take()) == [(number, BATCH) for number in range(1, BURST + 1)]
    assert talk.take() == []
    assert talk.deadline == BURST_PAUSE
    assert talk.on_time(BURST_PAUSE - 1) == 0
    assert talk.take() == []
    assert talk.on_time(BURST_PAUSE) == 0
    assert sent(talk.take()) == [(4, BATCH), (5, BATCH), (6, 1)]
    assert talk.deadline == BURST_PAUSE + ANSWER_WAIT


def test_what_is_not_acknowledged_is_sent_again() -> None:
    talk = Subscribing([f"s{number}" for number in range(BATCH + 1)])
    talk.open(0)
    assert len(talk.take()) == 2
    assert talk.answered(1)
    assert not talk.answered(1)
    assert not talk.answered("2")
    assert not talk.answered(None)
    assert talk.on_time(ANSWER_WAIT) == 1
    assert sent(talk.take()) == [(2, 1)]
    assert talk.answered(2)
    assert talk.deadline is None
    assert talk.on_time(10**18) == 0


def test_many_unanswered_batches_go_out_a_few_at_a_time_again() -> None:
    talk = Subscribing([f"s{number}" for number in range(BATCH * 5)])
    talk.open(0)
    talk.take()
    talk.on_time(BURST_PAUSE)
    talk.take()
    assert talk.on_time(BURST_PAUSE + ANSWER_WAIT) == 5
    assert len(talk.take()) == BURST
    assert talk.deadline == BURST_PAUSE + ANSWER_WAIT + BURST_PAUSE


def test_a_new_connection_subscribes_everything_under_new_numbers() -> None:
    talk = Subscribing(["a"])
    talk.open(0)
    talk.take()
    talk.close()
    assert talk.deadline is None
    talk.open(5)
    assert sent(talk.take()) == [(2, 1)]
    assert not talk.answered(1)


def test_a_feed_without_streams_sends_nothing() -> None:
    talk = Subscribing([])
    talk.open(0)
    assert talk.take() == []
    assert talk.deadline is None
