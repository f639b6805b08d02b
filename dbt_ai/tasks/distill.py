"""The job `distill`: what a project's columns are called by people and by engines that passed their checks, as pairs
that a student can be taught."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ai.checks.text_guard import hostile
from dbt_ai.distill.pairs import CORRECTION, PERSON, Pair, pair_of
from dbt_ai.edits import LockEntry, read_lock
from dbt_ai.evidence.sharing import sharing_of
from dbt_ai.evidence.student_prompt import MAX_TEXT
from dbt_ai.project.values import ProjectReader, Selection
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.gathering import columns_of, compile_scope, gather
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.written import Author, author, written_text
from dbt_ai.values import Target

_LEAST_WORDS = 3


@dataclass(frozen=True)
class Teachings:
    """The pairs of a project, and how many texts were left out: because a check refutes them today (`refuted`), or as
    they are longer than a student may write, or say nothing that can be known of the column (`unfit`)."""

    pairs: tuple[Pair, ...]
    refuted: int = 0
    unfit: int = 0


def teachings_of(
    reader: ProjectReader,
    selection: Selection,
    share: str,
    most_share: str = "samples",
    progress: Progress = nothing,
) -> Teachings:
    """Every text of a column that a person wrote, or that a reasoning model wrote and that still stands; each passes
    today's checks, a student's own among them. A person's that took the place of ours is a correction: the lock file
    knows our text by its hash. What was derived teaches nothing that is not derived anyway."""
    project = reader.project
    lock = read_lock(project.root)
    wanted = [u for u in reader.select(selection, ("model", "source", "seed", "snapshot")) if project.nodes[u].editable]
    scope = compile_scope(reader, wanted, progress)
    pairs: list[Pair] = []
    refuted = unfit = 0
    with Data(project, reader, scope) as data:
        gathered = gather(project, wanted, scope, data.sandbox, progress)
        levels = sharing_of(project.nodes, gathered.evidence, share, gathered.data_keys, most_share)
        checker = Checker(project, gathered.evidence, data)
        for number, unique_id in enumerate(wanted):
            progress("Reading texts", number, len(wanted))
            node, evidence = project.nodes[unique_id], gathered.evidence[unique_id]
            for column in columns_of(evidence):
                declared = node.column(column)
                if declared is None:
                    continue
                target = Target(unique_id, declared.name)
                who, entry = author(node, declared.name, lock), lock.get(target)
                if who is Author.NOBODY or (who is Author.OURS and (entry is None or entry.engine != "reasoning")):
                    continue
                text = " ".join(written_text(node, declared.name)[0].split())
                if len(text.split()) < _LEAST_WORDS or hostile(text) is not None:
                    continue
                about = Target(unique_id, column)
                if len(text) > MAX_TEXT or checker.says_nothing(about, text, "student"):
                    unfit += 1
                    continue
                if checker.refutes(about, text):
                    refuted += 1
                    continue
                pairs.append(pair_of(evidence, column, text, levels[unique_id], unique_id, _teacher(who, entry)))
    return Teachings(tuple(pairs), refuted, unfit)


def _teacher(who: Author, entry: LockEntry | None) -> str:
    if who is Author.PERSON:
        return PERSON if entry is None else CORRECTION
    return str(entry.model if entry else "")
