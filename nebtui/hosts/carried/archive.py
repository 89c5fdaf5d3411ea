"""One file that holds what `nebtui serve -` needs, and that any Python from 3.11 on runs."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import packages_distributions
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from nebtui import __version__
from nebtui.facts.boxes import CarriedFile
from nebtui.hosts.carried.errors import CarryError
from nebtui.hosts.carried.libraries import library_files
from nebtui.hosts.carried.modules import PACKAGE, imported
from nebtui.text.digest import sha256

LEAST_PYTHON = (3, 11)
MAIN = b"""\
import sys

if sys.argv[1:2] not in (["serve"], ["--version"]):
    sys.exit("This file serves its box to a nebtui elsewhere and does nothing else: `serve -`.")
from nebtui.cli import entry

entry()
"""
CERTIFICATES = b"""\
import ssl


def where():
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.openssl_cafile
"""
"""In place of certifi: the machine's own."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3


def carried() -> tuple[CarriedFile, bytes]:
    """The file that is made here, the same bytes each time; CarryError where it cannot be."""
    try:
        data = archive(contents())
    except (OSError, SyntaxError, UnicodeError) as error:
        raise CarryError(f"nebtui's own files cannot be read here: {error}.") from None
    return CarriedFile(__version__, sha256(data), len(data)), data


def contents() -> dict[str, bytes]:
    """The names in it, with what each holds."""
    package = files(PACKAGE)
    needed = imported(package)
    result = {"__main__.py": MAIN, "certifi/__init__.py": CERTIFICATES}
    for name, file in needed.modules.items():
        parts = name.split(".")
        whole = parts[:-1] if file.name != "__init__.py" else parts
        result["/".join((*whole, file.name))] = file.read_bytes()
    for room in {name.split(".")[1] for name in needed.modules if "." in name}:
        result |= _tables(package / room, f"{PACKAGE}/{room}")
    for name, path in library_files(
        needed.others - sys.stdlib_module_names, packages_distributions()
    ):
        result[name] = path.read_bytes()
    return result | dict.fromkeys(_bare_folders(result), b"")


def archive(texts: Mapping[str, bytes]) -> bytes:
    """A zip file of them in the order of their names, with no time and no owner in it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as whole:
        for name in sorted(texts):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr, entry.create_system = _PLAIN_FILE, _UNIX
            whole.writestr(entry, texts[name], zipfile.ZIP_DEFLATED, 9)
    return written.getvalue()


def _bare_folders(names: Collection[str]) -> Iterator[str]:
    """What makes packages of folders that have only others in them: in a zip file they would not be
    found otherwise."""
    for name in names:
        for folder in PurePosixPath(name).parents[:-1] if name.endswith(".py") else ():
            if (file := f"{folder}/__init__.py") not in names:
                yield file


def _tables(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    """The data files below a folder; none below a module."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir():
            yield from _tables(entry, f"{name}/{entry.name}")
        elif entry.name.endswith(".toml"):
            yield f"{name}/{entry.name}", entry.read_bytes()
