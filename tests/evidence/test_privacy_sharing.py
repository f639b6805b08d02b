"""Levels of sharing: project, folder, node and column, from real property files; what each lets an engine see."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.demo import PROJECT
from dbt_ai.errors import UsageError
from dbt_ai.evidence.privacy import visible_findings, visible_profile
from dbt_ai.evidence.prompting import document_request
from dbt_ai.evidence.sharing import DECLARED, Share, Sharing, declared_sharing, sharing_of
from dbt_ai.evidence.values import ColumnProfile, Evidence, Profile
from dbt_ai.project.artifacts import ArtifactReader
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Column, Node, Project
from dbt_ai.sql.values import ColumnFacts, ColumnKind, ColumnRef, Domain, JoinFact, Key, QueryFacts, Relation
from dbt_ai.values import Finding, Target

RAW, STAGED, MART = "source.shop.raw.people", "model.shop.stg_people", "model.shop.people"

# --- from property files and dbt_project.yml -------------------------------------------------------------------------

PROPERTIES = """
version: 2
models:
  - name: members
    meta: {owner: b}
    columns:
      - name: city
        meta: {dbt_ai: {share: statistics}}
      - name: joined_on
        config: {meta: {dbt_ai: {share: samples}}}
      - name: member_id
        meta: {owner: x}
        config: {meta: {dbt_ai: {personal: true}}}
  - name: orders
    config: {meta: {dbt_ai: {share: samples}}}
