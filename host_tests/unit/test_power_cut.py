"""Rule R8 on the chip's own file system: littlefs on a RAM block device that loses power.

For each block that is programmed or erased while something is stored there is one run that ends
there: with the block as it was, half written, or half erased. The next start has to find the old
or the new state, whole; so has the one after a start that was cut as well.
"""

import os
import pathlib
import subprocess

import pytest

FLASH = pathlib.Path(__file__).with_name("cut_flash.py")

SETTINGS = """
from firmware import settings

EVERY = 11
OLD = {"name": "old", "circuits": [{"name": "grid", "limit_ma": 11000}]}
NEW = {"name": "new", "circuits": [{"name": "grid", "limit_ma": 20000}], "chargers": [
    {"name": "Stellplatz %d" % i, "host": "192.168.1.%d" % (i + 1)} for i in range(8)]}
NAMES = {"old": settings.validate(OLD)[0], "new": settings.validate(NEW)[0]}


def state():
    document, error = settings.load()
    assert error is None, error
    name = document["name"]
    document["chargers"] = list(document["chargers"])
    assert document == NAMES[name], document
    in_force = settings.current()
    in_force["chargers"] = list(in_force["chargers"])
    assert in_force == NAMES[name], in_force
    return name


def begin():
    assert settings.load()[1] is None
    assert settings.save(OLD) is None


def store():
    settings.save(NEW)
"""
USERS = """
from firmware import users_file

EVERY = 1


def user(i, name):
    return {"name": "user%d" % i, "role": 2, "salt": "00" * 16, "hash": name * 20, "rounds": 3000}


def state():
    return list(users_file.entries())[-1]["hash"][:3]


def begin():
    for i in range(4):
        users_file.change("name", "user%d" % i, user(i, "old"))


def store():
    users_file.change("name", "user3", user(3, "new"))
"""
LEARNT = """
import json
from firmware import store as files

EVERY = 1

OLD = {"name": "old", "rotations": [["192.168.1.1", "grid", None, "L123"]]}
NEW = {"name": "new", "rotations": [["192.168.1.%d" % i, "grid", None, "L231"]
    for i in range(1, 33)]}
NAMES = {"old": OLD, "new": NEW}


def state():
    with open("learnt.json") as file:
        document = json.load(file)
    document.pop("crc")
    assert document == NAMES[document["name"]]
    return document["name"]


def keep(document):
    files.keep("learnt.json", document, ("name", "rotations"))


def begin():
    keep(OLD)


def store():
    keep(NEW)
"""
RESET = """
import os
from firmware import factory_reset

EVERY = 1

FILES = ("events", "events.old", "history", "energy.now", "learnt.json", "settings.json",
    "settings.ok", "users.jsonl")


def state():
    factory_reset.finish()
    found = sorted(os.listdir())
    if found == ["boot.py", "events"]:
        assert os.stat("events")[6] == 14
        return "new"
    assert found == ["boot.py"] + sorted(FILES), found
    for name in FILES:
        with open(name) as file:
            assert file.read() == name * 30
    return "old"


def begin():
    for name in FILES + ("boot.py",):
        with open(name, "w") as file:
            file.write(name * 30)


def store():
    factory_reset.begin()
    factory_reset.finish()
"""
# what is stored, and in how many runs at least the new one has to be there: settings have a copy
KINDS = {
    "settings": (SETTINGS, 6),
    "users": (USERS, 1),
    "learnt": (LEARNT, 1),
    "reset": (RESET, 6),
}


@pytest.mark.parametrize("kind", KINDS)
def test_power_cut_at_every_block_leaves_old_or_new(image, micropython, tmp_path, kind):
    code, least = KINDS[kind]
    (tmp_path / "cut.py").write_text(code + FLASH.read_text())
    result = subprocess.run(
        [micropython, "-X", "heapsize=64M", str(tmp_path / "cut.py")],
        env={**os.environ, "MICROPYPATH": f":.frozen:{image}/lib:{image}"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    # the lines before the last ones: what the file system says about the flash that is gone
    counts = [line.split() for line in result.stdout.splitlines() if line.startswith("cut")]
    assert len(counts) == 6  # two sizes of blocks, three ways to end
    for _, _, _, *numbers in counts:
        steps, old, new, twice = map(int, numbers)
        assert steps > 6 and old > 0 and new >= least and twice > 5, counts
