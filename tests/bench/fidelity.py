"""How faithful edits of compose files are: nebtui beside ruamel.yaml and yaml-edit, over a folder
of real files.

    uv run --with yaml-edit python -m tests.bench.fidelity [FOLDER] [--no-compose] [--only nebtui]

Prints a Markdown table. *Extra lines*: original lines changed or lost, and lines added, beyond what
the edit needs (line ends are not compared, and a last line that gets its missing newline because
something follows it is no extra line). *Wrong*: our reader sees other data than intended. *Comments
lost*: comments between tokens that are gone. *Newly invalid*: Compose accepted the original
(`config -q --no-interpolate --profile '*'`) and refuses the result.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from ruamel.yaml import YAML

from nebtui.compose.binary.command import find_compose
from nebtui.compose.editor.apply import apply
from nebtui.compose.editor.expected import expected
from nebtui.compose.editor.verbs import ComposeEdit, EditRefusedError
from nebtui.compose.yaml import located
from nebtui.compose.yaml.composer import documents
from nebtui.compose.yaml.parser import NotYamlError
from nebtui.compose.yaml.values import equivalent, to_data, unwrapped
from tests.bench.fidelity_edits import EDITS, Budget, budget
from tests.bench.rivals import Engine, engines
from tests.compose.judged import accepts
from tests.corpus import CORPUS

_NAMES = re.compile(r"`[^`]*`|&\w+|\d+")


@dataclass(slots=True)
class Score:
    """What one engine did with one edit over all files."""

    files: int = 0
    applied: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    extra_lines: int = 0
    files_with_extra: int = 0
    wrong: int = 0
    not_idempotent: int = 0
    invalid: int = 0
    comments_lost: int = 0
    milliseconds: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Result:
    """One edited text, for Compose to judge."""

    path: Path
    text: str
    score: Score


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, nargs="?", default=CORPUS)
    parser.add_argument(
        "--no-compose", action="store_true", help="do not ask Compose about the results"
    )
    parser.add_argument("--only", help="one engine only")
    parser.add_argument("--tell", action="store_true", help="name the files behind the numbers")
    options = parser.parse_args()
    others, note = engines()
    every: dict[str, Engine] = {"nebtui": spliced, **others}
    chosen = {name: engine for name, engine in every.items() if options.only in (None, name)}
    paths = sorted(path for path in options.folder.rglob("*.y*ml") if path.is_file())
    scores: dict[tuple[str, str], Score] = {
        (edit, engine): Score() for edit in EDITS for engine in chosen
    }
    results = [result for path in paths for result in measure(path, chosen, scores)]
    if not options.no_compose:
        judge(results)
    print(*table(scores, len(paths)), note, sep="\n")
    if options.tell:
        for (edit, engine), score in scores.items():
            print(*(f"{edit}, {engine}: {line}" for line in score.told), sep="\n")


def spliced(text: str, edits: Sequence[ComposeEdit]) -> str:
    """nebtui's own editor."""
    return apply(text, *edits)


def measure(
    path: Path, chosen: Mapping[str, Engine], scores: Mapping[tuple[str, str], Score]
) -> Iterator[Result]:
    """Do every edit with every engine on one file."""
    text = path.read_bytes().decode()
    try:
        root = documents(text)[0]
    except (NotYamlError, IndexError) as error:
        print(f"not counted: {path}: {error!s}")
        return
    before = to_data(root)
    for name, make in EDITS.items():
        edits = make(before)
        for engine in chosen if edits else ():
            score = scores[name, engine]
            score.files += 1
            started = time.perf_counter()
            try:
                after = chosen[engine](text, edits)
            except Exception as error:  # rivals raise what they like
                reason = (
                    _NAMES.sub("…", str(error))
                    if isinstance(error, EditRefusedError)
                    else type(error).__name__
                )
                score.refused[reason] += 1
                score.told.append(f"refused {path}: {error}")
                continue
            score.milliseconds.append((time.perf_counter() - started) * 1000)
            score.applied += 1
            goal = before
            for edit in edits:
                goal = expected(goal, edit)
            weigh(score, path, text, after, budget(text, root, before, goal), edits)
            try:
                again = chosen[engine](after, edits)
            except Exception:  # a rival may not read what it wrote
                again = ""
            score.not_idempotent += again != after
            yield Result(path, after, score)


