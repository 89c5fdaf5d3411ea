"""What a patch is said to do, before anything else of it."""

from __future__ import annotations

from nebtui.facts.declared import ProjectKey
from nebtui.fixing.effect import effect
from nebtui.fixing.file_change import FileChange
from nebtui.fixing.patch import Patch
from nebtui.rules.rule import Recreate

RAG, AGENTS = (ProjectKey(name, f"/{name}", (f"/{name}/c.yaml",)) for name in ("rag", "agents"))


def test_the_whole_consequence() -> None:
    """Files, projects, networks and who is made anew, in this order."""
    patch = Patch(
        "join",
        (),
        "safe",
        files=(
            FileChange("/rag/c.yaml", b"a", b"b"),
            FileChange("/agents/c.yaml", b"a", b"b"),
            FileChange("/rag/.env", None, b"X=1"),
        ),
        networks=("ux-shared",),
        recreate=(Recreate(RAG, ("qdrant",)), Recreate(AGENTS, ("planner",))),
    )
    assert effect(patch) == (
        "edits 2 files of 2 projects",
        "creates 1 file",
        "creates network ux-shared",
        "then up recreates qdrant, planner",
    )


def test_only_what_there_is() -> None:
    """Nothing is said of what a patch does not do; many names are counted."""
    assert effect(Patch("nothing", (), "safe")) == ()
    names = tuple("abcdef")
    assert effect(Patch("", (), "safe", recreate=(Recreate(RAG, names), Recreate(AGENTS, ())))) == (
        "then up recreates a, b, c, d and 3 more",
    )
