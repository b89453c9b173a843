"""No money can leave a venue through the desk: no request exists for it, on no venue and over no socket.

Three nets: the list of paths that each venue's requests use, every text in the sources that could be a path or the name
of a method, and the union of what can be asked, which has no word for it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

import basisdesk
from basisdesk.domain import ask as asks
from basisdesk.venues import VENUES

SOURCES = Path(basisdesk.__file__).parent
FORBIDDEN = re.compile(
    r"withdraw|(^|[/_.-])dw([/_.-]|$)|payout|send[_-]?out|/capital/(withdraw|deposit)|address[_-]?book|deposit[_-]?address",
    re.IGNORECASE,
)
"""How the six venues name withdrawals, and what prepares them."""

PATH_OR_METHOD = re.compile(r"^(https?://\S*|/?[A-Za-z0-9_.{}-]+(/[A-Za-z0-9_.{}@-]+)+/?(\?\S*)?)$")
"""A REST path, a URL, or a method such as ``private/withdraw``; words of a sentence and keys of a row are none."""

KNOWN = {
    "binance": "/sapi/v1/capital/withdraw/apply",
    "bybit": "/v5/asset/withdraw/create",
    "okx": "/api/v5/asset/withdrawal",
    "deribit": "/api/v2/private/withdraw",
    "htx": "/v1/dw/withdraw/api/create",
    "bigone": "/api/v3/viewer/withdrawals",
}


def texts_of(source: str) -> list[str]:
    """Return every text of a source that could be a path, also those with parts put in."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            found.append(node.value if isinstance(node.value, str) else node.value.decode(errors="replace"))
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            found.append("".join(str(part) for part in parts))
    return [text for text in found if PATH_OR_METHOD.match(text)]


def test_the_nets_would_catch_every_venues_own_withdrawal() -> None:
    assert set(KNOWN) == set(VENUES)
    for path in KNOWN.values():
        caught = [text for text in texts_of(f"PATH = {path!r}") if FORBIDDEN.search(text)]
        assert caught == [path]
    assert [text for text in texts_of('f"{ROOT}/withdraw/{number}"') if FORBIDDEN.search(text)] == ["{}/withdraw/{}"]
    assert [text for text in texts_of('b"private/withdraw"') if FORBIDDEN.search(text)] == ["private/withdraw"]
    assert texts_of('"the key may withdraw: make one that cannot"') == []


@pytest.mark.parametrize("name", VENUES)
def test_no_request_of_a_venue_withdraws(name: str) -> None:
    trading = VENUES[name].trading
    assert trading is not None
    assert trading.paths
    assert [path for _, path in trading.paths if FORBIDDEN.search(path)] == []


@pytest.mark.parametrize("folder", ["venues", "shell", "app", "engine", "domain", "sim", "store", "web"])
def test_no_source_spells_a_path_or_method_that_withdraws(folder: str) -> None:
    files = sorted((SOURCES / folder).rglob("*.py"))
    assert files
    spelled = {(file.name, text) for file in files for text in texts_of(file.read_text(encoding="utf-8"))}
    assert spelled or folder in {"engine", "domain", "store"}
    assert sorted(pair for pair in spelled if FORBIDDEN.search(pair[1])) == []


def test_nothing_can_be_asked_that_withdraws() -> None:
    names = [each.__name__ for each in get_args(asks.Ask)]
    assert "MoveFunds" in names
    assert [name for name in names if FORBIDDEN.search(name)] == []
    # Money moves between two named accounts of the venue: there is no field that could hold an address.
    assert asks.MoveFunds.__struct_fields__ == ("asset", "amount", "source", "target", "symbol", "client_id")
