import json
import re
import signal
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from basisdesk.app.tables import _short
from basisdesk.domain.effect import Effect
from basisdesk.domain.event import Event, LegFilled, Placed
from basisdesk.store.journal import Journal

Make = Callable[..., Any]
Run = Callable[..., Any]
SPOT, PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
SPREAD = f"{PERP}~{SPOT}"


def exact(text: object) -> Any:
    return Decimal(str(text))


def order(**fields: object) -> str:
    return json.dumps({"spread": SPREAD, "side": "BUY", "type": "market", "size": "1"} | fields)


def replay(basisdesk: Run, files: list[Path], *arguments: object, code: int = 0) -> Any:
    ran = basisdesk("replay", *files, "--json", *arguments)
    assert ran.code == code, ran.err
    return ran.report


def test_a_market_order_fills_both_legs_and_reports_achieved_fees_position_and_profit(
    basisdesk: Run, pair: list[Path]
) -> None:
    found = replay(basisdesk, pair, "--order", order(size=2))
    (row,) = found["orders"]
    assert (row["order_id"], row["state"], row["filled"], row["unit"]) == ("S1", "FILLED", "2.000", "BTC")
    assert (exact(row["displayed"]), exact(row["achieved"]), exact(row["slippage"])) == (-29, -29, 0)
    assert [(leg["symbol"], leg["side"], exact(leg["filled"])) for leg in row["legs"]] == [
        (PERP, "BUY", 2),
        (SPOT, "SELL", 2),
    ]
    assert {fill["leg"]: (exact(fill["price"]), exact(fill["size"])) for fill in found["fills"]} == {
        1: (exact("59970.5"), 2),
        2: (exact("59999.5"), 2),
    }
    (position,) = found["positions"]
    assert (position["spread"], exact(position["size"]), exact(position["entry"])) == (SPREAD, 2, -29)
    assert (exact(position["mark"]), exact(position["pnl"]), position["pnl_asset"]) == (-30, -2, "USDT")
    fees = {leg["symbol"]: exact(leg["fees"]["USDT"]) for leg in position["legs"]}
    assert fees == {leg["symbol"]: exact(leg["fees"]["USDT"]) for leg in row["legs"]}
    assert all(fee > 0 for fee in fees.values())
    assert exact(position["net"]) == -2 - sum(fees.values())
    assert [exact(leg["pnl"]) for leg in position["legs"]] == [-1, -1]
    assert exact(row["fees"]["USDT"]) == sum(fees.values())


