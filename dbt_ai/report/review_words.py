"""A review in words that its text and its Markdown share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dbt_ai.reviews import Affected, ChangeKind, ReviewedModel
from dbt_ai.values import VerdictKind

_MOST_NAMES = 6


def headline(model: ReviewedModel) -> str:
    """What happens to a model, in a few words."""
    if model.change is not ChangeKind.CHANGED:
        return f"{model.change.value} model"
    if model.compared.verdict is None:
        return "other columns" if model.compared.columns else "other settings"
    others = ", other columns" if model.compared.columns else ""
    told = {
        VerdictKind.PROVED: "same result, proved",
        VerdictKind.BOUNDED: "same result, as far as was tried",
        VerdictKind.HOLDS: "same result on today's data",
        VerdictKind.REFUTED: "changes the result",
        VerdictKind.UNPROVEN: "could not be compared",
    }[model.compared.verdict.kind]
    return f"{told}{others}"


def sentences(model: ReviewedModel, name: Callable[[str], str] = str, told: Callable[[str], str] = str) -> list[str]:
    """What there is to say of a model besides its smallest example, one sentence an entry. `name` writes a name, `told`
    a sentence with names in it that are not told apart."""
    found: list[str] = []
    columns = model.compared.columns
    for old, new in columns.renamed:
        found.append(f"{name(old)} is called {name(new)} now, and has the same values.")
    if columns.added:
        found.append(f"New columns: {listed([name(one) for one in columns.added])}.")
    if columns.removed:
        found.append(f"Columns that are gone: {listed([name(one) for one in columns.removed])}.")
    for column, old, new in columns.retyped:
        found.append(f"{name(column)} is {name(new)} now, and was {name(old)}.")
    for setting, old, new in model.config:
        found.append(f"{name(setting)} is {name(new)} now, and was {name(old)}.")
    if model.compared.verdict is not None:
        found.append(told(model.compared.verdict.detail))
        if model.compared.verdict.kind is VerdictKind.REFUTED:
            found.append(f"It is about {_about(model, name)}.")
    if model.compared.on_data is not None:
        found.append(_on_data(model.compared.on_data))
    if broken := [name(one.name) for one in model.affected if one.broken]:
        found.append(f"Breaks {listed(broken)}.")
    if reached := [one for one in model.affected if not one.broken]:
        found.append(f"Reaches {listed([_reached(one, name) for one in reached])}.")
    if model.exposures:
        several = "exposures" if len(model.exposures) > 1 else "exposure"
        found.append(f"Shown in the {several} {listed([name(one) for one in model.exposures])}.")
    return [one for one in found if one.strip()]


def _about(model: ReviewedModel, name: Callable[[str], str]) -> str:
    changed = listed([name(one) for one in model.compared.changed]) if model.compared.changed else ""
    if changed and model.compared.other_rows:
        return f"{changed}, and which rows there are"
    return changed or "which rows there are"


def _reached(one: Affected, name: Callable[[str], str]) -> str:
    columns = f" ({listed([name(column) for column in one.columns])})" if one.columns else ""
    return f"{name(one.name)}{columns}"


def _on_data(counts: tuple[int, int, int, int]) -> str:
    before, after, only_before, only_after = counts
    if not (only_before or only_after):
        return f"On today's data both give the same {_rows(before)}."
    differ = f"{only_before:,} only before, {only_after:,} only after"
    return f"On today's data: {_rows(before)} before, {after:,} after; {differ}."


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Names in a row, the first few of them."""
    shown = list(names[:_MOST_NAMES])
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def cell(value: object) -> str:
    """A value of a small table."""
    text = "NULL" if value is None else value if isinstance(value, str) else str(value)
    return "".join(sign if sign.isprintable() else "·" for sign in text) or "''"
