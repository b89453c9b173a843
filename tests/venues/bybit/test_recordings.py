"""The recorded data: nothing is lost, nothing of version 5 is unreadable, everything older is counted."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Kind
from basisdesk.kernel.book import EMPTY, VALID, WAITING
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.venues.bybit.conftest import Stage

pytestmark = pytest.mark.recordings

SESSION = "bybit_v5_linear_and_spot_btc_doge_20260809.jsonl.gz"


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        for line in file:
            yield json.loads(line)


def test_the_session_plays_clean_and_its_connections_are_two_markets(
    recordings: Path, staged: Callable[..., Stage]
) -> None:
    stages: dict[str, Stage] = {}
    for record in lines(recordings / "cryptofeed" / SESSION):
        if record["t"] == "connect":
            line = VENUE.line_of(record["addr"])
            stages[record["conn"]] = staged(line=line)
            stages[record["conn"]].feed.connected(int(record["ts"] * 1e9))
        elif record["t"] == "recv":
            stages[record["conn"]].feed.receive(record["data"].encode(), int(record["ts"] * 1e9))
    linear, spot = stages["BYBIT.ws.2"], stages["BYBIT.ws.3"]
    found = {market.symbol: market for stage in (linear, spot) for market in stage.ear.markets.values()}
    assert list(found) == ["bybit:BTC/USDT:USDT", "bybit:DOGE/USDT:USDT", "bybit:BTC/USDT"]
    tallies = {symbol: market.tally for symbol, market in found.items()}
    assert [(t.frames, t.book_updates, t.trades) for t in tallies.values()] == [
        (637, 414, 56),
        (573, 380, 83),
        (367, 300, 11),
    ]
    for count in ("gaps", "resyncs", "crossed", "undecoded"):
        assert sum(getattr(tally, count) for tally in tallies.values()) == 0, count
    assert all(market.book.state(0) == VALID for market in found.values())
    assert all(market.book.depth(side) == 200 for market in found.values() for side in (0, 1))
    for stage in stages.values():
        assert (stage.feed.undecoded, stage.ear.reports) == (0, [])
    carry = linear.market().carry
    assert (carry.mark, carry.index, carry.predicted, carry.interval) == (65117.19, 65138.68, 0.0001, 8)
    assert carry.next_at == 1_786_320_000_000_000_000
    assert spot.ear.carries == []


def test_the_book_of_the_session_is_the_venues(recordings: Path, staged: Callable[..., Stage]) -> None:
    """Replayed by hand with exact text, level by level, beside the feed."""
    stage = staged()
    sides: dict[str, dict[float, float]] = {"b": {}, "a": {}}
    checked = 0
    for record in lines(recordings / "cryptofeed" / SESSION):
        if record["t"] != "recv" or record["conn"] != "BYBIT.ws.2" or "orderbook.200.DOGEUSDT" not in record["data"]:
            continue
        stage.hear(record["data"])
        message = json.loads(record["data"])
        for side, levels in sides.items():
            if message["type"] == "snapshot":
                levels.clear()
            for price, size in message["data"][side]:
                levels[float(price)] = float(size)
                if float(size) == 0:
                    del levels[float(price)]
        book = stage.market("DOGEUSDT").book
        assert book.levels(0, 999) == sorted(sides["b"].items(), reverse=True)
        assert book.levels(1, 999) == sorted(sides["a"].items())
        checked += 1
    assert checked == 380


def test_the_archive_of_a_deeper_book_plays_clean(recordings: Path, stage: Stage) -> None:
    with gzip.open(recordings / "nautilus" / "bybit_ob500_xrpusdt_20241201.jsonl.gz", "rb") as file:
        for line in file:
            stage.hear(line.strip())
    market = stage.market("XRPUSDT")
    assert (market.tally.frames, market.tally.book_updates, market.book.state(0)) == (50, 50, VALID)
    assert (market.book.depth(0), market.book.depth(1)) == (500, 500)
    assert (stage.ear.reports, stage.feed.undecoded) == ([], 0)


def test_messages_before_version_5_are_counted_as_undecoded(recordings: Path, staged: Callable[..., Stage]) -> None:
    for line in VENUE.lines:
        stage = staged(line=line)
        old = [record["raw"] for record in lines(recordings / "crypto_msg_parser" / "bybit.jsonl.gz")]
        for frame in old:
            stage.hear(frame)
        assert (stage.feed.undecoded, stage.ear.markets, stage.troubles()) == (len(old), {}, [Trouble.UNDECODED])
        assert len(old) == 16


def test_old_and_new_messages_in_one_recording_are_told_apart(recordings: Path, staged: Callable[..., Stage]) -> None:
    records = list(lines(recordings / "tardis_node" / "bybit.jsonl.gz"))
    contracts, spot, old = staged(), staged(line="spot"), staged()
    for record in records:
        stage = old if record["array"] == "messages" else spot if "spot" in record["test"] else contracts
        stage.hear(record["message"])
    assert (contracts.feed.undecoded, spot.feed.undecoded) == (0, 0)
    assert old.feed.undecoded == 21  # of 22, one is an answer
    for stage in (contracts, spot):
        assert sum(market.tally.undecoded for market in stage.ear.markets.values()) == 0
    assert spot.state("BTCUSDT") == VALID
    assert len(spot.ear.trades) == 5
    assert contracts.market("BTCUSD").carry.predicted == 0.0001
    assert contracts.market("BTCPERP").book.sequence == 20_683_569
    # The last delta of BTCUSDT is of a book whose count and cross sequence are lower: it is taken for an old one.
    assert contracts.market("BTCUSDT").book.sequence == 7_003_306
    assert contracts.market("BTCUSDT").tally.gaps == 0


def test_captured_messages_and_bodies_are_understood(recordings: Path, stage: Stage) -> None:
    folder = recordings / "nautilus" / "bybit"
    for name in ("subscription_ack", "auth_success", "ticker_linear", "kline", "orderbook_snapshot", "orderbook_delta"):
        stage.hear((folder / f"ws_{name}.json").read_bytes())
    assert (stage.feed.undecoded, stage.ear.reports) == (0, [])
    market = stage.market()
    assert (market.carry.mark, market.carry.predicted, market.carry.interval) == (17217.33, -0.000212, 8)
    assert (market.book.bid_size, market.book.ask, market.tally.book_updates) == (0.4, 27451.5, 2)
    # An edited trade under a topic that version 5 does not have, an option's ticker, and a private answer.
    for name in ("public_trade", "ticker_option", "order_response"):
        stage.hear((folder / f"ws_{name}.json").read_bytes())
    assert stage.feed.undecoded == 2
    assert stage.state("BTC-6JAN23-17500-C") in {EMPTY, WAITING}


def test_private_messages_and_other_bodies_are_counted(recordings: Path, stage: Stage) -> None:
    folder = recordings / "nautilus" / "bybit"
    names = sorted(path for path in folder.glob("*.json") if path.name.startswith(("ws_account_", "http_")))
    for path in names:
        stage.hear(path.read_bytes())
    assert (stage.feed.undecoded, stage.ear.markets) == (len(names), {})


@pytest.mark.parametrize(("line", "count", "perpetual"), [("linear", 800, 760), ("spot", 557, 0)])
def test_every_listed_instrument_is_decoded_and_named_as_its_code_says(
    recordings: Path, line: str, count: int, perpetual: int
) -> None:
    path = recordings / "instruments" / f"bybit_v5_{line}_instruments_20260809.json.gz"
    body = gzip.decompress(path.read_bytes())
    found = VENUE.decode_instruments(line, body)
    assert len(found) == len({each.symbol for each in found}) == count
    assert sum(each.kind is Kind.PERPETUAL for each in found) == perpetual
    assert all(each.symbol == VENUE.symbol_of(line, each.code) for each in found)
    assert {each.funding_interval for each in found} == ({None} if line == "spot" else {None, 1, 4, 8})
    listed = {each.code: each for each in found}
    known = [each for each in VENUE.well_known() if each.market == line]
    assert known
    assert all(listed[each.code] == each for each in known)
    told = {code: terms for code in listed if (terms := VENUE.terms_of(line, code)) is not None}
    assert all(listed[code] == terms for code, terms in told.items())
    assert len(told) == (28 if line == "linear" else 0)
    for other in VENUE.lines:
        if other != line:
            with pytest.raises(DecodeError):
                VENUE.decode_instruments(other, body)


def test_edited_lists_of_every_line_are_decoded(recordings: Path) -> None:
    folder = recordings / "nautilus" / "bybit"
    for name, line, symbols in (
        ("spot", "spot", ["bybit:BTC/USDT", "bybit:ETH/USDT"]),
        ("linear", "linear", ["bybit:BTC/USDT:USDT", "bybit:ETH/USDT:USDT"]),
        ("linear_symbol_type", "linear", ["bybit:TSLA/USDT:USDT"]),
        ("inverse", "inverse", ["bybit:BTC/USD:BTC"]),
    ):
        found = VENUE.decode_instruments(line, (folder / f"http_get_instruments_{name}.json").read_bytes())
        assert [each.symbol for each in found] == symbols
    option = (folder / "http_get_instruments_option_symbol_id.json").read_bytes()
    for line in VENUE.lines:
        with pytest.raises(DecodeError, match="a list of 'option'"):
            VENUE.decode_instruments(line, option)


def test_spot_codes_of_another_day_are_named_too(recordings: Path) -> None:
    body = json.loads(gzip.decompress((recordings / "rest_20260208" / "bybit_v5_spot_tickers.json.gz").read_bytes()))
    symbols = [VENUE.symbol_of("spot", row["symbol"]) for row in body["result"]["list"]]
    assert len(set(symbols)) == len(symbols) == 640
    assert all("/" in symbol for symbol in symbols)


def test_a_list_of_settlements_tells_the_last_rate(recordings: Path, stage: Stage) -> None:
    body = (recordings / "nautilus" / "bybit" / "http_get_funding_history.json").read_bytes()
    request = VENUE.request_of("https://api.bybit.com/v5/market/funding/history?category=linear&symbol=BTCUSDT")
    assert request is not None
    stage.feed.receive_reply(request, body, stage.now)
    assert stage.market().carry.settled == 0.0001


def test_rest_bodies_are_no_frames(recordings: Path, staged: Callable[..., Stage]) -> None:
    stage = staged(line="spot")
    for kind in ("depth", "trades", "ticker"):
        body = gzip.decompress((recordings / "rest_20260208" / f"bybit_spot_{kind}_btcusdt.json.gz").read_bytes())
        stage.hear(body)
        assert not VENUE.is_snapshot(body)
    assert (stage.feed.undecoded, stage.ear.markets) == (3, {})
