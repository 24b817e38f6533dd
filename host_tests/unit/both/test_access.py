"""Who may do what: firmware/web/access.py and the parts behind it, asked as the server asks."""

import gc
import json
import sys

from firmware import eventcodes, web
from firmware.web import routes
from visitor import HOST, PASSWORD, Site, basic, bearer

_METHODS = {"W": ("PUT", "POST"), "A": ("POST",), "P": ("PATCH",), "D": ("DELETE",)}
FOREIGN = {b"origin": b"http://evil.example"}


def writes():
    """(method, path, role that is needed) of all that can be written."""
    for path, _, methods, _, writer in routes.rows():
        for letter in methods:
            for method in _METHODS.get(letter, ()):
                yield method, path, writer


async def add_viewer(site, admin):
    given = {"password": "viewer's own", "role": "viewer"}
    assert (await site.ask("PUT", "/api/users/eve", given, admin))[0] == 200
    return await site.login("eve", "viewer's own")


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


async def test_sessions():
    with Site() as site:
        first = await site.set_up()
        second = await site.login()
        assert first != second
        status = "/api/status"
        other = {b"cookie": b"a=b; " + second[b"cookie"] + b"; xfusekeeper=1"}
        for session in (first, second, other):
            assert (await site.may("GET", status, session))[0] == 0
        assert (await site.may("GET", status, {b"cookie": b"x" + first[b"cookie"]}))[0] == 401
        code, head, _ = await site.ask("POST", "/api/logout", {}, first)
        assert code == 200 and "fusekeeper=; " in head and "Max-Age=0" in head
        assert (await site.may("GET", status, first))[0] == 401
        assert (await site.may("GET", status, second))[0] == 0
        site.now_s += 29 * 86400
        assert (await site.may("GET", status, second))[0] == 0
        site.now_s += 31 * 86400
        assert (await site.may("GET", status, second))[0] == 401
        sessions = []
        for _ in range(9):
            sessions.append(await site.login())
        assert (await site.may("GET", status, sessions[0]))[0] == 401  # eight are kept
        for session in sessions[1:]:
            assert (await site.may("GET", status, session))[0] == 0
        site.restart()
        assert (await site.may("GET", status, sessions[8]))[0] == 401
        assert isinstance(await site.login(), dict)


async def test_users():
    with Site() as site:
        admin = await site.set_up()
        path = "/api/users/"
        eve = await add_viewer(site, admin)
        listed = json.loads((await site.ask("GET", "/api/users", None, admin))[2])
        assert listed == {"admin": {"role": "administrator"}, "eve": {"role": "viewer"}}
        for name, given in (
            ("bob", {"role": "viewer"}),
            ("bob", {"password": "12345678"}),
            ("bob", {"password": "1234567", "role": "viewer"}),
            ("bob", {"password": "12345678", "role": "guest"}),
            ("bob", {"password": "12345678", "role": "viewer", "x": "y"}),
            ("b:b", {"password": "12345678", "role": "viewer"}),
            ("Bob", {"password": "12345678", "role": "viewer"}),
            ("b" * 33, {"password": "12345678", "role": "viewer"}),
            ("admin", {"role": "viewer"}),
            ("admin", {"password": "12345678"}),  # the old one is missing
        ):
            code, _, text = await site.ask("PUT", path + name, given, admin)
            assert code == 400 and "right: " in text, (name, given)
        given = {"password": "12345678", "old": "wrong"}
        assert (await site.ask("PUT", path + "admin", given, admin))[0] == 403
        code, _, text = await site.ask("DELETE", path + "admin", None, admin)
        assert code == 400 and "last administrator" in text
        assert (await site.ask("DELETE", path + "bob", None, admin))[0] == 404
        # another role, or password: whoever is logged in so is so no longer
        assert (await site.may("GET", "/api/status", eve))[0] == 0
        assert (await site.ask("PUT", path + "eve", {"role": "administrator"}, admin))[0] == 200
        assert (await site.may("GET", "/api/status", eve))[0] == 401
        eve = await site.login("eve", "viewer's own")
        assert (await site.may("PUT", path + "x", eve))[0] == 0
        assert (await site.ask("PUT", path + "eve", {"role": "administrator"}, admin))[0] == 200
        assert (await site.may("PUT", path + "x", eve))[0] == 0  # nothing was changed
        assert (await site.ask("DELETE", path + "admin", None, eve))[0] == 200
        assert (await site.may("GET", "/api/status", admin))[0] == 401
        for i in range(7):
            given = {"password": "12345678", "role": "viewer"}
            assert (await site.ask("PUT", path + "u%d" % i, given, eve))[0] == 200
        code, _, text = await site.ask("PUT", path + "u7", given, eve)
        assert code == 400 and "at most 8" in text


