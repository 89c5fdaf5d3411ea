"""What outlives a run, in the user's state folder: the journal of written patches, and the projects
seen before."""

from nebtui.keep.anchors import Anchor
from nebtui.keep.journal import Busy, Journal, Unusable
from nebtui.keep.records import Entry, FileRecord, Splice, digest, record
from nebtui.keep.remembered import remember, remembered
from nebtui.keep.reverting import Damaged, reverted, untouched

__all__ = [
    "Anchor",
    "Busy",
    "Damaged",
    "Entry",
    "FileRecord",
    "Journal",
    "Splice",
    "Unusable",
    "digest",
    "record",
    "remember",
    "remembered",
    "reverted",
    "untouched",
]
