"""Who may do what: firmware/web/access.py and the parts behind it, asked as the server asks."""

import json

from firmware import eventcodes
from firmware.web import routes
from visitor import HOST, PASSWORD, Site, add_viewer, basic, bearer

_METHODS = {"W": ("PUT", "POST"), "A": ("POST",), "P": ("PATCH",), "D": ("DELETE",)}
FOREIGN = {b"origin": b"http://evil.example"}


def writes():
    """(method, path, role that is needed) of all that can be written."""
    for path, _, methods, _, writer in routes.rows():
        for letter in methods:
            for method in _METHODS.get(letter, ()):
                yield method, path, writer


async def test_before_the_first_password_everybody_reads_and_only_sets_it():
    with Site() as site:
        for path, _, methods, reader, _ in routes.rows():
            if "R" in methods or "F" in methods:
                expected = 403 if reader == 2 else 0
                assert (await site.may("GET", path))[0] == expected, path
        for method, path, needed in writes():
            for headers in (None, basic("admin", ""), basic("admin", PASSWORD), bearer("x")):
                status, _ = await site.may(method, path, headers)
                assert status == (403 if needed == 2 else 0), (method, path)
        status, _, text = await site.ask("PUT", "/api/users/eve", {})
        assert status == 403 and "/api/setup" in text
        for path in ("/api/login", "/api/password"):
            assert (await site.ask("POST", path, {"password": PASSWORD}))[0] == 403
        hello = json.loads((await site.ask("GET", "/api/hello"))[2])
        assert hello["first_visit"] is True and hello["role"] == "viewer" and hello["serial"]


async def test_the_first_password_is_set_once():
    with Site() as site:
        for wrong in ("", "1234567", "x" * 129, "ä" * 129, "ä" * 7, 12345678, None, ["12345678"]):
            status, _, text = await site.ask("POST", "/api/setup", {"password": wrong})
            assert status == 400 and "right: " in text, wrong
        assert (await site.ask("POST", "/api/setup", {}))[0] == 400
        assert (await site.ask("POST", "/api/setup", {"password": PASSWORD, "a": 1}))[0] == 400
        live = site.watch("")
        status, head, text = await site.ask("POST", "/api/setup", {"password": PASSWORD})
        assert (status, json.loads(text)) == (200, {"user": "admin", "role": "administrator"})
        for flag in ("; HttpOnly", "; SameSite=Strict", "; Path=/"):
            assert flag in head
        assert site.events == [(eventcodes.PASSWORD, 0, 0)]
        assert live[0] is None  # nobody may read any more
        assert (await site.ask("POST", "/api/setup", {"password": "another one"}))[0] == 403
        hello = json.loads((await site.ask("GET", "/api/hello"))[2])
        assert (hello["first_visit"], hello["role"], hello["user"]) == (False, "nobody", "")


async def test_every_write_needs_an_administrator_and_our_own_page():
    with Site() as site:
        admin = await site.set_up()
        viewer = await add_viewer(site, admin)
        own = {b"origin": b"http://" + HOST, b"sec-fetch-site": b"same-origin"}
        count = 0
        for method, path, needed in writes():
            count += 1
            where = (method, path)
            assert (await site.may(method, path))[0] == (401 if needed else 0), where
            stale = {b"cookie": b"fusekeeper=" + b"0" * 40}
            assert (await site.may(method, path, stale))[0] == (401 if needed else 0), where
            assert (await site.may(method, path, viewer))[0] == (403 if needed == 2 else 0), where
            for who in (admin, basic("admin", PASSWORD)):
                assert (await site.may(method, path, who))[0] == 0, where
                headers = dict(who)
                headers.update(own)
                assert (await site.may(method, path, headers))[0] == 0, where
                for foreign in (
                    FOREIGN,
                    {b"origin": b"null"},
                    {b"origin": b"https://" + HOST},
                    {b"origin": b"http://" + HOST + b":81"},
                    {b"sec-fetch-site": b"cross-site"},
                    {b"sec-fetch-site": b"same-site"},
                ):
                    headers = dict(who)
                    headers.update(foreign)
                    assert (await site.may(method, path, headers))[0] == 403, where
        assert count > 10


async def test_reading_needs_a_viewer_unless_it_is_open():
    with Site() as site:
        admin = await site.set_up()
        viewer = await add_viewer(site, admin)
        for is_open in (False, True):
            site.open_reading = is_open
            for path, _, methods, reader, _ in routes.rows():
                if "R" not in methods and "F" not in methods and "L" not in methods:
                    continue
                nobody = 0 if reader == 0 or (is_open and reader == 1) else 401
                assert (await site.may("GET", path))[0] == nobody, path
                assert (await site.may("GET", path, viewer))[0] == (403 if reader == 2 else 0)
                assert (await site.may("GET", path, admin))[0] == 0, path
            assert (await site.may("PUT", "/api/users/x"))[0] == 401


async def test_a_foreign_name_that_leads_to_us_is_refused():
    with Site() as site:
        admin = await site.set_up()
        for host, own in (
            (b"192.168.1.5", True),
            (b"192.168.1.5:8080", True),
            (b"localhost:8080", True),
            (b"fusekeeper", True),
            (b"Fusekeeper.LOCAL", True),
            (b"box.home.arpa:80", True),
            (b"evil.example", False),
            (b"1.2.3.4.evil.example", False),
            (b"local.evil.example:80", False),
            (b"", True),  # HTTP/1.0; a browser always sends one
        ):
            for who in ({}, admin):
                headers = {b"host": host}
                headers.update(who)
                assert (await site.may("GET", "/", headers))[0] == (0 if own else 403), host
            headers = {b"host": host}
            headers.update(basic("admin", PASSWORD))
            assert (await site.may("GET", "/api/status", headers))[0] == 0  # no browser's affair


async def test_at_the_first_visit_a_foreign_name_is_refused_with_any_credentials():
    """A page that leads its own name to us could send them, too, and set the first password."""
    with Site() as site:
        for who in (basic("admin", PASSWORD), bearer("x"), {b"authorization": b""}):
            headers = {b"host": b"evil.example", b"origin": b"http://evil.example"}
            headers.update(who)
            assert (await site.may("POST", "/api/setup", headers))[0] == 403
            assert (await site.may("GET", "/api/status", headers))[0] == 403
