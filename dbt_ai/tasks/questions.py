"""Which texts of a node an engine is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node
from dbt_ai.tasks.derived.values import Draft, Strength
from dbt_ai.tasks.evidence_hash import evidence_hash
from dbt_ai.tasks.gathering import columns_of
from dbt_ai.tasks.written import Author, Lock, author
from dbt_ai.values import Target


@dataclass(frozen=True)
class Question:
    """What is asked of a node: `columns`, and the description of the node itself where `about_node`."""

    unique_id: str
    columns: tuple[str, ...]
    about_node: bool

    @property
    def targets(self) -> tuple[Target, ...]:
        """All that is asked for."""
        own = (Target(self.unique_id),) if self.about_node else ()
        return (*own, *(Target(self.unique_id, column) for column in self.columns))

    def only(self, wanted: Mapping[Target, object]) -> Question | None:
        """The part of the question that is about `wanted`, None where nothing is."""
        columns = tuple(column for column in self.columns if Target(self.unique_id, column) in wanted)
        about_node = self.about_node and Target(self.unique_id) in wanted
        return Question(self.unique_id, columns, about_node) if columns or about_node else None


def question_of(
    node: Node, evidence: Evidence, drafts: Mapping[Target, Draft], lock: Lock, *, everything: bool
) -> Question | None:
    """The open texts of a node: those that no person wrote, without a draft or with one that tells only where a value
    is from; with `everything`, all that no person wrote. None where there is nothing open, or all of it was answered
    by an engine and still stands.
    """

    def spelled(column: str | None) -> str | None:
        declared = node.column(column) if column else None
        return declared.name if declared else column

    def is_open(column: str | None) -> bool:
        if author(node, spelled(column), lock) is Author.PERSON:
            return False
        draft = drafts.get(Target(node.unique_id, column))
        return everything or draft is None or draft.strength < Strength.MEANING

    def is_settled(column: str | None) -> bool:
        target = Target(node.unique_id, spelled(column))
        if author(node, target.column, lock) is not Author.OURS or lock[target].engine == "derived":
            return False
        return lock[target].evidence_hash == evidence_hash(evidence, column)

    columns = tuple(column for column in columns_of(evidence) if is_open(column))
    about_node = is_open(None)
    # What an engine answered is part of the next run's question too: so it is the same question, and not paid again.
    if all(is_settled(column) for column in (*columns, *([None] if about_node else []))):
        return None
    return Question(node.unique_id, columns, about_node)