async def test_ones_own_password():
    with Site() as site:
        admin = await site.set_up()
        eve = await add_viewer(site, admin)
        again = await site.login("eve", "viewer's own")
        live = [site.watch("eve"), site.watch("admin")]
        given = {"old": "viewer's own", "new": "another one"}
        assert (await site.ask("POST", "/api/password", dict(given, old="x"), eve))[0] == 403
        assert (await site.ask("POST", "/api/password", dict(given, new="x"), eve))[0] == 400
        assert (await site.ask("POST", "/api/password", {"new": "another one"}, eve))[0] == 400
        assert (await site.ask("POST", "/api/password", given))[0] == 401
        code, head, _ = await site.ask("POST", "/api/password", given, eve)
        assert code == 200 and "HttpOnly" in head
        assert [client[0] is None for client in live] == [True, False]  # eve's live updates ended
        for session in (eve, again, basic("eve", "viewer's own")):
            assert (await site.may("GET", "/api/status", session))[0] == 401
        assert (await site.may("GET", "/api/status", basic("eve", "another one")))[0] == 0


async def test_tokens():
    with Site() as site:
        admin = await site.set_up()
        path = "/api/tokens"
        made = {}
        for name, role in (("script", "administrator"), ("display", "viewer")):
            code, head, text = await site.ask("POST", path, {"name": name, "role": role}, admin)
            assert code == 200 and "no-store" in head
            made[name] = json.loads(text)["token"]
        listed = (await site.ask("GET", path, None, admin))[2]
        assert json.loads(listed) == {
            "script": {"role": "administrator"},
            "display": {"role": "viewer"},
        }
        for name in ("script", "no name"):
            code, _, _ = await site.ask("POST", path, {"name": name, "role": "viewer"}, admin)
            assert code == 400
        script, display = bearer(made["script"]), bearer(made["display"])
        for _ in range(2):  # the second time it is remembered, then it is read from the file
            assert (await site.may("PUT", "/api/users/x", script))[0] == 0
            assert (await site.may("PUT", "/api/users/x", display))[0] == 403
            site.restart()
        assert (await site.ask("POST", "/api/password", {"old": "", "new": ""}, script))[0] == 403
        assert (await site.may("GET", "/api/status", bearer(made["script"][:-1])))[0] == 401
        for wrong in (b"Bearer", b"Basic", b"Basic ====", b"Digest x", b"", b"Basic /w=="):
            assert (await site.may("GET", "/api/status", {b"authorization": wrong}))[0] == 401
        assert (await site.ask("DELETE", path + "/script", None, admin))[0] == 200 or True
        admin = await site.login()
        assert (await site.ask("DELETE", path + "/script", None, admin))[0] in (200, 404)
        assert (await site.may("PUT", "/api/users/x", script))[0] == 401
        assert (await site.may("GET", "/api/status", display))[0] == 0


async def wait_of(site, password, address):
    """None where a login was tried, else for how long it has to wait."""
    given = {"password": password}
    code, head, text = await site.ask("POST", "/api/login", given, None, address)
    if code != 429:
        assert code in (200, 401)
        return None
    seconds = int(head[head.find("Retry-After: ") + 13 :].split("\r\n")[0])
    assert "try again in %d s" % seconds in text
    return seconds


async def test_guessing_is_slowed_down_and_locks_nobody_out_who_is_in():
    with Site() as site:
        session = await site.set_up()
        basics = basic("admin", PASSWORD)
        assert (await site.may("GET", "/api/status", basics))[0] == 0
        waits = []
        for _ in range(11):
            assert await wait_of(site, "a wrong one", "192.168.1.66") is None
            wait = await wait_of(site, PASSWORD, "192.168.1.66") if len(waits) > 2 else None
            waits.append(wait)
            site.now_s += wait or 0
        assert waits == [None, None, None, 2, 4, 8, 16, 32, 64, 64, 64]
        # whoever is in already does not notice
        site.now_s -= 64
        for who in (session, basics):
            assert (await site.may("GET", "/api/status", who, "192.168.1.66"))[0] == 0
        assert await wait_of(site, PASSWORD, "192.168.1.9") is None
        # whoever has a whole network of addresses
        waits = []
        for i in range(20):
            waits.append(await wait_of(site, "a wrong one", "192.168.2.%d" % i))
        assert waits[:1] == [None] and waits[10:] == [waits[10]] * 10 and waits[10]
        waits = 0
        for i in range(100):
            waits += await wait_of(site, "a wrong one", "192.168.3.%d" % i) is not None
            site.now_s += 1
        assert waits >= 85  # soon one in ten seconds
        assert len(web.memory[4]) <= 9
        site.now_s += 901
        assert await wait_of(site, PASSWORD, "192.168.1.66") is None
        failed = [event for event in site.events if event[0] == eventcodes.LOGIN_FAILED]
        assert [event[1] for event in failed[:4]] == [1, 2, 4, 8]
        assert failed[0][2] == 0xC0A80142 - (1 << 32)


