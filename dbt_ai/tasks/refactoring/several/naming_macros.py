"""Names for new macros that an engine gives: the SQL, its callers and the proof stay as the rule has them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from dbt_ai.engines.values import Answer
from dbt_ai.evidence.macro_prompt import Fragment, Names, read_names, request_for_names
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.refactoring.several.making import Models
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.finding import Group
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.naming import RESERVED
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.rule import NAMES, new_macros
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.writing import Macro
from dbt_ai.tasks.said import in_its_words
from dbt_ai.tasks.student import STUDENT
from dbt_ai.tasks.tiers import Asking, Totals, put, read_each
from dbt_ai.values import TierTotals

_MACRO = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+){0,7}")
_LONGEST = 50
_MAX_TEXT = 300
_NAMED = re.compile(r"`([^`]*)`|(\d[\d.,]*)")


@dataclass(frozen=True)
class NamedMacros:
    """What each tier did, and in whole sentences what was not answered or not taken."""

    tiers: tuple[TierTotals, ...] = ()
    unfinished: tuple[str, ...] = ()
    notices: tuple[str, ...] = field(default=())


def name_macros(asking: Asking, models: Models, progress: Progress) -> NamedMacros:
    """Asks the reasoning engine for the names of all macros that are to be made, once; those that may be taken are put
    into the memory of `models`, where the rule finds them."""
    tier = next((one for one in asking.tiers if one.name != STUDENT), None)
    macros = dict(_worth_asking(models))
    if tier is None or not macros:
        return NamedMacros()
    project = models.project
    taken = {one.name.casefold() for one in project.macro_sql}
    own = sorted(one.name for one in project.macro_sql if one.package_name == project.name)
    effort = "low" if tier.effort in ("auto", "research") else tier.effort
    fragments = {key: _fragment(project.name, group, macro) for key, (group, macro) in macros.items()}
    asked = [
        (key, request)
        for key, one in fragments.items()
        if (request := request_for_names(
            one, own, dialect=project.dialect, house_style=asking.prompts.house_style, effort=effort
        )) is not None
    ]  # fmt: skip
    named: dict[str, Names] = models.memory.setdefault(NAMES, {})
    notices: list[str] = []
    totals, before = Totals(tier), asking.spent()

    def keep(place: int, answer: Answer) -> None:
        key = asked[place][0]
        names = read_names(answer, fragments[key])
        if names is None:
            return
        macro = macros[key][1]
        wrong = wrong_names(names, taken)
        totals.judged(int(wrong is None), int(wrong is not None))
        asking.told(asked[place][1].key(tier.engine.model), int(wrong is None), int(wrong is not None))
        if wrong is not None:
            notices.append(f"{macro.name} keeps its derived name: {wrong}")
            return
        taken.add(names.name)
        named[key] = Names(names.name, _said(names.description, macro), {
            old: (new, _said(text, macro)) for old, (new, text) in names.arguments.items()
        })  # fmt: skip

    requests = [(fragments[key].target, request) for key, request in asked]
    results = put(asking, tier, [request for _, request in requests], None, progress)
    failed = read_each(requests, results, totals, progress, keep)
    unfinished = tuple(f"{target} was not named: {' '.join(why)}" for target, why in failed.items())
    return NamedMacros((totals.value(len(asked), asking.spent() - before),), unfinished, tuple(notices))


def _worth_asking(models: Models) -> Mapping[str, tuple[Group, Macro]]:
    """The macros that are to be made by the keys of their groups; of code in other code the larger one only."""
    found: dict[str, tuple[Group, Macro]] = {}
    covered: list[tuple[str, int, int]] = []
    for group, macro in new_macros(models):
        places = [(one.node.unique_id, one.expression.start, one.expression.end) for one in group.occurrences]
        free = [one for one in places if not any(_within(one, other) for other in covered)]
        if len(free) == len(places):
            found[group.key] = (group, macro)
            covered += places
    return found


def _within(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _fragment(project: str, group: Group, macro: Macro) -> Fragment:
    callers = (
        f"{one.node.name}{f', as {one.expression.alias}' if one.expression.whole else ''}: {one.text}"
        for one in group.occurrences
    )
    arguments = tuple(one.name for one in macro.arguments)
    return Fragment(f"macro.{project}.{macro.name}", macro.name, macro.body, arguments, tuple(callers))


def wrong_names(names: Names, taken: Collection[str]) -> str | None:
    """Why names may not be taken: a macro can stand in for another one, and an argument hide what Jinja knows."""
    called = [new for new, _ in names.arguments.values()]
    for name in (names.name, *called):
        if not _MACRO.fullmatch(name) or len(name) > _LONGEST:
            return f"`{name[:_LONGEST]!a}` is no name of small letters, digits and single _."
        if name in RESERVED:
            return f"`{name}` means something in Jinja or dbt already."
    if names.name in taken:
        return f"there is a macro `{names.name}` already."
    return "two arguments have one name." if len({names.name, *called}) <= len(called) else None


def _said(text: str, macro: Macro) -> str:
    """A text of an engine as far as it may stand in a property file: nothing where it names what the SQL has not."""
    said = in_its_words(text, macro.name, _MAX_TEXT) if text else None
    sql = f"{macro.body} {' '.join(one.name for one in macro.arguments)}".casefold()
    named = [(quoted or number).strip(".,").casefold() for quoted, number in _NAMED.findall(said or "")]
    return said if said is not None and all(one in sql for one in named) else ""
