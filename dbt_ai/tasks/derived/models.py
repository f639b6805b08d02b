"""What a relation is for and what one of its rows is, as far as its SQL tells."""

from __future__ import annotations

from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import JoinFact, QueryFacts
from dbt_ai.tasks.derived.conditions import condition_text
from dbt_ai.tasks.derived.values import Draft, Sentence, Strength, World, holds, proved
from dbt_ai.tasks.derived.wording import code, listed

MAX_SOURCES = 8
MAX_FILTERS = 4


def describe_relation(evidence: Evidence, world: World, data_key: tuple[str, ...] | None = None) -> Draft | None:
    """Grain first, then where the rows come from, what is filtered out and what is joined.

    "One row per order (`order_id`). Takes every row of `stg_orders` and adds figures of `stg_payments`; orders
    without payments are kept." `data_key` is a key that holds on the data where the SQL proves none.
    """
    facts = evidence.facts
    grain = _grain(evidence, world, data_key)
    made = _made(evidence.unique_id, facts, world) if facts else ()
    sentences = [*([grain] if grain else []), *made]
    if not sentences:
        return None
    return Draft(sentences[0], Strength.MEANING if grain else Strength.PROVENANCE, tuple(sentences[1:]), travels=False)


def _grain(evidence: Evidence, world: World, data_key: tuple[str, ...] | None) -> Sentence | None:
    facts = evidence.facts
    if facts and facts.single_row:
        return proved("A single row.", "aggregate without GROUP BY")
    keys = world.keys.get(evidence.unique_id, ())
    key = keys[0] if keys else data_key
    if not key:
        return None
    if len(key) == 1:
        found = world.entity(evidence.unique_id)
        text = f"One row per {found.one} ({code(key[0])})." if found else f"One row per {code(key[0])}."
    else:
        text = f"One row per combination of {listed([code(column) for column in key])}."
    rests_on = facts.keys[0].sql if facts and facts.keys else "unique"
    return proved(text, rests_on) if keys else holds(text, f"count(distinct {', '.join(key)})")


def _made(unique_id: str, facts: QueryFacts, world: World) -> tuple[Sentence, ...]:
    """Where the rows come from."""
    dialect = world.dialect
    sentences: list[Sentence] = []
    filters = [(condition_text(f.sql, dialect), f.sql) for f in facts.filters]
    told = [text for text, _ in filters if text]
    complete = len(told) == len(filters) and len(told) <= MAX_FILTERS
    only = f", only where {listed(told)}" if told and complete else ""
    basis = "; ".join(sql for _, sql in filters)
    if facts.union_of:
        parts = list(dict.fromkeys(key for branch in facts.union_of for key in branch))
        if 1 < len(parts) <= MAX_SOURCES:
            sentences.append(proved(f"Puts {listed([world.relation(p) for p in parts])} under each other.", "UNION"))
        return tuple(sentences)
    if facts.rows_of:
        start = "Every row" if not filters and not _drops_rows(facts) else "Rows"
        sentences.append(proved(f"{start} of {world.relation(facts.rows_of)}{only}.", basis or "FROM"))
    elif facts.grouped_by and facts.base_relations and len(facts.base_relations) <= MAX_SOURCES:
        sources = listed([world.relation(key) for key in facts.base_relations])
        keys = listed([code(key) for key in facts.grouped_by])
        sentences.append(proved(f"Figures from {sources}, grouped by {keys}{only}.", basis or "GROUP BY"))
        return tuple(sentences)
    elif facts.base_relations and len(facts.base_relations) <= MAX_SOURCES:
        verb = "Made from" if len(facts.base_relations) == 1 else "Joins"
        sentences.append(proved(f"{verb} {listed([world.relation(k) for k in facts.base_relations])}{only}.", basis))
        return tuple(sentences)
    joined = _joins(unique_id, facts, world)
    if joined:
        sentences.append(joined)
    return tuple(sentences)


def _drops_rows(facts: QueryFacts) -> bool:
    return any(join.kind in ("inner", "right", "semi", "anti") for join in facts.joins)


def _joins(unique_id: str, facts: QueryFacts, world: World) -> Sentence | None:
    parts, basis = [], []
    for join in facts.joins:
        if not join.right or len(join.right) > 3:
            continue
        text = _join(unique_id, facts, join, world)
        if text and text not in parts:
            parts.append(text)
            basis.append(join.sql)
    return proved(f"{'; '.join(parts)}.".replace("adds", "Adds", 1), "; ".join(basis)) if parts else None


def _join(unique_id: str, facts: QueryFacts, join: JoinFact, world: World) -> str | None:
    names = listed([world.relation(key) for key in join.right])
    if join.kind != "left" or facts.rows_of not in join.left:
        return None
    own = world.entity(unique_id)
    missing = world.rows(join.right[0])
    what = f"adds figures of {names}" if join.right_aggregated else f"adds columns of {names}"
    if own and len(join.right) == 1 and missing != own.many and not missing.startswith("rows of"):
        return f"{what}, keeping {own.many} without {missing}"
    return f"{what} where there are any"
