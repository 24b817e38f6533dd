"""The login over the wire, before the real server on MicroPython: curl, cookies, guesses, heap."""

import json
import subprocess
import time

import pytest

from firmware.web import routes
from host_tests.web import running_site
from tools import login

AVAILABLE = "/charge_manager/available_current"
NOBODY = ["Cookie: a=b"]
WRONG = login.authorization("a wrong one")
WRONG = [f"Authorization: {WRONG['Authorization']}"]
SECURITY = {
    "/": {
        "x-content-type-options": "nosniff",
        "content-security-policy": "frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    },
    "/api/hello": {
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
    },
}
SECURITY["/api/status"] = SECURITY["/api/hello"]


@pytest.fixture(scope="module")
def site(image, micropython, tmp_path_factory):
    log = tmp_path_factory.mktemp("access") / "log"
    with running_site.running(image, micropython, log, is_first_visit=True) as running:
        yield running
        assert running.process.poll() is None
    assert log.read_text() == ""


@pytest.fixture(scope="module")
def locked(site):
    """The same after the first visit; `session` is the administrator's cookie."""
    assert site.request("PUT", AVAILABLE, "9000")[0] == 403
    body = json.dumps({"password": login.PASSWORD})
    status, headers, _ = site.request("POST", "/api/setup", body)
    assert status == 200
    site.session = [f"Cookie: {headers['set-cookie'].split(';')[0]}"]
    # names of headers are given in small letters, with their values
    assert "; httponly; samesite=strict; path=/" in headers["set-cookie"]
    return site


def writes():
    for path, _, methods, _, writer in routes.rows():
        for letter, names in (("W", ["PUT", "POST"]), ("A", ["POST"]), ("P", ["PATCH"])):
            for method in names if letter in methods and writer else ():
                yield method, path
        if "D" in methods:
            yield "DELETE", path + "/x"


def test_every_write_without_login_is_refused_before_its_body_is_read(locked):
    for method, path in writes():
        status, headers, text = locked.request(method, path, "{}", NOBODY)
        assert status == 401 and "basic" in headers["www-authenticate"], (method, path)
        assert b"who are you?" in text
        foreign = [*locked.session, "Origin: http://evil.example"]
        assert locked.request(method, path, "{}", foreign)[0] == 403, (method, path)


def test_reading_needs_a_login(locked):
    for path in ("/api", "/api/status", AVAILABLE, "/api/status/chargers/0/name"):
        assert locked.request("GET", path, headers=NOBODY)[0] == 401
        assert locked.request("GET", path, headers=locked.session)[0] == 200
    for path in ("/", "/api/hello"):
        assert locked.request("GET", path, headers=NOBODY)[0] == 200
    # a page of ours has its own form: the browser's window stays away
    ours = [*NOBODY, "X-Requested-With: fusekeeper"]
    assert "www-authenticate" not in locked.request("GET", "/api/status", headers=ours)[1]
    assert "www-authenticate" not in locked.request("GET", "/api/live", headers=NOBODY)[1]


def test_curl_with_a_password_and_with_a_token(locked):
    def curl(*arguments):
        command = ["curl", "-sS", "--max-time", "10", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr
        return done.stdout

    user = f"{login.USER}:{login.PASSWORD}"
    assert curl("-u", user, locked.url + AVAILABLE, "-d", "12000") == ""
    assert json.loads(curl("-u", user, locked.url + AVAILABLE)) == {"current": 12000}
    made = curl("-u", user, locked.url + "/api/tokens", "-d", '{"name":"ha","role":"viewer"}')
    token = "Authorization: Bearer " + json.loads(made)["token"]
    assert json.loads(curl("-H", token, locked.url + AVAILABLE)) == {"current": 12000}
    assert "a viewer may only read" in curl("-H", token, locked.url + AVAILABLE, "-d", "1")
    assert curl("-u", user, "-X", "DELETE", locked.url + "/api/tokens/ha") == ""
    assert "unknown token" in curl("-H", token, locked.url + AVAILABLE)


def test_headers_that_keep_other_pages_away(locked):
    for path, expected in SECURITY.items():
        _, headers, _ = locked.request("GET", path, headers=locked.session)
        assert {name: headers.get(name) for name in expected} == expected, path
    _, headers, _ = locked.request("GET", "/api/status", headers=NOBODY)
    assert headers["cache-control"] == "no-store"


def test_200_wrong_logins_are_slowed_down_and_leave_the_heap_where_it_was(locked):
    def least_used():
        found = []
        for _ in range(6):
            _, _, body = locked.request("GET", "/api/status", headers=locked.session)
            found.append(json.loads(body)["mem_used"])
            time.sleep(0.21)
        return min(found)

    guess = json.dumps({"user": "admin", "password": "a wrong one"})
    answers = [locked.request("POST", "/api/login", guess, NOBODY)[0] for _ in range(6)]
    assert answers[0] == 401 and answers[-1] == 429
    before = least_used()
    for i in range(200):
        if i % 2:
            status, headers, _ = locked.request("POST", "/api/login", guess, NOBODY)
        else:
            status, headers, _ = locked.request("GET", "/api/status", headers=WRONG)
        assert status in (401, 429)
        assert status == 401 or 0 < int(headers["retry-after"]) <= 64
        # the one who is in does not notice
        if i % 20 == 0:
            assert locked.request("GET", "/api", headers=locked.session)[0] == 200
    assert least_used() < before + 1500
