"""An id that is not unique."""

from __future__ import annotations

from dbt_ai.evidence.findings.names import is_own_id
from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import count, quoted
from dbt_ai.evidence.profile.query import name
from dbt_ai.sql.values import ColumnKind, same_name
from dbt_ai.values import Finding

MAX_COPIES = 3  # more rows an id on average: the relation holds something else than its name says


def duplicate_id(subject: Subject) -> tuple[Finding, ...]:
    """`duplicate-id`: `order_id` looks like the id of orders, but 12 of its values occur more than once (26 rows).

    Looks at columns declared unique, at the key of the relation whose rows are kept, and at columns named like the id
    of the relation or of a branch of its union; for the latter three of at least 20 rows, and with no more than 3 rows
    an id on average, beyond which the name is the mistake. Snapshots keep every version of a row and are not looked at
    by name.
    """
    found: tuple[Finding, ...] = ()
    for columns, why, declared in _candidates(subject):
        if not declared and subject.profile.rows < MIN_ROWS:
            continue
        profiles = [subject.profile.column(column) for column in columns]
        if any(profile is None for profile in profiles) or (profiles[0] and len(columns) == 1 and profiles[0].unique):
            continue
        keys = ", ".join(name(column) for column in columns)
        given = " AND ".join(f"{name(column)} IS NOT NULL" for column in columns)
        sql = f"SELECT {keys}, count(*) AS n FROM {subject.table} WHERE {given} GROUP BY {keys} HAVING count(*) > 1"
        ((values, rows),) = subject.rows(f"SELECT count(*), coalesce(sum(n), 0) FROM ({sql})")
        distinct = (profiles[0].distinct if profiles[0] else 0) or 1
        if not values or (not declared and subject.profile.rows > MAX_COPIES * distinct):
            continue
        what = "its values occur" if len(columns) == 1 else "their combinations occur"
        if values == 1:
            what = what.replace("occur", "occurs")
        sentence = f"{quoted(columns)} {why}, but {values:,} of {what} more than once ({count(int(rows), 'row')})."
        found += subject.finding("duplicate-id", columns, sentence, sql, values=values, rows=int(rows))
    return found


def _candidates(subject: Subject) -> list[tuple[tuple[str, ...], str, bool]]:
    """Columns with why they should be unique, and whether somebody said so."""
    identifier = subject.relation.parts[2]
    candidates = [
        (key, "is declared unique" if len(key) == 1 else "are declared unique together", True)
        for key in subject.relation.unique_keys
    ]
    if not subject.relation.key.startswith("snapshot."):
        candidates += [
            ((column.name,), f"looks like the id of {identifier}", False)
            for column in subject.columns
            if is_own_id(column.name, identifier)
        ]
    facts = subject.facts
    parent = subject.context.relations.get(facts.rows_of) if facts and facts.rows_of else None
    if facts and parent:
        keys = [key[0].casefold() for key in parent.unique_keys if len(key) == 1]
        candidates += [
            ((column.name,), f"comes from the key of {parent.parts[2]}, whose rows are kept", False)
            for column in facts.columns
            if column.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)
            and column.sources
            and column.sources[0].relation == parent.key
            and column.sources[0].column.casefold() in keys
        ]
    for key in {key for branch in (facts.union_of if facts else ()) for key in branch}:
        branch_relation = subject.context.relations.get(key)
        if branch_relation:
            candidates += [
                ((column.name,), f"looks like the id of {branch_relation.parts[2]}, a branch of the union", False)
                for column in subject.columns
                if is_own_id(column.name, branch_relation.parts[2])
            ]
    kept: list[tuple[tuple[str, ...], str, bool]] = []
    for columns, why, declared in candidates:
        if not any(len(columns) == len(k) and all(map(same_name, columns, k)) for k, _, _ in kept):
            kept.append((columns, why, declared))
    return kept
