"""A browser, a web process and a made-up desk for tests of the page; each fixture can be used alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # so that the made-up desk can be imported however pytest was started

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright  # noqa: E402 (after the path)
from tests.browser.fakedesk import FakeDesk  # noqa: E402 (after the path)

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = ROOT / "test-results"
PATIENCE = 30_000
"""How long anything on a page may take, ms: what is tested is that it comes, and busy machines are slow."""
expect.set_options(timeout=PATIENCE)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def terminal_built() -> Path:
    """The built terminal; skipped, saying so, where it has not been built."""
    index = ROOT / "src/basisdesk/web/static/terminal/index.html"
    if not index.exists():
        pytest.skip("the terminal is not built: run `cd ui && npm ci && npm run build`")
    return index


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real headless Chromium; skipped, saying so, where there is none.

    For a module, not the session: while it is open, its driver keeps an event loop running in this thread, and tests of
    other modules need that place for their own.
    """
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def fake_desk(tmp_path: Path) -> Iterator[FakeDesk]:
    """A made-up desk that listens on `fake_desk.path`."""
    desk = FakeDesk(tmp_path / "bus")
    desk.start()
    yield desk
    desk.stop()


@contextmanager
def web_process(bus: Path, state: Path) -> Iterator[str]:
    """The real web process on a free port, for the desk at `bus`; gives its address."""
    environment = {
        **os.environ,
        "BASISDESK_BUS": str(bus),
        "BASISDESK_PORT": "0",
        "XDG_STATE_HOME": str(state),
        "PYTHONPATH": str(ROOT / "src"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "basisdesk.web"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "http://" in line, f"the web process did not start: {line!r}"
        yield line.split()[-1]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def address(fake_desk: FakeDesk, tmp_path: Path, terminal_built: Path) -> Iterator[str]:
    """Address of a web process that serves the made-up desk."""
    with web_process(fake_desk.path, tmp_path / "state") as found:
        yield found


class Sight:
    """A page, and everything that went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
def sight(browser: Browser) -> Iterator[Sight]:
    """A wide dark page in a fresh browser profile."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield Sight(page)
    context.close()
