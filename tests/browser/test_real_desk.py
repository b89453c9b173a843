"""The whole desk as a user starts it, in a real browser: the demo market, and a recording served at its own speed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from tests.app.conftest import SPREAD as RECORDED
from tests.app.conftest import market

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Sight

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(400)]
ROOT = Path(__file__).resolve().parents[2]
BASIS = "binance:BTC/USDT:USDT~binance:BTC/USDT"
OTHER = "bybit:BTC/USDT:USDT~binance:BTC/USDT"


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[str]:
    """Start the command as a user would, give the printed address, stop it with Ctrl+C and expect a clean end."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": str(ROOT / "src"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "basisdesk", *arguments, "--port", "0"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        found = None
        while found is None:
            line = process.stdout.readline()
            assert line, f"the desk did not start: {process.stderr.read()}"
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
        yield found.group()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) in {0, 130}
        assert "demo" not in arguments or "is kept in " in process.stderr.read()
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
        process.stderr.close()


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", "").replace(",", ""))


def bought(page: Page, size: str) -> None:
    page.keyboard.press("b")
    page.keyboard.type(size)
    page.click("#submit")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_contain_text("accepted")
    page.get_by_role("tab", name="Fills").click()
    expect(page.locator("#fills tbody tr").nth(1)).to_be_visible()
    page.get_by_role("tab", name="Positions").click()


def test_the_demo_moves_selects_trades_and_ends(sight: Sight, tmp_path: Path, terminal_built: Path) -> None:
    page = sight.page
    with running(tmp_path, "demo", "--seed", "3") as address:
        page.goto(address)
        first = page.locator(f'[data-spread="{BASIS}"]')
        first.wait_for()
        expect(page).to_have_title(re.compile("DEMO"))
        before = first.inner_text()
        expect(first).not_to_have_text(before)
        page.click(f'[data-spread="{OTHER}"]')
        expect(page.locator(f'[data-spread="{OTHER}"]')).to_have_attribute("aria-selected", "true")
        expect(page.locator(".chart-pane .name")).to_contain_text("Bybit BTC/USDT perp")
        expect(page.locator(".rung.ask").first).to_be_visible()
        bought(page, "0.05")
        row = page.locator(f'[data-position="{OTHER}"]')
        expect(row).to_contain_text("+0.05")
        page.get_by_role("tab", name="Order history").click()
        expect(page.locator('[data-order="S1"] .chip')).to_contain_text("FILLED")
        sight.page.goto("about:blank")  # what the page says when the desk goes away is tested elsewhere
    assert sight.complaints == []


def test_an_order_behind_a_trigger_waits_and_is_filled_when_the_market_comes(
    sight: Sight, tmp_path: Path, terminal_built: Path
) -> None:
    page = sight.page
    with running(tmp_path, "demo", "--seed", "4") as address:
        page.goto(address)
        page.locator(f'[data-spread="{BASIS}"]').wait_for()
        page.click(f'[data-spread="{BASIS}"]')
        page.get_by_role("button", name="Auto-Trigger").click()
        page.fill("#size", "0.01")
        page.fill("#trigger", "-500")
        page.click("#submit")
        page.locator("dialog[open]").wait_for()
        page.keyboard.press("Enter")
        waiting = page.locator('#active-orders [data-order="S1"]')
        expect(waiting.locator(".chip")).to_contain_text("WORKING")
        page.fill("#size", "0.01")
        page.fill("#trigger", "500")
        page.click("#submit")
        page.locator("dialog[open]").wait_for()
        page.keyboard.press("Enter")
        page.get_by_role("tab", name="Order history").click()
        expect(page.locator('[data-order="S2"] .chip')).to_contain_text("FILLED")
        page.get_by_role("tab", name="Active spread orders").click()
        expect(waiting.locator(".chip")).to_contain_text("WORKING")
        page.goto("about:blank")
    assert sight.complaints == []


def test_a_recording_is_served_and_traded_at_its_own_speed(sight: Sight, tmp_path: Path, terminal_built: Path) -> None:
    files = []
    for line, mid in (("spot", 60_000.0), ("usdm", 60_030.0)):
        files.append(str(market(line, mid, count=600).stamped(tmp_path / f"binance_{line}_made.gz")))
    page = sight.page
    with running(tmp_path, "replay", *files, "--serve", "--speed", "1") as address:
        page.goto(address)
        page.locator(f'[data-spread="{RECORDED}"]').wait_for()
        expect(page).to_have_title(re.compile("REPLAY"))
        expect(page.locator(f'[data-spread="{RECORDED}"]')).to_contain_text("+5.0")
        bought(page, "0.1")
        expect(page.locator(f'[data-position="{RECORDED}"]')).to_contain_text("+0.1")
        page.goto("about:blank")
    assert sight.complaints == []
