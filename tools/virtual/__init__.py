"""A site in virtual time: events instead of ticks, currents that move in straight pieces.

`scenario` reads and checks a file, `run.Run` plays it under a law (`fusekeeper_law`, `warp_law`),
`judge` watches rules R1-R9 with the physical truth, `summary` makes the JSON. Times inside are
integer ms, currents mA, phases 0, 1, 2. Format of the files: docs/simulate.md.
"""
