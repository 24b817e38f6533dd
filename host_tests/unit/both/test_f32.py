"""binary32 to scaled integers."""

from struct import pack, unpack

from f32 import f32_scaled


def scaled(value, factor=1000):
    high, low = unpack(">HH", pack(">f", value))
    return f32_scaled(high, low, factor)


def test_values_of_meters_and_wallboxes():
    rows = (
        # value, thousandths
        (0.0, 0),
        (-0.0, 0),
        (15.5, 15500),
        (-15.25, -15250),
        (230.1, 230100),
        (-0.001, -1),
        (0.0004, 0),
        (0.0006, 1),
        (0.5, 500),
        (1.0, 1000),
        (63.9996, 64000),
        (1e-30, 0),
        (1e-45, 0),
        (16777216.0, 16777216000),
        (4294967296.0, 4294967296000),
    )
    for value, expected in rows:
        assert scaled(value) == expected, value


def test_other_factors():
    assert scaled(10645.4, 1) == 10645
    assert scaled(10645.6, 1) == 10646
    assert scaled(-2.5, 1) == -3
    assert scaled(12.5, 10) == 125


def test_no_number_is_none():
    assert f32_scaled(0x7FC0, 0, 1000) is None
    assert f32_scaled(0x7F80, 0, 1000) is None
    assert f32_scaled(0xFF80, 0, 1000) is None
    assert f32_scaled(0xFFFF, 0xFFFF, 1000) is None
