"""NOT_NULL: "never NULL", "always filled", and values that stand in for a missing one: "0 when there is none"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.checks.claims.conditions import parse
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, quote
from dbt_ai.checks.claims.sentences import committed
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.values import Claim, ClaimKind, Verdict

_NEVER = re.compile(
    r"\b(?:is |are )?never (?:be )?(?:null|empty|blank|missing)\b|\b(?:cannot|can't|can not"
    r"|must not) be (?:null|empty|blank)\b"
    r"|\balways (?:filled|populated|present|set(?! to\b)|available|has a value|not null)\b|\b(?:is"
    r"|are) not null(?:able)?\b|^not null\b|\bnon-nullable\b"
    r"|\bnever `?NULL`?",
    re.IGNORECASE,
)
_VALUE = r"(?P<value>'[^']*'|\"[^\"]*\"|`[^`]+`|-?\d+(?:\.\d+)?|zero|false|true)"
_NONE = (
    r"(?:when|if|where|for) (?:there (?:is|are|was|were) )?(?:none|no\b|missing|null|the \w+ has no"
    r"|\w+ without|(?:\w+ ){0,4}(?:is|are) (?:missing|null|empty))"
)
_DEFAULT = re.compile(
    rf"(?:\bdefault(?:s|ed|ing)? to |\bdefault (?:value )?(?:is|of) |\bfalls back to "
    rf"|\bfilled with ){_VALUE}(?P<rest>\b[^.;]*)?"
    rf"|(?:^|[,;(.:]\s*|\b(?:is|as|or|and)\s+){_VALUE.replace('value', 'value2')}\s+{_NONE}",
    re.IGNORECASE,
)
# A condition after it makes it a statement about some rows only.
_ONLY_SOME = re.compile(
    r"^[\s,]*(?:for|when|if|where|unless|until|in|once|after|except|on|since|from|before|while)\b", re.IGNORECASE
)

_OF_ANOTHER = re.compile(r"(`[^`]+`|\b[a-z]+_\w+)\s*$|\bfilter\w*\b[^,;]*$", re.IGNORECASE)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """That the column is never NULL, and what stands in where there is no value."""
    column = context.target.column
    if column is None:
        return
    text = sentence.text
    match = _NEVER.search(text)
    if match and committed(sentence, match.start()) and not _ONLY_SOME.match(text[match.end() :]):
        named = _OF_ANOTHER.search(text[: match.start()])
        if named is None or (named.group(1) and named.group(1).strip("`").casefold() == column.casefold()):
            yield Claim(ClaimKind.NOT_NULL, column, (), match.group(0).strip())
    match = _DEFAULT.search(text)
    if match and committed(sentence, match.start()):
        value = (match.group("value") or match.group("value2")).strip("'\"`")
        if value.lower() in ("true", "false") and not re.search(
            r"default|falls back|filled|\bno(?:ne)?\b", match.group(0), re.I
        ):
            return
        yield Claim(
            ClaimKind.NOT_NULL,
            column,
            (("default", "0" if value.lower() == "zero" else value),),
            match.group(0).strip(" ,;(.:"),
        )


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Proved by the facts' nullability or default; else decided by the rows."""
    column = str(claim.subject)
    default = claim.argument("default")
    if default is not None:
        return _default(column, str(default), context, data)
    facts = context.column_facts(column)
    if facts and facts.nullability.never:
        return proved("The SQL never gives NULL here.", facts.sql)
    if data is None:
        return unproven("no-data")
    verdict = data.none_where(f"{quote(column)} IS NULL", "null-values", "The column is NULL")
    return verdict


def _default(column: str, default: str, context: ClaimContext, data: Data | None) -> Verdict:
    facts = context.defining_facts(column)
    if facts is None:
        return unproven("no-facts")
    stand_ins = [sql for sql in (facts.default_sql, facts.aggregate.else_sql if facts.aggregate else None) if sql]
    stand_ins += [branch.value_sql for branch in facts.branches if branch.condition_sql is None]
    if facts.aggregate and facts.aggregate.function.startswith("count"):
        stand_ins.append("0")
    own = context.column_facts(column)
    if own is not None and own is not facts and own.default_sql:
        stand_ins.insert(0, own.default_sql)
    if any(_value_of(sql, context) == _plain(default) for sql in stand_ins):
        if own and not own.nullability.never:
            if data is None:
                return unproven("no-data", basis=facts.sql)
            return data.none_where(f"{quote(column)} IS NULL", "null-values", f"The column is NULL and not {default}")
        return proved(f"The SQL puts {default} where there is no value.", facts.sql)
    known = [value for sql in stand_ins if (value := _value_of(sql, context)) is not None]
    if facts.default_sql and known:
        return refuted("other-default", f"The SQL puts {known[0]} where there is no value.", facts.sql)
    return unproven("default-unproven", basis=facts.sql)


def _value_of(sql: str, context: ClaimContext) -> str | None:
    tree = parse(sql, context.dialect)
    while isinstance(tree, (exp.Cast, exp.Paren)):
        tree = tree.this
    if isinstance(tree, exp.Neg) and isinstance(tree.this, exp.Literal):
        return _plain(f"-{tree.this.name}")
    if isinstance(tree, exp.Boolean):
        return str(tree.this).lower()
    return _plain(tree.name) if isinstance(tree, exp.Literal) else None


def _plain(value: str) -> str:
    try:
        return f"{float(value):g}"
    except ValueError:
        return value.lower() if value.lower() in ("true", "false") else value
