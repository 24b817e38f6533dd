"""The page in Chromium follows the live updates, and asks by itself where there are none."""

import subprocess
import time

import pytest
from playwright.sync_api import expect

from host_tests.browser.test_page import card
from host_tests.web import running_site
from host_tests.web.live_reader import Live

AVAILABLE = "/charge_manager/available_current"


@pytest.fixture(scope="module")
def site(image, micropython, tmp_path_factory):
    log = tmp_path_factory.mktemp("live") / "log"
    with running_site.running(image, micropython, log) as running:
        yield running


def asked(page):
    """The paths that the page asks for from now on."""
    paths = []
    page.on("request", lambda request: paths.append(request.url.partition("/api/")[2]))
    return paths


def follows(site, page, *currents):
    """Each change is on the page within two seconds."""
    for current in currents:
        site.request("PUT", AVAILABLE, str(current * 1000))
        expect(card(page, "Left")).to_contain_text(f"may draw {current} A", timeout=2000)


def test_changes_come_by_themselves(site, page):
    site.request("PUT", AVAILABLE, "16000")
    paths = asked(page)
    with page.expect_response("**/api/live") as opened:
        page.goto(site.url)
    assert opened.value.status == 200
    follows(site, page, 9, 7)
    paths.clear()
    follows(site, page, 12, 8)
    expect(page.get_by_role("status")).to_have_text("Live")
    assert paths == []  # nothing was asked


def test_a_page_that_is_hidden_leaves_its_place_to_others(site, page):
    with page.expect_response("**/api/live"):
        page.goto(site.url)
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true})"
    page.evaluate(hide % "true")
    page.evaluate("ask()")
    assert page.evaluate("source") is None
    page.evaluate(hide % "false")
    with page.expect_response("**/api/live") as opened:
        page.evaluate("ask()")
    assert opened.value.status == 200
    follows(site, page, 11)


def test_where_all_places_are_taken_it_asks(site, page):
    others = []
    deadline = time.monotonic() + 5
    while len(others) < 3:
        other = Live(site)
        others += [other] if other.code == 200 else []
        assert time.monotonic() < deadline
    with page.expect_response("**/api/live") as refused:
        page.goto(site.url)
    assert refused.value.status == 503
    paths = asked(page)
    follows(site, page, 10, 15)
    expect(page.get_by_role("status")).to_have_text("Live")
    assert "status" in paths and "live" not in paths
    for other in others:
        other.close()


def test_it_comes_back_with_the_controller(site, page, micropython):
    with page.expect_response("**/api/live"):
        page.goto(site.url)
    follows(site, page, 14)
    site.process.kill()
    site.process.wait()
    word = page.get_by_role("status")
    expect(word).to_have_text("Old values", timeout=6000)
    expect(page.get_by_label("Alarms")).to_contain_text("The controller does not answer.")
    arguments = ("-X", "heapsize=256K", str(running_site.SCRIPT), site.address, str(site.port))
    again = subprocess.Popen([micropython, *arguments], cwd=site.flash)
    try:
        expect(word).to_have_text("Live", timeout=6000)
        expect(page.get_by_label("Alarms")).not_to_contain_text("controller")
        follows(site, page, 13)
    finally:
        again.kill()
        again.wait()
