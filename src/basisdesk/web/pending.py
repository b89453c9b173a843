"""Commands that the desk has not answered yet, and who waits for the answer.

The same key may be asked twice (a page that reloads and asks again) or from two pages; each asker is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from basisdesk.web.reader import Reader


class Pending:
    """Askers by key, in the order of asking."""

    def __init__(self) -> None:
        self._askers: dict[str, list[Reader]] = {}

    def asked(self, key: str, reader: Reader) -> None:
        """Note that this browser waits for the answer to this key."""
        askers = self._askers.setdefault(key, [])
        if reader not in askers:
            askers.append(reader)

    def answered(self, key: str) -> list[Reader]:
        """Return, and forget, who waited for this key."""
        return self._askers.pop(key, [])

    def abandoned(self) -> list[tuple[str, Reader]]:
        """Return, and forget, everybody who still waits."""
        waiting = [(key, reader) for key, askers in self._askers.items() for reader in askers]
        self._askers.clear()
        return waiting

    def leave(self, reader: Reader) -> None:
        """Forget a browser that is gone."""
        for key, askers in list(self._askers.items()):
            left = [asker for asker in askers if asker is not reader]
            if left:
                self._askers[key] = left
            else:
                del self._askers[key]