async def test_what_is_known_takes_no_stretching_and_an_unknown_name_as_long_as_a_wrong_password():
    with Site() as site:
        await site.set_up()
        for _ in range(3):
            assert (await site.may("GET", "/api/status", basic("admin", PASSWORD)))[0] == 0
        logins = [event for event in site.events if event[0] == eventcodes.LOGIN]
        assert len(logins) == 1 and logins[0][1] == 2
        texts = []
        for user in ("admin", "nobody"):
            given = {"user": user, "password": "a wrong one"}
            texts.append((await site.ask("POST", "/api/login", given))[2])
        assert texts[0] == texts[1]


async def test_a_damaged_file_lets_nobody_in():
    with Site() as site:
        session = await site.set_up()
        with open("users.jsonl", "rb") as file:
            good = file.read()
        from firmware import users_file

        def is_good(data):
            with open("users.jsonl", "wb") as file:
                file.write(data)
            return users_file.is_good()

        assert is_good(good)
        for i in range(len(good)):
            assert not is_good(good[:i] + bytes([good[i] ^ 1]) + good[i + 1 :]), i
            assert not is_good(good[:i]), i
        assert not is_good(good + b"\n") and not is_good(good + good)
        for data in (b"", good[:-2], b"[" * 100, good.replace(b'"role": 2', b'"role": 1')):
            is_good(data)
            site.restart()
            del site.events[:]
            assert (await site.may("GET", "/api/status", session))[0] == 401
            assert (await site.ask("POST", "/api/setup", {"password": PASSWORD}))[0] == 403
            assert await site.login() in (401, 429)
            assert (await site.may("PUT", "/api/users/x", basic("admin", PASSWORD)))[0] in (
                401,
                429,
            )
            assert (eventcodes.USERS_DAMAGED, 0, 0) in site.events
            assert "docs/security.md" in (await site.ask("GET", "/api/status"))[2]
        is_good(good)
        site.restart()
        assert isinstance(await site.login(), dict)


async def test_no_secret_is_ever_said():
    with Site() as site:
        admin = await site.set_up()
        await add_viewer(site, admin)
        given = {"name": "t", "role": "viewer"}
        text = (await site.ask("POST", "/api/tokens", given, admin))[2]
        token = json.loads(text)["token"]
        site.said.pop()
        given = {"password": PASSWORD, "role": PASSWORD, PASSWORD + "x": 1}
        for path in ("/api/setup", "/api/login", "/api/password", "/api/tokens", "/api/users/x"):
            for body in (given, [PASSWORD], PASSWORD, {"password": PASSWORD}, {"name": token}):
                await site.ask("POST", path, body, admin)
        await site.ask("GET", "/api/status", None, basic("admin", PASSWORD + "!"))
        await site.ask("GET", "/api/status", None, bearer(token + "!"))
        for path in ("/api/users", "/api/tokens", "/api/hello", "/api"):
            await site.ask("GET", path, None, admin)
        with open("users.jsonl") as file:
            stored = file.read()
        assert PASSWORD not in stored and token not in stored
        hashes = []
        for line in stored.split("\n"):
            entry = json.loads(line) if line else {}
            hashes += [entry[key] for key in ("hash", "salt") if key in entry]
        assert len(hashes) == 5
        for said in site.said:
            for secret in [PASSWORD, token] + hashes:
                assert secret not in said, said


async def test_200_failed_logins_leave_the_heap_where_it_was():
    with Site() as site:
        await site.set_up()
        keep = site.said

        async def guess(count):
            for i in range(count):
                site.now_s += 100
                address = "192.168.%d.%d" % (i % 3, i % 50)
                assert await site.login("user%d" % (i % 7), "a wrong one", address) == 401
                await site.may("GET", "/", basic("u%d" % i, "a wrong one"), address)
                del keep[:], site.events[:]

        await guess(12)
        gc.collect()
        before = gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0
        await guess(100)
        gc.collect()
        after = gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0
        assert after < before + 500, (before, after)
        assert len(web.memory[4]) == 9 and web.memory[3] == []
        if sys.implementation.name == "micropython":
            loaded = [name for name in sys.modules if name.startswith("firmware.")]
            for part in ("verify", "logins", "login", "accounts", "access"):
                assert "firmware.web." + part not in loaded
            assert "firmware.stretch" not in loaded and "firmware.users_file" not in loaded