def test_an_auto_trigger_waits_for_the_size_weighted_spread_and_fires_once(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    perp = made("usdm", 59_970.0, count=5)
    perp.depth([], [["59969.80", "0.5"]])  # the touch says -29.7, the whole size does not
    perp.running(4)
    perp.depth([], [["59969.80", "4"]])
    perp.running(20)
    files = [
        perp.stamped(tmp_path / "binance_usdm_x"),
        made("spot", 60_000.0, count=40).stamped(tmp_path / "binance_spot_x"),
    ]
    found = replay(basisdesk, files, "--order", order(type="auto_trigger", trigger=-29.7, size=2))
    (row,) = found["orders"]
    assert (row["state"], row["trigger"]) == ("FILLED", "-29.7")
    assert exact(row["displayed"]) == -29
    assert exact(row["fired"]) == exact("-29.7")
    assert exact(row["achieved"]) == exact("-29.7")
    assert sum(exact(fill["size"]) for fill in found["fills"] if fill["leg"] == 1) == 2
    assert {fill["price"] for fill in found["fills"] if fill["leg"] == 1} == {"59969.8"}


def test_an_auto_trigger_that_never_comes_true_stays_working_and_sends_nothing(
    basisdesk: Run, pair: list[Path]
) -> None:
    found = replay(basisdesk, pair, "--order", order(side="SELL", type="auto_trigger", trigger=-20))
    (row,) = found["orders"]
    assert (row["state"], row["active"], found["fills"], found["positions"]) == ("WORKING", True, [], [])


def test_contract_first_sends_the_contract_and_then_the_other_leg(basisdesk: Run, pair: list[Path]) -> None:
    found = replay(basisdesk, pair, "--order", order(sequence="contract_first"), "--latency", "20")
    (row,) = found["orders"]
    assert row["state"] == "FILLED"
    first, second = (next(fill for fill in found["fills"] if fill["leg"] == leg) for leg in (1, 2))
    assert second["at"] - first["at"] >= 40_000_000


def test_latency_and_time_of_entry_are_those_asked_for(basisdesk: Run, pair: list[Path]) -> None:
    found = replay(basisdesk, pair, "--order", order(at=1.25), "--latency", "70")
    (row,) = found["orders"]
    start = 1_700_000_000_000_000_000
    assert row["created"] == start + 1_250_000_000
    assert {fill["at"] for fill in found["fills"]} == {row["created"] + 140_000_000}


def test_an_order_is_entered_when_both_books_are_first_valid(basisdesk: Run, pair: list[Path]) -> None:
    (row,) = replay(basisdesk, pair, "--order", order())["orders"]
    assert row["created"] == 1_700_000_000_100_000_000


def test_an_order_in_the_turned_direction_trades_its_own_legs(basisdesk: Run, pair: list[Path]) -> None:
    turned = f"{SPOT}~{PERP}"
    found = replay(basisdesk, pair, "--order", order(spread=turned, side="SELL"))
    (row,) = found["orders"]
    assert (row["state"], exact(row["achieved"])) == ("FILLED", 29)
    assert [leg["side"] for leg in row["legs"]] == ["SELL", "BUY"]


@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({"size": 0}, "not_positive", "0"),
        ({"size": "-1"}, "not_positive", "-1"),
        ({"size": "NaN"}, "not_finite", "NaN"),
        ({"size": "Infinity"}, "not_finite", "Infinity"),
        ({"size": "0.00001"}, None, "0.001"),
        ({"size": "1.0005"}, "off_step", "0.001"),
        ({"size": 1_000_000}, None, "1000000"),
        ({"size": 50}, "too_thin", "50"),
        ({"trigger": -1}, "trigger_given", "-1"),
        ({"type": "auto_trigger"}, "no_trigger", "trigger"),
        ({"at": 1_000}, "not_reached", "1000 s"),
    ],
)
def test_an_order_outside_the_limits_is_refused_with_the_limit_and_nothing_is_sent(
    basisdesk: Run, pair: list[Path], fields: dict[str, object], code: str | None, says: str
) -> None:
    found = replay(basisdesk, pair, "--order", order(**fields), code=5)
    (row,) = found["orders"]
    assert (row["state"], row["order_id"], found["fills"]) == ("REJECTED", None, [])
    assert says in row["reason"]
    assert code in {None, row["code"]}


