"""Notes what each case said; `make conformance` writes the page from it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def note_case() -> Callable[[str, str, str], None]:
    """Keep what a case said in the folder that BASISDESK_CONFORMANCE names, where it does."""
    folder = os.environ.get("BASISDESK_CONFORMANCE", "")

    def note(venue: str, case: str, said: str) -> None:
        if folder:
            path = Path(folder) / f"{case.replace(' ', '_').replace('/', '_')}.{venue}.json"
            path.write_text(json.dumps({"venue": venue, "case": case, "said": said}))

    return note
