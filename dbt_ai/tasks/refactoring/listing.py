"""Columns in the place of a star, laid out as those that a model has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Cte, Item, Part, Select
from dbt_ai.tasks.refactoring.cutting import InTheWayError, only_blank, without_comments
from dbt_ai.tasks.refactoring.placing import INDENT, indent_at, newline_of
from dbt_ai.tasks.refactoring.values import ModelText


def column_text(name: str, dialect: str, qualifier: str = "") -> str:
    """A column as SQL, in quotes where it needs them.

    >>> column_text("kg", "duckdb", "crates"), column_text("order", "duckdb"), column_text("Unit price", "duckdb")
    ('crates.kg', '"order"', '"Unit price"')
    """
    text = exp.to_identifier(name).sql(dialect)
    return f"{qualifier}.{text}" if qualifier else text


def listed(
    model: ModelText, select: Select, stars: Mapping[Item, Sequence[str]], cte: Cte | None = None
) -> Iterator[Splice]:
    """The edits that put columns in the place of the stars of a SELECT, each on a line. `cte` is the one that has the
    SELECT on its own line. Raises InTheWayError where the layout has no place for lines."""
    if all(_line_of_its_own(model, item) for item in stars):
        for item, names in stars.items():
            yield Splice(item.start, item.end, _between(model, select, item).join(names))
        return
    text, newline, first = model.text, newline_of(model), select.items[0].start
    word_end = max(t.end + 1 for t in model.outline.tokens if select.start <= t.start < first)
    line = text.rfind("\n", 0, select.start) + 1
    if "\n" in text[select.start : select.items[-1].end]:
        raise InTheWayError("unusual-layout")
    without_comments(model, Part(first, select.items[-1].end))
    outer = indent_at(text, select.start)
    if text[line : select.start].strip():
        if cte is None or cte.query.start != select.start or "\n" in text[cte.start : cte.end]:
            raise InTheWayError("unusual-layout")
        only_blank(model, cte.opening, select.start)
        only_blank(model, cte.query.end, cte.end - 1)
        yield Splice(cte.opening, select.start, newline + outer + INDENT)
        yield Splice(cte.query.end, cte.end - 1, newline + outer)
        outer += INDENT
    inner = newline + outer + INDENT
    names = [one for item in select.items for one in stars.get(item, [text[item.start : item.end]])]
    yield Splice(word_end, select.items[-1].end, inner + f",{inner}".join(names))
    from_ = select.clauses["from"].start
    if "\n" not in text[select.items[-1].end : from_]:
        only_blank(model, select.items[-1].end, from_)
        yield Splice(select.items[-1].end, from_, newline + outer)


def _line_of_its_own(model: ModelText, item: Item) -> bool:
    text = model.text
    before = text[text.rfind("\n", 0, item.start) + 1 : item.start].strip()
    end = text.find("\n", item.end)
    behind = text[item.end : end if end >= 0 else len(text)].strip()
    return before in ("", ",") and behind.split("--")[0].strip() in ("", ",")


def _between(model: ModelText, select: Select, item: Item) -> str:
    """What stands between columns: the comma at the end of a line, or where the model has it so, at its beginning."""
    text, number = model.text, select.items.index(item)
    line = text.rfind("\n", 0, item.start) + 1
    indent = newline_of(model) + indent_at(text, item.start)
    if text[line : item.start].strip() == ",":
        return indent + ", "
    if number + 1 < len(select.items) and "\n" in text[item.end : select.items[number + 1].start].partition(",")[0]:
        return indent + ", "
    return "," + indent
