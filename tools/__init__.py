"""Host-side tools: building the flash image, running the firmware, the simulated site, measurements."""
