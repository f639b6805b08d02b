"""The words of refactoring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlglot import exp

from dbt_ai.sql.islands import Islands, Masked, Splice
from dbt_ai.sql.outline import Outline, Select
from dbt_ai.sql.values import QueryFacts, Relation
from dbt_ai.tasks.refactoring.constants import Rows


@dataclass(frozen=True)
class Place:
    """A SELECT of a query: the path to its query (see Query.queries), and its number among those of a UNION."""

    path: tuple[str, ...]
    number: int = 0

    def __str__(self) -> str:
        return f"`{'.'.join(self.path)}`" if self.path else "the final query"


@dataclass(frozen=True)
class Reference:
    """A node that a relation in SQL is: `call` is how Jinja names it; `reason` why it cannot be named so here."""

    unique_id: str
    call: str
    reason: str | None = None


@dataclass(frozen=True)
class Known:
    """What rules may know beyond a model's own text. `compiled` is the outline of its compiled SQL as it is before the
    change. `relation` finds what is known of a table of the compiled SQL, `reference` the node that a table of the
    model's text is. `goal` says what the model is to become; `macros` are those of packages ("dbt_utils.pivot"), and
    `rows` gives what a query gives that reads no table."""

    dialect: str
    relations: Sequence[Relation] = ()
    compiled: Outline | None = None
    facts: Callable[[str], QueryFacts | None] = field(default=lambda sql: None)
    reference: Callable[[exp.Table], Reference | None] = field(default=lambda table: None)
    goal: str | None = None
    macros: frozenset[str] = frozenset()
    rows: Callable[[str], Rows | None] = field(default=lambda sql: None)


@dataclass(frozen=True)
class ModelText:
    """A model's file as rules see it: the text, its Jinja, and the parts of its SQL at their places."""

    text: str
    islands: Islands
    masked: Masked
    outline: Outline
    known: Known

    def is_sure(self, part: exp.Expr) -> bool:
        """Whether no Jinja in `part` could name something (in a string it cannot)."""
        return all(self.is_plain(node) for node in part.walk())

    def is_plain(self, node: exp.Expr) -> bool:
        """Whether `node` itself is no name with Jinja in it, other than ref(), source() and this."""
        if not isinstance(node, (exp.Identifier, exp.Var, exp.Anonymous)):
            return True
        return node.name in self.masked.relations or not self.masked.holding(node.name)

    def is_hidden(self, name: str) -> bool:
        """Whether Jinja, or a branch of it that is not looked at, has the word `name`."""
        return name.casefold() in self.masked.words

    def selects(self) -> Iterator[tuple[Place, Select]]:
        """Every SELECT that can be told apart, with its place."""
        for path, query in self.outline.query.queries():
            for number, arm in enumerate(query.arms):
                yield Place(path, number), arm


@dataclass(frozen=True)
class Change:
    """A change of the text that a rule proposes. `sentence` says what is so now; `place` names what it is about, the
    same in every run. `reads` are the nodes that the new text refers to."""

    rule: str
    place: str
    sentence: str
    splices: tuple[Splice, ...]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Left:
    """What a rule found and leaves as it is, with a reason code."""

    rule: str
    place: str
    sentence: str
    reason: str


Found: TypeAlias = "Iterator[Change | Left]"
Rule: TypeAlias = "Callable[[ModelText], Iterator[Change | Left]]"
