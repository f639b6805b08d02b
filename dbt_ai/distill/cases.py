"""Cases: a model with its SQL, what is known of the relations it reads, and what a good colleague says of each column.

A file of cases is JSONL, one case a line (see student/README.md). The starter adapter is taught on such cases and the
fixed evaluation set is made of them. The evidence of a case is made of its SQL by the same code as a real project's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt_ai.errors import UsageError
from dbt_ai.evidence.values import ColumnProfile, Evidence, Profile
from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation

DIALECT = "duckdb"
_ROWS = 1000  # of the profile that a case only hints at
_NULLS = 100


@dataclass(frozen=True)
class Lesson:
    """What is right about one column: the `text` that a good colleague writes, None where there is nothing to say;
    its semantic `type`; the `tests` worth trying. `required` and `forbidden` are patterns that a right text has, and
    that a false one has."""

    column: str
    text: str | None
    type: str
    tests: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One model: where it was read (`id`, `domain`), the `evidence` of it, the relations that it reads, its lessons."""

    id: str
    domain: str
    evidence: Evidence
    relations: tuple[Relation, ...]
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class _Raw:
    """The parts of a line, by their names."""

    id: str
    domain: str
    name: str
    sql: str
    relations: Mapping[str, Mapping[str, Any]]
    answers: Mapping[str, Mapping[str, Any]]
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    required: Mapping[str, Sequence[str]] = field(default_factory=dict)
    forbidden: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_cases(paths: Sequence[Path]) -> list[Case]:
    """The cases of the files, in their order. Raises UsageError, which names file and line, for one that is none."""
    return [case for path in paths for case in _read(path)]


def _read(path: Path) -> Iterator[Case]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"The cases in {path} cannot be read: {why}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield case_of(json.loads(line))
        except (ValueError, TypeError, KeyError, QueryError) as error:
            raise UsageError(f"{path}, line {number}, is no case: {' '.join(str(error).split())}.") from error


def case_of(line: Mapping[str, Any]) -> Case:
    """The case of a line. Raises TypeError, KeyError or QueryError for one that is none."""
    raw = _Raw(**line)
    relations = tuple(_relation(name, known) for name, known in raw.relations.items())
    facts = facts_of(parse_query(raw.sql, DIALECT, relations))
    types = {column.name: column.type for column in facts.columns}
    own = _key(raw.name)
    docs = {f"{name}.{c}": text for name, known in raw.relations.items() for c, text in known.get("docs", {}).items()}
    profile = Profile(own, _ROWS, tuple(_profile(name, types.get(name), seen) for name, seen in raw.data.items()))
    evidence = Evidence(
        own,
        raw.name,
        "model",
        Relation(own, (None, None, raw.name), tuple((name, types.get(name)) for name in raw.answers), "projection"),
        sql=raw.sql,
        facts=facts,
        profile=profile if raw.data else None,
        upstream_descriptions=docs,
    )
    lessons = tuple(
        Lesson(
            name,
            answer["text"],
            answer["type"],
            tuple(answer["tests"]),
            tuple(raw.required.get(name, ())),
            tuple(raw.forbidden.get(name, ())),
        )
        for name, answer in raw.answers.items()
    )
    return Case(raw.id, raw.domain, evidence, relations, lessons)


def _key(name: str) -> str:
    return f"model.cases.{name}"


def _relation(name: str, known: Mapping[str, Any]) -> Relation:
    foreign = []
    for column, to in known.get("references", {}).items():
        relation, _, referenced = str(to).rpartition(".")
        foreign.append(ForeignKey((column,), (ColumnRef(_key(relation), referenced),)))
    return Relation(
        _key(name),
        (None, None, name),
        tuple((str(column), str(type_)) for column, type_ in known["columns"].items()),
        "catalog",
        unique_keys=tuple(tuple(key) for key in known.get("unique", ())),
        not_null=frozenset(known.get("not_null", ())),
        foreign_keys=tuple(foreign),
    )


def _profile(name: str, type_: str | None, seen: Mapping[str, Any]) -> ColumnProfile:
    """A profile that shows what the case says of the data, and nothing else that a student is told."""
    values = tuple(sorted(str(value) for value in seen.get("values", ())))
    nulls = _NULLS if seen.get("nulls") else 0
    each = (_ROWS - nulls) // len(values) if values else 0
    return ColumnProfile(
        name,
        type_ or "VARCHAR",
        _ROWS,
        nulls,
        len(values) or _ROWS // 2,
        top_values=tuple((value, each) for value in values),
        all_values=values or None,
    )
