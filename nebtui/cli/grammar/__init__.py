"""The command line as data, for the shells' completions and the man page."""
