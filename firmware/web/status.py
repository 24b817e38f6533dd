"""GET /api/status: the whole site as it is now. Codes and numbers; the page has the words.

What is read from the context:
  name, version, settings_error (text or None), reset_cause (text), uptime_s()
  site       .circuits, .points (lib/loadmgmt)
  available_ma   the limit from outside, or None
  meters     in the order of the settings, each with .name, .trust (number, see loadmgmt.trust),
             .taken_ms (ticks of the last answer, or None), .failures, and of the last answer
             .current_ma, .power_w, .voltage_mv (lists of three), .energy_import_wh (or None)
  charger_error(i)   what wallbox i complains of: a number, or None
  learnt     .contradicted, see firmware.learnt; None where the wiring is not learnt

The dicts are made by keyword: names of arguments are interned, long strings take 64 bytes each.
They are made in parts: a full heap has no gap for the table of a long one. The code of each list
is loaded when its turn to be sent comes, see api.rows().
"""

# ruff: noqa: C408

import gc

from firmware.web.api import rows


def read(context, _query) -> tuple:
    """The tree of the site."""
    return (
        dict(
            name=context.name,
            version=context.version,
            uptime_s=context.uptime_s(),
            reset_cause=context.reset_cause,
            settings_error=context.settings_error,
            mem_free=gc.mem_free(),
            mem_used=gc.mem_alloc(),
        ),
        dict(
            meters=rows(context, "status_meters"),
            circuits=rows(context, "status_circuits"),
            chargers=rows(context, "status_chargers"),
            available_ma=context.available_ma,
            alarms=rows(context, "status_alarms"),
        ),
    )
