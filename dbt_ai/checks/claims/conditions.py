"""Conditions in English read as SQL predicates over known columns, and predicates compared.

"`status` is 'paid' and amount is above 0" becomes a sqlglot tree. What is not understood as a whole is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.simplify import simplify

from dbt_ai.checks.claims.context import ClaimContext
from dbt_ai.checks.claims.words import column_named, stems

_NUMBER = r"-?\d+(?:\.\d+)?"
_VALUE = rf"(?:'[^']*'|\"[^\"]*\"|`[^`]+`|{_NUMBER}|true|false|[A-Za-z][\w-]*)"
_VALUES = rf"{_VALUE}(?:\s*(?:,\s*(?:or|and|nor)?|\bor\b|\bnor\b|\band\b)\s*{_VALUE})*"
_SUBJECT = r"(?P<column>`[^`]+`|[A-Za-z_][\w.]*(?:\s+[A-Za-z_]\w*){0,3}?)"
_IS = r"(?:is|are|was|were|=|==|equals|equal to|is equal to|has the value)"
_COMPARISONS = {
    exp.GT: ("above", "over", "greater than", "more than", "larger than", "higher than", ">", "after"),
    exp.GTE: ("at least", "no less than", ">=", "greater than or equal to"),
    exp.LT: ("below", "under", "less than", "smaller than", "lower than", "<", "before"),
    exp.LTE: ("at most", "no more than", "<=", "less than or equal to"),
}
_OPERATORS: Mapping[str, type[exp.Binary]] = {word: kind for kind, words in _COMPARISONS.items() for word in words}
_OPERATOR = "|".join(sorted(map(re.escape, _OPERATORS), key=len, reverse=True))


def predicate(phrase: str, context: ClaimContext, columns: Sequence[str]) -> exp.Expr | None:
    """The SQL predicate that a phrase states over `columns`, or None where it is not fully understood."""
    phrase = phrase.strip().rstrip(".;,").strip()
    whole = _clause(phrase, context, columns)
    if whole is not None:
        return whole
    for word, combine in ((r"\s*,?\s+or\s+", exp.or_), (r"\s*,?\s+and\s+", exp.and_)):
        parts = re.split(word, phrase, flags=re.IGNORECASE)
        if len(parts) > 1:
            read = [predicate(part, context, columns) for part in parts]
            known = [part for part in read if part is not None]
            return combine(*known) if len(known) == len(parts) else None
    return None


def _clause(phrase: str, context: ClaimContext, columns: Sequence[str]) -> exp.Expr | None:
    for reader in _READERS:
        found = reader(phrase, context, columns)
        if found is not None:
            return found
    return None


def _match(pattern: str, phrase: str, columns: Sequence[str]) -> tuple[re.Match[str], exp.Column] | None:
    match = re.fullmatch(rf"(?:the\s+|its\s+)?{_SUBJECT}\s+{pattern}", phrase, re.IGNORECASE)
    name = column_named(match.group("column"), columns) if match else None
    return (match, exp.column(name, quoted=True)) if match and name else None


def _null(phrase: str, context: ClaimContext, columns: Sequence[str]) -> exp.Expr | None:
    words = r"(?:null|missing|empty|unknown|unset|not set|not given|absent|not available)"
    if found := _match(rf"(?:is|are|was)\s+(?P<not>not\s+)?{words}", phrase, columns):
        missing: exp.Expr = found[1].is_(exp.null())
        return exp.not_(missing) if found[0].group("not") else missing
    if found := _match(r"(?:is|are|was)\s+(?:set|present|given|known|filled|available)", phrase, columns):
        return exp.not_(found[1].is_(exp.null()))
    return None


def _values(phrase: str, context: ClaimContext, columns: Sequence[str]) -> exp.Expr | None:
    found = _match(
        rf"{_IS}\s+(?P<not>not\s+|neither\s+)?(?:one of\s+|either\s+)?(?P<values>{_VALUES})", phrase, columns
    )
    if not found:
        return None
    match, column = found
    written = [value for value in re.findall(_VALUE, match.group("values")) if value not in ("or", "and", "nor")]
    # A bare word is a value only where the column is known to have it: "the attempt was successful" is prose.
    known = {value.lower() for value in domains(context).get(column.name, ())}
    if any(value[0].isalpha() and value.lower() not in ("true", "false", *known) for value in written):
        return None
    values = [_literal(value) for value in written]
    if len(values) == 1:
        equal: exp.Expr = exp.EQ(this=column, expression=values[0])
        if isinstance(values[0], exp.Boolean):
            equal = column if values[0].this else exp.not_(column)
    else:
        equal = exp.In(this=column, expressions=values)
    return exp.not_(equal) if match.group("not") else equal


def _comparison(phrase: str, context: ClaimContext, columns: Sequence[str]) -> exp.Expr | None:
    value = rf"(?P<value>{_NUMBER}|'[^']*')"
    if found := _match(rf"(?:(?:is|are|was)\s+)?(?P<operator>{_OPERATOR})\s+{value}", phrase, columns):
        match, column = found
        kind = _OPERATORS[match.group("operator").lower()]
        return kind(this=column, expression=_literal(match.group("value")))
    signs: dict[str, type[exp.Binary]] = {"negative": exp.LT, "positive": exp.GT, "zero": exp.EQ}
    if found := _match(r"(?:is|are|was)\s+(?P<not>not\s+)?(?P<sign>negative|positive|zero)", phrase, columns):
        match, column = found
        sign: exp.Expr = signs[match.group("sign").lower()](this=column, expression=exp.Literal.number(0))
        return exp.not_(sign) if match.group("not") else sign
    if found := _match(rf"(?:is|are|was)\s+between\s+(?P<low>{_NUMBER})\s+and\s+(?P<high>{_NUMBER})", phrase, columns):
        match, column = found
        return exp.Between(this=column, low=_literal(match.group("low")), high=_literal(match.group("high")))
    return None


def _adjective(phrase: str, context: ClaimContext, columns: Sequence[str]) -> exp.Expr | None:
    """ "open issues", "issues that are open", "the order is returned": a value of one column, or a flag."""
    own = set(stems(context.name)) | {word for noun in context.entities for word in stems(noun)}
    match = (
        re.fullmatch(
            r"(?:the\s+|an?\s+)?[a-z]+\s+(?:(?:that|which)\s+)?(?:is|are|was|were)\s+(not\s+)?([a-z_-]+)", phrase, re.I
        )
        or re.fullmatch(r"()([a-z_-]+)\s+[a-z]+", phrase, re.IGNORECASE)
        or re.fullmatch(r"(not\s+)?([a-z_-]+)", phrase, re.IGNORECASE)
    )
    if not match or (match.re.groups and not own & set(stems(phrase)) and " " in phrase.removeprefix("not ")):
        return None
    word = match.group(2).lower()
    flags = [name for name in columns if name.lower() in (f"is_{word}", f"was_{word}", f"has_{word}")]
    if len(flags) == 1:
        found: exp.Expr = exp.column(flags[0], quoted=True)
        return exp.not_(found) if match.group(1) else found
    hits = [(name, value) for name, values in domains(context).items() for value in values if value.lower() == word]
    hits = [(name, value) for name, value in hits if name in columns]
    if len(hits) != 1:
        return None
    found = exp.EQ(this=exp.column(hits[0][0], quoted=True), expression=exp.Literal.string(hits[0][1]))
    return exp.not_(found) if match.group(1) else found


_READERS: tuple[Callable[[str, ClaimContext, Sequence[str]], exp.Expr | None], ...] = (
    _null,
    _comparison,
    _values,
    _adjective,
)


def domains(context: ClaimContext) -> dict[str, tuple[str, ...]]:
    """The closed value sets of the target's columns that the SQL or the tests give."""
    found = (
        {column.name: column.domain.values for column in context.facts.columns if column.domain}
        if context.facts
        else {}
    )
    if context.own:
        for name, values in context.own.domains:
            found.setdefault(name, values)
    return found


