"""The recorded data: every change follows the one before, nothing is lost, nothing is unreadable."""

from __future__ import annotations

import csv
import gzip
import json
from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Kind, Margin
from basisdesk.domain.symbol import parse_symbol
from basisdesk.kernel.book import EMPTY, VALID
from basisdesk.venues.contract import Trouble
from basisdesk.venues.deribit import VENUE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.venues.deribit.conftest import Stage

pytestmark = pytest.mark.recordings


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        for line in file:
            yield json.loads(line)


@pytest.mark.parametrize(
    ("name", "frames", "updates"), [("deribit_options_20210405", 460, 187), ("deribit_options_20210722", 135, 46)]
)
def test_every_change_follows_the_one_before(
    recordings: Path, stage: Stage, name: str, frames: int, updates: int
) -> None:
    expected: dict[str, dict[str, Any]] = {}
    for record in lines(recordings / "cryptofeed" / f"{name}.jsonl.gz"):
        if record["t"] == "connect":
            assert VENUE.line_of(record["addr"]) == "public"
        if record["t"] == "recv":
            stage.feed.receive(record["data"].encode(), int(record["ts"] * 1e9))
            params = json.loads(record["data"]).get("params", {"channel": ""})
            if params["channel"].startswith("ticker."):
                expected[params["data"]["instrument_name"]] = params["data"]
    tallies = [market.tally for market in stage.ear.markets.values()]
    assert (len(tallies), sum(tally.frames for tally in tallies)) == (10, frames)
    assert sum(tally.book_updates for tally in tallies) == updates
    for count in ("gaps", "resyncs", "crossed", "undecoded", "trades"):
        assert sum(getattr(tally, count) for tally in tallies) == 0, count
    assert (stage.feed.undecoded, stage.ear.reports) == (0, [])
    for code, ticker in expected.items():
        market = stage.market(code)
        assert market.book.state(0) in {VALID, EMPTY}
        assert (market.carry.mark, market.carry.index) == (ticker["mark_price"], ticker["index_price"])
        assert isnan(market.carry.predicted)


@pytest.mark.parametrize("name", ["deribit_options_20210405", "deribit_options_20210722"])
def test_every_top_that_a_ticker_tells_is_one_that_the_book_had(recordings: Path, stage: Stage, name: str) -> None:
    had: dict[str, list[tuple[float, ...]]] = {}
    told: dict[str, list[tuple[float, ...]]] = {}
    for record in lines(recordings / "cryptofeed" / f"{name}.jsonl.gz"):
        params = json.loads(record["data"]).get("params") if record["t"] == "recv" else None
        if params is None:
            continue
        stage.feed.receive(record["data"].encode(), int(record["ts"] * 1e9))
        data = params["data"]
        book = stage.market(data["instrument_name"]).book
        if params["channel"].startswith("book."):
            had.setdefault(data["instrument_name"], []).append((book.bid, book.bid_size, book.ask, book.ask_size))
        else:
            top = [data[f"best_{side}_{what}"] for side in ("bid", "ask") for what in ("price", "amount")]
            told.setdefault(data["instrument_name"], []).append(tuple(top))
    compared = [(top in had[code]) for code, tops in told.items() for top in tops if all(top)]
    assert len(compared) > 50
    assert all(compared)


def test_single_messages_of_every_channel_are_understood(recordings: Path, stage: Stage) -> None:
    rows = list(lines(recordings / "crypto_msg_parser" / "deribit.jsonl.gz"))
    for row in rows:
        stage.hear(row["raw"])
    assert (len(rows), stage.feed.undecoded, stage.troubles()) == (19, 0, [Trouble.GAP])
    assert stage.market("BTC-26MAR21").symbol == "deribit:BTC/USD:BTC-210326"
    assert stage.market("BTC-26MAR21").book.last == 56273.5
    assert stage.market("BTC-25JUN21").tally.gaps == 1  # the two messages are minutes apart
    carry = stage.market("BTC-PERPETUAL").carry
    assert (carry.mark, carry.index, carry.predicted, carry.settled) == (29932.79, 29930.44, 0.0, 0.00000255)
    assert sum(market.tally.trades for market in stage.ear.markets.values()) == 3
    assert all(market.tally.undecoded == 0 for market in stage.ear.markets.values())


def test_the_present_funding_rate_is_the_premium_less_a_band_for_eight_hours(recordings: Path) -> None:
    bodies = [json.loads(row["raw"]) for row in lines(recordings / "crypto_msg_parser" / "deribit.jsonl.gz")]
    told = next(
        body["result"] for body in bodies if isinstance(body.get("result"), dict) and "current_funding" in str(body)
    )
    premium = told["mark_price"] / told["index_price"] - 1
    assert told["current_funding"] == pytest.approx(premium - 0.0005, abs=1e-8)


def test_ordered_messages_of_many_years_are_understood(recordings: Path, stage: Stage) -> None:
    rows = list(lines(recordings / "tardis_node" / "deribit.jsonl.gz"))
    for row in rows:
        stage.hear(row["message"])
    assert (len(rows), stage.feed.undecoded) == (18, 0)
    assert all(market.tally.undecoded == 0 for market in stage.ear.markets.values())
    assert stage.troubles() == [Trouble.GAP]  # ETH-PERPETUAL: 54 s lie between its two messages
    tally = stage.market("ETH-PERPETUAL").tally
    assert (tally.book_updates, tally.gaps) == (1, 1)
    perpetual = stage.market("BTC-PERPETUAL")
    assert (perpetual.tally.trades, perpetual.carry.settled) == (4, -8.477e-05)
    assert stage.market("LINK_USDC-PERPETUAL").symbol == "deribit:LINK/USDC:USDC"
    assert stage.market("LINK_USDC-PERPETUAL").book.depth(0) == 5
    assert stage.market("ETH-10SEP21-3350-P").book.state(0) == VALID
    assert stage.market("BTC-FS-30SEP22_PERP").tally.frames == 1


