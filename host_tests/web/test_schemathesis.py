"""The running firmware and the OpenAPI file say the same; `make soak` asks more."""

from host_tests.web import trying, whole_firmware


def test_the_firmware_is_what_its_description_says(tmp_path):
    """One of its own: it is left with settings that nobody would want."""
    with whole_firmware.running(count=2) as firmware:
        is_well, text = trying.tried(firmware, tmp_path, examples=2, is_quick=True)
        print("\n".join(text.splitlines()[-12:]))
        assert is_well, text
        assert firmware.site.log() == ""
