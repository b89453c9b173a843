"""Several connections of one market: one book, which is the best of them and never a mixture."""

import random
from pathlib import Path
from typing import Any

import pytest
from tests.app.several import SECOND, Said, a_place, played, tape

from basisdesk.app.seats import Seat
from basisdesk.kernel.book import CLOSED, CROSSED, GAPPED, VALID, WAITING, Book

BIDS, ASKS = [(10.0, 1.0), (9.0, 1.0), (8.0, 1.0)], [(11.0, 1.0), (12.0, 1.0)]
TOP: tuple[list[Any], list[Any]] = ([(10.5, 1.0)], [(11.0, 1.0)])


def texts(levels: list[tuple[float, float]]) -> list[list[str]]:
    return [[f"{price:g}", f"{size:g}"] for price, size in levels]


def numbers(levels: list[tuple[float, float]]) -> list[list[float]]:
    return [list(level) for level in levels]


def okx(channel: str, ids: tuple[int, int], bids: Any, asks: Any, action: str | None = None) -> Any:
    row = {"bids": texts(bids), "asks": texts(asks), "prevSeqId": ids[0], "seqId": ids[1]}
    head = {"arg": {"channel": channel, "instId": "BTC-USDT"}}
    return head | ({"action": action} if action else {}) | {"data": [row]}


def bybit(depth: int, update: int, bids: Any, asks: Any, kind: str) -> Any:
    data = {"s": "BTCUSDT", "b": texts(bids), "a": texts(asks), "u": update, "seq": update}
    return {"topic": f"orderbook.{depth}.BTCUSDT", "type": kind, "ts": 1, "data": data}


def deribit(channel: str, data: Any) -> Any:
    params = {"channel": f"book.BTC-PERPETUAL.{channel}", "data": data}
    return {"jsonrpc": "2.0", "method": "subscription", "params": params}


def htx(channel: str, tick: Any) -> Any:
    return {"ch": f"market.BTC-USDT.depth.{channel}", "ts": 1, "tick": tick}


def deep_and_shallow(venue: str, step: int, size: float) -> tuple[Any, Any]:
    """Return the next frame of the deep channel, which sets bid 7 to a size, and one of the shallow one."""
    change = [(7.0, size)]
    seq = 5 + step
    match venue:
        case "okx":
            whole = okx("books", (-1, 5), BIDS, ASKS, "snapshot")
            return (
                okx("books", (seq - 1, seq), change, [], "update") if step else whole,
                okx("bbo-tbt", (0, seq + 1), *TOP),
            )
        case "bybit":
            kind = "delta" if step else "snapshot"
            sides = (change, []) if step else (BIDS, ASKS)
            return bybit(200, seq, *sides, kind), bybit(1, 500 + step, *TOP, "snapshot")
        case "deribit":
            first = {"type": "snapshot", "change_id": 5, **_acted("new", BIDS, ASKS)}
            later = {"type": "change", "prev_change_id": seq - 1, "change_id": seq, **_acted("change", change, [])}
            merged = {"change_id": seq + 1, "bids": [[10.5, 1.0], [5.0, 3.0]], "asks": [[11.0, 1.0], [15.0, 2.0]]}
            return deribit("raw", later if step else first), deribit("5.20.100ms", merged)
        case _:
            tick = {"event": "update" if step else "snapshot", "version": seq}
            sides = (change, []) if step else (BIDS, ASKS)
            levels = {"bids": numbers(sides[0]), "asks": numbers(sides[1])}
            top = {"version": 3, "bids": numbers(TOP[0]), "asks": numbers(TOP[1])}
            return htx("size_150.high_freq", tick | levels), htx("step6", top)


def _acted(action: str, bids: Any, asks: Any) -> Any:
    return {"bids": [[action, *level] for level in bids], "asks": [[action, *level] for level in asks]}


def levels(book: Book) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    return book.levels(0, 99), book.levels(1, 99)


