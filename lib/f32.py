"""IEEE 754 binary32 numbers as integers, without floats in between.

The chip's own floats have 24 bits and live on the heap, a PC's have 53: going through them would
give different answers. Every step here stays within the chip's 31-bit small integers for values
below a million units.
"""


def f32_scaled(high: int, low: int, factor: int) -> int | None:
    """Return value * factor rounded to an integer, None for NaN and infinities.

    high and low are the two 16-bit halves of the number; factor is at most a million.
    """
    exponent = (high >> 7) & 0xFF
    if exponent == 0xFF:
        return None
    if exponent < 106:  # below 2**-21: nothing is left after scaling (zero and subnormals too)
        return 0
    mantissa = 0x800000 | (high & 0x7F) << 16 | low
    shift = 150 - exponent
    if shift <= 0:
        scaled = (mantissa << -shift) * factor
    else:
        whole = mantissa >> shift
        part = mantissa - (whole << shift)
        if shift > 20 and factor <= 1000:  # 20 bits are exact enough for a thousandth
            part >>= shift - 20
            shift = 20
        scaled = whole * factor + ((part * factor + (1 << (shift - 1))) >> shift)
    return -scaled if high & 0x8000 else scaled
