"""Which expressions are conditions, and what is trivially true of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.values import Change, changed

SYMBOLS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.IntDiv: "//",
}


def other_operator(node: exp.Binary, kind: type[exp.Binary], *, types_may_change: bool = False) -> Change:
    """The same two sides with another operator between them."""
    new = kind(this=node.this.copy(), expression=node.expression.copy())
    what = f"`{SYMBOLS[type(node)]}` became `{SYMBOLS[kind]}`"
    return changed(node, new, what, types_may_change=types_may_change)


def negated(node: exp.Expr, word: str, opposite: str = "") -> Change:
    """The opposite of a condition: a NOT before it comes or goes. `word` is what the condition is called."""
    opposite = opposite or f"NOT {word}"
    if node.args.get("negate"):
        return changed(node, with_argument(node, "negate", None), f"`{opposite}` became `{word}`")
    if isinstance(node.parent, exp.Not):
        return changed(node.parent, node.copy(), f"`{opposite}` became `{word}`")
    return changed(node, exp.Not(this=node.copy()), f"`{word}` became `{opposite}`")


def is_condition(node: exp.Expr) -> bool:
    """Whether `node` decides which rows there are or which branch is taken, alone or with others."""
    parent = node.parent
    if isinstance(parent, (exp.Where, exp.Having, exp.Qualify, exp.Connector)):
        return True
    if isinstance(parent, exp.If):
        return node.arg_key == "this" and not (isinstance(parent.parent, exp.Case) and parent.parent.this)
    return isinstance(parent, exp.Join) and node.arg_key == "on"


def unknown_counts_as_false(node: exp.Expr) -> bool:
    """Whether NULL and FALSE of this condition come to the same."""
    while isinstance(node.parent, (exp.Connector, exp.Paren)):
        node = node.parent
    return is_condition(node)


def is_always_true(node: exp.Expr) -> bool:
    """TRUE, or a literal that equals itself: dropping it changes nothing."""
    node = node.unnest()
    if isinstance(node, exp.EQ):
        return isinstance(node.this, exp.Literal) and node.this == node.expression
    return isinstance(node, exp.Boolean) and bool(node.this)


def in_join(node: exp.Expr) -> exp.Join | None:
    """The join whose ON is made of `node`, alone or with others; None where there is none."""
    while isinstance(node.parent, (exp.Connector, exp.Paren)):
        node = node.parent
    return node.parent if isinstance(node.parent, exp.Join) and node.arg_key == "on" else None


def each_dropped(chain: exp.Connector, pieces: list[exp.Expr]) -> Iterator[tuple[exp.Expr, list[exp.Expr]]]:
    """Each piece of a chain of conditions with those that stay, where it makes a difference."""
    for index, piece in enumerate(pieces):
        rest = pieces[:index] + pieces[index + 1 :]
        if piece not in rest and not (isinstance(chain, exp.And) and is_always_true(piece)):
            yield piece, rest
