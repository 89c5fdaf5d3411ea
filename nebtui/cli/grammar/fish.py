"""The completion script of fish."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.cli.grammar.words import Grammar, Option, Place, VerbGrammar

_HEAD = r"""# Completions of nebtui for fish: nebtui completions fish | source
function __nebtui_kept
    command nebtui completions $argv[1] 2>/dev/null </dev/null
end
function __nebtui_at --description 'VERB [PLACE [on]]: whether the cursor is there'
    set -l words (commandline -opc)
    set -e words[1]
    set -l verb none
    set -l place 0
    set -l option no
    for word in $words
        if test $option = yes
            set option no
            continue
        end
        switch $word
            case %(valued)s
                set option yes
            case '-*'
            case '*'
                if test $verb = none
                    set verb $word
                else
                    set place (math $place + 1)
                end
        end
    end
    test "$verb" = $argv[1]; or return 1
    set -q argv[2]; or return 0
    test $place = $argv[2]; and return 0
    set -q argv[3]; and test $place -gt $argv[2]
end
complete -c nebtui -f
"""


def fish_script(grammar: Grammar) -> str:
    """The script; it completes verbs, options, their values, and names that nebtui has kept."""
    lines = [_HEAD.replace("%(valued)s", " ".join(grammar.valued))]
    for verb in grammar.verbs:
        told = fish_word(verb.told)
        lines.append(f"complete -c nebtui -n '__nebtui_at none' -a {verb.name} -d {told}\n")
    for verb in grammar.every:
        lines += _options(verb)
        lines += _places(verb)
    return "".join(lines)


def fish_word(text: str) -> str:
    """A text in fish's single quotes, in which only the backslash and the quote are special."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _options(verb: VerbGrammar) -> Iterator[str]:
    for option in verb.options:
        told = f" -d {fish_word(option.told)}" if option.told else ""
        taken = _completed(option.value) if option.value else ""
        at = verb.name or "none"
        yield f"complete -c nebtui -n '__nebtui_at {at}' {_names(option)}{taken}{told}\n"


def _names(option: Option) -> str:
    return " ".join(
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
    )


def _places(verb: VerbGrammar) -> Iterator[str]:
    for number, place in enumerate(verb.places):
        at = f"{verb.name} {number}{' on' if place.many else ''}"
        if place.kind == "file":
            yield f"complete -c nebtui -n '__nebtui_at {at}' -F\n"
        elif place.kind != "any":
            yield f"complete -c nebtui -n '__nebtui_at {at}'{_completed(place)[3:]}\n"


def _completed(place: Place) -> str:
    """The flags of `complete` for a value."""
    if place.kind == "words":
        return f" -x -a {fish_word(' '.join(place.words))}"
    if place.kind == "file":
        return " -r -F"
    return " -x" if place.kind == "any" else f" -x -a '(__nebtui_kept {place.kind})'"
