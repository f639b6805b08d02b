"""The ways in which a model runs, each with the relations that a unit test has to give it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot.errors import SqlglotError

from dbt_ai.project.values import Node, Project
from dbt_ai.sql.query import Parts
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.testing.writing import reference
from dbt_ai.tasks.unit_testing.rendering import cte_of, on_inputs, without_ephemeral
from dbt_ai.tasks.unit_testing.values import Input, Refused, Way

THIS = "this"


def ways_of(
    project: Project,
    node: Node,
    relations: Mapping[str, Relation],
    sql: str | None,
    incremental: str | None,
    in_warehouse: frozenset[str],
) -> tuple[Way, ...] | Refused:
    """The ways in which the model `node` runs, or why it gets no unit tests.

    `sql` is its compiled SQL as of a first run, `incremental` that of a later run where it is an incremental model.
    `relations` are those of which all columns and types are known, and `in_warehouse` those that dbt finds there.
    """
    if node.language != "sql":
        return Refused("python-model", node.name)
    if sql is None:
        return Refused("no-sql", node.name)
    parents = [project.nodes[parent] for parent in node.depends_on if parent in project.nodes]
    if not parents:
        return Refused("no-parents", node.name)
    named = Counter((parent.source_name, parent.name) for parent in parents)
    if max(named.values()) > 1:
        return Refused("two-versions", ", ".join(name for (_, name), times in named.items() if times > 1))
    missing = [parent.name for parent in parents if parent.unique_id not in relations]
    if missing:
        return Refused("unknown-types", ", ".join(missing))
    inputs = [_input(parent, reference(parent), relations, in_warehouse) for parent in parents]
    later = incremental if incremental is not None and incremental.strip() != sql.strip() else None
    ways = [_way(project, node, sql, inputs, None if later is None else False)]
    if later is not None:
        if node.unique_id not in relations:
            return Refused("unknown-types", node.name)
        this = replace(_input(node, THIS, relations, frozenset()), as_sql=True)
        ways.append(_way(project, node, later, [*inputs, this], True))
    return next((way for way in ways if isinstance(way, Refused)), None) or tuple(
        way for way in ways if isinstance(way, Way)
    )


def _input(node: Node, call: str, relations: Mapping[str, Relation], in_warehouse: frozenset[str]) -> Input:
    known = relations[node.unique_id]
    # A row without its key is no row that a person knows, even where no test forbids it.
    filled = known.not_null | {key[0] for key in known.unique_keys if len(key) == 1}
    relation = replace(known, parts=(None, None, cte_of(node)), not_null=filled)
    mangled = any('"' in column for column, _ in known.columns)  # dbt does not escape a quote in a name
    return Input(relation, call, node.name, mangled or node.unique_id not in in_warehouse)


def _way(project: Project, node: Node, sql: str, inputs: Sequence[Input], incremental: bool | None) -> Way | Refused:
    ctes: dict[Parts, str] = {}
    for given in inputs:
        ctes[project.nodes[given.key].relation] = given.relation.parts[2]
    try:
        text = on_inputs(without_ephemeral(sql), ctes)
    except SqlglotError as error:
        return Refused("no-sql", str(error).splitlines()[0])
    read = text.casefold()
    used = (given for given in inputs if given.call != THIS or given.relation.parts[2].casefold() in read)
    return Way(text, tuple(used), incremental)
