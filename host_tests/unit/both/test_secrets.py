"""Passwords in the settings are written, never read."""

from test_settings import copy, good

from firmware import schema, secrets, tables_settings, wrong

SITE = {"network": {"wifi": {"ssid": "Yard", "password": "correct horse"}}, "name": "Yard"}


def test_what_is_read_has_stars():
    stored = good(SITE)
    before = copy(stored)
    shown = secrets.mask(stored)
    assert shown["network"]["wifi"] == {"ssid": "Yard", "password": "***"}
    assert stored == before and stored["network"]["wifi"]["password"] == "correct horse"
    open_wifi = good({"network": {"wifi": {"ssid": "Yard"}}})
    assert secrets.mask(open_wifi) == open_wifi
    assert secrets.mask(good({})) == good({})


def test_stars_keep_what_is_stored():
    stored = good(SITE)
    shown = copy(secrets.mask(stored))
    shown["name"] = "Court"
    written = secrets.unmask(shown, stored)
    assert written["name"] == "Court"
    assert written["network"]["wifi"]["password"] == "correct horse"
    assert shown["network"]["wifi"]["password"] == "***"
    shown["network"]["wifi"]["password"] = "battery staple"
    assert secrets.unmask(shown, stored) == shown
    shown["network"]["wifi"]["password"] = None
    assert secrets.unmask(shown, stored) == shown


def test_stars_without_a_stored_one():
    for old in ({}, {"network": {}}, {"network": {"wifi": {"ssid": "x", "password": None}}}):
        try:
            secrets.unmask({"network": {"wifi": {"ssid": "x", "password": "***"}}}, old)
        except wrong.Invalid as error:
            assert str(error) == "network.wifi.password: none is stored; give it, or null"
        else:
            raise AssertionError("stars were taken for a password")


def test_what_is_no_document_stays_what_it_is():
    for given in (None, [], "***", {"network": []}, {"network": {"wifi": "***"}}):
        assert secrets.unmask(given, SITE) == given


def secret_paths(fields, path=()):
    found = []
    for field in fields:
        if field[1] == "network_checks.secret":
            found.append(path + (field[0],))
        elif field[1] == "table":
            found += secret_paths(schema.fields_of(field[3]), path + (field[0],))
        elif field[1] == "rows":
            assert not secret_paths(schema.fields_of(field[3])), "secrets.py knows no lists"
    return found


def test_no_secret_is_forgotten():
    assert tuple(secret_paths(tables_settings.SETTINGS)) == secrets.PATHS
