"""The text of a macro, and of the calls that stand in the place of an expression."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from dbt_ai.sql.islands import Splice, SpliceError, spliced
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.finding import Group, Occurrence
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.naming import column_names, constant_name, macro_name

_ARGUMENT = re.compile(r"\{\{ (\w+) \}\}")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_JINJA = re.compile(r"^\{\{[-+]?\s*(.*?)\s*[-+]?\}\}$", re.DOTALL)
_OPERATORS = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Is, exp.Connector)
_INDENT = "    "


@dataclass(frozen=True)
class Argument:
    """An argument of a macro: the number of the column, or those of the literals, that it stands for. `default` is what
    most callers have."""

    name: str
    column: int | None = None
    constants: tuple[int, ...] = ()
    is_text: bool = False
    default: str | None = None
    described: str = ""


@dataclass(frozen=True)
class Macro:
    """A macro that stands for the occurrences of a group. What is `described` somebody has said of it."""

    name: str
    arguments: tuple[Argument, ...]
    body: str
    described: str = ""

    @property
    def said(self) -> str:
        """What it writes, in one line, with the names of its arguments."""
        return _ARGUMENT.sub(r"\1", " ".join(self.body.split()))

    def called(self, name: str, described: str, arguments: Mapping[str, tuple[str, str]]) -> Macro:
        """The macro under other names: `arguments` has by the name of each its new one, and what it is."""
        body = _ARGUMENT.sub(lambda found: f"{{{{ {arguments[found[1]][0]} }}}}", self.body)
        renamed = (
            replace(one, name=arguments[one.name][0], described=arguments[one.name][1]) for one in self.arguments
        )
        return Macro(name, tuple(renamed), body, described)

    @property
    def text(self) -> str:
        """The file."""
        signature = ", ".join(
            one.name if one.default is None else f"{one.name}={literal(one.default, one.is_text)}"
            for one in self.arguments
        )
        return f"{{% macro {self.name}({signature}) -%}}\n{self.body}\n{{%- endmacro %}}\n"


def macro_of(group: Group, taken: Collection[str]) -> Macro | None:
    """The macro, in the words of its first occurrence; None where a literal cannot be an argument. `taken` are names
    that other macros have."""
    first = group.occurrences[0]
    places = [name for name, _ in _columns(first).values()]
    if not set(first.shape.columns) <= set(places):
        return None
    order = sorted(range(len(first.shape.columns)), key=lambda number: places.index(first.shape.columns[number]))
    names = column_names(group)
    arguments = [Argument(names[number], number) for number in order]
    for numbers in group.open:
        constant = first.shape.constants[numbers[0]]
        values = Counter(one.values[numbers[0]] for one in group.occurrences)
        if any(set(value) & set("'\"{}\\\n") if constant.is_text else not _NUMBER.fullmatch(value) for value in values):
            return None
        value, count = values.most_common(1)[0]
        default = value if count * 2 >= len(group.occurrences) else None
        name = constant_name(constant, [one.name for one in arguments])
        arguments.append(Argument(name, None, numbers, constant.is_text, default))
    arguments.sort(key=lambda one: one.default is not None)
    body = _body(first, arguments)
    return None if body is None else Macro(macro_name(group, taken), tuple(arguments), body)


def with_calls(occurrences: Sequence[Occurrence], macro: Macro) -> str | None:
    """The text of a model in which all its occurrences are calls; None where Jinja comes in the way."""
    splices = [Splice(one.expression.start, one.expression.end, call(one, macro)) for one in occurrences]
    try:
        return spliced(occurrences[0].model.islands, splices)
    except SpliceError:
        return None


def call(occurrence: Occurrence, macro: Macro) -> str:
    """The call that stands for an occurrence."""
    text = occurrence.model.text
    quote = '"' if "('" not in text and '("' in text else "'"
    given, named = [], False
    for argument in macro.arguments:
        if argument.column is not None:
            given.append(column_argument(occurrence, argument.column, quote))
            continue
        value = occurrence.values[argument.constants[0]]
        if value == argument.default:
            named = True
            continue
        written = literal(value, argument.is_text, quote)
        given.append(f"{argument.name}={written}" if named or argument.default is not None else written)
    return f"{{{{ {macro.name}({', '.join(given)}) }}}}"


def column_argument(occurrence: Occurrence, number: int, quote: str = "'") -> str:
    """A column as an argument: its name as a text of Jinja, or the Jinja that it is."""
    written = next(text for name, text in _columns(occurrence).values() if name == occurrence.shape.columns[number])
    jinja = _JINJA.match(written)
    if jinja:
        return jinja[1]
    return f"'{written}'" if quote == "'" or '"' in written else f'"{written}"'


def _columns(occurrence: Occurrence) -> Mapping[tuple[int, int], tuple[str, str]]:
    """The columns of an occurrence by their places: the name in its shape, and how it is written."""
    model = occurrence.model
    found = {}
    for part in occurrence.expression.columns:
        masked = model.masked.text[part.start : part.end]
        name = re.sub(r"\s", "", masked).replace('"', "").casefold()
        found[(part.start, part.end)] = (name, model.text[part.start : part.end])
    return found


def _body(first: Occurrence, arguments: Sequence[Argument]) -> str | None:
    """The expression with its columns and open literals as Jinja, at the depth of a macro's body."""
    start, text = first.expression.start, first.text
    by_column = {first.shape.columns[one.column]: one.name for one in arguments if one.column is not None}
    by_value = {(one.is_text, first.values[one.constants[0]]): one.name for one in arguments if one.constants}
    edits: list[tuple[int, int, str]] = []
    for (at, end), (name, _) in _columns(first).items():
        if name not in by_column:
            return None
        edits.append((at - start, end - start, f"{{{{ {by_column[name]} }}}}"))
    seen = set()
    for part in first.expression.literals:
        written = first.model.text[part.start : part.end]
        is_text = written.startswith("'")
        found = by_value.get((is_text, written.strip("'")))
        if found is not None:
            seen.add(found)
            jinja = f"{{{{ {found} }}}}"
            edits.append((part.start - start, part.end - start, f"'{jinja}'" if is_text else jinja))
    if seen != set(by_value.values()):
        return None
    for at, end, new in sorted(edits, reverse=True):
        text = text[:at] + new + text[end:]
    if isinstance(first.expression.tree, _OPERATORS) and not isinstance(first.expression.tree, exp.Paren):
        text = f"({text})"
    return _indented(text)


def _indented(text: str) -> str:
    first, *rest = [line.rstrip() for line in text.expandtabs(4).splitlines()]
    depth = min((len(line) - len(line.lstrip()) for line in rest if line), default=0)
    return "\n".join([_INDENT + first, *(_INDENT + line[depth:] if line else "" for line in rest)])


def literal(value: str, is_text: bool, quote: str = "'") -> str:
    """A literal of SQL as one of Jinja that is printed as it was."""
    if is_text:
        return f"{quote}{value}{quote}"
    return value if str(float(value) if "." in value else int(value)) == value else f"{quote}{value}{quote}"
