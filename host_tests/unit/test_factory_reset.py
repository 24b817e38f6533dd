"""The factory reset knows every file that the firmware writes."""

import pathlib
import re

import pytest

from firmware import factory_reset

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = re.compile(r'"([a-z_]+)\.(?:jsonl?|new|old|ok|bad|now|tmp|reset)"')


def test_no_file_of_data_is_left():
    found = set()
    for path in (ROOT / "firmware").rglob("*.py"):
        found |= set(NAME.findall(path.read_text()))
    assert {"settings", "users", "learnt", "energy"} <= found
    assert found - {"factory"} <= set(factory_reset._KINDS)


@pytest.mark.parametrize("is_begun", [True, False])
def test_program_and_page_stay(tmp_path, monkeypatch, is_begun):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib").mkdir()
    names = ["boot.py", "main.py", "settings.json", "users.jsonl", "energy.now", "events.old"]
    for name in names:
        (tmp_path / name).write_text(name)
    if is_begun:
        factory_reset.begin()
    factory_reset.finish()
    left = {"boot.py", "main.py", "lib", "events"} if is_begun else {"lib", *names}
    assert {path.name for path in tmp_path.iterdir()} == left
