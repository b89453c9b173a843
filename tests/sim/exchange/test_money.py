"""What accounts own at the start: enough to trade whatever is listed, recorded markets of unusual coins too."""

from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, INVERSE, ONE, RULES, SELL, SPOT, D, Hall

from basisdesk.domain.account import OrderUpdate
from basisdesk.sim.exchange.logins import MONEY, OTHER

LIRA = replace(SPOT, symbol="venue:SWRV/TRY", code="SWRVTRY", base="SWRV", quote="TRY")
MONERO = replace(INVERSE, symbol="venue:XMR/USD:XMR", code="XMRUSD_PERP", base="XMR", settle="XMR")


def test_every_coin_that_is_traded_or_settled_in_is_there() -> None:
    for rules, wallets in ((RULES, ("spot", "coinm")), (replace(RULES, unified=True), ("unified", "unified"))):
        hall = Hall(SPOT, LIRA, MONERO, rules=rules)
        spot, coin = wallets
        assert [hall.total(spot, asset) for asset in ("SWRV", "TRY")] == [OTHER, OTHER]
        assert hall.total(coin, "XMR") == OTHER
        assert hall.total(spot, "USDT") == MONEY["USDT"]
        assert ("coinm", "USD") not in hall.exchange.floor.accounts[ONE].purses
        for side in (BUY, SELL):
            for instrument in (LIRA, MONERO):
                done = hall.send(instrument, side, 1)
                assert isinstance(done, OrderUpdate)
                assert done.filled == D(1)
