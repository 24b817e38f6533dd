"""Settings of an older firmware are taken, those of a newer one are refused with clear words."""

from firmware import settings


def migrated(document):
    given = dict(document)
    result, error = settings.validate(given)
    assert given == document
    return result, error


def test_external_control_of_version_1():
    for given in (True, False):
        for version in ({}, {"version": 1}):
            document = dict(version)
            document["external_control"] = given
            document["name"] = "Yard"
            result, error = migrated(document)
            assert error is None, error
            assert result["version"] == 2 and result["name"] == "Yard"
            assert result.get("external", {}).get("enabled", True) is given
            assert "external_control" not in result


def test_version_1_without_it():
    result, error = migrated({"version": 1})
    assert error is None and result == settings.defaults()


def test_a_document_without_version_is_the_newest():
    result, error = migrated({"external": {"enabled": False, "watchdog_s": 60}})
    assert error is None, error
    assert result["external"] == {"enabled": False, "watchdog_s": 60}


def test_what_does_not_belong_to_the_version():
    rows = (
        ({"version": 2, "external_control": True}, "external_control: unknown key; give one of"),
        ({"version": 1, "external": {}}, "external: unknown key in version 1; give external_con"),
        ({"external": {}, "external_control": True}, "external: unknown key in version 1; "),
        ({"version": 3}, "version: 3 was made by a newer firmware; give 1..2, or install that"),
        ({"version": -1}, "version: -1 is unknown; give 1..2, or leave it out"),
        ({"version": None}, "version: null is unknown; give 1..2, or leave it out"),
        ({"version": 1.0}, "version: 1.0 is unknown; give 1..2, or leave it out"),
        ({"external_control": 1}, "external_control: 1 is no truth value; give true or false"),
        ({"external": {"watchdog_s": 4}}, "external.watchdog_s: 4 is below 5; give 5..3600"),
    )
    for document, wanted in rows:
        result, error = migrated(document)
        assert result is None and error.startswith(wanted), error
