"""What tells a page about the settings, and the import of a profile, over HTTP."""

import gzip
import json

import jsonschema

from tools import openapi, settings_docs, settings_schema


def get(site, path):
    status, _, body = site.request("GET", path)
    assert status == 200, body
    return json.loads(body)


def described(name, schemas):
    """A validator of one schema of the API's description."""
    whole = {**schemas[name], "components": {"schemas": schemas}}
    return jsonschema.Draft202012Validator(whole)


def test_the_tables_are_served_in_each_language(site):
    schemas = openapi.merged()["components"]["schemas"]
    for language in settings_docs.LANGUAGES:
        path = f"/api/settings_schema.{language}.json"
        status, headers, body = site.request("GET", path)
        assert status == 200 and headers["content-encoding"] == "gzip"
        table = json.loads(gzip.decompress(body))
        described("SettingsTable", schemas).validate(table)
        assert table["language"] == language
        status, _, body = site.request("GET", path, headers=["If-None-Match: " + headers["etag"]])
        assert status == 304 and body == b""


def test_what_is_shown_fits_its_schema(site):
    shown = get(site, "/api/settings")
    jsonschema.Draft202012Validator(settings_schema.settings_schema()).validate(shown)


def test_a_profile_is_checked_and_taken_over(site):
    whole = get(site, "/api/settings")
    body = {"circuit": "carport", "rows": [[5, 16, 16, 16], [21, 20, 20, 20]], "check": True}
    status, _, text = site.request("POST", "/api/schedule_import", json.dumps(body))
    assert status == 400 and text.startswith(b"timezone: missing, and the rows are UTC; give one")
    zone = json.dumps("CET-1CEST,M3.5.0,M10.5.0/3")
    assert site.request("PUT", "/api/settings/timezone", zone)[0] == 200
    for is_check in (True, False):
        body["check"] = is_check
        status, _, text = site.request("POST", "/api/schedule_import", json.dumps(body))
        assert status == 200, text
        answer = json.loads(text)
        schemas = openapi.merged()
        path = schemas["paths"]["/api/schedule_import"]["post"]["responses"]["200"]
        jsonschema.validate(answer, path["content"]["application/json"]["schema"])
        assert answer["applied"] is not is_check and answer["warning"]
        stored = get(site, "/api/settings/circuits/1").get("schedule")
        assert stored == (None if is_check else answer["schedule"])
    assert site.request("GET", "/api/schedule_import")[0] == 405
    assert site.request("PUT", "/api/settings", json.dumps(whole))[0] == 200
