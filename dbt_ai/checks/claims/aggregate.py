"""AGGREGATE: "sum of amount", "number of orders", "first", "latest" against the aggregate that defines the column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.checks.claims.conditions import parse
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data
from dbt_ai.checks.claims.sentences import denied
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.checks.claims.words import entity_stems, identifiers, looks_like_code, relation_named, stems
from dbt_ai.sql.values import Aggregate, ColumnFacts, ColumnKind, same_name
from dbt_ai.values import Claim, ClaimKind, Verdict

_WORDS = {
    "sum": r"sum of|total of|total(?= (?:amount|value|price|cost|revenue|quantity|weight|sales|spend|duration)\b)",
    "count": r"(?:total )?(?:number|count) of",
    "avg": r"(?:average|mean)(?: of)?",
    "median": r"median(?: of)?",
    "min": r"minimum(?: of)?|lowest|smallest|earliest|first|oldest",
    "max": r"maximum(?: of)?|highest|largest|latest|last|most recent|newest",
}
_CLAIM = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _WORDS.items()), re.IGNORECASE)
_REST = re.compile(
    r"^\s*(?P<distinct>(?:distinct|unique|different)\b)?\s*(?P<words>(?:[^.;:,(`]|\.(?=\w)|`[^`]*`"
    r"|\((?=`)|\(\w+_\w+\))+)"
)
_SCOPE = re.compile(
    r"\b(?:per|for each|for every|grouped by|by each)\s+(?P<scope>(?:`[^`]+`|[\w'’-]+)(?:\s+\w+)?)", re.IGNORECASE
)
_TIME = r"(?:milli)?seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?|times|bytes|characters|digits"
# Names of things that a superlative is part of, and superlatives that say nothing of the rows.
_NOT_EXTREME = re.compile(
    r"^\s*(?:names?|initials?|line|page|column|class|digits?|characters?|\w+ digits|mile|party"
    r"|updated?|modified|refreshed|synced|seen|known|resort|"
    r"updates?|modification)\b",
    re.IGNORECASE,
)
_FAMILIES = {
    "sum": {"sum"},
    "count": {
        "count",
        "countif",
        "count_if",
        "count_distinct",
        "approxdistinct",
        "approx_distinct",
        "approx_count_distinct",
    },
    "avg": {"avg", "mean"},
    "median": {"median", "quantile", "percentile_cont", "percentilecont", "quantile_cont"},
    "min": {"min", "first", "first_value", "firstvalue", "arg_min", "argmin", "min_by"},
    "max": {"max", "last", "last_value", "lastvalue", "arg_max", "argmax", "max_by"},
}
_EXTREMES = _FAMILIES["min"] | _FAMILIES["max"]
_COUNTS = {"count", "number", "quantity", "qty", "num", "n", "total", "unit"}
_SUPERLATIVES = {"first", "last", "earliest", "latest", "min", "max", "recent", "oldest", "newest", "highest", "lowest"}
_BETWEEN = re.compile(
    r"\b(?:between|since|until|from|after|before)\s+(?:(?:the|an?|its|their)\s+)?(?:[\w'’]+['’]s?\s+)?$", re.I
)
_OWN = {word: name for name, words in _FAMILIES.items() for word in words}


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The aggregate that a sentence says the column is.

    Nothing is read where the value comes unchanged from a source or from a parent that is not known: there "number
    of seats" says what the value means, and no SQL at hand could deny it.
    """
    column = context.target.column
    if column is None or not context.is_model():
        return
    facts = context.defining_facts(column)
    for match in _CLAIM.finditer(sentence.text):
        function = next(name for name in _WORDS if match.group(name))
        rest = sentence.text[match.end() :]
        found = _REST.match(rest)
        words = (found.group("words") if found else "").strip()
        if denied(sentence, match.start()) or not words or not _asserts(function, words, match, sentence, facts):
            continue
        scope = _SCOPE.search(words)
        yield Claim(
            ClaimKind.AGGREGATE,
            column,
            (
                ("function", function),
                ("of", _SCOPE.sub("", words).strip()),
                ("per", scope.group("scope") if scope else None),
                ("distinct", bool(found and found.group("distinct"))),
                ("sentence", sentence.text),
            ),
            f"{match.group(0)} {words}",
        )
        return


