"""NULL_WHEN: "NULL for orders without payments", "null until shipped", "empty if `status` is 'open'"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.checks.claims.conditions import conjuncts, parse, predicate, same, sql_of
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, quote
from dbt_ai.checks.claims.sentences import denied
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.checks.claims.words import column_named, identifiers, is_entity_of, relation_named, stems
from dbt_ai.sql.values import ColumnFacts, NullCause, same_name
from dbt_ai.values import Claim, ClaimKind, Verdict

_NULL = r"(?:[\"'`]?null[\"'`]?|empty|blank|missing|not present|not populated|not set|unset)"
_WHEN = re.compile(
    rf"(?:^|(?<=[\s(,;:.–—-])){_NULL}\s+(?P<only>only\s+)?(?P<word>when|if|for|where|unless|until"
    rf"|before|in case|while|on|except for|except when)\s+(?P<condition>(?:[^.;\n`'(]|\.(?=\w)|`[^`]*`"
    rf"|'[^']*'|\([^()]*\)|')+)",
    re.IGNORECASE,
)
# "Filled where `status` is 'closed', else NULL" says when it is NULL, the other way round.
_FILLED = re.compile(
    r"(?:^|(?<=[\s(,;:.–—-]))(?:filled|set|populated|present|given)\s+(?P<only>only\s+)?(?P<word>when|if|for|where)\s+"
    r"(?P<condition>(?:[^.;\n`'(,]|,(?! (?:else|otherwise)\b)|\.(?=\w)|`[^`]*`"
    r"|'[^']*')+)(?P<else>, (?:else|otherwise) NULL\b)?",
    re.IGNORECASE,
)
_MAYBE = re.compile(
    r"\b(?:may|maybe|might|can|could|sometimes|possibly|zero or|or not|not|never|aren't|isn't"
    r"|cannot)\b(?:\s+\w+){0,2}\s*$",
    re.I,
)
_NONE = re.compile(
    r"^(?:there (?:is|are|was|were)\s+no\s+(?P<a>.+)|no\s+(?P<b>.+)|(?:the\s+"
    r"|an?\s+)?(?P<owner>[\w ]+?)\s+(?:has|have|had)\s+(?:no|never (?:placed|made|had)(?: an?"
    r"| any)?)\s+(?P<c>.+)"
    r"|(?:[\w ]+?\s+)?(?:without|with no|that have no)\s+(?:an?\s+|any\s+)?(?P<d>.+)"
    r"|no row of\s+(?P<e>`[^`]+`).*"
    r"|(?:`[^`]+`|[\w ]+) has no match(?:ing row)? in (?P<f>`[^`]+`)|(?P<g>`[^`]+`) has no matching row)$",
    re.IGNORECASE,
)
_OPPOSITE = ("unless", "until", "before", "except for", "except when")
_JOINED = (NullCause.OUTER_JOIN, NullCause.EMPTY_AGGREGATE)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """When the column is said to be NULL; the word that leads the condition is kept ("when", "unless")."""
    column = context.target.column
    filled = _FILLED.search(sentence.text) if column else None
    if filled and (filled.group("only") or filled.group("else")) and not denied(sentence, filled.start()):
        arguments = (("condition", filled.group("condition").strip(" ,")), ("word", "unless"), ("only", True))
        yield Claim(ClaimKind.NULL_WHEN, column, arguments, filled.group(0).strip())
        return
    match = _WHEN.search(sentence.text)
    if (
        column is None
        or match is None
        or _MAYBE.search(sentence.text[: match.start()])
        or denied(sentence, match.start())
    ):
        return
    before = sentence.text[: match.start()].rstrip()
    other = re.search(r"(?:`([^`]+)`|\b(\w+_\w+)) (?:is|are|was|were)$", before)
    if other and column_named(other.group(1) or other.group(2), (column,)) is None:
        return
    if re.search(r"\b(?:if|when|where|whether|unless|resolve to an?|or)$", before, re.I) and not re.search(
        r",\s*or$", before, re.I
    ):
        return
    word = match.group("word").lower()
    condition = re.sub(
        r"(?:,\s+(?:but|so|which|where|otherwise|then|as|since|and then)\b|\s+(?:because|as it"
        r"|for now)\b|\s+[–—-]\s).*$",
        "",
        match.group("condition").strip(),
        flags=re.I | re.S,
    )
    yield Claim(
        ClaimKind.NULL_WHEN,
        column,
        (
            ("condition", re.sub(r"\s*\([^()]*\)?$", "", condition).rstrip(" ,)")),
            ("word", word),
            ("only", bool(match.group("only")) or word in _OPPOSITE),
        ),
        match.group(0).strip(),
    )


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Proved by the facts' reasons for NULL; else the rows decide, both ways round."""
    column = str(claim.subject)
    facts = context.column_facts(column)
    if facts and facts.nullability.never:
        return refuted("never-null", "The SQL never gives NULL here.", facts.sql)
    phrase = str(claim.argument("condition"))
    if facts and (found := _by_join(phrase, facts, context, bool(claim.argument("only")))):
        return found
    tree = predicate(phrase, context, _all_columns(context))
    if tree is not None and claim.argument("word") in _OPPOSITE:
        tree = exp.not_(tree)
    if facts and tree is not None and (found := _by_expression(tree, facts, context, bool(claim.argument("only")))):
        return found
    if data is None:
        return unproven("no-data" if tree is not None else "unclear-condition")
    return _by_data(column, tree, bool(claim.argument("only")), context, data)


