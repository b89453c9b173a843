"""Contender: ccxt's `create_order` on the same server, from the call to the first byte there.

Started with the server's ports and ``async`` or ``plain`` for the flavour of the library; the lines are as ours.
"""

import asyncio
import json
import sys
import time
from typing import Any

import ccxt
import ccxt.async_support

PAUSE = 0.002
MARKET = {
    "id": "BTCUSDT", "symbol": "BTC/USDT:USDT", "base": "BTC", "quote": "USDT", "settle": "USDT", "baseId": "BTC",
    "quoteId": "USDT", "settleId": "USDT", "type": "swap", "spot": False, "swap": True, "future": False,
    "option": False, "margin": False, "linear": True, "inverse": False, "contract": True, "contractSize": 1,
    "active": True, "precision": {"price": 0.1, "amount": 0.001}, "limits": {"amount": {"min": 0.001}},
    "info": {"orderTypes": ["LIMIT", "MARKET"], "timeInForce": ["GTC", "IOC"]},
}  # fmt: skip


def opened(library: Any, port: int) -> Any:
    """Return an exchange that sends to the server."""
    exchange = library.binance({"apiKey": "key", "secret": "secret", "enableRateLimit": False})
    exchange.set_markets([MARKET])
    exchange.options["defaultType"] = "future"
    for name in ("fapiPrivate", "fapiPublic"):
        exchange.urls["api"][name] = f"http://127.0.0.1:{port}/fapi/v1"
    return exchange


def arguments(name: str) -> tuple[Any, ...]:
    """Return what is ordered: an immediate-or-cancel limit order, as ours."""
    return ("BTC/USDT:USDT", "limit", "buy", 0.01, 60000.1, {"timeInForce": "IOC", "newClientOrderId": name})


async def awaited(port: int) -> None:
    """Answer lines with the asynchronous library."""
    exchange = opened(ccxt.async_support, port)
    count, loop = 0, asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        taken = {}
        for _ in range(int(line)):
            count += 1
            await asyncio.sleep(PAUSE)
            taken[f"x-a{count}"] = time.monotonic_ns()
            try:
                await exchange.create_order(*arguments(f"x-a{count}"))
            except ccxt.ExchangeError:
                continue
            raise AssertionError("the order was not refused")
        print(json.dumps(taken), flush=True)
    await exchange.close()


def plain(port: int) -> None:
    """Answer lines with the library that blocks."""
    exchange = opened(ccxt, port)
    count = 0
    for line in sys.stdin:
        taken = {}
        for _ in range(int(line)):
            count += 1
            time.sleep(PAUSE)
            taken[f"x-p{count}"] = time.monotonic_ns()
            try:
                exchange.create_order(*arguments(f"x-p{count}"))
            except ccxt.ExchangeError:
                continue
            raise AssertionError("the order was not refused")
        print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    http = json.loads(sys.argv[1])["http"]
    asyncio.run(awaited(http)) if sys.argv[2] == "async" else plain(http)