def test_orders_on_a_market_without_metadata_are_refused_with_the_reason(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    files = []
    for line in ("usdm", "spot"):
        path = made(line, 100.0).stamped(tmp_path / f"binance_{line}_x", zipped=False)
        path.write_text(path.read_text().replace("btcusdt", "zzzusdt").replace("BTCUSDT", "ZZZUSDT"))
        files.append(path)
    spread = SPREAD.replace("BTC", "ZZZ")
    found = replay(basisdesk, files, "--order", order(spread=spread), code=5)
    assert found["spreads"][spread]["mid"]["median"] == 0.0
    (row,) = found["orders"]
    assert row["code"] == "unknown_market"
    assert "no market metadata for binance:ZZZ/USDT:USDT" in row["reason"]


def test_rejects_of_the_venue_leave_nothing_behind(basisdesk: Run, pair: list[Path]) -> None:
    found = replay(basisdesk, pair, "--order", order(), "--reject-rate", "1")
    (row,) = found["orders"]
    assert (row["state"], row["filled"], found["fills"]) == ("REJECTED", "0.000", [])
    assert "rejected" in row["reason"]


def test_partial_fills_are_caught_up_with_or_taken_back(basisdesk: Run, pair: list[Path]) -> None:
    states = set()
    for seed in range(8):
        found = replay(
            basisdesk, pair, "--order", order(size=3), "--partial-rate", "0.6", "--reject-rate", "0.2", "--seed", seed
        )
        (row,) = found["orders"]
        states.add(row["state"])
        assert abs(exact(row["unhedged"])) < exact("0.001")
        by_leg = [exact(leg["filled"]) for leg in row["legs"]]
        assert by_leg[0] == by_leg[1] == exact(row["filled"])
    assert len(states) > 1


def test_the_journal_of_a_replay_folds_to_the_same_state_and_decides_the_same_again(
    basisdesk: Run, pair: list[Path], tmp_path: Path
) -> None:
    journal = tmp_path / "desk.journal"
    rows = replay(basisdesk, pair, "--order", order(), "--order", order(size="0.3001"), "--journal", journal, code=5)
    ran = basisdesk("journal", "verify", journal, "--json")
    assert ran.code == 0
    assert (ran.report["orders"], ran.report["fills"], ran.report["refused"], ran.report["sealed"]) == (
        {"S1": "FILLED"},
        len(rows["fills"]),
        1,
        True,
    )
    told = basisdesk("journal", "verify", journal)
    assert (told.code, "decide the same again" in told.out) == (0, True)
    again = basisdesk("replay", *pair, "--order", order(), "--journal", journal)
    assert (again.code, again.out) == (2, "")
    assert "exists already" in again.err


def test_a_journal_that_was_changed_or_is_none_is_one_sentence(
    basisdesk: Run, pair: list[Path], tmp_path: Path
) -> None:
    journal = tmp_path / "desk.journal"
    replay(basisdesk, pair, "--order", order(), "--journal", journal)
    base = sqlite3.connect(journal)
    base.execute("UPDATE journal SET at = at + 1 WHERE seq = 4")
    base.commit()
    base.close()
    ran = basisdesk("journal", "verify", journal)
    assert ran.code == 1
    assert ran.err.startswith(f"error: {journal}, row 4: ")
    other = tmp_path / "text"
    other.write_text("no journal")
    for path in (other, tmp_path / "missing"):
        ran = basisdesk("journal", "verify", path)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith(f"error: {path}")


def test_the_tables_show_orders_fills_and_positions(basisdesk: Run, pair: list[Path]) -> None:
    ran = basisdesk("replay", *pair, "--order", order(), "--order", order(size="0.3001"))
    assert ran.code == 5
    for text in ("Orders", "Legs", "Fills", "Positions", "FILLED", "REJECTED", "step 0.001", "USDT", "PnL"):
        assert text in ran.out, text


def row_of(out: str, title: str, first: str) -> dict[str, str]:
    """Return the row that begins with `first` of the table under `title`, by its headings."""
    table = out[out.index(f"{title}\n") :].splitlines()
    headings = [(found.start(), found.end(), found[0]) for found in re.finditer(r"\S+(?: \S+)*", table[2])]
    line = next(line for line in table[3:] if line.strip().startswith(first))
    cells = [(found.start(), found.end(), found[0]) for found in re.finditer(r"\S+(?: \S+)*", line)]
    return {name: text for start, end, name in headings for left, right, text in cells if left < end and right > start}


def test_the_table_of_orders_tells_dust_from_exposure_and_all_sizes_say_what_they_count(
    basisdesk: Run, pair: list[Path]
) -> None:
    ran = basisdesk("replay", *pair, "--order", order(side="SELL", size="0.503"))
    found = row_of(ran.out, "Orders", "S1")
    left = exact(found["unhedged"].removeprefix("dust ").replace("\N{MINUS SIGN}", "-"))
    assert (found["state"], found["unhedged"][:5]) == ("FILLED", "dust ")
    assert 0 < abs(left) < exact("0.001")
    assert row_of(ran.out, "Legs", "S1")["unit"] == "BTC"
    assert row_of(ran.out, "Fills", "22:13")["unit"] == "BTC"
    exposed = basisdesk("replay", *pair, "--order", order(), "--reject-rate", "0.85")
    assert exposed.code == 6
    found = row_of(exposed.out, "Orders", "S1")
    assert (found["state"], found["unhedged"]) == ("INCOMPLETE", "\N{MINUS SIGN}1")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("-0.500", "\N{MINUS SIGN}0.5"),
        ("1.123456789", "1.12345678"),
        ("-0.000000000128", "\N{MINUS SIGN}0.000000000128"),
        ("0.000", "0"),
        ("1200", "1200"),
    ],
)
def test_an_amount_keeps_eight_places_or_as_many_as_show_that_it_is_something(value: str | None, text: str) -> None:
    assert _short(value) == text


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_whole_journal_whose_story_does_not_hold_is_one_sentence_that_names_the_row(
    basisdesk: Run, pair: list[Path], tmp_path: Path, number: int
) -> None:
    replay(basisdesk, pair, "--order", order(), "--journal", tmp_path / "desk.journal")
    with Journal.read(tmp_path / "desk.journal") as journal:
        values = [record.value for record in journal.records()]
    retold = tmp_path / "retold.journal"
    with Journal.open(retold, "test") as journal:
        journal.append(values[: number - 1] + values[number:])
    ran = basisdesk("journal", "verify", retold)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"error: {retold}: at ")
    assert "decides otherwise" in ran.err


