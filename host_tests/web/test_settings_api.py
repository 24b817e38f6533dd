"""/api/settings: the whole, its parts, and what is refused; before the still site."""

import json

import pytest

PATH = "/api/settings"


def get(site, path=PATH):
    status, _, body = site.request("GET", path)
    assert status == 200, body
    return json.loads(body)


def change(site, method, path, body=None):
    """The status and the text of a change."""
    data = None if body is None else json.dumps(body)
    status, _, text = site.request(method, PATH + path, data)
    return status, text.decode()


def good(site, method, path, body=None):
    status, text = change(site, method, path, body)
    assert status == 200, text
    return json.loads(text)


@pytest.fixture
def known(site):
    """The settings before a test, which hold again after it."""
    whole = get(site)
    yield whole
    good(site, "PUT", "", whole)
    assert get(site) == whole


def test_the_whole_and_its_parts_are_read(site, known):
    assert [row["name"] for row in known["chargers"]] == ["Left", "Right", "Gate", "Lost"]
    assert get(site, PATH + "/chargers/1/phases") == 1
    assert get(site, PATH + "/circuits/0") == known["circuits"][0]
    for path in ("/chargers/9", "/nothing", "/chargers/x", "/name/x"):
        assert site.request("GET", PATH + path)[0] == 404


def test_a_patch_changes_what_it_names(site, known):
    assert good(site, "PATCH", "", {"name": "x", "sharing": {"slot_minutes": 30}})
    good(site, "PATCH", "/chargers/2", {"priority": 3, "name": "Door"})
    good(site, "PATCH", "/circuits/1", {"limit_ma": 20000})
    found = get(site)
    assert found["name"] == "x" and found["sharing"]["slot_minutes"] == 30
    assert found["chargers"][2] == {**known["chargers"][2], "priority": 3, "name": "Door"}
    assert found["circuits"][1]["limit_ma"] == [20000] * 3
    assert found["charge_manager"] == known["charge_manager"]
    good(site, "PATCH", "/chargers/2", {"priority": None})
    assert "priority" not in get(site)["chargers"][2]


def test_a_put_replaces_what_it_names(site, known):
    good(site, "PUT", "/sharing/welcome_slot", True)
    good(site, "PUT", "/chargers/0/max_ma", 16000)
    good(site, "PUT", "/organization/name", "Our house")  # a table that was left out
    found = get(site)
    assert found["sharing"]["welcome_slot"] is True and found["chargers"][0]["max_ma"] == 16000
    assert found["organization"]["name"] == "Our house"
    good(site, "PUT", "/chargers", known["chargers"][:1])
    assert get(site)["chargers"] == known["chargers"][:1]
    good(site, "PUT", "/chargers/0", {"host": "10.0.0.9"})
    assert get(site)["chargers"][0]["max_ma"] == 32000


def test_lists_grow_and_shrink(site, known):
    good(site, "POST", "/chargers", {"host": "10.0.0.9", "name": "New"})
    assert [row["name"] for row in get(site)["chargers"]][-2:] == ["Lost", "New"]
    good(site, "DELETE", "/chargers/0")
    assert [row["name"] for row in get(site)["chargers"]] == ["Right", "Gate", "Lost", "New"]
    good(site, "POST", "/inputs", {"name": "ripple", "source": "api"})
    assert get(site)["inputs"] == [{"name": "ripple", "source": "api"}]
    good(site, "DELETE", "/inputs")
    good(site, "DELETE", "/chargers/3/max_ma")
    found = get(site)
    assert found["inputs"] == [] and found["chargers"][3]["max_ma"] == 32000


def test_what_is_wrong_changes_nothing(site, known):
    for method, path, body, status, words in (
        ("PATCH", "", {"nane": 1}, 400, "nane: unknown key; give one of version, name"),
        ("PATCH", "/chargers/1", {"max_ma": 5}, 400, "chargers[1].max_ma: 5 is below 6000"),
        ("PATCH", "", {"chargers": {"1": {}}}, 400, "chargers: an object is no list"),
        ("PATCH", "", [1], 400, "document: a list is no object"),
        ("PUT", "", "x", 400, 'document: "x" is no object'),
        ("PUT", "/name", 5, 400, "name: 5 is no text"),
        ("PUT", "/chargers/1/host", "192.168.1.11", 400, "chargers[1].host: "),
        ("POST", "/chargers", {"name": "x"}, 400, "chargers[4].host: missing"),
        ("POST", "/name", "x", 404, "no such path"),
        ("POST", "", {}, 405, "right: GET, PUT, PATCH"),
        ("PATCH", "/chargers/4", {}, 404, "no such path"),
        ("PUT", "/chargers/-1", {}, 404, "no such path"),
        ("PUT", "/chargers/+1", {}, 404, "no such path"),
        ("PUT", "/name/x", 1, 404, "no such path"),
        ("DELETE", "/chargers/4", None, 404, "no such path"),
        ("DELETE", "/nothing", None, 404, "no such path"),
        ("DELETE", "/chargers/-", None, 404, "no such path"),
        ("POST", "/charge_manager/verbose", True, 404, "no such path"),
        ("PUT", "/circuits/0/generation/x", 1, 404, "no such path"),
        ("DELETE", "", None, 405, "right: GET, PUT, PATCH"),
        ("DELETE", "/circuits", None, 400, "circuit"),
    ):
        found, text = change(site, method, path, body)
        assert found == status and words in text, (method, path, text)
        assert get(site) == known, (method, path)


def test_a_check_changes_nothing(site, known):
    assert good(site, "PATCH", "?check", {"name": "y"}) == {"after_restart": []}
    assert change(site, "PATCH", "?check", {"name": 1})[0] == 400
    assert get(site) == known


def test_what_acts_after_a_restart_is_told(site, known):
    assert good(site, "PATCH", "", {"http": {"port": 8080}}) == {"after_restart": ["http"]}


def test_secrets_are_written_only(site, known):
    wifi = {"ssid": "Our house", "password": "not for everybody"}
    good(site, "PATCH", "", {"network": {"wifi": wifi}})
    assert get(site)["network"]["wifi"] == {"ssid": "Our house", "password": "***"}
    assert get(site, PATH + "/network/wifi/password") == "***"
    good(site, "PUT", "", get(site))
    good(site, "PUT", "/network/wifi/ssid", "Other")
    assert get(site)["network"]["wifi"] == {"ssid": "Other", "password": "***"}
    good(site, "PUT", "", known)  # it is gone
    assert change(site, "PATCH", "", {"network": {"wifi": {"password": "***"}}})[0] == 400
