"""docs/settings.md and the files with which a page shows the settings, from the firmware's tables.

The words are in www/settings/{en,de}.json by the path of each setting, the names that other
products have for it in www/settings/names.json; docs/settings/*.md stand before and behind the
tables. `.venv/bin/python tools/settings_docs.py` writes docs/settings.md; the image holds
www/settings_schema.LANGUAGE.json.gz.
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lib"), str(ROOT)]

from firmware import settings
from firmware import schema

from tools import settings_schema, words

DOCS = ROOT / "docs" / "settings.md"
PARTS = ROOT / "docs" / "settings"
WORDS = ROOT / "www" / "settings"
LANGUAGES = words.LANGUAGES
_UNITS = {"ma": "mA", "ms": "ms", "s": "s", "pct": "%", "minutes": "min", "baud": "bit/s"}
_WARP_UNITS = {"current": "mA", "1p": "mA", "margin": "mA", "threshold": "s"}
_REFERS = {  # to an entry of another list, by its name
    "circuits[].parent": "circuits[]",
    "circuits[].meter": "meters[]",
    "circuits[].input": "inputs[]",
    "chargers[].circuit": "circuits[]",
    "inputs[].meter": "meters[]",
}
_PLAIN = {
    "boolean": "true, false",
    "time_of_day": '"00:00".."23:59"',
    "ipv4": "IPv4 address",
    "netmask": "255.0.0.0..255.255.255.252",
    "zone": "POSIX TZ",
    "host": "IPv4 address or name",
    "label": "letters, digits, -; {low}..{high}",
    "word": "letters, digits, - and _; {low}..{high}",
    "secret": "{low}..{high} characters",
    "text": "{low}..{high} characters",
    "phases": "{low}..{high}{unit}, per phase",
    "integer": "{low}..{high}{unit}",
    "zero_or": "0, {low}..{high}{unit}",
    "current": "0, {low}..{high}{unit}",
    "rows": "at most {high}",
    "table": "",
}


def entries(fields=settings_schema.TOP, above="", is_late=False):
    """Yield what the tables say of each setting, in their order, those of a section behind it."""
    for field in schema.fields_of(fields):
        key, check, default, low, high = field[:5]
        kind = check.rpartition(".")[2]
        path = above + key + ("[]" if kind == "rows" else "")
        late = is_late or path in settings.AFTER_RESTART
        entry = {"path": path, "type": kind}
        if default is not ...:
            entry["default"] = {"rows": [], "table": {}}.get(kind) if default == () else default
        else:
            entry["required"] = True
        if kind == "choice":
            entry["choices"] = list(low)
        elif kind == "model":
            entry["choices"] = settings_schema.models()
        elif kind == "rows":
            entry["max"] = high
        elif kind not in ("boolean", "table", "time_of_day", "ipv4", "netmask"):
            entry |= {"min": low, "max": high}
        unit = _unit(path, kind)
        if unit:
            entry["unit"] = unit
        if path in _REFERS:
            entry["refers_to"] = _REFERS[path]
        if len(field) > 5:
            entry["rare"] = True  # left out where it has its default
        if late:
            entry["after_restart"] = True
        yield entry
        if kind in ("rows", "table"):
            yield from entries(low, path + ".", late)


def _unit(path, kind):
    last = path.rpartition("_")[2].rpartition(".")[2]
    if kind not in ("integer", "phases", "zero_or", "current", "choice"):
        return None
    if path.startswith("charge_manager."):
        return None if kind == "choice" else _WARP_UNITS[last]
    return _UNITS.get(last)


def catalogue(language):
    """Return {path: {"title", "help", "choices"}}."""
    return json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))


def names():
    """Return the rows of what other products call things."""
    return json.loads((WORDS / "names.json").read_text(encoding="utf-8"))


def names_by_path():
    """Return {path: {product: [its names]}}."""
    found = {}
    for row in names():
        for path in row.get("settings", ()):
            found.setdefault(path, {}).setdefault(row["product"], []).append(row["name"])
    return found


def as_json(language):
    """The bytes of the file with which a page shows the settings in one language."""
    told = catalogue(language)
    answers = names_by_path()
    rows = []
    for entry in entries():
        text = dict(told[entry["path"]])
        titles = text.pop("choices", {})
        row = entry | text
        if "choices" in row:
            values = row["choices"]
            row["choices"] = [{"value": v, "title": titles.get(str(v), str(v))} for v in values]
        if entry["path"] in answers:
            row["answers_to"] = answers[entry["path"]]
        rows.append(row)
    content = {"language": language, "settings": rows}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def text():
    """The text of docs/settings.md."""
    told = catalogue("en")
    head = "| path | default | range | meaning |\n|---|---|---|---|"
    lines = ["<!-- made by tools/settings_docs.py; edit docs/settings and www/settings -->", ""]
    lines += [(PARTS / "intro.md").read_text(encoding="utf-8").strip()]
    lines += ["", "### The controller itself", "", head]
    rows = list(entries())
    sections = [e for e in rows if "." not in e["path"] and e["type"] in ("rows", "table")]
    lines += [_row(e, told[e["path"]]) for e in rows if "." not in e["path"] and e not in sections]
    for section in sections:
        path = section["path"]
        about = told[path]["help"]
        about += f" At most {section['max']}." if section["type"] == "rows" else ""
        about += " Acts after a restart only." if "after_restart" in section else ""
        lines += ["", f"### `{path}`: {told[path]['title']}", "", about, "", head]
        inside = [e for e in rows if e["path"].startswith(path + ".")]
        lines += [_row(e, told[e["path"]]) for e in inside]
    lines += ["", *_names(), "", (PARTS / "afterword.md").read_text(encoding="utf-8").strip()]
    return "\n".join(lines) + "\n"


def _row(entry, text):
    kind = entry["type"]
    unit = " " + entry["unit"] if "unit" in entry else ""
    if "refers_to" in entry:
        span = f"a name of `{entry['refers_to']}`"
    elif kind == "model":
        span = "api, or a file of lib/meters/maps"
    elif kind == "choice":
        span = ", ".join(map(str, entry["choices"])) + unit
    else:
        low, high = entry.get("min"), entry.get("max")
        span = _PLAIN[kind].format(low=low, high=high, unit=unit)
    default = "needed" if "required" in entry else json.dumps(entry["default"])
    if isinstance(entry.get("default"), str) and entry["default"]:
        default = entry["default"]
    meaning = f"{text['title']}. {text['help']}"
    if "choices" in text:
        meaning += " " + "; ".join(f"`{k}`: {v}" for k, v in text["choices"].items()) + "."
    return f"| `{entry['path']}` | {default} | {span} | {meaning} |"


def _names():
    """What other products call it, each name of theirs."""
    lines = ["## Names of other products", ""]
    lines += ["Where each of their settings lives here, and what there is no setting for."]
    for product in dict.fromkeys(row["product"] for row in names()):
        lines += ["", f"| {product} | here |", "|---|---|"]
        for row in names():
            if row["product"] != product:
                continue
            if "settings" in row:
                here = ", ".join(f"`{path}`" for path in row["settings"])
                here += f" ({row['note']})" if "note" in row else ""
            else:
                kind = "elsewhere" if "elsewhere" in row else "not_yet"
                here = f"*{'no setting' if kind == 'elsewhere' else 'not yet'}*: {row[kind]}"
            lines.append(f"| {row['name']} | {here} |")
    return lines


if __name__ == "__main__":
    DOCS.write_text(text(), encoding="utf-8")
    print(f"{DOCS.relative_to(ROOT)}: {len(list(entries()))} settings")
