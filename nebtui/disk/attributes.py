"""What a file carries besides its bytes: mode, owner, extended attributes with the access control
lists among them."""

from __future__ import annotations

import errno
import os
import stat


class AttributeCopyError(OSError):
    """Something that the old file carries cannot be given to the new one."""


def make_like(descriptor: int, model: str) -> None:
    """Give an open file owner, extended attributes and mode of another. All or OSError: a file that
    lost its group or its access list would be harmed more than one that is not edited."""
    was, now = os.stat(model, follow_symlinks=False), os.fstat(descriptor)
    # In this order: a change of owner clears capabilities and set-id bits, and an access list
    # changes the mode.
    if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
        try:
            os.fchown(descriptor, was.st_uid, was.st_gid)
        except OSError as error:
            raise AttributeCopyError(
                error.errno, f"its owner {was.st_uid}:{was.st_gid} cannot be kept"
            ) from None
    _copy_attributes(descriptor, model)
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != stat.S_IMODE(was.st_mode):
        os.fchmod(descriptor, stat.S_IMODE(was.st_mode))


def _copy_attributes(descriptor: int, model: str) -> None:
    wanted = {name: os.getxattr(model, name, follow_symlinks=False) for name in _names(model)}
    present = {name: os.getxattr(descriptor, name) for name in _names(descriptor)}
    for name in sorted({*wanted, *present}):
        if wanted.get(name) == present.get(name):
            continue
        try:
            if name in wanted:
                os.setxattr(descriptor, name, wanted[name])
            else:
                os.removexattr(descriptor, name)  # inherited from the folder: a default access list
        except OSError as error:
            raise AttributeCopyError(
                error.errno, f"its extended attribute {name} cannot be kept"
            ) from None


def _names(file: str | int) -> list[str]:
    try:
        return (
            os.listxattr(file)
            if isinstance(file, int)
            else os.listxattr(file, follow_symlinks=False)
        )
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return []
        raise


def give_to_folder_owner(descriptor: int, folder: str) -> None:
    """Give a new file to the owner of its folder where nebtui runs as root; raises OSError.

    `sudo nebtui` in a person's folder must not leave files there that the person cannot edit or
    remove.
    """
    owner = os.stat(folder)
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
