"""Several connections that tell the trades of one market: one of them tells them all, and another when it is lost."""

from pathlib import Path
from typing import Any

import pytest
from tests.app.several import SECOND, Said, a_place, played, tape

from basisdesk.app.desk import Desk
from basisdesk.app.seats import Place
from basisdesk.kernel.book import CLOSED, Book
from basisdesk.venues.contract import Market


def trade_of(channel: str, number: int, size: int, side: str) -> Any:
    """Return a trade at 100 as a channel tells it, under the channel's own number."""
    row: dict[str, Any]
    match channel:
        case "trade" | "aggTrade":
            data = {"s": "BTCUSDT", "p": "100", "q": f"{size}", "T": 1, "m": side == "sell", "t": number, "a": number}
            return {"stream": f"btcusdt@{channel}", "data": {"e": channel, "E": 1, **data}}
        case "trades" | "trades-all":
            row = {"instId": "BTC-USDT", "tradeId": f"{number}", "px": "100", "sz": f"{size}", "side": side, "ts": "1"}
            return {"arg": {"channel": channel, "instId": "BTC-USDT"}, "data": [row]}
        case "trade.detail":
            row = {"id": number, "price": 100, "amount": 2 * size, "direction": side, "ts": 1}
            return {"ch": "market.BTC-USDT.trade.detail", "ts": 1, "tick": {"id": 1, "ts": 1, "data": [row]}}
        case _:
            row = {"T": 1, "s": "BTCUSDT", "S": side.title(), "v": f"{size}", "p": "100", "i": f"{number}"}
            return {"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1, "data": [row]}


CHANNELS = {
    "trade": "binance",
    "aggTrade": "binance",
    "trades": "okx",
    "trades-all": "okx",
    "trade.detail": "htx",
    "publicTrade": "bybit",
}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, bool]]:
    """What the desk is told of trades: size, and whether the taker bought."""
    told: list[tuple[float, bool]] = []
    real = Desk.traded

    def traded(desk: Desk, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        told.append((size, buy))
        real(desk, market, now, price, size, buy, trade_id)

    monkeypatch.setattr(Desk, "traded", traded)
    return told


def each(channel: str, name: str, *numbers: int) -> list[Said]:
    """Single trades of size 1 as one connection tells them, every other one a sale."""
    return [(name, trade_of(channel, number, 1, "sell" if number % 2 else "buy")) for number in numbers]


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_a_recording_of_one_channel_tells_every_trade(
    tmp_path: Path, channel: str, counted: list[tuple[float, bool]]
) -> None:
    *_, market = played(tape(tmp_path / "x.jsonl", CHANNELS[channel], each(channel, "a", *range(1, 9))))
    assert counted == [(1.0, number % 2 == 0) for number in range(1, 9)]
    assert market.tally.trades == market.tally.frames == 8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("trade", "aggTrade"),
        ("aggTrade", "trade"),
        ("trades", "trades-all"),
        ("trades-all", "trades"),
        ("trade.detail", "trade.detail"),
        ("publicTrade", "publicTrade"),
    ],
)
def test_volume_that_two_channels_tell_under_other_numbers_counts_once(
    tmp_path: Path, one: str, other: str, counted: list[tuple[float, bool]]
) -> None:
    said: list[Said] = []
    for number in range(1, 9):
        said += [("a", trade_of(one, number, 3, "buy"))]
        said += [("b", trade_of(other, 1000 + 3 * number + part, 1, "buy")) for part in range(3)]
    *_, market = played(tape(tmp_path / "x.jsonl", CHANNELS[one], said, every=0.4))
    assert counted == [(3.0, True)] * 8
    assert (market.tally.trades, market.tally.frames) == (8, 32)
    assert (market.book.last, market.book.last_size) == (100.0, 3.0)


def test_one_channel_over_two_connections_is_told_by_the_first_of_them(
    tmp_path: Path, counted: list[tuple[float, bool]]
) -> None:
    said: list[Said] = [*each("trade", "a", 1), *each("trade", "b", 1, 2, 3), *each("trade", "a", 2)]
    *_, market = played(tape(tmp_path / "x.jsonl", "binance", said))
    assert counted == [(1.0, False), (1.0, True)]
    assert market.tally.trades == 2


