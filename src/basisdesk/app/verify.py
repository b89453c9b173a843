"""`basisdesk journal verify`: is this record whole, and does it mean what it says?

Three questions, each of which can fail alone: is every row there and unchanged; do the rows fold to the state whose
digest was sealed; and does the engine, given the events alone, decide the same effects again.
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
    from pathlib import Path


def verify(path: Path, *, as_json: bool) -> int:
    """Check a journal and print what it holds; return 0.

    Raises:
        JournalError: the journal is damaged, or does not say what it means.
    """
    with Journal.read(path) as journal:
        records = list(journal.records())
        sealed = journal.sealed()
    values = [record.value for record in records]
    state = fold_all(values)
    found = digest(state)
    if sealed is not None and sealed != found:
        raise JournalError(f"{path}: the rows fold to {found[:16]} and {sealed[:16]} was sealed: they are not its rows")
    different = rerun(values)
    if different is not None:
        record = records[different.index] if different.index < len(records) else None
        place = f"row {record.seq} ({record.kind})" if record is not None else "the end"
        raise JournalError(
            f"{path}: at {place} this program decides otherwise: another program or other rules wrote it"
        )
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
