"""Sessions, users, their own passwords, and tokens: firmware/web/login.py and others beside it."""

import json

from visitor import Site, add_viewer, basic, bearer


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


async def test_nobody_logs_all_others_out_by_logging_in():
    with Site() as site:
        admin = await site.set_up()
        await add_viewer(site, admin)
        for _ in range(9):
            site.now_s += 1
            viewer = await site.login("eve", "viewer's own")
        for session in (admin, viewer):
            assert (await site.may("GET", "/api/status", session))[0] == 0


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
        admin = await site.login()  # there were restarts
        assert (await site.ask("DELETE", path + "/script", None, admin))[0] == 200
        assert (await site.ask("DELETE", path + "/script", None, admin))[0] == 404
        assert (await site.may("PUT", "/api/users/x", script))[0] == 401
        assert (await site.may("GET", "/api/status", display))[0] == 0
