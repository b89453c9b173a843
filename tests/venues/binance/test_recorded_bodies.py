"""Recorded and documented bodies that no stream sends: read where they have a place, without effect where not."""

from __future__ import annotations

import csv
import gzip
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain import ask as asks
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.outcome import RetryLater, Unknown
from basisdesk.kernel.book import VALID, Book
from basisdesk.venues.binance import VENUE
from basisdesk.venues.contract import Trouble
from basisdesk.venues.trading import Request, Response

if TYPE_CHECKING:
    from pathlib import Path

    from tests.venues.binance.conftest import Rooms

    from basisdesk.venues.trading import Session

pytestmark = pytest.mark.recordings

NOW = 1_700_000_000_000_000_000
SPOT_BODIES = "nautilus/binance/spot/http_json"
FUTURES_BODIES = "nautilus/binance/futures/http_json"
SBE = "nautilus/binance/spot/user_data_sbe/mainnet"
CAPTURED = {
    "execution_report_event_1": 603, "execution_report_event_2": 603, "outbound_account_position_event_1": 607,
    "outbound_account_position_event_2": 607, "web_socket_response_1": 50, "web_socket_response_2": 50,
}  # fmt: skip
"""Frames of the binary protocol, and the number that each message kind has there."""


@pytest.mark.parametrize(
    ("path", "code", "top", "change"),
    [
        ("rest_20260208/binance_spot_depth_btcusdt.json.gz", "BTCUSDT", (69383.05, 69383.06), 87_265_283_675),
        (f"{SPOT_BODIES}/depth_response.json", "LTCBTC", (4.0, 4.000002), 1_027_024),
    ],
)
def test_a_recorded_depth_becomes_the_book_that_an_update_continues(
    rooms: Rooms, recordings: Path, path: str, code: str, top: tuple[float, float], change: int
) -> None:
    body = (recordings / path).read_bytes()
    body = gzip.decompress(body) if path.endswith(".gz") else body
    assert VENUE.is_snapshot(body)
    room = rooms("spot", code)
    room.feed.connected(1)
    room.depth(change, change + 1, bids=[], asks=[], code=code, now=2)
    room.reply(body, code=code, now=3)
    book = room.market(code).book
    assert (room.state(code), book.sequence) == (VALID, change + 1)
    assert (book.bid, book.ask) == top


@pytest.mark.parametrize(
    "path",
    [
        "rest_20260208/binance_spot_ticker_btcusdt.json.gz", "rest_20260208/binance_spot_trades_btcusdt.json.gz",
        f"{SPOT_BODIES}/avg_price_response.json", f"{SPOT_BODIES}/book_ticker_response.json",
        f"{SPOT_BODIES}/ticker_price_response.json",
    ],
)  # fmt: skip
def test_other_market_bodies_are_no_depth_and_no_frame(rooms: Rooms, recordings: Path, path: str) -> None:
    raw = (recordings / path).read_bytes()
    body = gzip.decompress(raw) if path.endswith(".gz") else raw
    assert json.loads(body)
    assert not VENUE.is_snapshot(body)
    room = rooms("spot")
    room.feed.receive(body, 1)
    assert room.feed.undecoded == (0 if body.startswith(b"[") else 1)  # an array is what streams of all markets send
    assert (room.sink.markets, room.sink.trades) == ({}, [])


def test_a_list_without_grids_has_no_instrument(recordings: Path) -> None:
    body = (recordings / SPOT_BODIES / "exchange_info_response.json").read_bytes()
    assert json.loads(body)["symbols"][0]["filters"] == []
    with pytest.raises(DecodeError, match="none of the 1 symbols"):
        VENUE.decode_instruments("spot", body)


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("account_info_v2", asks.AskBalances("usdm")), ("account_info_v2", asks.AskPositions("usdm")),
        ("open_algo_orders", asks.AskOpenOrders("usdm")),
    ],
)  # fmt: skip
def test_bodies_of_paths_that_are_not_asked_are_not_taken_for_answers(
    session: Session, recordings: Path, name: str, ask: asks.Ask
) -> None:
    assert VENUE.trading is not None
    body = (recordings / FUTURES_BODIES / f"{name}.json").read_bytes()
    request = VENUE.trading.encode(ask, session, NOW)
    assert isinstance(request, Request)
    reply = VENUE.trading.decode(request, Response(200, body, {}, NOW), session)
    assert isinstance(reply.outcome, Unknown | RetryLater)
    assert reply.updates == ()


