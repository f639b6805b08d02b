"""What other models look up: a relation that is joined by one column must not have it twice."""

from __future__ import annotations

from collections.abc import Iterable

from dbt_ai.tasks.testing.subject import Subject
from dbt_ai.tasks.testing.values import Basis, Candidate, Role


def lookups(subject: Subject) -> Iterable[Candidate]:
    """`unique` for the column by which a LEFT JOIN reads this relation, where its data is so. A NULL in it would match
    nothing, and do no harm."""
    own, seen = subject.node.unique_id, set[str]()
    for reader in subject.children:
        for join in reader.facts.joins if reader.facts else ():
            if join.kind != "left" or join.right != (own,) or len(join.on) != 1 or join.right_aggregated:
                continue
            ref = next((ref for ref in join.on[0] if ref and ref.relation == own), None)
            column = subject.column(ref.column) if ref else None
            if column is None or column.name.casefold() in subject.is_key | seen:
                continue
            if column.profile is None or not column.profile.unique or column.values < 2:
                continue
            seen.add(column.name.casefold())
            why = f"{reader.name} joins it, and would repeat its rows for a value that occurs twice."
            yield Candidate(subject.target(column.name), "unique", Basis.SQL, why, role=Role.KEY)
