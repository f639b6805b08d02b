"""NAMES: every column, relation and value that a text names must exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.dialects import DuckDB
from sqlglot.errors import SqlglotError

from dbt_ai.checks.claims.conditions import domains
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, literal, quote
from dbt_ai.checks.claims.verdicts import holds, proved, refuted, unproven
from dbt_ai.checks.claims.words import IDENTIFIER, looks_like_code
from dbt_ai.values import Claim, ClaimKind, Verdict

_QUOTED = re.compile(
    r"(?<![\w'\"`])(?:'(?P<single>[^'\n]{1,60})'|\"(?P<double>[^\"\n]{1,60})\"|“(?P<curly>[^”\n]{1,60})”)(?![\w'\"])"
)
_ADDRESS = re.compile(r"\b\w+://\S+|\b[\w.+-]+@[\w-]+\.\w+\S*|\{[^{}]*\}|\S*[/\\]\S*\.\w+|\S+:v\d\S*")
_NUMBER = re.compile(r"[-+]?[\d.,]+%?")
_PLACES = re.compile(r"[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+")


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """Names in backticks, bare words that can only be identifiers, and values in quotes."""
    text = _ADDRESS.sub(lambda match: " " * len(match.group(0)), sentence.text)
    seen = set()
    for match in IDENTIFIER.finditer(text):
        code = match.group(1)
        name = (code if code is not None else match.group(2)).strip()
        if code is None and not looks_like_code(name):
            continue
        if (
            code is None
            and text[match.end() : match.end() + 1] in ("'", '"')
            and text[match.start() - 1 : match.start()] in ("'", '"')
        ):
            continue
        if name and name not in seen:
            seen.add(name)
            yield Claim(
                ClaimKind.NAMES,
                context.target.column,
                (("name", name), ("role", "code" if code else "word")),
                match.group(0),
            )
    for match in _QUOTED.finditer(re.sub(r"`[^`]*`", lambda found: " " * len(found.group(0)), text)):
        value = match.group("single") or match.group("double") or match.group("curly")
        if value not in seen:
            seen.add(value)
            arguments = (("name", value), ("role", "value"), ("columns", _columns_in(text, context)))
            yield Claim(ClaimKind.NAMES, context.target.column, arguments, match.group(0))


def _columns_in(text: str, context: ClaimContext) -> tuple[str, ...]:
    """The target's column and the other columns of its relation that a sentence names: a value may be any one's."""
    named = (
        context.own_column(match.group(1) or match.group(2))
        for match in IDENTIFIER.finditer(text)
        if match.group(1) or looks_like_code(match.group(2))
    )
    own = (context.target.column,) if context.target.column else ()
    return tuple(dict.fromkeys((*own, *(name for name in named if name))))


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """PROVED where the name exists in the project or the SQL, HOLDS where the data has it as a value."""
    name, role = str(claim.argument("name")), str(claim.argument("role"))
    if role == "value":
        return _value(name, claim.argument("columns", ()), context, data)
    if where := _exists(name, context):
        return proved(where, name)
    parts = name.split(".")
    if len(parts) > 1 and all(re.fullmatch(r"\w+", part) for part in parts):
        key = context.keys_named(parts[-2])
        if key:
            if not context.columns_of(key):
                return unproven("unclear-words", f"The columns of {parts[-2]} are not known.")
            missing = refuted("unknown-name", f"{parts[-2]} has no column {parts[-1]}.")
            return _seen(name, _columns_in("", context), data) or missing
    if not re.fullmatch(r"\w+(\.\w+)*", name) and (found := _expression(name, context)):
        return found
    known = context.columns_complete and bool(context.names)
    missing = (
        refuted("unknown-name", f"Nothing is called {name}.")
        if known
        else unproven("unclear-words", f"It is not known whether {name} exists.")
    )
    return _seen(name, _columns_in("", context) or context.own_columns[:60], data) or missing


def _exists(name: str, context: ClaimContext) -> str | None:
    bare = name.strip('"')
    parts = [part.strip('"') for part in bare.split(".")]
    if context.own_column(bare):
        return f"{name} is a column of this relation."
    if context.keys_named(bare) or (
        len(parts) > 1 and context.keys_named(parts[-1]) and not context.keys_named(parts[-2])
    ):
        return f"{name} is a relation of the project."
    for key in context.relations:
        has = context.has_column(key, parts[-1])
        if has and (len(parts) == 1 or _called(key, parts[-2], context)):
            return f"{name} is a column of a relation that is read."
    above = context.keys_named(parts[-2]) if len(parts) > 1 else None
    if above and context.has_column(above, parts[-1]):
        return f"{name} is a column."
    if bare in context.vocabulary or bare.upper() in _keywords() or _NUMBER.fullmatch(bare) or _PLACES.fullmatch(bare):
        return f"{name} is known."
    if _in_sql(bare, context.sql, context.dialect):
        return f"{name} is in the SQL."
    if any(bare == value for values in domains(context).values() for value in values):
        return f"{name} is one of the values of a column."
    return None


def _called(key: str, name: str, context: ClaimContext) -> bool:
    relation = context.relations.get(key)
    return key == context.keys_named(name) or (relation is not None and relation.parts[2].casefold() == name.casefold())


def _expression(code: str, context: ClaimContext) -> Verdict | None:
    """`count(*)`, `status = 'paid'`: SQL in backticks, all of whose columns must exist."""
    try:
        tree = sqlglot.parse_one(f"SELECT {code}", read=context.dialect or "duckdb")
    except SqlglotError:
        return None
    for column in tree.find_all(exp.Column):
        dotted = f"{column.table}.{column.name}" if column.table else column.name
        if not _exists(dotted, context) and not _exists(column.name, context):
            return None
    for value in tree.find_all(exp.Literal):
        if value.is_string and not _known_value(value.name, context):
            return None
    return proved("All names in this code exist.", code)


@lru_cache(maxsize=8)
def _literals(sql: str, dialect: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """The string literals and the identifiers (functions, CTEs, aliases, columns) of a query."""
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except SqlglotError:
        return frozenset(), frozenset()
    strings = {node.name for node in tree.find_all(exp.Literal)}
    names = {node.name.casefold() for node in tree.find_all(exp.Identifier)}
    names |= {node.sql_name().casefold() for node in tree.find_all(exp.Func)}
    return frozenset(strings), frozenset(names)


def _in_sql(name: str, sql: str | None, dialect: str | None) -> bool:
    if not sql:
        return False
    strings, names = _literals(sql, dialect)
    return name in strings or name.casefold() in names


@lru_cache(maxsize=1)
def _keywords() -> frozenset[str]:
    functions = {name.upper() for kind in exp.ALL_FUNCTIONS for name in kind.sql_names()}
    types = {kind.name for kind in exp.DataType.Type}
    words = {
        "TRUE",
        "FALSE",
        "NULL",
        "TODAY",
        "NOW",
        "DATEDIFF",
        "DATE_DIFF",
        "DATE_TRUNC",
        "REF",
        "SOURCE",
        "DBT",
        "PRIMARY KEY",
        "N/A",
    }
    return frozenset(functions | types | words | {word.upper() for word in DuckDB.Tokenizer.KEYWORDS if word.isascii()})


def _known_value(value: str, context: ClaimContext) -> bool:
    if value.casefold() in ("true", "false", "null", "") or _NUMBER.fullmatch(value):
        return True
    closed = {known for values in domains(context).values() for known in values}
    return value in closed or _in_sql(value, context.sql, context.dialect) or bool(context.own_column(value))


def _value(value: str, columns: tuple[str, ...], context: ClaimContext, data: Data | None) -> Verdict:
    if _known_value(value, context) or _exists(value, context):
        return proved("The SQL, a test or the project has it.", value)
    facts = context.column_facts(context.target.column)
    if facts and facts.domain and len(columns) == 1:
        return refuted("unknown-value", f"The SQL cannot give {value!r}.", facts.domain.sql)
    missing = unproven("values-not-seen")
    if data is not None and context.target.column and data.row_count:
        missing = refuted("unknown-value", f"None of {data.row_count} rows has {value!r}.", where="duckdb")
    return _seen(value, columns or context.own_columns[:60], data) or missing


def _seen(value: str, columns: tuple[str, ...], data: Data | None) -> Verdict | None:
    """HOLDS where one of the columns has the value."""
    if data is None or not columns:
        return None
    found = " OR ".join(f"CAST({quote(name)} AS VARCHAR) = {literal(value)}" for name in columns)
    sql = f"SELECT count(*) FROM {data.relation} WHERE {found}"
    count = data.number(sql)
    return holds(f"{count} of {data.row_count} rows have this value.", sql) if count else None
