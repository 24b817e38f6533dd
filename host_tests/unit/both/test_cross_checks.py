"""What the settings demand of each other beside names: fuses, sums, addresses. Each with its
words, and what is just allowed beside it."""

from test_settings import SMALLEST, copy, good, put

from firmware import settings

TREE = {
    "rs485": {"port": "/dev/ttyUSB0"},
    "meters": [{"name": "grid"}],
    "circuits": [
        {"name": "yard", "parent": "grid", "limit_ma": 40000},
        {"name": "grid", "meter": "grid", "main_ma": [50000, 50000, 63000]},
    ],
    "chargers": [
        {"name": "A", "host": "192.168.1.11", "circuit": "yard"},
        {"name": "B", "host": "192.168.1.12", "circuit": "yard", "phases": 1, "rotation": "L231"},
        {"name": "C", "host": "192.168.1.13", "circuit": "grid", "phases": 1},
    ],
}


def error_of(**changes):
    """What is wrong with TREE after changes like chargers_0_host=...; None: nothing."""
    document = copy(TREE)
    for path in changes:
        put(document, path.replace("__", "."), changes[path])
    return settings.validate(document)[1]


def test_the_site_itself_is_good():
    assert error_of() is None
    assert [c["name"] for c in good(TREE)["circuits"]] == ["grid", "yard"]


def test_largest_consumer_above_the_fuse():
    error = error_of(circuits__1__largest_consumer_ma=63001)
    wanted = "circuits[1].largest_consumer_ma: 63001 is above main_ma 63000; give at most that"
    assert error == wanted
    assert error_of(circuits__1__largest_consumer_ma=63000) is None
    # the default counts as well
    error = error_of(circuits__1__main_ma=10000)
    assert (
        error == "circuits[1].largest_consumer_ma: 16000 is above main_ma 10000; give at most that"
    )
    # a grid connection with one phase
    assert error_of(circuits__1__main_ma=[35000, 0, 0]) is None


def test_what_is_kept_free_above_the_fuse():
    error = error_of(circuits__1__headroom_ma=[0, 0, 63001])
    assert error == "circuits[1].headroom_ma[2]: 63001 is above main_ma 63000; give at most that"
    assert error_of(circuits__1__headroom_ma=[0, 50000, 63000]) is None


def test_offline_current_above_the_limit():
    error = error_of(circuits__0__offline_ma=[0, 40001, 0])
    assert error == "circuits[0].offline_ma[1]: 40001 is above limit_ma 40000; give at most that"
    error = error_of(circuits__1__offline_ma=50001)
    assert error == "circuits[1].offline_ma[0]: 50001 is above main_ma 50000; give at most that"
    assert error_of(circuits__1__offline_ma=50000, circuits__0__offline_ma=40000) is None


def test_a_schedule_above_the_limit_is_allowed():
    """The least of them counts, and a limit can be lowered without the schedule."""
    rows = [{"at": "06:00", "limit_ma": 99000}]
    assert error_of(circuits__0__schedule=rows, timezone="UTC0") is None


def test_sum_of_the_failsafe_currents():
    """All at once when the controller is gone: on the phases of the grid, in the whole tree."""
    assert error_of(chargers__0__failsafe_ma=16000, chargers__1__failsafe_ma=24000) is None
    error = error_of(chargers__0__failsafe_ma=16001, chargers__1__failsafe_ma=24000)
    assert error == (
        "circuits[1].limit_ma[1]: 40000 is below the sum of failsafe_ma, 40001; "
        "give its wallboxes less failsafe_ma"
    ), error
    # C is on a phase that nobody knows: it counts on all of them
    three = {"chargers__0__failsafe_ma": 20000, "chargers__1__failsafe_ma": 16000}
    assert error_of(chargers__2__failsafe_ma=14000, **three) is None
    error = error_of(chargers__2__failsafe_ma=14001, **three)
    assert error.startswith(
        "circuits[0].main_ma[1]: 50000 is below the sum of failsafe_ma, 50001;"
    )
    # once its phase is known there is room: L3 has a larger fuse
    assert error_of(chargers__2__failsafe_ma=14001, chargers__2__rotation="L312", **three) is None
    # one that never falls back does not: its last current stays reserved
    assert error_of(chargers__2__failsafe_ma=14001, chargers__2__dead_man_s=0, **three) is None


