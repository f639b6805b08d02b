"""What a relation is for and what one of its rows is, as far as its SQL tells."""

from __future__ import annotations

from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import ColumnKind, JoinFact, QueryFacts
from dbt_ai.tasks.derived.row_filters import lookups_that_filter, rows_kept
from dbt_ai.tasks.derived.values import Draft, Sentence, Strength, World, holds, proved
from dbt_ai.tasks.derived.wording import code, listed

MAX_SOURCES = 8
_SNAPSHOT_KEY = "dbt_scd_id"


def describe_relation(evidence: Evidence, world: World) -> Draft | None:
    """Grain first, then where the rows come from, which are left out and what is added.

    "One row per order (`order_id`). Holds every row of `stg_orders`, with figures of `stg_payments`; orders without
    payments are kept."
    """
    facts = evidence.facts
    if evidence.resource_type == "snapshot":
        found = _snapshot(evidence, world)
        return Draft(found, Strength.PROVENANCE, travels=False) if found else None
    grain = _grain(evidence, world)
    made = _made(evidence, facts, world, grain is not None) if facts else None
    sentences = [sentence for sentence in (grain, made) if sentence]
    if not sentences:
        return None
    return Draft(sentences[0], Strength.PROVENANCE, tuple(sentences[1:]), travels=False)


def _snapshot(evidence: Evidence, world: World) -> Sentence | None:
    facts = evidence.facts
    of = facts.rows_of if facts else None
    if of is None:
        return proved("One row per version of a record that dbt's snapshot has seen.", "dbt snapshot")
    keys = [key[0] for key in world.keys.get(of, ()) if len(key) == 1]
    noun, key = world.entity(of), keys[0] if keys else None
    what = f"{_a(noun.one)} ({code(key)})" if noun and key else f"{_a(noun.one)}" if noun else "a row"
    text = f"History of {world.relation(of)}: one row per version of {what} that dbt's snapshot has seen"
    return proved(f"{text}, valid from `dbt_valid_from` to `dbt_valid_to`.", "dbt snapshot")


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


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


def _made(evidence: Evidence, facts: QueryFacts, world: World, has_grain: bool) -> Sentence | None:
    """Where the rows come from."""
    known = [key for key in facts.base_relations if key in world.names]
    if len(known) < len(facts.base_relations) or not known or (not facts.rows_of and len(known) > MAX_SOURCES):
        return None
    kept, basis = rows_kept(evidence, facts, world)
    rests_on = basis or "FROM"
    if facts.union_of:
        parts = list(dict.fromkeys(key for branch in facts.union_of for key in branch))
        if len(parts) < 2:
            return None
        text = f"Puts rows of {listed([world.relation(p) for p in parts])} together{kept}."
        return proved(text + _told_apart(evidence, facts, world), "UNION")
    if evidence.materialized == "incremental":
        rows = world.relation(facts.rows_of) if facts.rows_of else _all(known, world)
        return proved(f"Built up run by run from {rows}{kept}; rows of earlier runs stay.", rests_on)
    if facts.rows_of:
        whole = not facts.filters and not any(j.kind in ("inner", "right", "semi", "anti") for j in facts.joins)
        joined, of_joins = _joins(evidence, facts, world)
        text = f"Holds {'every row' if whole else 'rows'} of {world.relation(facts.rows_of)}{kept}{joined}."
        return proved(text, "; ".join(part for part in (basis, of_joins) if part) or "FROM")
    if facts.grouped_by or facts.single_row or _is_grouped(facts):
        keys = listed([code(key) for key in facts.grouped_by])
        per = f", one row for each {keys}" if keys and not has_grain else ""
        return proved(f"Figures from {_all(known, world)}{per}{kept}.", rests_on)
    if any(key.basis == "distinct" for key in facts.keys):
        columns = listed([code(column.name) for column in facts.columns]) if len(facts.columns) <= 4 else "rows"
        kinds = f"The different combinations of {columns}" if columns != "rows" else "The different rows"
        if len(facts.columns) == 1:
            kinds = f"The different values of {columns}"
        read = [key for key in known if key not in lookups_that_filter(evidence, facts, world)]
        return proved(f"{kinds} in {_all(read, world)}{kept}.", rests_on)
    if len(known) == 1:
        return proved(f"Made from {world.relation(known[0])}{kept}.", rests_on)
    return proved(f"{_combined(facts, known, world)}{kept}.", "; ".join([*(j.sql for j in facts.joins), basis]))


def _is_grouped(facts: QueryFacts) -> bool:
    """Whether every figure and key of the rows is one of a group, though not all group keys are shown."""
    aggregated = [c for c in facts.columns if c.kind is ColumnKind.AGGREGATED]
    return bool(aggregated) and any(key.basis == "group by" for key in facts.keys)


def _all(keys: list[str], world: World) -> str:
    return listed([world.relation(key) for key in keys])


def _told_apart(evidence: Evidence, facts: QueryFacts, world: World) -> str:
    """By which column the rows of a union are told apart: one that is a literal, another in each branch."""
    for column in facts.columns:
        pieces = column.sql.split(" UNION ")
        if column.kind is ColumnKind.LITERAL and len(pieces) == len(facts.union_of) == len(set(pieces)):
            return f" {code(column.name)} tells them apart."
    return ""


def _combined(facts: QueryFacts, known: list[str], world: World) -> str:
    """Joins of which no side's rows are known to be the rows here."""
    first, others = known[0], known[1:]
    kinds = {join.kind for join in facts.joins}
    if kinds == {"full"}:
        return f"Brings together {_all(known, world)}; what is in only one of them is kept"
    read = {key for join in facts.joins for key in (*join.left, *join.right)}
    if not facts.joins or not set(known) <= read or kinds - {"inner", "left"}:
        return f"Made from {_all(known, world)}"
    text = f"Rows of {world.relation(first)} joined with rows of {_all(others, world)}"
    if kinds == {"left"} and all(join.keeps_grain is not True for join in facts.joins if first in join.left):
        text += f"; a row of {world.relation(first)} without a match is kept, one with several stands several times"
    return text


def _joins(evidence: Evidence, facts: QueryFacts, world: World) -> tuple[str, str]:
    """What the joins add, as the end of a sentence, and the SQL of the joins."""
    figures: list[str] = []
    columns: list[str] = []
    kept: list[str] = []
    basis: list[str] = []
    own = world.entity(evidence.unique_id)
    filtering = lookups_that_filter(evidence, facts, world)
    for join in facts.joins:
        right = _other_side(join, facts.rows_of)
        if join.kind not in ("left", "inner") or not right or set(right) & filtering:
            continue
        if not any(ref.relation in right for column in facts.columns for ref in column.sources):
            continue
        again = [key for key in right if key == facts.rows_of]
        names = [f"another row of {world.relation(key)}" if key in again else world.relation(key) for key in right]
        (figures if join.right_aggregated else columns).extend(name for name in names if name not in figures + columns)
        basis.append(join.sql)
        missing = world.entity(right[0])
        if join.kind == "left" and join.right_aggregated and own and missing and len(right) == 1 and own != missing:
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


def _other_side(join: JoinFact, rows_of: str | None) -> tuple[str, ...]:
    """The relations that the join brings to the rows."""
    if rows_of in join.left:
        return join.right
    return join.left if rows_of in join.right and join.kind == "inner" else ()
