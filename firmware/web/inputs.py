"""/api/inputs: the inputs that lower limits, and the state of those that are written.

`context.inputs` is None or has names, sources, state(i): True (live), False or None (not known).
"""

from firmware.web import Refusal


def read(context, _query) -> dict:
    """The tree, by name; live null: not known, which counts as live."""
    inputs = context.inputs
    tree = {}
    for i, name in enumerate(inputs.names if inputs else ()):
        tree[name] = {"source": inputs.sources[i], "live": inputs.state(i)}
    return tree


def write(context, request) -> str | None:
    """Take {"live": true or false}, or that alone, for the input that the path names."""
    inputs = context.inputs
    name = "/".join(request.steps)
    if not inputs or name not in inputs.names:
        raise Refusal(404, "path")
    i = inputs.names.index(name)
    if inputs.sources[i] != "api":
        return "%s is read by source %s; right: an input of source api" % (name, inputs.sources[i])
    given = request.body
    if isinstance(given, dict):
        if list(given) != ["live"]:
            return "wrong members; right: live"
        given = given["live"]
    if given is not True and given is not False:
        return "wrong state; right: true or false"
    return context.call("supply", "set_input", i, given)
