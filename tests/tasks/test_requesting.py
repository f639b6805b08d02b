"""What a very small student is asked, and what of its answer counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ai.distill.cases import Case, read_cases
from dbt_ai.engines.local.catalog import STUDENTS
from dbt_ai.engines.local.engine import LocalEngine
from dbt_ai.engines.local.starter import starter_for
from dbt_ai.engines.local.values import Weights
from dbt_ai.engines.values import Answer
from dbt_ai.evidence.sharing import Share, sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import ColumnKind, Relation
from dbt_ai.tasks.questions import Question
from dbt_ai.tasks.requesting import proposals_of, requests_of
from dbt_ai.tasks.tiers import PromptOptions, Tier

FIXED = Path(__file__).resolve().parents[2] / "student" / "evaluation" / "fixed.jsonl"
ABBREVIATED = """
adj agt_cls boarded_m booked_m cpx dck flg3 gm grp jdg_cd lc2 lvl mb_cls mtq nm2 prc queen_yr rem rg rk rtn_cd sha1
spot_cd tri wtr
"""
"""The columns of the fixed set that are taken over, and are not asked about for their names."""
LEVELS = sharing(Share.STATISTICS)


def tier(*, plain_only: bool) -> Tier:
    engine = LocalEngine("small", Weights(Path("none.gguf"), None, 0))
    return Tier("student", engine, "none", by_column=True, plain_only=plain_only)


def asked(case: Evidence, columns: tuple[str, ...], *, plain_only: bool) -> list[str]:
    question = Question(case.unique_id, columns, about_node=False)
    sent = requests_of(tier(plain_only=plain_only), question, case, LEVELS, PromptOptions(), "duckdb", "none")
    return [part.columns[0] for part, _ in sent]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return read_cases([FIXED])


def test_it_is_asked_about_columns_only_that_are_taken_over(cases: list[Case]) -> None:
    plain = {ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST}
    named: set[str] = set()
    others = 0
    for case in cases:
        facts = case.evidence.facts
        assert facts is not None
        columns = tuple(lesson.column for lesson in case.lessons)
        plain_ones = {one for one in columns if (found := facts.column(one)) is not None and found.kind in plain}
        wanted = asked(case.evidence, columns, plain_only=True)
        assert set(wanted) <= plain_ones
        named |= plain_ones - {*wanted}
        assert asked(case.evidence, columns, plain_only=False) == list(columns)
        others += len({*columns} - plain_ones)
    assert others > 100
    assert named == set(ABBREVIATED.split())


def test_of_a_source_it_is_asked_about_names_of_whole_words() -> None:
    columns = ("id", "mbr_no", "returned_on", "rtn_cd", "copy_id", "out_ts")
    relation = Relation("s", (None, "shop", "loans"), tuple((name, "VARCHAR") for name in columns))
    source = Evidence(relation.key, relation.parts[2], "source", relation)
    assert asked(source, columns, plain_only=True) == ["id", "returned_on", "copy_id"]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Bike that was used, one row for each trip.", "Bike that was used."),
        ("Day the member joined.", "Day the member joined."),
        (
            "Practice that gave the dose; the name is from the time of one-vet practices.",
            "Practice that gave the dose.",
        ),
        ("Net amount. NULL where there is none.", "Net amount."),
        ("Weight in kg, rounded to 0.5", "Weight in kg."),
        (None, None),
    ],
)
def test_its_first_words_count(said: str | None, left: str | None, cases: list[Case]) -> None:
    case = next(one for one in cases if asked(one.evidence, (one.lessons[0].column,), plain_only=True))
    column = case.lessons[0].column
    question = Question(case.evidence.unique_id, (column,), about_node=False)
    for plain_only, wanted in ((True, left), (False, said)):
        small = tier(plain_only=plain_only)
        ((_, request),) = requests_of(small, question, case.evidence, LEVELS, PromptOptions(), "duckdb", "none")
        proposed = proposals_of(small, request, Answer({"description": said}, "student", "small"), (column,))
        assert proposed.get(column, "").rstrip(".") == (wanted or "").rstrip(".")


def test_the_very_small_ones_of_the_catalog_have_a_starter_adapter() -> None:
    for student in STUDENTS:
        assert (starter_for(student.name) is not None) is student.plain_only
