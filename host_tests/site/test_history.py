"""History and energy of the whole firmware, in steps that a test can wait for."""

from host_tests.web import whole_firmware


def test_it_is_loaded_only_where_it_is_switched_on():
    with whole_firmware.running() as firmware:
        assert firmware.get("/api/history/enabled") is firmware.get("/api/energy/enabled") is False
        assert firmware.asked("PATCH", "/api/settings", {"name": "Hof"})[0] == 200
        used = firmware.least_used()
        patch = {"history": {"enabled": True}}
        assert firmware.asked("PATCH", "/api/settings", patch)[0] == 200
        tree = firmware.get("/api/history")
        kinds = [series["kind"] for series in tree["series"]]
        assert (
            kinds
            == ["meter"] * 3
            + ["meter_peak"] * 3
            + ["meter_power"]
            + ["cars"] * 3
            + ["charger"] * whole_firmware.BOXES
        )
        assert tree["rows"] == [] and tree["now"] > 1767225600
        (today,) = firmware.get("/api/energy")["days"]
        assert today["cars_wh"] == 0 and today["chargers_wh"] == [0] * whole_firmware.BOXES
        assert firmware.least_used() - used < 8000
        assert firmware.asked("PATCH", "/api/settings", {"history": None})[0] == 200
        assert firmware.get("/api/history/enabled") is False
        assert firmware.least_used() - used < 6000
