"""The recordings named on the command line, each with the product line it is from as far as that is known yet.

What cannot be meant as written (no such file, the same file twice, a recording that does not say where it is from) is
refused before anything is played.
A file that is there but is no recording, or a damaged one, is one error in the report; the others are played.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from basisdesk.app.origin import Origin, origin_of_file_name, origin_of_url, origins, split_prefix, unserved
from basisdesk.domain.errors import RecordingError, UsageError
from basisdesk.store.recording import STAMPED, Recording, open_recording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One recording; `given` is what its prefix or else its file name says, None when neither does.

    `by_prefix` says that the operator named it, which the recording must then not contradict.
    """

    recording: Recording
    given: Origin | None
    by_prefix: bool

    def serves(self, addr: str) -> bool:
        """Whether frames of a connection to this address can be played; one without an address is as the file says."""
        return not addr or self.given is not None or origin_of_url(addr) is not None

    def origin_at(self, addr: str, line: int) -> Origin:
        """Return whose connection this is: what the recorded address says, or else the given origin.

        Raises:
            RecordingError: nothing says it, the address is of a venue that cannot be replayed, or it contradicts the
                prefix.
        """
        told = origin_of_url(addr) if addr else None
        if told is None:
            if self.given is not None:
                return self.given
            if addr:
                raise RecordingError(
                    f"was recorded from {addr[:80]}, and there is no feed for that address; recordings of "
                    f"{', '.join(origins())} can be replayed",
                    self.recording.name,
                    line,
                )
            raise RecordingError(how_to_name(self.recording.name), self.recording.name, line)
        if self.by_prefix and self.given is not None and told.name != self.given.name:
            raise RecordingError(
                f"says that it is from {told.name} ({addr[:80]}), not from {self.given.name} as its prefix does",
                self.recording.name,
                line,
            )
        return told


def find_sources(arguments: Sequence[str]) -> tuple[list[Source], list[RecordingError]]:
    """Open every argument ``[VENUE.LINE:]FILE``; return the recordings and the errors of files that are none.

    Raises:
        UsageError: an argument that cannot be meant as written.
    """
    sources: list[Source] = []
    errors: list[RecordingError] = []
    seen: dict[Path, str] = {}
    for argument in arguments:
        named, path = split_prefix(argument)
        _check_path(path, argument, seen)
        try:
            recording = open_recording(path)
        except RecordingError as error:
            errors.append(error)
            continue
        given = named or origin_of_file_name(path)
        if given is None and recording.form == STAMPED:
            raise UsageError(_unnamed(path))
        sources.append(Source(recording, given, by_prefix=named is not None))
    return sources, errors


def how_to_name(file: str) -> str:
    """Say how a recording that does not say where it is from is named."""
    names = ", ".join(origins())
    return (
        f"does not say which market it is from: put one of {names} and a colon in front (as in binance.usdm:{file}), "
        "or let the file name begin with it (binance_usdm_...)"
    )


def _check_path(path: Path, argument: str, seen: dict[Path, str]) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name the recordings in it")
    if path.is_fifo():  # a recording is opened more than once: to tell its format, and to play it
        raise UsageError(f"{path} is a pipe: write what it gives to a file and name that")
    real = path.resolve()
    if real in seen:
        raise UsageError(f"{argument} is the same file as {seen[real]}: name each recording once")
    seen[real] = argument


def _unnamed(path: Path) -> str:
    venue = unserved(path)
    if venue is not None:
        return f"recordings of {venue} cannot be replayed ({path}); these can: {', '.join(origins())}"
    return f"{path} {how_to_name(str(path))}"