def test_a_fill_that_cannot_be_is_one_sentence_that_names_the_row(
    basisdesk: Run, pair: list[Path], tmp_path: Path
) -> None:
    replay(basisdesk, pair, "--order", order(), "--journal", tmp_path / "desk.journal")
    with Journal.read(tmp_path / "desk.journal") as journal:
        values = [record.value for record in journal.records()]
    (row, fill), *_ = [(row, value) for row, value in enumerate(values, 1) if isinstance(value, LegFilled)]
    retold = tmp_path / "retold.journal"
    with Journal.open(retold, "test") as journal:
        journal.append([*values[: row - 1], msgspec.structs.replace(fill, price=-fill.price), *values[row:]])
    ran = basisdesk("journal", "verify", retold)
    assert (ran.code, ran.err) == (
        1,
        f"error: {retold}: row {row} (LegFilled) cannot follow from the rows before it\n",
    )


def test_an_interrupt_inside_an_event_leaves_a_journal_that_is_whole_and_not_sealed(
    basisdesk: Run, pair: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Journal.append

    def append(journal: Journal, values: list[Event | Effect]) -> None:
        if isinstance(values[0], Placed):
            raise KeyboardInterrupt
        written(journal, values)

    monkeypatch.setattr(Journal, "append", append)
    path = tmp_path / "desk.journal"
    ran = basisdesk("replay", *pair, "--json", "--order", order(), "--journal", path)
    assert ran.code == 130
    told = basisdesk("journal", "verify", path, "--json")
    assert (told.code, told.report["sealed"], told.report["orders"]) == (0, False, {})


@pytest.mark.parametrize("name", ["x" * 300, "no/such/folder.journal"])
def test_a_journal_that_cannot_be_begun_is_one_sentence(basisdesk: Run, pair: list[Path], name: str) -> None:
    ran = basisdesk("replay", *pair, "--journal", name)
    assert ran.code == 2
    assert ran.err.startswith("error: --journal: ")
    assert name[:20] in ran.err


def test_an_order_before_its_markets_are_heard_says_that_there_are_no_prices_yet(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    files = [
        made("spot", 60_000.0, count=60).stamped(tmp_path / "binance_spot_x"),
        made("usdm", 59_970.0, start=1_700_000_002_000_000_000).stamped(tmp_path / "binance_usdm_x"),
    ]
    found = replay(basisdesk, files, "--order", order(at=1), code=5)
    assert [row["code"] for row in found["orders"]] == ["no_quote"]
    waiting = order(at=1, type="auto_trigger", trigger=0)
    (row,) = replay(basisdesk, files, "--order", waiting)["orders"]
    assert row["state"] == "FILLED"
    assert row["fired"] is not None


def test_exposure_left_unhedged_has_its_own_exit_code(basisdesk: Run, pair: list[Path]) -> None:
    found = replay(basisdesk, pair, "--order", order(), "--reject-rate", "0.85", code=6)
    assert [row["state"] for row in found["orders"]] == ["INCOMPLETE"]


def test_an_interrupt_while_an_event_is_written_waits_for_it_and_the_journal_is_sealed(
    basisdesk: Run, pair: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Journal.append

    def append(journal: Journal, values: list[Event | Effect]) -> None:
        if isinstance(values[0], Placed):
            signal.raise_signal(signal.SIGINT)
        written(journal, values)

    monkeypatch.setattr(Journal, "append", append)
    path = tmp_path / "desk.journal"
    ran = basisdesk("replay", *pair, "--json", "--order", order(), "--journal", path)
    assert (ran.code, ran.report["orders"][0]["state"]) == (130, "FILLED")
    told = basisdesk("journal", "verify", path, "--json")
    assert (told.code, told.report["sealed"], told.report["orders"]) == (0, True, {"S1": "FILLED"})
