"""Our own order ids in the venue's alphabet: 1 to 32 letters and digits, upper and lower case told apart.

The desk's ids have a hyphen, too, so one letter escapes: ``Z`` is written ``ZZ`` and ``-`` is written ``Zd``, which
keeps different ids different.
What does not fit is replaced by ``Zh`` and 30 digits of its hash; nothing else begins with these two letters.
"""

from __future__ import annotations

import hashlib
import re

PATTERN = "[A-Za-z0-9]{1,32}"
LONGEST = 32
_PLAIN = re.compile("[A-Za-z0-9-]+")
_is_id = re.compile(PATTERN).fullmatch


def is_client_id(text: str) -> bool:
    """Whether the venue takes this text as a client id."""
    return _is_id(text) is not None


def client_id(own: str) -> str:
    """Return the desk's id as the venue takes it; the same id always gives the same text."""
    text = own.replace("Z", "ZZ").replace("-", "Zd")
    if _PLAIN.fullmatch(own) and len(text) <= LONGEST:
        return text
    return f"Zh{hashlib.sha256(own.encode()).hexdigest()[: LONGEST - 2]}"
