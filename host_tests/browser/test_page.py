"""The page in Chromium: it shows the site, follows it, says when it cannot, and fits a phone.

Behind it is the real web server on MicroPython with the still site of host_tests/web.
"""

import json

import pytest
from loadmgmt import reason
from playwright.sync_api import expect

from host_tests.web import running_site
from tools import login, words


@pytest.fixture
def site(image, micropython, tmp_path):
    with running_site.running(image, micropython, tmp_path / "log") as running:
        yield running


def card(page, name):
    heading = page.get_by_role("heading", name=name, exact=True)
    return page.get_by_role("article").filter(has=heading)


def test_a_card_follows_its_wallbox(site, page):
    page.goto(site.url)
    left = card(page, "Left")
    expect(left).to_contain_text("Charging")
    expect(left).to_contain_text("may draw 16 A")
    expect(left).to_contain_text("Limited by carport, phase L1.")
    status, _, _ = site.request("PUT", "/charge_manager/available_current", "9000")
    assert status == 200
    expect(left).to_contain_text("may draw 9 A")
    expect(left).to_contain_text("Limited by the current set from outside.")
    expect(page.get_by_text("Set limit")).to_be_visible()


def test_the_site_is_shown_in_words_and_to_screen_readers(site, page):
    page.goto(site.url)
    # a name that looks like markup is text
    expect(page.get_by_role("heading", name="Test <b>site</b>")).to_be_visible()
    assert page.locator("h1 b").count() == 0
    expect(page).to_have_title("Test <b>site</b>")
    grid = card(page, "grid")
    expect(grid).to_contain_text("Fuse 35 A")
    expect(grid).to_contain_text("Meter grid: believed")
    row = grid.get_by_role("img").nth(0)
    expect(row).to_have_attribute(
        "aria-label",
        "Phase L1: 21.1 A of 35 A. House 5.3 A, cars 15.8 A, reserved 6.0 A.",
    )
    expect(grid.get_by_role("img").nth(2)).to_contain_text("3.5 A")
    expect(card(page, "Right")).to_contain_text("Its minimum of 6.0 A does not fit on carport")
    expect(card(page, "Lost")).to_contain_text("6.0 A stay reserved for it")
    alarms = page.get_by_label("Alarms")
    expect(alarms).to_contain_text("Lost does not answer.")
    expect(alarms).to_contain_text("Check its power and network.")
    expect(page.get_by_role("status")).to_have_text("Live")


def altered(site, page, change):
    """Open the page with answers of the site in which something was changed."""
    status = json.loads(site.request("GET", "/api/status")[2])
    change(status)
    page.route("**/api/live", lambda route: route.abort())
    page.route("**/api/status", lambda route: route.fulfill(json=status))
    page.goto(site.url)


def test_a_site_without_circuits_has_reasons_in_words(site, page):
    def change(status):
        status["circuits"] = []
        for charger in status["chargers"]:
            charger["circuit"] = charger["reason"]["circuit"] = None

    altered(site, page, change)
    expect(card(page, "Left")).to_contain_text("Limited by the maximum current of the site, phase")
    expect(card(page, "Right")).to_contain_text("does not fit into the maximum current")
    assert "{" not in page.locator("body").inner_text()


@pytest.fixture
def german(browser):
    """A page in a browser that asks for German."""
    context = browser.new_context(locale="de-AT", extra_http_headers=login.authorization())
    yield context.new_page()
    context.close()


def test_the_page_speaks_the_language_of_the_browser(site, german):
    altered(site, german, lambda status: status["meters"][0].update(trust="silent"))
    expect(german.locator("html")).to_have_attribute("lang", "de")
    expect(german.get_by_role("status")).to_have_text("Aktuell")
    expect(card(german, "Left")).to_contain_text("Begrenzt durch carport, Phase L1.")
    expect(card(german, "Lost")).to_contain_text("6,0 A bleiben reserviert")
    expect(card(german, "grid")).to_contain_text("Zähler grid: antwortet nicht")
    expect(german.get_by_label("Störungen")).to_contain_text("Lost antwortet nicht.")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_page_and_tools_give_a_reason_in_the_same_words(site, page, german, language):
    opened = {"en": page, "de": german}[language]
    opened.goto(site.url)
    asked = [
        {"code": code, "circuit": circuit, "phase": phase, "value": value, "on": on}
        for code in (*reason.NAMES, "not_known")
        for circuit, phase in (("A <b>", 1), (None, 3))
        for value in (0, 12050, 1234567)
        for on in (False, True)
    ]
    said = opened.evaluate("(all) => all.map((asked) => reasonWords(asked, asked.on))", asked)
    expected = [
        words.reason(row["code"], row["circuit"], row["phase"], row["value"], language, row["on"])
        for row in asked
    ]
    assert said == expected


