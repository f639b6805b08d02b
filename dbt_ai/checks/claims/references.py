"""REFERENCES: "foreign key to customers", "refers to `customers.customer_id`": orphans and a unique target."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, quote
from dbt_ai.checks.claims.sentences import denied
from dbt_ai.checks.claims.verdicts import refuted, unproven
from dbt_ai.checks.claims.words import identifiers, relation_named
from dbt_ai.sql.values import same_name
from dbt_ai.values import Claim, ClaimKind, Verdict

_TARGET = r"(?:the\s+|an?\s+)?(?P<{}>`[^`]+`(?:\.`[^`]+`)?|(?:[\w.-]+)(?:\s+[\w.-]+){{0,2}})"
_KEY = re.compile(
    rf"\b(?:foreign key|fk)\b[^.;]{{0,20}}?\b(?:to|in|into|references?|referencing|of|for)\s+{_TARGET.format('key')}"
    rf"|\b(?:references|refers to|joins to|links to|points to|matches)\s+(?P<code>`[^`]+`(?:\.`[^`]+`)?"
    rf"|\w+(?:__?\w+)*\.\w+)",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\b(?:table|model|for|in|on|to|that|which|representing|referencing|indicating|where|null|with|and"
    r"|of|associated|who|it|from)\b.*$",
    re.I,
)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The relation, and its column where one is named, that the target's column is said to refer to."""
    column = context.target.column
    if column is None:
        return
    for match in _KEY.finditer(sentence.text):
        if denied(sentence, match.start()):
            continue
        raw = re.sub(
            r"^(?:unique )?(?:identifier|id|key) of (?:the )?",
            "",
            match.group("key") or match.group("code"),
            flags=re.I,
        )
        if re.match(r"\s+or\s+`?\w+_\w+", sentence.text[match.end() :]):
            continue
        names = identifiers(raw)
        dotted = names[0].split(".") if names else []
        phrase = names[0] if names else _CUT.sub("", raw).strip()
        key = relation_named(f"`{phrase}`" if names else phrase, context)
        of_own = key is None and context.own_column(phrase) is not None
        if not phrase or of_own or (key is None and not names and not match.group("key")):
            continue
        its_column = None
        if key and len(dotted) > 1 and not same_name(dotted[-1], context.name_of(key)):
            its_column = dotted[-1]
        yield Claim(
            ClaimKind.REFERENCES,
            column,
            (("relation", phrase), ("column", its_column), ("named", bool(names))),
            match.group(0).strip(),
        )
        return


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Counts the values that have no row in the other relation, and looks whether the column there is unique."""
    column, phrase = str(claim.subject), str(claim.argument("relation"))
    key = relation_named(f"`{phrase}`" if claim.argument("named") else phrase, context)
    if key is None:
        return unproven("unclear-words", f"It could not be told which relation {phrase!r} means.")
    facts = context.defining_facts(column)
    if facts and facts.aggregate and facts.aggregate.function.lower() in ("count", "sum", "avg"):
        return refuted(
            "other-aggregate", f"The column is the {facts.aggregate.function} of many rows, no key.", facts.sql
        )
    target = claim.argument("column") or _target_column(column, key, context)
    known = context.columns_of(key)
    if target is None:
        return unproven("unclear-words", f"It could not be told which column of {context.name_of(key)} is meant.")
    if known and not any(same_name(name, str(target)) for name in known):
        return refuted("unknown-name", f"{context.name_of(key)} has no column {target}.")
    if data is None or key not in context.quoted:
        return unproven("no-data")
    other = context.quoted[key]
    own, its = quote(column), quote(str(target))
    mine, theirs = data.type_of(str(column)), data.type_of(str(target), other)
    text = mine != theirs and not (data.is_number(mine) and data.is_number(theirs))
    same = f"CAST(parent.{its} AS VARCHAR) = CAST(child.{own} AS VARCHAR)" if text else f"parent.{its} = child.{own}"
    orphans = (
        f"SELECT {own} AS value, count(*) AS row_count FROM {data.relation} AS child WHERE {own} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {other} AS parent WHERE {same}) GROUP BY 1"
    )
    count = data.number(f"SELECT sum(row_count) FROM ({orphans})")
    if count:
        detail = f"{count} of {data.row_count} rows have no match in {context.name_of(key)}.{target}."
        return refuted("orphans", detail, orphans, data.rows(f"{orphans} ORDER BY row_count DESC"), "duckdb")
    twice = f"SELECT {its}, count(*) AS row_count FROM {other} WHERE {its} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    if repeated := data.number(f"SELECT count(*) FROM ({twice})"):
        detail = f"{repeated} values of {context.name_of(key)}.{target} occur more than once."
        return refuted("target-not-unique", detail, twice, data.rows(twice), "duckdb")
    return data.holds_for(column, orphans)


def _target_column(column: str, key: str, context: ClaimContext) -> str | None:
    """The column that is meant where the text names only the relation: the same name, else its single key, else id."""
    relation = context.relations.get(key)
    for own in context.own.foreign_keys if context.own else ():
        for mine, other in zip(own.columns, own.references, strict=False):
            if same_name(mine, column) and other.relation == key:
                return other.column
    known = context.columns_of(key)
    if same := next((name for name in known if same_name(name, column)), None):
        return same
    single = {names[0] for names in (relation.unique_keys if relation else ()) if len(names) == 1}
    if len(single) == 1:
        return single.pop()
    entity = column.casefold().rsplit("_", 1)[0]
    ending = [name for name in known if column.casefold().endswith(name.casefold()) and name.casefold() != "id"]
    if len(ending) == 1:
        return ending[0]
    plain = next((name for name in known if name.casefold() == "id"), None)
    return plain if entity and plain else None