def _literal(text: str) -> exp.Expr:
    bare = text.strip("'\"`")
    if text.lower() in ("true", "false"):
        return exp.Boolean(this=text.lower() == "true")
    return exp.Literal.number(bare) if re.fullmatch(_NUMBER, text.strip("`")) else exp.Literal.string(bare)


def sql_of(tree: exp.Expr) -> str:
    """A predicate as DuckDB SQL."""
    return tree.sql(dialect="duckdb")


def parse(sql: str, dialect: str | None) -> exp.Expr | None:
    """An SQL expression as a tree, None where it does not parse."""
    try:
        return sqlglot.parse_one(f"SELECT {sql}", read=dialect).expressions[0]  # type: ignore[no-any-return]
    except (SqlglotError, IndexError):
        return None


def same(left: exp.Expr, right: exp.Expr) -> bool:
    """Whether two predicates are the same, whatever the qualification, case and order of their parts."""
    return _normal(left) == _normal(right)


def conjuncts(tree: exp.Expr) -> list[exp.Expr]:
    """The parts of a predicate that must all be true."""
    tree = tree.unnest()
    sides = (tree.left, tree.right) if isinstance(tree, exp.And) else ()
    return [part for side in sides for part in conjuncts(side)] or [tree]


def _normal(tree: exp.Expr) -> str:
    tree = tree.copy()
    # What takes the place of a node is not looked into by the same pass.
    for _ in range(20):
        before, tree = tree, tree.transform(_plain)
        if before == tree:
            break
    return str(simplify(tree).sql())


def _plain(node: exp.Expr) -> exp.Expr:
    """One node without qualification and parentheses; `x = true` as `x`; the values of IN in order."""
    found: exp.Expr = node
    if isinstance(node, exp.Column):
        found = exp.column(node.name.lower())
    elif isinstance(node, exp.Paren):
        found = node.this
    elif isinstance(node, exp.Literal) and node.is_string:
        # A text says `flag` is 1 or true, where the column may hold the words.
        bare = node.name.lower()
        found = exp.Literal.number(bare) if re.fullmatch(_NUMBER, bare) else node
        found = exp.Boolean(this=bare == "true") if bare in ("true", "false") else found
    elif isinstance(node, exp.In) and len(node.expressions) > 1:
        node.set("expressions", sorted(node.expressions, key=lambda value: str(value.sql())))
    elif isinstance(node, exp.EQ) and node.expression.name.lower() in ("true", "false"):
        found = node.this if node.expression.name.lower() == "true" else exp.not_(node.this)
    elif isinstance(node, exp.EQ) and isinstance(node.expression, exp.Boolean):
        found = node.this if node.expression.this else exp.not_(node.this)
    return found
