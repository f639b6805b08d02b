"""What a relation is for and what one of its rows is, as far as its SQL tells."""

from __future__ import annotations

from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import QueryFacts
from dbt_ai.tasks.derived.values import Draft, Sentence, Strength, World, holds, proved
from dbt_ai.tasks.derived.wording import code, listed

MAX_SOURCES = 8
MAX_FILTERS = 4


def describe_relation(evidence: Evidence, world: World) -> Draft | None:
    """Grain first, then where the rows come from, what is filtered out and what is joined.

    "One row per order (`order_id`). Holds every row of `stg_orders`, with figures of `stg_payments`; orders without
    payments are kept."
    """
    facts = evidence.facts
    grain = _grain(evidence, world)
    made = _made(evidence, facts, world) if facts else None
    sentences = [sentence for sentence in (grain, made) if sentence]
    if not sentences:
        return None
    return Draft(sentences[0], Strength.PROVENANCE, tuple(sentences[1:]), travels=False)


def _grain(evidence: Evidence, world: World) -> Sentence | None:
    facts = evidence.facts
    if facts and facts.single_row:
        return proved("A single row.", "aggregate without GROUP BY")
    keys = world.keys.get(evidence.unique_id, ())
    if not keys:
        return None
    key = keys[0]
    if len(key) == 1:
        found = world.entity(evidence.unique_id)
        text = f"One row per {found.one} ({code(key[0])})." if found else f"One row per {code(key[0])}."
    else:
        text = f"One row per combination of {listed([code(column) for column in key])}."
    rests_on = next((known.sql for known in facts.keys if known.columns == key), "") if facts else ""
    if evidence.unique_id in world.data_keys:
        return holds(text, f"count(distinct {key[0]}) = count(*)")
    return proved(text, rests_on or "unique")


def _made(evidence: Evidence, facts: QueryFacts, world: World) -> Sentence | None:
    """Where the rows come from."""
    naming = world.naming(evidence)
    filters = [(naming.condition(f.sql), f.sql) for f in facts.filters]
    told = [text for text, _ in filters if text]
    complete = len(told) == len(filters) and len(told) <= MAX_FILTERS
    only = f", only where {listed(told)}" if told and complete else ", but not all" if filters else ""
    basis = "; ".join(sql for _, sql in filters)
    if facts.union_of:
        parts = list(dict.fromkeys(key for branch in facts.union_of for key in branch))
        if not 1 < len(parts) <= MAX_SOURCES:
            return None
        return proved(f"Puts the rows of {listed([world.relation(p) for p in parts])} together.", "UNION")
    sources = [world.relation(key) for key in facts.base_relations]
    if facts.rows_of:
        rows = "every row" if not filters and not _drops_rows(facts) else "rows"
        joined, basis_of_joins = _joins(evidence.unique_id, facts, world)
        text = f"Holds {rows} of {world.relation(facts.rows_of)}{only}{joined}."
        return proved(text, "; ".join(part for part in (basis, basis_of_joins) if part) or "FROM")
    if not sources or len(sources) > MAX_SOURCES:
        return None
    if facts.grouped_by:
        keys = listed([code(key) for key in facts.grouped_by])
        return proved(f"Figures from {listed(sources)}, one row for each {keys}{only}.", basis or "GROUP BY")
    verb = "Made from" if len(sources) == 1 else "Joins"
    return proved(f"{verb} {listed(sources)}{only}.", basis or "FROM")


def _drops_rows(facts: QueryFacts) -> bool:
    return any(join.kind in ("inner", "right", "semi", "anti") for join in facts.joins)


def _joins(unique_id: str, facts: QueryFacts, world: World) -> tuple[str, str]:
    """What the left joins add, as the end of a sentence, and the SQL of the joins."""
    figures, columns, kept, basis = [], [], [], []
    own = world.entity(unique_id)
    for join in facts.joins:
        if join.kind != "left" or facts.rows_of not in join.left or not join.right:
            continue
        names = [world.relation(key) for key in join.right]
        (figures if join.right_aggregated else columns).extend(name for name in names if name not in figures + columns)
        basis.append(join.sql)
        missing = world.entity(join.right[0])
        if join.right_aggregated and own and missing and len(join.right) == 1 and own != missing:
            kept.append(missing.many)
    added = []
    if columns:
        added.append(f"columns of {listed(columns)}")
    if figures:
        added.append(f"figures of {listed(figures)}")
    if not added or len(figures + columns) > MAX_SOURCES:
        return "", ""
    ending = f"; {own.many} without {listed(list(dict.fromkeys(kept)), 'or')} are kept" if kept and own else ""
    return f", with {listed(added)}{ending}", "; ".join(basis)
