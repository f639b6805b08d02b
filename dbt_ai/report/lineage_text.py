"""The path of a column as indented text: what it is made from, and what is made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dbt_ai.sql.values import ColumnPath, ColumnRef, ColumnStep


def lineage_text(path: ColumnPath, names: Mapping[str, str] | None = None) -> str:
    """One line a step, the nearest first; a column that was shown already is not followed again. `names` are the names
    to show by relation key."""
    shown = names or {}
    lines = [_name(path.column, shown)]
    for title, steps, up in (("made from", path.upstream, True), ("takes part in", path.downstream, False)):
        if steps:
            lines += [f"  {title}", *_branch(path.column, steps, up, shown, 2, {path.column})]
    if len(lines) == 1:
        lines.append("  nothing that is known")
    return "\n".join(lines) + "\n"


def _branch(
    column: ColumnRef, steps: Sequence[ColumnStep], up: bool, names: Mapping[str, str], depth: int, seen: set[ColumnRef]
) -> list[str]:
    lines = []
    for step in steps:
        here, there = (step.target, step.source) if up else (step.source, step.target)
        if here != column:
            continue
        guess = ", a guess" if step.guess else ""
        lines.append(f"{'  ' * depth}{_name(there, names)}  ({step.kind.value}{guess})")
        if there not in seen:
            seen.add(there)
            lines += _branch(there, steps, up, names, depth + 1, seen)
    return lines


def _name(column: ColumnRef, names: Mapping[str, str]) -> str:
    return f"{names.get(column.relation, column.relation)}.{column.column}"
