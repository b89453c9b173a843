"""The venue's documentation examples and recorded bodies: everything is read, and says what it should.

The messages of the sockets are copied from the documentation, and its trades one is shortened.
Ids, times and prices of the REST examples do not fit one another, and some were put together from examples of single
fields, so that best bid and ask of a ticker and of a book are equal there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CROSSED, VALID
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.bigone.clock import decode_time
from basisdesk.venues.bigone.hosts import snapshot_request
from basisdesk.venues.contract import Channel, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.venues.bigone.conftest import ContractStage, SpotStage

pytestmark = pytest.mark.recordings


def load(folder: Path, name: str) -> Any:
    return json.loads((folder / "bigone" / name).read_text())


def test_the_documented_messages_of_the_contract_streams_are_understood(
    recordings: Path, contract: Callable[[str], ContractStage]
) -> None:
    stages: dict[str, ContractStage] = {}
    for example in load(recordings, "ws_documentation_examples.json"):
        path = example["url_path"]
        if path != "/ws/v2":
            stage = stages.get(path) or stages.setdefault(path, contract(path.removeprefix("/ws/contract/v2/")))
            stage.hear(example["message"])
    assert len(stages) == 3
    assert all((stage.feed.undecoded, stage.ear.reports) == (0, []) for stage in stages.values())
    book = stages["/ws/contract/v2/depth@BTCUSD"]
    assert (book.state(), book.top(), book.market().book.sequence) == (VALID, (11192.5, 11202.5), 91277135)
    assert book.market().book.size_at(0, 11183.0) == 3500.0
    assert (book.market().tally.book_updates, book.market().tally.ticker_agrees) == (2, 2)
    assert book.market().symbol == "bigone:BTC/USD:BTC"
    trades = stages["/ws/contract/v2/trades@BTCUSD"]
    assert (trades.market().tally.trades, trades.market().book.last) == (1, 11178.5)
    carry = stages["/ws/contract/v2/instruments@BTCUSD"].market().carry
    assert (carry.mark, carry.index, carry.predicted) == (11255.51, 11255.51, 0.0)


def test_the_documented_messages_of_the_spot_socket_are_ours(
    recordings: Path, spot_of: Callable[..., SpotStage]
) -> None:
    ours = spot_of(["BTC-USDT"], [Channel.BOOK])
    ours.connect()
    asked, refused = (
        example["message"]
        for example in load(recordings, "ws_documentation_examples.json")
        if example["url_path"] == "/ws/v2"
    )
    assert ours.sent() == [asked]
    ours.hear(refused)
    assert (ours.troubles(), ours.feed.undecoded) == ([Trouble.REFUSED], 0)


def test_every_listed_instrument_is_decoded_under_its_unified_symbol(recordings: Path) -> None:
    known = {instrument.code: instrument for instrument in VENUE.well_known()}
    for line, name, symbols in (
        ("spot", "spot_asset_pairs", ["BTC/USDT", "LTC/USDT", "XRP/USDT", "SOL/USDT", "TRX/USDT"]),
        ("contract", "contract_symbols", ["BTC/USDT:USDT", "XRP/USDT:USDT"]),
    ):
        found = VENUE.decode_instruments(line, (recordings / "bigone" / f"{name}.json").read_bytes())
        assert [instrument.symbol for instrument in found] == [f"bigone:{symbol}" for symbol in symbols]
        assert all(instrument.symbol == VENUE.symbol_of(line, instrument.code) for instrument in found)
        assert all(known[instrument.code] == instrument for instrument in found)


def test_every_recorded_body_of_the_spot_service_is_read(recordings: Path, spot: SpotStage) -> None:
    bodies = {example["path"]: example["body"] for example in load(recordings, "spot_rest_responses.json")}
    assert decode_time(json.dumps(bodies.pop("/api/v3/ping")).encode()) == 1_714_400_719_083_822_092
    for path, body in bodies.items():
        spot.reply(path, body)
    assert (len(bodies), spot.feed.undecoded, spot.ear.reports) == (3, 0, [])
    market = spot.market()
    assert (spot.top(), market.daily.open, market.daily.volume) == ((73364.66, 73379.68), 72164.48, 7094.1242)
    assert (market.tally.trades, market.candles["1m"].close) == (1, 73422.06)


def test_every_documented_public_body_is_read(
    recordings: Path, spot: SpotStage, contract: Callable[[str], ContractStage]
) -> None:
    stage = contract("instruments")
    text = (recordings / "bigone" / "rest_documentation_examples.jsonl").read_text()
    answered, listed = [], []
    for example in map(json.loads, text.splitlines()):
        prefix = {"contract_rest": "/api/contract/v2", "spot_rest": "/api/v3"}[example["api"]]
        path = example["path"].replace("{symbol}", "BTCUSD").replace("{asset_pair_name}", "BTC-USDT")
        url = f"https://api.big.one{prefix}{path}"
        if example["method"] != "GET" or example["part"] != "response 200":
            continue
        if VENUE.instruments_line(url):
            listed += VENUE.decode_instruments("spot", json.dumps(example["body"]).encode())
        elif VENUE.request_of(url) is not None:
            answered.append(path)
            (spot if prefix == "/api/v3" else stage).reply(prefix + path, example["body"])
    assert len(answered) == 5
    assert [instrument.symbol for instrument in listed] == ["bigone:BTC/USDT"]
    assert spot.feed.undecoded == stage.feed.undecoded == 0
    assert (stage.state(), stage.top(), stage.market().carry.predicted) == (VALID, (86559.0, 86925.5), 0.0001974)
    assert stage.market().carry.next_at == 1_766_685_600_000_000_000
    assert (spot.state(), spot.top()) == (CROSSED, (5098.37, 5098.37))


def test_requests_are_those_of_an_established_client(recordings: Path) -> None:
    paths = {expected["path"] for expected in load(recordings, "expected_requests.json") if expected["method"] == "GET"}
    assert snapshot_request("BTCUSDT").path in paths
    ours = {path for path in paths if VENUE.request_of(f"https://api.big.one{path}") is not None}
    assert ours == {
        "/api/v3/asset_pairs/BTC-USDT/depth", "/api/contract/v2/depth@BTCUSDT/snapshot", "/api/contract/v2/instruments",
    }  # fmt: skip
