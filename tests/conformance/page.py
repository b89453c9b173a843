"""Write docs/conformance.md from what the cases said: `make conformance`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.conformance.cases import CASES

from basisdesk.venues import VENUES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
HEAD = """# Conformance

Written by `make conformance` from a run: every numbered case over every venue in the registry, through the real shell,
over loopback sockets, against the simulated venue.

`yes` means that the case passed, `none` that the venue has nothing of the kind and the desk refuses to ask for it
before anything is sent (or, for checksums, that there is nothing to compare), `no guarantee` that the venue takes the
same client id twice, `spot only` that no other line of the venue has it, and `FAILED` what it says.
The cases are in `tests/conformance/`; the venue they run against is in `src/basisdesk/sim/`.
"""


def page(folder: Path) -> str:
    """Return the page; what no case said is a failure."""
    said = {(row["venue"], row["case"]): row["said"] for row in map(_read, sorted(folder.glob("*.json")))}
    rows = [["case", *VENUES], ["---", *("---" for _ in VENUES)]]
    rows += [[case, *(said.get((venue, case), "FAILED") for venue in VENUES)] for case in CASES]
    return HEAD + "\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _read(path: Path) -> dict[str, str]:
    row: dict[str, str] = json.loads(path.read_text())
    return row


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1])))
    print(PAGE.read_text())  # noqa: T201 (the command's answer)