@pytest.mark.parametrize("shallow_first", [False, True])
@pytest.mark.parametrize("venue", ["okx", "bybit", "deribit", "htx"])
def test_a_shallow_channel_of_another_connection_never_tears_the_deep_ones_book(
    tmp_path: Path, venue: str, shallow_first: bool
) -> None:
    said: list[Said] = []
    for step in range(8):
        deep, shallow = deep_and_shallow(venue, step, step + 1.0)
        pair = [("a", deep), ("b", shallow)]
        said += reversed(pair) if shallow_first else pair
    path = tape(tmp_path / "x.jsonl", venue, said)
    seen = [(levels(market.book), market.book.state(0)) for market in played(path)]
    allowed: list[Any] = [(BIDS, ASKS)]
    allowed += [([*BIDS, (7.0, step + 1.0)], ASKS) for step in range(1, 8)]
    begun = next(index for index, (found, _) in enumerate(seen) if found == allowed[0])
    assert begun <= 4
    assert all(found in allowed and state == VALID for found, state in seen[begun:])
    assert [found for found, _ in seen if found in allowed] == sorted(
        (found for found, _ in seen[begun:]), key=allowed.index
    )
    assert seen[-1][0] == allowed[-1]
    *_, market = played(path)
    assert market.tally.gaps == 0
    assert market.tally.frames == 16
    assert market.tally.book_updates in {8, 9}


def test_one_channel_on_two_connections_is_one_book_with_duplicates_counted_as_frames(tmp_path: Path) -> None:
    said = [(name, deep_and_shallow("okx", step, step + 1.0)[0]) for step in range(9) for name in "ab"]
    path = tape(tmp_path / "x.jsonl", "okx", said)
    *_, market = played(path)
    assert levels(market.book) == ([*BIDS, (7.0, 9.0)], ASKS)
    assert (market.tally.frames, market.tally.book_updates, market.tally.gaps) == (18, 9, 0)


def test_two_machines_recordings_make_one_book_though_one_loses_frames(tmp_path: Path) -> None:
    frames = [deep_and_shallow("okx", step, step + 1.0)[0] for step in range(20)]
    first = tape(tmp_path / "a.jsonl", "okx", [("a", frame) for step, frame in enumerate(frames) if step != 7])
    second = tape(tmp_path / "b.jsonl", "okx", [("b", frame) for frame in frames])
    *_, market = played(first, second)
    assert levels(market.book) == ([*BIDS, (7.0, 20.0)], ASKS)
    assert (market.tally.gaps, market.tally.resyncs, market.book.state(0)) == (1, 1, VALID)


def test_a_connection_made_again_under_another_name_takes_the_book_of_a_silent_one(tmp_path: Path) -> None:
    frames = [deep_and_shallow("bybit", step, step + 1.0)[0] for step in range(6)]
    again = [bybit(200, 900, BIDS[1:], ASKS, "snapshot")] + [
        bybit(200, 900 + step, [(6.0, step)], [], "delta") for step in range(1, 4)
    ]
    said: list[Said] = [("a", frame) for frame in frames] + [("b", frame) for frame in again]
    *_, market = played(tape(tmp_path / "x.jsonl", "bybit", said, every=1.5))
    assert levels(market.book) == ([*BIDS[1:], (6.0, 3.0)], ASKS)


def test_a_connection_that_is_made_again_begins_from_empty_and_another_stands_in_at_once(tmp_path: Path) -> None:
    frames = [deep_and_shallow("htx", step, step + 1.0) for step in range(4)]
    said: list[Said] = [pair for deep, top in frames for pair in (("a", deep), ("b", top))]
    said += [("a", None), ("b", frames[0][1])]
    books = [levels(market.book) for market in played(tape(tmp_path / "x.jsonl", "htx", said))]
    assert books[-3:] == [([*BIDS, (7.0, 4.0)], ASKS), ([], []), TOP]


def test_diff_depth_of_one_market_over_two_connections_is_one_book(tmp_path: Path) -> None:
    def depth(update: int) -> Any:
        data = {
            "e": "depthUpdate",
            "E": 1,
            "s": "BTCUSDT",
            "U": update,
            "u": update,
            "b": [["7", f"{update}"]],
            "a": [],
        }
        return {"stream": "btcusdt@depth@100ms", "data": data}

    body = {"lastUpdateId": 5, "bids": texts(BIDS), "asks": texts(ASKS)}
    url = "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=100"
    said: list[Said] = [(name, depth(6 + step)) for step in range(3) for name in "ab"]
    said += [("a", (url, body)), ("b", (url, body))]
    said += [(name, depth(9 + step)) for step in range(9) for name in ("aba" if step == 4 else "ba")]
    *_, market = played(tape(tmp_path / "x.jsonl", "binance", said))
    assert levels(market.book) == ([*BIDS, (7.0, 17.0)], ASKS)
    assert market.tally.book_updates == 12
    assert market.tally.gaps == 0


