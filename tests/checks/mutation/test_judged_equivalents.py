"""The labels of mutants that somebody judged by reading: judged_equivalents.yml says how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.checks.data_tests.staging import open_stage
from dbt_ai.checks.mutation import Classified, Fate, classify
from dbt_ai.project.opening import open_project
from dbt_ai.sql.mutants import mutants_of
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.gathering import compile_scope
from dbt_ai.tasks.mutate import relations_at_hand, subject_of
from dbt_ai.tasks.mutating.bench import TIMEOUT, schema_of, set_up

JUDGED = yaml.safe_load((Path(__file__).parent / "judged_equivalents.yml").read_text(encoding="utf-8"))
OURS = [one for one in JUDGED if one["project"] == "wheelhouse"]


@pytest.fixture(scope="module")
def classified(built_integration_project: Path) -> dict[tuple[str, str], Classified]:
    """Each judged mutant by its model and sentence."""
    reader = open_project(built_integration_project, built_integration_project)
    models = list(dict.fromkeys(f"model.wheelhouse.{one['model']}" for one in OURS))
    scope = compile_scope(reader, models)
    found = {}
    with open_data(reader.project) as (sandbox, _):
        assert sandbox is not None
        relations = relations_at_hand(reader.project, scope, sandbox)
        for model in models:
            subject = subject_of(reader.project, model, scope, relations, {}, ())
            wanted = {one["mutant"] for one in OURS if model.endswith(f".wheelhouse.{one['model']}")}
            with open_stage(sandbox.connection, TIMEOUT) as stage:
                bench = set_up(stage, subject)
                mutants = mutants_of(subject.sql, "duckdb", schema_of(bench.relations))
                chosen = [mutant for mutant in mutants if mutant.sentence in wanted]
                assert {mutant.sentence for mutant in chosen} == wanted, model
                for one in classify(subject.sql, chosen, bench.relations):
                    found[model.partition(".wheelhouse.")[2], one.mutant.sentence] = one
    return found


@pytest.mark.parametrize("judged", OURS, ids=lambda one: f"{one['model']}: {one['mutant']}")
def test_label(classified: dict[tuple[str, str], Classified], judged: dict[str, Any]) -> None:
    found = classified[judged["model"], judged["mutant"]]
    expected = {"equivalent": Fate.EQUIVALENT, "different": Fate.KILLABLE}[judged["by_hand"]]
    assert found.fate is expected, (judged["why"], found)


def test_the_sample_is_whole() -> None:
    assert len(JUDGED) == 40
    assert all(one["why"].endswith(".") for one in JUDGED)
