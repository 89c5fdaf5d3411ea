"""Run nebtui as `python -m nebtui`."""

from nebtui.start import entry

entry()
