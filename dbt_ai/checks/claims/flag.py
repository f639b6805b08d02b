"""ONE_OF, variant: "true if `status` is 'paid'". Read only where the condition is one over known columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.checks.claims.conditions import parse, predicate, same, sql_of
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, quote
from dbt_ai.checks.claims.sentences import denied
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.sql.values import ColumnKind
from dbt_ai.values import Claim, ClaimKind, Verdict

_WHEN = re.compile(
    r"\b(?P<value>true|false|yes|1|0)\s+(?:only\s+)?(?P<word>if|when|where|for"
    r"|unless)\s+(?P<condition>(?:[^.;\n`'\"]|\.(?=\w)|`[^`]*`|'[^']*'|\"[^\"]*\"|')+)"
    r"|\b(?:whether|indicates (?:if|whether|that)|flag for)\s+(?P<whether>(?:[^.;\n`'\"]|\.(?=\w)"
    r"|`[^`]*`|'[^']*'|\"[^\"]*\"|')+)",
    re.IGNORECASE,
)
_ELSE = re.compile(r"\s*,?\s*\(?\b(?:and\s+)?(?:else|otherwise|false|true)\b.*$", re.IGNORECASE | re.DOTALL)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The condition of a boolean column, as SQL, where all of it could be read."""
    column = context.target.column
    match = _WHEN.search(sentence.text)
    if column is None or match is None or denied(sentence, match.start()):
        return
    tree = _condition(match.group("condition") or match.group("whether"), column, context)
    if tree is None:
        return
    inverted = (match.group("value") or "true").lower() in ("false", "0") or (
        match.group("word") or ""
    ).lower() == "unless"
    tree = exp.not_(tree) if inverted else tree
    yield Claim(
        ClaimKind.ONE_OF,
        column,
        (("values", ("true", "false")), ("true_when", tree.sql(dialect="duckdb"))),
        match.group(0).strip(),
    )


def _condition(phrase: str, column: str, context: ClaimContext) -> exp.Expr | None:
    """The phrase without "else false" where there is one; never over the column itself."""
    above = [
        name for key, known in context.relations.items() if key != context.target.unique_id for name, _ in known.columns
    ]
    columns = tuple(
        name for name in dict.fromkeys((*context.own_columns, *above)) if name.casefold() != column.casefold()
    )
    cut = _ELSE.search(phrase)
    candidates = [phrase[: cut.start()]] if cut and cut.start() else []
    for candidate in (phrase, *candidates):
        if (tree := predicate(candidate, context, columns)) is not None:
            return tree
    return None


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Against the column's own SQL, else against the rows where the condition's columns are there."""
    column = str(claim.subject)
    tree = parse(str(claim.argument("true_when")), "duckdb")
    if tree is None:
        return unproven("unclear-condition")
    facts = context.defining_facts(column)
    if facts is not None and facts.kind is ColumnKind.COMPUTED:
        found = _boolean(parse(facts.sql, context.dialect))
        if found is not None and same(found, tree):
            return proved("The SQL computes exactly this.", facts.sql)
        if found is not None and same(found, exp.not_(tree)):
            return refuted("other-condition", "The SQL computes the opposite.", facts.sql)
    names = {found.name.casefold() for found in tree.find_all(exp.Column)}
    if data is None or not names <= {name.casefold() for name in context.own_columns}:
        return unproven("no-data" if data is None else "unclear-condition")
    condition, name = sql_of(tree), quote(column)
    value = f"TRY_CAST({name} AS BOOLEAN)"
    wrong = f"{value} IS NOT NULL AND {value} <> coalesce(({condition}), false)"
    if not data.number(f"SELECT count({value}) FROM {data.relation}"):
        values = data.number(f"SELECT count({name}) FROM {data.relation}")
        if values:
            return refuted("other-condition", f"None of {values} values is true or false.", value, where="duckdb")
    verdict = data.none_where(wrong, "other-condition", "The column is not what the condition gives")
    return data.holds_for(column, wrong) if verdict.writable else verdict


def _boolean(tree: exp.Expr | None) -> exp.Expr | None:
    """The condition of `c`, of CASE WHEN c THEN true ELSE false END, and of coalesce(c, false)."""
    while isinstance(tree, (exp.Paren, exp.Cast)):
        tree = tree.this
    if isinstance(tree, exp.Coalesce) and tree.expressions and tree.expressions[0].sql().upper() in ("FALSE", "0"):
        return _boolean(tree.this)
    if isinstance(tree, exp.Case) and tree.this is None and len(tree.args["ifs"]) == 1:
        then, other = tree.args["ifs"][0].args["true"].sql().upper(), tree.args.get("default")
        last = other.sql().upper() if other is not None else "NULL"
        if then in ("TRUE", "1") and last in ("FALSE", "0"):
            return tree.args["ifs"][0].this  # type: ignore[no-any-return]
        if then in ("FALSE", "0") and last in ("TRUE", "1"):
            return exp.not_(tree.args["ifs"][0].this)
        return None
    return tree if isinstance(tree, (exp.Predicate, exp.Connector, exp.Not)) else None
