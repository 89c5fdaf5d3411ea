"""Files that ship inside the package, also in its one-file form."""

from __future__ import annotations

from pkgutil import get_data


def shipped(package: str, name: str) -> str:
    """The text of a file beside a package's modules; `name` with `/` for folders. FileNotFoundError
    where there is none. (`importlib.resources` would load zipfile for the same.)"""
    data = get_data(package, name)
    if data is None:
        raise FileNotFoundError(f"{package}: {name}")
    return data.decode()