def test_an_old_meter_value_is_not_shown_as_the_present_one(site, page):
    altered(site, page, lambda status: status["meters"][0].update(trust="silent", age_ms=15000))
    expect(card(page, "grid")).to_contain_text("Meter grid: not answering, 15 s old")
    expect(page.get_by_text("Meter reading")).to_be_visible()
    expect(page.get_by_text("kW", exact=False).filter(has_not_text="kWh")).to_have_count(0)


@pytest.mark.parametrize("cause", ["power_on", "restart", "watchdog", "reset"])
def test_every_cause_of_a_restart_has_words(site, page, cause):
    altered(site, page, lambda status: status.update(reset_cause=cause))
    words = {"power_on": "power on", "restart": "on request"}.get(cause, cause)
    expect(page.locator("#foot")).to_contain_text("last restart: " + words + " ")


ALARMS = {
    "clamp_reversed": ("verkehrt herum: grid L2", "wrong way round: grid L2"),
    "clamps_swapped": ("vertauscht: grid L2", "swapped: grid L2"),
    "meter_without_chargers": ("sieht die Wallboxen nicht", "does not see the wallboxes"),
    "meter_with_chargers": ("laut Einstellungen nicht", "sees the wallboxes, although"),
    "rotation_contradicted": ("anders angeschlossen", "not connected as"),
}


def test_what_was_learnt_is_said_on_the_card(site, page):
    page.goto(site.url)
    expect(card(page, "Right")).to_contain_text("1 phase · learnt L2, 98 %")
    expect(card(page, "Left")).to_contain_text("3 phases · connected L123")
    expect(card(page, "Lost")).to_contain_text("wiring not learnt yet")
    grid = card(page, "grid")
    expect(grid).to_contain_text("Fuse 35 A · phases differ by at most 20 A · short overloads")
    alarms = page.get_by_label("Alarms")
    expect(alarms).to_contain_text("A current transformer is the wrong way round: grid L2 L3.")
    expect(alarms).to_contain_text("Lost is not connected as it was thought to be.")


@pytest.mark.parametrize(
    ("learnt", "rotation", "text"),
    [
        (None, None, "3 phases"),
        (None, "L231", "3 phases · connected L231"),
        (
            {"rotation": "L231", "percent": 98, "sure": True},
            "L231",
            "3 phases · learnt L231, 98 %",
        ),
        (
            {"rotation": "L231", "percent": 60, "sure": False},
            None,
            "3 phases · probably L231, 60 %",
        ),
        ({"rotation": "L231", "percent": 97, "sure": True}, None, "3 phases · learnt L231, 97 %"),
        (
            {"rotation": "L312", "percent": 97, "sure": True},
            "L123",
            "3 phases · connected L123 · learnt L312, 97 %",
        ),
        (
            {"rotation": None, "percent": 0, "sure": False},
            None,
            "3 phases · wiring not learnt yet",
        ),
        ({"rotation": None, "percent": 0, "sure": False}, "L123", "3 phases · connected L123"),
        ({"rotation": "L123", "percent": 33, "sure": False}, "L123", "3 phases · connected L123"),
    ],
)
def test_the_state_of_learning_in_words(site, page, learnt, rotation, text):
    altered(site, page, lambda s: s["chargers"][0].update(learnt=learnt, rotation=rotation))
    facts = card(page, "Left").locator(".facts")
    expect(facts).to_have_text("192.168.1.11 · " + text)


def test_every_alarm_of_the_wiring_has_words_in_both_languages(site, page, german):
    def change(status):
        status["alarms"] = [{"code": code, "subject": "grid L2"} for code in ALARMS]

    for opened, k, name in ((german, 0, "Störungen"), (page, 1, "Alarms")):
        altered(site, opened, change)
        shown = opened.get_by_label(name)
        for texts in ALARMS.values():
            expect(shown).to_contain_text(texts[k])
        said = shown.locator(".todo").all_inner_texts()
        assert len(said) == len(ALARMS) and all(said)
        assert "alarm." not in shown.inner_text()


def test_old_values_are_called_old(site, page):
    page.goto(site.url)
    expect(page.get_by_role("status")).to_have_text("Live")
    site.process.kill()
    expect(page.get_by_role("status")).to_have_text("Old values", timeout=9000)
    expect(page.get_by_label("Alarms")).to_contain_text("The controller does not answer.")


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_text_has_contrast(site, page, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(site.url)
    expect(card(page, "Lost")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    low = page.evaluate(CONTRAST)
    assert low == []


# Every element with text of its own whose colour has less than 4.5 to 1 against what is behind it.
CONTRAST = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const color = channels(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.body.querySelectorAll("*")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !node.checkVisibility() || node.tagName === "SCRIPT") continue;
    const [a, b] = [light(channels(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(node.className + " " + node.textContent + " " + ratio.toFixed(2));
  }
  return found;
}"""
