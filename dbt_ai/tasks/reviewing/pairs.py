"""The two versions of each model of a branch, compiled and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dbt_ai.project.values import Node, ProjectReader
from dbt_ai.reviews import Compared
from dbt_ai.sql.transpiling import Untranslatable
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.gathering import Scope
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.reviewing.comparing import SAME, compare_model
from dbt_ai.tasks.reviewing.together import with_parents
from dbt_ai.values import Verdict, VerdictKind

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Side:
    """One of the two projects, with the compiled SQL of what is looked at, and why some has none."""

    reader: ProjectReader
    scope: Scope
    relations: Mapping[str, Relation]
    later: Mapping[str, str] = field(default_factory=dict)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes of the project."""
        return self.reader.project.nodes


class Pairs:
    """Compares the two versions of models, parents first: a model that gives something else by itself is looked at
    together with those above it that are changed, too."""

    def __init__(self, old: Side, new: Side, connection: duckdb.DuckDBPyConnection | None) -> None:
        self._old, self._new = old, new
        self._in_duckdb = InDuckDB(new.reader.project)
        self._relations = _either(old.relations, new.relations)
        self._connection = connection
        self._whole: tuple[dict[str, str], dict[str, str]] = ({}, {})  # SQL with that of all changed parents in it

    def compare(self, unique_id: str) -> Compared | None:
        """What becomes of the model; None where both versions compile to the same SQL."""
        old, new = self._old, self._new
        left, right = old.scope.sql.get(unique_id), new.scope.sql.get(unique_id)
        if left is None or right is None:
            side, when = (new, "after") if right is None else (old, "before")
            why = side.scope.failures.get(unique_id, "")
            told = f"dbt does not compile it as it is {when}: {why}"
            return Compared(Verdict(VerdictKind.UNPROVEN, told, "not-compiled"))
        ways = [(left, right)]
        if unique_id in old.later and unique_id in new.later:
            ways.append((old.later[unique_id], new.later[unique_id]))
        if all(bare(one) == bare(other) for one, other in ways):
            return None
        try:
            said = [(self._in_duckdb.sql(bare(one)), self._in_duckdb.sql(bare(other))) for one, other in ways]
        except Untranslatable as why:
            return Compared(Verdict(VerdictKind.UNPROVEN, str(why), "not-translated", where="transpiled"))
        found = compare_model(said, self._relations, self._connection)
        whole = self._with_parents(unique_id, said[0])
        if whole is None or len(ways) > 1 or found.verdict is None or found.verdict.kind in SAME:
            return found
        together = compare_model([whole], self._relations, self._connection)
        if together.verdict is None or together.verdict.kind is VerdictKind.UNPROVEN:
            return found
        told = f"{together.verdict.detail} Compared together with the changed models that it reads."
        return replace(together, verdict=replace(together.verdict, detail=told))

    def _with_parents(self, unique_id: str, pair: tuple[str, str]) -> tuple[str, str] | None:
        """The two versions on the tables that the changed models above read; None where it reads no changed one."""
        texts = []
        for sql, side, known in zip(pair, (self._old, self._new), self._whole, strict=True):
            parents = {u: known[u] for u in side.nodes[unique_id].depends_on if u in known}
            whole = with_parents(sql, parents, self._relations) if parents else None
            known[unique_id] = whole or sql
            texts.append(whole)
        if texts == [None, None]:
            return None
        return texts[0] or pair[0], texts[1] or pair[1]


def bare(sql: str) -> str:
    """SQL without what may stand around it."""
    return sql.strip().rstrip(";").strip()


def _either(old: Mapping[str, Relation], new: Mapping[str, Relation]) -> dict[str, Relation]:
    """The relations with the columns that they have on either side, and the constraints that they have after."""
    merged = {**old, **new}
    for unique_id in old.keys() & new.keys():
        names = {name.casefold() for name, _ in new[unique_id].columns}
        more = tuple(column for column in old[unique_id].columns if column[0].casefold() not in names)
        merged[unique_id] = replace(new[unique_id], columns=(*new[unique_id].columns, *more))
    return merged
