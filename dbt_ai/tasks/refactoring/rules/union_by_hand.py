"""A UNION ALL of whole relations becomes dbt_utils.union_relations, where that is installed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Query, Select
from dbt_ai.tasks.refactoring.cutting import InTheWayError, without_comments
from dbt_ai.tasks.refactoring.using import is_plain_import
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_MACRO = "dbt_utils.union_relations"
_WIDTH = 120


def union_by_hand(model: ModelText) -> Found:
    if _MACRO not in model.known.macros:
        return
    for path, query in model.outline.query.queries():
        references = list(_references(model, query))
        if len(query.arms) < 2 or len(references) != len(query.arms) or (query.with_ is not None and path):
            continue
        name = f"`{'.'.join(path)}`" if path else "The final query"
        sentence = f"{name} puts {len(references)} whole relations together, as {_MACRO} does."
        start, end = query.arms[0].start, query.arms[-1].end
        text = _call(model.text, start, references)
        if text.count("\n") >= model.text[start:end].count("\n"):
            continue
        place = ".".join(path) or "final"
        try:
            without_comments(model, query)
            yield Change("union-by-hand", place, sentence, (Splice(start, end, text),))
        except InTheWayError as error:
            yield Left("union-by-hand", place, sentence, error.reason)


def _references(model: ModelText, query: Query) -> Iterator[str]:
    """What the SELECTs read, as Jinja names it; of those that hand on all of one ref() or source()."""
    if any(operator.kind != "union" or operator.distinct for operator in query.operators):
        return
    for arm in query.arms:
        table = _only_table(arm)
        if table is not None and table.name in model.masked.relations and not table.alias and not table.db:
            written = model.islands.written(model.masked.names[table.name])
            call = written.removeprefix("{{").removesuffix("}}").strip("-+ ")
            if call != "this":
                yield call


def _only_table(arm: Select) -> exp.Table | None:
    if not is_plain_import(arm) or arm.distinct is not None:
        return None
    source = arm.tree.args["from_"].this
    return source if isinstance(source, exp.Table) else None


def _call(text: str, start: int, references: list[str]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = line[: len(line) - len(line.lstrip())]
    call = f"{{{{ {_MACRO}(relations=[{', '.join(references)}], source_column_name=none) }}}}"
    if len(line + call) <= _WIDTH:
        return call
    listed = "".join(f"{newline}{indent}        {reference}," for reference in references).rstrip(",")
    inside = (
        f"{newline}{indent}    relations=[{listed}{newline}{indent}    ],{newline}{indent}    source_column_name=none"
    )
    return f"{{{{ {_MACRO}({inside}{newline}{indent}) }}}}"
