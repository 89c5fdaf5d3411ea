"""The error of every verb."""


class CommandError(Exception):
    """The command cannot do its work; one sentence for stderr, exit 2."""