def _asserts(function: str, words: str, match: re.Match[str], sentence: Sentence, facts: ColumnFacts | None) -> bool:
    """Whether the words claim an aggregate; "first name" names a thing, "number of days" a duration."""
    used = _functions(facts) if facts else set()
    before = sentence.text[: match.start()]
    if function in ("min", "max"):
        # Only where the SQL has an extreme at all; a superlative elsewhere in the text describes the rows.
        if (
            _NOT_EXTREME.match(words)
            or _BETWEEN.search(before)
            or re.search(r"(?:number|count|sum|total|average) of [^,;]*$", before, re.I)
        ):
            return False
        opening = match.start() == 0 and match.group(0).lower() not in ("first", "last")
        other = facts is not None and (facts.aggregate is not None or words.startswith("`"))
        return (bool(used & _EXTREMES) or (opening and other)) and "first" not in before.lower().split()
    if match.group(0).lower() == "total" and not used:
        return False
    if function in ("avg", "median") and not used:
        return facts is None and "of" in match.group(0)
    if function == "count":
        if facts is None or re.search(
            r"\b(?:max|maximum|min|minimum|estimated|average|small|large|allowed|expected|limited|total expected)\s*$",
            before,
            re.I,
        ):
            return False
        if re.match(rf"(?:the\s+)?(?:{_TIME})\b", words, re.I) or (
            re.match(r"the \w+\b(?! of)", words) and not words.split()[1].endswith("s")
        ):
            return False
        plural = (
            any(word.strip("`'’,.").lower().endswith(("s", "people", "children")) for word in words.split()[:5])
            or "`" in words
        )
        if not plural:
            return False
    passed_on = facts is not None and facts.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST)
    return not passed_on or bool(identifiers(words) and (function == "sum" or match.start() == 0))


def _functions(facts: ColumnFacts) -> set[str]:
    found = {facts.aggregate.function.lower()} if facts.aggregate else set()
    found |= {facts.window.function.lower()} if facts.window else set()
    if facts.expression is not None:
        found |= {node.sql_name().lower() for node in facts.expression.find_all(exp.AggFunc)}
    return found


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Function, argument and groups against the facts of the column, or of the parent that computes it."""
    column = str(claim.subject)
    facts = context.defining_facts(column)
    if facts is None:
        return unproven("no-facts")
    if facts.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST) and not facts.aggregate:
        return unproven("computed-upstream", basis=facts.sql)
    function = str(claim.argument("function"))
    if facts.aggregate is None:
        return _without_aggregate(function, facts)
    aggregate = facts.aggregate
    fits = _fits(function, str(claim.argument("of")), facts, aggregate)
    if fits is None:
        return unproven("unclear-argument", basis=facts.sql)
    if not fits:
        detail = f"The SQL takes the {aggregate.function} of {aggregate.argument_sql}."
        return refuted("other-aggregate", detail, facts.sql)
    words = str(claim.argument("of"))
    if (
        claim.argument("distinct")
        and not aggregate.distinct
        and function == "count"
        and "distinct" not in aggregate.function
    ):
        return unproven("unclear-argument", "The SQL does not count distinct values.", facts.sql)
    named = _argument(words, facts, aggregate, context)
    if named is not None:
        return named
    if (per := claim.argument("per")) and (grain := _grain(str(per), aggregate, context)):
        return grain
    if aggregate.condition_sql and not _tells_condition(claim, aggregate, context):
        return unproven("condition-omitted", f"It counts only rows where {aggregate.condition_sql}.", facts.sql)
    return proved(f"The SQL takes the {aggregate.function} of {aggregate.argument_sql}.", facts.sql)


def _fits(function: str, words: str, facts: ColumnFacts, aggregate: Aggregate) -> bool | None:
    """Whether the SQL's aggregate is the one that is said; None where the words could mean it all the same."""
    used = aggregate.function.lower()
    if used in _FAMILIES[function]:
        return True
    if used not in _OWN:
        return None
    argument = set(stems(aggregate.argument.column)) if aggregate.argument else set()
    if function == "count":
        # "Number of seats" is what a sum of seats is, and may be what the highest of them is.
        ones = aggregate.argument_sql.strip("()") == "1" or aggregate.else_sql in ("0", "0.0")
        if used == "sum" and (ones or argument & _COUNTS):
            return True
        if used == "sum" and aggregate.argument is None and stems(words)[:1] == stems(facts.name)[-1:]:
            return None
        if argument & set(stems(words)):
            return True if used == "sum" else None
    if function in ("min", "max") and used in _EXTREMES:
        # An extreme of a part of the rows, or of what is an extreme itself, can be the other one.
        plain = aggregate.argument is not None and not aggregate.condition_sql and not argument & _SUPERLATIVES
        windowed = facts.expression is not None and facts.expression.find(exp.Window) is not None
        return False if plain and not windowed else None
    return False


