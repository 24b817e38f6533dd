"""All that can be switched on, for measuring what it costs."""

CIRCUIT = {"imbalance_ma": 1000000, "breaker": "B"}  # that binds nothing, but is reckoned with
DOCUMENT = {
    "sharing": {
        "slot_minutes": 15,
        "welcome_slot": True,
        "offer_to_full": True,
        "minimum_on_s": 60,
        "minimum_off_s": 60,
        "start_margin_ma": 500,
        "raise_every_s": 1,
    },
    "learning": {"rotation": "use", "probe_ma": 3000},
    "wake_up": {"attempts": 3},
}


def switch_on(document: dict) -> None:
    """Change settings so that every module is in use, and each wallbox's rotation is to be
    learnt."""
    document.update(DOCUMENT)
    for circuit in document["circuits"]:
        circuit.update(CIRCUIT)
    for charger in document["chargers"]:
        charger["rotation"] = None
