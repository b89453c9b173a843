"""The terminal in a real Chromium, on the real web process and a made-up desk."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import web_process

from basisdesk.domain.order import Sequence, Side, SpreadOrderType
from basisdesk.domain.stream import Thaw, Unwatch, Watch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Sight
    from tests.browser.fakedesk import FakeDesk

pytestmark = pytest.mark.browser
CALENDAR = "binance:BTC/USDT:USDT-261225~binance:BTC/USDT"
PERPETUAL = "binance:BTC/USDT:USDT~binance:BTC/USDT"
PROMPT, TRIES = 2.0, 3
"""What is prompt (seconds), and how often a busy machine may try."""
MIDDLE_OF_A_RUNG = """() => {
  const place = document.querySelectorAll('.rung.bid')[3].getBoundingClientRect();
  return [place.x + place.width / 2, place.y + place.height / 2];
}"""


def cell(spread: str) -> str:
    return f'[data-spread="{spread}"]'


def opened(sight: Sight, address: str) -> None:
    sight.page.goto(address)
    sight.page.wait_for_selector(cell(CALENDAR))


def confirm(sight: Sight) -> None:
    sight.page.click("#submit")
    expect(sight.page.locator("#confirm")).to_be_focused()
    sight.page.keyboard.press("Enter")


def test_the_matrix_moves_and_marks_each_move_by_more_than_colour(sight: Sight, address: str) -> None:
    opened(sight, address)
    page = sight.page
    page.get_by_role("button", name="price").click()
    first = page.inner_text(cell(CALENDAR))
    page.wait_for_function(
        "([at, was]) => document.querySelector(at).innerText !== was", arg=[cell(CALENDAR), first], timeout=5000
    )
    page.wait_for_function("() => [...document.querySelectorAll('.cell .arrow')].some((a) => /[▴▾]/.test(a.innerText))")
    assert sight.complaints == []


def test_a_click_on_a_crossing_selects_its_spread_everywhere(sight: Sight, address: str, fake_desk: FakeDesk) -> None:
    opened(sight, address)
    page = sight.page
    page.click(cell(CALENDAR))
    expect(page.locator(cell(CALENDAR))).to_have_attribute("aria-selected", "true")
    expect(page.locator(".cell[aria-selected=true]")).to_have_count(1)
    expect(page.get_by_label("LEG1 instrument")).to_have_value(CALENDAR.split("~", maxsplit=1)[0])
    expect(page.locator(".chart-pane .name")).to_have_text("Binance BTC/USDT 25 Dec 26 − Binance BTC/USDT spot")
    expect(page.locator(".legs")).to_contain_text("BTC/USDT 25 Dec 26")
    page.wait_for_selector(".rung.ask")
    page.click(cell(PERPETUAL))
    expect(page.get_by_label("LEG1 instrument")).to_have_value(PERPETUAL.split("~", maxsplit=1)[0])
    page.wait_for_timeout(300)
    assert Watch(f"ladder:{CALENDAR}") in fake_desk.commands
    assert Unwatch(f"ladder:{CALENDAR}") in fake_desk.commands, "what nobody looks at is not composed"


def test_enter_selects_and_arrows_move_in_the_matrix(sight: Sight, address: str) -> None:
    opened(sight, address)
    page = sight.page
    page.click(cell(PERPETUAL))
    page.focus(cell(PERPETUAL))
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.dataset.spread")
    assert focused != PERPETUAL
    page.keyboard.press("Enter")
    expect(page.locator(cell(focused))).to_have_attribute("aria-selected", "true")


def test_impossible_pairs_are_blank_and_the_futures_type_filters(sight: Sight, address: str) -> None:
    opened(sight, address)
    page = sight.page
    page.get_by_role("button", name="All", exact=True).click()
    everything = page.locator(".cell").count()
    assert page.locator("td.none").count() > 0
    page.get_by_role("button", name="Coin-margined").click()
    expect(page.locator(cell(CALENDAR))).to_have_count(0)
    assert 0 < page.locator(".cell").count() < everything
    page.get_by_role("button", name="ETH").click()
    expect(page.locator('[data-spread^="binance:ETH/USD:ETH"]').first).to_be_visible()


def test_search_finds_by_words_and_enter_selects(sight: Sight, address: str) -> None:
    opened(sight, address)
    page = sight.page
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("bybit eth binance spot")
    expect(page.locator(".found [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    spread = "bybit:ETH/USDT:USDT~binance:ETH/USDT"
    expect(page.locator(cell(spread))).to_have_attribute("aria-selected", "true")


def test_another_coin_shows_the_same_pair_of_it(sight: Sight, address: str) -> None:
    opened(sight, address)
    page = sight.page
    page.click(cell(CALENDAR))
    page.get_by_role("button", name="ETH").click()
    expect(page.locator(cell(CALENDAR.replace("BTC", "ETH")))).to_have_attribute("aria-selected", "true")


def test_the_chart_draws_candles_of_each_source_and_period(sight: Sight, address: str, fake_desk: FakeDesk) -> None:
    opened(sight, address)
    page = sight.page
    page.click(cell(CALENDAR))
    chart = page.locator(".chart")
    expect(chart).to_have_attribute("data-candles", re.compile(r"^24\d$"))
    page.get_by_role("button", name="ASK", exact=True).click()
    page.get_by_role("button", name="10s").click()
    expect(chart).to_have_attribute("data-topic", f"candles:{CALENDAR}:ASK:10s")
    expect(chart).to_have_attribute("data-candles", re.compile(r"^24\d$"))
    expect(page.locator(".legend")).to_contain_text(re.compile(r"O .*H .*L .*C"))
    assert page.locator("#tv-attr-logo").count() == 1
    assert sight.complaints == []


def test_an_order_goes_out_with_its_key_and_becomes_fill_and_position(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    opened(sight, address)
    page = sight.page
    page.click(cell(CALENDAR))
    page.keyboard.press("s")
    expect(page.locator("#size")).to_be_focused()
    page.keyboard.type("0.25")
    expect(page.locator(".estimate").first).to_contain_text("Average now")
    page.select_option("#sequence", "contract_first")
    page.keyboard.press("Tab")
    page.click("#submit")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("SELL")
    expect(dialog).to_contain_text("Binance BTC/USDT spot")
    expect(dialog).to_contain_text("not atomic")
    assert fake_desk.placed == [], "nothing is sent before it is confirmed"
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_have_text(
        re.compile(r"Order 1 accepted, key [0-9a-f]{8}.*FILLED.*0.25 of 0.25 BTC at 12.55", re.DOTALL)
    )
    (place,) = fake_desk.placed
    assert place.key[:8] in page.inner_text("#outcome")
    request = place.request
    assert (request.spread, request.side, request.type) == (CALENDAR, Side.SELL, SpreadOrderType.MARKET)
    assert (str(request.size), request.trigger, request.sequence) == ("0.25", None, Sequence.CONTRACT_FIRST)
    page.get_by_role("tab", name="Fills").click()
    expect(page.locator("#fills tbody tr")).to_have_count(2)
    page.get_by_role("tab", name="Positions").click()
    row = page.locator(f'[data-position="{CALENDAR}"]')
    expect(row).to_contain_text("−0.25")
    expect(row).to_contain_text("−0.0350 USDT")
    row.get_by_role("button", name="Legs").click()
    expect(page.locator(".leg-row")).to_have_count(2)
    page.get_by_role("tab", name="Order history").click()
    expect(page.locator('[data-order="1"] .chip')).to_contain_text("FILLED")
    expect(page.locator("#announcer")).to_contain_text("Order 1 filled")
    assert sight.complaints == []


def test_a_price_in_the_ladder_becomes_the_trigger_of_an_order_that_can_be_cancelled(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    opened(sight, address)
    page = sight.page
    page.click(cell(CALENDAR))
    page.wait_for_selector(".rung.bid")
    # The ladder moves ten times a second: where a rung is, is asked in one step, and pressing alone takes its price.
    page.mouse.move(*page.evaluate(MIDDLE_OF_A_RUNG))
    page.mouse.down()
    expect(page.locator("#trigger")).not_to_have_value("")
    price = page.input_value("#trigger")
    page.mouse.up()
    assert re.fullmatch(r"\d+\.\d\d", price)
    page.fill("#size", "0.5")
    confirm(sight)
    row = page.locator('#active-orders [data-order="1"]')
    expect(row.locator(".chip")).to_contain_text("WORKING")
    assert str(fake_desk.placed[0].request.trigger) == price.rstrip("0").rstrip(".")
    row.get_by_role("button", name="Cancel").click()
    page.get_by_role("tab", name="Order history").click()
    expect(page.locator('[data-order="1"] .chip')).to_contain_text("CANCELLED")


def test_two_equal_orders_are_two_orders_with_two_keys(sight: Sight, address: str, fake_desk: FakeDesk) -> None:
    opened(sight, address)
    page = sight.page
    page.get_by_label("Confirm before sending").uncheck()
    page.fill("#size", "0.5")
    page.click("#submit")
    expect(page.locator("#outcome")).to_contain_text("Order 1 accepted")
    page.wait_for_timeout(750)  # sooner would be the second half of a double click
    page.click("#submit")
    expect(page.locator("#outcome")).to_contain_text("Order 2 accepted")
    one, other = fake_desk.placed
    assert one.request == other.request
    assert one.key != other.key


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ("0.001", "Size 0.001 is below the minimum of 0.002 BTC."),
        ("0.0025", "is not a multiple of the step 0.001 BTC: use 0.002 or 0.003."),
        ("500", "above the maximum of 120 BTC"),
        ("1e3", "is not a number"),
        ("-1", "must be above zero"),
    ],
)
def test_a_size_that_cannot_be_traded_is_named_with_its_limit_and_nothing_is_sent(
    sight: Sight, address: str, fake_desk: FakeDesk, size: str, sentence: str
) -> None:
    opened(sight, address)
    page = sight.page
    page.wait_for_selector(".presets button")
    page.fill("#size", size)
    page.keyboard.press("Enter")
    expect(page.locator("#size-problem")).to_contain_text(sentence)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert fake_desk.placed == []


def test_a_refusal_of_the_desk_is_shown_in_its_own_words(sight: Sight, address: str, fake_desk: FakeDesk) -> None:
    fake_desk.refuse_with = "size 0.5 BTC is worth 12 USDT; the minimum notional is 20 USDT"
    opened(sight, address)
    sight.page.fill("#size", "0.5")
    confirm(sight)
    expect(sight.page.locator("#outcome")).to_have_text(f"Refused: {fake_desk.refuse_with}")
    expect(sight.page.locator("#outcome")).to_have_attribute("data-tone", "bad")


def test_a_spread_that_is_not_live_greys_with_its_state_and_age(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    opened(sight, address)
    page = sight.page
    page.click(cell(CALENDAR))
    fake_desk.market.states[CALENDAR] = "gapped"
    expect(page.locator(cell(CALENDAR))).to_have_class(re.compile(r"\bold\b"))
    page.hover(cell(CALENDAR))
    assert re.search(r"gapped, \d", page.get_attribute(cell(CALENDAR), "title") or "")
    expect(page.locator(".quote")).to_have_class(re.compile(r"\bold\b"))
    expect(page.locator(".ladder")).to_have_class(re.compile(r"\bold\b"))
    expect(page.locator(cell(PERPETUAL))).not_to_have_class(re.compile(r"\bold\b"))


def test_when_the_desk_falls_silent_everything_greys_within_a_second_or_so(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    opened(sight, address)
    page = sight.page
    expect(page.locator("#pulse")).to_contain_text("Live")
    took: list[float] = []
    while len(took) < TRIES and min(took, default=PROMPT) >= PROMPT:  # a machine may be busy once
        fake_desk.silent = True
        began = time.monotonic()
        expect(page.locator("#pulse")).to_contain_text("Silent")
        took.append(time.monotonic() - began)
        expect(page.locator(".page")).to_have_class(re.compile(r"\bstale\b"))
        expect(page.locator("#submit")).to_be_disabled()
        fake_desk.silent = False
        expect(page.locator("#pulse")).to_contain_text("Live")
    assert min(took) < PROMPT, took


def test_when_the_desk_is_gone_the_page_says_so_and_recovers_by_itself(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    opened(sight, address)
    page = sight.page
    page.click(cell(CALENDAR))
    page.wait_for_selector(".rung.ask")
    fake_desk.stop()
    expect(page.locator("#pulse")).to_contain_text("Desk gone")
    expect(page.get_by_role("alert").first).to_contain_text("every number below is old")
    expect(page.locator(cell(CALENDAR))).to_have_class(re.compile(r"\bold\b"))
    expect(page.locator("#submit")).to_be_disabled()
    fake_desk.commands.clear()
    fake_desk.start()
    expect(page.locator("#pulse")).to_contain_text("Live")
    expect(page.locator(cell(CALENDAR))).not_to_have_class(re.compile(r"\bold\b"))
    assert Watch(f"ladder:{CALENDAR}") in fake_desk.commands


@pytest.mark.parametrize("mode", ["REPLAY", "DEMO", "PAPER"])
def test_the_mode_is_in_badge_title_favicon_and_frame(
    sight: Sight, address: str, fake_desk: FakeDesk, mode: str
) -> None:
    fake_desk.mode = mode
    opened(sight, address)
    page = sight.page
    expect(page.locator("#mode")).to_contain_text(mode)
    expect(page.locator("#mode")).to_contain_text("fills are simulated")
    expect(page).to_have_title(re.compile(rf"^\[{mode}\]"))
    expect(page.locator("#favicon")).to_have_attribute("href", f"/favicon-{mode.lower()}.svg")
    expect(page.locator("html")).to_have_attribute("data-mode", mode.lower())


def test_a_replay_that_is_over_says_so_and_keeps_its_last_state_readable(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    fake_desk.mode = "REPLAY"
    opened(sight, address)
    page = sight.page
    expect(page.locator(".progress")).to_contain_text("40 %")
    fake_desk.running = False
    expect(page.locator("#pulse")).to_contain_text("Ended")
    fake_desk.silent = True
    page.wait_for_timeout(1500)
    expect(page.locator("#pulse")).to_contain_text("Ended")
    expect(page.locator(cell(CALENDAR))).not_to_have_class(re.compile(r"\bold\b"))


def test_when_the_web_process_is_gone_the_page_says_so(sight: Sight, fake_desk: FakeDesk, tmp_path: Path) -> None:
    with web_process(fake_desk.path, tmp_path / "state") as address:
        opened(sight, address)
        expect(sight.page.locator("#pulse")).to_contain_text("Live")
    expect(sight.page.locator("#pulse")).to_contain_text("Disconnected")
    expect(sight.page.locator("#favicon")).to_have_attribute("href", "/favicon-off.svg")
    expect(sight.page.get_by_role("alert").first).to_contain_text("Disconnected from the web process")


def test_an_order_whose_answer_was_lost_can_be_sent_again_with_the_same_key(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    opened(sight, address)
    page = sight.page
    fake_desk.mute = True
    page.fill("#size", "0.5")
    confirm(sight)
    expect(page.locator("#outcome")).to_contain_text("waiting for the desk")
    assert len(fake_desk.awaited(1)) == 1, "the desk has it, and does not answer"
    fake_desk.stop()
    expect(page.locator("#outcome")).to_contain_text("it may have taken the order")
    expect(page.locator("#pulse")).not_to_contain_text("Live")
    again = page.get_by_role("button", name="Send again with the same key")
    again.click()
    expect(page.locator("#outcome")).to_contain_text("Not sent again: the desk is not connected")
    fake_desk.mute = False
    fake_desk.start()
    expect(page.locator("#pulse")).to_contain_text("Live")
    again.click()  # still offered: what became of the first sending is not known yet
    expect(page.locator("#outcome")).to_contain_text("Order 1 accepted")
    one, other = fake_desk.placed
    assert one.key == other.key
    assert len(fake_desk.orders) == 1


def test_a_frozen_market_says_why_and_is_traded_again_when_the_operator_says_so(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    market = PERPETUAL.partition("~")[0]
    opened(sight, address)
    page = sight.page
    page.get_by_role("tab", name="Markets").click()
    row = page.locator(f'[data-market="{market}"]')
    expect(row).to_be_visible()
    expect(page.get_by_role("button", name="Trade again")).to_have_count(0)
    fake_desk.market.frozen[market] = f"{market} is frozen: orders that are not this desk's were seen there"
    expect(row).to_contain_text("▲ frozen")
    why = page.locator(f'[data-why="{market}"]')
    expect(why).to_be_visible()
    expect(why.locator("span")).to_have_text(fake_desk.market.frozen[market])
    button = why.get_by_role("button", name="Trade again")
    page.set_viewport_size({"width": 390, "height": 844})
    width = page.evaluate("document.querySelector('#table').clientWidth")
    told = why.locator("span").bounding_box()
    assert told is not None
    assert told["x"] + told["width"] <= 390, "read without scrolling sideways"
    assert page.evaluate("document.querySelector('#table').scrollWidth") == width
    button.click()
    expect(button).to_have_count(0)
    expect(why).to_have_count(0)
    (thaw,) = [command for command in fake_desk.commands if isinstance(command, Thaw)]
    assert thaw.symbol == market
    fake_desk.market.frozen[market] = "frozen once more"
    button.click()
    expect(button).to_have_count(0)
    keys = {command.key for command in fake_desk.commands if isinstance(command, Thaw)}
    assert len(keys) == 2, "each time is a request of its own"
    assert sight.complaints == []
