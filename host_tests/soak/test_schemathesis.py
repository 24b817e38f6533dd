"""schemathesis with many examples, and requests that follow from answers."""

from host_tests.web import trying, whole_firmware


def test_the_firmware_is_what_its_description_says(tmp_path):
    with whole_firmware.running(count=2) as firmware:
        is_well, text = trying.tried(
            firmware, tmp_path, examples=40, phases="examples,coverage,fuzzing,stateful"
        )
        print("\n".join(text.splitlines()[-16:]))
        assert is_well, text
        assert firmware.site.log() == ""
