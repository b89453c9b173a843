"""The recorded streams: every snapshot bridges, nothing is missing, and books equal the book ticker."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.instrument import Kind, Margin
from basisdesk.kernel.book import VALID, WAITING
from basisdesk.venues.binance import VENUE
from basisdesk.venues.contract import Market, SnapshotRequest, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.venues.binance.conftest import Room, Rooms

pytestmark = pytest.mark.recordings

CRYPTOFEED = {
    "binance_spot_btc_eth_dot_20210404": (3, 4716, False),
    "binance_spot_10alts_20210417": (10, 1228, True),
    "binance_spot_4alts_20211012": (4, 265, True),
    "binance_usdm_5alts_20210405": (5, 8421, True),
    "binance_usdm_4alts_20210722": (4, 1535, True),
    "binance_coinm_perp_and_quarterly_20210417": (10, 9642, True),
}
# frames, depth updates in the book, trades
HFTBACKTEST = {
    "binance_spot_btcusdt_20240808": (41248, 3449, 9757),
    "binance_usdm_btcusdt_20240808": (93953, 6547, 21313),
    "binance_coinm_btcusd_perp_20240808": (48269, 26824, 2286),
}


def lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        for line in file:
            yield line.rstrip(b"\n")


def play_plain(room: Room, path: Path) -> None:
    for line in lines(path):
        stamp, _, text = line.partition(b" ")
        if VENUE.is_snapshot(text):
            (code,) = room.sink.markets
            room.feed.receive_reply(SnapshotRequest(room.line, code, ""), text, int(stamp))
        else:
            room.feed.receive(text, int(stamp))


def play_json(room: Room, path: Path) -> None:
    for line in lines(path):
        record = json.loads(line)
        now = round(record.get("ts", 0) * 10**9)
        if record["t"] == "http":
            request = VENUE.request_of(record["url"])
            assert request is not None
            assert request.line == room.line
            room.feed.receive_reply(request, record["data"].encode(), now)
        elif record["t"] == "recv":
            room.feed.receive(record["data"].encode(), now)
        elif record["t"] == "connect":
            assert VENUE.line_of(record["addr"]) == room.line


def sound(market: Market) -> Tally:
    tally = market.tally
    assert market.book.state(0) == VALID
    assert (tally.gaps, tally.resyncs, tally.crossed, tally.undecoded, tally.ticker_differs) == (0, 0, 0, 0, 0)
    return tally


@pytest.mark.parametrize("name", CRYPTOFEED)
def test_every_symbol_bridges_and_stays_in_sync(rooms: Rooms, recordings: Path, name: str) -> None:
    markets, frames, tickers = CRYPTOFEED[name]
    room = rooms(name.split("_")[1])
    play_json(room, recordings / "cryptofeed" / f"{name}.jsonl.gz")
    assert room.sink.reports == []
    assert (len(room.sink.markets), room.feed.frames, room.feed.undecoded) == (markets, frames, 0)
    tallies = [sound(market) for market in room.sink.markets.values()]
    assert sum(tally.frames for tally in tallies) == frames
    assert all(tally.book_updates > 0 for tally in tallies)
    assert (sum(tally.ticker_agrees for tally in tallies) > 0) is tickers


@pytest.mark.parametrize("name", HFTBACKTEST)
def test_a_busy_market_stays_in_sync(rooms: Rooms, recordings: Path, name: str) -> None:
    room = rooms(name.split("_")[1])
    play_plain(room, recordings / "hftbacktest" / f"{name}.gz")
    assert room.sink.reports == []
    (market,) = room.sink.markets.values()
    tally = sound(market)
    assert (tally.frames, tally.book_updates, tally.trades) == HFTBACKTEST[name]
    assert tally.ticker_agrees > 500


def test_a_recording_that_continues_another_needs_no_snapshot(rooms: Rooms, recordings: Path) -> None:
    room = rooms("coinm")
    for day in ("20240808", "20240809"):
        play_plain(room, recordings / "hftbacktest" / f"binance_coinm_btcusd_perp_{day}.gz")
    (market,) = room.sink.markets.values()
    assert sound(market).book_updates == 26824 + 17948


def test_a_recording_without_snapshot_waits_for_one(rooms: Rooms, recordings: Path) -> None:
    room = rooms("spot")
    play_plain(room, recordings / "hftbacktest" / "binance_spot_btcusdt_20240809.gz")
    (market,) = room.sink.markets.values()
    assert market.book.state(0) == WAITING
    assert (market.tally.gaps, market.tally.book_updates, market.tally.trades) == (0, 0, 10147)


@pytest.mark.parametrize("folder", ["crypto_msg_parser", "tardis_node"])
def test_single_recorded_messages_decode(rooms: Rooms, recordings: Path, folder: str) -> None:
    heard = 0
    for line in lines(recordings / folder / "binance.jsonl.gz"):
        record: dict[str, Any] = json.loads(line)
        text = (
            record["raw"].encode() if "raw" in record else json.dumps(record["message"], separators=(",", ":")).encode()
        )
        inverse = b"usd_" in text.lower() or "inverse" in record.get("case", "")
        line_name = "coinm" if inverse else "usdm" if "futures" in record.get("test", "linear") else "spot"
        room = rooms(line_name)
        if b'"stream"' in text:
            room.feed.receive(text, 1)
            heard += 1
        elif VENUE.is_snapshot(text):
            room.reply(text)
            heard += 1
        assert room.feed.undecoded == 0
        assert all(market.tally.undecoded == 0 for market in room.sink.markets.values())
    assert heard > 20


def test_documented_messages_decode(rooms: Rooms, recordings: Path) -> None:
    folder = recordings / "nautilus" / "binance" / "futures" / "market_data_json"
    for path in sorted(folder.glob("*.json")):
        room = rooms("usdm")
        room.feed.receive(path.read_bytes(), 1)
        (market,) = room.sink.markets.values()
        assert (market.tally.frames, market.tally.undecoded, room.feed.undecoded) == (1, 0, 0)


@pytest.mark.parametrize(
    ("path", "line", "count"),
    [
        ("instruments/binance_spot_exchangeInfo_20211012.json.gz", "spot", 1695),
        ("instruments/binance_usdm_exchangeInfo_20210722.json.gz", "usdm", 122),
        ("instruments/binance_coinm_exchangeInfo_20210417.json.gz", "coinm", 36),
        ("rest_20260208/binance_coinm_exchangeInfo.json.gz", "coinm", 46),
    ],
)
def test_recorded_instrument_lists_are_read_whole(recordings: Path, path: str, line: str, count: int) -> None:
    found = VENUE.decode_instruments(line, gzip.decompress((recordings / path).read_bytes()))
    assert len(found) == len({instrument.symbol for instrument in found}) == count
    assert {instrument.symbol for instrument in found} == {
        VENUE.symbol_of(line, instrument.code) for instrument in found
    }
    assert all(instrument.tick > 0 < instrument.step <= instrument.min_size for instrument in found)
    assert all((instrument.kind is Kind.DATED) == (instrument.expiry is not None) for instrument in found)


def test_the_well_known_inverse_markets_are_those_of_the_newest_list(recordings: Path) -> None:
    path = recordings / "rest_20260208" / "binance_coinm_exchangeInfo.json.gz"
    listed = {found.code: found for found in VENUE.decode_instruments("coinm", gzip.decompress(path.read_bytes()))}
    known = [found for found in VENUE.well_known() if found.margin is Margin.INVERSE]
    assert known
    assert all(listed[found.code] == found for found in known)
