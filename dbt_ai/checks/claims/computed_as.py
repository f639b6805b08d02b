"""FROM_COLUMN, variant: "Computed as `a * b`", "`a` times `b`", "`ordered_at` as DATE", "hash of `id`"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.checks.claims.conditions import parse, same
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.sentences import committed
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.sql.values import ColumnFacts
from dbt_ai.values import Claim, ClaimKind, Verdict

_COMPUTED = re.compile(
    r"\b(?:computed|calculated|derived|defined) as (?P<formula>`[^`]+`)"
    r"|\bhash of (?P<hashed>`[^`]+`(?:(?:,| and|, and) `[^`]+`)*)"
    r"|^(?P<opening>`[^`]+`(?: (?:times|plus|minus|over|divided by) `[^`]+`)*)"
    r"(?= (?:times|plus|minus|over|divided by|where|as (?-i:[A-Z]+)|under a new name)\b|\s*[.;]|$)",
    re.IGNORECASE,
)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The code that a sentence says the column is made by, where all of its names are columns."""
    if context.target.column is None or not context.is_model():
        return
    match = _COMPUTED.search(sentence.text)
    if match is None or not committed(sentence, match.start()):
        return
    code = tuple(re.findall(r"`([^`]+)`", match.group(0)))
    names = [name for part in code for name in _columns_of(part, context)]
    if names and all(_is_column(name, context) for name in names):
        formula = code[0] if match.group("formula") else None
        arguments = (("made_of", tuple(dict.fromkeys(names))), ("formula", formula))
        yield Claim(ClaimKind.FROM_COLUMN, context.target.column, arguments, match.group(0))


def check(claim: Claim, context: ClaimContext) -> Verdict:
    """Each name must be a leaf of the column's SQL, and a formula must use the same functions as the SQL."""
    facts = context.column_facts(claim.subject)
    if facts is None:
        return unproven("no-facts")
    names: tuple[str, ...] = claim.argument("made_of", ())
    missing = [name for name in names if not _takes_part(name, facts, context)]
    if len(missing) == len(names) and facts.sources:
        return refuted("not-from-column", f"The SQL does not read {', '.join(missing)}.", facts.sql)
    if missing:
        return unproven("lineage-incomplete", f"The SQL does not read {', '.join(missing)}.", facts.sql)
    formula = claim.argument("formula")
    if formula is None:
        return proved("The SQL of the column reads these.", facts.sql)
    stated, have = parse(str(formula), context.dialect), facts.expression or parse(facts.sql, context.dialect)
    if stated is not None and have is not None and (same(stated, have) or _functions(stated) == _functions(have)):
        return proved("The SQL computes it from these, by the same functions.", facts.sql)
    return unproven("unclear-argument", basis=facts.sql)


def _columns_of(code: str, context: ClaimContext) -> list[str]:
    """The columns in a piece of code: itself where it names one, else those of the expression."""
    if _is_column(code, context):
        return [code]
    try:
        tree = sqlglot.parse_one(f"SELECT {code}", read=context.dialect)
    except SqlglotError:
        return [code]
    return [".".join(part for part in (found.table, found.name) if part) for found in tree.find_all(exp.Column)]


def _is_column(name: str, context: ClaimContext) -> bool:
    last = name.rsplit(".", 1)[-1]
    every = (context.target.unique_id, *context.relations)
    return any(context.has_column(key, last) for key in every)


def _takes_part(name: str, facts: ColumnFacts, context: ClaimContext) -> bool:
    last = name.rsplit(".", 1)[-1]
    if re.search(rf"(?<!\w){re.escape(last)}(?!\w)", facts.sql, re.IGNORECASE):
        return True
    # A column that the SELECT gives another name, or that a further expression of the same SELECT uses
    sibling = context.column_facts(last)
    return sibling is not None and bool(sibling.sources) and set(sibling.sources) <= set(facts.sources)


def _functions(tree: exp.Expr) -> set[str]:
    kept = (exp.Func, exp.Binary, exp.Case, exp.Interval)
    return {type(node).__name__ for node in tree.find_all(*kept) if not isinstance(node, (exp.Cast, exp.Dot))}