def test_of_one_channel_another_connection_tells_on_after_a_second_and_nothing_twice(
    tmp_path: Path, counted: list[tuple[float, bool]]
) -> None:
    said: list[Said] = [*each("trade", "a", 1, 2, 3), *each("trade", "b", 1, *range(2, 30)), *each("trade", "a", 27)]
    *_, market = played(tape(tmp_path / "x.jsonl", "binance", said, every=0.25))
    assert counted == [(1.0, number % 2 == 0) for number in range(1, 30)]
    assert (market.tally.trades, market.tally.frames) == (29, 33)


def test_a_silent_teller_of_another_channel_is_waited_for_and_then_given_up(
    tmp_path: Path, counted: list[tuple[float, bool]]
) -> None:
    said: list[Said] = [*each("aggTrade", "a", 1, 2, 3), *each("trade", "b", *range(101, 126))]
    said += each("aggTrade", "a", 4)
    *_, market = played(tape(tmp_path / "x.jsonl", "binance", said, every=0.5))
    assert len(counted) == market.tally.trades == 3 + 6  # b's first 19 come within ten seconds


@pytest.mark.parametrize("overlap", [False, True])
def test_when_the_tellers_recording_ends_another_tells_on_and_what_both_told_counts_once(
    tmp_path: Path, overlap: bool, counted: list[tuple[float, bool]]
) -> None:
    first = tape(tmp_path / "a.jsonl", "binance", each("trade", "a", *range(1, 11)))  # to 1.0 s
    later: list[Said] = each("aggTrade", "b", *range(101, 131))  # to 3.0 s
    if not overlap:
        later = [("b", {"result": None, "id": 1})] * 10 + later[10:]
    *_, market = played(first, tape(tmp_path / "b.jsonl", "binance", later))
    assert len(counted) == market.tally.trades == (10 + 11 if overlap else 10 + 20)


def test_who_told_a_trade_under_the_same_id_tells_it_no_more_when_it_takes_over() -> None:
    place, first, second = a_place()
    for number in range(600):
        assert place.is_news(first, (f"{number}", 1.0, 1.0, True), 1)
    assert not place.is_news(second, ("599", 1.0, 1.0, True), 1)
    for number, news in ((599, False), (600, True), (90, False), (1, True)):  # the 512 latest are remembered
        assert place.is_news(second, (f"{number}", 1.0, 1.0, True), 1 + SECOND) is news
    assert place.teller is second


def test_trades_without_ids_are_the_tellers_too() -> None:
    place, first, second = a_place()
    trade = ("", 1.0, 1.0, True)
    assert [place.is_news(seat, trade, at) for seat, at in ((first, 1), (first, 2), (second, 3))] == [True, True, False]
    assert not place.is_news(second, trade, 2 + 10 * SECOND - 1)
    assert place.is_news(second, trade, 2 + 10 * SECOND)
    assert not place.is_news(first, trade, 3 + 10 * SECOND)


@pytest.mark.parametrize(("beside", "after", "takes"), [(True, 0.9, False), (True, 1.0, True), (False, 0.0, True)])
def test_who_stood_beside_a_lost_teller_waits_a_second_and_who_comes_later_tells_at_once(
    beside: bool, after: float, takes: bool
) -> None:
    place, first, second = a_place()
    assert place.is_news(first, ("1", 1.0, 1.0, True), SECOND)
    assert not beside or not place.is_news(second, ("101", 1.0, 1.0, True), SECOND)
    first.book.mark_state(CLOSED)
    assert place.is_news(second, ("102", 1.0, 1.0, True), SECOND + int(after * SECOND)) is takes


def test_a_connection_that_joins_later_does_not_take_the_trades_of_the_only_one_there_was() -> None:
    place = Place(Market("x:A/B", "spot", "AB", Book()), set())
    first = place.join("spot", "AB", "one")
    assert place.is_news(first, ("1", 1.0, 1.0, True), 99 * SECOND)
    second = place.join("spot", "AB", "two")
    assert not place.is_news(second, ("101", 1.0, 1.0, True), 108 * SECOND)
    assert place.is_news(second, ("102", 1.0, 1.0, True), 109 * SECOND)
    assert not place.is_news(first, ("2", 2.0, 1.0, True), 110 * SECOND)
