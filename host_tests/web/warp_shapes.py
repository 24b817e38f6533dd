"""WARP's objects, member by member, and the example of its documentation."""

LOW = "/charge_manager/low_level_config"
CONFIG = "/charge_manager/config"
AVAILABLE = "/charge_manager/available_current"
LOAD = "/power_manager/dynamic_load_config"
LOW_STATE = "/power_manager/low_level_state"
# key by key as a WARP has them
SHAPES = {
    "/charge_manager/state": "state l_raw l_min l_spread alloc l_max_pv auth_changed chargers",
    "/charge_manager/state/chargers/0": "s e ac ap sc sp lu n uid d0 d1 d3 dc u",
    "/charge_manager/low_level_state": "last_hyst_reset wnd_min wnd_max chargers",
    "/charge_manager/low_level_state/chargers/0": "b rc ae ls lp lw ip",
    LOW: "allocation_interval global_hysteresis wakeup_time plug_in_time rotation_interval "
    "enable_current_factor_pct",
    CONFIG: "enable_charge_manager enable_watchdog default_available_current "
    "maximum_available_current minimum_current_auto minimum_current minimum_current_1p "
    "minimum_current_vehicle_type verbose requested_current_threshold requested_current_margin "
    "chargers",
    AVAILABLE: "current",
    "/power_manager/config": "enabled phase_switching_mode excess_charging_enable default_mode "
    "meter_slot_grid_power meter_slot_battery_power battery_mode battery_target_soc "
    "battery_inverted battery_deadzone target_power_from_grid guaranteed_power cloud_filter_mode",
    LOAD: "enabled meter_slot_grid_currents current_limit largest_consumer_current "
    "safety_margin_pct",
    "/power_manager/state": "config_error_flags external_control",
    LOW_STATE: "power_at_meter power_at_battery battery_soc power_available "
    "i_meter i_pp_max i_pp_mavg i_pp max_current_limited is_3phase charging_blocked",
    "/power_manager/external_control": "phases_wanted",
    "/power_manager/charge_mode": "mode",
    "/meters/1": "config state value_ids values errors",
    "/api/external": "enabled available_ma default_ma maximum_ma written by age_s watchdog",
    "/api/external/watchdog": "enabled armed seconds left_s",
}
# as in WARP's documentation
EXAMPLE = """{
"enable_charge_manager": true, "enable_watchdog": false, "default_available_current": 16000,
"maximum_available_current": 32000, "minimum_current_auto": true, "minimum_current": 9200,
"minimum_current_1p": 6000, "minimum_current_vehicle_type": 1, "verbose": true,
"requested_current_threshold": 60, "requested_current_margin": 3000,
"chargers": [ { "host": "127.0.0.1", "name": "warp-AbCd" },
{ "host": "warp2-22oH.local", "name": "warp2-22oH" } ] }"""
# in the order of value_ids
SAMPLE = [230.1, 229.8, 231.4, 10.5, -2.25, 0, 2300, -500, 0, 1800, 123.4, 5.6]
WRONG_SAMPLES = (
    [], SAMPLE[:11], [*SAMPLE, 1], SAMPLE[:3] + [None] * 9, None, 5, "x", {}, True,
    {"current_ma": [1, 2]}, {"current_ma": 5}, {"current_ma": [1, 2, None]},
    {"current_ma": [1, 2, 1000001]}, {"current_ma": [1, 2, "3"]}, {"current_ma": [1, 2, True]},
    {"current_ma": [1, 2, 3], "more": 1}, {"power_w": 5},
    {"current_ma": [1, 2, 3], "power_w": 1000001},
    {"current_ma": [1, 2, 3], "voltage_mv": [-1, 0, 0]},
    {"current_ma": [1, 2, 3], "energy_import_wh": -1},
)  # fmt: skip