def test_captured_messages_are_understood(recordings: Path, stage: Stage) -> None:
    folder = recordings / "nautilus" / "deribit"
    for name in ("ticker", "quote", "trades", "volatility_index", "book_snapshot", "book_delta", "test_request"):
        stage.hear((folder / f"ws_{name}.json").read_bytes())
    assert (stage.feed.undecoded, stage.ear.reports) == (0, [])
    market = stage.market()
    assert (market.tally.book_updates, market.tally.trades, market.book.last) == (2, 2, 92288.5)
    assert (market.book.levels(0, 2), market.book.ask) == ([(42500.0, 950.0), (42499.5, 500.0)], 42501.5)
    assert (market.carry.predicted, market.carry.settled, market.carry.interval) == (0.0, 0.00001742, 8)
    assert stage.sent() == [("public/test", {})]
    stage.hear((folder / "ws_book_grouped_snapshot.json").read_bytes())
    assert (market.tally.frames, market.tally.undecoded, market.book.bid) == (6, 0, 42500.0)


def test_a_captured_grouped_book_is_a_book(recordings: Path, stage: Stage) -> None:
    stage.hear((recordings / "nautilus" / "deribit" / "ws_book_grouped_snapshot.json").read_bytes())
    book = stage.market().book
    assert (book.depth(0), book.depth(1), book.bid, book.ask) == (10, 10, 89532.5, 89533.0)


def test_answers_are_told_only_when_they_refuse(recordings: Path, stage: Stage) -> None:
    folder = recordings / "nautilus" / "deribit"
    for name in ("ws_order_sell_response", "ws_order_stop_market_response", "ws_order_cancel_response", "ws_error"):
        stage.hear((folder / f"{name}.json").read_bytes())
    for name in ("account_summaries", "order_book", "tradingview_chart_data", "last_trades_future_combo",
                 "last_trades_option_combo", "expirations_btc_option", "combos"):  # fmt: skip
        stage.hear((folder / f"http_get_{name}.json").read_bytes())
    assert [(r.trouble, r.detail) for r in stage.ear.reports] == [(Trouble.REFUSED, "10028 too_many_requests")]
    assert (stage.feed.undecoded, stage.ear.markets) == (0, {})


def test_a_list_of_levels_makes_the_book_it_describes(recordings: Path, stage: Stage) -> None:
    with (recordings / "nautilus" / "tardis_deribit_l2_btc_perpetual_20200401.csv").open() as file:
        rows = list(csv.DictReader(file))
    asks = [("new", float(row["price"]), float(row["amount"])) for row in rows if row["side"] == "ask"]
    assert [(row["exchange"], row["symbol"]) for row in rows] == [("deribit", "BTC-PERPETUAL")] * len(asks)
    stage.snapshot([], asks, 1)
    book = stage.market().book
    assert book.levels(1, 99) == [(price, amount) for _, price, amount in asks]
    assert (stage.state(), len(asks)) == (EMPTY, 15)


@pytest.mark.parametrize(("coin", "contract"), [("btc", 10), ("eth", 1)])
def test_every_listed_future_is_decoded_and_named_as_its_code_says(recordings: Path, coin: str, contract: int) -> None:
    path = recordings / "instruments" / f"deribit_{coin}_instruments_20210722.json.gz"
    body = gzip.decompress(path.read_bytes())
    found = VENUE.decode_instruments("public", body)
    futures = [row for row in json.loads(body)["result"] if row["kind"] == "future"]
    assert [instrument.code for instrument in found] == [row["instrument_name"] for row in futures]
    assert len(found) == 8
    known = {instrument.code: instrument for instrument in VENUE.well_known()}
    for instrument in found:
        assert instrument.symbol == VENUE.symbol_of("public", instrument.code)
        parsed = parse_symbol(instrument.symbol)
        assert (parsed.kind, parsed.margin, parsed.expiry_at()) == (
            instrument.kind, Margin.INVERSE, instrument.expiry,
        )  # fmt: skip
        assert instrument.step == instrument.min_size == contract
        assert instrument.contract_size == 1
        package = known.get(instrument.code) or VENUE.terms_of("public", instrument.code)
        assert package is not None
        assert (package.symbol, package.tick, package.step) == (instrument.symbol, instrument.tick, instrument.step)
        assert (package.expiry, package.taker_fee) == (instrument.expiry, instrument.taker_fee)
        assert (package.max_leverage or 0) <= (instrument.max_leverage or 0)
    assert [instrument.kind for instrument in found].count(Kind.PERPETUAL) == 1


def test_a_newer_list_is_decoded_too(recordings: Path) -> None:
    folder = recordings / "nautilus" / "deribit"
    found = VENUE.decode_instruments("public", (folder / "http_get_instruments.json").read_bytes())
    assert {instrument.symbol for instrument in found} >= {"deribit:BTC/USD:BTC", "deribit:BTC/USD:BTC-241227"}
    assert found[0] == VENUE.well_known()[0]
    for name in ("instrument_option", "instruments_option_combo"):
        assert VENUE.decode_instruments("public", (folder / f"http_get_{name}.json").read_bytes()) == []
    with pytest.raises(DecodeError, match="none of the"):
        VENUE.decode_instruments("public", (folder / "http_get_combos.json").read_bytes())