def fill(seat: Seat, at: int, rank: int = 5, sequence: int = 0, shift: float = 0.0, deep: int = 3) -> None:
    seat.rank = rank
    bids = [(10.0 + shift - step, 1.0) for step in range(deep)]
    seat.book.snapshot_levels(bids, [(11.0 + shift + step, 1.0) for step in range(deep)], at, sequence)


@pytest.mark.parametrize(
    ("rank", "deep", "sequence", "later", "takes"),
    [
        (5, 3, 9, 0.5, False),
        (5, 3, 9, 1.5, True),
        (5, 3, 7, 1.5, False),
        (5, 3, 0, 1.5, True),
        (5, 3, 7, 10.5, True),
        (6, 3, 1, 0.0, True),
        (4, 3, 9, 9.5, False),
        (4, 3, 9, 10.5, True),
        (4, 1, 9, 99.0, False),
    ],
)
def test_who_may_take_a_sound_book_over(rank: int, deep: int, sequence: int, later: float, takes: bool) -> None:
    place, first, second = a_place()
    fill(first, SECOND, sequence=8)
    now = SECOND + int(later * SECOND)
    fill(second, now, rank, sequence, shift=0.5, deep=deep)
    assert place.takes(second, now) is takes
    assert place.market.book.bid == (10.5 if takes else 10.0)
    assert place.holder is (second if takes else first)


@pytest.mark.parametrize("lost", [WAITING, CLOSED, GAPPED])
def test_a_book_that_was_lost_is_replaced_at_once_and_only_a_gap_is_a_resync(lost: int) -> None:
    place, first, second = a_place()
    fill(first, 1)
    first.book.mark_state(lost)
    fill(second, 2, rank=5)
    assert place.takes(second, 2)
    assert place.market.book.state(0) == VALID
    assert first.book.state(0) == lost
    assert place.market.tally.resyncs == (1 if lost == GAPPED else 0)


def test_a_crossed_book_is_kept_and_none_is_taken_in_its_place_at_once() -> None:
    place, first, second = a_place()
    fill(first, 1)
    fill(second, 2)
    second.book.snapshot_levels([(12.0, 1.0)], [(11.0, 1.0)], 2, 0)
    assert not place.takes(second, 99 * SECOND)
    first.book.snapshot_levels([(12.0, 1.0)], [(11.0, 1.0)], 3, 0)
    fill(second, 4, rank=6)
    assert place.takes(second, 4)
    assert (first.book.state(0), place.market.tally.resyncs) == (CROSSED, 0)


def test_a_last_price_of_a_ticker_reaches_the_market_once() -> None:
    place, _, second = a_place()
    assert not place.takes(second, 1)
    second.book.trade(10.5, 2.0, 1)
    assert place.takes(second, 1)
    assert place.market.book.last == 10.5
    assert not place.takes(second, 2)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_the_shown_book_is_wholly_that_of_one_connection(seed: int) -> None:
    dice = random.Random(seed)
    place, *seats = a_place()
    seats.append(place.join("spot", "AB", "three"))
    told: list[dict[float, float]] = [{}, {}, {}]
    for step in range(1, 400):
        index = dice.randrange(3)
        seat, bids = seats[index], told[index]
        now = step * dice.choice([1, 1, 1, 50]) * SECOND // 10
        match dice.randrange(8):
            case 0:
                bids.clear()
                seat.book.mark_state(dice.choice([WAITING, GAPPED, CLOSED]))
            case 1:
                fill(seat, now, rank=dice.randrange(4), sequence=step, shift=index / 10, deep=dice.randrange(1, 4))
                bids.clear()
                bids.update(seat.book.levels(0, 9))
            case _ if bids:
                price = dice.choice([5.0, 6.0, 7.0]) + index / 10
                bids[price] = float(dice.randrange(3))
                seat.book.update_levels([(price, bids[price])], [], now, step)
                bids = told[index] = {key: size for key, size in bids.items() if size}
        place.takes(seat, now)
        holder = place.holder
        assert holder is not None
        assert holder.book is place.market.book
        assert len({id(each.book) for each in seats}) == 3
        for each, expected in zip(seats, told, strict=True):
            assert dict(each.book.levels(0, 99)) == expected
