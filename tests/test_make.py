"""What a user with an incomplete machine is told: one sentence, with the command that installs what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("sh", "make", "cc", "gcc", "clang", "python3", "node", "npm", "env", "echo")


def machine(folder: Path, missing: set[str]) -> dict[str, str]:
    """An environment whose PATH holds the tools of a complete machine, less the missing ones."""
    for tool in TOOLS:
        # A python on PATH may be a version manager's script that needs the rest of the machine.
        found = f"{sys.base_prefix}/bin/python3" if tool == "python3" else shutil.which(tool)
        if found and tool not in missing:
            (folder / tool).symlink_to(found)
    return {"PATH": str(folder), "HOME": str(folder)}


def told(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    done = subprocess.run(
        [make, "check", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"python3"}, "Python 3.11 or newer is missing; install it with: sudo apt-get install -y python3"),
        ({"cc", "gcc", "clang"}, "a C compiler is missing; install it with: sudo apt-get install -y build-essential"),
        ({"node"}, "Node.js 20 or newer is missing; install it with: sudo apt-get install -y nodejs npm"),
        ({"npm"}, "npm is missing; install it with: sudo apt-get install -y npm"),
    ],
)
def test_a_missing_program_is_named_with_the_command_that_installs_it(
    tmp_path: Path, missing: set[str], sentence: str
) -> None:
    code, text = told(machine(tmp_path, missing))
    assert code != 0
    first = text.splitlines()[0]
    assert first.startswith("basisdesk: ")
    assert sentence in first


def test_an_old_node_is_named_with_its_version(tmp_path: Path) -> None:
    environment = machine(tmp_path, {"node"})
    (tmp_path / "node").write_text('#!/bin/sh\n[ "$1" = --version ] && echo v18.19.0\nexit 1\n')
    (tmp_path / "node").chmod(0o755)
    code, text = told(environment)
    assert code != 0
    assert "Node.js v18.19.0 is too old, 20 or newer is needed" in text


def test_an_old_python_is_named_with_its_version(tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.10.9" && exit 0\nexit 1\n')
    old.chmod(0o755)
    code, text = told({**os.environ}, f"PYTHON={old}")
    assert code != 0
    assert "Python 3.10.9 is too old, 3.11 or newer is needed" in text


def test_a_complete_machine_is_told_nothing() -> None:
    assert told({**os.environ}) == (0, "")
