"""Unsteady hands on the page: double clicks, held keys, decimal commas, and running through the matrix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Sight
    from tests.browser.fakedesk import FakeDesk

pytestmark = pytest.mark.browser

RUN = """() => new Promise((done) => {
  const cells = [...document.querySelectorAll('.cell')];
  for (let step = 0; step < 40; step += 1) setTimeout(() => cells[(step * 5) % cells.length].click(), step * 15);
  setTimeout(done, 700);
})"""


def opened(sight: Sight, address: str, size: str) -> None:
    sight.page.goto(address)
    sight.page.wait_for_selector(".rung.ask")
    sight.page.fill("#size", size)


def placed(sight: Sight, desk: FakeDesk, at_least: int = 0) -> int:
    desk.awaited(at_least)
    sight.page.wait_for_timeout(400)  # one more than there should be would come in this time
    return len(desk.placed)


def test_a_double_click_sends_one_order(sight: Sight, address: str, fake_desk: FakeDesk) -> None:
    opened(sight, address, "0.5")
    sight.page.get_by_label("Confirm before sending").uncheck()
    sight.page.locator("#submit").dblclick()
    assert placed(sight, fake_desk, 1) == 1


def test_enter_held_down_asks_and_does_not_confirm_itself(sight: Sight, address: str, fake_desk: FakeDesk) -> None:
    opened(sight, address, "0.5")
    sight.page.focus("#size")
    for _ in range(6):
        sight.page.keyboard.down("Enter")
        sight.page.wait_for_timeout(30)
    sight.page.keyboard.up("Enter")
    expect(sight.page.locator("dialog[open]")).to_be_visible()
    assert placed(sight, fake_desk) == 0
    sight.page.keyboard.press("Enter")
    assert placed(sight, fake_desk, 1) == 1


def test_a_decimal_comma_is_never_taken_for_thousands(sight: Sight, address: str, fake_desk: FakeDesk) -> None:
    opened(sight, address, "0,010")
    sight.page.locator("#size").press("Enter")
    expect(sight.page.locator("#size-problem")).to_contain_text("two ways")
    assert placed(sight, fake_desk) == 0


def test_a_trigger_that_is_reached_already_says_that_the_order_goes_out_at_once(sight: Sight, address: str) -> None:
    opened(sight, address, "0.5")
    sight.page.get_by_role("button", name="Auto-Trigger").click()
    note = sight.page.locator(".ticket-pane .note.warn")
    sight.page.fill("#trigger", "-100000")
    expect(note).to_have_count(0)
    sight.page.fill("#trigger", "100000")
    expect(note).to_contain_text("at once")
    sight.page.get_by_role("button", name="SELL", exact=False).first.click()
    expect(note).to_have_count(0)
    sight.page.fill("#trigger", "-100000")
    expect(note).to_contain_text("at or above")


def test_running_through_the_matrix_ends_with_ladder_and_chart_of_where_it_stopped(sight: Sight, address: str) -> None:
    opened(sight, address, "")
    page = sight.page
    page.evaluate(RUN)
    selected = page.locator(".cell[aria-selected=true]").get_attribute("data-spread")
    expect(page.locator(".chart")).to_have_attribute("data-topic", re.compile(re.escape(selected or "?")))
    expect(page.locator(".chart")).to_have_attribute("data-candles", re.compile(r"^24\d$"))
    expect(page.locator(".rung.ask").first).to_be_visible()
    expect(page.locator(".banner")).to_have_count(0)
    assert sight.complaints == []


def test_keys_typed_right_after_the_slash_are_searched_for_and_arm_nothing(sight: Sight, address: str) -> None:
    opened(sight, address, "")
    page = sight.page
    page.locator("#size").blur()
    page.keyboard.press("/")
    page.keyboard.type("bybit eth binance spot")
    expect(page.locator("#search")).to_have_value("bybit eth binance spot")
    expect(page.locator("#size")).to_have_value("")
    page.keyboard.press("Enter")
    selected = page.locator(".cell[aria-selected=true]")
    expect(selected).to_have_attribute("data-spread", "bybit:ETH/USDT:USDT~binance:ETH/USDT")
