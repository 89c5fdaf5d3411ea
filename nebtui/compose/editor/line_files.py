"""Edits of files that are lines: a variable of an env file, an instruction of a Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.compose.editor.splice import Splice, apply_splices, insert_lines, line_end, newline
from nebtui.compose.editor.verbs import EditRefusedError, SetInstruction, SetVariable
from nebtui.compose.syntax import env_file
from nebtui.disk.read import UnreadableError

_VARIABLE = r"""(?mx)^(?P<head>[ \t\ufeff]*(?:export[ \t]+)?{name}[ \t]*(?:=|:(?=[ \t]))[ \t]*)
(?P<value>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\[\s\S])*"|[^\r\n]*?(?=[ \t]+\#|[ \t]*\r?$))"""
_BARE = re.compile(r"[\w./:@%+,=-]*\Z", re.ASCII)


def set_variable(text: str, edit: SetVariable) -> str:
    """The env file with the variable's last assignment changed (the last one counts), else a new
    last line. What comes out is read again, and must give the value."""
    return _checked(_with_variable(text, edit), edit)


def _with_variable(text: str, edit: SetVariable) -> str:
    if "\n" in edit.name or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", edit.name):
        raise EditRefusedError(f"{edit.name!r} is no name of a variable")
    if "\0" in text:
        raise EditRefusedError("the file contains NUL bytes; it is no env file")
    found = [
        match
        for match in re.finditer(_VARIABLE.format(name=re.escape(edit.name)), text)
        if _alone(text, match)
    ]
    if not found:
        return apply_splices(
            text, [insert_lines(text, len(text), [f"{edit.name}={_quoted(edit.value, '')}"])]
        )
    old = found[-1]["value"]
    if _meaning(old) == edit.value:
        return text
    start, end = found[-1].span("value")
    # `A= # c` would be read as the value `# c`, and `A:` is no assignment.
    bare_end = end == line_end(text, end) and "=" in found[-1]["head"]
    quote = old[:1] if edit.value or bare_end else "'"
    return apply_splices(text, [Splice(start, end, _quoted(edit.value, quote))])


def _checked(text: str, edit: SetVariable) -> str:
    """The edited text, if the variable's value is read from it."""
    try:
        read = env_file.parse(text, "", {})
    except UnreadableError as error:
        raise EditRefusedError(f"line {error.line} {error.message}; correct that first") from None
    if read.get(edit.name) != edit.value:
        raise EditRefusedError(
            f"the value of {edit.name} cannot be written so that it is read back; edit it by hand"
        )
    return text


def _alone(text: str, match: re.Match[str]) -> bool:
    """True if nothing but a comment follows the value on its line: `A="x"y` is one value that
    nebtui would break."""
    rest = text[match.end() : line_end(text, match.end())].strip()
    if rest and not rest.startswith("#"):
        raise EditRefusedError(
            f"the value of {match['head'].strip(' =')} is written in a form nebtui does not edit"
        )
    return True


def _meaning(value: str) -> str:
    quote = value[:1]
    if quote not in ("'", '"'):
        return value
    inner = value[1:-1]
    return inner.replace("\\'", "'") if quote == "'" else re.sub(r'\\(["\\$])', r"\1", inner)


def _quoted(value: str, quote: str) -> str:
    """The value in the old one's quotes; a bare one gets quotes where it needs them. Dollars stay
    literal."""
    if "\n" in value or "\r" in value:
        raise EditRefusedError("a value of several lines is not written into an env file")
    if quote == '"' or "\\" in value:
        return '"' + re.sub(r'(["\\$])', r"\\\1", value) + '"'
    if quote == "'" or not _BARE.match(value):
        return "'" + value.replace("'", "\\'") + "'"
    return value


_BLANK_OR_COMMENT = re.compile(r"[ \t]*(?:#[^\n]*)?$")
_HEREDOC = re.compile(r"<<-?(['\"]?)(\w+)\1")
_ESCAPE = re.compile(r"(?i)^#[ \t]*escape[ \t]*=[ \t]*`", re.MULTILINE)


def set_instruction(text: str, edit: SetInstruction) -> str:
    """The Dockerfile with one instruction replaced, or one added after the last FROM."""
    found = list(_instructions(text))
    logical = [one_line(text[start:end]) for start, end in found]
    new = one_line(edit.new)
    stage = max(
        (i for i, line in enumerate(logical) if line.upper().startswith("FROM ")), default=None
    )
    if not edit.old:
        if stage is None:
            raise EditRefusedError("the Dockerfile has no FROM")
        if new in logical[stage:]:
            return text
        end = found[stage][1]
        return apply_splices(text, [Splice(end, end, newline(text) + edit.new)])
    places = [i for i, line in enumerate(logical) if line == one_line(edit.old)]
    if not places and new in logical:
        return text
    if len(places) != 1:
        much = "stands more than once" if places else "does not stand"
        raise EditRefusedError(
            f"the instruction {edit.old!r} {much} in the Dockerfile; edit it by hand"
        )
    start, end = found[places[0]]
    inside = [line for line in text[start:end].splitlines() if line.lstrip().startswith("#")]
    above = "".join(line.lstrip() + newline(text) for line in inside)
    return apply_splices(text, [Splice(start, end, above + edit.new)])


def one_line(instruction: str) -> str:
    """An instruction with its continuation lines joined and its white space single; comment lines
    left out."""
    lines = [line for line in instruction.splitlines() if not line.lstrip().startswith("#")]
    return " ".join(
        " ".join(line.rstrip().removesuffix("\\").removesuffix("`") for line in lines).split()
    )


def _instructions(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each instruction, continuation lines and here-documents included."""
    escape = "`" if _ESCAPE.search(text.partition("\nFROM")[0]) else "\\"
    start: int | None = None
    waiting: list[str] = []
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        end = line_end(text, at)
        line = text[at:end]
        if waiting:
            waiting = waiting[1:] if line.strip("\t") == waiting[0] else waiting
            goes_on = bool(waiting)
        elif _BLANK_OR_COMMENT.match(line):
            # Inside an instruction a comment line is passed over; between two it belongs to no
            # instruction.
            goes_on = True
        else:
            start = at if start is None else start
            waiting = [match[2] for match in _HEREDOC.finditer(line)]
            goes_on = bool(waiting) or line.rstrip().endswith(escape)
        if start is not None and not goes_on:
            yield start, end
            start = None
        at = _next(text, end)
    if start is not None:
        yield start, len(text.rstrip())


def _next(text: str, end: int) -> int:
    at = text.find("\n", end)
    return len(text) if at < 0 else at + 1
