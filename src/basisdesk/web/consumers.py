"""The live socket of one browser tab.

Two tasks share it: Channels calls `receive` for what the browser says, and `_pump` sends what the reader collects, at
most ten steps a second.
A wrong message is answered with one sentence and changes nothing; only too much of everything ends the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

import msgspec
from channels.generic.websocket import AsyncWebsocketConsumer  # type: ignore[import-untyped]

from basisdesk.domain.errors import UsageError
from basisdesk.web.gate import origin_problem
from basisdesk.web.protocol import LONGEST_MESSAGE, key_of, read_message
from basisdesk.web.rate import PER_SECOND, Allowance
from basisdesk.web.reader import Reader

if TYPE_CHECKING:
    from basisdesk.web.hub import Hub

TOO_MUCH = 1013
_log = logging.getLogger(__name__)


class TerminalConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels ships no types
    """One tab: what it says goes to the hub, what it watches comes back."""

    async def connect(self) -> None:
        """Let the tab in if its page is ours and there is room."""
        problem = origin_problem(self.scope["headers"])
        if problem:
            _log.warning("a live socket is refused: %s", problem)
            await self.close()
            return
        self._hub: Hub = self.scope["basisdesk.hub"]
        self._reader = Reader()
        self._allowance = Allowance()
        await self.accept()
        try:
            self._hub.join(self._reader)
        except UsageError as refusal:
            await self.send(_error(str(refusal)))
            await self.close(TOO_MUCH)
            return
        self._pump_task = asyncio.create_task(self._pump())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pass one message to the hub, or answer what is wrong with it."""
        if not self._allowance.spend():
            key = None if text_data is None or len(text_data) > LONGEST_MESSAGE else key_of(text_data)
            self._reader.say(_error(f"too many messages: at most {PER_SECOND:g} a second; this one was dropped", key))
        elif text_data is None:
            self._reader.say(_error(f"a message is text, not {len(bytes_data or b'')} bytes of binary"))
        else:
            try:
                self._hub.take(self._reader, read_message(text_data))
            except UsageError as refusal:
                self._reader.say(_error(str(refusal), key_of(text_data)))
        if self._reader.overrun:
            await self.close(TOO_MUCH)

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 (the signature is Channels')
        """Forget the tab."""
        task = getattr(self, "_pump_task", None)
        if task is None:
            return
        self._hub.leave(self._reader)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _pump(self) -> None:
        while True:
            texts, topics = await self._reader.next()
            for text in texts:
                await self.send(text)
            for topic in topics:
                text = self._hub.message(self._reader, topic)
                if text:
                    await self.send(text)


def _error(sentence: str, key: str | None = None) -> str:
    return msgspec.json.encode({"error": sentence, "key": key}).decode()
