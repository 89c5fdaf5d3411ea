"""What outlives a run, in the user's state folder: the journal of written patches, and the projects
seen before."""

from nebtui.keep.anchors import Anchor
from nebtui.keep.journal import Journal, JournalBusyError, JournalError
from nebtui.keep.known_projects import recall_projects, remember_projects
from nebtui.keep.records import Entry, FileRecord, SpliceRecord, UpRecord, digest, record
from nebtui.keep.reverting import JournalMismatchError, is_original, reverted

__all__ = [
    "Anchor",
    "Entry",
    "FileRecord",
    "Journal",
    "JournalBusyError",
    "JournalError",
    "JournalMismatchError",
    "SpliceRecord",
    "UpRecord",
    "digest",
    "is_original",
    "recall_projects",
    "record",
    "remember_projects",
    "reverted",
]
