"""Backup, restore and factory reset of the whole firmware."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import time
import urllib.request

import pytest

from host_tests.web import whole_firmware

PASSWORD = "kept in the safe"
WIFI = {"wifi": {"ssid": "Hof", "password": "streng geheim"}}


@pytest.fixture(scope="module")
def firmware():
    """One of our own: its users change, and in the end it is reset."""
    with whole_firmware.running() as running:
        yield running


@pytest.fixture
def before(firmware):
    """The settings before a test, with a secret; those of the site hold again after it."""
    known = firmware.get("/api/settings")
    status, text = firmware.asked("PATCH", "/api/settings", {"network": WIFI})
    assert status == 200, text
    yield firmware.get("/api/settings")
    assert firmware.asked("PUT", "/api/settings", known)[0] == 200


def stored(firmware, name="settings.json"):
    return (firmware.site.flash / name).read_text()


def users(firmware):
    """The entries of the file of users; a dict has no order on the board."""
    return [json.loads(line) for line in stored(firmware, "users.jsonl").splitlines()[:-1]]


def restore(firmware, backup, **more):
    return firmware.asked("POST", "/api/restore", {"backup": backup, **more})


def test_the_settings_come_back_as_they_were_but_without_secrets(firmware, before):
    status, headers, body = firmware.request("GET", "/api/backup")
    assert status == 200 and 'filename="fusekeeper-host' in headers["content-disposition"]
    assert b"streng geheim" not in body and firmware.request("HEAD", "/api/backup")[2] == b""
    backup = json.loads(body)
    assert backup["format"] == "fusekeeper-backup" and backup["settings"]["version"] == 2
    assert firmware.asked("PATCH", "/api/settings", {"name": "else", "chargers": []})[0] == 200
    status, answer = restore(firmware, backup)
    assert (status, answer["restored"], answer["missing"]) == (200, ["settings"], ["users"])
    assert firmware.get("/api/settings") == before
    assert "streng geheim" in stored(firmware)  # the stored one stayed
    assert firmware.events()[-1] == 86
    # on a device that does not know the secret
    assert firmware.asked("PATCH", "/api/settings", {"network": None})[0] == 200
    status, answer = restore(firmware, backup)
    assert status == 200 and answer["missing"] == ["users", "network.wifi.password"]
    assert firmware.get("/api/settings")["network"]["wifi"] == {"ssid": "Hof", "password": None}


def test_a_sealed_backup_brings_all_back(firmware, before):
    known = users(firmware)
    learnt = firmware.site.flash / "learnt.json"
    rows = [["192.168.1.9", "grid", None, "L231"], ["192.168.1.8", "grid", "L123", "L312"]]
    learnt.write_text(json.dumps({"rotations": rows}))
    status, sealed = firmware.asked("POST", "/api/backup", {"password": PASSWORD})
    assert status == 200, sealed
    text = json.dumps(sealed)
    for secret in ("streng", "geheim", known[0]["hash"]):
        assert secret not in text
    assert firmware.asked("PATCH", "/api/settings", {"name": "x", "network": None})[0] == 200
    learnt.unlink()
    user = {"password": "a guest's password", "role": "viewer"}
    assert firmware.asked("PUT", "/api/users/guest", user)[0] == 200
    assert len(users(firmware)) == 2
    status, answer = restore(firmware, sealed, password=PASSWORD)
    assert status == 200, answer
    assert answer["restored"] == ["settings", "users", "learnt"] and answer["missing"] == []
    assert json.loads(learnt.read_text())["rotations"] == rows
    assert answer["after_restart"] == ["network"]
    assert users(firmware) == known
    assert "streng geheim" in stored(firmware)
    assert firmware.get("/api/settings") == before


def test_the_sealed_form_is_the_documented_one(firmware, before):
    sealed = firmware.asked("POST", "/api/backup", {"password": PASSWORD})[1]
    salt, iv = bytes.fromhex(sealed["salt"]), bytes.fromhex(sealed["iv"])
    rounds = sealed["rounds"]
    key = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, rounds)
    data = base64.b64decode("".join(sealed["data"]))
    header = b"fusekeeper-backup 1 %d " % rounds + salt
    mac_key = hmac.digest(key, b"authenticate", "sha256")
    assert hmac.digest(mac_key, header + iv + data[:-32], "sha256") == data[-32:]
    done = subprocess.run(
        ["openssl", "enc", "-d", "-aes-256-cbc", "-K",
         hmac.digest(key, b"encrypt", "sha256").hex(), "-iv", iv.hex()],
        input=data[:-32], capture_output=True, check=True,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["setting", "name", before["name"]] in rows
    assert [row[2]["name"] for row in rows if row[:2] == ["entry", "chargers"]] == [
        row["name"] for row in before["chargers"]
    ]
    assert [row[1]["role"] for row in rows if row[0] == "user"] == [2]
    assert len({len(text) for text in sealed["data"][:-1]}) == 1


def test_what_is_wrong_is_said_and_nothing_changes(firmware, before):
    sealed = firmware.asked("POST", "/api/backup", {"password": PASSWORD})[1]
    plain = firmware.get("/api/backup")
    data = sealed["data"]
    cut = {**sealed, "data": data[:-1]}
    turned = {**sealed, "data": [data[1], data[0], *data[2:]]}
    byte = {**sealed, "data": [("B" if data[0][0] == "A" else "A") + data[0][1:], *data[1:]]}
    files = (stored(firmware), stored(firmware, "users.jsonl"))
    for words, backup, more in (
        ("wrong password", sealed, {"password": PASSWORD + "!"}),
        ("password: missing", sealed, {}),
        ("or damaged", cut, {"password": PASSWORD}),
        ("or damaged", turned, {"password": PASSWORD}),
        ("or damaged", byte, {"password": PASSWORD}),
        ("or damaged", {**sealed, "iv": "00" * 16}, {"password": PASSWORD}),
        ("or damaged", {**sealed, "rounds": 2999}, {"password": PASSWORD}),
        ("damaged", {**sealed, "rounds": 10**6}, {"password": PASSWORD}),
        ("damaged", {**sealed, "salt": "xy"}, {"password": PASSWORD}),
        ("damaged", {**sealed, "data": []}, {"password": PASSWORD}),
        ("damaged", {**sealed, "data": ["!", 5]}, {"password": PASSWORD}),
        ("newer firmware", {**plain, "format_version": 2}, {}),
        ("newer firmware", {**plain, "settings": {**plain["settings"], "version": 99}}, {}),
        ("no backup", {"settings": {}}, {}),
        ("settings: missing", {**plain, "settings": None}, {}),
        ("circuits[0]", {**plain, "settings": {**before, "circuits": [{"nme": "x"}]}}, {}),
        ("wrong body", plain, {"pasword": "x"}),
    ):
        status, text = restore(firmware, backup, **more)
        assert status == 400 and words in text, (words, status, text)
        assert (stored(firmware), stored(firmware, "users.jsonl")) == files
    for body in ({}, {"password": "short"}, {"password": 5}, {"password": PASSWORD, "x": 1}):
        assert firmware.asked("POST", "/api/backup", body)[0] == 400
    assert not [name for name in os.listdir(firmware.site.flash) if name.startswith("restore")]
    assert firmware.get("/api/settings") == before


def sealed_by_hand(content):
    """A sealed file of ours with another content, made as docs/backup.md says."""
    salt = iv = bytes(16)
    key = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 1000)
    command = ["openssl", "enc", "-aes-256-cbc", "-iv", iv.hex(), "-K"]
    command.append(hmac.digest(key, b"encrypt", "sha256").hex())
    data = subprocess.run(command, input=content, capture_output=True, check=True).stdout
    mac_key = hmac.digest(key, b"authenticate", "sha256")
    data += hmac.digest(mac_key, b"fusekeeper-backup 1 1000 " + salt + iv + data, "sha256")
    about = {"format": "fusekeeper-backup", "format_version": 1, "rounds": 1000}
    text = base64.b64encode(data).decode()
    texts = [text[i : i + 100] for i in range(0, len(text), 100)]
    return {**about, "salt": salt.hex(), "iv": iv.hex(), "data": texts}


def test_a_sealed_file_with_a_wrong_content_is_refused(firmware, before):
    for content, words in (
        (b"no JSON", "its content is none"),
        (b'["setting"]', "its content is none"),
        (b'["user", {"name": "x"}]', "its content is none"),
        (b'["user", {"name": "x", "role": 1}]', "no administrator"),
        (b'["setting", "name", 5]', "name: 5 is no text"),
        (b'["entry", "chargers", {"host": null}]', "chargers[0].host: missing"),
        (b'["entry", "chargers", {"hst": "x"}]', "chargers[0].hst: unknown key"),
        (b'["setting", "name", "Hof"]\n' * 30, ""),
    ):
        status, answer = restore(firmware, sealed_by_hand(content), password=PASSWORD)
        assert status == (400 if words else 200) and words in str(answer), (content, answer)
        assert (firmware.get("/api/settings") == before) == bool(words)


def test_an_old_version_is_brought_up_to_date(firmware, before):
    plain = firmware.get("/api/backup")
    plain["settings"] = {**before, "version": 1, "external_control": False}
    for key in ("network", "external"):
        plain["settings"].pop(key, None)
    assert restore(firmware, plain)[0] == 200
    assert firmware.get("/api/settings")["external"] == {"enabled": False}


def test_the_factory_reset_leaves_a_new_device(firmware):
    for body in ({}, {"confirm": "no"}, {"confirm": None}, "yes", {"confirm": "x", "more": 1}):
        assert firmware.asked("POST", "/api/factory_reset", body)[0] == 400
    serial = firmware.get("/api/hello")["serial"]
    firmware.site.expected_restarts += 1
    assert firmware.asked("POST", "/api/factory_reset", {"confirm": serial})[0] == 200
    deadline = time.monotonic() + 40
    first_visit = False
    while not first_visit:
        assert time.monotonic() < deadline
        time.sleep(0.1)
        with contextlib.suppress(OSError, ValueError):
            with urllib.request.urlopen(firmware.url + "/api/hello", timeout=2) as answer:
                first_visit = json.load(answer)["first_visit"]
    names = os.listdir(firmware.site.flash)
    assert not {"settings.json", "users.jsonl", "factory.reset", "restore.new"} & set(names)
    with urllib.request.urlopen(firmware.url + "/api/events", timeout=5) as answer:
        events = json.load(answer)["events"]
    assert [(event["number"], event["code"]) for event in events][:2] == [(1, 85), (2, 1)]
    with urllib.request.urlopen(firmware.url + "/api/settings", timeout=5) as answer:
        assert json.load(answer)["chargers"] == []
