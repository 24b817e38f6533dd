"""binary32 to integers: compared with exact arithmetic over all bit patterns."""

import math
from fractions import Fraction
from struct import pack, unpack

from f32 import f32_scaled
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(0, 0xFFFFFFFF), st.sampled_from((1, 10, 100, 1000, 1000000)))
def test_within_a_thousandth_of_a_step_of_the_exact_value(bits, factor):
    result = f32_scaled(bits >> 16, bits & 0xFFFF, factor)
    value = unpack(">f", pack(">I", bits))[0]
    if not math.isfinite(value):
        assert result is None
        return
    exact = Fraction(value) * factor
    assert abs(exact - result) <= Fraction(501, 1000)
