"""The control endpoint: every route with good and bad input, every fault by name and by id."""

from typing import Any

import aiohttp
import pytest
from tests.shell.simserver.echo import Place

from basisdesk.sim.faults import FAULTS

pytestmark = pytest.mark.asyncio
AT_ONCE = {"cut", "expire", "rate-limit", "adl", "liquidation"}
IDS = sorted({number for fault in FAULTS.values() for number in fault.ids})


@pytest.fixture
def place() -> Place:
    return Place()


async def asked(client: aiohttp.ClientSession, method: str, url: str, body: object = None) -> tuple[int, Any]:
    data = body if isinstance(body, bytes | None) else aiohttp.JsonPayload(body)
    async with client.request(method, url, data=data) as answer:
        assert answer.content_type == "application/json"
        return answer.status, await answer.json()


async def test_it_tells_what_the_command_printed_and_every_fault(place: Place) -> None:
    async with place.open() as client:
        assert await asked(client, "GET", place.address) == (200, {"told": True})
        status, rows = await asked(client, "GET", f"{place.address}/faults")
    assert status == 200
    assert [row["name"] for row in rows] == list(FAULTS)
    assert all(row["text"] and row["ids"] for row in rows)


async def test_what_did_not_start_can_be_stopped(place: Place) -> None:
    await place.control.stop()
    async with place.open() as client:
        assert await asked(client, "GET", place.address) == (200, {"told": True})
    with pytest.raises(aiohttp.ClientConnectorError):
        async with aiohttp.ClientSession() as client:
            await client.get(place.address)


@pytest.mark.parametrize("fault", [*FAULTS, *IDS])
async def test_every_fault_is_taken_by_name_and_by_id(place: Place, fault: str) -> None:
    async with place.open() as client, client.ws_connect(place.stream):
        url = f"{place.address}/faults/echo"
        status, told = await asked(client, "POST", url, {"fault": fault, "seconds": 0.1, "lasts": 60.0})
        assert status == 200
        name = told["fault"]
        assert name == fault or fault in FAULTS[name].ids
        _, on = await asked(client, "GET", url)
        assert [switch["fault"] for switch in on] == ([] if name in AT_ONCE else [name])
        assert await asked(client, "DELETE", url) == (200, [])
        assert await asked(client, "GET", url) == (200, [])


async def test_what_is_done_at_once_is_done(place: Place) -> None:
    async with place.open() as client, client.ws_connect(place.stream) as socket:
        await socket.receive()
        url = f"{place.address}/faults/echo"
        await asked(client, "POST", url, {"fault": "expire"})
        await asked(client, "POST", url, {"fault": "rate-limit", "lasts": 3})
        await asked(client, "POST", url, {"fault": "adl"})
        await asked(client, "POST", url, {"fault": "revoke", "lasts": 60})
        assert (place.echo.expired, place.echo.limited) == (1, [3_000_000_000])
        assert [name for name, switch in place.exchange if switch is not None] == ["adl", "revoke"]
        await asked(client, "POST", url, {"fault": "cut"})
        assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "asked for as JSON"),
        (b"{", "asked for as JSON"),
        (b"[]", "asked for as JSON"),
        (b"{}", "fault"),
        (b'{"fault": 3}', "asked for as JSON"),
        (b'{"fault": "drop", "sahre": 1}', "sahre"),
        (b'{"fault": "dorp"}', "did you mean drop"),
        (b'{"fault": "drop", "share": 0}', "more than 0"),
        (b'{"fault": "drop", "share": 1.5}', "at most 1"),
        (b'{"fault": "drop", "count": 0}', "at least 1"),
        (b'{"fault": "drop", "lasts": -1}', "above 0"),
        (b'{"fault": "drop", "lasts": 1e300}', "at most 86400"),
        (b'{"fault": "delay", "seconds": -1}', "give 0 to 86400"),
        (b'{"fault": "delay", "seconds": 1e300}', "give 0 to 86400"),
        (b'{"fault": "clock-offset", "seconds": -1e6}', "give -86400 to 86400"),
        (b'{"fault": "drop", "topic": "boks"}', "begin it with one of snapshot, book"),
        (b'{"fault": "drop", "topic": "boo BTC"}', "'boo BTC'"),
    ],
)
async def test_what_is_no_fault_is_refused_in_one_sentence(place: Place, body: bytes, words: str) -> None:
    async with place.open() as client:
        status, told = await asked(client, "POST", f"{place.address}/faults/echo", body)
        assert (status, words in told["message"]) == (400, True), told
        assert await asked(client, "GET", f"{place.address}/faults/echo") == (200, [])


async def test_one_fault_is_turned_off_by_name_and_by_id(place: Place) -> None:
    async with place.open() as client:
        url = f"{place.address}/faults/echo"
        for fault in ("drop", "CK1", "cut", "duplicate"):
            await asked(client, "POST", url, {"fault": fault, "seconds": 1})
        status, left = await asked(client, "DELETE", f"{url}/clock-offset")
        assert (status, [switch["fault"] for switch in left]) == (200, ["drop", "duplicate"])
        status, left = await asked(client, "DELETE", f"{url}/MD3")
        assert (status, [switch["fault"] for switch in left]) == (200, ["drop"])
        status, told = await asked(client, "DELETE", f"{url}/dorp")
        assert (status, "did you mean drop" in told["message"]) == (404, True)
        assert await asked(client, "DELETE", url) == (200, [])


async def test_a_clock_may_be_behind(place: Place) -> None:
    async with place.open() as client:
        status, _ = await asked(client, "POST", f"{place.address}/faults/echo", {"fault": "CK1", "seconds": -30})
    assert status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_venue_that_is_not_simulated_is_refused(place: Place, method: str) -> None:
    async with place.open() as client:
        status, told = await asked(client, method, f"{place.address}/faults/eco", {"fault": "drop"})
    assert (status, told["code"]) == (404, "unknown_venue")
    assert "did you mean echo" in told["message"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("5xx after accept", "5xx-after-accept"),
        ("SLOW ACK", "slow-ack"),
        ("half_open", "half-open"),
        ("oe1", "drop"),
        ("Clock-Offset", "clock-offset"),
    ],
)
async def test_a_fault_may_be_spelled_as_people_write_it(place: Place, said: str, name: str) -> None:
    async with place.open() as client:
        url = f"{place.address}/faults/echo"
        status, told = await asked(client, "POST", url, {"fault": said, "seconds": 1, "topic": "boo"})
        assert (status, told["fault"]) == (200, name)
        assert await asked(client, "DELETE", f"{url}/{said}") == (200, [])


@pytest.mark.parametrize(
    ("method", "path", "size", "code", "words"),
    [
        ("GET", "/nowhere", 0, 404, "there is nothing at /nowhere"),
        ("PUT", "/faults/echo", 0, 405, "ask with DELETE, GET, HEAD, POST"),
        ("POST", "/faults", 0, 405, "ask with GET, HEAD"),
        ("POST", "/faults/echo", 100_000, 413, "at most 65536 bytes"),
    ],
)
async def test_other_ways_in_are_closed(place: Place, method: str, path: str, size: int, code: int, words: str) -> None:
    async with place.open() as client:
        status, told = await asked(client, method, place.address + path, b" " * size)
    assert (status, words in told["message"]) == (code, True), told
