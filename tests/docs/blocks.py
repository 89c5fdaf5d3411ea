"""The parts of README.md and docs/ that are made from the code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from nebtui.cli.arguments import KEPT, parser
from nebtui.cli.config import toml
from nebtui.cli.grammar.words import Grammar, Option, Place, VerbGrammar, grammar_of
from nebtui.facts import changes
from nebtui.report.contract.verbs import OUTPUTS, schema_of
from nebtui.report.text_output import LETTERS
from nebtui.rules.table import RULES
from nebtui.settings import Settings, described
from nebtui.tui.key_table import KEYS
from nebtui.tui.keys import markdown

HOME = Path(__file__).parents[2]
PAGES = (HOME / "README.md", *sorted((HOME / "docs").glob("*.md")))
MADE = re.compile(r"(<!-- made: ([a-z-]+) -->\n)(.*?)(<!-- /made -->)", re.DOTALL)
_SECTIONS = ("What", "Why it bites", "Evidence", "Fix", "Source", "Seen")


def rules_table() -> Iterator[str]:
    """A line for each rule."""
    yield "| rule | | key | found when |"
    yield "|---|---|---|---|"
    for rule in RULES:
        key = f"`{rule.key}`" if rule.key else ""
        link = f"[{rule.name}](#{rule.name})"
        yield f"| {link} | {LETTERS[rule.severity]} | {key} | {cell(rule.summary)} |"


def rules_manuals() -> Iterator[str]:
    """The manual of each rule, as `nebtui rule NAME` prints it."""
    for rule in RULES:
        summary, _, rest = rule.manual.strip().partition("\n")
        yield f"### {rule.name}\n\n{escaped(summary)}\n"
        text = escaped(" ".join(rest.split()))
        for title in _SECTIONS:
            text = re.sub(rf"(?:^| )({title}): ", r"\n- **\1**: ", text)
        yield text.strip() + "\n"


def keys_long() -> Iterator[str]:
    """Every key with its id, for `[keys]` of the settings."""
    yield "| id | key | what it does |"
    yield "|---|---|---|"
    for key in KEYS:
        yield f"| `{key.where}.{key.id}` | `{key.display}` | {cell(key.help)} |"


def settings_table() -> Iterator[str]:
    """Every setting with its default."""
    yield "| setting | default |"
    yield "|---|---|"
    for name, value in described(Settings()).items():
        if name != "state_dir":
            yield f"| `{name}` | `{toml(value)}` |"


def verbs_table() -> Iterator[str]:
    """A line for each verb."""
    yield "| verb | |"
    yield "|---|---|"
    for verb in grammar().verbs:
        anchor = re.sub(r"[^a-z0-9 -]", "", headline(verb).lower()).replace(" ", "-")
        yield f"| [`{headline(verb)}`](docs/command-line.md#{anchor}) | {cell(verb.told)} |"


def command_line() -> Iterator[str]:
    """Every verb with its options, then the common ones."""
    common = {option.flags for option in grammar().top.options}
    for verb in grammar().verbs:
        yield f"### {headline(verb)}\n\n{escaped(verb.told[:1].upper() + verb.told[1:])}.\n"
        own = [o for o in verb.options if o.flags not in common or "--format" in o.flags]
        rows = [(shown(place), place.told) for place in verb.places if place.told]
        yield from options([*rows, *map(option_row, own)])
        if verb.more:
            yield f"{escaped(verb.more)}\n"
    yield "### Before or behind every verb\n"
    yield from options(map(option_row, grammar().top.options))


def recording_kept() -> Iterator[str]:
    """What a recording holds, as its help says it."""
    yield escaped(KEPT)


def recording_lines() -> Iterator[str]:
    """What can happen, and the fields of its line."""
    yield "| `c` | what happened | fields |"
    yield "|---|---|---|"
    for name, kind in vars(changes).items():
        if is_dataclass(kind) and kind.__module__ == changes.__name__:
            told = " ".join((kind.__doc__ or "").split()).partition(". ")[0].rstrip(".")
            fields = ", ".join(f"`{field.name}`" for field in fields_of(kind))
            yield f"| `{name}` | {cell(told)} | {fields} |"


def json_verbs() -> Iterator[str]:
    """Which object each verb prints."""
    yield "| verb | prints |"
    yield "|---|---|"
    for verb in OUTPUTS:
        root = {key: value for key, value in schema_of(verb).items() if key in ("$ref", "anyOf")}
        yield f"| `nebtui {verb} --format json` | {kind_of(root)} |"


def json_objects() -> Iterator[str]:
    """Every object of every verb, once."""
    found: dict[str, Mapping[str, Any]] = {}
    for verb in OUTPUTS:
        for name, part in schema_of(verb)["$defs"].items():
            assert found.setdefault(name, part) == part, name
    for name, part in sorted(found.items()):
        if "properties" not in part:
            yield f"### {name}\n\n{escaped(part.get('description', ''))} {kind_of(part)}\n"
            continue
        yield f"### {name}\n\n{escaped(part['description'])}\n"
        yield "| key | | |"
        yield "|---|---|---|"
        for key, value in part["properties"].items():
            told = cell(value.get("description", ""))
            yield f"| `{key}` | {kind_of(value)} | {told} |"
        yield ""


def kind_of(schema: Mapping[str, Any]) -> str:
    """A type of JSON Schema in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(kind_of, schema["anyOf"]))
    if "const" in schema or "enum" in schema:
        words = schema.get("enum", [schema.get("const")])
        return " ".join(f"`{json.dumps(word, ensure_ascii=False)}`" for word in words)
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}"
    if isinstance(more := schema.get("additionalProperties"), dict):
        return f"object of {kind_of(more)}"
    return str(schema.get("type", "anything"))


