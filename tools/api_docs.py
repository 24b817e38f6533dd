"""docs/api.md from the merged OpenAPI description: what tools/openapi.py writes.

The introduction is docs/openapi/intro.md; then a table of all paths, then each area: what AREA.md
there says, and its paths: meaning, who may, members of request and answer as tables, examples.
"""

import json
import pathlib

from tools.api_values import in_words, resolved

PROSE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "openapi"
METHODS = ("get", "put", "post", "patch", "delete")
_SHOWN_JSON = 96  # characters of an example on one line


def document(description):
    """Return the text of the whole document."""
    lines = ["<!-- made by tools/openapi.py from docs/openapi; do not edit -->", ""]
    lines += [_prose("intro"), "", "## All paths", ""]
    lines += ["| path | | who | |", "|---|---|---|---|"]
    for path, item in description["paths"].items():
        for names, operation in _grouped(item):
            link = f"[`{path}`](#{_anchor(path)})" if _anchor(path) else f"`{path}`"
            lines.append(f"| {link} | {names} | {_who(operation)} | {operation['summary']} |")
    paths = description["paths"].items()
    for tag in description["tags"]:
        lines += ["", "## " + tag["description"]]
        if prose := _prose(tag["name"]):
            lines += ["", prose]
        for path, item in paths:
            if _operations(item)[0][1]["tags"][0] == tag["name"]:
                lines += _path(path, item, description)
    return "\n".join(lines) + "\n"


def _prose(name):
    path = PROSE / f"{name}.md"
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _operations(item):
    return [(method, item[method]) for method in METHODS if method in item]


def _grouped(item):
    """Yield (names of methods, operation); PUT and POST that do the same are one."""
    for method, operation in _operations(item):
        if "x-same-as" in operation:
            continue
        names = [method.upper()]
        names += [m.upper() for m, other in _operations(item) if other.get("x-same-as") == method]
        yield " or ".join(sorted(names, reverse=True)), operation


def _anchor(path):
    return "".join(c for c in path.lower() if c.isalnum() or c in "_-")


def _who(operation):
    return operation["x-role"]


def _path(path, item, description):
    lines = ["", f"### `{path}`"]
    for names, operation in _grouped(item):
        lines += ["", f"**{names}** ({_who(operation)}): {_sentence(operation['summary'])}"]
        if operation.get("description"):
            lines[-1] += " " + _text(operation["description"])
        parameters = item.get("parameters", []) + operation.get("parameters", [])
        if parameters:
            rows = [(p["name"], p["schema"], p) for p in parameters]
            lines += _table("in the path or behind ?", rows, description)
        body = operation.get("requestBody")
        if body:
            lines += _content("request", body, description)
        for status, answer in operation["responses"].items():
            if "content" in answer and status < "400":
                lines += _content("answer", answer, description)
            elif status < "400" and status != "200":
                lines += ["", f"{status}: {_sentence(answer['description'])}"]
    return lines


def _content(title, message, description):
    """Tables and examples of a request or an answer."""
    lines = []
    for kind, content in message["content"].items():
        schema = content.get("schema", {})
        if kind != "application/json" and kind != "text/plain":
            about = _text(message.get("description", ""))
            lines += ["", f"{title.capitalize()}: `{kind}`. {about}"]
        schema = resolved(schema, description)
        if "x-docs" in schema:
            about = f"[{schema['x-docs']}]({schema['x-docs']}): {_text(schema['description'])}"
            lines += ["", f"{title.capitalize()}: see {about}"]
        rows = [] if "x-docs" in schema else list(_members(schema, "", description))
        if rows and kind == "application/json":
            lines += _table(title, rows, description)
        elif kind == "application/json" and "x-docs" not in schema and "description" in schema:
            lines += ["", f"{title.capitalize()}: {_text(schema['description'])}"]
        examples = [e["value"] for e in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        for example in examples:
            is_text = kind != "application/json"
            shown = str(example).strip() if is_text else _json(example)
            lines += ["", f"{title.capitalize()}, for example:", ""]
            lines += ["```" if is_text else "```json", shown, "```"]
    return lines


def _table(title, rows, description):
    lines = ["", f"| {title} | value | meaning |", "|---|---|---|"]
    for row in rows:
        if row is None:
            lines.append("| *or* | | |")
            continue
        name, schema, holder = row
        schema = resolved(schema, description)
        meaning = holder.get("description") or schema.get("description", "")
        value = in_words(name, schema, description)
        if "required" in holder and holder["required"] is False:
            value += ", may be left out"
        lines.append(f"| `{name}` | {value} | {_text(meaning)} |")
    return lines


def _members(schema, prefix, description, depth=0):
    """Yield (path, schema, holder of the description) of each member, those below it behind it."""
    if "x-docs" in schema:
        return
    has_members = False
    for part in _parts(schema, description):
        names = set(part.get("required", ()))
        if part.get("properties"):
            if has_members and "allOf" not in schema:
                yield None  # what follows is another shape
            has_members = True
        for name, member in part.get("properties", {}).items():
            found = resolved(member, description)
            here = f"{prefix}{name}"
            holder = dict(found)
            holder.update(member)
            holder["required"] = name in names
            yield here, member, holder
            if depth < 4:
                yield from _below(found, here, description, depth)
        more = part.get("additionalProperties")
        if isinstance(more, dict):
            found = resolved(more, description)
            here = prefix + part.get("x-name", "NAME")
            yield here, more, {**found, **more}
            yield from _below(found, here, description, depth)
    if "items" in schema and not prefix:
        yield from _members(resolved(schema["items"], description), "[].", description, depth + 1)


def _below(schema, here, description, depth):
    for part in _parts(schema, description):
        items = resolved(part.get("items", {}), description)
        if items:
            yield from _members(items, here + "[].", description, depth + 1)
    yield from _members(schema, here + ".", description, depth + 1)


def _parts(schema, description):
    """The schema, or what it may be one of or is made of."""
    parts = []
    for key in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(key, ()):
            parts += _parts(resolved(part, description), description)
    return [schema, *parts]


def _sentence(text):
    text = _text(text)
    return text if text.endswith((".", "!", "?")) else text + "."


def _text(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def _json(value, indent=""):
    """JSON that is easy on the eye: what fits on a line is on one."""
    short = json.dumps(value, ensure_ascii=False)
    if len(short) + len(indent) <= _SHOWN_JSON or not isinstance(value, (dict, list)):
        return short
    deeper = indent + " "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {_json(below, deeper)}" for key, below in value.items()]
    else:
        parts = [_json(below, deeper) for below in value]
    marks = "{}" if isinstance(value, dict) else "[]"
    return f"{marks[0]}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{marks[1]}"
