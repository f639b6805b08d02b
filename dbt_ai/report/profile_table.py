"""A profile and its findings as a table for a person, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.values import Finding

MAX_SHOWN = 60  # characters of values a cell
SCHEMA_VERSION = 1


def render_profile(profile: Profile, findings: Sequence[Finding] = ()) -> RenderableType:
    """The profile of one relation as a rich table, a line a column, and below it what the data shows.

    It stays on the user's own screen, so values are shown as they are.
    """
    rows = f"{profile.rows:,} {'row' if profile.rows == 1 else 'rows'}"
    if profile.sampled is not None:
        rows += f", of which {profile.sampled:,} were looked at"
    table = Table(title=Text(f"{profile.relation}: {rows}"), title_justify="left", header_style="bold")
    table.add_column("column", overflow="fold")
    table.add_column("type", style="dim", overflow="fold")
    table.add_column("null", justify="right")
    table.add_column("distinct", justify="right")
    table.add_column("range", overflow="fold")
    table.add_column("most frequent, or shape", overflow="fold")
    for column in profile.columns:
        cells = (column.name, column.type, _nulls(column), _distinct(column), _range(column), _values(column))
        table.add_row(*(Text(_printable(cell)) for cell in cells))
    if not findings:
        return table
    told = [Text.assemble((f"{finding.code}  ", "yellow"), _printable(finding.sentence)) for finding in findings]
    return Group(table, *told)


def profile_to_json(profile: Profile, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """The profile and its findings as plain JSON values; `schema_version` changes when a key changes its meaning."""
    return {
        "schema_version": SCHEMA_VERSION,
        "relation": profile.relation,
        "rows": profile.rows,
        "sampled": profile.sampled,
        "columns": [_column_to_json(column) for column in profile.columns],
        "findings": [
            {
                "code": finding.code,
                "target": str(finding.target),
                "columns": list(finding.columns),
                "sentence": finding.sentence,
                "sql": finding.sql,
                "numbers": dict(finding.numbers),
            }
            for finding in findings
        ],
    }


def _column_to_json(column: ColumnProfile) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "rows": column.rows,
        "nulls": column.nulls,
        "distinct": column.distinct,
        "distinct_approximate": column.distinct_approximate,
        "unique": column.unique,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "mean": column.mean,
        "min_length": column.min_length,
        "max_length": column.max_length,
        "pattern": column.pattern,
        "top_values": [{"value": value, "rows": count} for value, count in column.top_values],
        "all_values": None if column.all_values is None else list(column.all_values),
    }


def _nulls(column: ColumnProfile) -> str:
    if not column.nulls or not column.rows:
        return ""
    share = 100 * column.nulls / column.rows
    return "< 1 %" if share < 1 else "> 99 %" if 99 < share < 100 else f"{share:.0f} %"


def _distinct(column: ColumnProfile) -> str:
    if column.rows > column.nulls and column.unique:
        return "unique"
    return f"{'~' if column.distinct_approximate else ''}{column.distinct:,}"


def _range(column: ColumnProfile) -> str:
    if column.minimum is None or column.maximum is None:
        return ""
    low, high = (_short(value, MAX_SHOWN // 2) for value in (column.minimum, column.maximum))
    return low if low == high else f"{low} … {high}"


def _values(column: ColumnProfile) -> str:
    if not column.top_values:
        return column.pattern or ""
    return _short(", ".join(f"{value or repr(value)} ({count:,})" for value, count in column.top_values), MAX_SHOWN)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _printable(text: str) -> str:
    """Control and direction characters of the data must not move the cursor of a terminal."""
    return "".join(character if character.isprintable() else "·" for character in text)
