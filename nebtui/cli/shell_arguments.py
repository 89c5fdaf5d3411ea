"""The argument of `nebtui completions`, and what its help says."""

from __future__ import annotations

import argparse

KEPT_NAMES = ("projects", "services", "names", "places")
COMPLETIONS = (
    "bash: source <(nebtui completions bash) in ~/.bashrc. "
    "zsh: the same with zsh in ~/.zshrc, below compinit. "
    "fish: nebtui completions fish | source in ~/.config/fish/config.fish. "
    "Names of projects and services are those that nebtui saw last; no engine is asked."
)


def add_completions(completions: argparse.ArgumentParser) -> None:
    """Give the parser of the verb its argument."""
    completions.add_argument(
        "what",
        choices=("bash", "zsh", "fish", *KEPT_NAMES),
        metavar="SHELL",
        help=f"bash, zsh or fish; the scripts ask for {', '.join(KEPT_NAMES)}",
    )