def weigh(
    score: Score, path: Path, text: str, after: str, allowed: Budget, edits: Sequence[ComposeEdit]
) -> None:
    """Count what is wrong with one result."""
    extra = extra_lines(text, after, allowed)
    score.extra_lines += extra
    score.files_with_extra += extra > 0
    lost = (comments(text) - comments(after)).total()
    score.comments_lost += lost
    wrong = not means(text, after, edits)
    score.wrong += wrong
    if extra or lost or wrong:
        score.told.append(
            f"{path}: {extra} extra lines, {lost} comments lost{', wrong' if wrong else ''}"
        )


def means(text: str, after: str, edits: Sequence[ComposeEdit]) -> bool:
    """True if the reader (another code than the editor's) sees the intended data."""
    goal: Any = located.plain_value(located.read(text, "")[0])
    for edit in edits:
        goal = expected(goal, edit)
    try:
        return equivalent(unwrapped(goal), located.plain_value(located.read(after, "")[0]))
    except (NotYamlError, IndexError):
        return False


def extra_lines(text: str, after: str, allowed: Budget) -> int:
    """Lines touched beyond the budget."""
    old, new = text.splitlines(), after.splitlines()
    gone, come = 0, 0
    for tag, start, end, new_start, new_end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            gone += sum(index not in allowed.lines for index in range(start, end))
            come += (new_end - new_start) - sum(
                index in allowed.lines for index in range(start, end)
            )
    return gone + max(0, come - gone - allowed.added)


def comments(text: str) -> Counter[str]:
    """The comments of a text: what stands between its tokens and is not white space."""
    found: Counter[str] = Counter()
    at = 0
    try:
        for token in YAML(typ="base", pure=True).scan(
            text.removeprefix("\ufeff").replace("\t", " ") + "\n"
        ):
            found.update(_comments_of(text.removeprefix("\ufeff")[at : token.start_mark.index]))
            at = max(at, token.end_mark.index)
    except ValueError:
        return found
    return found + Counter(_comments_of(text.removeprefix("\ufeff")[at:]))


def _comments_of(gap: str) -> list[str]:
    return [line[line.index("#") :].strip() for line in gap.splitlines() if "#" in line]


def judge(results: list[Result]) -> None:
    """Ask Compose about every result whose original it accepts."""
    compose = find_compose(os.environ)
    if compose is None:
        print("Compose was not asked: none found.")
        return

    def accepted(path: Path, text: str) -> bool:
        return accepts(compose, text, path.parent)

    with ThreadPoolExecutor(2) as pool:
        paths = list({result.path: None for result in results})
        good = dict(
            zip(
                paths,
                pool.map(lambda path: accepted(path, path.read_bytes().decode()), paths),
                strict=True,
            )
        )
        asked = [result for result in results if good[result.path]]
        for result, good_after in zip(
            asked, pool.map(lambda r: accepted(r.path, r.text), asked), strict=True
        ):
            result.score.invalid += not good_after
            if not good_after:
                result.score.told.append(f"newly invalid: {result.path}")


def table(scores: Mapping[tuple[str, str], Score], files: int) -> Iterator[str]:
    """The Markdown table, then the reasons of refusals."""
    yield f"{files} files.\n"
    columns = [
        "edit",
        "engine",
        "files",
        "applied",
        "refused",
        "extra lines (files)",
        "wrong",
        "not idempotent",
    ]
    columns += ["newly invalid", "comments lost", "median ms", "p95 ms"]
    yield "| " + " | ".join(columns) + " |"
    yield "|---|---|" + "---:|" * (len(columns) - 2)
    for (edit, engine), score in scores.items():
        times = score.milliseconds or [0.0, 0.0]
        late = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        cells = [edit, engine, score.files, score.applied, score.refused.total()]
        cells += [
            f"{score.extra_lines} ({score.files_with_extra})",
            score.wrong,
            score.not_idempotent,
            score.invalid,
        ]
        cells += [score.comments_lost, f"{median(times):.1f}", f"{late:.1f}"]
        yield "| " + " | ".join(map(str, cells)) + " |"
    yield ""
    for (edit, engine), score in scores.items():
        for reason, count in score.refused.most_common(5):
            yield f"- {edit}, {engine}: {count} × {reason}"


if __name__ == "__main__":
    main()
