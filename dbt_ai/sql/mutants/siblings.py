"""Columns and relations that could be taken for one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original


def alike(name: str, others: Sequence[str]) -> str:
    """The one of `others` that shares the most words with `name`; of several such, the first.

    >>> alike("created_at", ["status", "updated_at", "at"])
    'updated_at'
    """
    words = set(name.lower().split("_"))
    return max(others, key=lambda other: (len(words & set(other.lower().split("_"))), -others.index(other)))


def another_column(node: exp.Column, name: str, source: str) -> exp.Column:
    """A column as it has to be written in the place of `node`; `source` is empty where `node` names none."""
    this = exp.to_identifier(name, quoted=True if node.this.args.get("quoted") else None)
    if source == node.table:
        new = node.copy()
        new.set("this", this)
        return new
    return exp.Column(this=this, table=exp.to_identifier(source))


def siblings(node: exp.Table, original: Original) -> list[str]:
    """The relations that have the very columns of this one: CTEs that come before, or tables of the schema."""
    if node.args.get("db") is None and node.name in original.columns.outputs:
        return _alike(node.name, {name: original.columns.outputs.get(name, {}) for name in _ctes_before(node)})
    known = {name.replace('"', "").casefold(): name for name in original.schema}
    full = ".".join(part.name for part in node.parts).casefold()
    own = known.get(full) or known.get(node.name.casefold())
    return _alike(own, original.schema) if own is not None else []


def another_relation(node: exp.Table, name: str) -> exp.Table:
    """The relation called `name` in the place of `node`, under the name that the query knows."""
    parts = [exp.to_identifier(part.strip('"'), quoted=part.startswith('"') or None) for part in name.split(".")]
    above = [part.copy() for part in node.parts[:-1]] if len(parts) == 1 else parts[:-1]
    keys = ("catalog", "db")[2 - len(above) :]
    new = node.copy()
    for key, part in zip((*keys, "this"), (*above, parts[-1]), strict=True):
        new.set(key, part)
    if node.args.get("alias") is None:
        new.set("alias", exp.TableAlias(this=node.this.copy()))
    return new


def _alike(name: str, relations: Mapping[str, Mapping[str, str]]) -> list[str]:
    columns = dict(relations.get(name, {}))
    if not columns or not all(columns.values()):
        return []
    return [other for other, its in relations.items() if other != name and dict(its) == columns]


def _ctes_before(node: exp.Table) -> list[str]:
    """The CTEs that the query of `node` may read, itself excepted."""
    names: list[str] = []
    above: exp.Expr | None = node
    inside: list[exp.Expr] = []
    while above is not None:
        inside.append(above)
        with_ = above.args.get("with_")
        for cte in with_.expressions if with_ is not None else ():
            if any(cte is each for each in inside):
                break
            names.append(cte.alias)
        above = above.parent
    return names
