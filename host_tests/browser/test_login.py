"""The first visit, the login and the logout in Chromium, before the real web server."""

import pytest
from playwright.sync_api import expect

from host_tests.browser.test_page import CONTRAST, card
from host_tests.web import running_site
from tools.login import PASSWORD, authorization

USER = "Authorization: " + authorization()["Authorization"]


@pytest.fixture(scope="module")
def site(image, micropython, tmp_path_factory):
    log = tmp_path_factory.mktemp("login") / "log"
    with running_site.running(image, micropython, log, is_first_visit=True) as running:
        yield running
    assert log.read_text() == ""


def fill(page, **fields):
    for name, value in fields.items():
        page.locator(f"#login [name={name}]").fill(value)
    page.locator("#login button").click()


def test_first_visit_login_and_logout(site, visitor):
    """One after the other, as a person meets them."""
    page = visitor
    page.goto(site.url)
    form = page.locator("#login")
    expect(form).to_contain_text("First visit: choose the administrator's password.")
    expect(form).to_contain_text("Serial number ")
    expect(card(page, "Left")).to_contain_text("Charging")  # everybody may read
    expect(page.locator("#leave")).to_be_hidden()
    fill(page, password="short", again="short")
    expect(form.get_by_role("alert")).to_have_text("At least 8 characters, please.")
    fill(page, password=PASSWORD, again=PASSWORD + "x")
    expect(form.get_by_role("alert")).to_have_text("The two passwords differ.")
    fill(page, password=PASSWORD, again=PASSWORD)
    expect(page.locator("#leave")).to_have_text("Log out admin")
    expect(form).to_be_empty()
    expect(card(page, "Left")).to_contain_text("Charging")
    [cookie] = page.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["path"] == "/"
    assert page.evaluate("document.cookie") == ""
    # a script of our page writes with the session alone
    asked = (
        "fetch('charge_manager/available_current', {method: 'PUT', headers: OURS, body: '9000'})"
    )
    assert page.evaluate(f"{asked}.then((answer) => answer.status)") == 200
    page.reload()
    expect(card(page, "Left")).to_contain_text("may draw 9 A")
    with page.expect_navigation():
        page.locator("#leave").click()
    expect(form).to_contain_text("Log in")
    expect(card(page, "Left")).to_have_count(0)
    assert page.evaluate(f"{asked}.then((answer) => answer.status)") == 401
    fill(page, user="admin", password="a wrong one")
    expect(form.get_by_role("alert")).to_have_text("Wrong user or password.")
    fill(page, user="admin", password=PASSWORD)
    expect(page.locator("#leave")).to_have_text("Log out admin")
    expect(card(page, "Left")).to_contain_text("may draw 9 A")
    # the password changes somewhere else: the page, with all that is live on it, asks again
    given = f'{{"old": "{PASSWORD}", "new": "{PASSWORD}"}}'
    assert site.request("POST", "/api/password", given, [USER])[0] == 200
    expect(form).to_contain_text("Log in")
    expect(card(page, "Left")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_fits_a_phone_and_has_contrast(site, visitor, scheme):
    visitor.set_viewport_size({"width": 320, "height": 700})
    visitor.emulate_media(color_scheme=scheme)
    visitor.goto(site.url)
    expect(visitor.locator("#login button")).to_be_visible()
    assert visitor.evaluate("document.documentElement.scrollWidth") <= 320
    assert visitor.evaluate(CONTRAST) == []


def test_a_foreign_page_cannot_use_the_session(site, visitor):
    """A page of another origin, in a browser that is logged in: nothing is written or read."""
    page = visitor
    site.request("POST", "/api/setup", f'{{"password": "{PASSWORD}"}}')
    page.goto(site.url)
    fill(page, user="admin", password=PASSWORD)
    expect(page.locator("#leave")).to_be_visible()
    page.route("http://evil.example/", lambda route: route.fulfill(body="<p>evil</p>"))
    page.goto("http://evil.example/")
    for method in ("GET", "POST"):
        body = ", body: '7000'" if method == "POST" else ""
        script = f"""fetch("{site.url}/charge_manager/available_current",
            {{method: "{method}", credentials: "include", mode: "no-cors"{body}}})
            .then((answer) => answer.type, () => "refused")"""
        page.evaluate(script)
        assert page.evaluate(script.replace("no-cors", "cors")) == "refused"
    page.said.clear()  # the browser tells of what it has refused
    page.goto(site.url)
    expect(card(page, "Left")).to_contain_text("may draw 9 A")
