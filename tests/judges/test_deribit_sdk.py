"""deribit-trading-sdk against the simulator: it checks the shape of every answer.

It speaks TLS and nothing else, so a small door with a certificate made for this run stands in front of the simulator;
the client trusts it by SSL_CERT_FILE, as it would trust any other certificate.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("deribit", reason="deribit-trading-sdk is not installed")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from deribit import Deribit, Subscriptions
from deribit.core import AuthedHTTPClient, AuthedSocketClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.judges.conftest import Simulator

CODE = "BTC-PERPETUAL"
WITHIN = 20
HOST = "127.0.0.1"


def certify(folder: Path) -> Path:
    """Write a certificate that vouches for itself, with its key; it is good for an hour and this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulator")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "door.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(ConnectionError, RuntimeError, OSError):
        writer.close()


@contextlib.asynccontextmanager
async def door(port: int, file: Path) -> AsyncIterator[str]:
    """Stand in front of a plain port with TLS; gives host and port."""

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(HOST, port)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(_carry(reader, inner_writer), _carry(inner_reader, writer))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = await asyncio.start_server(enter, HOST, 0, ssl=context)
    try:
        yield f"{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.fixture
def entrance(simulator: Callable[[str], Simulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give what opens a client: `async with entrance(class) as client`."""
    file = certify(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    running = simulator("deribit")
    port = int(running.url("deribit").rpartition(":")[2])
    key = running.key("deribit")

    @contextlib.asynccontextmanager
    async def opened(kind: Any) -> AsyncIterator[Deribit]:
        async with door(port, file) as domain:
            client = kind(client_id=key["key"], client_secret=key["secret"], domain=domain)
            async with Deribit(client) as made:
                yield made
                # Its connection is closed before the door is.

    return opened


def done(answer: Any) -> Any:
    assert "result" in answer, answer
    return answer["result"]


async def soon(waiting: Any) -> Any:
    return await asyncio.wait_for(waiting, WITHIN)


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", [AuthedHTTPClient, AuthedSocketClient])
async def test_markets_money_and_orders(kind: Any, entrance: Any) -> None:
    async with entrance(kind) as client:
        terms = done(await client.get_instrument(CODE))
        assert (terms["contract_size"], terms["kind"]) == (10, "future")
        ticker = done(await client.ticker(CODE))
        assert ticker["best_bid_price"] < ticker["best_ask_price"]
        assert len(done(await client.get_order_book(CODE, depth=10))["bids"]) == 10
        balances = done(await client.get_account_summaries())["summaries"]
        assert {row["currency"] for row in balances} >= {"BTC"}
        assert done(await client.get_account_summary("BTC"))["balance"] > 0
        price = str(int(ticker["best_bid_price"]) - 1000)
        placed = done(await client.buy(CODE, {"type": "limit", "amount": "20", "price": price, "label": "sdk-1"}))
        order = placed["order"]["order_id"]
        assert done(await client.get_order_state(order))["order_state"] == "open"
        assert order in {row["order_id"] for row in done(await client.get_open_orders_by_instrument(CODE))}
        assert order in {
            row["order_id"] for row in done(await client.get_order_state_by_label(label="sdk-1", currency="BTC"))
        }
        assert done(await client.edit(order, amount="30", price=price))["order"]["amount"] == 30
        assert done(await client.cancel(order))["order_state"] == "cancelled"
        bought = done(await client.buy(CODE, {"type": "market", "amount": "10"}))
        assert bought["order"]["order_state"] == "filled"
        trades = done(await client.get_user_trades_by_instrument(CODE, count=50))["trades"]
        assert bought["order"]["order_id"] in {row["order_id"] for row in trades}
        sold = done(await client.sell(CODE, {"type": "market", "amount": "10", "reduce_only": True}))
        assert sold["trades"]
        refused = await client.cancel(order)
        assert refused["error"]["code"] == 11044


@pytest.mark.asyncio
async def test_streams(entrance: Any) -> None:
    async with entrance(AuthedSocketClient) as client:
        streams: Subscriptions = client.subscriptions
        first, changes = await streams.depth_updates(CODE, interval="100ms")
        snapshot = await soon(first)
        assert snapshot["bids"][0].price < snapshot["asks"][0].price
        assert (await soon(anext(aiter(changes))))["change_id"] > snapshot["change_id"]
        orders, trades = (
            aiter(streams.user_orders(CODE, interval="raw")),
            aiter(streams.user_trades(instrument_name=CODE)),
        )
        heard = asyncio.gather(anext(orders), anext(trades))
        await asyncio.sleep(1)
        bought = done(await client.buy(CODE, {"type": "market", "amount": "10"}))
        order, fills = await soon(heard)
        assert order["order_id"] == bought["order"]["order_id"]
        assert {row["order_id"] for row in fills} == {order["order_id"]}
        done(await client.sell(CODE, {"type": "market", "amount": "10", "reduce_only": True}))
