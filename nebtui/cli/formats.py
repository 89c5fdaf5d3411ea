"""What `--format` can be for each verb, and which verbs are about projects at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BOTH = ("text", "json")
FORMATS: Mapping[str | None, tuple[str, ...]] = {
    None: BOTH,
    "demo": BOTH,
    "check": (*BOTH, "sarif", "github"),
    "fix": BOTH,
    "undo": BOTH,
    "status": (*BOTH, "prometheus"),
    "graph": (*BOTH, "mermaid", "dot"),
    "startup": BOTH,
    "gpu": BOTH,
    "logs": BOTH,
    "reach": BOTH,
    "tour": (),
    "doctor": BOTH,
    "hosts": BOTH,
    "record": (),
    "replay": BOTH,
    "serve": (),
    "rule": BOTH,
    "export": ("json",),
    "schema": ("json",),
    "config": BOTH,
    "completions": (),
    "man": (),
}
"""Verb (None = the live box) → its formats, what it prints unasked first; () = it has no option."""
DESCRIBED = tuple(verb for verb, row in FORMATS.items() if verb and row[:2] == BOTH)
"""The verbs that print JSON of nebtui's own, which has a schema; that of `export` is Amazon's."""
EVERY = tuple(dict.fromkeys(form for row in FORMATS.values() for form in row))
WHOLE: Mapping[str, str] = {
    "doctor": "it looks at the machine",
    "hosts": "it lists boxes",
    "record": "a recording holds the whole box",
    "serve": "it serves the whole box",
    "rule": "the rules are the same for all",
    "config": "the settings are the same for all",
    "schema": "it is about a verb",
    "export": "name the PROJECT alone",
    "completions": "they are about the command line",
    "man": "it is about the command line",
}
"""Verbs without `--project`, and why."""
HOSTLESS: Mapping[str, str] = {
    "demo": "it shows the simulated box",
    "tour": "take it on the box you are on",
    "replay": "it plays a recording",
    "serve": "it serves the box it runs on",
    "rule": "the rules are the same for all",
    "export": "it reads files",
    "schema": "it is about a verb",
    "config": "the settings are the same for all",
    "hosts": "it lists them all",
    "completions": "they are about the command line",
    "man": "it is about the command line",
}
"""Verbs without `--host`, and why."""
SEVERAL: frozenset[str | None] = frozenset(
    {None, "status", "graph", "check", "fix", "undo", "reach"}
)
"""Verbs that look at several boxes at once."""


def formats_told() -> str:
    """The help of `--format` before a verb: who has more than text and JSON."""
    told = "text or json; of the verbs"
    more = (f"{verb} also {', '.join(row[2:])}" for verb, row in FORMATS.items() if row[:2] == BOTH)
    return f"{told} {'; '.join(line for line in more if not line.endswith('also '))}"


def misused(
    verb: str | None, form: str | None, project: str | None, hosts: Sequence[str] = ()
) -> str:
    """Why these options cannot be given to this verb, "" where they can: of what stands before the
    verb argparse only sees that some verb has it."""
    formats = FORMATS[verb]
    if form is not None and form not in formats:
        if not formats:
            return f"{verb} has no --format"
        choices = ", ".join(map(repr, formats))
        return f"argument --format: invalid choice: {form!r} (choose from {choices})"
    if project is not None and verb is not None and verb in WHOLE:
        return f"{verb} has no --project: {WHOLE[verb]}"
    if hosts and verb is not None and verb in HOSTLESS:
        return f"{verb} has no --host: {HOSTLESS[verb]}"
    if len(hosts) > 1 and verb not in SEVERAL:
        several = ", ".join(sorted(name for name in SEVERAL if name))
        return f"{verb} looks at one box: name one --host ({several} and the screen take several)"
    return ""
