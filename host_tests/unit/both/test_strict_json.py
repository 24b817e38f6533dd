"""firmware/web/strict_json.py: what is JSON, and what MicroPython's own reader would let pass."""

from compat import ticks_diff, ticks_ms

from firmware.web.strict_json import loads

GOOD = (
    ("16000", 16000),
    (" \t\r\n-7 ", -7),
    ("0", 0),
    ("-0.5", -0.5),
    ("1e3", 1000.0),
    ("true", True),
    ("false", False),
    ("null", None),
    ('""', ""),
    ('"a\\"b\\\\"', 'a"b\\'),
    ('"\\u00e4\\n"', "ä\n"),
    ('"Gießen"', "Gießen"),
    ('"a\\ud83D\\uDE00\\n\\uD834\\udd1e\\""', "a\U0001f600\n\U0001d11e\""),
    ("[]", []),
    ("[ ]", []),
    ("{}", {}),
    ('{"current": 16000}', {"current": 16000}),
    ('[1, {"a": [true, null]}, "x"]', [1, {"a": [True, None]}, "x"]),
    ("[[[[[[[[1]]]]]]]]", [[[[[[[[1]]]]]]]]),
)
BAD = (
    # taken by MicroPython's json
    '{"a",1}', "[1 2]", "[1,]", "01", "1.", '"\\q"', '{"a":1,}', "[,1]", "{:}", '{"a" 1}', "-01",
    # taken by CPython's json
    "NaN", "Infinity", "-Infinity", '{"a":1,"a":2}',
    # by neither
    "", " ", "tru", "trueish", "+5", ".5", "1e", "1e+", "-", "0x10", "1_0", "nul", "{", "[", '"',
    "}", "]", ",", ":", "{]", "[}", '{"a"', '{"a":', '{"a":1', '{"a":1]', "[1", "[1,", '"abc',
    '"\\', '"\\u12', '"\\u12g4"', '"\\u+123"', '"\\"', '"a\nb"', '"a\x00b"', "{1:2}", "{a:1}",
    "1 2", '{"a":1}x', "[1]]", "'a'", "# x", "1" * 400, "[[[[[[[[[1]]]]]]]]]", "[" * 500,
    '"\\ud83d"', '"\\ude00"', '"\\ud83d\\ud83d"', '"\\ud83dx\\ude00"', '"\\ud83d\\nde00"',
    '"\\ud83d\\ude0"',
)  # fmt: skip


def refusal(data):
    try:
        value = loads(data)
    except ValueError as error:
        return str(error)
    raise AssertionError("taken: %r as %r" % (data, value))


def test_json_is_taken():
    for text, value in GOOD:
        for kind in (bytes, bytearray):
            found = loads(kind(text.encode()))
            assert found == value and type(found) is type(value), text


def test_all_else_is_refused_and_says_what_would_be_right():
    for text in BAD:
        said = refusal(bytearray(text.encode()))
        assert said.startswith("JSON: "), text
        assert "right: " in said or "too early" in said, (text, said)


def test_a_long_text_of_pairs_takes_no_longer_than_any_other():
    one = b"\\ud83d\\ude00"
    assert loads(b'"' + one * 1300 + b'"') == "\U0001f600" * 1300
    started = ticks_ms()
    loads(b'"' + one * 1300 + b'"')
    pairs_ms = ticks_diff(ticks_ms(), started)
    started = ticks_ms()
    for _ in range(13):
        loads(b'"' + one * 100 + b'"')
    assert pairs_ms < 3 * ticks_diff(ticks_ms(), started) + 10


def test_every_cut_of_a_good_text_is_refused():
    text = b'{"a": [1, "b\\n\\u0041", null], "c": {"d": -1.5e2}}'
    for n in range(len(text)):
        refusal(text[:n])


def test_every_byte_changed_never_raises_anything_else():
    text = b'{"a": [1, "b\\n\\u0041", null], "c": {"d": -1.5e2}}'
    for at in range(len(text)):
        for byte in (0, 9, 34, 44, 58, 92, 125, 128, 195, 255):
            try:
                loads(text[:at] + bytes([byte]) + text[at + 1 :])
            except ValueError:
                pass


def test_text_that_is_not_utf_8_is_refused():
    assert "UTF-8" in refusal(b'"\xff"')
    assert "UTF-8" in refusal(b'"\xc3"')
