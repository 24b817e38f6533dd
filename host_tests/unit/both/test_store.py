"""The settings file: what is taken, what is refused, what a failure at any step leaves."""

import json
import os

import firmware
from firmware import tables_settings
from firmware import settings, store

FOLDER = "store.test"
OLD = {"name": "old", "circuits": [{"name": "grid", "limit_ma": 11000}]}
NEW = {"name": "new", "circuits": [{"name": "grid", "limit_ma": 20000}]}


class Scratch:
    """An empty current directory for the time of a test."""

    def __enter__(self):
        self.home = os.getcwd()
        # modules are still loaded after the change of the folder; MicroPython finds them by this
        self.path = firmware.__path__
        if isinstance(self.path, str) and self.path[:1] != "/":
            firmware.__path__ = self.home + "/" + self.path
        clear(FOLDER)
        os.mkdir(FOLDER)
        os.chdir(FOLDER)

    def __exit__(self, *_):
        os.chdir(self.home)
        firmware.__path__ = self.path
        clear(FOLDER)


def clear(folder):
    try:
        for name in os.listdir(folder):
            os.remove(folder + "/" + name)
        os.rmdir(folder)
    except OSError:
        pass


def read(name):
    with open(name, "rb") as file:
        return file.read()


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def loaded_name():
    return settings.load()[0]["name"]


def test_new_device_starts_with_the_defaults():
    with Scratch():
        assert settings.load() == (settings.defaults(), None)
        assert os.listdir() == []


def test_saved_is_loaded():
    with Scratch():
        assert settings.save(OLD) is None
        document, error = settings.load()
        assert error is None
        assert document == settings.validate(OLD)[0]
        assert sorted(os.listdir()) == ["settings.json", "settings.ok"]
        data = json.loads(read("settings.json"))
        assert data["circuits"][0]["limit_ma"] == [11000] * 3


def test_largest_document_fits():
    with Scratch():
        document = {
            "circuits": [
                {"name": "Unterverteilung Tiefgarage %02d" % i, "limit_ma": 1000000}
                for i in range(16)
            ],
            "chargers": [
                {
                    "name": "Stellplatz %02d" % i,
                    "host": "192.168.178.%d" % (i + 1),
                    "rotation": "L312",
                    "circuit": "Unterverteilung Tiefgarage 15",
                }
                for i in range(64)
            ],
        }
        assert settings.save(document) is None
        assert len(settings.load()[0]["chargers"]) == 64


def test_wrong_document_is_not_saved():
    with Scratch():
        settings.save(OLD)
        assert settings.save({"name": 1}).startswith("name: 1 is no text")
        assert loaded_name() == "old"


def test_plain_file_written_by_hand_is_taken_and_copied():
    with Scratch():
        write("settings.json", json.dumps(OLD).encode())
        assert settings.load() == (settings.validate(OLD)[0], None)
        copy = read("settings.ok")  # what is in force, an entry a line, for those who change it
        assert settings.current()["name"] == "old" and b'\n"name": "old",\n' in copy


def wrong_file(data, wanted):
    """Load `data`; the last good copy has to be in force and the file has to stay."""
    settings.save(OLD)
    write("settings.json", data)
    document, error = settings.load()
    assert error.startswith("settings.json: ") and wanted in error, error
    assert len(error) < 200
    assert document["name"] == "old"
    assert os.stat("settings.json")[6] == len(data)
    # without a copy: no wallboxes, and the error
    os.remove("settings.ok")
    document, error = settings.load()
    assert document == settings.defaults() and wanted in error
    assert os.stat("settings.json")[6] == len(data)


def test_wrong_files():
    rows = (
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"hello", "no JSON"),
        (b'{"name": NaN}', ""),
        (b'{"name": "x"} {}', "no JSON"),
        (b"[]", "document: a list is no object"),
        (b"null", "document: null is no object"),
        (b'{"name": 5}', "name: 5 is no text"),
        (b'{"http": {"port": 1e400}}', "http.port: "),
        (b'{"http": {"port": 100000000000000000000000000000}}', "http.port: 1000000"),
        (b"[" * 20000, ""),
        (b'{"a":' * 5000, ""),
        (b"[[[[[[[[]]]]]]]]", "document: a list"),
        (b" " * 32769, "32769 bytes; give at most 32768"),
        (b"x" * 300000, "300000 bytes; give at most 32768"),
        (b'{"crc": "00000000"}', "changed after it was stored"),
    )
    for data, wanted in rows:
        with Scratch():
            wrong_file(data, wanted)


def test_changed_bit_and_hand_edited_copy_are_told_apart():
    with Scratch():
        settings.save(OLD)
        data = read("settings.json")
        changed = data.replace(b"11000", b"91000", 1)
        wrong_file(changed, 'changed after it was stored; remove "crc"')
        # as the message says: without it the change is meant
        write("settings.json", changed[: changed.rfind(b",")] + b"}")
        assert settings.load()[0]["circuits"][0]["limit_ma"][0] == 91000


def test_file_that_ends_early():
    with Scratch():
        settings.save(OLD)
        data = read("settings.json")
        for end in range(1, len(data) - 2):
            write("settings.json", data[:end])
            document, error = settings.load()
            assert error and document["name"] == "old", end


def test_lost_file_is_replaced_by_the_copy():
    with Scratch():
        settings.save(OLD)
        os.remove("settings.json")
        document, error = settings.load()
        assert document["name"] == "old" and "cannot be read" in error


