"""Wrong passwords, damaged files, secrets and the heap: what a login must bear."""

import gc
import json
import sys

from firmware import eventcodes, web
from visitor import PASSWORD, Site, add_viewer, basic, bearer


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


async def test_guesses_from_ever_other_addresses_do_not_fill_the_log():
    with Site() as site:
        await site.set_up()
        for i in range(100):
            assert await wait_of(site, "a wrong one", "192.168.3.%d" % i) is None
            site.now_s += 10
        failed = [event for event in site.events if event[0] == eventcodes.LOGIN_FAILED]
        assert 10 <= len(failed) <= 14


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
