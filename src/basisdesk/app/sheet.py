"""A table that is never cut off: aligned columns where they fit, and a block a row where they do not.

A figure that lost its digits to a narrow window would be worse than no figure, so a table wider than the terminal is
written row by row, each value behind its name.
Where the output is no terminal the columns are as wide as they need to be, and no line ends in blanks.
"""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 100_000
"""Columns of an output that is no terminal: more than any table needs, whatever sentences venues answered with."""
_INDENT = "    "


class Sheet:
    """Rows of text under named columns."""

    def __init__(self, title: str, *columns: tuple[str, str]) -> None:
        """Columns are (name, "l" or "r" for the side on which they are aligned); a name may have two lines."""
        self.title = title
        self.columns = columns
        self.rows: list[tuple[Sequence[str], bool]] = []

    def add(self, *cells: str, last: bool = False) -> None:
        """Add a row; `last` draws a gap below it."""
        self.rows.append((cells, last))

    def print(self, console: Console) -> None:
        """Write the sheet in the form that fits."""
        table = self._table()
        wide = console.options.update(max_width=WIDTH)
        if Measurement.get(console, wide, table).maximum <= console.width:
            with console.capture() as written:
                console.print(table)
            lines = written.get().splitlines()
            console.file.write("".join(f"{line if console.is_terminal else line.rstrip()}\n" for line in lines))
        else:
            self._print_blocks(console)

    def _table(self) -> Table:
        table = Table(title=self.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for name, side in self.columns:
            table.add_column(name, justify="right" if side == "r" else "left", no_wrap=True)
        for cells, last in self.rows:
            # What a venue said is no markup, whatever brackets it has.
            table.add_row(*(Text(cell) for cell in cells), end_section=last)
        return table

    def _print_blocks(self, console: Console) -> None:
        console.print(f"\n{self.title}", style="bold", markup=False)
        for cells, _ in self.rows:
            heading, *others = [
                (name.replace("\n", " "), cell) for (name, _), cell in zip(self.columns, cells, strict=True)
            ]
            lines = [heading[1], _INDENT] if heading[1] else [_INDENT]  # without a first cell it goes on with the last
            for name, cell in others:
                if not cell:
                    continue
                item = f"{name} {cell}".strip()
                if len(lines[-1]) + len(item) > console.width and lines[-1] != _INDENT:
                    lines.append(_INDENT)
                lines[-1] += f"{item}; "
            for line in lines:
                console.print(_wrapped(line.rstrip(" ;"), console.width), markup=False, soft_wrap=True)


def _wrapped(line: str, width: int) -> str:
    """Return a line broken between words, what is a word longer than the width left whole."""
    further = _INDENT + "  "
    return textwrap.fill(line, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)


def open_console() -> Console:
    """Return the console of stdout."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
