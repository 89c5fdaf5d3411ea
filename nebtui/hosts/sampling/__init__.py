"""Timed readings of containers and looks at host paths."""
