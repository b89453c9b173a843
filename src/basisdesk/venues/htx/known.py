"""Terms of well-known markets, for recordings that come without the instrument list.

They are what the venue listed: linear swaps and coin-margined swaps on 2022-02-19, spot and coin-margined futures on
2021-04-17.
A row is as exact as a list, but it ages: a list given beside the recording is always better.
A dated future has its family's terms and is delivered at 08:00 UTC of the day in its code, so its terms follow from the
code (`terms_of`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.calendar import delivery
from basisdesk.venues.htx.instruments import LISTED, Contract, Pair, contract_of, pair_of

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

# base, decimals of price, decimals of size, smallest size, largest size, least value in USDT
_SPOT = (
    ("btc", 2, 6, "0.0001", "1000", "5"),
    ("eth", 2, 4, "0.001", "10000", "5"),
    ("ltc", 2, 4, "0.001", "100000", "5"),
    ("xrp", 5, 2, "1", "5000000", "5"),
    ("bch", 2, 4, "0.001", "10000", "5"),
    ("eos", 4, 4, "0.1", "1000000", "5"),
    ("ada", 6, 4, "0.1", "5000000", "5"),
    ("doge", 6, 2, "1", "200000000", "5"),
    ("dot", 4, 4, "0.01", "300000", "5"),
    ("link", 4, 2, "0.01", "100000", "5"),
    ("trx", 6, 2, "1", "38000000", "5"),
    ("fil", 4, 4, "0.0001", "31129", "5"),
    ("sol", 4, 2, "0.01", "474969", "5"),
    ("etc", 4, 4, "0.01", "200000", "5"),
    ("bsv", 4, 4, "0.001", "10000", "5"),
)

# base, worth of a contract (coin for linear, USD for coin-margined), tick
_LINEAR = """
BTC 0.001 0.1, ETH 0.01 0.01, LTC 0.1 0.01, DOGE 100 0.000001, SHIB 1000 0.00000001, ICP 0.01 0.01, XRP 10 0.00001,
LINK 0.1 0.0001, TRX 100 0.000001, DOT 1 0.0001, ADA 10 0.000001, EOS 1 0.0001, BCH 0.01 0.01, BSV 0.01 0.01,
YFI 0.0001 0.1, UNI 1 0.0001, FIL 0.1 0.001, YFII 0.001 0.1, SNX 1 0.0001, BNB 0.1 0.001, ZEC 0.1 0.01,
DASH 0.1 0.01, ETC 1 0.0001, THETA 10 0.00001, KSM 0.1 0.001, ATOM 1 0.0001, AAVE 0.1 0.001, XLM 10 0.000001,
SUSHI 1 0.0001, GRT 10 0.00001, 1INCH 1 0.0001, CRV 1 0.0001, XTZ 1 0.0001, ALGO 10 0.00001, NEO 0.1 0.001,
WAVES 1 0.0001, COMP 0.01 0.01, ZIL 100 0.00001, QTUM 1 0.001, XMR 0.01 0.01, KAVA 1 0.0001, RSR 100 0.000001,
VET 100 0.000001, OMG 1 0.0001, XEM 10 0.0001, ONT 10 0.0001, AVAX 1 0.0001, MATIC 100 0.00001, LINA 10 0.00001,
BTS 100 0.00001, SOL 1 0.0001, IOTA 10 0.0001, MKR 0.001 0.1, IOST 100 0.00001, SAND 10 0.000001, RVN 10 0.00001,
MASK 0.1 0.001, REN 10 0.0001, CVC 10 0.00001, NEAR 1 0.001, MANA 10 0.0001, ZEN 0.1 0.01, BADGER 0.1 0.001,
LUNA 1 0.0001, WOO 10 0.00001, CHZ 10 0.00001, ENJ 1 0.0001, REEF 100 0.000001, ONE 100 0.000001, HBAR 10 0.00001,
STORJ 1 0.0001, BTT 1000000 0.00000001, CSPR 1 0.0001, CHR 10 0.00001, O3 1 0.0001, AXS 0.1 0.0001, ACH 10 0.00001,
FLOW 0.1 0.001, NKN 10 0.00001, IOTX 10 0.00001, LRC 10 0.00001, MIR 1 0.0001, SRM 1 0.0001, CLV 1 0.0001,
SXP 1 0.0001, YGG 1 0.0001, TRIBE 10 0.0001, WAXP 10 0.00001, COTI 10 0.00001, C98 1 0.0001, AR 0.1 0.001,
ALICE 0.1 0.001, DYDX 0.1 0.001, AGLD 1 0.0001, OKB 0.1 0.001, FTT 0.01 0.001, GALA 10 0.00001, XEC 10000 0.00000001,
MDX 1 0.0001, SKL 10 0.00001, QNT 0.01 0.01, CTSI 10 0.0001, IMX 0.1 0.0001, CELR 10 0.00001, MINA 0.1 0.0001,
CRO 10 0.00001, ENS 0.01 0.001, BICO 0.1 0.0001, RNDR 1 0.0001, PEOPLE 10 0.00001, SOS 100000 0.00000001,
CELO 0.1 0.0001, NFT 1000000 0.00000001, JST 10 0.000001, ROSE 1 0.00001, ARPA 10 0.000001, VRA 100 0.000001,
SLP 100 0.000001, LOOKS 0.1 0.0001, LPT 0.01 0.001, FTM 1 0.0001
"""
_COIN_SWAP = """
BTC 100 0.1, ETH 10 0.01, LINK 10 0.0001, FIL 10 0.001, SHIB 10 0.00000001, ICP 10 0.01, UNI 10 0.0001, ZEC 10 0.01,
ATOM 10 0.0001, DASH 10 0.01, DOT 10 0.0001, EOS 10 0.0001, XLM 10 0.000001, ADA 10 0.000001, THETA 10 0.00001,
LTC 10 0.01, YFI 10 0.1, SUSHI 10 0.0001, YFII 10 0.1, AAVE 10 0.001, BCH 10 0.01, BSV 10 0.01, XRP 10 0.00001,
ETC 10 0.0001, TRX 10 0.000001, QTUM 10 0.0001, IOTA 10 0.0001, NEO 10 0.001, ONT 10 0.0001, XMR 10 0.01,
XTZ 10 0.0001, ALGO 10 0.00001, VET 10 0.000001, DOGE 10 0.000001, COMP 10 0.01, OMG 10 0.0001, ANT 10 0.0001,
CRV 10 0.0001, STORJ 10 0.00001, NEAR 10 0.0001, SOL 10 0.01, MATIC 10 0.0001, SAND 10 0.0001, MANA 10 0.0001,
AVAX 10 0.001, LUNA 10 0.001, GALA 10 0.00001
"""
_COIN_FUTURES = """
BTC 100 0.01, ETH 10 0.001, LINK 10 0.0001, DOT 10 0.0001, EOS 10 0.001, TRX 10 0.00001, ADA 10 0.000001,
LTC 10 0.001, BCH 10 0.001, XRP 10 0.0001, BSV 10 0.001, ETC 10 0.001, FIL 10 0.001
"""
_TERMS = {
    line: {base: (size, tick) for base, size, tick in (row.split() for row in text.split(","))}
    for line, text in (
        (symbols.LINEAR, _LINEAR),
        (symbols.COIN_SWAP, _COIN_SWAP),
        (symbols.COIN_FUTURES, _COIN_FUTURES),
    )
}
_QUOTES = {symbols.LINEAR: "USDT", symbols.COIN_SWAP: "USD"}


def _pair(base: str, price_decimals: int, size_decimals: int, least: str, most: str, value: str) -> Instrument:
    return pair_of(
        Pair(
            code=f"{base}usdt",
            base=base,
            quote="usdt",
            price_decimals=price_decimals,
            size_decimals=size_decimals,
            min_size=Decimal(least),
            max_size=Decimal(most),
            min_notional=Decimal(value),
            state="online",
        )
    )


def _contract(line: str, base: str, code: str) -> Instrument:
    size, tick = _TERMS[line][base]
    return contract_of(line, Contract(code=code, base=base, size=Decimal(size), tick=Decimal(tick), status=LISTED))


def well_known() -> list[Instrument]:
    """Return the spot markets and swaps of the tables."""
    swaps = [_contract(line, base, f"{base}-{quote}") for line, quote in _QUOTES.items() for base in _TERMS[line]]
    return [_pair(*row) for row in _SPOT] + swaps


def terms_of(line: str, code: str) -> Instrument | None:
    """Return the dated future that a code names, None when its family is not well known or it is something else."""
    if line not in (symbols.LINEAR, symbols.COIN_FUTURES) or not symbols.is_code(line, code):
        return None
    base, quote, term = symbols.term_of(line, code)
    if base not in _TERMS[line] or quote not in {"USD", "USDT"} or not term.isdigit():
        return None
    try:
        delivery(term)
    except ValueError:
        return None
    return _contract(line, base, code)