def _all_columns(context: ClaimContext) -> tuple[str, ...]:
    above = [
        name
        for key, relation in context.relations.items()
        if key != context.target.unique_id
        for name, _ in relation.columns
    ]
    own = {name.casefold() for name in context.own_columns}
    return (*context.own_columns, *dict.fromkeys(name for name in above if name.casefold() not in own))


def _by_join(phrase: str, facts: ColumnFacts, context: ClaimContext, only: bool) -> Verdict | None:
    """ "the customer has no orders": the optional side of an outer join is a relation of orders."""
    match = _NONE.match(phrase.strip())
    if match is None:
        return None
    missing, _, where = next(match.group(name) for name in "abcdefg" if match.group(name)).partition(" where ")
    reasons = [reason for reason in facts.nullability.reasons if reason.cause in _JOINED]
    for reason in reasons:
        named = any(_means(missing, key, context) for key in reason.relations)
        complete = not only or (len(reasons) == len(facts.nullability.reasons) and (reason.every_row or bool(where)))
        if named and complete and _among(where, reason.filters_sql, context):
            return proved("The join finds no row then.", reason.sql)
    aggregate = facts.aggregate
    empty = any(reason.cause is NullCause.EMPTY_AGGREGATE for reason in reasons)
    if (
        aggregate
        and empty
        and aggregate.else_sql is None
        and not only
        and _among(where, aggregate.filters_sql, context)
    ):
        named = any(_means(missing, key, context) for key in aggregate.rows_of)
        return proved("The aggregate is taken over no rows then.", facts.sql) if named else None
    return None


def _among(where: str, filters: tuple[str, ...], context: ClaimContext) -> bool:
    """Whether each condition that the text adds ("without contacts where ...") is one that the joined rows meet."""
    if not where:
        return True
    trees = [tree for sql in filters if (tree := parse(sql, context.dialect)) is not None]
    met = [part for tree in trees for part in conjuncts(tree)]
    columns = {column.name for part in met for column in part.find_all(exp.Column)}
    stated = predicate(where, context, (*_all_columns(context), *sorted(columns)))
    return stated is not None and all(any(same(part, other) for other in met) for part in conjuncts(stated))


def _means(phrase: str, key: str, context: ClaimContext) -> bool:
    if names := identifiers(phrase):
        return any(same_name(name.rsplit(".", 1)[-1], context.name_of(key)) for name in names)
    noun = re.sub(r"^(matching|any|such)\s+", "", phrase)
    return relation_named(phrase, context) == key or is_entity_of(stems(noun), key, context)


def _by_expression(tree: exp.Expr, facts: ColumnFacts, context: ClaimContext, only: bool) -> Verdict | None:
    """A CASE without ELSE, or NULLIF, whose condition is the one that is stated."""
    reasons = facts.nullability.reasons
    if only and len(reasons) > 1:
        return None
    if len(reasons) == 1 and reasons[0].cause is NullCause.INPUT:
        source = reasons[0].source
        if source and same(tree, exp.column(source.column).is_(exp.null())):
            return proved("The source column is NULL then.", facts.sql)
        return None
    if len(facts.branches) == 1 and facts.branches[0].condition_sql:
        when = parse(facts.branches[0].condition_sql, context.dialect)
        if when is not None and same(exp.not_(when), tree):
            return proved("The CASE has no ELSE, and this is what it leaves out.", facts.sql)
        if when is not None and same(when, tree) and len(reasons) == 1:
            return refuted("not-null-then", "The CASE gives a value exactly then.", facts.sql)
    found = facts.expression.find(exp.Nullif) if facts.expression is not None else None
    if found is None and reasons and (parsed := parse(reasons[0].sql, context.dialect)) is not None:
        found = parsed.find(exp.Nullif)
    if found is not None and same(exp.EQ(this=found.this.copy(), expression=found.expression.copy()), tree):
        return proved("NULLIF gives NULL then.", found.sql())
    return None


def _by_data(column: str, tree: exp.Expr | None, only: bool, context: ClaimContext, data: Data) -> Verdict:
    own = {name.casefold() for name in context.own_columns}
    name = quote(column)
    if tree is None or not {found.name.casefold() for found in tree.find_all(exp.Column)} <= own:
        nulls = data.number(f"SELECT count(*) FROM {data.relation} WHERE {name} IS NULL")
        detail = f"The condition could not be read as SQL; the column is NULL in {nulls} of {data.row_count} rows."
        return unproven("unclear-condition", detail)
    sql = sql_of(tree)
    verdict = data.none_where(
        f"({sql}) AND {name} IS NOT NULL", "not-null-then", "The column has a value where the text says NULL"
    )
    if not verdict.writable:
        return verdict
    other = data.none_where(
        f"({sql}) IS NOT TRUE AND {name} IS NULL", "null-otherwise", "The column is NULL in other rows too"
    )
    if not other.writable:
        return other if only else unproven("null-elsewhere", other.detail, other.basis, "duckdb")
    if not data.number(f"SELECT count(*) FROM {data.relation} WHERE {sql}"):
        return unproven("only-null", "No row meets the condition, so the data cannot say.", sql, "duckdb")
    return verdict