@pytest.mark.parametrize("name", CAPTURED)
def test_binary_frames_are_counted_and_never_raised(
    session: Session, recordings: Path, rooms: Rooms, name: str
) -> None:
    assert VENUE.trading is not None
    folder = recordings / SBE
    frame = (folder / f"{name}.sbe").read_bytes()
    told = json.loads((folder / f"{name}.metadata.json").read_text())["fixture"]
    listed = {row["name"]: row for row in json.loads((folder / "manifest.json").read_text())["fixtures"]}
    assert listed[name]["sbe_header"] == told["sbe_header"]
    header = [int.from_bytes(frame[at : at + 2], "little") for at in (0, 2, 4, 6)]
    assert header == [told["sbe_header"][key] for key in ("block_length", "template_id", "schema_id", "version")]
    assert header[1] == CAPTURED[name]
    (stream,) = VENUE.trading.privates(["spot"], session)
    assert stream.receive(frame, NOW) == []
    assert stream.undecoded == 1
    room = rooms("spot")
    room.feed.receive(frame, 1)
    assert room.feed.undecoded == 1


def table(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_an_old_snapshot_and_later_updates_do_not_make_a_book(rooms: Rooms, recordings: Path) -> None:
    levels = table(recordings / "nautilus" / "binance_usdm_btcusdt_depth_snap_20221102.csv")
    changes = table(recordings / "nautilus" / "binance_usdm_btcusdt_depth_update_20221102.csv")
    assert len(levels) == len(changes) == 100
    last = int(levels[0]["last_update_id"])
    sides: dict[str, list[list[str]]] = {"b": [], "a": []}
    for row in levels:
        sides[row["side"]].append([row["price"], row["qty"]])
    room = rooms("usdm", "BTCUSDT")
    room.feed.connected(1)
    room.reply(json.dumps({"lastUpdateId": last, "bids": sides["b"], "asks": sides["a"]}).encode(), now=2)
    best = max(float(price) for price, _ in sides["b"])
    messages: dict[tuple[int, int, int], dict[str, Any]] = {}
    for row in changes:
        key = int(row["first_update_id"]), int(row["last_update_id"]), int(row["pu"])
        messages.setdefault(key, {"b": [], "a": []})[row["side"]].append([row["price"], row["qty"]])
    for (first, final, before), each in messages.items():
        room.depth(first, final, before, each["b"], each["a"], now=3)
    assert Trouble.GAP in room.sink.troubles()
    assert room.state() != VALID
    assert best == 20377.0


def test_rows_of_25_levels_make_ordered_books(recordings: Path) -> None:
    rows = table(recordings / "nautilus" / "tardis_binance_usdm_book25_btcusdt_20200901.csv")
    assert len(rows) == 10
    book = Book()
    for number, row in enumerate(rows):
        sides = [
            [(float(row[f"{side}[{level}].price"]), float(row[f"{side}[{level}].amount"])) for level in range(25)]
            for side in ("bids", "asks")
        ]
        book.snapshot_levels(sides[0], sides[1], int(row["timestamp"]) * 1000, number)
        assert book.state(0) == VALID
        assert (book.depth(0), book.depth(1)) == (25, 25)
        assert (book.levels(0, 25), book.levels(1, 25)) == (sides[0], sides[1])
        assert Decimal(row["bids[0].price"]) < Decimal(row["asks[0].price"])
