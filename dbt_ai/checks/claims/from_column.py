"""FROM_COLUMN: "from `x`", "copied from stg_orders.id", "built from `stg_orders`" against the lineage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims import computed_as
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, quote
from dbt_ai.checks.claims.sentences import EXAMPLES, committed
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.checks.claims.words import looks_like_code
from dbt_ai.sql.values import Edge, EdgeKind, same_name
from dbt_ai.values import Claim, ClaimKind, Verdict

_NAME = r"(?P<name>`[^`]+`|[A-Za-z_][\w.]*\w)(?:\s+(?:in|of)\s+(?P<owner>`[^`]+`|\w+_\w+))?"
_FROM = re.compile(
    rf"\b(?P<word>taken unchanged|unchanged|taken|copied|inherited|renamed|carried over|passed through"
    rf"|sourced|comes|derived|calculated|computed|generated|extracted|read|cast|parsed|built|made"
    rf"|selected|figures|alias)\s+(?:directly\s+)?(?:from|of)\s+(?:the\s+)?{_NAME}"
    rf"|^(?:from|(?P<same>same as))\s+(?:the\s+)?{_NAME.replace('name', 'name2').replace('owner', 'owner2')}",
    re.IGNORECASE,
)
# "Coupons are sourced from", "(sourced from": said of something else than the column or the relation.
_ANOTHER_SUBJECT = re.compile(
    r"(?:^|\s)(?!(?:it|this|value|values|column|which|that|table|model|rows?|records?"
    r"|data)\s)[\w-]+\s+(?:are|is|was|were)\s*$|\(\s*$",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"(?:\b(?:always |exactly )?(?:the same as|equals|identical to|equal to)|^same as)"
    r" `(?P<same>[^`]+)`(?=\s*[.;,)]|$)",
    re.IGNORECASE,
)
_VALUE_ITSELF = {
    "taken",
    "copied",
    "inherited",
    "renamed",
    "carried over",
    "passed through",
    "alias",
    "cast",
    "unchanged",
    "taken unchanged",
}
_CARRYING = (EdgeKind.PASS_THROUGH, EdgeKind.RENAMED, EdgeKind.CAST)
_DECIDING = (EdgeKind.FILTERED_BY, EdgeKind.JOINED_ON, EdgeKind.GROUPED_BY)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The column or relation that a sentence names as the origin; only names that look like one are read."""
    same = _SAME.search(sentence.text)
    other = context.own_column(same.group("same")) if same and context.target.column else None
    if same and other and committed(sentence, same.start()):
        yield Claim(ClaimKind.FROM_COLUMN, context.target.column, (("same_as", other),), same.group(0))
        return
    if not context.is_model():
        return
    for match in _FROM.finditer(sentence.text):
        raw = match.group("name") or match.group("name2")
        name = raw.strip("`")
        if not committed(sentence, match.start()) or not (raw.startswith("`") or looks_like_code(name)):
            continue
        if (
            EXAMPLES.search(sentence.text[: match.start()][-16:])
            or re.match(r"`?\s*=|\[", sentence.text[match.end() :])
            or not re.fullmatch(r"[^()*+/<>=']+", name)
            or _ANOTHER_SUBJECT.search(sentence.text[: match.start()])
        ):
            continue
        owner = (match.group("owner") or match.group("owner2") or "").strip("`")
        parts = name.split(".")
        column = parts[-1] if owner or len(parts) > 1 or context.target.column else None
        relation = owner or (parts[-2] if len(parts) > 1 else None)
        if context.keys_named(name):
            relation, column = name, None
        elif len(parts) > 1 and context.keys_named(parts[-1]) and not context.keys_named(parts[-2]):
            relation, column = parts[-1], None
        word = "taken" if match.group("same") else (match.group("word") or "from").lower()
        if context.target.column is None and not ((relation and column is None) or context.keys_named(name)):
            continue
        yield Claim(
            ClaimKind.FROM_COLUMN,
            context.target.column,
            (("relation", relation), ("column", column), ("unchanged", word in _VALUE_ITSELF)),
            match.group(0).strip(),
        )


