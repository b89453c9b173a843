"""The venue's codes, and what became of a request that was answered with one.

A reply is JSON ``{"code","msg","data"}`` whatever its HTTP status; replies about orders wrap the reason of each order
in its row (`sCode`), and their outer code says only whether all ("1") or some ("2") failed.
Some codes say in so many words that nobody knows whether the order lives ("does not indicate success or failure"):
those are `Unknown` for anything that changes state, as are 5xx, no answer and an answer that cannot be read.
A code that is not in the table is a refusal like any other, of which the reason is not known.
Followed: https://www.okx.com/docs-v5/en/#error-code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.trading import MESSAGE_LENGTH

if TYPE_CHECKING:
    from basisdesk.venues.okx.rows import Envelope

PATIENCE_NS = 2_000_000_000
"""All rates are counted over 2 s, and no header says how much of them is left."""
MAINTENANCE_NS = 60_000_000_000
TOO_MANY = 429
SERVER_FAILS = 500

AMBIGUOUS = ("50004", "50013", "50026", "51054", "51149", "63999", "64007")
"""Timeouts and internal errors after which the work may have been done."""

_LATER = {
    Reason.RATE_LIMIT: ("50011", "50040", "50061", "51034", "51113", "58102", "60014", "60023"),
    Reason.MAINTENANCE: ("50001", "50046"),
    Reason.OVERLOADED: ("50064", "58007", "58111", "58120", "51030", "51028", "51029", "50023"),
}
_REASONS = {
    Reason.INSUFFICIENT_MARGIN: (
        "51008", "51017", "51037", "51119", "51127", "51131", "51502", "51736", "51764", "58008", "58350", "59103",
        "59108", "59200", "59201",
    ),
    Reason.BELOW_MINIMUM: ("50122", "51007", "51020", "51100", "51118", "51120", "51132", "58114"),
    Reason.ABOVE_MAXIMUM: (
        "51005", "51101", "51105", "51106", "51108", "51185", "51201", "51202", "51203", "58116",
    ),
    Reason.OFF_GRID: ("51121", "51150"),
    Reason.PRICE_BAND: ("51006", "51031", "51116", "51122", "51135", "51136", "51137", "51138"),
    Reason.WOULD_CROSS: ("51511",),
    Reason.WOULD_NOT_FILL: ("51109", "51140"),
    Reason.REDUCE_ONLY: (
        "51112", "51133", "51134", "51139", "51148", "51169", "51170", "51171", "51205", "51328",
    ),
    Reason.DUPLICATE_ID: ("50042", "50071", "51011", "51016"),
    Reason.UNKNOWN_ORDER: ("51400", "51401", "51402", "51405", "51503", "51509", "51510", "51603"),
    Reason.UNKNOWN_SYMBOL: ("51001", "51002", "51012", "51014", "51015", "51026", "60018"),
    Reason.NOT_TRADABLE: (
        "50017", "50018", "50019", "51021", "51022", "51027", "51110", "51124", "51196", "51197", "51404", "51508",
        "54031", "54072", "54094",
    ),
    Reason.RISK_LIMIT: (
        "50009", "50020", "50021", "50022", "50027", "50028", "50029", "51004", "51009", "51025", "51102", "51103",
        "51104", "51107", "51117", "51129", "51174", "51186", "54030", "54035", "59102", "59104", "59105", "59106",
        "59109", "59301", "59401",
    ),
    Reason.MODE: (
        "50072", "51010", "51041", "51043", "51128", "51130", "51162", "51163", "54000", "54001", "59000", "59001",
        "59100", "59101", "59107", "51039",
    ),
    Reason.UNCHANGED: ("51410", "52000"),
    Reason.CLOCK: ("50102", "50112", "60004", "60006"),
    Reason.EXPIRED: ("50036", "50037"),
    Reason.AUTHENTICATION: (
        "50007", "50008", "50100", "50101", "50103", "50104", "50105", "50106", "50107", "50108", "50109", "50111",
        "50113", "50114", "50119", "60005", "60007", "60009", "60011", "60024", "60032",
    ),
    Reason.PERMISSION: (
        "50030", "50032", "50033", "50035", "50041", "50051", "50052", "50110", "50120", "50121", "51024", "51155",
        "51411", "58002", "58013", "58015", "58101", "58119", "60029", "64003",
    ),
    Reason.MALFORMED: (
        "50000", "50002", "50006", "50014", "50015", "50016", "50024", "50025", "50115", "51000", "51003", "51204",
        "51407", "51408", "51500", "51501", "60012", "60013", "60019", "60027", "60033",
    ),
    Reason.UNSUPPORTED: (
        "50005", "50038", "50044", "50062", "51403", "51506", "60028", "64001", "64002",
    ),
}  # fmt: skip
LATER = {code: reason for reason, codes in _LATER.items() for code in codes}
REASONS = {code: reason for reason, codes in _REASONS.items() for code in codes}


def outcome_of(code: str, words: str, at: int, *, changes: bool) -> Outcome:
    """Return what a code means that is not "0"; `at` is when the answer came (ns)."""
    words = words[:MESSAGE_LENGTH]
    if code in AMBIGUOUS:
        return _nobody_knows(f"{code} {words}"[:MESSAGE_LENGTH], at, changes=changes)
    later = LATER.get(code)
    if later is not None:
        wait = MAINTENANCE_NS if later is Reason.MAINTENANCE else PATIENCE_NS
        return RetryLater(at=at + wait, reason=later, code=code, message=words)
    return Rejected(reason=REASONS.get(code, Reason.OTHER), code=code, message=words)


def judge(status: int, envelope: Envelope | None, body: bytes, at: int, *, changes: bool) -> Outcome:
    """Return what an HTTP answer means; status 0 is none at all, an envelope of None one that could not be read."""
    if status == 0 or status >= SERVER_FAILS:
        said = envelope.told if envelope is not None and status else body.decode(errors="replace")
        return _nobody_knows(f"{status} {said}"[:MESSAGE_LENGTH], at, changes=changes)
    if envelope is not None:
        code, words = envelope.reason
        return Done() if code == "0" else outcome_of(code, words, at, changes=changes)
    if status == TOO_MANY:
        return RetryLater(at=at + PATIENCE_NS, reason=Reason.RATE_LIMIT, code=str(status), message="")
    return Unknown(message=f"{status} {body.decode(errors='replace')}"[:MESSAGE_LENGTH])


def _nobody_knows(words: str, at: int, *, changes: bool) -> Outcome:
    if changes:
        return Unknown(message=words)
    return RetryLater(at=at + PATIENCE_NS, reason=Reason.OVERLOADED, code="", message=words)
