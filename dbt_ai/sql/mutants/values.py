"""The words of mutation: an operator, the change it proposes, the mutant that comes of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlglot import exp

if TYPE_CHECKING:
    from dbt_ai.sql.mutants.original import Original


@dataclass(frozen=True)
class Mutant:
    """One model's SQL with one fault in it.

    `sql` is the whole query in `dialect`, on one line, without comments. `line` is the line of the original that
    changed, from 1; None where it cannot be told. `before` and `after` are the piece that changed, shortened, and
    `sentence` says it to a person with the place. Number and names of the output columns stay as they are;
    `types_may_change` is True where the type of one may not.
    """

    operator: str
    sql: str
    dialect: str
    line: int | None
    before: str
    after: str
    sentence: str
    types_may_change: bool = False


@dataclass(frozen=True)
class Change:
    """What an operator proposes: nodes of the original tree, each with what replaces it (None: it is dropped).

    The new nodes are detached: nothing in the original tree is touched. `what` is the sentence without its place,
    `before` and `after` the piece that changed; where they are empty, they are made of the first edit. `at` is the
    node whose line and place are told, where that is not the first edited one. Edits of what a SELECT groups by are
    made wherever it is repeated, unless `everywhere` is False.
    """

    edits: tuple[tuple[exp.Expr, exp.Expr | None], ...]
    what: str = ""
    before: str = ""
    after: str = ""
    types_may_change: bool = False
    at: exp.Expr | None = None
    everywhere: bool = True


Changes: TypeAlias = Iterable[Change]


@dataclass(frozen=True)
class Operator:
    """A mutation operator: on nodes of these classes, `changes` gives what may be changed."""

    name: str
    nodes: tuple[type[exp.Expr], ...]
    changes: Callable[[Any, Original], Changes]

    @property
    def says(self) -> str:
        """What the operator does, in one sentence: the first paragraph of its file's docstring."""
        text = inspect.getdoc(inspect.getmodule(self.changes)) or ""
        return " ".join(text.partition("\n\n")[0].split())


def mutates(*nodes: type[exp.Expr]) -> Callable[[Callable[[Any, Original], Changes]], Operator]:
    """Makes an operator of a function over nodes of these classes, called as the function is."""

    def operator(changes: Callable[[Any, Original], Changes]) -> Operator:
        return Operator(changes.__name__.replace("_", "-"), nodes, changes)

    return operator


def changed(node: exp.Expr, new: exp.Expr | None, what: str = "", *, types_may_change: bool = False) -> Change:
    """The change of one node."""
    return Change(((node, new),), what, types_may_change=types_may_change)
