"""A command of Compose as people say it; its whole argv is one key away."""

from __future__ import annotations

WITH_VALUE = frozenset(
    {"-p", "--project-name", "--project-directory", "-f", "--file", "--env-file", "--profile"}
)


def short_command(argv: tuple[str, ...]) -> str:
    """`compose up -d qdrant  (in rag)`; the argv itself where it is none of Compose's."""
    start = next((at for at, word in enumerate(argv) if _is_compose(word)), None)
    if start is None:
        return " ".join(argv)
    project, words, rest = "", ["compose"], iter(argv[start + 1 :])
    for word in rest:
        if word in WITH_VALUE and len(words) == 1:
            value = next(rest, "")
            project = value if word in ("-p", "--project-name") else project
        else:
            words.append(word)
    return " ".join(words) + (f"  (in {project})" if project else "")


def _is_compose(word: str) -> bool:
    return word.rpartition("/")[2] in ("compose", "docker-compose")