def test_sum_of_the_boot_currents():
    """All at once when the power comes back."""
    assert error_of(chargers__0__boot_ma=32000, chargers__1__boot_ma=8000) is None
    error = error_of(chargers__0__boot_ma=32000, chargers__1__boot_ma=8001)
    assert error.startswith("circuits[1].limit_ma[1]: 40000 is below the sum of boot_ma, 40001;")
    # a wallbox starts first and falls back later: not both at once
    changes = {"chargers__0__boot_ma": 32000, "chargers__0__failsafe_ma": 32000}
    assert error_of(**changes) is None


def test_the_sums_where_there_is_no_circuit():
    manager = {"maximum_available_current": 20000}
    boxes = [{"host": "192.168.1.1%d" % i, "failsafe_ma": 10000} for i in range(2)]
    document = {"charge_manager": manager, "chargers": boxes}
    good(copy(document))
    boxes[1]["failsafe_ma"] = 10001
    error = settings.validate(document)[1]
    wanted = (
        "charge_manager.maximum_available_current: 20000 is below the sum of failsafe_ma, 20001"
    )
    assert error.startswith(wanted), error


def test_a_minimum_above_a_maximum():
    manager = {"minimum_current_auto": False, "minimum_current": 16001, "minimum_current_1p": 6000}
    error = error_of(chargers__0__max_ma=16000, charge_manager=manager)
    wanted = (
        "charge_manager.minimum_current: 16001 is above 16000, the most of chargers[0]; give at"
    )
    assert error.startswith(wanted), error
    # B and C have one phase: that minimum is none of theirs
    assert error_of(chargers__1__max_ma=16000, charge_manager=manager) is None
    manager = {"minimum_current_auto": False, "minimum_current_1p": 10000}
    error = error_of(chargers__2__installation_limit_ma=8000, charge_manager=manager)
    assert error.startswith(
        "charge_manager.minimum_current_1p: 10000 is above 8000, the most of ch"
    )
    manager["minimum_current_auto"] = True
    assert error_of(chargers__2__installation_limit_ma=8000, charge_manager=manager) is None


def test_a_maximum_with_which_no_car_charges():
    path = "charge_manager.maximum_available_current: "
    error = error_of(charge_manager={"maximum_available_current": 5999})
    assert (
        error
        == path + "5999 is below the least charging current; give at least 6000, or 0 for none"
    )
    assert error_of(charge_manager={"maximum_available_current": 0}) is None
    manager = {"maximum_available_current": 7999, "minimum_current_auto": False}
    manager["minimum_current_1p"] = 8000
    assert "give at least 8000" in error_of(charge_manager=manager)


def test_two_at_one_address():
    error = error_of(chargers__1__host="192.168.1.11")
    assert error == 'chargers[1].host: "192.168.1.11" is there twice; give each its own host'
    error = error_of(chargers__0__host="Box.local", chargers__2__host="bOX.LOCAL")
    assert error == 'chargers[2].host: "box.local" is there twice; give each its own host'
    network = {"mode": "static", "address": "192.168.1.12", "netmask": "255.255.255.0"}
    error = error_of(network=network)
    assert (
        error == "chargers[1].host: 192.168.1.12 is network.address, our own; give the wallbox's"
    )
    two = [{"name": "grid"}, {"name": "b"}]
    assert error_of(meters=two).startswith(
        "meters[1].address: 1 is there twice; give each its own"
    )
    two[1]["model"] = "api"
    assert error_of(meters=two) is None


def test_a_meter_whose_values_are_pushed():
    meter = "meters__0__"
    assert error_of(meters__0__model="api", meters__0__max_age_s=60) is None
    error = error_of(**{meter + "max_age_s": 60})
    assert (
        error == "meters[0].max_age_s: eastron_sdm630 is read by us; give it with model api only"
    )
    error = error_of(**{meter + "model": "api", meter + "phase": 2})
    assert (
        error == "meters[0].phase: the values of this meter are pushed; give it with another model"
    )
    inputs = [{"name": "grid", "source": "meter", "meter": "grid"}]
    error = error_of(**{meter + "model": "api", "inputs": inputs})
    assert error == 'inputs[0].meter: "grid" has no input; give a meter on rs485'


