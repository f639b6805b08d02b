"""A tree as text that says everything but what does not matter: the names of sources and columns, the order of the
terms of AND and OR, of what + and * and = take, of inner joins, of GROUP BY, of the branches of a UNION ALL.

The text is fully bracketed, so that two trees with one text are the same but for those names and orders.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from math import factorial, prod

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import is_inner, is_shared, joins, sources

_EITHER_WAY = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Mul)
_NO_MATTER = frozenset({"comments", "big_int", "_type", "quoted"})
_MOST_ORDERS = 24
_ROUNDS = 2

Columns = Mapping[str, str] | None
"""What the columns of a source are called; None for those of a table, which keep their names."""

Names = Mapping[str, tuple[str, Columns]]
"""What sources are called, and their columns. Under "" are the output columns, for ORDER BY."""


class NotWritten(Exception):
    """The tree has something in it that has no text of this kind."""


def written(query: exp.Expr, known: Known) -> str:
    """The text of a whole query. Raises NotWritten."""
    return _Writer(known).query(query, {}, by_place=True)[0]


class _Writer:
    def __init__(self, known: Known) -> None:
        self._known = known

    def query(self, query: exp.Expr, names: Names, by_place: bool) -> tuple[str, Mapping[str, str]]:
        """The text of a query, and what its output columns are called in it: their places where the order of columns
        counts (`by_place`), else their places among the sorted ones."""
        if isinstance(query, exp.Subquery) and not any(
            value for part, value in query.args.items() if part not in ("this", "alias")
        ):
            return self.query(query.this, names, by_place)
        if query.args.get("with_"):
            raise NotWritten
        if isinstance(query, exp.SetOperation):
            return self._set_operation(query, names)
        if isinstance(query, exp.Select):
            return self._select(query, names, by_place)
        raise NotWritten

    def _set_operation(self, query: exp.SetOperation, names: Names) -> tuple[str, Mapping[str, str]]:
        if any(query.args.get(part) for part in query.args if part not in (*_OF_SETS, *_TAIL)):
            raise NotWritten
        kind = f"{query.key} {'distinct' if query.args.get('distinct') else 'all'}"
        branches = [self.query(branch, names, True)[0] for branch in _branches(query)]
        if isinstance(query, (exp.Union, exp.Intersect)):
            branches = sorted(branches)
            if query.args.get("distinct"):
                branches = list(dict.fromkeys(branches))
        outputs = [part.alias_or_name for part in query.selects]
        places = {name: str(place) for place, name in enumerate(outputs)}
        own = {**names, "": ("", places)}
        tail = [self._tail(query, part, own) for part in _TAIL if query.args.get(part)]
        return f"({kind} [{' '.join(branches)}] {' '.join(tail)})", _only_once(outputs, places)

    def _select(self, select: exp.Select, names: Names, by_place: bool) -> tuple[str, Mapping[str, str]]:
        bodies: dict[str, str] = {}
        columns: dict[str, Columns] = {}
        for source in sources(select):
            alias = source.alias_or_name
            bodies[alias], columns[alias] = self._source(source, names)
        if select.args.get("laterals") or len(bodies) != len(sources(select)):
            raise NotWritten
        fixed = any(not is_inner(join) and join.side.upper() != "LEFT" for join in joins(select)) or any(
            join.method or join.kind.upper() in ("SEMI", "ANTI") or join.args.get("using") for join in joins(select)
        )
        found: tuple[str, Mapping[str, str]] | None = None
        for order in self._orders(select, bodies, columns, names, fixed):
            labels = {alias: (f"s{len(names) + place}", columns[alias]) for place, alias in enumerate(order)}
            text = self._labelled(select, bodies, order, {**names, **labels}, by_place, fixed)
            if found is None or text[0] < found[0]:
                found = text
        assert found is not None
        return found

    def _source(self, source: exp.Expr, names: Names) -> tuple[str, Columns]:
        alias = source.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.columns:
            raise NotWritten
        if any(value and part not in ("this", "alias", "db", "catalog") for part, value in source.args.items()):
            raise NotWritten
        relation = self._known.relation(source)
        if relation is not None:
            return f"(table {relation.key!r})", None
        if isinstance(source, exp.Subquery):
            text, columns = self.query(source.this, names, by_place=False)
            return (f"(shared {text})" if is_shared(source) else text), columns
        raise NotWritten

    def _orders(
        self,
        select: exp.Select,
        bodies: Mapping[str, str],
        columns: Mapping[str, Columns],
        names: Names,
        fixed: bool,
    ) -> list[Sequence[str]]:
        """The orders of the sources to try: those that their bodies and their use leave open."""
        aliases = list(bodies)
        if fixed or len(aliases) < 2:
            return [aliases]
        outer = {join.this.alias_or_name for join in joins(select) if not is_inner(join)}
        colors = {alias: f"{'outer' if alias in outer else 'inner'} {body}" for alias, body in bodies.items()}
        for _ in range(_ROUNDS if len(set(colors.values())) < len(aliases) else 0):
            short = {alias: f"~{sorted(set(colors.values())).index(color)}" for alias, color in colors.items()}
            after = {}
            for alias in aliases:
                labels = {other: ("@" if other == alias else short[other], columns[other]) for other in aliases}
                facts = self._facts(select, alias, {**names, **labels})
                after[alias] = f"{short[alias]} {facts}"
            colors = after
        ranked = sorted(aliases, key=lambda alias: colors[alias])
        ties = [list(group) for _, group in itertools.groupby(ranked, key=lambda alias: colors[alias])]
        if prod(factorial(len(group)) for group in ties) > _MOST_ORDERS:
            return [ranked]
        chosen = itertools.product(*(itertools.permutations(group) for group in ties))
        return [[alias for group in order for alias in group] for order in chosen]

    def _facts(self, select: exp.Select, alias: str, names: Names) -> str:
        """What a SELECT says of one of its sources."""
        found = []
        for place, part in enumerate(select.expressions):
            found.append(f"p{place if select.args.get('distinct') is None else ''} {self._text(part.unalias(), names)}")
        for join in joins(select):
            if join.args.get("on") is not None:
                found.append(f"on {join.this.alias_or_name == alias} {self._text(join.args['on'], names)}")
        for name in ("where", "having", "group"):
            if select.args.get(name) is not None:
                found += [f"{name} {text}" for text in self._terms(select.args[name], names)]
        return " ".join(sorted(text for text in found if "@" in text))

    def _labelled(
        self,
        select: exp.Select,
        bodies: Mapping[str, str],
        order: Sequence[str],
        names: Names,
        by_place: bool,
        fixed: bool,
    ) -> tuple[str, Mapping[str, str]]:
        outputs = [part.alias_or_name for part in select.expressions]
        texts = [self._text(part.unalias(), names) for part in select.expressions]
        listed = texts if by_place else sorted(set(texts))
        places = {
            name: str(place if by_place else listed.index(text))
            for place, (name, text) in enumerate(zip(outputs, texts, strict=True))
        }
        parts = [f"(out {' '.join(listed)})"]
        by_alias = {join.this.alias_or_name: join for join in joins(select)}
        for alias in order:
            join = by_alias.get(alias)
            how = "" if join is None or (is_inner(join) and not fixed) else f"{join.method} {join.side} {join.kind} "
            on = join.args.get("on") if join is not None else None
            condition = f" (on {' '.join(self._conjuncts(on, names))})" if on is not None else ""
            parts.append(f"(from {names[alias][0]} {how}{bodies[alias]}{condition})")
        known = {"expressions", "from_", "joins", "where", "group", "having", "distinct", *_TAIL}
        for name, value in sorted(select.args.items()):
            if not value or name in ("expressions", "from_", "joins", *_TAIL):
                continue
            if name not in known and name != "qualify":
                raise NotWritten
            parts.append(f"({name} {' '.join(self._terms(value, names))})")
        own = {**names, "": ("", places)}
        by_text = {text: str(listed.index(text)) for text in texts}
        parts += [self._tail(select, part, own, by_text) for part in _TAIL if select.args.get(part)]
        return f"(select {' '.join(parts)})", _only_once(outputs, places)

    def _terms(self, part: exp.Expr, names: Names) -> list[str]:
        """The terms of WHERE, HAVING, QUALIFY, GROUP BY and DISTINCT, sorted."""
        if isinstance(part, (exp.Where, exp.Having, exp.Qualify)):
            return self._conjuncts(part.this, names)
        if isinstance(part, exp.Distinct):
            on = part.args.get("on")
            return [self._text(on, names)] if on is not None else []
        if isinstance(part, exp.Group) and any(value for name, value in part.args.items() if name != "expressions"):
            raise NotWritten
        return sorted({self._text(term, names) for term in part.expressions})

    def _conjuncts(self, condition: exp.Expr, names: Names) -> list[str]:
        terms = condition.flatten() if isinstance(condition, exp.And) else [condition]
        return sorted({self._text(term, names) for term in terms})

    def _tail(self, query: exp.Expr, part: str, names: Names, by_text: Mapping[str, str] | None = None) -> str:
        """ORDER BY, LIMIT and OFFSET; a sort key that is an output column is called by its place."""
        value = query.args[part]
        if part == "order":
            terms: dict[str, str] = {}
            for term in value.expressions:
                text = self._text(term.this, names)
                text = f"(place {by_text[text]})" if by_text and text in by_text else text
                terms.setdefault(text, f"{text} {bool(term.args.get('desc'))} {bool(term.args.get('nulls_first'))}")
            return f"(order {' , '.join(terms.values())})"
        if isinstance(value, exp.Fetch):
            options = value.args.get("limit_options")
            if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
                raise NotWritten
            return f"(limit {self._text(value.args['count'], names)})"
        if value.args.get("limit_options") or value.expressions or value.args.get("offset"):
            raise NotWritten
        return f"({part} {self._text(value.expression, names)})"

    def _text(self, node: exp.Expr, names: Names) -> str:
        if isinstance(node, exp.Column):
            return self._column(node, names)
        if isinstance(node, exp.Query):
            return self.query(node, names, by_place=True)[0]
        if isinstance(node, exp.Literal):
            return f"{node.name!r}" if node.is_string else node.name
        if isinstance(node, exp.DataType):
            return f"(type {node.sql('duckdb')})"
        if isinstance(node, (exp.And, exp.Or)):
            terms = sorted({self._text(term, names) for term in node.flatten()})
            return terms[0] if len(terms) == 1 else f"({node.key} {' '.join(terms)})"
        if isinstance(node, _EITHER_WAY):
            both = sorted((self._text(node.this, names), self._text(node.expression, names)))
            return f"({node.key} {' '.join(both)})"
        if isinstance(node, exp.In) and node.expressions:
            listed = sorted({self._text(term, names) for term in node.expressions})
            return f"(in {self._text(node.this, names)} [{' '.join(listed)}])"
        if isinstance(node, exp.Lambda):
            raise NotWritten
        parts = []
        for name, value in sorted(node.args.items()):
            if value is None or value is False or value == [] or name in _NO_MATTER:
                continue
            if isinstance(value, list):
                inner = " ".join(
                    self._text(part, names) if isinstance(part, exp.Expr) else repr(part) for part in value
                )
                parts.append(f"{name}=[{inner}]")
            else:
                parts.append(f"{name}={self._text(value, names) if isinstance(value, exp.Expr) else repr(value)}")
        return f"({node.key} {' '.join(parts)})"

    def _column(self, column: exp.Column, names: Names) -> str:
        if column.args.get("db") or not isinstance(column.this, exp.Identifier) or column.table not in names:
            raise NotWritten
        label, columns = names[column.table]
        if columns is None:
            return f"{label}.{column.name.casefold()!r}"
        if column.name not in columns:
            raise NotWritten
        return f"(place {columns[column.name]})" if not column.table else f"{label}.{columns[column.name]}"


_TAIL = ("order", "limit", "offset")
_OF_SETS = ("this", "expression", "distinct")


def _branches(query: exp.SetOperation) -> list[exp.Expr]:
    """The branches of a set operation, those of the same operation within it taken apart where it is one of many."""
    found: list[exp.Expr] = []
    for branch in (query.this, query.expression):
        inner = branch.this if isinstance(branch, exp.Subquery) and not branch.alias else branch
        same = type(inner) is type(query) and inner.args.get("distinct") == query.args.get("distinct")
        if same and inner.meta_get("flat") and not any(inner.args.get(part) for part in _TAIL):
            found += _branches(inner)
        else:
            found.append(branch)
    return found


def _only_once(outputs: Sequence[str], places: Mapping[str, str]) -> dict[str, str]:
    """The names that mean one column alone."""
    return {name: places[name] for name in places if outputs.count(name) == 1}
