"""Run nebtui as `python -m nebtui`."""

from nebtui.cli import entry

entry()