def test_pins_of_the_line():
    for pins in ({"tx": 16}, {"de": 17}, {"de": 16}):
        document = copy(SMALLEST)
        document["rs485"] = pins
        error = settings.validate(document)[1]
        assert error == "rs485: one pin for two purposes; give tx, rx and de one each", error


def test_the_network():
    rows = (
        ({"mode": "static"}, "network.address: missing; give it with mode static, or mode dhcp"),
        ({"address": "10.0.0.5"}, "network.netmask: missing; give address and netmask together"),
        ({"netmask": "255.0.0.0"}, "network.address: missing; give address and netmask together"),
        ({"gateway": "10.0.0.1"}, "network.gateway: no address; give it with address and netmask"),
        ({"address": "10.0.0.05"}, 'network.address: "10.0.0.05" is no address; give one like 1'),
        ({"address": "10.0.0.256"}, 'network.address: "10.0.0.256" is no address; give one like'),
        ({"address": 10}, "network.address: 10 is no address; give one like 192.168.1.11"),
        ({"dns": "dns.local"}, 'network.dns: "dns.local" is no address; give one like 192.168.'),
        ({"ntp": "a b"}, 'network.ntp: "a b" is no host; give an address like 192.168.1.11 or'),
        ({"hostname": "-a"}, 'network.hostname: "-a" is no name in a network; give letters, dig'),
        ({"hostname": "a_b"}, 'network.hostname: "a_b" is no name in a network; give letters, d'),
        ({"netmask": "255.0.255.0"}, 'network.netmask: "255.0.255.0" is no netmask; give one li'),
        ({"netmask": "255.255.255.254"}, 'network.netmask: "255.255.255.254" is no netmask; giv'),
        ({"wifi": {"password": "12345678"}}, "network.wifi.ssid: missing; give it"),
        (
            {"wifi": {"ssid": "a", "password": "1234567"}},
            "network.wifi.password: no possible password; give 8..63 plain characters",
        ),
        ({"mode": "auto"}, 'network.mode: "auto" is unknown; give one of dhcp, static'),
    )
    for network, wanted in rows:
        document, error = settings.validate({"network": network})
        assert document is None and error.startswith(wanted), error


def test_addresses_that_cannot_be_ours():
    rows = (
        ("127.0.0.1", "reserved for the machine itself"),
        ("224.0.0.1", "reserved for groups of receivers"),
        ("255.255.255.255", "reserved for groups of receivers"),
        ("0.0.0.0", "reserved for no network"),
        ("169.254.1.1", "reserved for devices without a network"),
        ("192.168.123.5", "reserved for the service ports of wallboxes"),
        ("192.168.124.5", "reserved for the service ports of wallboxes"),
        ("192.168.125.5", "reserved for the service ports of wallboxes"),
        ("192.168.1.0", "is the network itself"),
        ("192.168.1.255", "is for all of the network"),
    )
    for address, wanted in rows:
        network = {"mode": "static", "address": address, "netmask": "255.255.255.0"}
        document, error = settings.validate({"network": network})
        assert document is None and error.startswith("network.address: " + address), error
        assert wanted in error, error
    for address in ("192.168.1.1", "192.168.1.254", "10.1.2.3", "192.168.122.5", "192.168.126.5"):
        network = {"mode": "static", "address": address, "netmask": "255.255.255.0"}
        assert good({"network": network})["network"] == network


def test_the_gateway_is_in_our_network():
    network = {"mode": "static", "address": "10.1.2.3", "netmask": "255.255.0.0"}
    rows = (
        ("10.2.0.1", "10.2.0.1 is not in the network of 10.1.2.3; give one within netmask 255."),
        ("10.1.2.3", "10.1.2.3 is our own address; give the router's, or none"),
        ("10.1.0.0", "10.1.0.0 is the network itself; give one between its first and its last"),
        ("10.1.255.255", "10.1.255.255 is for all of the network; give one between its first an"),
    )
    for gateway, wanted in rows:
        document, error = settings.validate({"network": dict(network, gateway=gateway)})
        assert document is None and error.startswith("network.gateway: " + wanted), error
    good({"network": dict(network, gateway="10.1.255.254")})
