"""The OpenAPI 3.1 description of the API, put together from docs/openapi/*.yaml.

A fragment describes the paths of one area; its operations say who may (`x-role`). Added here: the
error answers that all have, what login each needs, and PUT beside POST where both do the same.
Every route of firmware/web/routes.py must be described, and nothing else.

`.venv/bin/python tools/openapi.py` writes docs/api.md (see api_docs.py); the image holds the whole
as www/openapi.json.gz. With --print it goes to stdout as JSON.
"""

import copy
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "lib"))

FRAGMENTS = ROOT / "docs" / "openapi"
HEAD = FRAGMENTS / "_head.yaml"
DOCS = ROOT / "docs" / "api.md"
METHODS = ("get", "put", "post", "patch", "delete")
ROLES = ("everybody", "viewer", "administrator")
_BY_LETTER = {"R": "get", "F": "get", "L": "get", "A": "post", "P": "patch", "D": "delete"}
_SCHEMES = ("basic", "bearer", "session")
_WITH_BODY = ("put", "post", "patch")


def merged():
    """Return the whole description. ValueError: which file or path is wrong, and what about it."""
    head, table = _put_together()
    _check_routes(head["paths"], table)
    return head


def _put_together():
    """What is described, whether or not it agrees with the routes; and the routes by path."""
    from firmware.web import routes

    head = _loaded(HEAD)
    errors = head["components"].pop("responses")
    app = (ROOT / "firmware" / "app.py").read_text(encoding="utf-8")
    head["info"]["version"] = re.search(r'^VERSION = "(.*)"', app, re.MULTILINE)[1]
    head["components"]["schemas"] = {}
    head["components"]["responses"] = _responses(errors)
    head["paths"] = {}
    for fragment in sorted(FRAGMENTS.glob("[a-z]*.yaml")):
        _add(head, fragment)
    _fill_settings(head["components"]["schemas"])
    table = {row[0]: row for row in routes.rows()}
    for path, item in head["paths"].items():
        for method in [method for method in METHODS if method in item]:
            role = item[method]["x-role"]
            item[method]["security"] = [{s: [role]} for s in _SCHEMES] if role != ROLES[0] else []
            _add_errors(item[method], method, errors)
            _add_twin(item, method, (route_of(path, table) or "   ")[2])
    order = {tag["name"]: i for i, tag in enumerate(head["tags"])}
    head["paths"] = dict(
        sorted(head["paths"].items(), key=lambda pair: (order[tag_of(pair[1])], pair[0]))
    )
    used = {tag_of(item) for item in head["paths"].values()}
    head["tags"] = [tag for tag in head["tags"] if tag["name"] in used]
    return head, table


def operations(item):
    """Return [(method, operation)] of what a path can do."""
    return [(method, item[method]) for method in METHODS if method in item]


def tag_of(item):
    return operations(item)[0][1]["tags"][0]


def route_of(path, table):
    """Return the row of the route that answers a described path, None where there is none."""
    name = path
    while name and name not in table:
        name = name.rpartition("/")[0]
    # the list of paths is an answer with nothing of its own below it
    return None if name == "/api" != path else table.get(name)


def _loaded(path):
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), loader)
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name}: no YAML: {error}") from None


def _add(head, path):
    """Put what a fragment describes into `head`."""
    fragment = _loaded(path)
    wrong = set(fragment) - {"paths", "components"}
    wrong |= {f"components.{key}" for key in fragment.get("components", {}) if key != "schemas"}
    if wrong:
        raise ValueError(f"{path.name}: {sorted(wrong)}; give paths and components.schemas only")
    _check_commas(fragment, path.name)
    schemas = fragment.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        if name in head["components"]["schemas"]:
            raise ValueError(f"{path.name}: schema {name} is in another file, too")
        head["components"]["schemas"][name] = schema
    known = [tag["name"] for tag in head["tags"]]
    for name, item in (fragment.get("paths") or {}).items():
        if name in head["paths"]:
            raise ValueError(f"{path.name}: {name} is in another file, too")
        for method, operation in operations(item):
            where = f"{path.name}: {method.upper()} {name}"
            if operation.get("x-role") not in ROLES:
                raise ValueError(f"{where}: x-role is missing; give one of {', '.join(ROLES)}")
            for key in ("summary", "operationId", "responses"):
                if key not in operation:
                    raise ValueError(f"{where}: {key} is missing")
            operation["responses"] = {
                str(status): answer for status, answer in operation["responses"].items()
            }
            operation.setdefault("tags", [path.stem])
            if operation["tags"][0] not in known:
                raise ValueError(f"{where}: tag {operation['tags']}; _head.yaml has {known}")
        if operations(item):
            head["paths"][name] = item


