"""What a start leaves out: by what the log tells of the starts before it."""

from firmware import cautious
from firmware.eventcodes import LEFT_OUT, STARTED

STARTED_CAR = 25
MARK = 1234


class App:
    def __init__(self, stage, left_out=()):
        self.stage = stage
        self.left_out = left_out


def started(cause, uptime_s=0):
    return (0, uptime_s, STARTED, 0, cause)


def left_out(stage, mark=MARK):
    return (0, 0, LEFT_OUT, stage, mark)


def worked(uptime_s):
    return (0, uptime_s, STARTED_CAR, 0, 6000)


def test_what_the_log_tells():
    power, asked, dog, reset = [started(cause) for cause in range(4)]
    for events, expected in (
        ((), 0),
        ((power,), 0),
        ((power, dog, dog), 0),
        ((power, dog, dog, dog), 1),
        ((power, dog, worked(30), dog, worked(599), dog), 1),
        ((power, dog, dog, worked(600), dog), 0),
        ((reset, reset, reset, reset), 0),  # a person does that
        ((power, left_out(1), asked), 1),
        ((power, left_out(1), asked, left_out(2), asked), 2),
        ((power, left_out(1), dog, dog), 1),
        ((power, left_out(1), dog, dog, dog), 2),
        ((power, left_out(2), dog, dog, dog, dog), 2),
        ((power, left_out(2), asked, worked(9000), dog), 2),
        ((power, left_out(2), asked, power), 0),
        ((power, left_out(2, MARK + 1), asked), 0),  # other settings by now
    ):
        assert cautious.stage(events, MARK) == expected, (events, expected)


def test_nothing_else_is_left_out_and_the_document_stays():
    plain = {"name": "grid", "limit_ma": [1, 2, 3]}
    document = {
        "name": "x",
        "circuits": [dict(plain, imbalance_ma=1, breaker="B"), plain],
        "sharing": {"slot_minutes": 15, "minimum_on_s": 300},
        "learning": {"rotation": "use"},
        "wake_up": {"attempts": 1},
    }
    as_it_was = repr(document)
    new, names = cautious.reduced(App(1), document)
    assert names == ["learning"] and "learning" not in new
    assert [key for key in document if key not in new] == names
    new, names = cautious.reduced(App(2), document)
    assert names == ["learning", "wake_up", "imbalance_ma", "breaker"]
    assert new == {
        "name": "x",
        "sharing": document["sharing"],
        "circuits": [plain, plain],
    }
    assert repr(document) == as_it_was


def test_a_stage_that_would_change_nothing_is_skipped():
    document = {"circuits": [], "wake_up": {"attempts": 1}}
    app = App(1)
    assert cautious.reduced(app, document)[1] == ["wake_up"]
    assert app.stage == 2
    assert cautious.reduced(App(1), {"circuits": []}) == ({"circuits": []}, [])


def test_what_more_there_is_to_leave_out():
    learns = {"circuits": [], "learning": {"rotation": "use"}}
    wakes = dict(learns, wake_up={"attempts": 1})
    assert cautious.more(App(0), {"circuits": []}) == 0
    assert cautious.more(App(0), learns) == 1
    assert cautious.more(App(1, ["learning"]), learns) == 0
    assert cautious.more(App(1, ["learning"]), wakes) == 2
    assert cautious.more(App(2, ["learning", "wake_up"]), wakes) == 0
