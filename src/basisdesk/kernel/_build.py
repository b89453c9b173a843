"""Compile the kernel while the package is built.

The kernel is Python source that Cython translates to C.
A machine without a C compiler gets one sentence that says so and how to install one, not a page of build log.
Everything is built beside the sources and moved into place at the end, so that a program that runs on the modules of
before is not disturbed, and a build that fails leaves them as they were.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KERNEL = Path("src/basisdesk/kernel")
MODULES = (
    "arrays",
    "levels",
    "diff",
    "changes",
    "heads",
    "side",
    "book",
    "compose",
    "bars",
    "board",
    "replay",
    "texts",
)
DIRECTIVES = {
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "embedsignature": True,
}
# Without contraction, so that no processor fuses a multiplication and an addition and rounds differently from Python.
FLAGS = ["-O3", "-g0", "-ffp-contract=off"]


def compiler() -> str | None:
    """Return the C compiler that a build would use, or None."""
    named = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    return shutil.which(named) or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def current(kernel: Path) -> bool:
    """Whether every module is there for this Python, and none is older than any source."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    built = [kernel / f"{name}{suffix}" for name in MODULES]
    if not all(path.exists() for path in built):
        return False
    sources = [Path(__file__), *(kernel / f"{name}{kind}" for name in MODULES for kind in (".py", ".pxd"))]
    newest = max(path.stat().st_mtime for path in sources if path.exists())
    return newest < min(path.stat().st_mtime for path in built)


def compile_kernel(root: Path) -> None:
    """Translate and compile every kernel module in place under `root`, unless all are current."""
    if current(root / KERNEL):
        return
    if compiler() is None:
        raise SystemExit(
            "basisdesk: no C compiler was found, and the kernel (order books and spreads) is compiled. "
            "Install one with: sudo apt-get install -y build-essential python3-dev"
        )
    header = Path(sysconfig.get_paths()["include"]) / "Python.h"
    if not header.exists():
        raise SystemExit(
            f"basisdesk: Python's C headers were not found ({header}), and the kernel is compiled. "
            "Install them with: sudo apt-get install -y python3-dev"
        )
    before = Path.cwd()
    os.chdir(root)
    try:
        Path("build").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="kernel-", dir=root / "build") as folder:
            for built in _build(Path(folder)):
                built.replace(KERNEL / built.name)
    finally:
        os.chdir(before)


def _build(folder: Path) -> list[Path]:
    """Build every module under `folder`; return the files."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension  # type: ignore[import-untyped]
    from setuptools.command.build_ext import build_ext  # type: ignore[import-untyped]

    extensions = cythonize(  # type: ignore[no-untyped-call]
        [
            Extension(f"basisdesk.kernel.{name}", [str(KERNEL / f"{name}.py")], extra_compile_args=FLAGS)
            for name in MODULES
        ],
        language_level=3,
        build_dir=str(folder),
        compiler_directives=DIRECTIVES,
        quiet=True,
    )
    command = build_ext(Distribution({"name": "basisdesk", "ext_modules": extensions, "package_dir": {"": "src"}}))
    command.build_lib = str(folder / "lib")
    command.build_temp = str(folder / "temp")
    command.ensure_finalized()
    command.run()
    return [Path(path) for path in command.get_outputs()]


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook: compile, then mark the wheel as made for this platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (the hook's signature)
        """Compile the kernel before files are collected."""
        compile_kernel(Path(self.root))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


if __name__ == "__main__":
    compile_kernel(Path.cwd())
