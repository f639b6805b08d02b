"""Whose text stands at a place: a person's, ours, or nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from dbt_ai.edits import LockEntry, text_hash
from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.drafting import HumanText, doc_call
from dbt_ai.values import Target

Lock = Mapping[Target, LockEntry]


class Author(str, Enum):
    """Who wrote what stands there."""

    NOBODY = "nobody"
    OURS = "ours"
    PERSON = "person"


def author(node: Node, column: str | None, lock: Lock) -> Author:
    """Who wrote the description of `node`, or of its `column`.

    Ours is what the lock file knows with the same hash; whatever a person has touched since belongs to that person.
    A `doc()` call counts as written, even where its block is empty. Where the file and dbt's manifest disagree, the
    file is right: after a change is undone, dbt's partial parsing can keep the text of an entry that is gone.
    """
    text, raw = written_text(node, column)
    if not (raw if node.editable else text or raw or "") or not (raw or text).strip():
        return Author.NOBODY
    entry = lock.get(Target(node.unique_id, column))
    if entry is not None and text_hash(text) == entry.text_hash:
        return Author.OURS
    return Author.PERSON


def written_text(node: Node, column: str | None) -> tuple[str, str | None]:
    """The description that stands there, as dbt renders it and as the file has it."""
    if column is None:
        return node.description, node.raw_description
    found = node.column(column)
    return (found.description, found.raw_description) if found else ("", None)


def human_texts(project: Project, lock: Lock) -> dict[tuple[str, str], HumanText]:
    """Every column text that a person wrote, by (unique_id, column in lower case); and texts of a model that were
    checked and written, since they are better than what can be derived.

    A `doc()` call that dbt 2 could not resolve stands for no words.
    """
    return {
        (target.unique_id, (target.column or "").casefold()): HumanText(text, doc_call(raw))
        for target, text, raw in _column_texts(project)
        if _counts(project.nodes[target.unique_id], target.column, lock) and text.strip() and not _unresolved(text)
    }


def _column_texts(project: Project) -> Iterator[tuple[Target, str, str | None]]:
    for node in project.nodes.values():
        for column in node.columns:
            yield Target(node.unique_id, column.name), column.description, column.raw_description


def _unresolved(text: str) -> bool:
    return doc_call(text) is not None or text.startswith("<missing doc(")


def _counts(node: Node, column: str | None, lock: Lock) -> bool:
    who = author(node, column, lock)
    if who is Author.OURS:
        return lock[Target(node.unique_id, column)].engine != "derived"
    return who is Author.PERSON
