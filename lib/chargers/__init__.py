"""Drivers of wallboxes."""