def test_wrong_file_is_kept_when_new_settings_are_saved():
    with Scratch():
        write("settings.json", b"my work")
        assert settings.load()[1]
        assert settings.save(NEW) is None
        assert read("settings.bad") == b"my work"
        assert settings.load()[0]["name"] == "new"


class Cut(OSError):
    """The power goes, or the flash refuses."""


class Failing:
    """Counts the calls that change the file system and fails from number `last` on."""

    def __init__(self, last):
        self.left = last
        self.torn = False

    def step(self):
        self.left -= 1
        if self.left < 0:
            raise Cut(28)

    def rename(self, old, new):
        self.step()
        os.rename(old, new)

    def stat(self, name):
        return os.stat(name)

    def open(self, name, mode):
        if "w" in mode:
            self.step()
        return FailingFile(self, open(name, mode), "w" in mode)


class FailingFile:
    def __init__(self, system, file, counts):
        self.system = system
        self.file = file
        self.counts = counts

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        if self.counts:
            self.system.step()

    def __iter__(self):
        return iter(self.file)

    def read(self, *count):
        return self.file.read(*count)

    def write(self, data):
        if self.system.left == 0:
            self.file.write(data[: len(data) // 2])
        self.system.step()
        return self.file.write(data)


NEW_IN_FULL = settings.validate(NEW)[0]
KEYS = [field[0] for field in tables_settings.SETTINGS]


def test_failure_at_every_step_leaves_old_or_new():
    steps = 0
    outcomes = set()
    while True:
        with Scratch():
            settings.save(OLD)
            system = Failing(steps)
            store.os, store.open = system, system.open
            try:
                error = store.write(NEW_IN_FULL, KEYS) or store.commit(False)
            finally:
                store.os = os
                del store.open
            name = loaded_name()
            document, load_error = settings.load()
            assert load_error is None and name in ("old", "new"), (steps, load_error)
            assert document == settings.validate(OLD if name == "old" else NEW)[0]
            assert (error is None) == (name == "new"), (steps, error, name)
            outcomes.add(name)
            if system.left >= 0:
                break
        steps += 1
    assert outcomes == {"old", "new"} and steps > 20


def test_what_is_in_force_is_read_row_by_row():
    with Scratch():
        assert settings.current() == settings.defaults()
        given = {
            "circuits": [{"name": "a, b", "limit_ma": 32000}, {"name": "]", "limit_ma": 16000}],
            "chargers": [{"name": '"],', "host": "10.0.0.%d" % i} for i in range(1, 4)],
        }
        for i, row in enumerate(given["chargers"]):
            row["name"] += str(i)
        assert settings.save(given) is None
        found = settings.current()
        rows = found.pop("chargers")
        whole = settings.validate(given)[0]
        assert list(rows) == list(rows) == whole.pop("chargers") and len(rows) == 3
        assert rows[2]["host"] == "10.0.0.3" and found == whole
        try:
            rows[3]
            raise AssertionError
        except IndexError:
            pass


def test_rows_that_are_generated_are_checked_one_by_one():
    with Scratch():
        settings.save(OLD)
        box = {"host": "10.0.0.1"}
        given = {"circuits": [{"name": "x", "limit_ma": 32000}], "chargers": (b for b in (box,))}
        document, error = settings.prepare(given)
        assert error is None and document["chargers"][0]["circuit"] == "x"
        assert settings.current()["name"] == "old"  # nothing is in force yet
        assert settings.commit() is None and len(settings.current()["chargers"]) == 1
        for rows, words in (
            ((b for b in (box, {"host": 5})), "chargers[1].host: 5 is no text"),
            ((box for _ in range(65)), "chargers: 65 entries; give at most 64"),
            ([box] * 70, "chargers: 70 entries; give at most 64"),
            ((b for b in (box, box)), "chargers[1].host:"),
            ({}, "chargers: an object is no list"),
            (None, "chargers: null is no list"),
        ):
            given["chargers"] = rows
            assert words in settings.prepare(given)[1]
            assert "settings.new" not in os.listdir(".")
            assert len(settings.current()["chargers"]) == 1


def test_settings_that_nobody_has_built_can_be_taken_back():
    with Scratch():
        settings.save(OLD)
        settings.prepare(NEW)
        assert settings.commit(True) is None and settings.current()["name"] == "new"
        assert store.tried(False) and loaded_name() == "old"
        assert settings.current()["name"] == "old" and "settings.bad" in os.listdir(".")
        assert not store.tried(False) and loaded_name() == "old"  # nothing is untried now
        settings.prepare(NEW)
        settings.commit(True)
        assert not store.tried(True) and loaded_name() == "new"
        assert not store.tried(False) and loaded_name() == "new"


def test_settings_that_are_replaced_before_anybody_tried_them_are_not_those_before():
    with Scratch():
        settings.save(OLD)
        for name in ("one", "two"):
            settings.prepare(dict(NEW, name=name))
            assert settings.commit(True) is None and settings.current()["name"] == name
        assert store.tried(False) and loaded_name() == "old"


def test_a_wrong_file_is_not_what_untried_settings_go_back_to():
    with Scratch():
        settings.save(OLD)
        write("settings.json", b"my work")
        assert loaded_name() == "old"
        settings.prepare(NEW)
        assert settings.commit(True) is None and read("settings.bad") == b"my work"
        assert store.tried(False) and loaded_name() == "old"
