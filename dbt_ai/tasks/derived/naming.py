"""How a reader of one relation finds the columns and figures that its SQL speaks of.

Facts name the columns of the relations that the SQL reads. A reader of the documentation sees this relation's columns:
`status` there may be another thing than `status` here, or be called `order_status` here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import ColumnFacts, ColumnKind, ColumnRef
from dbt_ai.tasks.derived.conditions import expression_condition, operand, parsed, plain_sql

_UNNAMED = (ColumnKind.LITERAL, ColumnKind.UNION)
_NAMEABLE = (exp.Column, exp.Func, exp.Binary, exp.Unary, exp.Filter, exp.Window, exp.Predicate, exp.Bracket)


@dataclass(frozen=True)
class Naming:
    """Names for what the SQL of one relation speaks of.

    `own` is the SQL of an expression and this relation's column that holds it; `filled` the same for a figure that
    is 0 in place of NULL, `cast` for what it holds in another type, `alternatives` for the
    parts of a COALESCE. `places` are the relations that are read,
    by the identifier the SQL knows them by; `columns` their columns, by relation; `shown` their names as parts.
    """

    dialect: str
    own: Mapping[str, str]
    filled: Mapping[str, str]
    cast: Mapping[str, str]
    alternatives: Mapping[str, str]
    names: Collection[str]
    places: Mapping[str, str]
    columns: Mapping[str, Collection[str]]
    shown: Mapping[str, tuple[str, ...]]

    def condition(self, sql: str, *, without: str = "", filled: bool = False) -> str | None:
        """The condition `sql` in words and names a reader knows; None where that cannot be said. `without` is a column
        whose own definition must not be named by itself; `filled` as for `named`."""
        tree = parsed(sql, self.dialect)
        return self.condition_of(tree, without=without, filled=filled) if tree is not None else None

    def condition_of(self, tree: exp.Expr, *, without: str = "", filled: bool = False) -> str | None:
        """As `condition`, for a parsed condition."""
        named = self.named(tree, without=without, filled=filled)
        return expression_condition(named, self.dialect) if named is not None else None

    def operand(self, tree: exp.Expr | str, *, without: str = "", filled: bool = False) -> str | None:
        """A short expression as code in names a reader knows; None where that cannot be said."""
        found = parsed(tree, self.dialect) if isinstance(tree, str) else tree
        named = self.named(found, without=without, filled=filled) if found is not None else None
        return operand(named, self.dialect) if named is not None and not _has_figures(named) else None

    def code(self, tree: exp.Expr, *, without: str = "") -> str | None:
        """`tree` as SQL in names a reader knows; None where they are not known."""
        named = self.named(tree, without=without)
        return plain_sql(named, self.dialect) if named is not None and not _has_figures(named) else None

    def named(self, tree: exp.Expr, *, without: str = "", filled: bool = False) -> exp.Expr | None:
        """`tree` with this relation's columns in place of what they hold; None where a column's name is not known.

        `filled` allows a figure that is 0 in place of NULL to stand for what it holds apart from that: where a NULL
        inside makes the whole NULL, or where 0 has no other effect than NULL has.
        """
        unknown: list[str] = []

        def replace(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, _NAMEABLE):
                return node
            if (
                isinstance(node, exp.Is)
                and (cast := self.cast.get(key_of(node.this, self.dialect), without)) != without
            ):
                # A cast of NULL is NULL, and nothing else is.
                return exp.Is(this=exp.column(exp.to_identifier(cast, quoted=True)), expression=node.expression.copy())
            sql = key_of(node, self.dialect)
            name = self.own.get(sql) or (self.filled.get(sql) if filled else None)
            if name is not None and name != without:
                return exp.column(exp.to_identifier(name, quoted=True))
            if not isinstance(node, exp.Column):
                return node
            found = self._elsewhere(node, without)
            if found is None:
                unknown.append(sql)
                return node
            return found

        named = tree.transform(replace)
        return None if unknown else named

    def _elsewhere(self, column: exp.Column, without: str) -> exp.Expr | None:
        """A column that is none of this relation's: bare where that can mean nothing else, else with its relation."""
        name = column.name
        ref = column.meta.get("ref")
        relation = ref.relation if isinstance(ref, ColumnRef) else self.places.get(column.table.casefold())
        if not column.table:
            return exp.column(exp.to_identifier(name, quoted=True))
        if isinstance(ref, ColumnRef):
            name = ref.column
            if self.places.get(column.table.casefold()) != relation:
                return None  # one of two readings of the relation, under an alias that no reader knows
        folded = name.casefold()
        if relation is None or (self.columns.get(relation) and folded not in self.columns[relation]):
            return None
        others = [key for key, columns in self.columns.items() if key != relation and folded in columns]
        identifier = exp.to_identifier(name, quoted=True)
        if folded not in self.names and not others:
            return exp.column(identifier)
        parts = [exp.to_identifier(part, quoted=True) for part in self.shown[relation]]
        return exp.Column(this=identifier, **dict(zip(("table", "db", "catalog"), reversed(parts), strict=False)))


