"""The completion script of zsh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nebtui.cli.grammar.words import Grammar, Option, Place, VerbGrammar

_HEAD = r"""#compdef nebtui
# Completions of nebtui for zsh: source <(nebtui completions zsh), or as the file _nebtui in $fpath
_nebtui_kept() {  # compadd quotes each name and evaluates none
  local -a found
  found=("${(@f)$(command nebtui completions $1 2>/dev/null </dev/null)}")
  compadd -- "${(@)found:#}"
}
_nebtui() {
  local verb option word
  local -i place=0 at
  local -a told
  for ((at = 2; at < CURRENT; at++)); do
    word=${words[at]}
    if [[ -n $option ]]; then option=; continue; fi
    case $word in
      (%(valued)s) option=$word ;;
      (-*) ;;
      (*) if [[ -z $verb ]]; then verb=${(Q)word}; else place+=1; fi ;;
    esac
  done
  if [[ -z $option && $PREFIX == --*=* ]]; then
    option=${PREFIX%%=*}
    compset -P '*='
  fi
  if [[ -n $option ]]; then
    case $verb:$option in
"""
_OPTIONS = """    esac
    return
  fi
  if [[ $PREFIX == -* ]]; then
    case $verb in
"""
_PLACES = """    esac
    _describe -o option told
    return
  fi
  case $verb:$place in
"""
_TAIL = """  esac
}
if [[ ${funcstack[1]} == _nebtui ]]; then _nebtui "$@"; else compdef _nebtui nebtui; fi
"""


def zsh_script(grammar: Grammar) -> str:
    """The script; it completes verbs, options, their values, and names that nebtui has kept."""
    lines = [_HEAD.replace("%(valued)s", "|".join(grammar.valued))]
    for verb in grammar.every:
        for option in verb.options:
            if option.value and (done := _completed(option.value)):
                where = "|".join(f"{verb.name}:{flag}" for flag in option.flags)
                lines.append(f"      ({where}) {done} ;;\n")
    lines.append(_OPTIONS)
    lines += (
        f"      ({verb.name or chr(39) * 2}) told=({_told(_flags(verb.options))}) ;;\n"
        for verb in grammar.every
    )
    lines.append(_PLACES)
    verbs = _told((verb.name, verb.told) for verb in grammar.verbs)
    lines.append(f"    (:0) told=({verbs}); _describe -t commands verb told ;;\n")
    lines += (line for verb in grammar.verbs for line in _places(verb))
    lines.append(_TAIL)
    return "".join(lines)


def _flags(options: Iterable[Option]) -> Iterator[tuple[str, str]]:
    return ((flag, option.told) for option in options for flag in option.flags)


def _told(pairs: Iterable[tuple[str, str]]) -> str:
    """Words of an array in single quotes, each with what it does behind a colon."""
    return " ".join(quoted(f"{word}:{told}" if told else word) for word, told in pairs)


def quoted(text: str) -> str:
    """A text as one word of a POSIX shell, and of fish."""
    return "'" + text.replace("\\", "\\\\").replace("'", "'\\''") + "'"


def _places(verb: VerbGrammar) -> Iterator[str]:
    for number, place in enumerate(verb.places):
        if done := _completed(place):
            yield f"    ({verb.name}:{'*' if place.many else number}) {done} ;;\n"


def _completed(place: Place) -> str:
    """The command that completes a place, "" where anything can stand there."""
    if place.kind == "words":
        return f"compadd -- {' '.join(place.words)}"
    if place.kind == "file":
        return "_files"
    return "" if place.kind == "any" else f"_nebtui_kept {place.kind}"
