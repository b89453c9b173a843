"""The pure folders stay pure: time, seeds and bytes are arguments; nothing iterates over a set."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "basisdesk"
PURE = ("domain", "kernel", "venues", "engine", "sim")
BANNED_MODULES = {
    "asyncio", "concurrent", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select",
    "selectors", "signal", "socket", "sqlite3", "ssl", "structlog", "subprocess", "tempfile", "threading", "time",
    "uuid", "aiohttp", "picows", "django", "requests", "websockets",
}  # fmt: skip
SEEDED = {"sim": {"random"}}
CLOCKS = {"now", "utcnow", "today"}
BANNED_CALLS = {"open", "print", "input", "exec", "eval"}
FILES = sorted(
    path for folder in PURE for path in (SOURCE / folder).rglob("*.py") if path.name != "_build.py"
)  # _build.py is part of the package build, not of the kernel


def impurities(tree: ast.Module, folder: str) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if banned(alias.name, folder)]
        elif isinstance(node, ast.ImportFrom) and node.module and banned(node.module, folder):
            found.append(node.module)
        elif isinstance(node, ast.Call):
            found += called(node)
        elif isinstance(node, ast.For | ast.comprehension) and is_set(node.iter):
            found.append(f"iteration over a set near line {node.iter.lineno}")
    return found


def banned(module: str, folder: str) -> bool:
    root = module.split(".", maxsplit=1)[0]
    return root in BANNED_MODULES - SEEDED.get(folder, set())


def called(node: ast.Call) -> list[str]:
    match node.func:
        case ast.Name(id=name) if name in BANNED_CALLS:
            return [f"{name}() at line {node.lineno}"]
        case ast.Attribute(attr=name, value=ast.Name(id="datetime" | "date")) if name in CLOCKS:
            return [f"datetime.{name}() at line {node.lineno}"]
        case ast.Attribute(attr=name, value=ast.Name(id="random")) if name != "Random":
            return [f"random.{name}() at line {node.lineno}: only a seeded random.Random"]
        case _:
            return []


def is_set(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case _:
            return False


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_pure_folders_have_no_clock_socket_file_randomness_or_set_order(path: Path) -> None:
    folder = path.relative_to(SOURCE).parts[0]
    assert impurities(ast.parse(path.read_text()), folder) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time", "from asyncio import sleep", "import os.path", "open('x')", "datetime.now()", "import random",
        "for x in {1, 2}: pass", "[x for x in set(y)]", "print(1)",
    ],
)  # fmt: skip
def test_the_purity_check_sees_each_kind_of_impurity(source: str) -> None:
    assert impurities(ast.parse(source), "domain")


def test_the_simulator_may_use_a_seeded_generator_and_nothing_else_random() -> None:
    assert impurities(ast.parse("import random\nrandom.Random(1)"), "sim") == []
    assert impurities(ast.parse("import random\nrandom.random()"), "sim")
