"""The recorded data: every book is whole and never crossed, nothing is lost, nothing is unreadable."""

from __future__ import annotations

import base64
import gzip
import json
from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import VALID
from basisdesk.venues.htx import VENUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.venues.htx.conftest import Stage

    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.contract import Market

pytestmark = pytest.mark.recordings

LINES = {"spot": "spot", "inverse_future": "coin_futures", "inverse_swap": "coin_swap", "linear_swap": "linear"}


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        for line in file:
            yield json.loads(line)


def played(staged: Callable[..., Stage], path: Path) -> dict[str, Stage]:
    """Play a recording; return a stage for each connection."""
    stages: dict[str, Stage] = {}
    for record in lines(path):
        now = int(record.get("ts", 0) * 1e9)
        if record["t"] == "connect":
            stage = stages[record["conn"]] = staged(VENUE.line_of(record["addr"]))
            stage.feed.connected(now)
        elif record["t"] == "recv":
            stages[record["conn"]].feed.receive(base64.b64decode(record["b64"]), now)
    return stages


@pytest.mark.parametrize(
    ("name", "markets", "books", "trades", "pings"),
    [
        ("htx_spot_7pairs_20210417", 7, 205, 65, [6]),
        ("htx_swap_coinm_and_linear_20220219", 6, 1662, 17, [6, 6]),
        ("htx_linear_swap_btcusdt_20220217", 1, 81, 3, [0]),
    ],
)
def test_every_frame_is_understood(
    recordings: Path, staged: Callable[..., Stage], name: str, markets: int, books: int, trades: int, pings: list[int]
) -> None:
    stages = played(staged, recordings / "cryptofeed" / f"{name}.jsonl.gz")
    tallies = [market.tally for stage in stages.values() for market in stage.ear.markets.values()]
    assert len(tallies) == markets
    assert sum(tally.book_updates for tally in tallies) == books
    assert sum(tally.trades for tally in tallies) == trades
    for count in ("gaps", "resyncs", "crossed", "undecoded", "ticker_differs"):
        assert sum(getattr(tally, count) for tally in tallies) == 0, count
    for stage in stages.values():
        assert all(market.book.state(0) == VALID for market in stage.ear.markets.values())
        assert (stage.feed.undecoded, stage.ear.reports) == (0, [])
    assert [sum("pong" in frame for frame in stage.sent()) for stage in stages.values()] == pings


def test_the_last_book_is_the_one_that_was_sent_last(recordings: Path, staged: Callable[..., Stage]) -> None:
    path = recordings / "cryptofeed" / "htx_linear_swap_btcusdt_20220217.jsonl.gz"
    (stage,) = played(staged, path).values()
    frames = [gzip.decompress(base64.b64decode(record["b64"])) for record in lines(path) if record["t"] == "recv"]
    tick = [json.loads(frame)["tick"] for frame in frames if b'depth.step0","ts"' in frame and b'"tick"' in frame][-1]
    book = stage.market().book
    assert book.levels(0, 999) == [tuple(map(float, level)) for level in tick["bids"]]
    assert book.levels(1, 999) == [tuple(map(float, level)) for level in tick["asks"]]