def naming_of(evidence: Evidence, names: Mapping[str, str], dialect: str, known: Mapping[str, Evidence]) -> Naming:
    """The names that readers of `evidence` know. `names` are what readers call each relation, `known` all evidence."""
    facts = evidence.facts
    own: dict[str, str] = {}
    filled: dict[str, str] = {}
    cast: dict[str, str] = {}
    alternatives: dict[str, str] = {}
    columns = facts.columns if facts else ()
    for column in sorted(columns, key=lambda c: c.kind is not ColumnKind.PASS_THROUGH):
        if column.expression is None or column.kind in _UNNAMED:
            continue
        own.setdefault(key_of(column.expression.unnest(), dialect), column.name)
        tree = column.expression.unnest()
        if column.kind is ColumnKind.CAST and isinstance(tree, exp.Cast) and not isinstance(tree, exp.TryCast):
            cast.setdefault(key_of(tree.this.unnest(), dialect), column.name)
        if isinstance(tree, exp.Coalesce):
            for part in (tree.this, *tree.expressions):
                alternatives.setdefault(part.unnest().sql(dialect=dialect), column.name)
        if isinstance(tree, exp.Coalesce) and column.default_sql == "0" and column.aggregate is not None:
            filled.setdefault(key_of(tree.this.unnest(), dialect), column.name)
    if len(one_query := _queries_of_figures(columns)) == 1 and not any(
        j.right_aggregated for j in (facts.joins if facts else ())
    ):
        for column in columns:
            if column.aggregate is not None and column.expression is not None:
                own.setdefault(
                    key_of(column.expression.unnest(), dialect).replace(next(iter(one_query)), ""), column.name
                )
    bases = [key for key in (facts.base_relations if facts else ()) if key in known]
    places: dict[str, str] = {}
    for key in bases:
        identifier = known[key].relation.parts[2].casefold()
        places[identifier] = "" if identifier in places else key
    return Naming(
        dialect=dialect,
        own=own,
        filled=filled,
        cast=cast,
        alternatives=alternatives,
        names=frozenset(column.name.casefold() for column in columns),
        places={identifier: key for identifier, key in places.items() if key},
        columns={key: frozenset(name.casefold() for name, _ in known[key].relation.columns) for key in bases},
        shown={key: tuple(names.get(key, key).split(".")) for key in bases},
    )


def _queries_of_figures(columns: Sequence[ColumnFacts]) -> set[str]:
    """The SELECTs that the figures among the columns are of: where it is one, COUNT(*) in a HAVING can be no other.
    Empty where groups are grouped again."""
    if any(column.aggregate is not None and column.aggregate.groups_by_sql for column in columns):
        return set()
    trees = [column.expression for column in columns if column.expression is not None]
    return {str(node.meta.get("select", "")) for tree in trees for node in tree.find_all(exp.AggFunc)} - {""}


def key_of(tree: exp.Expr, dialect: str) -> str:
    """What two expressions share that have the same value: their SQL, and where they hold figures the SELECT of each,
    as COUNT(*) is another number in another query."""
    marks = [str(node.meta.get("select", "")) for node in tree.find_all(exp.AggFunc, exp.Window)]
    return " ".join([tree.sql(dialect=dialect), *marks])


def _has_figures(tree: exp.Expr) -> bool:
    return tree.find(exp.AggFunc, exp.Window, exp.Query) is not None
