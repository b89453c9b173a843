"""What all tests share: where the recorded exchange data is, if it is there at all."""

import io
import os
import signal
from pathlib import Path

import coverage
import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent

# Machines are noisy: a slow example is not a failure, and the same examples run everywhere.
hypothesis.settings.register_profile("basisdesk", deadline=None, derandomize=True)
hypothesis.settings.load_profile("basisdesk")

# A shell that starts something in the background has it ignore Ctrl+C, and so would every command that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Folder of the recorded exchange data; the test is skipped, saying so, on a machine without it."""
    folder = Path(os.environ.get("BASISDESK_RECORDINGS", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        pytest.skip(f"the recorded exchange data is not on this machine (looked in {folder}; set BASISDESK_RECORDINGS)")
    return folder


PURE = ("domain", "venues", "engine", "sim")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pure-gate", action="store_true", help="fail unless the pure folders are covered to the last branch"
    )


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Hold the pure folders to 100 % branch coverage, after the coverage plugin has written its file."""
    if not config.getoption("--pure-gate"):
        return
    measured = coverage.Coverage()
    measured.load()
    for folder in PURE:
        text = io.StringIO()
        percent = measured.report(include=[f"*/basisdesk/{folder}/*"], file=text)
        terminalreporter.write_line(f"pure gate: {folder} {percent:.2f} %")
        if percent < 100:
            terminalreporter.write_line(text.getvalue(), red=True)
            session = terminalreporter._session  # hooks get no session here
            if session is not None:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
