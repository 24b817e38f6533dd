"""The JSON schema of the settings and the firmware's own checks take the same values."""

import json

import jsonschema
import pytest
from firmware import schema, secrets, tables_settings, wrong
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from tools import settings_schema

ANYTHING = (
    *(None, True, False, 0, 1, -1, 2, 3, 10**12, 0.5, 1.5, "", "a", " ", [], [0], {}, {"a": 1}),
    *([0, 0, 0], [1, 2], [1, 2, 3, 4], [6000, 6000, 6000], [True, 0, 0], [None] * 3, "x" * 200),
    *("0", "true", "null", "a\nb", "\x7f", "\x9f", "\xa0", "ä", "🔌", "***"),
)
TEXTS = {
    "host": (
        *("192.168.1.11", "0.1.1.1", "224.1.1.1", "223.255.255.255", "1.2.3", "1.2.3.4.5", "1"),
        *("1.2.3.256", "1.2.3.04", "box", "Box.local", "box.", ".box", "a..b", "a_b", "1-2", "1a"),
        *("1.2.3.4a", "a b", "x" * 64, "x" * 65, "1.2.3.x", "-", "_"),
    ),
    "word": ("a", "A-z_9", "a b", "a.b", "x" * 32, "x" * 33, "ä"),
    "zone": (
        *("UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0330>-3:30", "EST5EDT,M3.2.0,M11.1.0", "CET"),
        *(
            "NZST-12NZDT,M9.5.0,M4.1.0/3",
            "CET-1CEST",
            "CET-1CEST,M3.5.0",
            "CET-25",
            "CET-24:59:59",
        ),
        *("AB0", "<AB>0", "<ABC>0", "CET-1:60", "CET-1:", "CET-1:1:1:1", "CET0001", "CET001"),
        *("CET-1CEST-2,J1,J365", "CET-1CEST,J0,J365", "CET-1CEST,J1,J366", "CET-1CEST,0,365"),
        *("CET-1CEST,0,366", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M0.1.0,M1.1.0", "A1B0"),
        *("CET-1CEST,M1.6.0,M1.1.0", "CET-1CEST,M1.1.7,M1.1.0", "CET-1CEST,M1.1,M1.1.0"),
        *("CET-1CEST,0/167,1/-167:59", "CET-1CEST,0/168,1", "CET-1CEST,0/,1", "CET-1CEST,,1"),
        *("CET-1CEST,J01,J001/+2", "CET-1CEST,J0001,J1", "CET-1CEST,M01.01.00,M012.5.6", "UTC0 "),
        *("CET-1CEST,J00,J1", "Europe/Berlin", "<a+1>3<b-2>,1,2", "CET-1CEST2CEST,1,2", "UTC+0"),
    ),
    "time_of_day": ("00:00", "23:59", "24:00", "1:00", "01:60", "aa:bb", "00-00", "00:000"),
    "model": ("api", "eastron_sdm630", "nothing"),
    "secret": ("12345678", "1234567", "x" * 63, "x" * 64, "passwörter", "tab\tulator"),
    "label": ("a", "a-b", "-a", "a-", "a_b", "x" * 32, "x" * 33, "a.b", "9"),
    "ipv4": (
        "0.0.0.0",
        "255.255.255.255",
        "256.1.1.1",
        "1.2.3",
        "01.2.3.4",
        "1.2.3.4 ",
        "a.b.c.d",
    ),
    "netmask": (
        *("255.255.255.0", "255.255.255.252", "255.255.255.254", "255.0.0.0", "254.0.0.0"),
        *("255.255.128.0", "255.0.255.0", "0.0.0.0", "255.255.255.255"),
    ),
}


def leaves(fields=settings_schema.TOP, above=""):
    """All members and the tables that lists and objects have: (path, field)."""
    for field in schema.fields_of(fields):
        path = above + field[0]
        yield path, field
        if field[1] in ("rows", "table"):
            yield from leaves(field[3], path + ".")


LEAVES = dict(leaves())


def is_taken(field, value):
    """Whether the firmware's table takes it; a value that it may write changes nothing."""
    try:
        schema.table("", {field[0]: value}, (field,))
    except wrong.Invalid:
        return False
    return True


def is_described(field, value):
    described = settings_schema.value(field)
    return jsonschema.Draft202012Validator(described).is_valid(value)


def near(field):
    """Values on both sides of every bound."""
    kind, default, low, high = field[1].rpartition(".")[2], *field[2:5]
    found = [*ANYTHING, *TEXTS.get(kind, ())]
    if default not in (..., ()):
        found.append(default)
    if kind == "choice":
        found += [*low, *map(str, low), *(value + 1 for value in low if isinstance(value, int))]
    elif isinstance(low, int) and isinstance(high, int):
        around = [low - 1, low, low + 1, high - 1, high, high + 1]
        found += around
        if kind == "phases":
            found += [[value, low, high] for value in around]
        if kind in ("text", "word"):
            found += ["x" * count for count in around if count >= 0] + [
                "🔌" * high,
                "🔌" * (high + 1),
            ]
        if kind == "rows":
            found += [[{}] * 2, [None]]
    return found


@pytest.mark.parametrize("path", LEAVES)
def test_checks_and_schema_agree(path):
    field = LEAVES[path]
    for value in near(field):
        if value == "***" and field[1] == "network_checks.secret":
            continue  # the stored one takes its place before the check
        same = is_taken(field, value) == is_described(field, value)
        assert same, f"{path}: {value!r} is taken: {is_taken(field, value)}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 70000) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)
PATTERNS = [p for p, f in LEAVES.items() if f[1].rpartition(".")[2] in TEXTS]


@how(max_examples=150)
@given(st.sampled_from(sorted(LEAVES)), JSON)
def test_they_agree_on_whatever_comes(path, value):
    assert is_taken(LEAVES[path], value) == is_described(LEAVES[path], value)


@how(max_examples=200)
@given(st.sampled_from(PATTERNS), st.data())
def test_they_agree_on_texts_with_a_form(path, data):
    """Texts that are right by the schema, some with one character changed."""
    field = LEAVES[path]
    found = settings_schema.value(field)
    found = found.get("anyOf", [found])[0]
    if "pattern" in found:
        text = data.draw(st.from_regex(found["pattern"].replace("(?=.*[A-Za-z_-])", "")))
    else:
        text = data.draw(st.sampled_from(found["enum"]))
    if data.draw(st.booleans()) and text:
        at = data.draw(st.integers(0, len(text) - 1))
        char = data.draw(st.sampled_from("019aZ-_.:,/<>+ \n"))
        text = text[:at] + char + text[at + 1 :]
    if text == "***":
        return
    assert is_taken(field, text) == is_described(field, text), text


def test_whole_documents():
    whole = jsonschema.Draft202012Validator(settings_schema.settings_schema())
    patch = jsonschema.Draft202012Validator(settings_schema.settings_patch_schema())
    for document in (
        {},
        {"chargers": [{"host": "10.0.0.5"}]},
        {"network": {"wifi": {"ssid": "Yard", "password": "***"}}},
        schema.table("", {}, tables_settings.SETTINGS),
    ):
        assert whole.is_valid(document) and patch.is_valid(document)
    for document in (
        {"chargers": [{}]},
        {"unknown": 1},
        {"circuits": [{"name": "a", "x": 1}]},
        [],
    ):
        assert not whole.is_valid(document)
    for document in ({"name": None}, {"network": None}, {"network": {"wifi": None}}, {"http": {}}):
        assert patch.is_valid(document)
    assert patch.is_valid({"network": {"wifi": {"password": "12345678"}}})
    assert not patch.is_valid({"http": {"x": 1}}) and not patch.is_valid({"chargers": [{}]})


def test_it_is_json_and_knows_every_member():
    text = json.dumps(settings_schema.settings_schema())
    for path in LEAVES:
        assert json.dumps(path.rpartition(".")[2]) in text
    assert len(secrets.PATHS) == text.count(r"\\*\\*\\*")
