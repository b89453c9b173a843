"""Output where the locale has fewer signs than we use: what it cannot spell is spelled plainly.

Without this a dash in a table would end a command with an error of the encoder.
"""

from __future__ import annotations

import codecs
import io
import sys

_PLAIN = {
    "\N{EN DASH}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{NOT EQUAL TO}": "!=",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{MIDDLE DOT}": ".",
}


def allow_any_locale() -> None:
    """Let standard output write any text, whatever its encoding."""
    codecs.register_error("basisdesk", _spelled)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="basisdesk")


def _spelled(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)  # registered for an output only
    return "".join(_PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end
