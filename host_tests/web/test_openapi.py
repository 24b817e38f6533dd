"""The OpenAPI file: right as such, complete, and what docs/api.md was made from."""

import gzip
import json
import subprocess

import pytest
import yaml

from firmware.web import routes
from tools import api_docs, openapi


@pytest.fixture(scope="module")
def description():
    return openapi.merged()


def test_it_is_valid_and_describes_every_route(description):
    """merged() compares it with the routes, see the tests below."""
    openapi.check(description)
    identifiers = [
        operation["operationId"]
        for item in description["paths"].values()
        for _, operation in openapi.operations(item)
    ]
    assert len(set(identifiers)) == len(identifiers)


def test_every_path_can_be_tried_out(description):
    """What has a body or a name in its path shows an example of it."""
    for path, item in description["paths"].items():
        for method, operation in openapi.operations(item):
            for parameter in item.get("parameters", []) + operation.get("parameters", []):
                if parameter["in"] == "path":
                    assert "example" in parameter, (path, parameter["name"])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert {"example", "examples"} & set(content), (method, path)


def test_examples_fit_their_schemas(description):
    """Those of requests and of answers, by the file's own schemas."""
    import jsonschema_rs

    tried = 0
    for path, item in description["paths"].items():
        for method, operation in openapi.operations(item):
            messages = [operation["requestBody"]] if "requestBody" in operation else []
            messages += [a for status, a in operation["responses"].items() if status < "400"]
            for message in messages:
                content = message.get("content", {}).get("application/json", {})
                examples = [e["value"] for e in content.get("examples", {}).values()]
                examples += [content["example"]] if "example" in content else []
                schema = {**content.get("schema", {}), "components": description["components"]}
                validator = jsonschema_rs.validator_for(schema)
                for example in examples:
                    tried += 1
                    wrong = [str(error) for error in validator.iter_errors(example)]
                    assert not wrong, (method, path, wrong)
    assert tried > 3


def test_the_document_is_what_it_is_made_of(description):
    """.venv/bin/python tools/openapi.py writes it."""
    made = api_docs.document(description)
    assert openapi.DOCS.read_text(encoding="utf-8") == made, "run tools/openapi.py"
    for path in description["paths"]:
        assert f"### `{path}`" in made


def test_the_board_serves_it(site, image, description):
    status, headers, body = site.request("GET", "/api/openapi.json")
    assert status == 200 and headers["content-type"] == "application/json; charset=utf-8"
    assert headers["content-encoding"] == "gzip"
    assert body == (image / "www" / "openapi.json.gz").read_bytes()
    assert json.loads(gzip.decompress(body)) == json.loads(json.dumps(description))
    command = ["curl", "-sS", "--compressed", "--max-time", "10", site.url + "/api/openapi.json"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert json.loads(result.stdout)["openapi"].startswith("3.1")


OPERATION = {"x-role": "viewer", "operationId": "x", "summary": "X", "responses": {200: {}}}


def with_fragment(tmp_path, monkeypatch, paths, leave_out=()):
    """merged() of the real fragments and one more."""
    for fragment in openapi.FRAGMENTS.glob("*.yaml"):
        text = fragment.read_text(encoding="utf-8")
        if fragment.stem not in leave_out:
            (tmp_path / fragment.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(openapi, "FRAGMENTS", tmp_path)
    monkeypatch.setattr(openapi, "HEAD", tmp_path / "_head.yaml")
    (tmp_path / "zzz.yaml").write_text(
        paths if isinstance(paths, str) else yaml.safe_dump({"paths": paths})
    )
    return openapi.merged()


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ({"/api/nothing": {"get": OPERATION}}, "no such route"),
        ({"/api/status": {"get": OPERATION}}, "in another file, too"),
        ({"/api/status/x": {"put": OPERATION}}, "its route cannot do it"),
        ({"/api/status/x": {"get": {**OPERATION, "x-role": "boss"}}}, "x-role is missing"),
        ({"/api/status/x": {"get": {**OPERATION, "x-role": "everybody"}}}, "its route has viewer"),
        ({"/api/status/x": {"get": {**OPERATION, "tags": ["zzz"]}}}, "tag"),
        ({"/api/status/x": {"get": {"x-role": "viewer"}}}, "summary is missing"),
        ("paths: [", "no YAML"),
        ("path: {}", "give paths and components.schemas only"),
        ("components: {schemas: {Y: {description: first, second}}}", "give quotes"),
        ("components: {schemas: {Status: {}}}", "in another file, too"),
    ],
)
def test_a_wrong_fragment_is_told_so(tmp_path, monkeypatch, paths, words):
    if isinstance(paths, dict):
        for item in paths.values():
            for operation in item.values():
                operation.setdefault("tags", ["status"])
    with pytest.raises(ValueError, match=words):
        with_fragment(tmp_path, monkeypatch, paths)


def test_a_route_that_nobody_describes_is_told(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"not described in docs/openapi: .*PUT /api/inputs"):
        with_fragment(tmp_path, monkeypatch, {}, leave_out=("limits",))
    rows = [*routes.rows(), ("/api/new", "new", "RP", 1, 2)]
    monkeypatch.setattr(routes, "rows", lambda: rows)
    with pytest.raises(ValueError, match="GET /api/new, PATCH /api/new"):
        openapi.merged()


def asked_for(path, item, operation):
    """The path as its example has it, and the example of its body."""
    for parameter in item.get("parameters", []) + operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace("{%s}" % parameter["name"], str(parameter["example"]))
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [e["value"] for e in content.get("examples", {}).values()] or [{}]
    return path, json.dumps(content.get("example", examples[0]))


def test_who_may_do_what_is_what_it_says(site, description):
    """Nobody without a login, a viewer and a wrong login: at every path and method."""
    made = site.request("PUT", "/api/tokens", '{"name": "only-viewing", "role": "viewer"}')
    assert made[0] == 200, made
    viewer = "Authorization: Bearer " + json.loads(made[2])["token"]
    strangers = ("Cookie: fusekeeper=0123", "Cookie: other=1", "Authorization: Bearer 0123")
    tried = 0
    for path, item in description["paths"].items():
        for method, operation in openapi.operations(item):
            where, body = asked_for(path, item, operation)
            role = operation["x-role"]
            if role == "everybody":
                continue
            tried += 1
            for line in strangers:
                status, _, text = site.request(method.upper(), where, body, [line])
                assert status == 401, (method, where, line, status, text)
            if role == "administrator":
                status, _, text = site.request(method.upper(), where, body, [viewer])
                assert status == 403, (method, where, status, text)
    assert tried > 60
