"""/api/external: who rules from outside: available_current, and what becomes of it.

available_ma is what holds now, null: nothing from outside. by: who wrote it last, age_s: how long
ago; null since nobody has, or the writer went silent. The watchdog is armed by a write, where
enable_watchdog is on; left_s: until the default holds again.
"""

from compat import ticks_diff, ticks_ms


def read(context, _query) -> tuple:
    """The tree."""
    age_ms = None
    if context.is_written:
        age_ms = max(0, ticks_diff(ticks_ms(), context.written_ms))
    watch_ms = context.write_watch_ms
    is_armed = watch_ms > 0 and context.is_written
    return (
        {
            "enabled": context.external_control,
            "available_ma": context.available_ma,
            "default_ma": context.default_ma,
            "maximum_ma": context.maximum_ma,
        },
        {
            "written": context.is_written,
            "by": getattr(context, "written_by", None) if context.is_written else None,
            "age_s": None if age_ms is None else age_ms // 1000,
            "watchdog": {
                "enabled": watch_ms > 0,
                "armed": is_armed,
                "seconds": watch_ms // 1000 if watch_ms else None,
                "left_s": max(0, watch_ms - age_ms) // 1000 if is_armed else None,
            },
        },
    )
