"""The line settings of a tty on the PC, by termios; loaded while a tty is opened."""

import termios

_SPEEDS = {  # asm-generic/termbits.h; where the speed is its own code (macOS), that
    1200: 9,
    2400: 11,
    4800: 12,
    9600: 13,
    19200: 14,
    38400: 15,
    57600: 0o10001,
    115200: 0o10002,
}
_LINUX = termios.B9600 == 13
_TWO_STOPS = 0o100 if _LINUX else 0x400
_PARITY = 0o400 if _LINUX else 0x1000
_ODD = 0o1000 if _LINUX else 0x2000


def configure(number: int, settings: dict) -> None:
    """Make the open tty raw, with the baud rate, parity and stop bits of rs485. OSError."""
    termios.setraw(number)
    state = termios.tcgetattr(number)
    state[2] &= ~(_PARITY | _ODD | _TWO_STOPS)
    if settings["parity"] != "N":
        state[2] |= _PARITY | (_ODD if settings["parity"] == "O" else 0)
    if settings["stop_bits"] == 2:
        state[2] |= _TWO_STOPS
    speed = settings["baud"]
    state[4] = state[5] = _SPEEDS[speed] if _LINUX else speed
    termios.tcsetattr(number, termios.TCSANOW, state)
