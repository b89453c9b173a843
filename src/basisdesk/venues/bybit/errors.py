"""What the venue's codes mean.

A code is a certain refusal only where the venue's page says so: a code of a server or a timeout, and one that no page
lists, leaves it open whether the order lives, so it is Unknown for what changes anything.
A limit and its kin were not looked at and may be asked again.
HTTP 403 comes without a code when the address asked too often, and lasts ten minutes.
Followed: https://bybit-exchange.github.io/docs/v5/error and /docs/v5/rate-limit.
"""

from __future__ import annotations

from basisdesk.domain.outcome import Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.trading import MESSAGE_LENGTH

SECOND = 1_000_000_000
PATIENCE_NS = 2 * SECOND
PROCESSING_NS = SECOND // 2

_REFUSED: dict[Reason, tuple[int, ...]] = {
    Reason.INSUFFICIENT_MARGIN: (
        110004, 110006, 110007, 110012, 110014, 110044, 110045, 110051, 110052, 110053, 110131, 30256, 131212, 170033,
        170034, 170131, 170207, 175003, 175006, 176015, 3200300,
    ),
    Reason.BELOW_MINIMUM: (110094, 170136, 170140, 3100116),
    Reason.ABOVE_MAXIMUM: (170124, 170135, 170228, 170229, 170341, 170381, 170382),
    Reason.OFF_GRID: (12137, 131210, 170134, 170137, 170148),
    Reason.PRICE_BAND: (
        30208, 30209, 110003, 110120, 110121, 170132, 170133, 170192, 170193, 170194, 170195, 170196,
        170197, 170198, 170199, 170200, 170371, 170372,
    ),
    Reason.WOULD_CROSS: (170218,),
    Reason.WOULD_NOT_FILL: (110118,),
    Reason.REDUCE_ONLY: (110017, 110023, 110034, 110042, 110137, 30228),
    Reason.DUPLICATE_ID: (10014, 20006, 110030, 110072, 12141, 131214, 170141),
    Reason.UNKNOWN_ORDER: (
        110001, 110008, 110010, 110019, 170139, 170142, 170143, 170190, 170213,
    ),
    Reason.UNKNOWN_SYMBOL: (10029, 110037, 110050, 170121, 170221, 176010, 176012),
    Reason.NOT_TRADABLE: (
        110063, 110066, 110070, 110074, 110095, 110098, 110103, 110132, 170031, 170151, 170157, 170159, 170209, 170217,
        170346, 170360,
    ),
    Reason.RISK_LIMIT: (
        110009, 110011, 110013, 110016, 110020, 110021, 110022, 110031, 110035, 110039, 110040, 110046, 110047, 110048,
        110085, 110086, 110087, 110089, 110090, 131213, 170810, 176034, 3400139,
    ),
    Reason.MODE: (
        10028, 100028, 110005, 110015, 110024, 110028, 110029, 110033, 110036, 110038, 110041, 110067, 110068, 110073,
        110076, 110077, 110088, 110096, 110101, 170036, 170037, 170344, 182021, 3200403, 3400045,
    ),
    Reason.UNCHANGED: (110025, 110026, 110027, 110043, 34040),
    Reason.CLOCK: (10002, -1),
    Reason.AUTHENTICATION: (10003, 10004, 10007, 33004, -2015, 20001),
    Reason.PERMISSION: (
        10005, 10008, 10009, 10010, 10024, 10027, 110018, 110069, 110080, 110102, 110104, 110105, 110106, 110107,
        110123, 110124, 110125, 110136, 131004, 131231, 131232, 170201, 170215, 170216, 170219, 170220, 170223, 170224,
        170226, 170230, 170241, 170355,
    ),
    Reason.MALFORMED: (
        10001, 10017, 10404, 110032, 110049, 110057, 110064, 110092, 110093, 110108, 110109, 131002, 131203, 131211,
        131215, 170105, 170115, 170116, 170117, 170130, 170202, 170203, 170204, 170206, 170313, 181017,
    ),
    Reason.UNSUPPORTED: (10020, 170145, 170227, 170312, 170358, 170359),
    Reason.OTHER: (170149, 170150, 170210, 170311, 131208),
}  # fmt: skip
_LATER: dict[Reason, tuple[int, ...]] = {
    Reason.RATE_LIMIT: (10006, 10018, 10403, 170222, 20003, 30035),
    Reason.OVERLOADED: (10429, 110079, 170144, 170191),
    Reason.MAINTENANCE: (10019,),
}
# Timeouts, servers that failed, and work that goes on: the venue cannot tell either.
_UNCERTAIN = (
    429, 5004, 10000, 10016, 131001, 131003, 131200, 131201, 131206, 131216, 131217, 170001, 170005, 170007, 170032,
    170035, 170146, 170147, 170212, 170234, 170310, 340099, 3400214, 40004,
)  # fmt: skip
REASONS = {code: reason for reason, codes in _REFUSED.items() for code in codes}
LATER = {code: reason for reason, codes in _LATER.items() for code in codes}
UNCERTAIN = dict.fromkeys(_UNCERTAIN, Reason.OVERLOADED)


def outcome_of(code: int, message: str, *, changes: bool, now: int, reset: int = 0) -> Outcome:
    """Return what a code that is not 0 means; `reset` is when the limit ends as a header told it (ns), 0 for no word.

    The header is no more than the present where no limit was reached, so a time that has passed counts as none.
    """
    words = message[:MESSAGE_LENGTH]
    if code in REASONS:
        return Rejected(REASONS[code], str(code), words)
    if code in LATER:
        at = now + (PROCESSING_NS if LATER[code] is Reason.OVERLOADED else SECOND)
        return RetryLater(reset if reset > now else at, LATER[code], str(code), words)
    if changes:
        return Unknown(f"{code} {message}"[:MESSAGE_LENGTH])
    if code in UNCERTAIN:
        return RetryLater(now + PATIENCE_NS, UNCERTAIN[code], str(code), words)
    return Rejected(Reason.OTHER, str(code), words)
