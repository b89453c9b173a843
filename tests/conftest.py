"""What all tests share: where the recorded exchange data is, if it is there at all."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Folder of the recorded exchange data; the test is skipped, saying so, on a machine without it."""
    folder = Path(os.environ.get("BASISDESK_RECORDINGS", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        pytest.skip(f"the recorded exchange data is not on this machine (looked in {folder}; set BASISDESK_RECORDINGS)")
    return folder
