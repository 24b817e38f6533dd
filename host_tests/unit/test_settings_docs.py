"""Every setting has its words in each language and the other way round; docs/settings.md is what
the tool makes; each name that other products have is told where it lives here."""

import json

import pytest

from tools import build_image, settings_docs

# the names that the project was asked to have a home for
ASKED = {
    "WARP": (
        *("available_current", "enable_charge_manager", "enable_watchdog"),
        *("default_available_current", "maximum_available_current", "minimum_current_auto"),
        *("minimum_current_vehicle_type", "minimum_current", "minimum_current_1p", "verbose"),
        *("requested_current_threshold", "requested_current_margin", "chargers[].host"),
        *("chargers[].name", "state, low_level_state, low_level_config", "MQTT", "short form"),
        *("Energy meter", "Maximum current at grid connection", "largest single consumer"),
        *("Additional safety margin", "Maximum total current", "Default available current"),
        *("Watchdog", "Start phase duration", "Phase current margin", "Minimum charging current"),
        *("Phase rotation", "Current distribution log", "Externally controlled mode"),
        *("Add charger", "PV excess"),
    ),
    "MENNEKES": (
        *("Dynamic Load Management - DLM Master/Slave", "DLM Network Id"),
        *("Disable Discovery Broadcasting", "DLM Algorithm Sample Rate", "Allow EV Wakeup"),
        "EVSE Sub-Distribution Limit (L1/L2/L3) [A]",
        "Operator EVSE Sub-Distribution Limit (L1/L2/L3) [A]",
        *("External Meter Support", "Meter configuration (Second)"),
        *("IP address of second meter", "Port number of Second Meter"),
        "Main Distribution Limit (L1/L2/L3) [A]",
        "External Load Headroom (L1/L2/L3) [A]",
        "External Load Fallback (L1/L2/L3) [A]",
        *("External Meter Location", "Meter Digital Input Config"),
        *("Meter Digital Input Current Offset (L1/L2/L3) [A]", "Maximum Current Scheduler"),
        *("Current Imbalance Prevention", "Current Imbalance Limit [A]"),
        *("Installation Current Limit [A]", "Modbus TCP Server", "Base Port"),
        *("Register Address Set", "Allow Start/Stop Transaction", "Allow UID Disclose"),
        *("static", "DHCP", "OCPP backend", "HTTP basic", "DLM Status", "netmask", "gateway"),
        *("1 A steps", "Restart", "Serial number on the login page", "172.16.23.100", "Clock"),
    ),
    "Charge Amps": (
        *("Organization", "contact details", "Power meter: serial", "Power meter: PIN"),
        *("type of load balancing", "Outlet active", "phases and their order"),
        *("Maximum current per phase (AG offline)", "Maximum current per phase (AG online)"),
        *("Minimum current per charger", "Maximum supply current", "Import chargers"),
        *("phases it may use", "while communication is interrupted", "Activate"),
    ),
}


@pytest.mark.parametrize("language", settings_docs.LANGUAGES)
def test_every_setting_has_its_words(language):
    told = settings_docs.catalogue(language)
    entries = {entry["path"]: entry for entry in settings_docs.entries()}
    assert list(told) == list(entries)  # in the order of the tables, too
    for path, words in told.items():
        assert set(words) <= {"title", "help", "choices"}, path
        assert 0 < len(words["title"]) <= 40 and words["help"].endswith((".", "!")), path
        assert "  " not in words["help"] and "|" not in words["help"] + words["title"], path
        if "choices" in words:
            choices = [str(value) for value in entries[path]["choices"]]
            assert list(words["choices"]) == choices, path
            assert all(words["choices"].values()), path


def test_the_languages_have_words_for_the_same():
    told = [settings_docs.catalogue(language) for language in settings_docs.LANGUAGES]
    for other in told[1:]:
        for path, words in other.items():
            assert words.get("choices", {}).keys() == told[0][path].get("choices", {}).keys()
            assert words["help"] != told[0][path]["help"], path


def test_units_are_told_where_there_are_some():
    for entry in settings_docs.entries():
        suffix = entry["path"].rpartition("_")[2]
        if suffix in ("ma", "ms", "s", "pct", "minutes") and "_" in entry["path"]:
            assert "unit" in entry, entry["path"]
    units = {entry["path"]: entry.get("unit") for entry in settings_docs.entries()}
    assert units["charge_manager.minimum_current_1p"] == "mA"
    assert units["charge_manager.requested_current_threshold"] == "s"
    assert units["charge_manager.minimum_current_vehicle_type"] is None


def test_the_document_is_what_the_tool_makes():
    text = settings_docs.DOCS.read_text(encoding="utf-8")
    assert text == settings_docs.text(), "run .venv/bin/python tools/settings_docs.py"


@pytest.mark.parametrize("product", ASKED)
def test_every_name_of_other_products_is_told(product):
    rows = [row for row in settings_docs.names() if row["product"] == product]
    missing = [name for name in ASKED[product] if not any(name in row["name"] for row in rows)]
    assert missing == []


def test_names_lead_to_settings_or_say_why_not():
    paths = {entry["path"] for entry in settings_docs.entries()}
    seen = set()
    for row in settings_docs.names():
        assert len({"settings", "elsewhere", "not_yet"} & set(row)) == 1, row
        assert set(row) <= {"product", "name", "settings", "elsewhere", "not_yet", "note"}, row
        assert set(row.get("settings", ())) <= paths, row
        assert row.get("settings", row.get("elsewhere", row.get("not_yet"))), row
        assert (row["product"], row["name"]) not in seen, row
        seen.add((row["product"], row["name"]))


@pytest.mark.parametrize("language", settings_docs.LANGUAGES)
def test_the_page_gets_all_of_it(language):
    content = json.loads(settings_docs.as_json(language))
    rows = {row["path"]: row for row in content["settings"]}
    assert content["language"] == language and len(rows) == len(list(settings_docs.entries()))
    limit = rows["circuits[].limit_ma"]
    assert (limit["type"], limit["min"], limit["max"], limit["unit"]) == (
        "phases",
        0,
        1000000,
        "mA",
    )
    assert limit["default"] is None and limit["title"] and limit["help"]
    assert "EVSE Sub-Distribution Limit (L1/L2/L3) [A]" in limit["answers_to"]["MENNEKES"]
    assert rows["network.address"]["after_restart"] and "after_restart" not in limit
    assert rows["meters[].name"]["required"] and "default" not in rows["meters[].name"]
    assert rows["chargers[].circuit"]["refers_to"] == "circuits[]"


def test_the_image_holds_it():
    wanted = build_image.contents()
    for language in settings_docs.LANGUAGES:
        assert len(wanted[f"www/settings_schema.{language}.json.gz"]) < 10000
