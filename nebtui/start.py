"""The console script."""

import gc

# Nothing that a module makes while it is loaded is garbage: to look for some took 5 % of the time
# to the first frame, and as much again of Textual's. On again before anything runs.
gc.disable()


def entry() -> None:
    """Run nebtui and leave."""
    from nebtui.cli import entry as run

    run()
