"""The completion script of bash."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.cli.grammar.words import Grammar, Place, VerbGrammar

_HEAD = r"""# Completions of nebtui for bash: source <(nebtui completions bash)
_nebtui_words() {
  local word
  for word; do
    if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done
}
_nebtui_kept() {  # never through compgen -W, which runs what a name may hold
  local name
  while IFS= read -r name; do
    if [[ $name == "$cur"* ]]; then COMPREPLY+=("$(printf %q "$name")"); fi
  done < <(command nebtui completions "$1" 2>/dev/null </dev/null)
}
_nebtui_files() { compopt -o default 2>/dev/null; }
_nebtui() {
  local cur=${COMP_WORDS[COMP_CWORD]} verb= option= word at
  local -i place=0
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=${COMP_WORDS[at]}
    if [[ -n $option ]]; then
      if [[ $word != = ]]; then option=; fi
      continue
    fi
    case $word in
      %(valued)s) option=$word ;;
      -*) ;;
      *) if [[ -z $verb ]]; then verb=$word; else place+=1; fi ;;
    esac
  done
  if [[ -n $option ]]; then
    if [[ $cur == = ]]; then cur=; fi
    case $verb:$option in
"""
_MIDDLE = """    esac
    return
  fi
  if [[ $cur == -* ]]; then
    case $verb in
"""
_PLACES = """    esac
    return
  fi
  case $verb:$place in
"""
_TAIL = """  esac
}
complete -F _nebtui nebtui
"""


def bash_script(grammar: Grammar) -> str:
    """The script; it completes verbs, options, their values, and names that nebtui has kept."""
    lines = [_HEAD.replace("%(valued)s", "|".join(grammar.valued))]
    for verb in grammar.every:
        for option in verb.options:
            if option.value and (done := _completed(option.value)):
                where = "|".join(f"{verb.name}:{flag}" for flag in option.flags)
                lines.append(f"      {where}) {done} ;;\n")
    lines.append(_MIDDLE)
    for verb in grammar.every:
        flags = " ".join(flag for option in verb.options for flag in option.flags)
        lines.append(f"      {verb.name or chr(39) * 2}) _nebtui_words {flags} ;;\n")
    lines.append(_PLACES)
    verbs = " ".join(verb.name for verb in grammar.verbs)
    lines.append(f"    :0) _nebtui_words {verbs} ;;\n")
    lines += (line for verb in grammar.verbs for line in _places(verb))
    lines.append(_TAIL)
    return "".join(lines)


def _places(verb: VerbGrammar) -> Iterator[str]:
    for number, place in enumerate(verb.places):
        if done := _completed(place):
            yield f"    {verb.name}:{'*' if place.many else number}) {done} ;;\n"


def _completed(place: Place) -> str:
    """The command that completes a place, "" where anything can stand there."""
    if place.kind == "words":
        return f"_nebtui_words {' '.join(place.words)}"
    if place.kind == "file":
        return "_nebtui_files"
    return "" if place.kind == "any" else f"_nebtui_kept {place.kind}"
