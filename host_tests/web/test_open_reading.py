"""The setting login.open_reading on the whole firmware: who reads without a login."""

NOBODY = ["Cookie: a=b"]


def test_live_updates_of_strangers_end_with_open_reading(firmware):
    def may_read():
        return firmware.request("GET", "/api/status", headers=NOBODY)[0]

    def change(login):
        assert firmware.asked("PATCH", "/api/settings", {"login": login})[0] == 200

    assert may_read() == 401
    try:
        change({"open_reading": True})
        assert may_read() == 200
        with firmware.connect() as sock:
            sock.sendall(b"GET /api/live HTTP/1.1\r\n\r\n")
            assert sock.recv(12).endswith(b" 200")
            change(None)
            while sock.recv(65536):
                pass
    finally:
        change(None)
    assert may_read() == 401