def _same_as(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """ "Always the same as `x`": the same expression in the SQL, else equal in every row."""
    mine, theirs = context.column_facts(claim.subject), context.column_facts(str(claim.argument("same_as")))
    if mine and theirs and mine.sql == theirs.sql:
        return proved("Both columns are the same in the SQL.", mine.sql)
    if data is None:
        return unproven("no-data")
    left, right = quote(str(claim.subject)), quote(str(claim.argument("same_as")))
    return data.none_where(f"{left} IS DISTINCT FROM {right}", "not-from-column", "The columns differ")


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Against the lineage of the query; an edge that is a guess, or a column not traced, leaves it unproven."""
    if claim.argument("made_of"):
        return computed_as.check(claim, context)
    if claim.argument("same_as"):
        return _same_as(claim, context, data)
    relation, column = claim.argument("relation"), claim.argument("column")
    if claim.subject is None:
        return _relation_of_query(str(relation or column), context)
    lineage = context.lineage
    if lineage is None:
        return _by_facts(claim, context)
    edges = [edge for edge in lineage.edges if same_name(edge.column, claim.subject) and edge.kind not in _DECIDING]
    fitting = [edge for edge in edges if _fits(edge, relation, column, context)]
    name = ".".join(part for part in (relation, column) if part)
    if fitting:
        if claim.argument("unchanged") and not any(edge.kind in _CARRYING for edge in fitting):
            return refuted("not-from-column", f"{name} takes part, but the value is computed.", str(fitting[0].source))
        if all(edge.guess for edge in fitting):
            return unproven("lineage-incomplete")
        return proved(
            f"The value comes from {name} ({fitting[0].kind.value}).",
            f"{fitting[0].source.relation}.{fitting[0].source.column}",
        )
    sibling = context.column_facts(claim.subject)
    if column and sibling and not relation and re.search(rf"\b{re.escape(column)}\b", sibling.sql, re.IGNORECASE):
        return proved(f"The SQL of the column reads {column}.", sibling.sql)
    if _further_up(claim.subject, relation, column, context):
        return proved(f"The value comes from {name} through its parents.", name)
    if not edges or any(edge.guess for edge in edges) or _untraced(claim.subject, lineage.unresolved):
        return unproven("lineage-incomplete")
    written = rf"\b{re.escape(relation)}\.{re.escape(column)}\b" if relation and column else None
    if written and sibling and re.search(written, sibling.sql, re.IGNORECASE):
        return proved(f"The SQL of the column reads {name}.", sibling.sql)
    parent = relation is not None and context.keys_named(relation) in context.relations
    if not parent and ((relation is not None and context.keys_named(relation)) or not _all_known(edges, context)):
        return unproven("lineage-incomplete", f"{name} may be further up than was looked at.")
    sources = ", ".join(sorted({f"{context.name_of(edge.source.relation)}.{edge.source.column}" for edge in edges}))
    return refuted("not-from-column", f"The value comes from {sources}.", sources)


def _fits(edge: Edge, relation: str | None, column: str | None, context: ClaimContext) -> bool:
    own = relation is None or same_name(context.name_of(edge.source.relation), relation)
    return own and (column is None or same_name(edge.source.column, column))


def _all_known(edges: list[Edge], context: ClaimContext) -> bool:
    """Whether nothing could come from further up: the parents that are read are known, and compute no further."""
    return all(
        edge.source.relation in context.relations
        and (edge.source.relation in context.parent_facts or not edge.source.relation.startswith("model."))
        for edge in edges
    )


def _further_up(subject: str, relation: str | None, column: str | None, context: ClaimContext) -> bool:
    """Whether a grandparent that the parents' facts know gives the value."""
    edges = [edge for edge in (context.lineage.edges if context.lineage else ()) if same_name(edge.column, subject)]
    todo = [edge.source for edge in edges if edge.kind not in _DECIDING]
    seen = set(todo)
    while todo:
        source = todo.pop()
        if (relation is None or same_name(context.name_of(source.relation), relation)) and (
            column is None or same_name(source.column, column)
        ):
            return True
        facts = context.parent_facts.get(source.relation)
        above = facts.column(source.column) if facts else None
        for further in above.sources if above else ():
            if further not in seen:
                seen.add(further)
                todo.append(further)
    return False


def _by_facts(claim: Claim, context: ClaimContext) -> Verdict:
    facts = context.column_facts(claim.subject)
    relation, column = claim.argument("relation"), claim.argument("column")
    if facts is None:
        return unproven("no-facts")
    for source in facts.sources:
        if (relation is None or same_name(context.name_of(source.relation), relation)) and (
            column is None or same_name(source.column, column)
        ):
            return proved("The value comes from it.", facts.sql)
    return unproven("lineage-incomplete")


def _relation_of_query(name: str, context: ClaimContext) -> Verdict:
    key = context.keys_named(name)
    if key is None or context.facts is None:
        return unproven("no-facts" if key else "unclear-words")
    if key in context.facts.base_relations:
        return proved(f"The SQL reads {name}.", name)
    above = [base for facts in context.parent_facts.values() for base in facts.base_relations]
    if key in above or not context.facts.base_relations:
        return unproven("lineage-incomplete")
    return refuted("not-from-column", f"The SQL does not read {name}.", ", ".join(context.facts.base_relations))


def _untraced(column: str, unresolved: tuple[str, ...]) -> bool:
    return any("*" in problem or re.search(rf"\b{re.escape(column)}\b", problem, re.I) for problem in unresolved)