def test_a_sweep_takes_half_of_what_the_trades_say(
    recordings: Path, staged: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The venue counts trades on both sides, books count contracts once: a sweep clears whole levels, which shows it.
    swept: list[tuple[float, float]] = []
    stage = staged("linear", ["SNX-USDT"])

    def traded(market: Market, _now: int, price: float, size: float, buy: bool, _trade_id: str) -> None:
        if market.book.size_at(int(buy), price) == size:
            swept.append((price, size))

    monkeypatch.setattr(stage.ear, "traded", traded)
    for record in lines(recordings / "cryptofeed" / "htx_swap_coinm_and_linear_20220219.jsonl.gz"):
        if record["t"] == "recv" and record["conn"] == "HUOBI_SWAP.ws.2":
            stage.feed.receive(base64.b64decode(record["b64"]), int(record["ts"] * 1e9))
    assert swept == [(4.3341, 10.0), (4.3318, 106.0), (4.3312, 180.0)]


def test_single_messages_of_every_channel_are_understood(recordings: Path, staged: Callable[..., Stage]) -> None:
    stages = {line: staged(line) for line in LINES.values()}
    for record in lines(recordings / "crypto_msg_parser" / "huobi.jsonl.gz"):
        if record["kind"] != "open_interest":
            line = next(line for case, line in LINES.items() if record["case"].startswith(case))
            stages[line].hear(record["raw"].encode())
    for stage in stages.values():
        assert (stage.feed.undecoded, [r for r in stage.ear.reports if "crossed" not in r.trouble.value]) == (0, [])
        assert sum(market.tally.undecoded for market in stage.ear.markets.values()) == 0
    spot, linear, swap, futures = (stages[line] for line in ("spot", "linear", "coin_swap", "coin_futures"))
    assert spot.market().tally.trades == 1
    assert spot.market().book.bid == 29805.62
    assert linear.market().book.sequence == 709648689
    assert linear.market("PEOPLE-USDT").book.last_size == 154.0
    assert (swap.market().carry.predicted, swap.market().carry.next_at) == (0.000624180443735412, 1617321600 * 10**9)
    assert list(futures.ear.markets) == ["BTC210625", "DOT210423"]  # at the stage's own time
    assert futures.market("DOT210423").book.depth(1) == 3


def test_a_rest_list_of_another_kind_is_no_frame(recordings: Path, linear: Stage) -> None:
    path = recordings / "crypto_msg_parser" / "huobi.jsonl.gz"
    bodies = [record["raw"].encode() for record in lines(path) if record["kind"] == "open_interest"]
    for body in bodies:
        linear.hear(body)
    assert (linear.feed.undecoded, len(linear.ear.reports), linear.ear.markets) == (len(bodies), 1, {})


def test_ordered_messages_of_an_archive_are_understood(recordings: Path, staged: Callable[..., Stage]) -> None:
    stages = {line: staged(line) for line in LINES.values()}
    for record in lines(recordings / "tardis_node" / "huobi.jsonl.gz"):
        for stage in stages.values():
            stage.hear(record["message"])
    for stage in stages.values():
        assert stage.feed.undecoded == 0
        assert sum(market.tally.undecoded for market in stage.ear.markets.values()) == 0
    assert [trade[0] for trade in stages["spot"].ear.trades] == ["mexbtc", "mexbtc", "xmrbtc", "xmrbtc"]
    assert stages["linear"].ear.trades[-1][1:3] == (19425.0, 1.0)
    carry = stages["linear"].market().carry
    assert (carry.settled, carry.predicted, carry.index) == (0.0001, 0.000236636095370214, 19695.41)
    assert isnan(carry.mark)
    assert stages["coin_futures"].market().book.depth(0) == 2


@pytest.mark.parametrize(
    ("name", "line", "count", "tradable"),
    [
        ("spot_symbols_20210417", "spot", 938, 883),
        ("linear_swap_contract_info_20220219", "linear", 121, 121),
        ("coinm_swap_contract_info_20220219", "coin_swap", 50, 47),
        ("coinm_futures_contract_info_20210417", "coin_futures", 52, 52),
    ],
)
def test_every_listed_instrument_is_decoded_and_named_as_its_code_says(
    recordings: Path, name: str, line: str, count: int, tradable: int
) -> None:
    body = gzip.decompress((recordings / "instruments" / f"htx_{name}.json.gz").read_bytes())
    found = VENUE.decode_instruments(line, body)
    assert (len(found), sum(instrument.tradable for instrument in found)) == (count, tradable)
    assert all(instrument.symbol == VENUE.symbol_of(line, instrument.code) for instrument in found)
    assert len({instrument.symbol for instrument in found}) == count
    listed: dict[str, Instrument] = {instrument.code: instrument for instrument in found}
    known = [instrument for instrument in VENUE.well_known() if instrument.market == line]
    assert all(listed[instrument.code] == instrument for instrument in known)
    told = {code: terms for code in listed if (terms := VENUE.terms_of(line, code)) is not None}
    assert all(listed[code] == terms for code, terms in told.items())
    assert len(told) == (52 if line == "coin_futures" else 0)
