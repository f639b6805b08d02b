"""A project whose SQL is DuckDB's: what jobs run that need more of a model than its rows.

That of a project on DuckDB is so already. Of any other one it is translated, under the names and in the layout that it
has, so that what is told of its lines is true of those in the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Compiled, Node, Project, UnitTest
from dbt_ai.sql.transpiling import DIALECTS, Untranslatable, duckdb_type, in_layout_of, to_duckdb
from dbt_ai.tasks.replica.naming import Names, parts_of
from dbt_ai.values import MutationScore

if TYPE_CHECKING:
    from dbt_ai.tasks.gathering import Scope

_DIVISION = (" // ", " / ")  # DuckDB's for whole numbers, which no other dialect has
Parts = tuple["str | None", "str | None", str]


class InDuckDB:
    """Gives what is compiled of a project in DuckDB's SQL; `project` is the same one, its types and names DuckDB's."""

    def __init__(self, project: Project) -> None:
        self.is_translated = project.adapter_type != "duckdb"
        self._dialect = project.dialect
        self._adapter = project.adapter_type
        self._names = Names(node for node in project.nodes.values() if node.materialized != "ephemeral")
        self.project = _in_its_words(project) if self.is_translated else project

    def sql(self, text: str) -> str:
        """One SELECT of the project in DuckDB's SQL. Raises Untranslatable."""
        if not self.is_translated:
            return text
        if self._dialect not in DIALECTS:
            raise Untranslatable(f"the SQL of {self._adapter} cannot be said in DuckDB's with the same meaning")
        return in_layout_of(to_duckdb(text, self._dialect, self._named), text, self._dialect)

    def compiled(self, found: Mapping[str, Compiled]) -> dict[str, Compiled]:
        """Compiled SQL, with the reason where there is none that DuckDB understands."""
        return {unique_id: self._one(one) for unique_id, one in found.items()}

    def scope(self, scope: Scope) -> Scope:
        """A scope with its SQL in DuckDB's, and why some of it is not."""
        found = self.compiled({unique_id: Compiled(unique_id, sql) for unique_id, sql in scope.sql.items()})
        failures = {unique_id: one.error for unique_id, one in found.items() if one.error is not None}
        sql = {unique_id: one.sql for unique_id, one in found.items() if one.sql is not None}
        return replace(scope, sql=sql, failures={**scope.failures, **failures}, untranslated=frozenset(failures))

    def unit_tests(self, tests: Sequence[UnitTest]) -> tuple[UnitTest, ...]:
        """Unit tests as they run on DuckDB; one that cannot be said there says why."""
        return tuple(self._unit_test(test) for test in tests)

    def evidence(self, evidence: Mapping[str, Evidence], scope: Scope) -> dict[str, Evidence]:
        """Evidence with the SQL of `scope` in DuckDB's (None where it cannot be said there) and its names."""
        sql = self.scope(scope).sql
        return {
            unique_id: replace(
                one,
                sql=sql.get(unique_id),
                relation=replace(one.relation, parts=self.project.nodes[unique_id].relation),
            )
            for unique_id, one in evidence.items()
        }

    def told(self, score: MutationScore) -> MutationScore:
        """What is told of a model's mutants in the operators of its own SQL."""
        if not self.is_translated:
            return score
        mutants = (
            replace(
                mutant,
                sentence=mutant.sentence.replace("`//`", "`/`").replace(*_DIVISION),
                diff=mutant.diff.replace(*_DIVISION),
            )
            for mutant in score.mutants
        )
        return replace(score, mutants=tuple(mutants))

    def _one(self, compiled: Compiled) -> Compiled:
        if compiled.sql is None:
            return compiled
        try:
            return replace(compiled, sql=self.sql(compiled.sql))
        except Untranslatable as why:
            return Compiled(compiled.unique_id, None, str(why))

    def _unit_test(self, test: UnitTest) -> UnitTest:
        if test.sql is None:
            return test
        try:
            expected = test.rows_sql and self.sql(test.rows_sql)
            return replace(test, sql=self.sql(test.sql), rows_sql=expected)
        except Untranslatable as why:
            return replace(test, sql=None, error=str(why))

    def _named(self, parts: Parts) -> Parts | None:
        unique_id = self._names.find(parts)
        return None if unique_id is None else self.project.nodes[unique_id].relation


def _in_its_words(project: Project) -> Project:
    """`project` with DuckDB's types for columns that have others, and whole names of relations."""
    nodes = {unique_id: _node(node, project.dialect) for unique_id, node in project.nodes.items()}
    catalog = {
        unique_id: tuple((name, kind and duckdb_type(kind, project.dialect)) for name, kind in columns)
        for unique_id, columns in project.catalog_columns.items()
    }
    return replace(project, dialect="duckdb", nodes=nodes, catalog_columns=catalog)


def _node(node: Node, dialect: str) -> Node:
    columns = tuple(
        replace(column, data_type=column.data_type and duckdb_type(column.data_type, dialect))
        for column in node.columns
    )
    config = dict(node.config)
    if types := config.get("column_types"):  # of a seed
        known = {name: duckdb_type(str(kind), dialect) for name, kind in types.items()}
        config["column_types"] = {name: kind for name, kind in known.items() if kind is not None}
    return replace(node, relation=parts_of(node), columns=columns, config=config)
