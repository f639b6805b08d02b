"""A filter on a number that a CTE or subquery gives its rows, for this filter alone, becomes QUALIFY in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from dbt_ai.sql.dialects import has_qualify
from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Item, Part, Query, Select
from dbt_ai.tasks.refactoring.conditions import term_cut, terms_of
from dbt_ai.tasks.refactoring.cutting import InTheWayError, items_cut, past_line_comment, without_comments
from dbt_ai.tasks.refactoring.placing import indent_at, newline_of, word
from dbt_ai.tasks.refactoring.using import columns_used, is_handed_on, is_named, is_named_beside, uses_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place

_NUMBERS = (exp.RowNumber, exp.Rank, exp.DenseRank)
_COMPARED = (exp.EQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NEQ, exp.In, exp.Between)


@dataclass(frozen=True)
class _Filter:
    """A condition on a number: the clause that it is in, with all its terms; `source` makes the number. `stars` are
    those of the SELECT that leave nothing but the number out."""

    source: exp.Expr
    query: Query
    item: Item
    clause: Part
    terms: tuple[Part, ...]
    term: Part
    stars: tuple[Item, ...] = ()


def window_filter_to_qualify(model: ModelText) -> Found:
    if model.outline.query.recursive or not has_qualify(model.known.dialect):
        return
    for place, select in model.selects():
        for found in _filters(model, place, select):
            name = found.source.alias_or_name
            where = ".".join((*place.path, str(place.number), name))
            sentence = f"`{found.item.name}` of `{name}` is there only for a filter in {Place(place.path)}."
            try:
                yield Change("window-filter-to-qualify", where, sentence, tuple(_moved(model, found)))
            except InTheWayError as error:
                yield Left("window-filter-to-qualify", where, sentence, error.reason)


def _filters(model: ModelText, place: Place, select: Select) -> Iterator[_Filter]:
    """The filters of a SELECT that can move; of one source one."""
    from_, where = select.tree.args.get("from_"), select.tree.args.get("where")
    sides = {join.tree.side for join in select.joins}
    if from_ is not None and where is not None and not sides & {"RIGHT", "FULL"}:
        yield from _of_clause(model, place, select, from_.this, select.clauses["where"], where.this)
    for join in select.joins:
        on = join.tree.args.get("on")
        if on is not None and join.tree.side in ("", "LEFT") and not join.tree.method and not sides & {"RIGHT", "FULL"}:
            found = list(_of_clause(model, place, select, join.tree.this, Part(join.start, join.end), on))
            yield from (one for one in found if len(one.terms) > 1)


def _of_clause(
    model: ModelText, place: Place, select: Select, source: exp.Expr, clause: Part, condition: exp.Expr
) -> Iterator[_Filter]:
    query = _query_of(model, select, source)
    terms = terms_of(model, clause, condition) if query is not None else []
    if query is None or len(query.arms) != 1 or query.ctes:
        return
    inner = query.arms[0]
    if inner.distinct or inner.tree.args.get("distinct") or set(inner.clauses) & {"qualify", "order", "limit"}:
        return
    for item in inner.items:
        if not isinstance(item.tree.unalias(), exp.Window) or not isinstance(item.tree.unalias().this, _NUMBERS):
            continue
        on_number = [(part, tree) for part, tree in terms if _is_about(tree, source, item.name)]
        if len(on_number) != 1 or len(inner.items) == 1 or model.is_hidden(item.name):
            continue
        part, tree = on_number[0]
        stars = tuple(one for one in select.items if _leaves_out(one, item.name))
        used = columns_used(model, select.tree, source, (tree, *(one.tree for one in stars)), past_stars=True)
        if used is None or item.name.casefold() in used or is_named_beside(inner, item):
            continue
        others = any(one.is_star and one not in stars for one in select.items)
        if others and is_handed_on(model, place, select, item.name):
            continue
        yield _Filter(source, query, item, clause, tuple(part for part, _ in terms), part, stars)
        return


def _leaves_out(item: Item, name: str) -> bool:
    """Whether a column is a star without this one column."""
    star = item.tree.this if isinstance(item.tree, exp.Column) else item.tree
    left_out = star.args.get("except_") or [] if isinstance(star, exp.Star) else []
    more = isinstance(star, exp.Star) and (star.args.get("replace") or star.args.get("rename"))
    return [one.name.casefold() for one in left_out] == [name.casefold()] and not more


def _query_of(model: ModelText, select: Select, source: exp.Expr) -> Query | None:
    """The query that a source stands for, where nobody else reads it."""
    if isinstance(source, exp.Subquery):
        found = [one.query for one in select.derived if one.alias.casefold() == source.alias.casefold()]
        return found[0] if len(found) == 1 else None
    if not isinstance(source, exp.Table):
        return None
    for cte in model.outline.query.ctes:
        if is_named(source, cte.name):
            alone = len(uses_of(model, cte)) == 1 and not cte.has_columns and not model.is_hidden(cte.name)
            return cte.query if alone else None
    return None


def _is_about(term: exp.Expr, source: exp.Expr, name: str) -> bool:
    """Whether a condition compares the number with literals."""
    columns = list(term.find_all(exp.Column))
    if not isinstance(term, _COMPARED) or len(columns) != 1 or term.find(exp.Query):
        return False
    alias = source.alias_or_name.casefold()
    return columns[0].name.casefold() == name.casefold() and columns[0].table.casefold() in ("", alias)


def _moved(model: ModelText, found: _Filter) -> Iterator[Splice]:
    inner, text = found.query.arms[0], model.text
    yield term_cut(model, found.clause, found.terms, found.term)
    for item in found.stars:
        without_comments(model, item)
        star = text.index("*", item.start) + 1
        yield Splice(star, item.end)
    yield from items_cut(model, inner.items, found.item)
    if any(inner.end <= island.start < found.query.end for island in model.islands.islands):
        raise InTheWayError("jinja-in-the-way")
    if any(inner.start <= block.start < inner.end <= block.end for block in model.islands.blocks):
        raise InTheWayError("jinja-in-the-way")
    from_ = inner.clauses["from"].start
    lines = text[inner.start : from_].count("\n")
    gap = newline_of(model) * (2 if "\n\n" in text[inner.items[-1].end : from_].replace("\r", "") else 1)
    end = past_line_comment(text, inner.end)
    before = gap + indent_at(text, from_) if lines else " "
    yield Splice(end, end, f"{before}{word(model, 'qualify')} {_condition(model, found, from_)}")


def _condition(model: ModelText, found: _Filter, from_: int) -> str:
    """The condition with the window in the place of its name."""
    tokens = [token for token in model.outline.tokens if found.item.start <= token.start < found.item.end]
    last = -3 if tokens[-2].token_type is TokenType.ALIAS else -2
    deeper = indent_at(model.text, found.item.start).removeprefix(indent_at(model.text, from_))
    window = model.text[found.item.start : tokens[last].end + 1].replace("\n" + deeper, "\n")
    without_comments(model, found.term)
    names = [
        token
        for token in model.outline.tokens
        if found.term.start <= token.start < found.term.end and token.text.casefold() == found.item.name.casefold()
    ]
    if len(names) != 1:
        raise InTheWayError("unusual-layout")
    start, end = names[0].start, names[0].end + 1
    alias = f"{found.source.alias_or_name}."
    if model.text[:start].casefold().endswith(alias.casefold()):
        start -= len(alias)
    return model.text[found.term.start : start] + window + model.text[end : found.term.end]
