"""The brain: what each wallbox may draw. Integers in, integers out; no I/O, no own clock."""
