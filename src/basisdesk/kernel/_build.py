"""Compile the kernel while the package is built.

The kernel is Python source that Cython translates to C.
A machine without a C compiler gets one sentence that says so and how to install one, not a page of build log.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KERNEL = Path("src/basisdesk/kernel")
MODULES = ("levels", "side", "book", "compose", "bars", "board", "replay")


def compiler() -> str | None:
    """Return the C compiler that a build would use, or None."""
    named = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    return shutil.which(named) or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def compile_kernel(root: Path) -> None:
    """Translate and compile every kernel module in place under `root`."""
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
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    before = Path.cwd()
    os.chdir(root)
    try:
        extensions = cythonize(
            [
                Extension(f"basisdesk.kernel.{name}", [str(KERNEL / f"{name}.py")], extra_compile_args=["-O3"])
                for name in MODULES
                if (KERNEL / f"{name}.py").exists()
            ],
            language_level=3,
            compiler_directives={
                "boundscheck": False,
                "wraparound": False,
                "cdivision": True,
                "initializedcheck": False,
                "embedsignature": True,
            },
            quiet=True,
        )
        distribution = Distribution({"name": "basisdesk", "ext_modules": extensions, "package_dir": {"": "src"}})
        command = build_ext(distribution)
        command.inplace = True
        command.ensure_finalized()
        command.run()
        for built in KERNEL.glob("*.c"):
            built.unlink()
        shutil.rmtree("build", ignore_errors=True)
    finally:
        os.chdir(before)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook: compile, then mark the wheel as made for this platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (the hook's signature)
        """Compile the kernel before files are collected."""
        compile_kernel(Path(self.root))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


if __name__ == "__main__":
    compile_kernel(Path.cwd())
