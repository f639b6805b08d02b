"""Changes of several files on the orchard: what dbt compiles of them, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Node, ProjectReader
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.gathering import compile_scope
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.refactoring.knowing import known_relations
from dbt_ai.tasks.refactoring.several import Draft, FilesChange, FilesProof, prove_files
from dbt_ai.tasks.refactoring.several.making import Models, make_files
from dbt_ai.tasks.refactoring.values import Known as KnownOfModel
from dbt_ai.values import VerdictKind
from tests.cli.doors import files

Known = tuple[ProjectReader, Mapping[str, Relation]]

SIZES = "select crate_id, {} as size, {} as other from {{{{ ref('crates') }}}}"
SIZE = "case when {} < 5 then 'small' when {} < 10 then 'middle' else 'large' end"
BY_WEIGHT, BY_NUMBER = SIZE.format("weight_kg", "weight_kg"), SIZE.format("crate_id", "crate_id")
IN_CAPITALS = "CASE WHEN weight_kg < 5 THEN 'small' WHEN 10 > weight_kg THEN 'middle' ELSE 'large' END"
MACRO = "{% macro size(kg) %}" + SIZE.format("{{ kg }}", "{{ kg }}") + "{% endmacro %}"
LADDER = "case variety_id when 10 then 'red' when 11 then 'yellow' when 12 then 'green' end"
BY_TEAM = """with totals as (
    select picker_id, sum(weight_kg) as kg
    from {{ ref('crates') }}
    {% if var('with_weight') %}where weight_kg > 1{% endif %}
    group by picker_id
)
select team, sum(kg) as kg from totals join {{ ref('pickers') }} using (picker_id) group by team
"""
TOTALS = BY_TEAM.partition("(")[2].partition("\n)")[0]
TEAMS = "select team, sum(kg) as kg from {{ ref('totals') }} join {{ ref('pickers') }} using (picker_id) group by team"


@pytest.fixture
def known(orchard: Path) -> Known:
    models = {
        "sizes.sql": SIZES.format(BY_WEIGHT, BY_NUMBER),
        "more_sizes.sql": SIZES.format(IN_CAPITALS, 1),
        "colours.sql": f"select crate_id, {LADDER} as colour from {{{{ ref('crates') }}}}",
        "by_team.sql": BY_TEAM,
    }
    for name, text in models.items():
        (orchard / "models" / name).write_text(text, encoding="utf-8")
    reader = open_project(orchard)
    wanted = [f"model.orchard.{name.removesuffix('.sql')}" for name in models]
    return reader, known_relations(reader, InDuckDB(reader.project), compile_scope(reader, wanted))[0]


def proof_of(known: Known, texts: Mapping[str, str], *changes: FilesChange) -> FilesProof:
    root = known[0].project.root
    paths = [*root.glob("models/*.*"), *root.glob("macros/*.sql")]
    texts_on_disk = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}
    draft = Draft(texts_on_disk)
    for change in changes:
        draft = draft.with_change(change)
    return prove_files(*known, draft, FilesChange("rule", "place", "Sentence.", texts))


def kinds(proof: FilesProof) -> dict[str, VerdictKind]:
    return {unique_id.rpartition(".")[2]: verdict.kind for unique_id, verdict in proof.verdicts.items()}


def test_a_macro_and_its_callers(known: Known) -> None:
    before = files(known[0].project.root)
    called = SIZES.format("{{ size('weight_kg') }}", "{{ size('crate_id') }}")
    changed = {
        "macros/size.sql": MACRO,
        "models/sizes.sql": called,
        "models/more_sizes.sql": called.replace("{{ size('crate_id') }}", "1"),
    }
    proof = proof_of(known, changed)
    assert kinds(proof) == {"sizes": VerdictKind.PROVED, "more_sizes": VerdictKind.PROVED}, proof.verdict
    assert proof.verdict.kind is VerdictKind.PROVED
    assert sorted(change.path for change in proof.plan.changes) == sorted(changed)
    assert files(known[0].project.root) == before, "nothing is written"


def test_one_wrong_caller_refutes_the_whole(known: Known) -> None:
    called = SIZES.format("{{ size('weight_kg') }}", "{{ size('weight_kg') }}")
    proof = proof_of(known, {"macros/size.sql": MACRO, "models/sizes.sql": called})
    assert (proof.verdict.kind, proof.verdict.reason) == (VerdictKind.REFUTED, "other-rows")
    assert "smallest such database" in proof.verdict.detail


def test_a_new_model_is_put_in_the_place_of_its_name(known: Known) -> None:
    proof = proof_of(known, {"models/totals.sql": TOTALS, "models/by_team.sql": TEAMS})
    assert kinds(proof) == {"by_team": VerdictKind.PROVED}, proof.verdict


def test_a_condition_that_has_moved_to_a_new_model_is_compiled_both_ways(known: Known) -> None:
    other = TOTALS.replace("weight_kg > 1", "weight_kg > 2")
    proof = proof_of(known, {"models/totals.sql": other, "models/by_team.sql": TEAMS})
    assert kinds(proof) == {"by_team": VerdictKind.REFUTED}, proof.verdict


def test_new_models_may_read_each_other(known: Known) -> None:
    changed = {
        "models/weights.sql": "select picker_id, weight_kg from {{ ref('crates') }} "
        "{% if var('with_weight') %}where weight_kg > 1{% endif %}",
        "models/totals.sql": "{{ config(materialized='view') }} with weights as (select * from {{ ref('weights') }}) "
        "select picker_id, sum(weights.weight_kg) as kg from weights group by picker_id",
        "models/by_team.sql": "with totals as (select * from {{ ref('totals') }}) "
        + TEAMS.replace("{{ ref('totals') }}", "totals"),
    }
    proof = proof_of(known, changed)
    assert kinds(proof) == {"by_team": VerdictKind.PROVED}, proof.verdict


def test_a_seed_is_read_with_its_rows_and_types(known: Known) -> None:
    joined = (
        "select crate_id, colour from {{ ref('crates') }} left join {{ ref('variety_colours') }} using (variety_id)"
    )
    seed = "variety_id,colour\n10,red\n11,yellow\n12,green\n"
    changed = {"seeds/variety_colours.csv": seed, "models/colours.sql": joined}
    proof = proof_of(known, changed)
    assert proof.same, proof.verdict
    for wrong, reason in ((seed.replace("green", "blue"), "other-rows"), (seed + "12,blue\n", "other-rows")):
        proof = proof_of(known, {**changed, "seeds/variety_colours.csv": wrong})
        assert (proof.verdict.kind, proof.verdict.reason) == (VerdictKind.REFUTED, reason), proof.verdict


def test_a_change_after_another_one_is_compared_with_what_is_on_disk(known: Known) -> None:
    first = {
        "macros/size.sql": MACRO,
        "models/sizes.sql": SIZES.format("{{ size('weight_kg') }}", BY_NUMBER),
    }
    called = SIZES.format("{{ size('weight_kg') }}", "{{ size('crate_id') }}")
    proof = proof_of(known, {"models/sizes.sql": called}, FilesChange("rule", "first", "", first))
    assert kinds(proof) == {"sizes": VerdictKind.PROVED}, proof.verdict
    assert [change.path for change in proof.plan.changes] == ["macros/size.sql", "models/sizes.sql"]


def test_what_only_holds_on_the_rows_that_are_there_is_not_made(orchard: Path) -> None:
    many = "select note from {{ ref('crates') }} group by note having count(*) > "
    (orchard / "models" / "many.sql").write_text(f"{many}30", encoding="utf-8")
    with duckdb.connect(str(orchard / "orchard.duckdb")) as connection:
        connection.execute("insert into crates select 100 + i, 1, 10, date '2024-09-06', 1, 'dry' from range(40) t(i)")
    reader = open_project(orchard)
    scope = compile_scope(reader, ["model.orchard.many"])
    proof = proof_of(
        (reader, known_relations(reader, InDuckDB(reader.project), scope)[0]), {"models/many.sql": f"{many}35"}
    )
    assert (proof.verdict.kind, proof.same) == (VerdictKind.HOLDS, False), proof.verdict


HOOKED = "{{ config(post_hook='delete from raw.weather') }} select 1 as picker_id, 2 as kg"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"models/by_team.sql": "select * from {{ ref('nobody') }}"}, "not-compiled"),
        ({"macros/size.sql": "{% macro size( %}", "models/sizes.sql": "select 1"}, "not-compiled"),
        ({"models/crates.sql": "select 1 as a", "models/by_team.sql": TEAMS}, "not-compiled"),
        ({"models/by_team.sql": "{{ config(materialized='view') }}" + BY_TEAM}, "other-node"),
        ({"models/properties.yml": "version: 2\n", "models/by_team.sql": BY_TEAM + "\n"}, "other-node"),
        (
            {"models/totals.sql": "{{ config(materialized='incremental') }}" + TOTALS, "models/by_team.sql": TEAMS},
            "new-node",
        ),
        ({"models/totals.sql": HOOKED, "models/by_team.sql": TEAMS}, "hook-side-effects"),
        (
            {"models/totals.sql": "select 1 as picker_id, random() as kg", "models/by_team.sql": TEAMS},
            "non-deterministic",
        ),
        ({"macros/count_rows.sql": "{% macro count_rows(name) %}1{% endmacro %}"}, "other-file"),
        (
            {"macros/size.sql": "{% macro size(kg) %}{% if var('a', true) %}{{ kg }}{% endif %}{% endmacro %}"},
            "macro-asks",
        ),
        ({"macros/size.sql": MACRO}, "no-model"),
        ({"../size.sql": MACRO}, "outside-project"),
    ],
)
def test_what_cannot_be_proved_gets_a_reason(known: Known, changed: dict[str, str], reason: str) -> None:
    proof = proof_of(known, changed)
    assert (proof.verdict.kind, proof.verdict.reason) == (VerdictKind.UNPROVEN, reason), proof.verdict


def test_a_change_is_made_as_a_whole_or_not_at_all(known: Known) -> None:
    """One caller of the first change is wrong, so that neither it nor the macro nor the right one is in the draft."""
    reader, relations = known
    project = reader.project
    nodes = [project.nodes[f"model.orchard.{name}"] for name in ("sizes", "more_sizes", "by_team")]
    right = {
        "macros/size.sql": MACRO,
        "models/more_sizes.sql": SIZES.format("{{ size('weight_kg') }}", 1),
    }
    wrong = {**right, "models/sizes.sql": SIZES.format("{{ size('weight_kg') }}", "{{ size('weight_kg') }}")}
    back = {"models/totals.sql": TOTALS, "models/by_team.sql": TEAMS}
    changes = [FilesChange("macro", name, "", texts) for name, texts in (("a", wrong), ("b", right), ("c", back))]
    before = {node.original_file_path: (project.root / node.original_file_path).read_text("utf-8") for node in nodes}

    def put_back(node: Node, rule: str, place: str) -> bool:
        return (node.name, rule, place) == ("by_team", "macro", "c")

    models = Models(reader, nodes, Draft(before), lambda node: KnownOfModel("duckdb"), put_back)
    made = make_files(relations, models, [lambda models: iter(changes)])
    assert [(one.place, proof.same) for one, proof in made.tried] == [("a", False), ("b", True)]
    assert dict(made.draft.files) == right
    assert list(made.kept) == [changes[2]]
