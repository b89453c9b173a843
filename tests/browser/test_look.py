"""How the terminal looks: themes, narrow windows, keys, headers; screenshots are kept in ``test-results``."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from playwright.sync_api import expect
from tests.browser.conftest import RESULTS
from tests.browser.fakedesk import held

from basisdesk.domain.stream import FillRow, OrderRow, PositionRow

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from tests.browser.conftest import Sight
    from tests.browser.fakedesk import FakeDesk

pytestmark = pytest.mark.browser
SIZES = {"wide": (1600, 1000), "laptop": (1180, 800), "tablet": (900, 1100), "phone": (390, 844)}

CONTRAST = """() => {
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parts = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(node).backgroundColor);
      if (a === 1 && r !== undefined) return [r, g, b];
    }
    return [0, 0, 0];
  };
  const poor = [];
  const texts = 'h1, h2, .dim, .rung span, .rows th, .rows td, .tabs button, .note, dt, dd, button, .empty, .mode';
  const exempt = '.stale, .old, [disabled], .hidden, .card';
  for (const node of document.querySelectorAll(texts)) {
    if (!node.innerText?.trim() || node.closest(exempt)) continue;
    const ink = parts(getComputedStyle(node).color).slice(0, 3);
    const [one, other] = [light(ink), light(ground(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) poor.push(`${node.className || node.tagName} ${node.innerText.slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


def shown(browser: Browser, address: str, size: str, scheme: Any) -> Any:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".cell")
    page.wait_for_selector(".rung.ask")
    page.wait_for_function("() => Number(document.querySelector('.chart').dataset.candles) > 100")
    return page


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", list(SIZES))
def test_nothing_scrolls_sideways_and_text_has_contrast(browser: Browser, address: str, size: str, scheme: str) -> None:
    page = shown(browser, address, size, scheme)
    RESULTS.mkdir(exist_ok=True)
    page.screenshot(path=RESULTS / f"terminal-{size}-{scheme}.png", full_page=size in {"phone", "tablet"})
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    outside = (
        "[...document.querySelectorAll('.pane')].filter((p) => p.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert page.evaluate(outside) == 0
    assert page.evaluate(CONTRAST) == []
    page.context.close()


def test_the_theme_is_chosen_by_the_system_until_chosen_here_and_remembered(sight: Sight, address: str) -> None:
    page = sight.page
    page.goto(address)
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Switch theme").click()
    expect(html).to_have_attribute("data-theme", "light")
    page.reload()
    expect(html).to_have_attribute("data-theme", "light")


def test_help_names_the_keys_and_shows_licences_and_attribution(sight: Sight, address: str) -> None:
    page = sight.page
    page.goto(address)
    page.wait_for_selector(".cell")
    page.keyboard.press("?")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("Search a spread")
    expect(dialog.get_by_role("link", name="TradingView")).to_have_attribute("href", "https://www.tradingview.com/")
    dialog.get_by_text("Licences of what this page contains").click()
    for name in ("preact", "lightweight-charts", "@preact/signals", "@fontsource-variable/inter"):
        expect(dialog.locator("pre")).to_contain_text(name)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert sight.complaints == []


def test_escape_clears_the_ticket(sight: Sight, address: str) -> None:
    page = sight.page
    page.goto(address)
    page.wait_for_selector(".cell")
    page.keyboard.press("b")
    page.keyboard.type("0.5")
    page.keyboard.press("Escape")
    assert page.input_value("#size") == ""


def test_a_size_that_is_typed_after_a_side_replaces_the_last_one(sight: Sight, address: str) -> None:
    page = sight.page
    page.goto(address)
    page.wait_for_selector(".cell")
    page.keyboard.press("b")
    page.keyboard.type("0.5")
    page.locator("#submit").focus()
    page.keyboard.press("s")
    page.keyboard.type("0.1")
    assert page.input_value("#size") == "0.1"


def test_what_became_of_an_order_covers_nothing_of_a_low_ticket(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    fake_desk.refuse_with = "size 0.5 BTC is worth 12 USDT; " * 8
    page = sight.page
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto(address)
    page.wait_for_selector(".terms")
    page.get_by_label("Confirm before sending").uncheck()
    page.fill("#size", "0.5")
    page.click("#submit")
    expect(page.locator("#outcome")).to_contain_text("Refused")
    ends = page.evaluate(
        "document.querySelector('#outcome').getBoundingClientRect().top"
        " + document.querySelector('#outcome').scrollHeight"
    )
    assert ends <= page.evaluate("document.querySelector('.terms').getBoundingClientRect().top")


def test_instrument_details_show_on_focus(sight: Sight, address: str) -> None:
    page = sight.page
    page.goto(address)
    page.wait_for_selector(".cell")
    page.get_by_role("button", name="LEG1 details").focus()
    card = page.locator("#card-LEG1")
    expect(card).to_be_visible()
    for term in ("Amount step", "Contract size", "Minimum notional", "Minimum size", "Max leverage"):
        expect(card).to_contain_text(term)


def test_every_table_without_rows_says_what_to_do(sight: Sight, address: str) -> None:
    page = sight.page
    page.goto(address)
    page.wait_for_selector(".cell")
    for name, words in {
        "Active spread orders": "Select a crossing",
        "Positions": "first fill",
        "Fills": "A market order fills at once",
        "Order history": "stay here",
    }.items():
        page.get_by_role("tab", name=name).click()
        expect(page.locator("#table")).to_contain_text(words)
    page.get_by_role("tab", name="Markets").click()
    expect(page.locator("#markets tbody tr")).to_have_count(10)
    page.get_by_role("tab", name="Log").click()
    expect(page.locator(".log")).to_contain_text("20 markets listed")


SPREAD = "binance:BTC/USDT:USDT-261225~bybit:BTC/USDT:USDT"
RIGHTS = """(selector) => [...document.querySelectorAll(selector)].map((node) => [...node.children]
  .filter((cell) => cell.innerText.trim() && getComputedStyle(cell).display !== 'none')
  .map((cell) => Math.round(cell.getBoundingClientRect().right)))"""


def ended(order_id: str, state: str, unhedged: str) -> OrderRow:
    sides = zip(SPREAD.split("~"), ("SELL", "BUY"), ("BTC", "contracts"), strict=True)
    return OrderRow(
        order_id=order_id, spread=SPREAD, side="SELL", type="auto_trigger", size="0.1", filled="0.1", trigger="-120.5",
        state=state, active=False, displayed="-120.55", achieved="-120.61", unhedged=unhedged, created=1, updated=2,
        reason="cancelled by the operator after a while", legs=[
            {"leg": str(leg), "symbol": symbol, "side": side, "sent": "0.1", "filled": "0.1", "unit": unit,
             "average": "64262.5", "status": "DONE", "fees": "0.0000001 BTC, 3.21 USDT", "message": ""}
            for leg, (symbol, side, unit) in enumerate(sides, start=1)
        ],
    )  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(1600, 1000), (1280, 800)])
def test_orders_fit_their_pane_with_legs_under_the_headings_and_dust_quiet(
    sight: Sight, address: str, fake_desk: FakeDesk, width: int, height: int
) -> None:
    dust, exposed = ended("S1", "FILLED", "-0.0000001"), ended("S2", "INCOMPLETE", "-0.05")
    fake_desk.orders = {order.order_id: order for order in (dust, exposed)}
    page = sight.page
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    page.get_by_role("tab", name="Order history").click()
    page.locator('[data-order="S1"] .fold').click()
    legs = page.locator(".leg-row:not(.about)")
    expect(legs).to_have_count(2)
    expect(legs.first).to_contain_text("0.1 / 0.1 BTC")
    expect(legs.last).to_contain_text("0.1 / 0.1 contracts")
    expect(page.locator(".about")).to_contain_text("−0.0000001 BTC unhedged: below the smallest size")
    expect(page.locator(".about")).to_contain_text("cancelled by the operator after a while")
    expect(page.locator('[data-order="S1"] .bad')).to_have_count(0)
    expect(page.locator('[data-order="S1"]')).to_contain_text("dust")
    expect(page.locator('[data-order="S2"] .bad')).to_have_text("▲ −0.05")
    heads = page.evaluate(RIGHTS, "#order-history thead tr")[0]
    for cells in page.evaluate(RIGHTS, ".leg-row:not(.about)"):
        assert set(cells) < set(heads)
    assert page.evaluate("(() => { const box = document.querySelector('#table'); return box.scrollWidth; })()") == (
        page.evaluate("document.querySelector('#table').clientWidth")
    )


def a_busy_desk(desk: FakeDesk) -> None:
    """Orders, a position and fills with long names and long figures in every column."""
    dust, exposed = ended("S1", "FILLED", "-0.0000001"), ended("S2", "INCOMPLETE", "-0.05")
    working = msgspec.structs.replace(ended("S3", "PARTIALLY_FILLED", "0"), active=True, reason="")
    desk.orders = {order.order_id: order for order in (dust, exposed, working)}
    symbols = SPREAD.split("~")
    desk.positions[SPREAD] = PositionRow(
        spread=SPREAD, size="-0.12152732", entry="-1120.55", mark="-1120.61", pnl="-0.00004158", pnl_asset="BTC",
        fees="0.00018241 BTC, 1234.5678 USDT", net_delta="-0.00004169",
        legs=[held(symbol, Decimal("-0.12164885"), "64250.5", "64261.5", "-1234.5678") for symbol in symbols],
    )  # fmt: skip
    desk.fills = [
        FillRow(
            at=1_700_000_000_000_000_000, order_id="S1", leg=leg, symbol=symbol, side="SELL", price="64150.74000000",
            size="0.12153357", base="0.12153357", fee="0.00012153", fee_asset="BTC",
            trade_id="00000000-0068-4000-8000-000000000000",
        )
        for leg, symbol in enumerate(symbols, start=1)
    ]  # fmt: skip


OVERFLOWING = """() => [...document.querySelectorAll('#table, #table td[data-name]')]
  .filter((box) => box.scrollWidth > box.clientWidth + 1 && !box.matches('.trade'))
  .map((box) => box.id || `${box.dataset.name} ${box.innerText}`)"""


@pytest.mark.parametrize("width", [390, 600, 900, 1010, 1100, 1280])
def test_no_table_is_scrolled_sideways_and_no_figure_is_cut_off(
    sight: Sight, address: str, fake_desk: FakeDesk, width: int
) -> None:
    a_busy_desk(fake_desk)
    page = sight.page
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(address)
    page.wait_for_selector(".cell")
    for name in ("Active", "Positions", "Fills", "Order history", "Markets", "Log"):
        page.get_by_role("tab", name=name).click()
        page.wait_for_selector("#table tr, #table li")
        folds = page.locator("#table .fold[aria-expanded=false]")
        while folds.count():
            folds.first.click()
        assert page.evaluate(OVERFLOWING) == [], name
    assert page.evaluate(
        "document.querySelector('.tablist').scrollWidth <= document.querySelector('.tablist').clientWidth"
    )


def test_rows_of_a_narrow_window_are_cards_with_every_value_under_its_name(
    sight: Sight, address: str, fake_desk: FakeDesk
) -> None:
    a_busy_desk(fake_desk)
    page = sight.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    page.get_by_role("tab", name="Fills").click()
    fill = page.locator("#fills tbody tr").first
    names = "(row) => [...row.querySelectorAll('[data-name]')].map((cell) => cell.dataset.name)"
    assert fill.evaluate(names) == ["Price quote", "Venue size", "Size coin", "Fee", "Trade"]
    expect(fill.locator('[data-name="Price quote"]')).to_have_text("64,150.74")
    shown = "(cell) => getComputedStyle(cell, '::before').content"
    assert fill.locator('[data-name="Fee"]').evaluate(shown) in {"attr(data-name)", '"Fee"'}
    tops = fill.locator("[data-name]").evaluate_all("(cells) => cells.map((cell) => cell.getBoundingClientRect().top)")
    assert len(set(tops)) == 2, "five values stand in two lines of three columns"
    page.set_viewport_size({"width": 1600, "height": 1000})
    assert fill.locator('[data-name="Fee"]').evaluate(shown) == "none"
