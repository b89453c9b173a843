"""`basisdesk journal verify`: is this record whole, and does it mean what it says?

Three questions, each of which can fail alone: is every row there and unchanged; does the engine, given the events
alone, decide the same effects again; and do the rows fold to the state whose digest was sealed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import JournalError
from basisdesk.engine.replay import digest, fold_all, rerun
from basisdesk.engine.view import spread_state
from basisdesk.store.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from basisdesk.domain.effect import Effect
    from basisdesk.domain.event import Event
    from basisdesk.engine.state import State
    from basisdesk.store.journal import Record


def verify(path: Path, *, as_json: bool) -> int:
    """Check a journal and print what it holds; return 0.

    Raises:
        JournalError: the journal is damaged, or does not say what it means.
    """
    with Journal.read(path) as journal:
        records = list(journal.records())
        sealed = journal.sealed()
    state = _retold(path, records)
    found = digest(state)
    if sealed is not None and sealed != found:
        raise JournalError(f"{path}: the rows fold to {found[:16]} and {sealed[:16]} was sealed: they are not its rows")
    report = {
        "file": str(path),
        "rows": len(records),
        "sealed": sealed is not None,
        "digest": found,
        "orders": {order_id: spread_state(state, order_id).value for order_id in state.orders},
        "refused": len(state.refusals),
        "fills": len(state.fills),
    }
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n" if as_json else _sentence(report))
    return 0


def _retold(path: Path, records: Sequence[Record]) -> State:
    """Decide again, then fold; raises JournalError at the first row that does not follow from those before it.

    Folding trusts its record, so it comes second: what was decided again can be folded.
    """
    reached: list[Record] = []

    def values() -> Iterator[Event | Effect]:
        for record in records:
            reached[:] = [record]
            yield record.value

    try:
        different = rerun(values())
    except (ArithmeticError, AssertionError, LookupError, ValueError) as error:
        (last,) = reached
        raise JournalError(f"{path}: row {last.seq} ({last.kind}) cannot follow from the rows before it") from error
    if different is not None:
        record = records[different.index] if different.index < len(records) else None
        place = f"row {record.seq} ({record.kind})" if record is not None else "the end"
        raise JournalError(
            f"{path}: at {place} this program decides otherwise: another program or other rules wrote it"
        )
    return fold_all(record.value for record in records)


def _sentence(report: dict[str, object]) -> str:
    orders = report["orders"]
    assert isinstance(orders, dict)
    states = ", ".join(f"{order_id} {state}" for order_id, state in orders.items()) or "none"
    closing = "sealed, and the digest agrees" if report["sealed"] else "not sealed (it was not closed in order)"
    return (
        f"{report['file']}: {report['rows']} rows are whole and decide the same again; {closing}\n"
        f"orders: {states}; fills: {report['fills']}; refused: {report['refused']}\n"
        f"state {report['digest']}\n"
    )
