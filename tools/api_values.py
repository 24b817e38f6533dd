"""A JSON schema in words: type, unit and range of a value, for docs/api.md."""

import json

_UNITS = (
    ("_ma", "mA"),
    ("_mv", "mV"),
    ("_w", "W"),
    ("_wh", "Wh"),
    ("_ms", "ms"),
    ("_s", "s"),
    ("_pct", "%"),
    ("_minutes", "min"),
)
_WORDS = {"integer": "whole number", "number": "number", "boolean": "true or false"}
_WORDS |= {"string": "text", "object": "object", "array": "list", "null": "null"}


def in_words(name, schema, description):
    """Type, unit and range in words."""
    schema = resolved(schema, description)
    if schema.get("x-docs"):
        return f"see [{schema['x-docs']}]({schema['x-docs']})"
    if "const" in schema:
        return _code(schema["const"])
    if "enum" in schema:
        return " ".join(_code(value) for value in schema["enum"])
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(in_words(name, part, description) for part in schema[key])
    kinds = schema.get("type", "anything")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    words = [_kind(kind, name, schema, description) for kind in kinds]
    return " or ".join(words)


def _kind(kind, name, schema, description):
    if kind == "array":
        least, most = schema.get("minItems"), schema.get("maxItems")
        items = in_words(name, schema.get("items", {}), description)
        items = f"({items})" if " or " in items else items
        if least == most and most:
            return f"{most} of: {items}"
        return f"list of at most {most}: {items}" if most else f"list: {items}"
    if kind in ("integer", "number"):
        unit = schema.get("x-unit") or next(
            (unit for end, unit in _UNITS if name.removesuffix("[]").endswith(end)), ""
        )
        low, high = schema.get("minimum"), schema.get("maximum")
        span = ""
        if low is not None and high is not None:
            span = f" {low}..{high}"
        elif low is not None:
            span = f" from {low}"
        elif high is not None:
            span = f" up to {high}"
        return f"{_WORDS[kind]}{span} {unit}".strip()
    if kind == "string":
        low, high = schema.get("minLength", 0), schema.get("maxLength")
        return f"text, {low}..{high} characters" if high is not None else "text"
    return _WORDS.get(kind, kind)


def _code(value):
    if value is None or value == "":
        return "null" if value is None else "nothing"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def resolved(schema, description):
    """The schema that a $ref names, with what stands beside the $ref."""
    if not isinstance(schema, dict):
        return {}
    while "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**description["components"]["schemas"][schema["$ref"].split("/")[-1]], **beside}
    return schema
