"""All mutants of a query on the same databases first; then those that none of these told apart, one after the other.

The first pass is quick: the databases are made once, with the values that matter to the original, and each mutant is
one query on all of them. A survivor is compared with the original on more databases of its own, whose values come from
its literals, too, and among which are all small ones where there are not too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.lifted import Comparison, Counterexample, Databases, NotComparable, Sameness, compare, vocabulary
from dbt_ai.checks.lifted.values import TableRows
from dbt_ai.checks.mutation.types import in_same_types
from dbt_ai.checks.mutation.values import Classified, Fate
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.values import Lifted
from dbt_ai.sql.mutants import Mutant
from dbt_ai.sql.values import Relation

_CANDIDATES = 5
_MORE = 6  # times as many databases for a survivor: it differs on few of them, if on any


def classify(
    original: str,
    mutants: Iterable[Mutant],
    relations: Sequence[Relation],
    *,
    seed: int = 0,
    count: int = 3000,
    exhaustive: int = 20_000,
    seconds: float = 30.0,
) -> tuple[Classified, ...]:
    """What becomes of each mutant of `original` (DuckDB's SQL) over `relations`, in their order.

    Where a mutant has other types than the original, both are brought to types that they share: only values count.
    `count` random databases hang on `seed`; a survivor is tried on six times as many, and on every database within a
    bound as well, if those are no more than `exhaustive`. `seconds` is the limit for one query on all databases.
    """
    mutants = tuple(mutants)
    found: dict[Mutant, Classified] = {}
    try:
        with _databases(original, relations, seed, count, seconds) as databases:
            for mutant in mutants:
                killed = _told_apart(databases, original, mutant)
                if killed is not None:
                    found[mutant] = killed
    except NotComparable as error:
        return tuple(_not_reached(mutant, error) for mutant in mutants)
    for mutant in mutants:
        if mutant not in found:
            found[mutant] = _compared(original, mutant, relations, seed, count, exhaustive, seconds)
    return tuple(found[mutant] for mutant in mutants)


def _databases(original: str, relations: Sequence[Relation], seed: int, count: int, seconds: float) -> Databases:
    """Databases for the first pass, not yet open. Raises NotComparable where the original cannot be tried at all."""
    lifted = Databases(relations).lift(original)
    used = [relation for relation in relations if relation.key in lifted.relations]
    return Databases(used, vocabulary([one_query(original)]), seed=seed, count=count, seconds=seconds)


def _told_apart(databases: Databases, original: str, mutant: Mutant) -> Classified | None:
    """The mutant as killable, where the databases at hand show it; None where they do not, or cannot be asked."""
    try:
        ours, theirs = in_same_types(databases, original, mutant)
        difference = databases.differing(ours, theirs)
        numbers = sorted(difference.databases, key=lambda one: (databases.sizes[one], one))
        for number in numbers[:_CANDIDATES]:
            shown = _shown(databases, number, databases.lift(ours), databases.lift(theirs))
            if shown is not None:
                tried = len(databases.ids) - len(difference.open) - len(difference.unevaluated)
                return Classified(mutant, Fate.KILLABLE, tried, len(numbers), shown)
    except NotComparable:
        return None
    return None


def _shown(databases: Databases, number: int, ours: Lifted, theirs: Lifted) -> Counterexample | None:
    """The database with what the queries themselves give on it; None where they do not differ there after all."""
    databases.load(number, ours.relations)
    mine, other = (
        [databases.outcome(resolution.alone) for resolution in query.resolutions] for query in (ours, theirs)
    )
    forms = {_form(outcome.rows, outcome.error) for outcome in mine}
    if not forms.isdisjoint(_form(outcome.rows, outcome.error) for outcome in other):
        return None
    rows = databases.rows(number, ours.relations)
    columns = {relation.key: tuple(name for name, _ in relation.columns) for relation in databases.relations}
    tables = tuple(TableRows(key, columns[key], tuple(rows[key])) for key in ours.relations)
    return Counterexample(tables, mine[0], other[0])


def _form(rows: Sequence[tuple[object, ...]], error: str | None) -> str:
    """Rows as what is compared: their order does not count, nor do the last digits of a floating point number."""
    if error is not None:
        return "error"
    return repr(sorted(repr([float(f"{v:.10g}") if isinstance(v, float) else v for v in row]) for row in rows))


def _compared(
    original: str,
    mutant: Mutant,
    relations: Sequence[Relation],
    seed: int,
    count: int,
    exhaustive: int,
    seconds: float,
) -> Classified:
    try:
        with Databases(relations, count=0, seconds=seconds) as databases:
            ours, theirs = in_same_types(databases, original, mutant)
    except NotComparable as error:
        return _not_reached(mutant, error)
    comparison = compare(
        ours, theirs, relations, seed=seed, count=count * _MORE, exhaustive=exhaustive, seconds=seconds
    )
    return _classified(mutant, comparison)


def _classified(mutant: Mutant, comparison: Comparison) -> Classified:
    if comparison.verdict is Sameness.NOT_COMPARABLE:
        return Classified(mutant, Fate.NOT_REACHED, reason=comparison.reason, detail=comparison.detail)
    if comparison.verdict is Sameness.DIFFERENT:
        return Classified(
            mutant, Fate.KILLABLE, comparison.databases, 1, comparison.counterexample, reason=comparison.reason
        )
    bound = comparison.bound if comparison.exhaustive else None
    return Classified(mutant, Fate.EQUIVALENT, comparison.databases, bound=bound)


def _not_reached(mutant: Mutant, error: NotComparable) -> Classified:
    return Classified(mutant, Fate.NOT_REACHED, reason=error.reason, detail=error.detail)
