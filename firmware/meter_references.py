"""What meters, inputs and the line to them demand of each other. As firmware.references."""

from on_demand import call

from firmware.wrong import Invalid, each_once, fail, known, show


def check(document):
    """Raise Invalid for the first entry that does not fit."""
    meters = each_once(document["meters"], "meters", "name")
    each_once([m for m in document["meters"] if m["model"] != "api"], "meters", "address")
    for i, meter in enumerate(document["meters"]):
        _check_meter("meters[%d]." % i, meter)
    pins = document["rs485"]
    if pins["tx"] == pins["rx"] or pins["de"] in (pins["tx"], pins["rx"]):
        fail("rs485", "one pin for two purposes", "tx, rx and de one each")
    each_once(document["inputs"], "inputs", "name")
    for i, entry in enumerate(document["inputs"]):
        _check_input("inputs[%d]." % i, entry, document["meters"], meters, pins)


def _check_meter(path, meter):
    """One with three phases measures each where it is; which they are, the register map knows."""
    if meter["model"] == "api":
        for key in ("phase", "update_ms"):
            if key in meter:
                fail(path + key, "the values of this meter are pushed", "it with another model")
    elif "max_age_s" in meter:
        fail(path + "max_age_s", meter["model"] + " is read by us", "it with model api only")
    if "phase" not in meter:
        return
    try:
        phases = call("meters", "map_file", "load_map", meter["model"]).phases
    except ValueError as error:
        raise Invalid("%smodel: %s" % (path, error)) from None
    if phases > 1:
        wrong = "%s measures all of them" % meter["model"]
        fail(path + "phase", wrong, "it with a single-phase model only")


def _check_input(path, entry, meters, names, rs485):
    source = entry["source"]
    for key in ("pin", "meter"):
        if (source == key) != (key in entry):
            wrong = "missing" if source == key else "not read with source " + source
            fail(path + key, wrong, "it with source %s only" % key)
    if source == "api" and "live_when" in entry:
        fail(path + "live_when", "a written input has no contact", "closed")
    given = entry.get("meter")
    known(path + "meter", given, names)
    if given and meters[names.index(given)]["model"] == "api":
        fail(path + "meter", show(given) + " has no input", "a meter on rs485")
    pin = entry.get("pin")
    if pin is not None and pin in (rs485["tx"], rs485["rx"], rs485["de"]):
        fail(path + "pin", "%d is a pin of rs485" % pin, "another one")
