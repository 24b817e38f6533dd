"""Charge-management packets of WARP chargers."""
