"""The keys that every simulated exchange knows, and what their accounts own at the start.

The same four keys work on every venue; none of them is a secret.

======================  ======================  ==========  =========  ==========================================
key                     secret                  passphrase  account    rights
======================  ======================  ==========  =========  ==========================================
``basisdesk-full``      ``secret-of-full``      ``loopback``  1000001  read, trade, transfer
``basisdesk-readonly``  ``secret-of-readonly``  ``loopback``  1000001  read
``basisdesk-withdraw``  ``secret-of-withdraw``  ``loopback``  1000001  read, trade, transfer, withdraw
``basisdesk-second``    ``secret-of-second``    ``loopback``  1000002  read, trade, transfer
======================  ======================  ==========  =========  ==========================================

A wallet is named ``unified`` where one purse stands behind all lines, else after its line; every account has a
``funding`` wallet besides.
"""

from __future__ import annotations

from decimal import Decimal

from basisdesk.domain.account import Permissions
from basisdesk.sim.contract import Login
from basisdesk.venues.trading import Credentials

FIRST, SECOND_ACCOUNT = "1000001", "1000002"
PASSPHRASE = "loopback"  # noqa: S105 (of keys that open nothing but a simulator)
FUNDING, UNIFIED = "funding", "unified"


def _login(name: str, account: str, *, trade: bool = True, withdraw: bool = False) -> Login:
    return Login(
        credentials=Credentials(f"basisdesk-{name}", f"secret-of-{name}", PASSPHRASE),
        account=account,
        permissions=Permissions(at=0, read=True, trade=trade, transfer=trade, withdraw=withdraw, addresses=False),
    )


FULL = _login("full", FIRST)
READ_ONLY = _login("readonly", FIRST, trade=False)
WITHDRAWING = _login("withdraw", FIRST, withdraw=True)
SECOND = _login("second", SECOND_ACCOUNT)
LOGINS = (FULL, READ_ONLY, WITHDRAWING, SECOND)

MONEY = {
    "USDT": Decimal(1_000_000),
    "USDC": Decimal(250_000),
    "BTC": Decimal(25),
    "ETH": Decimal(400),
    "SOL": Decimal(5_000),
}
"""What each wallet holds at the start."""
OTHER = Decimal(10_000)
"""As much of every other coin that a market of the venue is traded or settled in, which recordings may bring."""
