import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from basisdesk.app import demo, serve
from basisdesk.app.charts import PERIODS
from basisdesk.app.sheet import WIDTH, Sheet
from basisdesk.app.talk import TOLD, Talk
from basisdesk.domain.event import Listed
from basisdesk.engine.replay import digest, fold_all
from basisdesk.store.journal import Journal
from basisdesk.venues.contract import Report, Trouble

Run = Callable[..., Any]


def printed(sheet: Sheet, width: int) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    sheet.print(console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_sheet_is_a_table_where_it_fits_and_blocks_that_lose_nothing_where_not() -> None:
    sheet = Sheet("Title", ("market", "l"), ("frames", "r"), ("", "l"), ("state", "l"))
    sheet.add("binance:BTC/USDT:USDT", "1,234,567", "mid", "valid", last=True)
    sheet.add("", "8", "", "stale [b]")
    wide, narrow = printed(sheet, 100), printed(sheet, 30)
    assert "1,234,567   mid   valid" in wide
    assert narrow.splitlines()[1:3] == ["Title", "binance:BTC/USDT:USDT"]
    for text in ("1,234,567", "valid", "stale [b]"):
        assert text in narrow
    assert "stale [b]" in wide, "what a venue says is no markup"
    assert max(map(len, narrow.splitlines())) <= 30
    assert not [line for line in wide.splitlines() if line.endswith(" ")]


def test_where_the_output_is_no_terminal_a_long_sentence_takes_nothing_from_other_columns() -> None:
    sheet = Sheet("Orders", ("order", "l"), ("state", "l"), ("reason", "l"))
    sheet.add("S1", "INCOMPLETE", "rejected by the venue; " * 200 + "at last")
    row = printed(sheet, WIDTH).rstrip().splitlines()[-1]
    assert row.startswith(" S1      INCOMPLETE   rejected")
    assert row.endswith("at last")


def test_a_row_without_a_first_cell_goes_on_under_the_heading_of_the_one_before() -> None:
    sheet = Sheet("Spreads", ("spread", "l"), ("", "l"), ("first", "r"))
    sheet.add("binance:BTC/USDT:USDT~binance:BTC/USDT", "mid", "1.5")
    sheet.add("", "mid bp", "0.2")
    lines = printed(sheet, 40).splitlines()
    assert lines[2:] == ["binance:BTC/USDT:USDT~binance:BTC/USDT", "    mid; first 1.5", "    mid bp; first 0.2"]


def test_a_long_text_is_broken_between_words_on_a_narrow_terminal() -> None:
    sheet = Sheet("Doctor", ("venue", "l"), ("what", "l"))
    sheet.add("okx", "refused: the key may withdraw; make one without that right and look at binance:BTC/USDT")
    lines = printed(sheet, 40).splitlines()
    assert max(map(len, lines)) <= 40
    assert lines[3:5] == ["    what refused: the key may withdraw;", "      make one without that right and"]


def test_troubles_are_told_a_few_times_and_then_counted(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Talk()
    for _ in range(TOLD + 4):
        talk.report(Report(1, Trouble.GAP, "a:B/C", "missing"), "file, line 3")
    talk.report(Report(1, Trouble.SHUTDOWN, "", "bye"), "")
    talk.end()
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        *["warning: a:B/C gap: missing (file, line 3)"] * TOLD,
        "warning: venue asks to reconnect: bye",
        "warning: a:B/C gap: 4 more",
    ]


def test_a_progress_bar_is_for_terminals_and_goes_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for quiet, terminal in ((False, False), (True, True), (False, True)):
        monkeypatch.setattr("sys.stderr.isatty", lambda terminal=terminal: terminal)
        talk = Talk(quiet=quiet)
        talk.progress(10)
        talk.begin(100)
        talk.progress(90)
        talk.fault(ValueError("broken"))
        talk.end()
        told = capsys.readouterr()
        assert talk.read == 100
        assert "error: broken" in told.err
        assert ("100%" in told.err) == (terminal and not quiet)


def test_serve_gives_the_replay_to_the_page_and_seals_its_journal(
    basisdesk: Run, pair: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def run(desk: Any, driver: Any, charts: Any, **options: Any) -> int:
        while driver.next_at() is not None:
            driver.advance(driver.next_at() + 1)
        driver.finish(10**9)
        seen.update(options, fills=len(desk.state.fills), periods=charts.periods, share=options["progress"]())
        return 0

    monkeypatch.setattr(serve, "run", run)
    order = {"spread": "binance:BTC/USDT:USDT~binance:BTC/USDT", "side": "BUY", "type": "market", "size": 1}
    journal = tmp_path / "journal"
    arguments = ("--serve", "--port", "8555", "--order", json.dumps(order), "--journal", journal)
    ran = basisdesk("replay", *pair, *arguments)
    assert (ran.code, seen["mode"], seen["port"], seen["speed"], seen["fills"]) == (0, "REPLAY", 8555, 1.0, 2)
    assert seen["source"] == "binance_usdm_btcusdt.gz, binance_spot_btcusdt.gz"
    assert (seen["periods"], seen["share"]) == (PERIODS, 1.0)
    assert basisdesk("journal", "verify", journal).code == 0


def test_demo_passes_its_options_on(basisdesk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def run(**options: Any) -> int:
        seen.update(options)
        return 0

    monkeypatch.setattr(demo, "run", run)
    assert basisdesk("demo", "--port", "8421", "--seed", "5", "--in-process", "--speed", "2").code == 0
    assert seen == {"port": 8421, "seed": 5, "speed": 2.0, "in_process": True}


def test_a_journal_whose_seal_is_not_of_its_rows_is_refused_and_one_without_is_told(
    basisdesk: Run, tmp_path: Path
) -> None:
    from basisdesk.app.listings import well_known

    events = [Listed(1, instrument) for instrument in well_known()[:2]]
    for name, seal, code in (("good", digest(fold_all(events)), 0), ("wrong", "0" * 64, 1), ("open", None, 0)):
        with Journal.open(tmp_path / name, "test") as journal:
            journal.append(events)
            if seal is not None:
                journal.seal(seal)
        ran = basisdesk("journal", "verify", tmp_path / name)
        assert ran.code == code
        assert ("not sealed" in ran.out) == (name == "open")
        assert ("was sealed" in ran.err) == (name == "wrong")
