import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KERNEL = Path("src") / "basisdesk" / "kernel"


@pytest.fixture
def unbuilt(tmp_path: Path) -> Path:
    """A copy of the kernel's sources without compiled modules."""
    (tmp_path / KERNEL).parent.mkdir(parents=True)
    shutil.copytree(ROOT / KERNEL, tmp_path / KERNEL, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    return tmp_path


def build(root: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name not in {"CC", "PATH"}}
    program = [sys.executable, str(root / KERNEL / "_build.py")]
    return subprocess.run(
        program, cwd=root, env=kept | environment, capture_output=True, text=True, timeout=100, check=False
    )


def test_without_a_compiler_one_sentence_says_so_and_how_to_install_one(unbuilt: Path) -> None:
    done = build(unbuilt, PATH="")
    assert done.returncode != 0
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert "no C compiler was found" in lines[0]
    assert "sudo apt-get install -y build-essential" in lines[0]
    assert not list((unbuilt / KERNEL).glob("*.so"))


def test_a_compiler_that_is_named_and_missing_is_missing(unbuilt: Path) -> None:
    done = build(unbuilt, PATH="", CC="no-such-compiler -O2")
    assert done.returncode != 0
    assert "no C compiler was found" in done.stderr


def test_modules_that_are_current_are_not_built_again() -> None:
    built = sorted((ROOT / KERNEL).glob("*.so"))
    newest = max(path.stat().st_mtime for kind in ("*.py", "*.pxd") for path in (ROOT / KERNEL).glob(kind))
    if not built or min(path.stat().st_mtime for path in built) < newest:
        pytest.skip("the kernel is not built, or its sources are newer")
    before = [path.stat().st_mtime_ns for path in built]
    assert build(ROOT, PATH="").returncode == 0
    assert [path.stat().st_mtime_ns for path in built] == before
