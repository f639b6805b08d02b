"""A singular test of a macro: rows with what the SQL gave for them before there was a macro."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

import duckdb
from sqlglot import exp

from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.finding import Occurrence
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.writing import Macro, literal

_VALUES: Mapping[str, Sequence[str]] = {
    "BIGINT": ("1250", "7", "0", "-3"),
    "DOUBLE": ("12.5", "1250.0", "0.0", "-3.25"),
    "VARCHAR": ("' Green Apple '", "'pear'", "''", "'7'"),
    "DATE": ("'2024-03-05'", "'2024-06-30'", "'2024-07-01'", "'2023-12-31'"),
    "TIMESTAMP": ("'2024-03-05 13:45:10'", "'2024-06-30 23:59:59'", "'2024-07-01 00:00:00'", "'2023-12-31 00:00:00'"),
    "BOOLEAN": ("true", "false"),
}
_OF_TEXT = (exp.Lower, exp.Upper, exp.Trim, exp.RegexpReplace, exp.Replace, exp.Concat, exp.DPipe, exp.Substring)
_MOST_TYPES = 200
_TRIED = 80
_SHOWN = 8

Row = tuple[tuple[str, ...], str]
"""Literals for the inputs, and one for what is expected."""


def test_of(occurrence: Occurrence, macro: Macro, types: Mapping[str, str]) -> str | None:
    """The text of the test of the macro that an occurrence becomes: DuckDB computes what is expected from the SQL as it
    stands in the model. `types` are those of columns by name, where they are known. None where nothing can be expected:
    no types fit, or all rows give the same."""
    tree = occurrence.expression.tree
    columns = [occurrence.shape.columns[one.column] for one in macro.arguments if one.column is not None]
    names = ["input"] if len(columns) == 1 else [f"input_{number + 1}" for number in range(len(columns))]
    sql = _over(tree, columns, names)
    whole = tree.find(exp.AggFunc) is not None and tree.find(exp.Window) is None
    open_kinds = [_kinds(tree, types.get(column.rpartition(".")[2])) for column in columns]
    with duckdb.connect(config={"threads": 1}) as connection:
        for kinds in itertools.islice(itertools.product(*open_kinds), _MOST_TYPES):
            tried = _rows_of(tree, kinds)
            try:
                if whole or tree.find(exp.Window):
                    rows = _together(connection, sql, names, kinds, tried[:_SHOWN], whole)
                else:
                    rows = _one_by_one(connection, sql, names, kinds, tried)
            except duckdb.Error:
                continue
            if rows is not None:
                return _text(_call(occurrence, macro, names), macro.name, names, kinds, rows, whole)
    return None


def _over(tree: exp.Expr, columns: Sequence[str], names: Sequence[str]) -> str:
    copy = tree.copy()
    for column in list(copy.find_all(exp.Column)):
        name = ".".join(part.name.casefold() for part in column.parts)
        column.replace(exp.column(names[columns.index(name)]))
    return copy.sql("duckdb", comments=False)


def _kinds(tree: exp.Expr, known: str | None) -> Sequence[str]:
    """The types to try for a column, the likeliest first."""
    kind = (known or "").upper()
    kind = "BIGINT" if "INT" in kind else "DOUBLE" if kind.startswith(("DECIMAL", "FLOAT")) else kind.partition(" ")[0]
    first = [kind] if kind in _VALUES else ["VARCHAR"] if tree.find(*_OF_TEXT) else []
    return list(dict.fromkeys([*first, *_VALUES]))


def _rows_of(tree: exp.Expr, kinds: Sequence[str]) -> list[tuple[str, ...]]:
    """Rows of literals: those that the expression names and those beside them, as they decide which branch is taken,
    and a few others; the last row is NULL."""
    texts = [node.sql("duckdb") for node in tree.find_all(exp.Literal) if node.is_string]
    numbers = [int(node.name) for node in tree.find_all(exp.Literal) if not node.is_string and node.name.isdigit()]
    near = [str(number + step) for step in (0, -1, 1) for number in numbers]
    named = {"VARCHAR": texts, "BIGINT": near, "DOUBLE": [f"{value}.0" for value in near]}
    values = [list(dict.fromkeys([*named.get(kind, ()), *_VALUES[kind]])) for kind in kinds]
    chosen = random.Random(0)
    rows = [tuple(of_column[n % len(of_column)] for of_column in values) for n in range(max(map(len, values)))]
    rows += [tuple(chosen.choice(of_column) for of_column in values) for _ in range(_TRIED)]
    return [*dict.fromkeys(rows), tuple("null" for _ in kinds)]


def _one_by_one(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    names: Sequence[str],
    kinds: Sequence[str],
    tried: Sequence[tuple[str, ...]],
) -> list[Row] | None:
    """Rows that give something new, the one that is NULL, and more of those with the values that the expression names;
    None where all give the same."""
    rows = list(zip(tried, _results(connection, sql, names, kinds, tried), strict=True))
    new = {expected: row for row, expected in reversed(rows)}
    if len(new) < 2:
        return None
    first = [(row, expected) for row, expected in rows if new[expected] == row][: _SHOWN // 2]
    more = [rows[-1], *rows]
    return first + [one for place, one in enumerate(more) if one not in first + more[:place]][: _SHOWN - len(first)]


def _together(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    names: Sequence[str],
    kinds: Sequence[str],
    tried: Sequence[tuple[str, ...]],
    whole: bool,
) -> list[Row] | None:
    """The rows with what they give together; None where that hangs on their order, or says nothing."""
    results = _results(connection, sql, names, kinds, tried, whole)
    backwards = _results(connection, sql, names, kinds, tried[::-1], whole)
    expected = results * len(tried) if whole else results
    if results != backwards[::-1] or (not whole and len(set(results)) < 2) or results[0].startswith("cast(null"):
        return None
    return list(zip(tried, expected, strict=True))


def _results(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    names: Sequence[str],
    kinds: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    whole: bool = False,
) -> list[str]:
    """What an expression gives for rows, as literals. Raises duckdb.Error where it does not take the types."""
    selects = [f"select {number} as n, {_cells(row, names, kinds)}" for number, row in enumerate(rows)]
    query = f"select {'0 as n' if whole else 'n'}, {sql} as x from ({' union all '.join(selects)})"
    found = connection.execute(f"select cast(x as varchar), typeof(x) from ({query}) order by n").fetchall()
    return [_literal(cell, str(kind)) for cell, kind in found]


def _cells(row: Sequence[str], names: Sequence[str], kinds: Sequence[str]) -> str:
    return ", ".join(f"{_cast(value, kind)} as {name}" for value, kind, name in zip(row, kinds, names, strict=True))


def _cast(value: str, kind: str) -> str:
    return value if kind == "VARCHAR" and value != "null" else f"cast({value} as {kind.lower()})"


def _literal(cell: str | None, kind: str) -> str:
    if cell is None:
        return f"cast(null as {kind.lower()})"
    is_number = kind in ("BIGINT", "INTEGER", "DOUBLE", "BOOLEAN") or kind.startswith("DECIMAL")
    return _cast(cell if is_number and cell.strip("-")[:1].isalnum() else exp.Literal.string(cell).sql("duckdb"), kind)


def _call(occurrence: Occurrence, macro: Macro, names: Sequence[str]) -> str:
    """The call of the occurrence, on other columns."""
    given = [f"'{name}'" for name in names]
    for one in macro.arguments:
        if one.constants and one.default is None:
            given.append(literal(occurrence.values[one.constants[0]], one.is_text))
        elif one.constants and one.default != occurrence.values[one.constants[0]]:
            given.append(f"{one.name}={literal(occurrence.values[one.constants[0]], one.is_text)}")
    return f"{{{{ {macro.name}({', '.join(given)}) }}}}"


def _text(call: str, name: str, names: Sequence[str], kinds: Sequence[str], rows: Sequence[Row], whole: bool) -> str:
    told = [] if whole else ["expected"]
    lines = []
    for row, expected in rows:
        cells = _cells(row, names, kinds)
        lines.append(f"    select {cells}, {expected} as expected" if told else f"    select {cells}")
    examples = "\n    union all\n".join(lines)
    columns = f"\n        {call} as actual" if whole else f"\n        *,\n        {call} as actual"
    return (
        f"-- What {name} gives for some values: no row may differ from what its SQL gave before it was a macro.\n"
        f"with examples as (\n\n{examples}\n\n),\n\n"
        f"results as (\n\n    select{columns}\n    from examples\n\n)\n\n"
        f"select * from results\nwhere actual is distinct from {rows[0][1] if whole else 'expected'}\n"
    )
