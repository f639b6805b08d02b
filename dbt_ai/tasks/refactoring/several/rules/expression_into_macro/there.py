"""Macros that the project and its packages have already, and the expressions that they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateError
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.project.values import Macro as ProjectMacro
from dbt_ai.sql.expressions import Shape, variety_of, weight_of
from dbt_ai.tasks.refactoring.several.making import Models
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.finding import VARIETY, WEIGHT, Finder, Occurrence
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.writing import Argument, Macro

_INTERNAL = re.compile(r"^dbt(_ai|_duckdb)?$")
# What asks the warehouse or the project is more than text with arguments, and is not run to see what it writes.
_ASKS = re.compile(r"\b(run_query|statement|load_result|ref|source|execute|graph|var|env_var|this|relation|call|do"
                   r"|is_incremental|adapter\.(?!dispatch))\b")  # fmt: skip
_MOST_ARGUMENTS = 4
_STANDING = "dbt_ai_argument_"
_OTHER = {False: 7919, True: "another text"}  # values that no macro has


@dataclass(frozen=True)
class There:
    """A macro that is there, as calls need it (`called`), with the shape of what it writes for columns."""

    called: Macro
    shape: Shape
    is_own: bool

    def stands_for(self, occurrence: Occurrence) -> bool:
        """Whether the occurrence is what the macro writes: its literals are the same, or are given as arguments."""
        if occurrence.shape.key != self.shape.key:
            return False
        given = [one.constants for one in self.called.arguments if one.constants]
        if any(len({occurrence.values[number] for number in numbers}) > 1 for numbers in given):
            return False
        open_ = {number for numbers in given for number in numbers}
        pairs = zip(occurrence.shape.constants, self.shape.constants, strict=True)
        return all(one == other or number in open_ for number, (one, other) in enumerate(pairs))


def macros_there(models: Models, finder: Finder) -> Sequence[There]:
    """The macros whose text is an expression over all of their arguments that have no default."""
    if "macros_there" not in models.memory:
        models.memory["macros_there"] = list(_read(models, finder))
    found: Sequence[There] = models.memory["macros_there"]
    return found


def _read(models: Models, finder: Finder) -> Iterator[There]:
    project = models.project
    by_name: dict[str, list[ProjectMacro]] = {}
    for macro in project.macro_sql:
        by_name.setdefault(macro.name, []).append(macro)
    for macro in project.macro_sql:
        if _INTERNAL.match(macro.package_name) or "__" in macro.name or not models.nodes:
            continue
        parts = [macro, *(one for name in by_name if name.endswith(f"__{macro.name}") for one in by_name[name])]
        arguments = _arguments(macro.sql)
        required = [name for name, default in arguments.items() if default is None]
        if any(_ASKS.search(part.sql) for part in parts) or not 0 < len(required) <= _MOST_ARGUMENTS:
            continue
        is_own = macro.package_name == project.name
        name = macro.name if is_own else f"{macro.package_name}.{macro.name}"
        shape = _shape(models, finder, name, required)
        if shape is None or sorted(shape.columns) != sorted(_columns(required)):
            continue
        called = [
            Argument(one, shape.columns.index(column)) for one, column in zip(required, _columns(required), strict=True)
        ]
        for one, default in arguments.items():
            if default is not None:
                other = _shape(models, finder, name, required, f", {one}={_OTHER[isinstance(default, str)]!r}")
                numbers = _differing(shape, other)
                if numbers and all(shape.constants[number].value == str(default) for number in numbers):
                    called.append(Argument(one, None, numbers, isinstance(default, str), str(default)))
        yield There(Macro(name, tuple(called), ""), shape, is_own)


def _columns(required: Sequence[str]) -> list[str]:
    return [f"{_STANDING}{number}" for number in range(len(required))]


def _shape(models: Models, finder: Finder, name: str, required: Sequence[str], more: str = "") -> Shape | None:
    """The shape of what a macro writes for columns, where that is an expression worth a name."""
    call = ", ".join(f"'{column}'" for column in _columns(required))
    sql = f"select {{{{ {name}({call}{more}) }}}} as x"
    tree = _expression(models.reader.compile_text(models.nodes[0].unique_id, sql).sql, models.project.dialect)
    return (
        finder.shape(tree) if tree is not None and weight_of(tree) >= WEIGHT and variety_of(tree) >= VARIETY else None
    )


def _differing(shape: Shape, other: Shape | None) -> tuple[int, ...]:
    """The literals that are others in another call of a macro."""
    if other is None or other.key != shape.key:
        return ()
    pairs = enumerate(zip(shape.constants, other.constants, strict=True))
    return tuple(number for number, (one, another) in pairs if one != another)


def _arguments(sql: str) -> dict[str, str | int | float | None]:
    """The arguments of a macro with their defaults, None where one has to be given; none of a macro that cannot be
    read, or whose default is no literal."""
    try:
        found = list(Environment(extensions=["jinja2.ext.do"]).parse(sql).find_all(nodes.Macro))
    except TemplateError:
        return {}
    if len(found) != 1 or not all(isinstance(default, nodes.Const) for default in found[0].defaults):
        return {}
    names = [argument.name for argument in found[0].args]
    values = [default.value for default in found[0].defaults if isinstance(default, nodes.Const)]
    return dict(zip(names, [None] * (len(names) - len(values)) + values, strict=True))


def _expression(sql: str | None, dialect: str) -> exp.Expr | None:
    try:
        tree = sqlglot.parse_one(sql, dialect=dialect or None) if sql else None
    except (SqlglotError, RecursionError):
        return None
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or tree.args.get("from_") is not None:
        return None
    found: exp.Expr = tree.expressions[0].unalias()
    while isinstance(found, exp.Paren):
        found = found.this
    return None if found.find(exp.Query, exp.Star) else found
