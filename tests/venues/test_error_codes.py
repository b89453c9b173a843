"""Every error code of the venues' fact sheets: what became of an order that was answered with it.

The tables follow the sheets row by row and are written from them alone, not from the codecs.
A refusal is certain, "later" means that the venue did not look at it, and "unknown" that nobody can tell.
What no sheet and no code can change: no answer, 5xx and bodies that cannot be read leave an order `Unknown`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.ask import Ask, Cancel, NewOrder, OrderRef, OrderType, Place
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues import VENUES
from basisdesk.venues.trading import Credentials, Request, Response, Session

NOW = 1_700_000_000_000_000_000
R = Reason
LATER, UNKNOWN = "later", "unknown"
Means = Reason | str
MARKETS = {
    "binance": "binance:BTC/USDT:USDT", "bybit": "bybit:BTC/USDT:USDT", "okx": "okx:BTC/USDT:USDT",
    "deribit": "deribit:BTC/USD:BTC", "htx": "htx:BTC/USDT:USDT", "bigone": "bigone:BTC/USDT:USDT",
}  # fmt: skip

BINANCE: dict[int, Means] = {
    -1003: LATER, -1015: LATER, -1006: UNKNOWN, -1007: UNKNOWN, -1008: LATER, -1013: R.MALFORMED, -1021: R.CLOCK,
    -1022: R.AUTHENTICATION, -2014: R.AUTHENTICATION, -2015: R.AUTHENTICATION, -1101: R.MALFORMED, -1102: R.MALFORMED,
    -1111: R.OFF_GRID, -1121: R.UNKNOWN_SYMBOL, -2010: R.OTHER, -2011: R.UNKNOWN_ORDER, -2013: R.UNKNOWN_ORDER,
    -2026: R.UNKNOWN_ORDER, -2038: R.UNSUPPORTED, -2039: R.UNKNOWN_ORDER, -2018: R.INSUFFICIENT_MARGIN,
    -2019: R.INSUFFICIENT_MARGIN, -2021: R.WOULD_CROSS, -2022: R.REDUCE_ONLY, -2025: R.RISK_LIMIT, -2027: R.RISK_LIMIT,
    -4003: R.BELOW_MINIMUM, -4014: R.OFF_GRID, -4046: R.UNCHANGED, -4059: R.UNCHANGED, -4116: R.DUPLICATE_ID,
    -4118: R.REDUCE_ONLY, -4120: R.UNSUPPORTED, -4131: R.PRICE_BAND, -4164: R.BELOW_MINIMUM, -5021: R.WOULD_NOT_FILL,
    -5022: R.WOULD_CROSS, -5028: R.CLOCK,
}  # fmt: skip
BINANCE_WORDS: dict[str, Means] = {
    "Account has insufficient balance for requested action.": R.INSUFFICIENT_MARGIN,
    "Duplicate order sent.": R.DUPLICATE_ID,
    "Order would immediately match and take.": R.WOULD_CROSS,
}
BYBIT: dict[int, Means] = {
    10001: R.MALFORMED, 10002: R.CLOCK, 10003: R.AUTHENTICATION, 10004: R.AUTHENTICATION, 10005: R.PERMISSION,
    10010: R.PERMISSION, 10006: LATER, 10429: LATER, 20003: LATER, 10403: LATER, 10019: LATER, 10404: R.MALFORMED,
    20006: R.DUPLICATE_ID, 10000: UNKNOWN, 10016: UNKNOWN, 170005: UNKNOWN, 170007: UNKNOWN, 110001: R.UNKNOWN_ORDER,
    170213: R.UNKNOWN_ORDER, 110003: R.PRICE_BAND, 110094: R.BELOW_MINIMUM, 170140: R.BELOW_MINIMUM,
    170136: R.BELOW_MINIMUM, 110004: R.INSUFFICIENT_MARGIN, 110006: R.INSUFFICIENT_MARGIN,
    110007: R.INSUFFICIENT_MARGIN, 110012: R.INSUFFICIENT_MARGIN, 110045: R.INSUFFICIENT_MARGIN,
    170131: R.INSUFFICIENT_MARGIN, 170033: R.INSUFFICIENT_MARGIN, 110008: R.UNKNOWN_ORDER, 110010: R.UNKNOWN_ORDER,
    170142: R.UNKNOWN_ORDER, 170143: R.UNKNOWN_ORDER, 110017: R.REDUCE_ONLY, 110020: R.RISK_LIMIT,
    110025: R.UNCHANGED, 110026: R.UNCHANGED, 110043: R.UNCHANGED, 110072: R.DUPLICATE_ID, 170141: R.DUPLICATE_ID,
    110079: LATER, 170210: R.OTHER,
}  # fmt: skip
OKX: dict[int, Means] = {
    50001: LATER, 50004: UNKNOWN, 50011: LATER, 50061: LATER, 50040: LATER, 50013: UNKNOWN, 50026: UNKNOWN,
    50014: R.MALFORMED, 51000: R.MALFORMED, 50101: R.AUTHENTICATION, 50102: R.CLOCK, 50112: R.CLOCK,
    50103: R.AUTHENTICATION, 50104: R.AUTHENTICATION, 50105: R.AUTHENTICATION, 50106: R.AUTHENTICATION,
    50107: R.AUTHENTICATION, 50111: R.AUTHENTICATION, 50113: R.AUTHENTICATION, 50114: R.AUTHENTICATION,
    50119: R.AUTHENTICATION, 51001: R.UNKNOWN_SYMBOL, 51004: R.RISK_LIMIT, 51005: R.ABOVE_MAXIMUM,
    51006: R.PRICE_BAND, 51137: R.PRICE_BAND, 51138: R.PRICE_BAND, 51008: R.INSUFFICIENT_MARGIN,
    51119: R.INSUFFICIENT_MARGIN, 51127: R.INSUFFICIENT_MARGIN, 51131: R.INSUFFICIENT_MARGIN, 51010: R.MODE,
    51011: R.DUPLICATE_ID, 51016: R.DUPLICATE_ID, 51020: R.BELOW_MINIMUM, 51120: R.BELOW_MINIMUM, 51054: UNKNOWN,
    51112: R.REDUCE_ONLY, 51169: R.REDUCE_ONLY, 51170: R.REDUCE_ONLY, 51205: R.REDUCE_ONLY, 51121: R.OFF_GRID,
    51400: R.UNKNOWN_ORDER, 51401: R.UNKNOWN_ORDER, 51402: R.UNKNOWN_ORDER, 51410: R.UNCHANGED,
    51503: R.UNKNOWN_ORDER, 51509: R.UNKNOWN_ORDER, 51510: R.UNKNOWN_ORDER, 51511: R.WOULD_CROSS,
    51603: R.UNKNOWN_ORDER, 51030: LATER, 59000: R.MODE, 60009: R.AUTHENTICATION, 60011: R.AUTHENTICATION,
    60014: LATER, 60012: R.MALFORMED, 60018: R.UNKNOWN_SYMBOL, 64003: R.PERMISSION, 60029: R.PERMISSION,
}  # fmt: skip
DERIBIT: dict[int, Means] = {
    10002: R.BELOW_MINIMUM, 10020: R.UNKNOWN_SYMBOL, 10021: R.OFF_GRID, 10022: R.OFF_GRID, 10023: R.PRICE_BAND,
    10004: R.UNKNOWN_ORDER, 10009: R.INSUFFICIENT_MARGIN, 10010: R.UNKNOWN_ORDER, 10012: R.NOT_TRADABLE, 10028: LATER,
    10040: LATER, 10041: LATER, 10043: R.OFF_GRID, 10047: LATER, 11008: R.UNKNOWN_ORDER, 11029: R.MALFORMED,
    -32602: R.MALFORMED, 11030: R.OTHER, 11035: R.RISK_LIMIT, 11044: R.UNKNOWN_ORDER, 11050: R.MALFORMED, 11052: LATER,
    13888: R.EXPIRED, 11054: R.WOULD_CROSS, 13004: R.AUTHENTICATION, 13009: R.AUTHENTICATION, 13032: R.OTHER,
    -32600: R.MALFORMED, -32601: R.UNSUPPORTED, -32700: R.MALFORMED,
    13028: UNKNOWN,  # "retry": the service is too slow, which does not say that it did nothing
}  # fmt: skip
HTX: dict[str, Means] = {
    "api-signature-not-valid": R.AUTHENTICATION, "api-signature-check-failed": R.AUTHENTICATION,
    "403": R.AUTHENTICATION, "1003": R.AUTHENTICATION, "rate-too-many-requests": LATER, "429": LATER, "1032": LATER,
    "timeout": UNKNOWN, "gateway-internal-error": UNKNOWN,
    "account-frozen-balance-insufficient-error": R.INSUFFICIENT_MARGIN, "1047": R.INSUFFICIENT_MARGIN,
    "1048": R.REDUCE_ONLY, "order-orderstate-error": R.UNKNOWN_ORDER, "base-record-invalid": R.UNKNOWN_ORDER,
    "order-queryorder-invalid": R.UNKNOWN_ORDER, "1017": R.UNKNOWN_ORDER, "1051": R.UNKNOWN_ORDER,
    "1061": R.UNKNOWN_ORDER, "invalid-client-order-id": R.DUPLICATE_ID, "1067": R.DUPLICATE_ID,
    "order-value-min-error": R.BELOW_MINIMUM, "order-limitorder-amount-min-error": R.BELOW_MINIMUM,
    "order-limitorder-amount-max-error": R.ABOVE_MAXIMUM, "order-orderprice-precision-error": R.OFF_GRID,
    "order-limitorder-price-min-error": R.PRICE_BAND, "order-limitorder-price-max-error": R.PRICE_BAND,
    "1039": R.PRICE_BAND, "1041": R.ABOVE_MAXIMUM, "1013": R.UNKNOWN_SYMBOL, "1066": R.UNKNOWN_SYMBOL,
    "1034": R.MALFORMED, "1036": R.MALFORMED, "1094": R.MALFORMED, "1220": R.PERMISSION, "1010": R.PERMISSION,
    "4007": R.PERMISSION, "1461": R.RISK_LIMIT, "1056": LATER, "1077": LATER, "1078": LATER, "2002": R.AUTHENTICATION,
}  # fmt: skip
BIGONE: dict[str, Means] = {
    "40004": R.AUTHENTICATION, "40106": R.AUTHENTICATION, "40107": R.AUTHENTICATION, "10403": R.PERMISSION,
    "40103": R.PERMISSION, "40104": R.PERMISSION, "40301": R.PERMISSION, "10429": LATER, "10005": UNKNOWN,
    "10011": UNKNOWN, "45000": UNKNOWN, "45001": R.AUTHENTICATION, "10007": R.MALFORMED, "10001": R.MALFORMED,
    "40604": R.PRICE_BAND, "40605": R.PRICE_BAND, "40601": R.OTHER, "40602": R.OTHER, "40302": R.DUPLICATE_ID,
    "10013": R.UNKNOWN_SYMBOL, "10014": R.INSUFFICIENT_MARGIN, "40603": R.INSUFFICIENT_MARGIN, "40303": R.UNSUPPORTED,
    "40304": R.NOT_TRADABLE, "40305": R.PERMISSION, "40120": R.UNKNOWN_ORDER, "40121": R.UNKNOWN_ORDER,
    "50047": R.WOULD_NOT_FILL, "54041": R.DUPLICATE_ID, "54043": R.UNKNOWN_ORDER, "60100": R.NOT_TRADABLE,
}  # fmt: skip
BIGONE_ANOMALIES: dict[str, Means] = {
    "trades/stopped": R.NOT_TRADABLE, "trades/suspended": R.NOT_TRADABLE, "order/price-out-of-range": R.PRICE_BAND,
    "open-order/price-invalid-loss": R.MALFORMED, "open-order/price-invalid-profit": R.MALFORMED,
    "request/invalid-params": R.MALFORMED, "close-position/position-not-found": R.REDUCE_ONLY,
    "adjust-margin/invalid-lerverage": R.RISK_LIMIT, "adjust-margin/position-too-large": R.RISK_LIMIT,
    "limit-risk/position-too-large": R.RISK_LIMIT, "adjust-risk-limit/too-small-or-too-large": R.RISK_LIMIT,
}  # fmt: skip

Case = tuple[str, str, int, Any, Means]
CASES: list[Case] = [
    *(("binance", str(code), 400, {"code": code, "msg": "no"}, means) for code, means in BINANCE.items()),
    *(("binance", words, 400, {"code": -2010, "msg": words}, means) for words, means in BINANCE_WORDS.items()),
    *(("bybit", str(code), 200, {"retCode": code, "retMsg": "no"}, means) for code, means in BYBIT.items()),
    *(
        ("okx", f"{code} inside", 200, {"code": "1", "msg": "", "data": [{"sCode": str(code), "sMsg": "no"}]}, means)
        for code, means in OKX.items()
    ),
    *(("okx", str(code), 200, {"code": str(code), "msg": "no", "data": []}, means) for code, means in OKX.items()),
    *(
        ("deribit", str(code), 400, {"jsonrpc": "2.0", "error": {"code": code, "message": "no"}}, means)
        for code, means in DERIBIT.items()
    ),
    *(("htx", code, 200, {"status": "error", "err-code": code, "err-msg": "no"}, means) for code, means in HTX.items()),
    *(
        ("htx", f"{code} new", 200, {"code": int(code), "message": "no"}, means)
        for code, means in HTX.items() if code.isdigit()
    ),
    *(
        ("htx", f"{code} number", 200, {"status": "error", "err_code": int(code), "err_msg": "no"}, means)
        for code, means in HTX.items() if code.isdigit()
    ),
    *(("bigone", code, 400, {"code": int(code), "message": "no"}, means) for code, means in BIGONE.items()),
    *(
        ("bigone", word, 400, {"anomaly": f"anomaly.{word}"}, means)
        for word, means in BIGONE_ANOMALIES.items()
    ),
    ("bybit", "403", 403, b"access too frequent", LATER),
    ("okx", "429", 429, b"<html>", LATER),
    ("htx", "429 status", 429, b"<html>", LATER),
    ("bigone", "429 status", 429, b"", LATER),
    ("deribit", "429 status", 429, b"<html>", LATER),
    ("binance", "429 status", 429, {"code": -1003, "msg": "Too many requests"}, LATER),
    ("binance", "418 status", 418, b"<html>", LATER),
    ("binance", "403 status", 403, b"<html>", UNKNOWN),
]  # fmt: skip


def order_of(name: str) -> Place:
    trading = VENUES[name].trading
    assert trading is not None
    return Place(
        NewOrder(
            symbol=MARKETS[name], side=Side.BUY, type=OrderType.LIMIT, client_id=trading.client_id("test-1"),
            size=Decimal(10), price=Decimal(50000),
        )
    )  # fmt: skip


def outcome(name: str, ask: Ask, status: int, body: Any) -> Outcome:
    venue = VENUES[name]
    assert venue.trading is not None
    session = Session(Credentials("key", "secret", "pass"))
    session.know(venue.well_known())
    request = venue.trading.encode(ask, session, NOW)
    assert isinstance(request, Request), request
    assert request.ask is ask
    assert request.changes
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return venue.trading.decode(request, Response(status, text, {}, NOW), session).outcome


@pytest.mark.parametrize(
    ("name", "status", "body", "means"),
    [pytest.param(name, status, body, means, id=f"{name} {code}") for name, code, status, body, means in CASES],
)
def test_a_code_means_what_the_venues_sheet_says(name: str, status: int, body: Any, means: Means) -> None:
    told = outcome(name, order_of(name), status, body)
    if isinstance(means, Reason):
        assert isinstance(told, Rejected), told
        assert told.reason is means
    else:
        assert type(told).__name__ == {LATER: "RetryLater", UNKNOWN: "Unknown"}[means], told
        assert not isinstance(told, RetryLater) or told.at > NOW


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize(
    ("status", "body"),
    [(0, b"timed out"), (200, b""), (200, b"<html>"), (200, b"{"), (200, b"\xff\xfe"), (400, b"<html>")]
    + [(status, body) for status in (500, 502, 503, 504, 599) for body in (b"", b"<html>", b"{}")],
)
def test_an_order_without_an_answer_that_can_be_read_is_unknown(name: str, status: int, body: bytes) -> None:
    place = order_of(name)
    for ask in (place, Cancel(OrderRef(symbol=place.order.symbol, venue_id="1234"))):
        if name == "bigone" and isinstance(ask, Cancel) and (status, body) == (200, b""):
            continue  # its cancel of a contract order is answered with nothing
        assert isinstance(outcome(name, ask, status, body), Unknown)
