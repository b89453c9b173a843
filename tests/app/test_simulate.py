"""`basisdesk sim serve --market FILE`: recordings as the market of simulated venues."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tests.app.conftest import MS, START, Made
from tests.shell.live.scene import Scene, outcome_of
from tests.shell.live.stall import until

from basisdesk.app.playback import LOST_AFTER, PAUSE, Playback
from basisdesk.app.simulate import Fair
from basisdesk.app.talk import Talk
from basisdesk.app.tapes import EVERY, REHEARSAL, WARM
from basisdesk.domain import ask as asks
from basisdesk.domain.account import Fill
from basisdesk.domain.errors import RecordingError, UsageError
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done
from basisdesk.kernel.book import VALID
from basisdesk.shell.live.health import Capability
from basisdesk.shell.live.heard import Told
from basisdesk.sim.dialects import rules_of
from basisdesk.sim.exchange import SimExchange, listed
from basisdesk.sim.generator import Generator
from basisdesk.venues import VENUES
from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from pathlib import Path

Make = Callable[..., Made]
SECOND = 1_000_000_000
NOW = 1_800_000_000 * SECOND
SPOT, PERPETUAL = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
REACH = Decimal("0.001")


def exchange(*files: object, at: int = NOW) -> SimExchange:
    played = Playback([f"{file}" for file in files], at, Talk(quiet=True))
    return listed(played.source, played.venues, {"binance": rules_of("binance")}, 1, at)["binance"]


def top(of: SimExchange, symbol: str, now: int) -> tuple[float, float] | None:
    of.advance(now)
    book = of.markets[symbol].book
    return (book.bid, book.ask) if book.depth(0) and book.depth(1) else None


def test_a_recording_begins_now_and_is_played_at_the_speed_recorded(pair: list[Path]) -> None:
    found = exchange(*pair)
    assert list(found.markets) == [PERPETUAL, SPOT]
    assert top(found, SPOT, NOW + 99 * MS) is None, "its snapshot came after 100 ms"
    assert top(found, SPOT, NOW + 150 * MS) == (59_999.5, 60_000.5)
    assert top(found, PERPETUAL, NOW + 150 * MS) == (59_969.5, 59_970.5)
    found.advance(NOW + 1_500 * MS)
    assert [trade.at - NOW for trade in found.markets[SPOT].trades] == [200 * MS, 700 * MS, 1_200 * MS]


def test_when_all_is_played_books_empty_and_it_begins_again(
    pair: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    found = exchange(*pair)
    last = NOW + 41 * 100 * MS
    assert top(found, SPOT, last + LOST_AFTER - 1) is not None
    assert capsys.readouterr().err == ""
    assert top(found, SPOT, last + LOST_AFTER) is None, "nobody trades on prices that nobody hears any more"
    assert top(found, PERPETUAL, last + LOST_AFTER) is None
    again = last + LOST_AFTER + PAUSE
    assert top(found, SPOT, again + 99 * MS) is None
    assert top(found, SPOT, again + 150 * MS) == (59_999.5, 60_000.5)
    assert top(found, SPOT, again + (again - NOW) + 150 * MS) == (59_999.5, 60_000.5), "and again"
    assert capsys.readouterr().err.count("played again from the beginning") == 1
    assert found.next_deadline() is not None


def test_rounds_that_a_machine_slept_through_are_not_played(pair: list[Path]) -> None:
    found = exchange(*pair)
    began = time.monotonic()
    found.advance(NOW + 86_400 * SECOND)
    assert time.monotonic() - began < 5, "a day has some 14,000 rounds"
    assert len(found.markets[SPOT].trades) < 30
    seen = [top(found, SPOT, NOW + 86_400 * SECOND + step * SECOND) for step in range(8)]
    assert (59_999.5, 60_000.5) in seen


def test_a_recording_that_ends_before_the_others_empties_its_books_alone(made: Make, tmp_path: Path) -> None:
    short = made("usdm", 59_970.0, 5).stamped(tmp_path / "binance_usdm_btcusdt.gz")
    long = made("spot", 60_000.0, 60).stamped(tmp_path / "binance_spot_btcusdt.gz")
    found = exchange(short, long)
    assert top(found, PERPETUAL, NOW + SECOND) is not None
    assert top(found, PERPETUAL, NOW + 2 * SECOND) is None
    assert top(found, SPOT, NOW + 2 * SECOND) is not None


def test_two_files_of_one_market_are_one_market(made: Make, tmp_path: Path) -> None:
    first = made("spot", 60_000.0, 10)
    second = Made("spot", 60_000.0, first.at)
    second.update = first.update
    second.running(30)
    files = [first.stamped(tmp_path / "binance_spot_a.gz"), second.stamped(tmp_path / "binance_spot_b.gz")]
    found = exchange(*files)
    assert top(found, SPOT, NOW + 1_100 * MS) is not None
    assert top(found, SPOT, NOW + 4_000 * MS) is not None, "the first file's end is no loss"


def test_a_market_in_two_recordings_is_played_from_one(
    made: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = made("spot", 60_000.0, 30).json_lines(tmp_path / "binance_spot_a.jsonl")
    two = made("spot", 70_000.0, 30, start=START + 50 * MS).json_lines(tmp_path / "binance_spot_b.jsonl")
    found = exchange(one, two)
    seen = {top(found, SPOT, NOW + step * 100 * MS) for step in range(2, 30)}
    assert seen == {(59_999.5, 60_000.5)}
    assert "is played from" in capsys.readouterr().err


def test_a_settlement_to_come_is_told_at_its_new_time(made: Make, tmp_path: Path) -> None:
    recording = made("usdm", 59_970.0, 5)
    mark = {
        "e": "markPriceUpdate", "E": recording.at // MS, "s": "BTCUSDT", "p": "59970.1", "i": "59980.2",
        "P": "59970.0", "r": "0.0001", "T": START // MS + 3_600_000,
    }  # fmt: skip
    recording.stream("btcusdt@markPrice@1s", mark)
    found = exchange(recording.stamped(tmp_path / "binance_usdm_btcusdt.gz"))
    found.advance(NOW + SECOND)
    carry = found.markets[PERPETUAL].carry
    assert (carry.mark, carry.index, carry.next_at) == (59_970.1, 59_980.2, NOW + 3_600 * SECOND)
    found.advance(NOW + 20 * SECOND)
    assert found.markets[PERPETUAL].carry.next_at == NOW + 3_600 * SECOND, "later rounds do not move it"


def test_a_damaged_recording_is_played_to_its_damage_and_said_once(
    made: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made("spot", 60_000.0, 30).stamped(tmp_path / "binance_spot_btcusdt.gz")
    path.write_bytes(path.read_bytes()[:-40])
    found = exchange(path)
    assert top(found, SPOT, NOW + 200 * MS) == (59_999.5, 60_000.5)
    for step in range(20):
        found.advance(NOW + step * SECOND)
    assert capsys.readouterr().err.count("error: ") == 1


# ---------------------------------------------------------------- what cannot be served


def test_what_is_not_served_is_said(made: Make, tmp_path: Path) -> None:
    recording = made("usdm", 59_970.0, 5)
    depth = {"e": "depthUpdate", "E": 1, "T": 1, "s": "XYZUSDT", "U": 1, "u": 2, "pu": 0, "b": [], "a": []}
    recording.stream("xyzusdt@depth@100ms", depth)
    recording.stream("btcusdt_240927@depth@100ms", depth | {"s": "BTCUSDT_240927"})
    path = recording.stamped(tmp_path / "binance_usdm_btcusdt.gz")
    played = Playback([f"{path}"], NOW, Talk(quiet=True))
    assert [each.symbol for each in played.source.instruments()] == [PERPETUAL]
    (sentence,) = played.left_out
    assert sentence == (
        "left out, because their terms are not known (--instruments FILE gives them): "
        "binance:XYZ/USDT:USDT, binance:BTC/USDT:USDT-240927"
    )


def test_of_many_markets_that_are_not_served_a_few_are_named(made: Make, tmp_path: Path) -> None:
    recording = made("usdm", 59_970.0, 5)
    for number in range(9):
        depth = {"e": "depthUpdate", "E": 1, "T": 1, "s": f"X{number}USDT", "U": 1, "u": 2, "pu": 0, "b": [], "a": []}
        recording.stream(f"x{number}usdt@depth@100ms", depth)
    (sentence,) = Playback(
        [f"{recording.stamped(tmp_path / 'binance_usdm_btcusdt.gz')}"], NOW, Talk(quiet=True)
    ).left_out
    assert sentence.endswith(": " + ", ".join(f"binance:X{number}/USDT:USDT" for number in range(5)) + " and 4 more")


def test_recordings_may_be_named_in_a_row(basisdesk: Callable[..., Any], pair: list[Path]) -> None:
    command = [sys.executable, "-u", "-m", "basisdesk", "sim", "serve", "--market", f"{pair[0]}", f"{pair[1]}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.terminate()
        assert process.wait(10) in {0, -15}
    assert said.endswith("as if it happened now: binance:BTC/USDT:USDT, binance:BTC/USDT\n")
    ran = basisdesk("sim", "serve", pair[0])
    assert ran.code == 2
    assert f"{pair[0]} has no --market before it" in ran.err


def test_a_venue_that_is_not_in_the_recordings_is_refused(pair: list[Path]) -> None:
    with pytest.raises(UsageError, match="hold no market of okx"):
        Playback([f"{pair[0]}"], NOW, Talk(quiet=True), ["okx"])
    played = Playback([f"{pair[0]}"], NOW, Talk(quiet=True), ["binance"])
    assert played.venues == ["binance"]


def test_recordings_without_a_market_are_refused(tmp_path: Path) -> None:
    trade = {"e": "trade", "E": 1, "T": 1, "s": "XYZUSDT", "t": 1, "p": "1", "q": "1", "X": "MARKET", "m": False}
    recording = Made("usdm", 1.0).stream("xyzusdt@trade", trade)
    path = recording.stamped(tmp_path / "binance_usdm_xyz.gz")
    with pytest.raises(UsageError, match="no market of the recordings can be served"):
        Playback([f"{path}"], NOW, Talk(quiet=True))
    empty = tmp_path / "binance_usdm_none.gz"
    empty.write_bytes(b"{}\n")
    with pytest.raises(RecordingError):
        Playback([f"{empty}"], NOW, Talk(quiet=True))


def test_recordings_of_different_days_are_refused(made: Make, tmp_path: Path) -> None:
    one = made("spot", 60_000.0, 5).stamped(tmp_path / "binance_spot_a.gz")
    two = made("usdm", 60_000.0, 5, start=START + 3 * 86_400 * SECOND).stamped(tmp_path / "binance_usdm_b.gz")
    with pytest.raises(UsageError, match=r"usdm_b\.gz begins 3\.0 days after .*spot_a\.gz"):
        Playback([f"{two}", f"{one}"], NOW, Talk(quiet=True))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--market", "nowhere.gz"), 2, "no file nowhere.gz"),
        (("--market", "generator", "--market", "binance_usdm_btcusdt.gz"), 2, "exclude each other"),
        (("--market", "binance_usdm_btcusdt.gz", "--venues", "deribit"), 2, "hold no market of deribit"),
        (("--market", "binance_usdm_btcusdt.gz", "--market", "binance_usdm_btcusdt.gz"), 2, "the same file"),
        (("--market", "."), 2, "is a folder"),
        (("--instruments", "x.json"), 2, "name the recordings with --market"),
    ],
)
def test_markets_that_cannot_be_are_refused_in_one_sentence(
    basisdesk: Any,
    pair: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(pair[0].parent)
    ran = basisdesk("sim", "serve", *arguments)
    assert (ran.code, words in ran.err) == (code, True), ran.err
    assert len(ran.err.strip().splitlines()) == 1


# ---------------------------------------------------------------- through the live shell, over sockets


async def taken_at_once(venue: str, symbols: list[str], files: list[str]) -> list[tuple[Side, Fill, float, float]]:
    """Buy and sell a little of each market with orders that fill at once; return fills and the tops before them."""
    start = time.time_ns()
    played = Playback(files, start, Talk(quiet=True), [venue])
    scene, found = Scene(venue), []
    async with Fair([venue], 1, start, source=played.source) as fair, scene._live(fair) as live:
        assert set(symbols) <= set(live.instruments())
        live.watch(symbols, [Channel.BOOK, Channel.TRADES])
        await until(scene.health(live, Capability.ORDERS), 30)
        for number, symbol in enumerate(symbols):
            instrument = live.instruments()[symbol]
            market = scene.books.market(instrument.market, instrument.code)
            assert market is not None
            await until(lambda market=market: market.book.state(0) == VALID, 20)
            for side in Side:
                bid, ask = market.book.bid, market.book.ask
                least = scene.resting(instrument, f"t-{number}-{side.sign + 2}")
                assert least.size is not None
                touch = Decimal(repr(ask if side is Side.BUY else bid))
                reach = touch * (1 + side.sign * REACH)  # the recording goes on while the order travels
                order = msgspec.structs.replace(
                    least,
                    side=side,
                    size=least.size * 2,
                    price=(reach / instrument.tick).to_integral_value() * instrument.tick,
                    time_in_force=asks.TimeInForce.IOC,
                )
                assert outcome_of(await live.ask(venue, asks.Place(order))) == Done()
                await until(lambda order=order: _fills(scene, order), 10)
                found += [(side, fill, bid, ask) for fill in _fills(scene, order)]
    return found


def _fills(scene: Scene, order: asks.NewOrder) -> list[Fill]:
    told = [one.update for one in scene.heard if isinstance(one, Told)]
    return [one for one in told if isinstance(one, Fill) and one.client_id == order.client_id]


@pytest.mark.asyncio
async def test_an_order_fills_at_the_recorded_price_over_sockets(made: Make, tmp_path: Path) -> None:
    files = [
        made("usdm", 59_970.0, 300).stamped(tmp_path / "binance_usdm_btcusdt.gz"),
        made("spot", 60_000.0, 300).stamped(tmp_path / "binance_spot_btcusdt.gz"),
    ]
    fills = await taken_at_once("binance", [SPOT, PERPETUAL], [f"{file}" for file in files])
    prices = {(fill.symbol, side): fill.price for side, fill, _, _ in fills}
    assert prices == {
        (SPOT, Side.BUY): Decimal("60000.5"),
        (SPOT, Side.SELL): Decimal("59999.5"),
        (PERPETUAL, Side.BUY): Decimal("59970.5"),
        (PERPETUAL, Side.SELL): Decimal("59969.5"),
    }


@pytest.mark.recordings
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("venue", "symbols", "files", "between"),
    [
        (
            "binance",
            ["binance:BTC/USDT:USDT", "binance:BTC/USDT", "binance:BTC/USD:BTC"],
            [
                "hftbacktest/binance_usdm_btcusdt_20240808.gz",
                "hftbacktest/binance_spot_btcusdt_20240808.gz",
                "hftbacktest/binance_coinm_btcusd_perp_20240808.gz",
            ],
            (61_000, 63_000),
        ),
        ("okx", ["okx:BTC/USDT"], ["cryptofeed/okx_v5_spot_future_swap_20220513.jsonl.gz"], (30_000, 30_500)),
        (
            "bybit",
            ["bybit:BTC/USDT", "bybit:BTC/USDT:USDT"],
            ["cryptofeed/bybit_v5_linear_and_spot_btc_doge_20260809.jsonl.gz"],
            (65_000, 65_300),
        ),
    ],
)
async def test_an_order_fills_in_a_recorded_book(
    recordings: Path, venue: str, symbols: list[str], files: list[str], between: tuple[int, int]
) -> None:
    fills = await taken_at_once(venue, symbols, [f"{recordings / name}" for name in files])
    assert {fill.symbol for _, fill, _, _ in fills} == set(symbols)
    for side, fill, bid, ask in fills:
        assert between[0] < fill.price < between[1]
        touch = ask if side is Side.BUY else bid
        assert abs(float(fill.price) - touch) / touch <= 0.0011, "what was seen over the socket is what was traded on"


def test_the_command_serves_recordings_and_says_when_they_begin_again(made: Make, tmp_path: Path) -> None:
    path = made("spot", 60_000.0, 5).stamped(tmp_path / "binance_spot_btcusdt.gz")
    command = [sys.executable, "-u", "-m", "basisdesk", "sim", "serve", "--market", str(path), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = json.loads(process.stdout.readline())
        assert list(told["venues"]) == ["binance"]
        played = process.stderr.readline()
        assert (
            played == "playing what was recorded from 2023-11-14 22:13:20 UTC as if it happened now: binance:BTC/USDT\n"
        )
        ready, _, _ = select.select([process.stderr], [], [], 20)
        said = process.stderr.readline() if ready else ""
        process.terminate()
        assert process.wait(10) == 0
    assert "played again from the beginning" in said


@pytest.mark.recordings
def test_terms_from_a_file_list_markets_that_nobody_else_knows(recordings: Path) -> None:
    files = [f"{recordings / 'cryptofeed' / 'htx_spot_7pairs_20210417.jsonl.gz'}"]
    with pytest.raises(UsageError, match="can be served \\(left out, because their terms are not known"):
        Playback(files, NOW, Talk(quiet=True))
    terms = [f"{recordings / 'instruments' / 'htx_spot_symbols_20210417.json.gz'}"]
    played = Playback(files, NOW, Talk(quiet=True), instruments=terms)
    assert (played.venues, played.left_out) == (["htx"], [])
    markets = listed(played.source, ["htx"], {"htx": rules_of("htx")}, 1, NOW)["htx"]
    markets.advance(NOW + 20 * SECOND)
    assert len(markets.markets) == 7
    assert all(market.book.state(0) == VALID for market in markets.markets.values())


@pytest.mark.recordings
def test_futures_that_were_delivered_are_left_out(recordings: Path) -> None:
    files = [f"{recordings / 'cryptofeed' / 'binance_coinm_perp_and_quarterly_20210417.jsonl.gz'}"]
    terms = [f"{recordings / 'instruments' / 'binance_coinm_exchangeInfo_20210417.json.gz'}"]
    played = Playback(files, NOW, Talk(quiet=True), instruments=terms)
    assert [each.symbol for each in played.source.instruments()] == ["binance:BTC/USD:BTC", "binance:EGLD/USD:EGLD"]
    (sentence,) = played.left_out
    assert sentence.startswith("left out, because their delivery has passed: binance:")
    assert "binance:ETH/USD:ETH-210625" in sentence


def test_the_past_that_a_desk_draws_itself_leads_to_the_market_that_is_served() -> None:
    opening = NOW - WARM
    tops: dict[int, float] = {}
    generator = Generator(1, opening - REHEARSAL)
    generator.rehearse(opening, EVERY, lambda place, _at, bid, *_: tops.__setitem__(place, bid))
    served = Fair(sorted(VENUES), 1, NOW).exchanges["binance"].markets[SPOT].book
    assert abs(served.bid / tops[0] - 1) < 0.001
