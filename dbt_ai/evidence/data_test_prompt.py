"""From evidence to the request for data tests of one model, and from the answer back to proposals.

As with descriptions (see prompting.py), the same evidence gives the same bytes, and what comes from the project stands
between delimiters that nobody can write into it. What a proposal may name, columns and relations, is an enum of the
answer's form; that it does is looked at once more when the answer is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.masking import also_personal
from dbt_ai.evidence.prompt_facts import one_line
from dbt_ai.evidence.prompt_templates import template
from dbt_ai.evidence.prompting import MAX_COLUMNS, column_sections, rendered, shared_sections, text_of
from dbt_ai.evidence.schemas import closed
from dbt_ai.evidence.secrets import read_environment
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence

PROMPT_VERSION = "test-1"  # changes with every change of a template or of what is rendered into it
KINDS = (
    *("not_null", "unique", "unique_combination", "accepted_values", "accepted_range", "relationships"),
    *("expression", "total"),
)
MAX_TESTS = 10  # of an answer: what comes after these is not looked at
MAX_VALUES = 12  # of a list
MAX_TARGETS = 60  # columns of other relations that a test may name
MAX_LISTED = 100  # tests that are there


@dataclass(frozen=True)
class Shown:
    """What of other relations a test may name, by "relation.column": `keys` that values may be looked up in, and
    columns whose `totals` may be compared; and the tests that are `there`, a line each."""

    keys: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    there: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProposedTest:
    """A test as an engine proposes it: of a known kind, about columns that exist; no more of it is checked yet."""

    kind: str
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    to: str | None = None
    total_of: str | None = None
    expression: str | None = None
    why: str = field(default="", compare=False)


def request_for_tests(
    evidence: Evidence,
    columns: Sequence[str],
    shown: Shown,
    *,
    dialect: str,
    share: Sharing,
    effort: str = "low",
    refuted: Sequence[tuple[str, str]] = (),
) -> Request:
    """The request for tests of a node, of whose `columns` the first `MAX_COLUMNS` are told.

    `refuted` are tests of an earlier answer, and why each is false, as an engine may see it.
    """
    read_environment()
    named = list(columns)[:MAX_COLUMNS]
    with also_personal(share.compared | share.personal.keys()):
        sections = shared_sections(evidence, (), False, dialect, share)
        sections.append(("tests that are there", "\n".join(f"- {one_line(t)}" for t in shown.there[:MAX_LISTED])))
        if refuted:
            lines = [f"- {one_line(test)}: {one_line(why)}" for test, why in refuted]
            sections.append(("refuted by a check", "\n".join(lines)))
        sections.append(("columns", "\n".join(column_sections(evidence, named, share))))
    return Request(
        target=evidence.unique_id,
        instructions=_instructions(),
        prompt=rendered(
            "test.md.jinja",
            sections,
            resource_type=evidence.resource_type,
            dialect=dialect,
            again=bool(refuted),
        ),
        schema_name="data_tests",
        schema=_schema(named, shown),
        prompt_version=PROMPT_VERSION,
        effort=effort,
    )


@lru_cache(maxsize=1)
def _instructions() -> str:
    return template("test_instructions.md.jinja").render().strip() + "\n"


def _schema(columns: Sequence[str], shown: Shown) -> Mapping[str, Any]:
    """The strict JSON schema of an answer. The form is flat, with null for what a kind does not need: many servers do
    not know alternatives."""
    text: dict[str, Any] = {"type": ["string", "null"]}
    number = {"type": ["number", "null"]}
    test = {
        "kind": {"type": "string", "enum": list(KINDS)},
        "columns": {"type": "array", "items": {"type": "string", "enum": list(columns)}},
        "values": {"type": "array", "items": {"type": "string"}},
        "minimum": number,
        "maximum": number,
        "to": _one_of(shown.keys),
        "total_of": _one_of(shown.totals),
        "expression": text,
        "why": {"type": "string"},
    }
    return closed({"tests": {"type": "array", "items": closed(test)}})


def _one_of(names: Sequence[str]) -> dict[str, Any]:
    if not names:
        return {"type": "null"}
    return {"type": ["string", "null"], "enum": [*names[:MAX_TARGETS], None]}


def read_tests(answer: Answer, columns: Sequence[str], shown: Shown) -> tuple[ProposedTest, ...]:
    """The tests that an answer proposes, each once, `MAX_TESTS` at the most. Arguments as of `request_for_tests`.

    Raises EngineError where the answer is no list of tests, or names a column or a relation that was not shown.
    """
    given = answer.content.get("tests")
    if not isinstance(given, list):
        raise EngineError(f"{answer.model} answered without a list of tests.")
    found = [_test(each, answer.model) for each in given[:MAX_TESTS]]
    for test in found:
        named = {*test.columns} - {*columns[:MAX_COLUMNS]}
        named |= {name for name in (test.to,) if name and name not in shown.keys[:MAX_TARGETS]}
        named |= {name for name in (test.total_of,) if name and name not in shown.totals[:MAX_TARGETS]}
        if named:
            wrong = one_line(repr(min(named)), 80)
            raise EngineError(f"{answer.model} proposes a test of {wrong}, and there is no such column.")
    return tuple(dict.fromkeys(found))


def _test(given: Any, model: str) -> ProposedTest:
    wrong = EngineError(f"{model} proposes a test in a form that was not asked for.")
    if not isinstance(given, Mapping) or given.get("kind") not in KINDS:
        raise wrong
    columns, values = given.get("columns") or [], given.get("values") or []
    if not all(isinstance(each, list) and all(isinstance(one, str) for one in each) for each in (columns, values)):
        raise wrong
    bounds = [given.get("minimum"), given.get("maximum")]
    texts = [given.get(name) for name in ("to", "total_of", "expression")]
    if any(isinstance(one, bool) or not isinstance(one, int | float | None) for one in bounds):
        raise wrong
    if not all(isinstance(one, str | None) for one in texts):
        raise wrong
    low, high = bounds
    to, total_of, expression = (one or None for one in texts)
    why = text_of(given.get("why"), model, "a test") or ""
    return ProposedTest(given["kind"], tuple(columns), tuple(values), low, high, to, total_of, expression, why)
