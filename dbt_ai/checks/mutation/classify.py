"""All mutants of a query on a few databases first, which tell most of them from it; then the others on many.

The first databases have the values that matter to the original. Mutants that these do not tell apart are tried on
others, whose values come from their literals, too, and among which are all small ones where there are not too many;
mutants that have the same literals are tried on the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.lifted import Counterexample, Databases, NotComparable, Vocabulary, vocabulary
from dbt_ai.checks.mutation.trials import Trial, Trials, first_shown, lifted
from dbt_ai.checks.mutation.values import Classified, Fate
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.parts import PartLifter
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.sql.mutants import Mutant
from dbt_ai.sql.values import Relation

_FIRST = 300  # databases, which tell nine mutants in ten that can be told
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
    `count` databases hang on `seed`; a part of them comes first, and a survivor is tried on six times as many random
    ones, and on every database within a bound as well, if those are no more than `exhaustive`. `seconds` is the limit
    for one query on all databases.
    """
    mutants = tuple(mutants)
    found: dict[int, Classified] = {}
    try:
        lifter, words = PartLifter(original, relations), vocabulary([one_query(original)])
        keys = frozenset(lifted(lifter).relations)
        with Databases(_of(relations, keys), words, seed=seed, count=min(count, _FIRST), seconds=seconds) as databases:
            found = _killed(Trials(databases, lifter), mutants)
    except (NotComparable, Refused) as error:
        return tuple(_not_reached(mutant, error) for mutant in mutants)
    groups: dict[tuple[frozenset[str], Vocabulary], list[int]] = {}
    for place, mutant in enumerate(mutants):
        if place not in found:
            try:
                read = keys | frozenset(lifted(lifter, mutant.sql).relations)
                groups.setdefault((read, words | vocabulary([one_query(mutant.sql)])), []).append(place)
            except NotComparable as error:
                found[place] = _not_reached(mutant, error)
    for (read, its_words), places in groups.items():
        theirs = [mutants[place] for place in places]
        try:
            with Databases(
                _of(relations, read), its_words, seed=seed, count=count * _MORE, exhaustive=exhaustive, seconds=seconds
            ) as databases:
                fates = _survived(Trials(databases, lifter), theirs)
        except NotComparable as error:
            fates = [_not_reached(mutant, error) for mutant in theirs]
        found.update(zip(places, fates, strict=True))
    return tuple(found[place] for place in range(len(mutants)))


def _of(relations: Sequence[Relation], keys: frozenset[str]) -> list[Relation]:
    return [relation for relation in relations if relation.key in keys]


def _killed(trials: Trials, mutants: Sequence[Mutant]) -> dict[int, Classified]:
    """The mutants that the databases at hand tell apart, by their places; not those that cannot be asked."""
    found: dict[int, Classified] = {}
    for number in trials.rich():
        for place, mutant in enumerate(mutants):
            if place not in found:
                try:
                    shown = trials.shown_at_once(mutant.sql, number)
                except NotComparable:
                    continue
                if shown is not None:
                    found[place] = Classified(mutant, Fate.KILLABLE, 1, 1, shown)
    trials.keep_for(len(mutants) - len(found))
    tried: dict[int, Trial] = {}
    for place, mutant in enumerate(mutants):
        if place not in found:
            try:
                tried[place] = trials.trial(mutant.sql, every_way=False)
            except NotComparable:
                continue
    shown_by = first_shown(trials, tried)
    return found | {place: _killable(trials, mutants[place], tried[place], shown_by[place]) for place in shown_by}


def _killable(trials: Trials, mutant: Mutant, trial: Trial, shown: Counterexample) -> Classified:
    tried = len(trials.databases.ids) - len(trial.open) - len(trial.unevaluated)
    return Classified(mutant, Fate.KILLABLE, tried, len(trial.differing), shown)


def _survived(trials: Trials, mutants: Sequence[Mutant]) -> list[Classified]:
    """What the databases at hand say of mutants that few of them may tell apart, or none."""
    tried: dict[int, Trial] = {}
    found: dict[int, Classified] = {}
    trials.keep_for(len(mutants))
    for place, mutant in enumerate(mutants):
        try:
            tried[place] = trials.trial(mutant.sql)
        except NotComparable as error:
            found[place] = _not_reached(mutant, error)
    shown = first_shown(trials, tried)
    alike = [place for place in tried if place not in shown]
    wrong = dict(zip(alike, trials.check_spots([tried[place] for place in alike]), strict=True))
    for place, trial in tried.items():
        mistake = wrong.get(place)
        if place in shown:
            found[place] = _killable(trials, mutants[place], trial, shown[place])
        elif mistake is not None:
            found[place] = _not_reached(mutants[place], mistake)
        else:
            found[place] = _alike(trials, mutants[place], trial)
    return [found[place] for place in range(len(mutants))]


def _alike(trials: Trials, mutant: Mutant, trial: Trial) -> Classified:
    """Of a mutant that no database tells apart."""
    left_open = len(trial.open | trial.differing)
    tried = len(trials.databases.ids) - left_open - len(trial.unevaluated)
    if trial.differing and not trial.lifted.left_open and not trials.left_open:
        return _not_reached(mutant, NotComparable("engine-differs", f"database {min(trial.differing)}"))
    if left_open:
        return _not_reached(mutant, NotComparable("order-left-open", f"{left_open:,} databases"))
    if not tried:
        return _not_reached(mutant, NotComparable("time-limit", f"{len(trials.databases.ids):,} databases"))
    bound = trials.databases.bound
    within = trials.databases.ids[: bound.databases] if bound and bound.databases else ()
    complete = bool(within) and trial.unevaluated.isdisjoint(within)
    return Classified(mutant, Fate.EQUIVALENT, tried, bound=bound if complete else None)


def _not_reached(mutant: Mutant, error: NotComparable | Refused) -> Classified:
    return Classified(mutant, Fate.NOT_REACHED, reason=error.reason, detail=error.detail)
