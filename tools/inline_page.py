"""Make one self-contained HTML page of a page with local scripts and stylesheets.

Each `<script src="local.js">` and `<link rel="stylesheet" href="local.css">` is replaced by what
the file holds, at the same place; a `defer` script goes to the end of the body, where it runs as
it would have. JSON (`type="application/json"`) becomes a block of data. The board then serves one
file. An address outside the folder is an error: the page must work without any other host.
"""

import json
import re

_ELEMENT = re.compile(r"<script\b[^>]*></script>|<link\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")
_MODULE_SYNTAX = re.compile(r"^\s*(import\b(?!\()|export\b)", re.MULTILINE)


def inlined(page):
    """Return the text of the page at path `page` with its scripts and stylesheets inside."""
    deferred = []

    def replacement(match):
        element = match.group()
        attributes = _attributes(element)
        if element.lower().startswith("<script"):
            if "src" not in attributes:
                return element
            script = _script(page.parent, attributes)
            if "defer" not in attributes:
                return script
            deferred.append(script)
            return ""
        if "stylesheet" in attributes.get("rel", "").lower().split():
            return _stylesheet(page.parent, attributes)
        return element

    text = _ELEMENT.sub(replacement, page.read_text(encoding="utf-8"))
    if deferred:
        body, end, rest = text.rpartition("</body>")
        if not end:
            raise ValueError(f"{page.name}: a deferred script needs a </body> to stand before")
        text = body + "\n".join(deferred) + "\n" + end + rest
    return text


def _attributes(element):
    inside = re.sub(r"^<\w+|></script>$|/?>$", "", element)
    found = {}
    for name, *values in _ATTRIBUTE.findall(inside):
        found[name.lower()] = "".join(values)
    return found


def _script(folder, attributes):
    name = attributes["src"]
    text = _local(folder, name)
    if attributes.get("type") == "application/json":
        # without spaces, and without a < that could end the element or hide its end
        data = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
        text = data.replace("<", "\\u003c")
    if _MODULE_SYNTAX.search(text):
        raise ValueError(f"{name}: import and export cannot be inlined; use plain scripts")
    if "</script" in text.lower():
        raise ValueError(f"{name}: holds </script, which would end it early")
    kept = {key: value for key, value in attributes.items() if key not in ("src", "defer")}
    return f"<script{_written(kept)}>\n{text.strip()}\n</script>"


def _stylesheet(folder, attributes):
    text = _local(folder, attributes.get("href", ""))
    kept = {key: value for key, value in attributes.items() if key not in ("rel", "href")}
    return f"<style{_written(kept)}>\n{text.strip()}\n</style>"


def _local(folder, name):
    path = (folder / name).resolve()
    if not name or ":" in name or not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise ValueError(f"{folder.name}: no local file for the address {name!r}")
    return path.read_text(encoding="utf-8")


def _written(attributes):
    pairs = attributes.items()
    return "".join(f' {key}="{value}"' if value else f" {key}" for key, value in pairs)