def grammar() -> Grammar:
    """The command line."""
    return grammar_of(parser(), ())


def headline(verb: VerbGrammar) -> str:
    """A verb with what can stand behind it."""
    return " ".join(("nebtui", verb.name, *map(shown, verb.places)))


def shown(place: Place) -> str:
    """A place as the usage has it."""
    name = f"{place.shown}..." if place.many else place.shown
    return f"[{name}]" if place.optional else name


def option_row(option: Option) -> tuple[str, str]:
    """An option with its value, and what it does."""
    taken = ""
    if option.value:
        words = option.value.words
        taken = " " + ("|".join(words) if 0 < len(words) < 10 else option.value.shown)
    return ", ".join(option.flags) + taken, option.told


def options(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A table of options; nothing where there is none."""
    lines = [f"| `{cell(name)}` | {cell(told)} |" for name, told in rows]
    if lines:
        yield from ("| | |", "|---|---|", *lines, "")


def cell(text: str) -> str:
    """A text that stays in its cell."""
    return escaped(text).replace("|", "\\|")


def escaped(text: str) -> str:
    """A text whose angle brackets and stars outside code are no markup."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(
        part if part.startswith("`") else re.sub(r"([<>*_])", r"\\\1", part) for part in parts
    )


BLOCKS: Mapping[str, Callable[[], Iterator[str]]] = {
    "rules-table": rules_table,
    "rules-manuals": rules_manuals,
    "keys-table": lambda: iter((markdown(),)),
    "keys-long": keys_long,
    "settings-table": settings_table,
    "verbs-table": verbs_table,
    "command-line": command_line,
    "recording-kept": recording_kept,
    "recording-lines": recording_lines,
    "json-verbs": json_verbs,
    "json-objects": json_objects,
}


def made(page: str) -> str:
    """A page with its made parts as the code has them now."""
    return MADE.sub(lambda found: found[1] + text_of(found[2]) + found[4], page)


def text_of(name: str) -> str:
    """The lines of one part."""
    return "\n".join(BLOCKS[name]()).rstrip("\n") + "\n"
