"""The simulated site: the physical truth against which the firmware is judged. Shares no code
with it.
"""

from .box_state import BoxConfig
from .car import Car, CarConfig
from .house import HouseConfig
from .network import pick_network
from .site import Site, SiteConfig
from .thread import SiteThread

__all__ = [
    "BoxConfig",
    "Car",
    "CarConfig",
    "HouseConfig",
    "Site",
    "SiteConfig",
    "SiteThread",
    "pick_network",
]