def _check_commas(value, where):
    """Raise ValueError for a text in {} that a comma in it has cut: YAML takes the rest for a key
    without a value."""
    if isinstance(value, dict):
        for key, below in value.items():
            if below is None and key not in ("example", "const", "default", "value"):
                raise ValueError(f"{where}: {key!r} has no value; give quotes to text with commas")
            if key not in ("example", "value"):
                _check_commas(below, f"{where}: {key}")
    elif isinstance(value, list):
        for below in value:
            _check_commas(below, where)


def _responses(errors):
    """The shared error answers, each a line of text."""
    body = {"text/plain": {"schema": {"type": "string", "minLength": 1}}}
    found = {}
    for status, answer in errors.items():
        found["E" + status] = {**answer, "content": body}
    found["E405"]["headers"] = {"Allow": {"required": True, "schema": {"type": "string"}}}
    return found


def _add_errors(operation, method, errors):
    for status in errors:
        needs_login = status not in ("401", "429") or operation["x-role"] != ROLES[0]
        has_body = status != "411" or method in _WITH_BODY
        if (needs_login or operation["tags"] == ["login"]) and has_body:
            operation["responses"].setdefault(
                status, {"$ref": f"#/components/responses/E{status}"}
            )
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _add_twin(item, method, letters):
    """Where PUT and POST do the same, one of them is described; x-alone: they do not."""
    other = {"put": "post", "post": "put"}.get(method)
    other = None if item[method].pop("x-alone", False) else other
    if other and "W" in letters and "A" not in letters and other not in item:
        item[other] = copy.deepcopy(item[method])
        item[other]["operationId"] += other.capitalize()
        item[other]["x-same-as"] = method


def _check_routes(paths, table):
    """Raise ValueError when routes and descriptions do not agree."""
    missing = {
        (row[0], _BY_LETTER.get(letter, "put"))
        for row in table.values()
        for letter in row[2]
        if letter != "*"
    }
    for path, item in paths.items():
        row = route_of(path, table)
        if row is None:
            raise ValueError(f"{path} is described, but firmware/web/routes.py has no such route")
        for method, operation in operations(item):
            # both are W; a POST is A where that is there
            as_put = "put" if method == "post" and "A" not in row[2] else method
            letters = "".join(k for k, v in _BY_LETTER.items() if v == as_put)
            letters += "W" if method in ("put", "post") else ""
            where = f"{method.upper()} {path}"
            if not set(letters) & set(row[2]):
                raise ValueError(f"{where} is described, but its route cannot do it")
            role = ROLES[row[3] if method == "get" else row[4]]
            if operation["x-role"] != role:
                raise ValueError(f"{where}: x-role is {operation['x-role']}, its route has {role}")
            missing.discard((row[0], as_put))
    if missing:
        named = ", ".join(f"{method.upper()} {path}" for path, method in sorted(missing))
        raise ValueError(f"not described in docs/openapi: {named}")


def _fill_settings(schemas):
    """Replace the schemas of the settings by those made of the firmware's own tables."""
    from tools.settings_schema import settings_patch_schema, settings_schema

    for name, made in (("Settings", settings_schema), ("SettingsPatch", settings_patch_schema)):
        if name in schemas:
            schemas[name] = made()


def check(description):
    """Raise what openapi-spec-validator finds wrong with it as OpenAPI 3.1."""
    from openapi_spec_validator import OpenAPIV31SpecValidator, validate

    validate(description, cls=OpenAPIV31SpecValidator)


def as_json():
    """The bytes of the file that the board serves."""
    text = json.dumps(_put_together()[0], ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def main():
    from tools import api_docs

    try:
        description = merged()
    except ValueError as error:
        sys.exit(str(error))
    check(description)
    if sys.argv[1:] == ["--print"]:
        print(json.dumps(description, indent=1, ensure_ascii=False))
        return
    DOCS.write_text(api_docs.document(description), encoding="utf-8")
    print(f"{DOCS.relative_to(ROOT)}: {len(description['paths'])} paths")


if __name__ == "__main__":
    from tools import environment

    environment.rerun()
    main()
