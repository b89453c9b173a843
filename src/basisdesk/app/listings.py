"""What is known of instruments, and from where.

The operator's files (``--instruments``) outrank what a recording carries, and that outranks the package's own table of
well-known markets.
A market is looked up by venue, product line and code, which is how a feed names it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from basisdesk.app.origin import Origin, origin_of_file_name, origins, split_prefix
from basisdesk.domain.errors import DecodeError, UsageError
from basisdesk.store.recording_lines import read_body
from basisdesk.venues import VENUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.domain.instrument import Instrument


class Rank(IntEnum):
    """Where an instrument's terms come from; a higher rank wins."""

    WELL_KNOWN = 0
    RECORDING = 1
    OPERATOR = 2


class Listings:
    """Instruments by venue, line and code, and by symbol."""

    def __init__(self) -> None:
        self._by_code: dict[tuple[str, str, str], tuple[Rank, Instrument]] = {}
        self.by_symbol: dict[str, Instrument] = {}

    def add(self, instruments: Iterable[Instrument], rank: Rank) -> list[Instrument]:
        """Take instruments; return those that are new or whose terms changed."""
        changed = []
        for instrument in instruments:
            key = instrument.venue, _line(instrument), instrument.code
            known = self._by_code.get(key)
            if known is not None and (known[0] > rank or known[1] == instrument):
                continue
            self._by_code[key] = rank, instrument
            self.by_symbol[instrument.symbol] = instrument
            changed.append(instrument)
        return changed

    def find(self, venue: str, line: str, code: str) -> Instrument | None:
        """Return the instrument that a feed names by its line and code."""
        found = self._by_code.get((venue, line, code)) or self._by_code.get((venue, "", code))
        return found[1] if found is not None else None


def _line(instrument: Instrument) -> str:
    """The product line, or nothing for a venue whose codes name one market over all of its lines."""
    venue = VENUES.get(instrument.venue)
    return "" if venue is not None and len(venue.lines) == 1 else instrument.market


def well_known() -> list[Instrument]:
    """Return the package's own table of every venue."""
    return [instrument for venue in VENUES.values() for instrument in venue.well_known()]


def read_instruments(arguments: Sequence[str]) -> list[Instrument]:
    """Read the files of ``--instruments [VENUE.LINE:]FILE``, each a REST body, plain or gzip.

    Raises:
        UsageError: no such file, or a body that is no venue's instrument list.
        RecordingError: the file cannot be read.
    """
    return [instrument for argument in arguments for instrument in _read(argument)]


def _read(argument: str) -> list[Instrument]:
    named, path = split_prefix(argument)
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name the instrument list in it")
    body = read_body(path, str(path))
    told = named or origin_of_file_name(path)
    tried = [told] if told is not None else list(origins().values())
    found: dict[str, list[Instrument]] = {}
    reasons = []
    for origin in tried:
        try:
            listed = origin.venue.decode_instruments(origin.line, body)
        except DecodeError as error:
            reasons.append(f"{origin.name}: {error}")
            continue
        if listed:
            found[origin.name] = listed
    if not found:
        whose = ", ".join(origin.name for origin in tried)
        why = f" ({reasons[0]})" if reasons else ": it lists nothing"
        raise UsageError(
            f"{path} is no instrument list of {whose}{why}; give the REST body as received, and put its product line "
            "and a colon in front where the file name does not begin with it (binance.coinm:FILE)"
        )
    if len(found) > 1:
        raise UsageError(
            f"{path} could be an instrument list of {' or '.join(found)}: put the one that it is and a colon in front "
            f"({next(iter(found))}:{path})"
        )
    return next(iter(found.values()))


def symbol_of(listings: Listings, origin: Origin, line: str, code: str) -> str | None:
    """Return the symbol of a market as a feed names it, None for a code that cannot be one."""
    instrument = listings.find(origin.venue.name, line, code)
    if instrument is not None:
        return instrument.symbol
    try:
        return origin.venue.symbol_of(line, code)
    except DecodeError:
        return None
