"""A long CASE that says a value for each value of one column becomes a seed and a join, for `--goal readable`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from dbt_ai.project.project_file import read_project_file
from dbt_ai.project.values import Node
from dbt_ai.sql.islands import Splice, SpliceError, spliced
from dbt_ai.sql.outline import Item, Part, Select
from dbt_ai.tasks.refactoring.constants import rows_of
from dbt_ai.tasks.refactoring.cutting import InTheWayError, without_comments
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.several.making import FilesLeft, Models
from dbt_ai.tasks.refactoring.several.values import FilesChange
from dbt_ai.tasks.refactoring.spans import cases_of, within
from dbt_ai.tasks.refactoring.trying import settled
from dbt_ai.tasks.refactoring.values import ModelText

_RULE = "ladder-into-seed"
_FEWEST = 8
_NULL = frozenset({"", "null", "none", "na", "n/a", "."})  # what dbt may read as NULL from a CSV file


@dataclass(frozen=True)
class _Ladder:
    """`column` is compared, `rows` say a literal for each of its literals; `default` is the text of the rest."""

    column: exp.Column
    rows: Mapping[str, str]
    of_numbers: bool
    type: str
    default: str | None


def ladder_into_seed(models: Models) -> Iterator[FilesChange | FilesLeft]:
    if models.goal != "readable":
        return
    for node in models.nodes:
        model = read_model(models.text(node), models.known(node))
        if isinstance(model, str):
            continue
        for part, case in cases_of(model):
            ladder = _ladder(model, part, case)
            place = _place(model, part) if ladder is not None else None
            if ladder is not None and place is not None:
                yield from _change(models, node, model, part, ladder, *place)


def _ladder(model: ModelText, part: Part, case: exp.Case) -> _Ladder | None:
    if not model.is_sure(case) or case.find(exp.Query):
        return None
    column: exp.Expr | None = case.this
    rows: dict[tuple[bool, str], exp.Expr] = {}
    for branch in case.args["ifs"]:
        compared, keys = _compared(branch.this, case.this)
        if compared is None or (column is not None and compared != column):
            return None
        column = compared
        for key in keys:
            rows.setdefault((key.is_string, key.name), branch.args["true"].unnest())
    if not isinstance(column, exp.Column) or len(rows) < _FEWEST or len({is_string for is_string, _ in rows}) != 1:
        return None
    values, default = list(rows.values()), case.args.get("default")
    if default is not None and default.find(exp.Case):
        return None
    if not all(_is_kept(value) for value in [*values, *(exp.Literal.string(name) for _, name in rows)]):
        return None
    if len({value.is_string for value in values}) != 1 or not (next(iter(rows))[0] or _whole(rows)):
        return None
    kind = _type([*values, *([default] if isinstance(default, exp.Literal) else [])], model.known.dialect)
    if kind is None:
        return None
    written = {name: value.name for (_, name), value in rows.items()}
    is_null = default is None or isinstance(default, exp.Null)
    return _Ladder(column, written, not next(iter(rows))[0], kind, None if is_null else _default(model, part))


def _compared(condition: exp.Expr, operand: exp.Expr | None) -> tuple[exp.Expr | None, list[exp.Literal]]:
    """The expression that a branch compares, and the literals it may be equal to; None for any other condition."""
    condition = condition.unnest()
    if operand is not None:
        return (operand, [condition]) if isinstance(condition, exp.Literal) else (None, [])
    if isinstance(condition, exp.EQ):
        left, right = condition.left, condition.right
        left, right = (right, left) if isinstance(left, exp.Literal) else (left, right)
        return (left, [right]) if isinstance(right, exp.Literal) else (None, [])
    if isinstance(condition, exp.In) and not condition.args.get("query"):
        keys = [one for one in condition.expressions if isinstance(one, exp.Literal)]
        return (condition.this, keys) if len(keys) == len(condition.expressions) else (None, [])
    if isinstance(condition, exp.Or):
        found = [_compared(side, None) for side in (condition.left, condition.right)]
        same = found[0][0] is not None and found[0][0] == found[1][0]
        return (found[0][0], [*found[0][1], *found[1][1]]) if same else (None, [])
    return None, []


def _is_kept(value: exp.Expr) -> bool:
    """Whether a literal comes out of a CSV file as it went in."""
    text = value.name
    return (
        isinstance(value, exp.Literal) and text.strip() == text and text.casefold() not in _NULL and text.isprintable()
    )


def _whole(rows: Mapping[tuple[bool, str], exp.Expr]) -> bool:
    return all(name.isdigit() and len(name) < 10 for _, name in rows)


def _type(values: list[exp.Expr], dialect: str) -> str | None:
    """The type of a CASE with these values."""
    if dialect != "duckdb":
        return None
    branches = " ".join(f"when {number} then {value.sql('duckdb')}" for number, value in enumerate(values))
    found = rows_of(f"select case 0 {branches} end as a")
    return found.columns[0][1].lower() if found is not None else None


def _default(model: ModelText, part: Part) -> str:
    """The text behind the last ELSE."""
    tokens = within(model, part)
    number = max(place for place, token in enumerate(tokens) if token.text.casefold() == "else")
    return model.text[tokens[number + 1].start : tokens[-2].end + 1]


def _place(model: ModelText, part: Part) -> tuple[Select, Item] | None:
    """The column of a SELECT that the CASE is in, where a row may be joined to without a change of the others."""
    for _, query in model.outline.query.queries():
        for select in query.arms:
            for item in select.items:
                if not (item.start <= part.start and part.end <= item.end):
                    continue
                grouped = {"group", "having"} & set(select.clauses) or item.tree.find(exp.Query, exp.Window)
                aggregates = any(one.tree.find(exp.AggFunc) for one in select.items)
                by_comma = any(_is_comma(join.tree) for join in select.joins)
                named = item.name and not any(one.is_star for one in select.items)
                plain = "from" in select.clauses and not grouped and not aggregates and not by_comma
                return (select, item) if named and plain else None
    return None


def _is_comma(join: exp.Join) -> bool:
    return not (join.kind or join.side or join.method or join.args.get("on") or join.args.get("using"))


def _change(
    models: Models, node: Node, model: ModelText, part: Part, ladder: _Ladder, select: Select, item: Item
) -> Iterator[FilesChange | FilesLeft]:
    project = models.project
    seed = f"{item.name}_by_{ladder.column.name}".casefold()
    taken = {one.name.casefold() for one in project.nodes.values()}
    seed = f"{node.name}_{seed}" if seed in taken else seed
    folder = (read_project_file(project.root).get("seed-paths") or ["seeds"])[0]
    files = {f"{folder}/{seed}.csv", f"{folder}/{seed}.yml"}
    mentioned = {table.alias_or_name.casefold() for table in model.outline.tables}
    if not seed.isidentifier() or {seed} & (taken | mentioned) or any((project.root / path).exists() for path in files):
        return
    sentence = f"The CASE of {len(ladder.rows)} values of `{ladder.column.name}` in {node.name} is the seed {seed}."
    key = _key(select, ladder.column)
    if node.unique_id in models.tested:
        yield FilesLeft(_RULE, node.unique_id, f"{node.name}.{item.name}", sentence, "has-unit-tests")
        return
    try:
        without_comments(model, part)
        text = spliced(model.islands, _splices(model, part, ladder, select, seed, key, item.name))
        text = settled(model.text, text, model.known)
    except (InTheWayError, SpliceError) as error:
        reason = error.reason if isinstance(error, InTheWayError) else "jinja-in-the-way"
        yield FilesLeft(_RULE, node.unique_id, f"{node.name}.{item.name}", sentence, reason)
        return
    value = item.name
    yield FilesChange(
        _RULE,
        f"{node.name}.{item.name}",
        sentence,
        {
            f"{folder}/{seed}.csv": _csv(key, value, ladder),
            f"{folder}/{seed}.yml": _properties(seed, key, value, ladder, node),
            node.original_file_path: text,
        },
    )


def _key(select: Select, column: exp.Column) -> str:
    """The name of the seed's key: the column's own, unless a part of the SELECT would not know which one is meant."""
    bare = [one for one in select.tree.find_all(exp.Column) if not one.table]
    clashes = any(one.name.casefold() == column.name.casefold() for one in bare)
    return f"{column.name}_key" if clashes else column.name


def _splices(
    model: ModelText, part: Part, ladder: _Ladder, select: Select, seed: str, key: str, value: str
) -> list[Splice]:
    text = model.text
    newline = "\r\n" if "\r\n" in text else "\n"
    place = select.joins[-1].end if select.joins else select.clauses["from"].end
    start = select.clauses["from"].start
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = line[: len(line) - len(line.lstrip())]
    tokens = within(model, part)
    column = ladder.column.sql(model.known.dialect)
    upper = tokens[0].text.isupper()
    words = "LEFT JOIN {} AS {}", "ON {} = {}.{}"
    join, on = words if upper else tuple(word.lower() for word in words)
    joined = join.format(f"{{{{ ref('{seed}') }}}}", seed) + f"{newline}{indent}    " + on.format(column, seed, key)
    read = f"{seed}.{value}"
    new = read if ladder.default is None else f"{'COALESCE' if upper else 'coalesce'}({read}, {ladder.default})"
    return [Splice(part.start, part.end, new), Splice(place, place, f"{newline}{indent}{joined}")]


def _csv(key: str, value: str, ladder: _Ladder) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([(key, value), *ladder.rows.items()])
    return file.getvalue()


def _properties(seed: str, key: str, value: str, ladder: _Ladder, node: Node) -> str:
    kind = "integer" if ladder.of_numbers else "varchar"
    return f"""version: 2

seeds:
  - name: {seed}
    description: The `{value}` of each `{ladder.column.name}`, as `{node.name}` reads it.
    config:
      column_types:
        {key}: {kind}
        {value}: {ladder.type}
    columns:
      - name: {key}
        data_tests:
          - unique
          - not_null
"""
