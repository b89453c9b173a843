"""The recorded data: every checksum verifies, nothing is lost, nothing is unreadable."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import VALID
from basisdesk.venues.contract import Trouble
from basisdesk.venues.okx import VENUE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.venues.okx.conftest import Stage

pytestmark = pytest.mark.recordings


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        for line in file:
            yield json.loads(line)


@pytest.mark.parametrize(
    ("name", "markets", "checksums", "trades", "frames"),
    [
        ("okx_v5_spot_future_swap_20220513", 3, 290, 74, 392),
        ("okx_v5_l2tbt_mixed_20210722", 10, 1504, 36, 1586),
    ],
)
def test_every_checksum_verifies(
    recordings: Path, stage: Stage, name: str, markets: int, checksums: int, trades: int, frames: int
) -> None:
    for record in lines(recordings / "cryptofeed" / f"{name}.jsonl.gz"):
        if record["t"] == "recv":
            stage.feed.receive(record["data"].encode(), int(record["ts"] * 1e9))
    tallies = [market.tally for market in stage.ear.markets.values()]
    assert len(tallies) == markets
    assert sum(tally.checksums_ok for tally in tallies) == checksums
    assert sum(tally.book_updates for tally in tallies) == checksums
    assert sum(tally.trades for tally in tallies) == trades
    assert sum(tally.frames for tally in tallies) == frames
    for count in ("checksums_bad", "gaps", "resyncs", "crossed", "undecoded"):
        assert sum(getattr(tally, count) for tally in tallies) == 0, count
    assert all(market.book.state(0) == VALID for market in stage.ear.markets.values())
    assert (stage.feed.undecoded, stage.ear.reports) == (0, [])


def test_single_messages_of_every_channel_are_understood(recordings: Path, stage: Stage) -> None:
    for record in lines(recordings / "crypto_msg_parser" / "okx.jsonl.gz"):
        if record["kind"] not in {"l2_snapshot", "open_interest"} and '"table"' not in record["raw"]:
            stage.hear(record["raw"])
    for record in lines(recordings / "tardis_node" / "okex.jsonl.gz"):
        if "V5" in record["array"]:
            stage.hear(record["message"])
    assert stage.feed.undecoded == 0
    assert sum(market.tally.undecoded for market in stage.ear.markets.values()) == 0
    carry = stage.market("WNCG-USDT-SWAP").carry
    assert (carry.mark, carry.index, carry.predicted) == (2.1729, 2.1675, 0.00048105)
    assert carry.next_at == 1_640_131_200_000_000_000


def test_messages_of_the_interface_before_version_5_are_counted_as_undecoded(recordings: Path, stage: Stage) -> None:
    old = [r for r in lines(recordings / "tardis_node" / "okex.jsonl.gz") if "table" in r["message"]]
    for record in old:
        stage.hear(record["message"])
    assert (stage.feed.undecoded, stage.ear.markets, stage.troubles()) == (len(old), {}, [Trouble.UNDECODED])


def test_captured_messages_with_ids_are_understood(recordings: Path, stage: Stage) -> None:
    folder = recordings / "nautilus" / "okx"
    for name in ("bbo_tbt", "tickers", "trades", "funding_rate", "instruments"):
        stage.hear((folder / f"ws_{name}.json").read_bytes())
    assert stage.feed.undecoded == 0
    assert stage.market("BTC-USDT-SWAP").carry.interval == 8
    stage.hear((folder / "ws_books_snapshot.json").read_bytes())
    assert stage.market().tally.book_updates == 2


@pytest.mark.parametrize(("kind", "count"), [("spot", 513), ("swap", 166), ("futures", 104)])
def test_every_listed_instrument_is_decoded_and_named_as_its_code_says(recordings: Path, kind: str, count: int) -> None:
    name = f"okx_v5_{kind}_instruments_20220513.json.gz"
    found = VENUE.decode_instruments("public", gzip.decompress((recordings / "instruments" / name).read_bytes()))
    assert len(found) == count
    assert all(instrument.symbol == VENUE.symbol_of("public", instrument.code) for instrument in found)
    assert len({instrument.symbol for instrument in found}) == count
    known = {instrument.code: instrument for instrument in VENUE.well_known()}
    listed = {instrument.code: instrument for instrument in found}
    assert all(listed[code] == known[code] for code in known if code in listed)
    told = {code: terms for code in listed if (terms := VENUE.terms_of("public", code)) is not None}
    assert all(listed[code] == terms for code, terms in told.items())
    assert len(told) == (40 if kind == "futures" else 0)


def test_a_newer_list_is_decoded_too(recordings: Path) -> None:
    folder = recordings / "nautilus" / "okx"
    for kind, count in (("spot", 5), ("swap", 3), ("futures", 6), ("option", 0)):
        body = (folder / f"http_get_instruments_{kind}.json").read_bytes()
        assert len(VENUE.decode_instruments("public", body)) == count
    with pytest.raises(Exception, match="none of the 1 rows"):
        VENUE.decode_instruments("public", (folder / "http_get_trade_fee_response.json").read_bytes())
