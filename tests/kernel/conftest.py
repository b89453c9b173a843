"""Run the kernel's tests on the compiled modules, or on their sources as plain Python.

`BASISDESK_KERNEL=python` makes `basisdesk.kernel.*` import the sources although compiled modules lie beside them.
That is how branches are measured, and one half of the comparison between both modes.
"""

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

SOURCES = Path(__file__).resolve().parents[2] / "src" / "basisdesk" / "kernel"
PREFIX = "basisdesk.kernel."


class SourceFinder:
    """Find the kernel's modules in their sources; everything else is left to the finders behind."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        source = SOURCES / f"{name.removeprefix(PREFIX)}.py"
        if not name.startswith(PREFIX) or not source.exists():
            return None
        return importlib.util.spec_from_file_location(name, source)


if os.environ.get("BASISDESK_KERNEL") == "python":
    sys.meta_path.insert(0, SourceFinder)
