"""What a person should know of the selected nodes: what only the data shows, and where a person's docs are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.gathering import Gathered, columns_of
from dbt_ai.tasks.written import Author, Lock, author
from dbt_ai.values import Finding, Target, VerdictKind


def findings_of(
    project: Project, gathered: Gathered, wanted: Sequence[str], lock: Lock, checker: Checker
) -> tuple[Finding, ...]:
    """The findings about `wanted`, in the order of the nodes: about the data, then about what people wrote."""
    found: list[Finding] = []
    for unique_id in wanted:
        node = project.nodes[unique_id]
        found += gathered.evidence[unique_id].findings
        found += _unknown_columns(node, gathered)
        found += _contradicted(node, gathered, lock, checker)
    return tuple(found)


def _unknown_columns(node: Node, gathered: Gathered) -> Iterator[Finding]:
    """Columns that are documented and do not exist."""
    evidence = gathered.evidence[node.unique_id]
    known = {name.casefold() for name in columns_of(evidence)}
    complete = evidence.relation.columns_from in ("catalog", "warehouse", "projection", "seed")
    if not known or not (complete and evidence.relation.complete):
        return
    for column in node.columns:
        if column.name.casefold() not in known:
            sentence = f"A property file describes the column {column.name}, which {node.name} does not have."
            yield Finding("unknown-column", Target(node.unique_id, column.name), sentence, columns=(column.name,))


def _contradicted(node: Node, gathered: Gathered, lock: Lock, checker: Checker) -> Iterator[Finding]:
    """Texts of people that the SQL or the data contradicts."""
    texts: Mapping[str | None, str] = {None: node.description, **{c.name: c.description for c in node.columns}}
    known = {name.casefold() for name in columns_of(gathered.evidence[node.unique_id])}
    partial = node.unique_id in gathered.partial  # the rows that are missing may be those that the text means
    for column, text in texts.items():
        if not text.strip() or author(node, column, lock) is not Author.PERSON:
            continue
        if column is not None and column.casefold() not in known:
            continue
        target = Target(node.unique_id, column)
        for claim, verdict in checker.contradictions(target, text):
            if verdict.kind is VerdictKind.REFUTED and not (partial and verdict.where != "sql"):
                what = claim.text or text
                sentence = f'The description says "{what}", but {verdict.detail[:1].lower()}{verdict.detail[1:]}'
                columns = (column,) if column else ()
                yield Finding("doc-contradicted", target, sentence, verdict.basis, columns)
