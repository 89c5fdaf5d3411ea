"""nebtui: the Compose projects of one machine, live, explained and repaired from the terminal."""

__version__ = "0.1.0"