def _without_aggregate(function: str, facts: ColumnFacts) -> Verdict:
    used = _functions(facts)
    if not used:
        if facts.kind is ColumnKind.LITERAL:
            return refuted("other-aggregate", "The SQL gives a constant.", facts.sql)
        if function in ("min", "max", "avg", "median", "count") or facts.kind is not ColumnKind.COMPUTED:
            return unproven("unclear-argument", "The SQL of this column has no aggregate.", facts.sql)
        return unproven("computed-upstream", basis=facts.sql)
    if used & _FAMILIES[function]:
        if facts.window and facts.window.function.lower() in _FAMILIES[function]:
            return proved("The SQL takes it over a window.", facts.sql)
        return unproven("unclear-argument", "It is one part of the column's SQL.", facts.sql)
    if used <= set(_OWN) and len(used) == 1 and function in ("min", "max") and used <= _EXTREMES:
        return refuted("other-aggregate", f"The SQL takes the {next(iter(used))}.", facts.sql)
    return unproven("unclear-argument", basis=facts.sql)


def _argument(words: str, facts: ColumnFacts, aggregate: Aggregate, context: ClaimContext) -> Verdict | None:
    """REFUTED or UNPROVEN where the words name something else than what is aggregated; None where they fit."""
    names = identifiers(words)
    columns = {source.column.casefold() for source in facts.sources}
    columns |= {aggregate.argument.column.casefold()} if aggregate.argument else set()
    relations = {context.name_of(key).casefold() for key in aggregate.rows_of}
    if names:
        first = names[0].split(".")
        head = first[-1].casefold()
        if head in columns or head in relations or re.search(rf"\b{re.escape(head)}\b", aggregate.argument_sql, re.I):
            wrong_relation = (
                len(first) > 1
                and aggregate.argument
                and not same_name(first[-2], context.name_of(aggregate.argument.relation))
            )
            if not wrong_relation:
                return None
        if re.match(r"^\s*(?:the\s+)?`?" + re.escape(names[0]), words) or (
            looks_like_code(names[0]) and len(names) == 1
        ):
            return refuted("other-argument", f"The SQL aggregates {aggregate.argument_sql}.", facts.sql)
    wanted = (
        set(stems(words.split(" of ", maxsplit=1)[0]))
        if aggregate.function.lower().startswith("count")
        else set(stems(words))
    )
    have = set(stems(aggregate.argument_sql)) | set(stems(facts.name))
    for key in aggregate.rows_of:
        have |= set(entity_stems(context.name_of(key))) | set(stems(context.name_of(key)))
    if aggregate.condition_sql:
        have |= set(stems(aggregate.condition_sql))
    if wanted & have or aggregate.function.lower() in _EXTREMES:
        return None
    head_words = " ".join(words.split()[:3])
    other = relation_named(re.split(r"\b(?:that|which|of|in|with|placed|made|for|the)\b", head_words)[0], context)
    if other and aggregate.rows_of and other not in aggregate.rows_of:
        return refuted("other-argument", f"The SQL aggregates {aggregate.argument_sql} of other rows.", facts.sql)
    return unproven("unclear-argument", f"The SQL aggregates {aggregate.argument_sql}.", facts.sql)


def _grain(per: str, aggregate: Aggregate, context: ClaimContext) -> Verdict | None:
    """REFUTED where "per X" names a column that is not among the group keys; None where it fits or is not a column."""
    groups = [ref.column for ref in aggregate.group_by if ref] + list(aggregate.group_by_sql)
    have = {word for group in groups for word in stems(group)} | set(entity_stems(context.name))
    if set(stems(per)) & have or not groups:
        return None
    if identifiers(per) or any(stems(column)[:1] == stems(per)[:1] and stems(per) for column in context.own_columns):
        return refuted("other-grain", f"The SQL groups by {', '.join(groups)}.", ", ".join(aggregate.group_by_sql))
    return unproven("unclear-words")


def _tells_condition(claim: Claim, aggregate: Aggregate, context: ClaimContext) -> bool:
    """Whether the sentence has a word of the aggregate's own condition: a value or a column that it compares."""
    tree = parse(aggregate.condition_sql or "", context.dialect)
    nodes = tree.find_all(exp.Literal, exp.Column) if tree is not None else ()
    words = {word for node in nodes for word in stems(node.name)} - {"is", "has", "flag"}
    return bool(words & set(stems(str(claim.argument("sentence", claim.text)))))
