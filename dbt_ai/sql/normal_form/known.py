"""What is known of the columns of one tree: of which source they are, whether they can be NULL, their types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.sql.normal_form.trees import is_inner, is_left, is_plain, joins, sources
from dbt_ai.sql.query import RelationIndex, table_parts
from dbt_ai.sql.values import Relation, same_name

_DEEPEST = 40
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Like, exp.ILike, exp.Is, exp.In, exp.Exists,
                exp.NullSafeEQ, exp.NullSafeNEQ, exp.And, exp.Or, exp.Not, exp.Between)  # fmt: skip
_INT = range(-(2**31), 2**31)


class Known:
    """What the sources of `tree` are, and what is known of their columns by `relations`."""

    def __init__(self, tree: exp.Expr, relations: Sequence[Relation]) -> None:
        self.relations = relations
        self._lookup = RelationIndex(relations)
        self._sources: dict[str, exp.Expr] = {}
        self._optional: set[str] = set()
        for select in tree.find_all(exp.Select):
            before: list[str] = []
            from_ = select.args.get("from_")
            if from_ is not None:
                self._sources[from_.this.alias_or_name] = from_.this
                before.append(from_.this.alias_or_name)
            for join in joins(select):
                name = join.this.alias_or_name
                self._sources[name] = join.this
                if not is_inner(join) and not (join.kind in ("SEMI", "ANTI") and not join.side):
                    self._optional.add(name)
                    if not is_left(join):
                        self._optional.update(before)
                before.append(name)

    def source(self, name: str) -> exp.Expr | None:
        return self._sources.get(name)

    def relation(self, source: exp.Expr | None) -> Relation | None:
        """The base relation that a source is."""
        if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
            return None
        return self._lookup(table_parts(source))

    def never_null(self, value: exp.Expr, depth: int = 0) -> bool:
        """Whether a value is NULL in no row."""
        if depth > _DEEPEST:
            return False
        if isinstance(value, (exp.Literal, exp.Boolean, exp.Count, exp.Exists, exp.RowNumber, exp.Rank, exp.DenseRank)):
            return True
        if isinstance(value, exp.Column):
            return value.table not in self._optional and self._never_null_column(value, depth)
        if isinstance(value, exp.Coalesce):
            return any(self.never_null(part, depth + 1) for part in (value.this, *value.expressions))
        if isinstance(value, exp.Case):
            parts = [branch.args["true"] for branch in value.args["ifs"]]
            default = value.args.get("default")
            return default is not None and all(self.never_null(part, depth + 1) for part in (*parts, default))
        if isinstance(value, exp.Is):
            return True
        if isinstance(value, exp.Cast) and not isinstance(value, exp.TryCast):
            return self.never_null(value.this, depth + 1)
        if isinstance(value, (exp.Neg, exp.Not, exp.Upper, exp.Lower)):
            return self.never_null(value.this, depth + 1)
        if isinstance(value, (exp.Add, exp.Sub, exp.Mul, exp.DPipe, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)):
            if isinstance(value.expression, (exp.Any, exp.All)):
                return False
            return self.never_null(value.this, depth + 1) and self.never_null(value.expression, depth + 1)
        if isinstance(value, (exp.And, exp.Or)):
            return all(self.never_null(term, depth + 1) for term in value.flatten())
        if isinstance(value, exp.Window):
            return self.never_null(value.this, depth + 1)
        return isinstance(value, exp.Filter) and isinstance(value.this, exp.Count)

    def _never_null_column(self, column: exp.Column, depth: int) -> bool:
        source = self._sources.get(column.table)
        relation = self.relation(source)
        if relation is not None:
            return any(same_name(name, column.name) for name in relation.not_null)
        defined = self._defined(column)
        return bool(defined) and all(self.never_null(inner, depth + 1) for inner in defined or ())

    def type_of(self, value: exp.Expr, depth: int = 0) -> str | None:
        """The type of a value as DuckDB has it; None where that is not certain."""
        if depth > _DEEPEST:
            return None
        if isinstance(value, exp.Literal):
            if value.is_string:
                return "TEXT"
            return "INT" if value.name.isdigit() and int(value.name) in _INT else None
        if isinstance(value, (exp.Boolean, *_COMPARISONS)):
            return "BOOLEAN"
        if isinstance(value, exp.Column):
            relation = self.relation(self._sources.get(value.table))
            if relation is not None:
                kinds = [kind for name, kind in relation.columns if same_name(name, value.name)]
                return _type(kinds[0]) if kinds and kinds[0] else None
            return self._one([self.type_of(inner, depth + 1) for inner in self._defined(value) or [exp.Null()]])
        if isinstance(value, exp.Cast):
            return _type(value.to.sql("duckdb"))
        if isinstance(value, exp.Count):
            return "BIGINT"
        if isinstance(value, exp.Coalesce):
            return self._one([self.type_of(part, depth + 1) for part in (value.this, *value.expressions)])
        if isinstance(value, exp.Case):
            parts = [branch.args["true"] for branch in value.args["ifs"]]
            parts += [value.args["default"]] if value.args.get("default") is not None else []
            return self._one([self.type_of(part, depth + 1) for part in parts if not isinstance(part, exp.Null)])
        if isinstance(value, (exp.Min, exp.Max)) and not value.expressions:
            return self.type_of(value.this, depth + 1)
        if isinstance(value, (exp.Upper, exp.Lower)):
            return "TEXT"
        if isinstance(value, (exp.Add, exp.Sub, exp.Mul)):
            both = [self.type_of(value.this, depth + 1), self.type_of(value.expression, depth + 1)]
            return self._one(both) if both[0] in ("INT", "BIGINT", "DOUBLE") else None
        return None

    def is_boolean(self, value: exp.Expr) -> bool:
        return self.type_of(value) == "BOOLEAN"

    def unique(self, source: exp.Expr, columns: Iterable[str], strict: bool = False) -> bool:
        """Whether no two rows of a source are equal in `columns`: of those in which none is NULL, or of all of them
        where it is `strict`."""
        wanted = {column.casefold() for column in columns}
        relation = self.relation(source)
        if relation is not None:
            filled = {column.casefold() for column in relation.not_null}
            keys = [{column.casefold() for column in key} for key in relation.unique_keys]
            return any(key <= wanted and (not strict or key <= filled) for key in keys)
        inner = source.this if isinstance(source, exp.Subquery) else None
        if not isinstance(inner, exp.Select) or not is_plain(inner):
            distinct = isinstance(inner, exp.Union) and bool(inner.args.get("distinct"))
            return distinct and {part.alias_or_name for part in getattr(inner, "selects", ())} <= wanted
        held = {part.alias_or_name: part.unalias() for part in inner.expressions}
        if inner.args.get("distinct") is not None and set(held) <= wanted:
            return True
        group = inner.args.get("group")
        if group is not None:
            keys = list(group.expressions)
            kept = [value for name, value in held.items() if name in wanted]
            return all(key in kept for key in keys)
        if len(sources(inner)) == 1:
            below = sources(inner)[0]
            passed = [
                value.name
                for name, value in held.items()
                if name in wanted and isinstance(value, exp.Column) and value.table == below.alias_or_name
            ]
            return bool(passed) and self.unique(below, passed, strict)
        return False

    def _defined(self, column: exp.Column) -> list[exp.Expr] | None:
        """What a column of a derived table is: its expression, one for each branch of a union."""
        source = self._sources.get(column.table)
        if not isinstance(source, exp.Subquery):
            return None
        names = [part.alias_or_name for part in source.this.selects]
        if names.count(column.name) != 1:
            return None
        place, found, todo = names.index(column.name), [], [source.this]
        while todo:
            query = todo.pop()
            if isinstance(query, exp.Subquery):
                todo.append(query.this)
            elif isinstance(query, exp.SetOperation):
                todo += [query.this, query.expression]
            elif isinstance(query, exp.Select) and place < len(query.expressions):
                if not is_plain(query):
                    return None
                found.append(query.expressions[place].unalias())
            else:
                return None
        return found

    @staticmethod
    def _one(types: Sequence[str | None]) -> str | None:
        return types[0] if types and all(kind == types[0] for kind in types) else None


@lru_cache(maxsize=1024)
def _type(kind: str) -> str | None:
    try:
        return exp.DataType.build(kind, dialect="duckdb").sql("duckdb")
    except (SqlglotError, ValueError):
        return None
