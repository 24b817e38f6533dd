"""What the ESP32's board module needs at the start or once in a while: loaded for the call."""

import gc

import esp32
import machine
from compat import udp_address

_ASKED = b"restart "  # in RTC memory: the reset to come was asked for


def take_cause() -> str:
    """What started the board, see esp32.reset_cause(). Tells a restart asked for once only."""
    memory = machine.RTC()
    if bytes(memory.memory()) == _ASKED:
        memory.memory(b"")
        return "restart"
    cause = machine.reset_cause()
    if cause == machine.WDT_RESET:
        return "watchdog"
    return "power_on" if cause == machine.PWRON_RESET else "reset"


def maintenance():
    """Give a person at the console ten minutes before the watchdog bites."""
    machine.WDT(timeout=600000)


def unique_id() -> str:
    return "".join(["%02x" % byte for byte in machine.unique_id()])


def open_contact(number: int):
    """Return a function that gives 0 while the contact between a pin and ground is closed."""
    return machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP)


def restart():
    """Reset the chip, so that the next take_cause() says restart; does not return."""
    machine.RTC().memory(_ASKED)
    machine.reset()


def mem_info() -> tuple:
    """(used, free) bytes of the Python heap and the largest free block beside it."""
    largest = max([area[2] for area in esp32.idf_heap_info(esp32.HEAP_DATA)])
    return gc.mem_alloc(), gc.mem_free(), largest


def mdns_target():
    """Where a question to all devices of the network goes (RFC 6762)."""
    return udp_address("224.0.0.251", 5353)


def dns_servers() -> list:
    """The addresses of the servers that resolve names; none without a network."""
    import network

    server = network.ipconfig("dns")
    return [udp_address(server, 53)] if server and server != "0.0.0.0" else []
