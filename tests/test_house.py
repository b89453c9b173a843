"""The shape of the tree: small files, short functions, the field's own names, one product and nothing else in it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sorted(path for folder in ("src", "tests", "bench") for path in (ROOT / folder).rglob("*.py"))
TYPESCRIPT = sorted(path for path in (ROOT / "ui" / "src").rglob("*.ts*"))
BANNED_WORDS = re.compile(r"(Manager|Handler|Helper|Util|Base|Data|Info|Processor)$")
ALLOWED = {"Base"}  # a quantity of base coin: the field's own word
LINES, FUNCTION_LINES = 400, 50
CHANGING = {"time", "time_ns", "now", "utcnow", "today", "uuid4", "urandom", "token_hex", "token_bytes", "random"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON + TYPESCRIPT, ids=name_of)
def test_no_file_is_longer_than_the_limit(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINES


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_functions_are_short_and_classes_have_names_of_the_field(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        # The kernel's compiled loops are flat on purpose: a call per level costs more than a long function.
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "kernel" not in path.parts:
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES, node.name
        if isinstance(node, ast.ClassDef):
            assert node.name in ALLOWED or not BANNED_WORDS.search(node.name), node.name


def test_lock_files_name_no_registry_host_and_every_package_has_a_hash() -> None:
    for lock in (
        "requirements.lock",
        "requirements-dev.lock",
        "bench/requirements.lock",
        "tests/judges/requirements.lock",
    ):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        pinned = re.findall(r"^([a-z0-9.-]+)==\S+.*\\$\n    --hash=sha256:", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-z0-9.-]+==", text, re.MULTILINE))
    assert "resolved" not in (ROOT / "ui" / "package-lock.json").read_text()


def test_what_needs_the_machine_for_itself_is_where_make_looks_for_it() -> None:
    marked = [path for path in PYTHON if "mark." + "alone" in path.read_text()]
    assert marked
    assert all(path.is_relative_to(ROOT / "tests" / "browser") for path in marked)


def changes(call: ast.Call) -> bool:
    """Whether a call returns something else in another second or another process."""
    name = ast.unparse(call.func)
    # A gzip file tells the second in which it was packed, unless it is told another.
    stamped = name == "gzip.compress" and "mtime" not in {keyword.arg for keyword in call.keywords}
    return stamped or name.rpartition(".")[2] in CHANGING


@pytest.mark.parametrize("path", [path for path in PYTHON if "tests" in path.parts], ids=name_of)
def test_cases_are_called_the_same_in_every_process(path: Path) -> None:
    # Processes that share the tests compare the names first, and run none of them if one differs.
    marks = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.parametrize"
    ]
    unnamed = [mark for mark in marks if "ids" not in {keyword.arg for keyword in mark.keywords}]
    calls = [node for mark in unnamed for node in ast.walk(mark) if isinstance(node, ast.Call)]
    assert [f"line {call.lineno}: {ast.unparse(call.func)}" for call in calls if changes(call)] == []
