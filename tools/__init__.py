"""Host-side tools: flash image, running the firmware, the simulated site, measurements."""
