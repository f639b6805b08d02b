"""Of two CTEs that are the same the second is dropped, and who read it reads the first.

CTEs that only hand on one relation stay, and so do those that one SELECT reads together: the names say which part each
plays.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Cte
from dbt_ai.tasks.refactoring.cutting import InTheWayError, cte_cut
from dbt_ai.tasks.refactoring.using import end_of, is_plain_import, select_of, start_of, uses_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_BY_CHANCE = (exp.Rand, exp.Randn, exp.Uuid, exp.Limit, exp.Fetch, exp.TableSample)


def same_cte(model: ModelText) -> Found:
    query = model.outline.query
    if query.recursive:
        return
    bodies: dict[tuple[str, ...], Cte] = {}
    for cte in query.ctes:
        arms = cte.query.arms
        if (
            model.text[cte.start] in '"`['
            or cte.has_columns
            or not arms
            or (len(arms) == 1 and is_plain_import(arms[0]))
        ):
            continue
        if any(arm.tree.find(*_BY_CHANCE) for arm in arms):
            continue
        first = bodies.setdefault(_body(model, cte), cte)
        uses = uses_of(model, cte)
        if first is cte or model.is_hidden(cte.name) or not uses or _read_together(uses, uses_of(model, first)):
            continue
        sentence = f"The CTE `{cte.name}` is the same as `{first.name}`."
        try:
            renamed = [_renamed(model, table, cte, first) for table in uses]
            yield Change("same-cte", cte.name, sentence, (cte_cut(model, query, cte), *renamed))
        except InTheWayError as error:
            yield Left("same-cte", cte.name, sentence, error.reason)


def _read_together(uses: Sequence[exp.Table], others: Sequence[exp.Table]) -> bool:
    """Whether one SELECT reads both: then the names say which part each plays."""
    readers = {id(select_of(table)) for table in uses}
    return any(id(select_of(table)) in readers for table in others)


def _body(model: ModelText, cte: Cte) -> tuple[str, ...]:
    """The tokens of a CTE's query, with the Jinja that names stand for; case counts in strings and quoted names."""
    words = []
    for token in model.outline.tokens:
        if cte.query.start <= token.start < cte.query.end:
            text = token.text if token.token_type in (TokenType.STRING, TokenType.IDENTIFIER) else token.text.casefold()
            for name in model.masked.holding(token.text):
                text = text.replace(name, model.islands.written(model.masked.names[name]))
            words.append(f"{token.token_type.name} {text}")
    return tuple(words)


def _renamed(model: ModelText, table: exp.Table, gone: Cte, kept: Cte) -> Splice:
    """The edit that makes a table read the other CTE. Columns that are called by its name keep it, as its alias."""
    name = model.text[kept.start : kept.start + len(kept.name)]
    reader = select_of(table)
    called = reader is None or any(one.table.casefold() == gone.name.casefold() for one in reader.find_all(exp.Column))
    if not table.alias and called:
        keyword = "AS" if model.text[kept.end - 1 :].isupper() else "as"
        name = f"{name} {keyword} {table.name}"
    return Splice(start_of(table), end_of(table), name)
