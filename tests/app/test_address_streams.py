"""Replays of a venue whose stream addresses say what is sent, because the frames do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

SPOT, INVERSE, LINEAR = "bigone:BTC/USDT", "bigone:BTC/USD:BTC", "bigone:BTC/USDT:USDT"
STREAMS = "wss://api.big.one/ws/contract/v2/"
AT = 1_704_067_200
SIDES: dict[str, Any] = {"bids": {"100": 5}, "asks": {"101": 6}, "bestPrices": {"bid": 100, "ask": 101}}


class Tape:
    """Writes what a recorder saw, 100 ms apart."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def _add(self, **record: Any) -> Tape:
        self.lines.append(json.dumps(record | {"ts": AT + len(self.lines) / 10}))
        return self

    def connect(self, conn: str, name: str) -> Tape:
        return self._add(t="connect", conn=conn, addr=name if "://" in name else STREAMS + name)

    def recv(self, conn: str, data: Any) -> Tape:
        return self._add(t="recv", conn=conn, data=json.dumps(data))

    def http(self, path: str, data: Any) -> Tape:
        return self._add(t="http", conn="h", url=f"https://api.big.one{path}", data=json.dumps(data))

    def play(self, basisdesk: Run, folder: Path) -> Any:
        path = folder / "recording.jsonl"
        path.write_text("\n".join(self.lines) + "\n")
        ran = basisdesk("replay", path, "--json")
        assert ran.code == 0, ran.err
        return ran.report


@pytest.fixture
def tape() -> Tape:
    return Tape()


def depth(begin: int, end: int, **sides: Any) -> dict[str, Any]:
    return {"from": begin, "to": end} | SIDES | sides


def test_two_markets_whose_frames_name_none_are_told_apart_by_their_addresses(
    basisdesk: Run, tape: Tape, tmp_path: Path
) -> None:
    tape.connect("a", "depth@BTCUSD").connect("b", "depth@BTCUSDT").connect("c", "trades@BTCUSD")
    tape.recv("a", depth(0, 10)).recv("b", depth(0, 7, asks={"103": 1}, bestPrices={"bid": 100, "ask": 103}))
    tape.recv(
        "c", [{"id": "1", "symbol": "BTCUSD", "price": 100, "size": 1, "matchedAt": AT * 1000 + 900, "side": "BUY"}]
    )
    found = tape.recv("a", depth(11, 11)).play(basisdesk, tmp_path)
    assert set(found["markets"]) == {INVERSE, LINEAR}
    assert (found["markets"][INVERSE]["book_updates"], found["markets"][INVERSE]["trades"]) == (2, 1)
    assert found["markets"][LINEAR]["book_updates"] == 1
    assert found["checks"]["ticker_agrees"] == {INVERSE: 2, LINEAR: 1}
    assert found["checks"]["undecoded_without_market"] == 0


def test_spot_and_contracts_make_a_spread(basisdesk: Run, tape: Tape, tmp_path: Path) -> None:
    level = {"price": "99", "amount": "1"}
    book = {"market": "BTC-USDT", "bids": [level], "asks": [level | {"price": "100"}]}
    tape.connect("a", "depth@BTCUSDT").connect("b", "wss://api.big.one/ws/v2")
    tape.recv("b", {"requestId": "1", "depthSnapshot": {"depth": book, "changeId": "5"}}).recv("a", depth(0, 10))
    found = tape.recv("a", depth(11, 11)).recv("a", depth(12, 12)).play(basisdesk, tmp_path)
    assert found["spreads"][f"{LINEAR}~{SPOT}"]["mid"]["last"] == 1.0


def test_a_gap_is_mended_by_the_snapshot_that_the_recorder_took(basisdesk: Run, tape: Tape, tmp_path: Path) -> None:
    tape.connect("t", "trades@BTCUSD").connect("a", "depth@BTCUSD")
    tape.recv("a", depth(0, 10)).recv("a", depth(13, 13)).recv("a", depth(14, 14))
    found = tape.http("/api/contract/v2/depth@BTCUSD/snapshot", depth(0, 13)).play(basisdesk, tmp_path)
    tally = found["markets"][INVERSE]
    assert (tally["gaps"], tally["resyncs"], tally["book_updates"]) == (1, 1, 3)


def test_a_connection_made_again_elsewhere_is_another_market(basisdesk: Run, tape: Tape, tmp_path: Path) -> None:
    tape.connect("a", "depth@BTCUSD").recv("a", depth(0, 10)).recv("a", depth(11, 11))
    tape.connect("a", "depth@BTCUSD").recv("a", depth(0, 20))
    found = tape.connect("a", "depth@BTCUSDT").recv("a", depth(0, 7)).play(basisdesk, tmp_path)
    assert {symbol: tally["book_updates"] for symbol, tally in found["markets"].items()} == {INVERSE: 3, LINEAR: 1}


def test_depth_without_an_address_is_counted_as_unreadable(basisdesk: Run, tape: Tape, tmp_path: Path) -> None:
    path = tmp_path / "bigone_contract_depth.jsonl"
    path.write_text("\n".join(tape.recv("a", depth(0, 10)).recv("a", depth(11, 11)).lines) + "\n")
    ran = basisdesk("replay", path, "--json")
    assert (ran.code, ran.report["checks"]["undecoded_without_market"], ran.report["markets"]) == (0, 2, {})
    assert "names no market" in ran.err


BINANCE = {
    "spot": ("wss://stream.binance.com:9443/ws/btcusdt@depth20@100ms", "binance:BTC/USDT"),
    "usdm": ("wss://fstream.binance.com/public/ws/btcusdt@depth20@100ms", "binance:BTC/USDT:USDT"),
}


@pytest.mark.parametrize("line", list(BINANCE))
def test_a_raw_partial_book_is_the_market_of_its_address(basisdesk: Run, tape: Tape, tmp_path: Path, line: str) -> None:
    addr, symbol = BINANCE[line]
    tape.connect("1", addr)
    for number in range(1, 51):  # a depth stream may still come for 3 s
        sides = [[["100", str(number)], ["99", "1"]], [["101", "1"]]]
        if line == "spot":
            tape.recv("1", {"lastUpdateId": number, "bids": sides[0], "asks": sides[1]})
        else:
            ids = {"U": 2 * number, "u": 2 * number + 1, "pu": 2 * number - 3}
            tape.recv("1", {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", **ids, "b": sides[0], "a": sides[1]})
    market = tape.play(basisdesk, tmp_path)["markets"][symbol]
    assert (market["frames"], market["gaps"], market["undecoded"]) == (50, 0, 0)
    assert market["book_updates"] == 20