sources:
  - name: src
    schema: main
    config: {meta: {dbt_ai: {share: nothing}}}
    tables:
      - name: raw_members
        columns:
          - name: city
            meta: {dbt_ai: {personal: false}}
      - name: raw_orders
        config: {meta: {dbt_ai: {share: samples}}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(PROJECT, tmp_path_factory.mktemp("meta") / "bakery"))
    settings = (folder / "dbt_project.yml").read_text(encoding="utf-8").rstrip()
    assert settings.endswith("+materialized: table"), "the last of it is the folder of marts"
    seeds = "seeds:\n  bakery:\n    raw_orders:\n      +meta: {dbt_ai: {share: samples}}\n"
    (folder / "dbt_project.yml").write_text(f"{settings}\n      +meta: {{dbt_ai: {{share: nothing}}}}\n{seeds}")
    (folder / "models/marts/_marts.yml").write_text(PROPERTIES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def projects(folder: Path) -> Mapping[str, Project]:
    live = open_project(folder, folder, None).project
    program = [sys.executable, "-m", "dbt.cli.main", "--quiet", "parse", "--profiles-dir", str(folder)]
    subprocess.run(program, cwd=folder, check=True, capture_output=True)
    return {"dbt": live, "artifacts": ArtifactReader(folder, folder / "target").project}


@pytest.mark.parametrize("read_from", ["dbt", "artifacts"])
def test_the_nearest_level_wins(projects: Mapping[str, Project], read_from: str) -> None:
    nodes = projects[read_from].nodes
    levels = {
        unique_id: (declared.node.value, {name: level.value for name, level in declared.columns.items()})
        for unique_id, node in nodes.items()
        for declared in [declared_sharing(node, Share.STATISTICS)]
    }
    assert levels == {
        "model.bakery.members": ("nothing", {"city": "statistics", "joined_on": "samples"}),  # the folder's
        "model.bakery.orders": ("samples", {}),
        "model.bakery.stg_members": ("statistics", {}),
        "model.bakery.stg_order_lines": ("statistics", {}),
        "model.bakery.stg_orders": ("statistics", {}),
        "seed.bakery.raw_members": ("statistics", {}),
        "seed.bakery.raw_order_lines": ("statistics", {}),
        "seed.bakery.raw_orders": ("samples", {}),
        "source.bakery.src.raw_members": ("nothing", {}),
        "source.bakery.src.raw_orders": ("samples", {}),
    }
    assert declared_sharing(nodes["model.bakery.members"], Share.SAMPLES).personal == {"member_id": DECLARED}
    assert declared_sharing(nodes["source.bakery.src.raw_members"], Share.SAMPLES).harmless == {"city"}


def node(unique_id: str, *columns: Column, meta: object = None, depends_on: tuple[str, ...] = ()) -> Node:
    kind, package, *_, name = unique_id.split(".")
    ours = {} if meta is None else {"dbt_ai": meta}
    return Node(
        unique_id, kind, name, package, "x.sql", (None, "main", name), columns=columns, meta=ours, depends_on=depends_on
    )


def column(name: str, **meta: object) -> Column:
    return Column(name, meta={"dbt_ai": meta} if meta else {})


@pytest.mark.parametrize(
    ("meta", "column_meta", "says"),
    [
        ({"share": "none"}, {}, "'none'"),
        ({"share": True}, {}, "True"),
        ({"share": ["nothing"]}, {}, "nothing, statistics, samples"),
        ("nothing", {}, "'nothing'"),
        ({"shair": "nothing"}, {}, "'shair'"),
        ({"personal": True}, {}, "'personal'"),
        (None, {"share": "Nothing"}, "column email"),
        (None, {"personal": "yes"}, "'yes'"),
        (None, {"persnal": True}, "'persnal'"),
    ],
)
def test_wrong_values_are_told_and_name_the_node(meta: object, column_meta: dict[str, object], says: str) -> None:
    wrong = node(STAGED, column("email", **column_meta), meta=meta)
    with pytest.raises(UsageError) as raised:
        declared_sharing(wrong, Share.STATISTICS)
    assert STAGED in str(raised.value)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


# --- along the lineage -----------------------------------------------------------------------------------------------


def facts(name: str, *sources: tuple[str, str], kind: ColumnKind = ColumnKind.RENAMED, **more: object) -> ColumnFacts:
    return ColumnFacts(name, kind, "...", tuple(ColumnRef(*source) for source in sources), **more)  # type: ignore[arg-type]


def evidence_of(unique_id: str, *columns: ColumnFacts, **more: object) -> Evidence:
    name = unique_id.rsplit(".", maxsplit=1)[-1]
    known = QueryFacts(columns) if columns else None
    return Evidence(unique_id, name, "model", Relation(unique_id, (None, "main", name)), facts=known, **more)  # type: ignore[arg-type]


def levels_of(*raw: Column, staged: Node | None = None) -> dict[str, Sharing]:
    nodes = {
        RAW: node(RAW, *raw),
        STAGED: staged or node(STAGED, depends_on=(RAW,)),
        MART: node(MART, depends_on=(STAGED,)),
    }
    evidence = {
        RAW: evidence_of(RAW),
        STAGED: evidence_of(
            STAGED,
            facts("label", (RAW, "first_name")),
            facts("pay", (RAW, "amount")),
            facts("known", (RAW, "first_name"), kind=ColumnKind.COMPUTED, domain=Domain(("yes", "no"), "CASE")),
            facts("plain", (RAW, "colour")),
        ),
        MART: evidence_of(MART, facts("shown", (STAGED, "label")), facts("most", (STAGED, "pay"), (STAGED, "plain"))),
    }
    return sharing_of(nodes, evidence, Share.SAMPLES)


def test_what_is_made_of_a_column_is_not_told_more_freely() -> None:
    levels = levels_of(column("amount", share="nothing"))
    assert levels[STAGED].of("pay") is Share.NOTHING
    assert levels[MART].of("MOST") is Share.NOTHING
    assert levels[MART].of("shown") is levels[STAGED].of("plain") is Share.SAMPLES
    free = node(STAGED, column("pay", share="statistics"), depends_on=(RAW,))
    levels = levels_of(column("amount", share="nothing"), staged=free)
    assert levels[STAGED].of("pay") is levels[MART].of("most") is Share.STATISTICS, "unless it says so itself"


def test_no_meta_goes_beyond_what_the_user_allows() -> None:
    free = node(RAW, column("amount", share="samples"), column("colour", share="nothing"))
    found = declared_sharing(free, Share.SAMPLES, Share.STATISTICS)
    assert (found.node, found.of("amount"), found.of("colour")) == (Share.STATISTICS, Share.STATISTICS, Share.NOTHING)


def test_what_is_personal_stays_so_under_another_name() -> None:
    levels = levels_of(column("colour", personal=True), column("first_name"))
    assert levels[STAGED].personal == {"label": "a person's name", "plain": DECLARED}
    assert levels[MART].personal == {"shown": "a person's name", "most": DECLARED}
    assert levels[MART].compared == {"label", "plain", "shown", "most"}
    harmless = levels_of(column("first_name", personal=False))
    assert harmless[MART].personal == {}


# --- what each level lets an engine see ------------------------------------------------------------------------------


def values(name: str, *texts: str) -> ColumnProfile:
    top = tuple((text, 50) for text in texts)
    rows = 50 * len(texts)
    return ColumnProfile(name, "VARCHAR", rows, 0, len(texts), False, min(texts), max(texts), None, top, texts, 3, 9)


MIXED = Profile(
    "main.people",
    100,
    (
        values("status", "openish", "shutish"),
        values("secretive", "hush", "quiet"),
        values("detailed", "rarely", "seldom"),
        values("nickish", "Zaphod", "Trillian"),
        values("first_name", "Arthur", "Ford"),
        ColumnProfile("amount", "INTEGER", 100, 0, 100, False, "12345", "98765", 55555.0),
    ),
)
LEVELS = Sharing(
    Share.STATISTICS,
    {"secretive": Share.NOTHING, "detailed": Share.SAMPLES, "amount": Share.SAMPLES},
    {"nickish": DECLARED},
)


def finding(*columns: str) -> Finding:
    target = Target(MART, columns[0] if columns else None)
    return Finding("constant", target, f"About {', '.join(columns) or 'the whole'}.", columns=columns)


def prompt_of(levels: Sharing | str, **more: object) -> str:
    evidence = evidence_of(
        MART,
        *[facts(each.name, (STAGED, each.name)) for each in MIXED.columns],
        profile=MIXED,
        findings=(finding(), finding("status"), finding("status", "secretive"), finding("nickish")),
        sql="select * from stg_people where nickish = 'Marvin' and status = 'openish'",
    )
    (request,) = document_request(replace(evidence, **more), [each.name for each in MIXED.columns], share=levels)  # type: ignore[arg-type]
    return request.prompt


def test_a_node_of_mixed_levels() -> None:
    shown = {each["name"]: each for each in visible_profile(MIXED, LEVELS)["columns"]}
    assert set(shown) == {"status", "detailed", "nickish", "first_name", "amount"}
    assert shown["nickish"]["values_withheld"] == DECLARED
    assert shown["amount"]["maximum"] == "98765"
    prompt = prompt_of(LEVELS)
    assert "rows today: 100" in prompt
    for told in ("openish", "rarely", "12345", "About the whole", "About status."):
        assert told in prompt
    for withheld in ("hush", "quiet", "Zaphod", "Trillian", "Arthur", "Marvin", "About nickish", "status, secretive"):
        assert withheld not in prompt, withheld
    assert 'key "secretive"' in prompt, "it can be described from its SQL"


def test_nothing_of_the_whole_and_statistics_of_one_column() -> None:
    levels = Sharing(Share.NOTHING, {"status": Share.STATISTICS})
    prompt = prompt_of(levels)
    assert "rows today" not in prompt
    assert "openish" in prompt
    assert prompt.count("data today") == 1
    assert [each["sentence"] for each in visible_findings([finding(), finding("status")], levels)] == ["About status."]


@pytest.mark.parametrize("level", ["nothing", "statistics", "samples"])
def test_personal_values_are_shown_at_no_level(level: str) -> None:
    prompt = prompt_of(Sharing(Share(level), {}, {"nickish": DECLARED}))
    assert not any(value in prompt for value in ("Zaphod", "Trillian", "Arthur", "Marvin"))


def test_a_column_said_to_be_harmless_is_shown_unless_its_values_tell() -> None:
    levels = Sharing(harmless=frozenset(["first_name"]))
    assert "Arthur" in prompt_of(levels)
    mail = Profile("x", 100, (values("first_name", "ada@example.org", "Ford"),))
    assert "Ford" not in json.dumps(visible_profile(mail, levels))


def test_a_finding_about_a_parent_of_which_nothing_is_told_is_withheld() -> None:
    orphans = replace(finding("status"), numbers=(("values", 3), ("parent", RAW)))
    assert visible_findings([orphans], Sharing()) != []
    assert visible_findings([orphans], Sharing(silent=frozenset([RAW]))) == []


def test_a_key_that_the_data_alone_shows_is_a_statistic() -> None:
    known = QueryFacts(
        tuple(facts(each.name, (STAGED, each.name)) for each in MIXED.columns),
        keys=(Key(("amount",), "inherited", relies_on=((STAGED, ("amount",)),)),),
        joins=(JoinFact("left", (STAGED,), (RAW,), (), "a = b", keeps_grain=True),),
    )
    relation = Relation(MART, (None, "main", "people"), unique_keys=(("amount",),))
    told = prompt_of("statistics", facts=known, relation=relation)
    assert "known to be unique" in told
    assert "unique together, as the SQL shows" in told
    assert "keeps the grain" in told
    silent = frozenset([RAW, STAGED, MART])
    withheld = prompt_of(Sharing(Share.NOTHING, data_key=True, silent=silent), facts=known, relation=relation)
    assert "unique" not in withheld
    assert "keeps the grain" not in withheld


def test_values_that_sql_lists_for_a_personal_column_are_not_told() -> None:
    domain = Domain(("Zaphod", "Trillian"), "CASE")
    known = QueryFacts((facts("nickish", (STAGED, "x"), domain=domain), facts("status", (STAGED, "y"), domain=domain)))
    relation = Relation(MART, (None, "main", "people"), domains=(("nickish", ("Zaphod",)),))
    prompt = prompt_of(replace(LEVELS, columns={"status": Share.NOTHING}), facts=known, relation=relation, profile=None)
    assert prompt.count("values that the SQL allows") == 1
    assert "values that a test" not in prompt
