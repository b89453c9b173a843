"""How commands end, as a program that started one sees it."""

from __future__ import annotations

OK = 0
FAILED = 1
"""Something was examined and is not as it should be, or could not be done."""
USAGE = 2
"""A wrong option, symbol, size or file."""
CONFIGURATION = 3
"""A file of keys or settings that cannot be used."""
UNREACHED = 4
"""A venue, the network, or a simulator in a venue's place."""
REFUSED = 5
"""An order was refused."""
UNHEDGED = 6
"""An order ended with an exposure left."""
INTERRUPTED = 130
"""Ctrl+C ended it before it was done."""
