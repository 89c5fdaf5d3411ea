"""What a shell on the far side runs: fixed words, and the version and digest of a file that this
nebtui made. None has a single quote, and none has a line break: `sh -c '…'` holds them, in whatever
shell a person has there."""

from __future__ import annotations

from nebtui.facts.boxes import CarriedFile

FOLDER = ".cache/nebtui"
"""In the home there, whose sent files are in it."""
FIND = 'PATH="$PATH:$HOME/.local/bin"; command -v nebtui >/dev/null 2>&1'
"""Where pipx and uv put programs is not in the PATH of a shell that nobody logs in to."""
PYTHONS = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")
"""Tried in this order."""
_PYTHON = (
    f"p=; v=; for q in {' '.join(PYTHONS)}; do "
    't=$("$q" -I -c "import sys; print(*sys.version_info[:2], sep=chr(46)); '
    'sys.exit(sys.version_info < (3, 11))" 2>/dev/null) && { p=$q; v=$t; break; }; '
    "v=${v:-$t}; done"
)
"""Sets p to a Python that runs what is sent, "" where there is none, and v to the version of it or
of the first that there is."""
_NONE = 'if [ -n "$p" ]; then echo nebtui=none python=$v; else echo nebtui=none old=$v; fi'


def running(words: str, sent: CarriedFile | None) -> str:
    """Runs nebtui with these words: the file that was sent, if its digest is still the same, else
    the nebtui that is installed; else a line that `absence` reads. `sent`: None = none was."""
    installed = f"{FIND} && exec nebtui {words}; {_PYTHON}; {_NONE}"
    if sent is None:
        return installed
    return (
        f'f="$HOME/{FOLDER}/{sent.name}"; if [ -f "$f" ]; then {_is(sent, "$f")} || '
        f"{{ echo nebtui=changed; exit 0; }}; {_PYTHON}; "
        f'[ -n "$p" ] && exec "$p" -I "$f" {words}; fi; {installed}'
    )


def receiving(file: CarriedFile) -> str:
    """Keeps what comes in under the name of the file, once it is whole and on disk; says
    `nebtui=sent` or `nebtui=broken`, and anything else of why not on standard error."""
    return (
        f'umask 077; mkdir -p "$HOME/{FOLDER}" && cd "$HOME/{FOLDER}" && chmod 700 . && '
        't=$(mktemp .sending.XXXXXX) || exit 1; trap "rm -f $t" 0; trap "exit 1" 1 2 15; '
        'dd of="$t" bs=65536 conv=fsync 2>/dev/null; '
        f'if {_is(file, "$t")}; then mv -f "$t" {file.name} && echo nebtui=sent; '
        "else echo nebtui=broken; fi"
    )


def _is(file: CarriedFile, path: str) -> str:
    return f'[ "$(sha256sum <"{path}")" = "{file.digest}  -" ]'
